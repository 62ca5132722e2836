"""The journal of a recording that grows, for whoever asks each second: it is read on from where it was.

Rows that were judged once in this process are not judged again; `recording verify` judges them all.
"""

import os
import threading
from collections import OrderedDict
from dataclasses import dataclass
from io import RawIOBase
from pathlib import Path

from roomctl.api import RecordingReport
from roomctl_audio.journal import journal

MOST = 8
"""Recordings that are remembered: a day of 16 tracks takes some 10 MB."""


@dataclass(frozen=True, slots=True)
class Followed:
    """A journal as it stands.

    Attributes:
        file: device and inode; changed: ns; size: bytes, a half row included.

    """

    file: tuple[int, int]
    changed: int
    size: int
    parsed: journal.Parsed
    report: RecordingReport


_known: OrderedDict[Path, Followed] = OrderedDict()
_lock = threading.Lock()


def follow(folder: Path) -> Followed:
    """The journal of a folder; without rows where there is none yet."""
    path = folder / journal.NAME
    with _lock:
        before = _known.get(path)
    try:
        with path.open("rb", buffering=0) as file:
            now = _read(file, before)
    except FileNotFoundError:
        return Followed((0, 0), 0, 0, journal.Parsed((), 0), journal.report(()))
    with _lock:
        _known[path] = now
        _known.move_to_end(path)
        while len(_known) > MOST:
            _known.popitem(last=False)
    return now


def _read(file: RawIOBase, before: Followed | None) -> Followed:
    found = os.fstat(file.fileno())
    known, changed, size = (found.st_dev, found.st_ino), found.st_mtime_ns, found.st_size
    parsed = None
    if before and before.file == known:
        if (before.size, before.changed) == (size, changed):
            return before
        if size > before.size:
            file.seek(before.parsed.good)
            parsed = journal.parse(_all(file, size - before.parsed.good), before.parsed)
    if parsed is None or parsed.problem:  # a row that was not durable was taken back, and another stands there
        file.seek(0)
        parsed = journal.parse(_all(file, size))
    return Followed(known, changed, size, parsed, journal.report(parsed.rows))


def _all(file: RawIOBase, size: int) -> bytes:
    data = b""
    while len(data) < size and (more := file.read(size - len(data))):
        data += more
    return data
