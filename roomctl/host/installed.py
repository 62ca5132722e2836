"""Entry points of installed distributions, read from the files that installers write.

`importlib.metadata` reads the same files, and imports an e-mail parser for it: a quarter of the time that
`roomctl --help` takes. Only what start-up needs is here (PyPA specifications, *Entry points* and *Recording installed
projects*).
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_METADATA = (".dist-info", ".egg-info")


class Entry(NamedTuple):
    """One entry point.

    Attributes:
        module: dotted path of what is to be imported; the object behind `:`, if any, is left out.
        distribution, version: as the name of the metadata folder gives them.

    """

    name: str
    module: str
    distribution: str
    version: str


def entries(group: str) -> Iterator[Entry]:
    """Of one group, in the order of sys.path; of two distributions of one name the first counts, as in an import."""
    seen: set[str] = set()
    for folder in sys.path:
        for name in _folders(folder):
            distribution, _, version = name.rpartition(".")[0].partition("-")
            if distribution.lower() not in seen:
                seen.add(distribution.lower())
                yield from _in_file(Path(folder, name, "entry_points.txt"), group, distribution, version)


def _folders(folder: str) -> list[str]:
    try:
        return sorted(path.name for path in Path(folder or ".").iterdir() if path.suffix in _METADATA)
    except OSError:  # a zip, or a folder that is not there
        return []


def _in_file(path: Path, group: str, distribution: str, version: str) -> Iterator[Entry]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return
    if group not in text:
        return
    section = ""
    for line in map(str.strip, text.splitlines()):
        if line.startswith("["):
            section = line.strip("[] ")
        elif section == group and "=" in line and not line.startswith(("#", ";")):
            name, _, target = line.partition("=")
            yield Entry(name.strip(), target.partition(":")[0].partition("[")[0].strip(), distribution, version)
