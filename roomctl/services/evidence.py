"""Files that prove a reading: one folder a run below `checks`, kept as long as somebody may ask for them."""

import logging
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path, PurePosixPath

from roomctl.domain.checks import CheckReport, CheckState, Result
from roomctl.domain.devices import Evidence
from roomctl.errors import NotFound
from roomctl.i18n import tr

_log = logging.getLogger(__name__)

FOLDER = "checks"
"""Below the data folder."""
KEPT_RUNS = 200
"""Folders of runs that are kept; of the older ones those alone that a signed report or a package names."""


def keep(data: Path, report: str, told: Mapping[str, Sequence[Evidence]]) -> Mapping[str, Mapping[str, str]]:
    """Writes what devices proved; a disk that is full costs the proof, not the report.

    Args:
        told: by id of the device.

    Returns:
        Of each device the files that are there: the name it gave → the name in the run's folder,
        `<device>-<name>`, with a number before the name where another device has that one.

    """
    folder = data / FOLDER / report
    kept: dict[str, dict[str, str]] = {}
    taken: set[str] = set()
    for device, files in told.items():
        for one in files:
            given = Path(one.name).name
            name = next(name for name in _names(device, given) if name not in taken)
            try:
                folder.mkdir(parents=True, exist_ok=True)
                (folder / name).write_bytes(one.content)
            except OSError as error:
                _log.warning("evidence of %s is not kept: %s", device, error)
            else:
                taken.add(name)
                kept.setdefault(device, {})[given] = name
    return kept


def _names(device: str, given: str) -> Iterator[str]:
    yield f"{device}-{given}"
    yield from (f"{device}-{number}-{given}" for number in count(2))


def named(results: Iterable[Result], report: str, kept: Mapping[str, Mapping[str, str]]) -> tuple[Result, ...]:
    """The rows with the place of their evidence below `checks`: a report may keep rows of an earlier run.

    What a device proved and no row of it names stands at its first row that is not well, else at its first.
    """
    found: list[Result] = []
    for result in results:
        name = kept.get(result.device, {}).get(Path(result.evidence).name) if result.evidence else None
        found.append(replace(result, evidence=f"{report}/{name}" if name else None))
    for device, files in kept.items():
        rows = [at for at, one in enumerate(found) if one.device == device]
        if not rows or any(found[at].evidence for at in rows):
            continue
        place = min(rows, key=lambda at: found[at].state is CheckState.OK)
        found[place] = replace(found[place], evidence=f"{report}/{min(files.values())}")
    return tuple(found)


def path_of(data: Path, evidence: str) -> Path:
    """Where a file lies that a row names. Raises: NotFound."""
    parts = PurePosixPath(evidence).parts
    path = (data / FOLDER).joinpath(*parts)
    if len(parts) != 2 or ".." in parts or not path.is_file():  # noqa: PLR2004 - the run and the file
        raise NotFound(
            tr(f"没有证据文件 {evidence}", f"there is no evidence {evidence}"),
            mend=tr("再查一次会重新取证", "check again to take it anew"),
        )
    return path


def prune(data: Path, reports: Callable[[], Iterable[CheckReport]], limit: int = KEPT_RUNS) -> int:
    """Removes the oldest folders beyond the limit; how many.

    Args:
        reports: whose evidence is never removed; asked for only where something may go.

    """
    root = data / FOLDER
    if not root.is_dir():
        return 0
    folders = sorted(path for path in root.iterdir() if path.is_dir())  # ids are ordered by time (RFC 9562, UUIDv7)
    old = folders[: max(0, len(folders) - limit)]
    if not old:
        return 0
    held = {PurePosixPath(row.evidence).parts[0] for one in reports() for row in one.results if row.evidence}
    gone = [path for path in old if path.name not in held]
    for path in gone:
        shutil.rmtree(path, ignore_errors=True)
    return len(gone)
