"""Files that survive a power cut, and are changed by one at a time."""

import errno
import os
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from roomctl.errors import Busy, writing
from roomctl.i18n import tr

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

PATIENCE = 10.0
"""Seconds for which `changing` waits for whoever changes the file."""
_LOOK = 0.01
_LOCKED_BYTE = 1 << 30  # Windows keeps others from reading a locked byte, so it is one far behind the text


def fsync_folder(folder: Path) -> None:
    """Makes the names in a folder durable (POSIX keeps them apart from the files).

    Windows has no such call, and some network file systems refuse it for folders; a rename stands there all the same.
    """
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in {errno.EINVAL, errno.ENOTSUP}:
            raise
    finally:
        os.close(handle)


def durable_rename(source: Path, target: Path) -> None:
    """Syncs the file, puts it in the place of `target` in one step, and syncs the folders of both names.

    Both lie on one file system. After it returns, a power cut leaves the new file, whole.
    """
    handle = os.open(source, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    source.replace(target)
    fsync_folder(target.parent)
    if source.parent != target.parent:
        fsync_folder(source.parent)


def atomic_write(path: Path, content: bytes | str, *, mode: int | None = None) -> None:
    """Writes a whole file, so that a reader (or a power cut) meets either the old one or the new one.

    Args:
        mode: permissions, before the umask; 0o600 for what nobody else may read. None: those of the file that is
            there, which somebody may have closed to others, or 0o644. Its owner may write it in any case.

    """
    data = content.encode() if isinstance(content, str) else content
    beside = path.with_name(f".{path.name}.{os.urandom(4).hex()}.tmp")
    kept = _permissions(path) if mode is None else None
    first = 0o600 if kept is not None else 0o644 if mode is None else mode  # until it has those that are kept
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), first)
    try:
        with os.fdopen(handle, "wb") as file:
            if kept is not None:
                beside.chmod(kept)
            file.write(data)
        durable_rename(beside, path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _permissions(path: Path) -> int | None:
    try:
        return path.stat().st_mode & 0o777 | stat.S_IWUSR
    except FileNotFoundError:
        return None


def lock_file(handle: int) -> bool:
    """Takes the one lock on an open file without waiting; False where another process holds it.

    The system gives it back when the process ends, however it ends.
    """
    try:
        if sys.platform == "win32":
            os.lseek(handle, _LOCKED_BYTE, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def unlock_file(handle: int) -> None:
    """Gives back what `lock_file` took."""
    if sys.platform == "win32":
        os.lseek(handle, _LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)
    else:
        fcntl.flock(handle, fcntl.LOCK_UN)


@contextmanager
def locked(path: Path, mode: int = 0o644) -> Iterator[bool]:
    """Holds a file for this process, which the system ends with it; False where another holds it, who goes on.

    Args:
        mode: permissions of a file that is not there yet, before the umask.

    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT, mode)
    try:
        mine = lock_file(handle)
        try:
            yield mine
        finally:
            if mine:
                unlock_file(handle)
    finally:
        os.close(handle)


@contextmanager
def changing(path: Path) -> Iterator[None]:
    """Whoever reads a file and writes it anew does so in here: nobody's change is lost.

    The lock lies beside the file as `.<name>.lock`. It stays: taken away, two would hold two files of one name.

    Raises:
        BadInput: nothing can be written there. Busy: somebody has changed it for `PATIENCE`.

    """
    until = time.monotonic() + PATIENCE
    with writing(path):
        # For reading alone: whoever may change the folder can lock what another user has made.
        handle = os.open(path.with_name(f".{path.name}.lock"), os.O_RDONLY | os.O_CREAT, 0o644)
    try:
        while not lock_file(handle):
            if time.monotonic() >= until:
                raise Busy(
                    tr(f"{path.name} 正在被别的程序修改", f"another program is changing {path.name}"),
                    tr(f"等了 {PATIENCE:g} 秒", f"for {PATIENCE:g} s by now"),
                    tr("稍后再试", "try again later"),
                )
            time.sleep(_LOOK)
        try:
            yield
        finally:
            unlock_file(handle)
    finally:
        os.close(handle)
