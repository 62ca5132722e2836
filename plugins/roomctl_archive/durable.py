"""What must survive a power cut: contents first, then the name, then the folder that holds the name."""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

RETRIES = (0.1, 0.5, 2.0)  # seconds; a virus scanner or a share may hold a fresh file for a moment


def sync_folder(folder: Path) -> None:
    """Makes the names in a folder durable; where the system cannot open a folder (Windows), it does so by itself."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except PermissionError:
        return
    try:
        with suppress(OSError):  # some network file systems refuse to sync a folder; the rename still stands
            os.fsync(handle)
    finally:
        os.close(handle)


def sync_tree(folder: Path) -> None:
    """Every folder of a tree, the innermost first."""
    for inner, _, _ in os.walk(folder, topdown=False):
        sync_folder(Path(inner))


def make_folder(folder: Path) -> None:
    """Makes a folder and its parents, each name durable."""
    missing = []
    while not folder.is_dir():
        missing.append(folder)
        folder = folder.parent
    for each in reversed(missing):
        each.mkdir(exist_ok=True)
        sync_folder(each.parent)


def rename(source: Path, target: Path, sleep: Callable[[float], None]) -> None:
    """Puts `source` in the place of `target`, trying again where the system refuses for the moment.

    Raises:
        OSError: it still failed at the last try.

    """
    for pause in RETRIES:
        try:
            source.replace(target)
        except PermissionError:
            sleep(pause)
        else:
            break
    else:
        source.replace(target)
    sync_folder(target.parent)
