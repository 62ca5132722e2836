"""The open `.part`: raw interleaved sound, which is also what meters and captions read while it grows."""

import errno
import os
import re
from pathlib import Path

from roomctl.api.files import fsync_folder

FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
"""Of an OSError: there is no room now, and may be again."""

FLAGS = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
COPY_BYTES = 1 << 20
NAME = re.compile(r"(\d{4,})\.part")


def name(seq: int) -> str:
    """The file of a part."""
    return f"{seq:04d}.part"


def segment_name(track: int, seq: int) -> str:
    """The file that a track of a part becomes."""
    return f"t{track:02d}-{seq:04d}.flac"


def open_parts(folder: Path) -> dict[int, Path]:
    """The parts in a folder by seq."""
    found = ((NAME.fullmatch(path.name), path) for path in folder.iterdir())
    return {int(match[1]): path for match, path in sorted(found, key=lambda f: f[1].name) if match}


class Part:
    """One part while it is written."""

    def __init__(self, folder: Path, seq: int, first_frame: int, frame: int) -> None:
        """Args: frame: bytes of one frame. Raises: OSError."""
        self.seq, self.first_frame, self._frame = seq, first_frame, frame
        self.path = folder / name(seq)
        self._handle = os.open(self.path, FLAGS, 0o644)
        self._bytes = 0
        fsync_folder(folder)

    @property
    def frames(self) -> int:
        """Whole frames written."""
        return self._bytes // self._frame

    def write(self, data: bytes) -> int:
        """How many bytes went in: fewer than given where the disk is full. Raises: OSError for any other reason."""
        done = 0
        while done < len(data):
            try:
                count = os.write(self._handle, memoryview(data)[done:])
            except OSError as error:
                if error.errno in FULL:
                    break
                raise
            done += count
            self._bytes += count
        return done

    def sync(self) -> None:
        """What was written is durable. Raises: OSError; FileNotFoundError, where somebody took the file away."""
        getattr(os, "fdatasync", os.fsync)(self._handle)
        if self._taken_away():
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(self.path))

    def _taken_away(self) -> bool:
        try:
            return not os.path.samestat(self.path.stat(), os.fstat(self._handle))
        except FileNotFoundError:
            return True

    @property
    def deleted(self) -> bool:
        """Its file has no name any more: it was not moved."""
        return os.fstat(self._handle).st_nlink == 0

    def restore(self) -> bool:
        """Whether it wrote anew what somebody took away: while it is open, its sound is there. Raises: OSError."""
        if not self._taken_away():
            return False
        fresh = os.open(self.path, FLAGS, 0o644)
        try:
            os.lseek(self._handle, 0, os.SEEK_SET)
            while data := os.read(self._handle, COPY_BYTES):
                left = memoryview(data)
                while left:
                    left = left[os.write(fresh, left) :]
            os.fsync(fresh)
        except OSError:
            os.close(fresh)
            self.path.unlink(missing_ok=True)
            raise
        os.close(self._handle)
        self._handle = fresh
        fsync_folder(self.path.parent)
        return True

    def abandon(self) -> None:
        """Takes an empty part away again."""
        os.close(self._handle)
        self.path.unlink()

    def close(self) -> None:
        """Ends it with a whole frame, durably."""
        try:
            os.ftruncate(self._handle, self.frames * self._frame)
            self._bytes = self.frames * self._frame
            os.fsync(self._handle)
        finally:
            os.close(self._handle)
