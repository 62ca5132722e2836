"""The journal as a file: rows are durable when `write` returns."""

import contextlib
import errno
import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from roomctl.api.files import fsync_folder
from roomctl_audio.journal import journal


def append(path: Path, data: bytes) -> None:
    """Adds bytes at the end, durable on return. What failed half way is taken back. Raises: OSError."""
    fresh = not path.exists()
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o644)
    try:
        before = os.fstat(handle).st_size
        try:
            left = memoryview(data)
            while left:
                left = left[os.write(handle, left) :]
            os.fsync(handle)
        except OSError:
            with contextlib.suppress(OSError):
                os.ftruncate(handle, before)
                if fresh:  # an empty one would pass for a journal that is there
                    path.unlink()
            raise
    finally:
        os.close(handle)
    if fresh:
        fsync_folder(path.parent)


class JournalFile:
    """Appends rows to the journal of a folder, each chained to the one before it."""

    def __init__(self, folder: Path, parsed: journal.Parsed | None = None) -> None:
        self._path = folder / journal.NAME
        self.rows: list[journal.Row] = list(parsed.rows) if parsed else []
        self._prev = parsed.head if parsed else journal.GENESIS
        self._cut: int | None = None  # length of the file without a row that failed

    def write(self, kind: str, **facts: Any) -> None:
        """Raises: OSError, and the journal is as it was."""
        if self.rows and not self._path.exists():  # a journal that somebody took away is not begun in the middle
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(self._path))
        row = journal.row(self._prev, len(self.rows), kind, datetime.now(UTC), facts)
        before = self._length()
        try:
            append(self._path, journal.line(row))
        except OSError:
            self._cut = before
            raise
        self.rows.append(row)
        self._prev = row["sha256"]

    def _length(self) -> int:
        """Of the file in bytes. What a failed row left in it is cut off first. Raises: OSError."""
        length = self._path.stat().st_size if self._path.exists() else 0
        if self._cut is not None and length > self._cut:
            os.truncate(self._path, self._cut)  # durable with the next row
            length = self._cut
        self._cut = None
        return length

    def restore(self) -> bool:
        """Writes it anew where somebody took it away; whether that was so. Raises: OSError."""
        if not self.rows or self._path.exists():
            return False
        append(self._path, b"".join(journal.line(row) for row in self.rows))
        return True

    def seal(
        self,
        seq: int,
        frames: int,
        tracks: Sequence[Mapping[str, Any]],
        *,
        overflows: int = 0,
        recovered: bool = False,
        drift_ppm: float | None = None,
    ) -> None:
        """The row of a part whose files are done. Raises: OSError."""
        part = next(row for row in journal.of_kind(self.rows, "part") if row["seq"] == seq)
        first = part["first_frame"]
        self.write(
            "segments",
            seq=seq,
            first_frame=first,
            frames=frames,
            overflows=overflows,
            gap_before=sum(gap.frames for gap in journal.gaps(self.rows) if gap.first_frame == first),
            recovered=recovered,
            drift_ppm=drift_ppm,
            utc=part["utc"],
            monotonic=part["monotonic"],
            tracks=list(tracks),
        )


def load(folder: Path) -> journal.Parsed:
    """The journal of a folder; empty where there is none yet."""
    path = folder / journal.NAME
    return journal.parse(path.read_bytes()) if path.is_file() else journal.Parsed((), 0)
