"""`<data>/site/NAME`: third-party plugins, each with what it needs, in a folder of its own.

The folders come after everything else on sys.path, so that the host's packages always win.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

FOLDER = "site"

_joined: list[str] = []


def folders(data: Path) -> list[Path]:
    """One for each installed plugin, by name."""
    try:
        return sorted(path for path in (data / FOLDER).iterdir() if path.is_dir() and not path.name.startswith("."))
    except OSError:
        return []


def join(data: Path) -> None:
    """Makes what is installed there importable; of one data folder at a time."""
    wanted = [str(path) for path in folders(data)]
    known = {*_joined, *wanted}
    if known:
        sys.path[:] = [*(path for path in sys.path if path not in known), *wanted]
    _joined[:] = wanted


def environment(env: Mapping[str, str] | None) -> dict[str, str] | None:
    """For a plugin's child, which finds there what the plugin finds.

    A variable can only put folders before the others. It costs nothing: `plugins install` puts into them nothing
    that the host has.
    """
    if not _joined:
        return None if env is None else dict(env)
    made = dict(os.environ if env is None else env)
    before = [path for path in (made.get("PYTHONPATH", ""),) if path]
    return {**made, "PYTHONPATH": os.pathsep.join([*before, *_joined])}
