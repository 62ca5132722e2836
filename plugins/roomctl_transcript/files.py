"""The transcript's files in the meeting's folder; they go into the archive."""

import os
from collections.abc import Iterator
from pathlib import Path

from roomctl.api import PackageFile, Transcript
from roomctl_transcript import formats

LATEST = "transcript.txt"
"""The newest version as text, for people who look into the folder."""


def write(folder: Path, made: Transcript) -> None:
    """`transcript-vN.json` and `.txt`, and the newest text under a name that stays."""
    text = formats.txt(made)
    _put(folder / f"transcript-v{made.version}.json", formats.whole(made))
    _put(folder / f"transcript-v{made.version}.txt", text)
    _put(folder / LATEST, text)


def _put(path: Path, data: bytes) -> None:
    """Whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    with part.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def packaged(folder: Path) -> Iterator[PackageFile]:
    """Every version that was written."""
    for path in sorted(folder.glob("transcript-v*.*")):
        if path.suffix in {".json", ".txt"}:
            yield PackageFile(f"transcript/{path.name}", path)
