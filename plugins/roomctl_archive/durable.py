"""What must survive a power cut: contents first, then the name, then the folder that holds the name."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

from roomctl.api.files import fsync_folder

_FOR_A_MOMENT = {errno.EACCES, errno.EPERM, errno.EBUSY, None}  # None: a server that says no more than "Failure"
RETRIES = (0.1, 0.5, 2.0)  # seconds; a virus scanner or a share may hold a fresh file for a moment


def sync_tree(folder: Path) -> None:
    """Every folder of a tree, the innermost first."""
    for inner, _, _ in os.walk(folder, topdown=False):
        fsync_folder(Path(inner))


def make_folder(folder: Path) -> None:
    """Makes a folder and its parents, each name durable."""
    missing = []
    while not folder.is_dir():
        missing.append(folder)
        folder = folder.parent
    for each in reversed(missing):
        each.mkdir(exist_ok=True)
        fsync_folder(each.parent)


def rename(source: Path, target: Path, sleep: Callable[[float], None]) -> None:
    """Puts `source` in the place of `target`, trying again where the system refuses for the moment.

    Raises:
        OSError: it still failed at the last try.

    """
    tried(lambda: source.replace(target), sleep)
    fsync_folder(target.parent)


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
