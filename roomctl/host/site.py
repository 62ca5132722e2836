"""`<data>/site/NAME`: third-party plugins, each with what it needs, in a folder of its own.

The folders come after everything else on sys.path, so that the host's packages always win; in plugins' children too.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

FOLDER = "site"
PATH = "ROOMCTL_PLUGIN_PATH"
"""Variable that names the folders to a child; `child_path` puts them behind everything else there."""

CHILD_PATH = Path(__file__).parent / "child_path"

_joined: list[str] = []


def folders(data: Path) -> list[Path]:
    """One for each installed plugin, by name."""
    try:
        return sorted(path for path in (data / FOLDER).iterdir() if path.is_dir() and not path.name.startswith("."))
    except OSError:
        return []


def join(data: Path) -> Mapping[Path, Path]:
    """Makes what is installed there importable; of one data folder at a time.

    Returns:
        The folders that are left out, since other users may change something in them: which, and what.

    """
    there = folders(data)
    refused = _open_to_others(there) if there else {}
    wanted = [str(path) for path in there if path not in refused]
    known = {*_joined, *wanted}
    if known:
        sys.path[:] = [*(path for path in sys.path if path not in known), *wanted]
    _joined[:] = wanted
    return refused


def _open_to_others(there: Sequence[Path]) -> Mapping[Path, Path]:
    from roomctl.host.platform import writable_by_others  # noqa: PLC0415 - most data folders have none

    return {path: found for path in there if (found := writable_by_others(path))}


def environment(env: Mapping[str, str] | None) -> dict[str, str] | None:
    """For a plugin's child, which finds there what the plugin finds, and the host's packages first.

    PYTHONPATH puts folders before all others, and an update of the host may bring what a plugin brought before. So
    it names one folder alone, whose `sitecustomize` puts the plugins' at the end.
    """
    if not _joined:
        return None if env is None else dict(env)
    made = dict(os.environ if env is None else env)
    behind = [path for path in (made.get("PYTHONPATH", ""),) if path]
    return {**made, PATH: os.pathsep.join(_joined), "PYTHONPATH": os.pathsep.join([str(CHILD_PATH), *behind])}
