"""What must survive a power cut: contents first, then the name, then the folder that holds the name."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

from roomctl.api.files import fsync_folder

_FOR_A_MOMENT = {errno.EACCES, errno.EPERM, errno.EBUSY, None}  # None: a server that says no more than "Failure"
RETRIES = (0.1, 0.5, 2.0)  # seconds; a virus scanner or a share may hold a fresh file for a moment


def sync_tree(folder: Path, *, files: bool = False) -> None:
    """Every folder of a tree, the innermost first; before it its files, where those were not synced as they came."""
    for inner, _, names in os.walk(folder, topdown=False):
        for name in names if files else ():
            _sync_file(Path(inner) / name)
        fsync_folder(Path(inner))


def _sync_file(path: Path) -> None:
    try:
        handle = os.open(path, os.O_RDWR)
    except PermissionError:  # somebody has made it read-only since
        handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make_folder(folder: Path) -> None:
    """Makes a folder and its parents, each name durable."""
    missing = []
    while not folder.is_dir():
        missing.append(folder)
        folder = folder.parent
    for each in reversed(missing):
        each.mkdir(exist_ok=True)
        fsync_folder(each.parent)


def tried(act: Callable[[], object], sleep: Callable[[float], None]) -> None:
    """Does what may be refused for a moment, as a rename is while a virus scanner looks at a fresh file.

    Raises:
        OSError: it still failed at the last try, or failed for good.

    """
    for pause in RETRIES:
        try:
            act()
        except OSError as error:
            if error.errno not in _FOR_A_MOMENT:
                raise
            sleep(pause)
        else:
            return
    act()
