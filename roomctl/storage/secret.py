"""The machine's own secret: what it seals, it alone can open. It lies beside the database, and in no copy of it."""

import os
import secrets
from pathlib import Path

from roomctl.errors import Damaged
from roomctl.i18n import tr

NAME, LENGTH = "seal.key", 32


def own_secret(data: Path) -> bytes:
    """`LENGTH` bytes, made once; only the owner of the data folder reads them.

    Raises: Damaged: the file is not one of ours. OSError.
    """
    path = data / NAME
    while not path.exists():
        beside = path.with_name(f".{NAME}.{secrets.token_hex(8)}")
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(secrets.token_bytes(LENGTH))
                file.flush()
                os.fsync(file.fileno())
            _first(beside, path)
        finally:
            beside.unlink(missing_ok=True)
    found = path.read_bytes()
    if len(found) != LENGTH:
        raise Damaged(
            tr(f"{path} 已损坏", f"{path} is damaged"),
            tr(f"应有 {LENGTH} 字节，实有 {len(found)}", f"it has {len(found)} bytes instead of {LENGTH}"),
            tr("请删除它，会重新生成；手机要重新扫码", "remove it, and it is made anew; telephones scan again"),
        )
    return found


def _first(beside: Path, path: Path) -> None:
    """Gives it its name, unless another process was first: whoever comes second takes what is there."""
    try:
        os.link(beside, path)
    except FileExistsError:
        return
    except OSError:  # a file system without links, as FAT
        if not path.exists():
            beside.rename(path)
