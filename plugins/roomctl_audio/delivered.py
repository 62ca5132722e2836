"""Where the files of a delivery format lie, as the host sees them: nothing here loads a codec."""

from collections.abc import Sequence
from pathlib import Path

FOLDER = "delivery"
"""Below a recording's folder."""
MP3_BYTES_A_SECOND = 16_000
"""Of a track, at most: libsndfile's VBR of speech stays below 128 kbit/s."""


def path(folder: Path, kind: str, track: int) -> Path:
    """Of a track, once it is whole."""
    return folder / FOLDER / f"track-{track:02d}.{kind}"


def whole(folder: Path, kinds: Sequence[str], tracks: int) -> bool:
    """All are there."""
    return all(path(folder, kind, track).is_file() for kind in kinds for track in range(1, tracks + 1))


def bytes_a_second(kinds: Sequence[str], tracks: int, raw: int) -> int:
    """Of all files together, at most. Args: raw: bytes a second of the samples of all tracks."""
    sizes = {"wav": raw, "mp3": tracks * MP3_BYTES_A_SECOND}
    return sum(sizes[kind] for kind in kinds)
