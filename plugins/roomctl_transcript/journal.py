"""Finished utterances, one JSON line each, on disk before anybody is told: a restart goes on from the last one."""

import json
import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

BREAKS_TWICE = 2
"""An utterance that was begun so often and never finished kills the engine; it is left out as a hole."""

TOUCHING = 0.01
"""Seconds between two stretches that are one."""


@dataclass(frozen=True, slots=True)
class Written:
    """What an earlier run left.

    Attributes:
        utterances: finished ones in order; begun: start in milliseconds → how often it was begun and not finished.
        lost: seconds, from and to, in which nothing could be read.

    """

    utterances: tuple[Mapping[str, Any], ...] = ()
    begun: Mapping[int, int] = field(default_factory=dict)
    lost: tuple[tuple[float, float], ...] = ()

    @property
    def position(self) -> float:
        """Seconds up to which everything is done."""
        return float(self.utterances[-1]["next"]) if self.utterances else 0.0


class Journal:
    """One track's work. Written by one process at a time.

    Args:
        path: a file; made when missing.
        job: what the work depends on (engine, model, cutting). A journal of another job is set aside, not mixed.

    """

    def __init__(self, path: Path, job: str) -> None:
        self._path, self._job = path, job
        self._file: IO[bytes] | None = None
        self._lost: list[tuple[float, float]] = []
        self.written = Written()

    def __enter__(self) -> Self:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        rows, whole = _read(self._path)
        if rows and rows[0].get("job") != self._job:
            self._path.replace(self._path.with_suffix(".old.jsonl"))
            rows, whole = [], 0
        self._file = self._path.open("ab")
        self._file.truncate(whole)  # a line that a crash cut short
        if not rows:
            self._append({"job": self._job})
        begun: Counter[int] = Counter(int(row["begin"]) for row in rows if "begin" in row)
        for row in rows:
            if "next" in row:
                begun.pop(round(row["start"] * 1000), None)
        lost = tuple((row["lost"][0], row["lost"][1]) for row in rows if "lost" in row)
        self.written = Written(tuple(row for row in rows if "next" in row), begun, lost)
        self._lost = list(lost)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file:
            self._file.close()

    def begin(self, start: float) -> bool:
        """Told before an utterance is decoded. False: it has ended the engine before, leave it."""
        key = round(start * 1000)
        if self.written.begun.get(key, 0) >= BREAKS_TWICE:
            return False
        self._append({"begin": key})
        return True

    def finish(self, utterance: Mapping[str, Any]) -> None:
        """Durable when it returns. Has at least `start` and `next`, in seconds."""
        self._append(utterance)

    def lose(self, start: float, end: float) -> None:
        """Nothing can be read there: noted once, however often it is tried."""
        if not any(low <= start and end <= high for low, high in self.lost):
            self._lost.append((round(start, 3), round(end, 3)))
            self._append({"lost": self._lost[-1]})

    @property
    def lost(self) -> tuple[tuple[float, float], ...]:
        """All of it, in order, what lies side by side as one."""
        whole: list[tuple[float, float]] = []
        for start, end in sorted(self._lost):
            if whole and start <= whole[-1][1] + TOUCHING:
                whole[-1] = (whole[-1][0], max(whole[-1][1], end))
            else:
                whole.append((start, end))
        return tuple(whole)

    def _append(self, row: Mapping[str, Any]) -> None:
        if self._file is None:
            raise ValueError("journal is not open")
        self._file.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())


def _read(path: Path) -> tuple[list[dict[str, Any]], int]:
    """Whole rows, and how many bytes they take. What follows the first bad line is not trusted."""
    rows: list[dict[str, Any]] = []
    whole = 0
    if not path.exists():
        return rows, whole
    for line in path.read_bytes().splitlines(keepends=True):
        try:
            row = json.loads(line)
        except ValueError:
            break
        if not line.endswith(b"\n") or not isinstance(row, dict):
            break
        rows.append(row)
        whole += len(line)
    return rows, whole
