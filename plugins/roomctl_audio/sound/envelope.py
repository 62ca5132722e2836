"""`levels.bin`: how loud a recording is, ten times a second, beside its sound. Derived data, never part of a package.

One record per tenth of a second of frames (`rate // 10`), from frame 0 on, of fixed width: of each track one byte of
peak and one of RMS. Byte b means -b/2 dBFS; 255 means as good as nothing, and is told as `SILENCE`.
The watch writes it; of a file that is read as fast as it goes, which no watch keeps up with, the finisher. The host
reads it, so there is no numpy in here.
"""

import os
from pathlib import Path

from roomctl.api import Envelope, Level, RecorderStatus

NAME = "levels.bin"
SILENCE = -200.0
"""What exact zeros are told as, in dBFS: below anything that 24 bits can hold (-138 dBFS)."""
NOTHING = 255
RECORDS_PER_SECOND = 10
FEW = 64
"""Bytes up to which the plain `min` is the quickest."""


def width(tracks: int) -> int:
    """Bytes of a record."""
    return 2 * tracks


def step(rate: int) -> int:
    """Frames of a record."""
    return max(1, rate // RECORDS_PER_SECOND)


def encode(dbfs: float) -> int:
    """The byte of a level, to half a dB."""
    return max(0, min(NOTHING, round(-2 * dbfs)))


def decode(byte: int) -> float:
    """The level of a byte, in dBFS."""
    return SILENCE if byte >= NOTHING else -byte / 2


class Writer:
    """Appends whole records. Nothing is made before the first of them.

    The file is opened for each write, so that one whose folder was taken away and made again goes on: what is no
    longer there is told as nothing, and what a crash left of half a record is cut off.

    Attributes:
        records: how many there are.

    """

    def __init__(self, folder: Path, tracks: int) -> None:
        self._path, self._width = folder / NAME, width(tracks)
        self.records = self._path.stat().st_size // self._width if self._path.exists() else 0

    def write(self, data: bytes) -> None:
        """Args: data: whole records. Raises: OSError, and none of them is there."""
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
        handle = os.open(self._path, flags, 0o644)
        end = self.records * self._width
        try:
            missing = end - os.fstat(handle).st_size
            if missing < 0:
                os.ftruncate(handle, end)
            try:
                left = memoryview(bytes([NOTHING]) * missing + data)
                while left:
                    left = left[os.write(handle, left) :]
            except OSError:
                os.ftruncate(handle, end - max(0, missing))
                raise
        finally:
            os.close(handle)
        self.records += len(data) // self._width


def put(folder: Path, tracks: int, at: int, data: bytes) -> None:
    """Writes whole records from record `at` on, over what stands there. Raises: OSError."""
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(folder / NAME, flags, 0o644), "r+b") as file:
        begin = at * width(tracks)
        missing = begin - file.seek(0, os.SEEK_END)
        if missing > 0:
            file.write(bytes([NOTHING]) * missing)
        file.seek(begin)
        file.write(data)


def last(folder: Path, tracks: int) -> tuple[Level, ...]:
    """Of each track in the newest record; empty where there is none."""
    record = _newest(folder, tracks, 1)
    pairs = zip(record[::2], record[1::2], strict=True)
    return tuple(Level(decode(peak), decode(rms)) for peak, rms in pairs)


def loudest(folder: Path, tracks: int) -> tuple[float, ...]:
    """Of each track the loudest peak in the newest second; empty where there is no record."""
    data, size = _newest(folder, tracks, RECORDS_PER_SECOND), width(tracks)
    return tuple(decode(min(data[2 * track :: size])) for track in range(tracks)) if data else ()


def _newest(folder: Path, tracks: int, count: int) -> bytes:
    """The last records, up to `count` of them."""
    size = width(tracks)
    try:
        with (folder / NAME).open("rb") as file:
            records = file.seek(0, os.SEEK_END) // size if size else 0
            file.seek(max(0, records - count) * size)
            return file.read(min(records, count) * size)
    except OSError:
        return b""


def read(folder: Path, tracks: int, rate: int, first: float, last: float, points: int) -> Envelope:
    """The loudest peak of each point from second `first` to `last`.

    Points are whole records long, all alike, so that those of a growing recording do not shift under the eye. Where
    there is no record (the file is missing, or ends early) they are `SILENCE`. Eight hours of 16 tracks take about
    20 ms.
    """
    seconds = step(rate) / rate
    begin = max(0, int(first / seconds + 1e-9))
    count = max(0, -int(-last / seconds // 1) - begin)
    each = max(1, -(-count // max(1, points)))
    length = -(-count // each)
    data = _records(folder, width(tracks), begin, count)
    peaks = tuple(_loudest(data[2 * track :: width(tracks)], each, length) for track in range(tracks))
    return Envelope(start=begin * seconds, seconds=each * seconds, peaks=peaks)


def of(folder: Path, status: RecorderStatus, *, first: float, last: float | None, points: int) -> Envelope:
    """As `Monitored.envelope`, of a recording that stands as `status` says."""
    end = status.frames / status.sample_rate
    until = end if last is None else min(last, end)
    return read(folder, status.tracks, status.sample_rate, max(0.0, first), until, points)


def _records(folder: Path, size: int, begin: int, count: int) -> bytes:
    try:
        with (folder / NAME).open("rb") as file:
            file.seek(begin * size)
            data = file.read(count * size)
    except OSError:
        return b""
    return data[: len(data) - len(data) % size]


HIGH = bytes(byte >> 4 for byte in range(256))


def _loudest(track: bytes, each: int, length: int) -> tuple[float, ...]:
    """Of each of `length` points of `each` bytes the lowest byte, as dBFS."""
    if each < FEW:
        return tuple(decode(min(track[at : at + each], default=NOTHING)) for at in range(0, each * length, each))
    high = track.translate(HIGH)
    return tuple(decode(_lowest(track, high, at, at + each)) for at in range(0, each * length, each))


def _lowest(track: bytes, high: bytes, begin: int, end: int) -> int:
    """The lowest byte between two places: first its upper half, then its lower; `find` is far quicker than `min`."""
    for upper in range(16):
        if high.find(upper, begin, end) >= 0:
            return next(byte for byte in range(upper << 4, (upper + 1) << 4) if track.find(byte, begin, end) >= 0)
    return NOTHING
