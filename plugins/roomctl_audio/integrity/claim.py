"""One recovery of a folder at a time: two would write one journal."""

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

from roomctl.api import Busy, tr
from roomctl.api.files import lock_file, unlock_file

NAME = ".recovering"
"""In the folder while it is recovered. Who dies leaves it there, and hinders nobody."""
WAIT_SECONDS = 60.0
LOOK_SECONDS = 0.1


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Waits until no other process or thread recovers the folder.

    Raises: Busy, after `WAIT_SECONDS`. OSError, where the folder cannot be written to.
    """
    path, end = folder / NAME, time.monotonic() + WAIT_SECONDS
    while (handle := _take(path)) is None:
        if time.monotonic() > end:
            raise Busy(
                tr(f"不能恢复 {folder}", f"cannot recover {folder}"),
                tr("另一个程序正在恢复它", "another program recovers it right now"),
                tr("请稍后再试", "try again in a while"),
            )
        time.sleep(LOOK_SECONDS)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):  # Windows removes no file that is open
            path.unlink()
        unlock_file(handle)
        os.close(handle)


def _take(path: Path) -> int | None:
    """The locked file; None where another has it, or where it was taken away while this one waited for it."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    if lock_file(handle):
        with contextlib.suppress(OSError):
            if os.path.samestat(path.stat(), os.fstat(handle)):
                return handle
    os.close(handle)
    return None
