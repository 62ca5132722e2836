"""Packages in one enciphered file, for a removable medium; opened on any machine, without a database.

Inside is a tar (POSIX.1-2001, pax): one folder for each package, named by its id.
"""

import os
import secrets
import shutil
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from roomctl.api import BadInput, Damaged, Refused, RoomctlError, Verdict, tr
from roomctl.api.files import durable_rename, fsync_folder, locked
from roomctl.api.targets import inside
from roomctl_archive.cipher_stream import PART, Cost, Enciphering, deciphered, strong
from roomctl_archive.durable import sync_tree
from roomctl_archive.fixity import Tick, silent
from roomctl_archive.verify import verify

ENDING = ".rcp"
PARTIAL = ".partial"
_WHOLE: Mapping[str, Any] = {"copybufsize": PART}
"""A file goes through tar by whole parts: by its own 16 KiB each part would be copied sixty times."""
_OPENING = ".opening"
"""Held by who deciphers into a folder; no package has a file beside its folders."""


def encipher(
    folders: Sequence[Path],
    path: Path,
    passphrase: str,
    *,
    mark: str = "",
    tick: Tick = silent,
    cost: Cost | None = None,
) -> int:
    """Writes the packages into one file; it gets its name when all of it is on the disk.

    Args:
        folders: of the packages. mark: 密级, in clear.
        tick: told the bytes as they go in.

    Returns:
        Its bytes.

    Raises:
        BadInput: the passphrase is too short. Refused: the file is there already.
        RoomctlError: the disk.

    """
    strong(passphrase)
    _need_free(path)
    partial = path.with_name(f"{path.name}.{secrets.token_hex(4)}{PARTIAL}")  # two may write at once
    with _removing(partial), _told(path):
        with partial.open("xb") as out:
            inner = Enciphering(out, passphrase, mark=mark, cost=cost)
            sink = cast("BinaryIO", _Sink(inner, tick))
            with tarfile.open(fileobj=sink, mode="w|", format=tarfile.PAX_FORMAT, bufsize=PART, **_WHOLE) as tar:
                for folder in folders:
                    _add(tar, folder)
            inner.finish()
            out.flush()
            os.fsync(out.fileno())
        size = partial.stat().st_size
        _need_free(path)
        durable_rename(partial, path)
    return size


def _need_free(path: Path) -> None:
    if path.exists():
        raise Refused(
            tr(f"文件 {path} 已存在", f"{path} is there already"),
            mend=tr("请换一个文件名", "choose another name"),
        )


def _add(tar: tarfile.TarFile, folder: Path) -> None:
    """Regular files alone, in the order of their names; who owned them is nobody's concern elsewhere."""
    for file in sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()):
        name = f"{folder.name}/{file.relative_to(folder).as_posix()}"
        with file.open("rb") as stream:
            info = tar.gettarinfo(arcname=name, fileobj=stream)
            info.uid = info.gid = 0
            info.uname = info.gname = ""
            tar.addfile(info, stream)


@dataclass(frozen=True, slots=True)
class Opened:
    """What was taken out: each package's folder, and what verifying it has found."""

    verdicts: Mapping[Path, Verdict]

    @property
    def ok(self) -> bool:
        return bool(self.verdicts) and all(one.ok for one in self.verdicts.values())


def decipher(path: Path, folder: Path, passphrase: str, *, tick: Tick = silent) -> Opened:
    """Opens the file into a folder, which has its name only when every byte was proven.

    Args:
        folder: is made; must not be there.
        tick: told the bytes of the file as they are read.

    Raises:
        BadInput: another kind of file, or the wrong passphrase. Damaged: altered or cut off; nothing is left then.
        Refused: the folder is there already. RoomctlError: the disk.

    What a try that was killed has left in clear is removed first.

    """
    if folder.exists():
        raise Refused(
            tr(f"{folder} 已存在", f"{folder} is there already"),
            mend=tr("请用 --to 换一个新文件夹", "name a new folder with --to"),
        )
    discard_killed(folder)
    partial = folder.with_name(f"{folder.name}.{secrets.token_hex(4)}{PARTIAL}")  # two may open at once
    with _removing(partial), _told(path):
        partial.mkdir(parents=True, mode=0o700)
        with locked(partial / _OPENING), path.open("rb") as source:
            _extract(_Plain(deciphered(cast("BinaryIO", _Counted(source, tick)), passphrase)), partial)
        (partial / _OPENING).unlink()
        sync_tree(partial, files=True)
        partial.rename(folder)
        fsync_folder(folder.parent)
    return Opened({one: verify(one) for one in sorted(folder.iterdir())})


def discard_killed(folder: Path) -> None:
    """Removes what tries that were killed have left in clear beside the folder; one that goes on is left alone."""
    if not folder.parent.is_dir():
        return
    for one in folder.parent.iterdir():
        if one.name.startswith(f"{folder.name}.") and one.name.endswith(PARTIAL) and (one / _OPENING).is_file():
            with locked(one / _OPENING) as free:
                pass
            if free:
                shutil.rmtree(one, ignore_errors=True)


def _extract(plain: "_Plain", folder: Path) -> None:
    """Raises: Damaged, where what was enciphered is no package of ours."""
    try:
        with tarfile.open(fileobj=cast("BinaryIO", plain), mode="r|", bufsize=PART, **_WHOLE) as tar:
            for info in tar:
                if not info.isreg() or not inside(info.name):
                    raise _foreign(info.name)
                _keep(tar, info, folder / info.name)
    except tarfile.TarError as error:
        raise _foreign(str(error)) from None
    plain.exhaust()


def _keep(tar: tarfile.TarFile, info: tarfile.TarInfo, path: Path) -> None:
    """Its bytes and time: `extract` would keep owner and mode, too, in Python before 3.11.4, which has no filters."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with cast("BinaryIO", tar.extractfile(info)) as source, path.open("xb") as to:
        shutil.copyfileobj(source, to, PART)
    os.utime(path, (info.mtime, info.mtime))


def _foreign(why: str) -> Damaged:
    return Damaged(
        tr("加密文件里不是存档包", "what was enciphered is no package"),
        why,
        tr("没有留下解开的文件", "nothing of it was left open"),
    )


class _Plain:
    """The parts as a stream that is read once."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts, self._held, self._at = parts, b"", 0

    def read(self, size: int) -> bytes:
        """As many bytes, or all that are left."""
        given = bytearray()
        while len(given) < size:
            if self._at == len(self._held):
                self._held, self._at = next(self._parts, b""), 0
                if not self._held:
                    break
            piece = self._held[self._at : self._at + size - len(given)]
            given += piece
            self._at += len(piece)
        return bytes(given)

    def exhaust(self) -> None:
        """To the end, which alone proves that nothing is missing."""
        for _ in self._parts:
            pass


class _Sink:
    """Counts what goes in."""

    def __init__(self, inner: Enciphering, tick: Tick) -> None:
        self._inner, self._tick = inner, tick

    def write(self, data: bytes) -> int:
        self._tick(len(data))
        return self._inner.write(data)


class _Counted:
    """Counts what is read."""

    def __init__(self, source: BinaryIO, tick: Tick) -> None:
        self._source, self._tick = source, tick

    def read(self, size: int = -1) -> bytes:
        data = self._source.read(size)
        self._tick(len(data))
        return data

    def readline(self, limit: int = -1) -> bytes:
        return self._source.readline(limit)


@contextmanager
def _removing(partial: Path) -> Iterator[None]:
    """Nothing half-made stays, whatever ends it."""
    try:
        yield
    except BaseException:
        if partial.is_dir():
            shutil.rmtree(partial, ignore_errors=True)
        else:
            partial.unlink(missing_ok=True)
        raise


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """What the system says, in words."""
    try:
        yield
    except FileNotFoundError as error:
        raise BadInput(
            tr(f"没有文件 {error.filename}", f"no file {error.filename}"),
            mend=tr("请核对路径", "look at the path"),
        ) from None
    except OSError as error:
        raise RoomctlError(
            tr(f"{path} 没有完成", f"{path} was not finished"),
            error.strerror or str(error),
            tr("请看磁盘空间和权限，再试一次", "look at space and permissions of the disk, and try again"),
        ) from error
