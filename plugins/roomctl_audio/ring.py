"""The ring between a source's thread and the writer."""

import threading
from collections import deque
from typing import NamedTuple


class Chunk(NamedTuple):
    """Whole frames of sound, and how many frames were lost just before them."""

    data: bytes
    lost: int


class Ring:
    """Holds up to `capacity` bytes.

    A source that can wait (a file) blocks in `put` and loses nothing. One that cannot (a microphone)
    never blocks: what does not fit is counted, and the count stands before the next chunk that fits.
    """

    def __init__(self, capacity: int, frame: int, *, waits: bool) -> None:
        self._capacity, self._frame, self._waits = capacity, frame, waits
        self._chunks: deque[Chunk] = deque()
        self._size = 0
        self._lost = 0
        self._ended = False
        self._closed = False
        self._changed = threading.Condition()

    def put(self, data: bytes, lost: int = 0) -> None:
        """Adds whole frames; `lost` are frames that the source itself knows to be missing before them."""
        with self._changed:
            if self._waits:
                self._changed.wait_for(lambda: self._closed or not self._size or self._fits(data))
            self._lost += lost
            if self._closed or not (self._fits(data) or not self._size):
                self._lost += len(data) // self._frame
                return
            self._chunks.append(Chunk(data, self._lost))
            self._size += len(data)
            self._lost = 0
            self._changed.notify_all()

    def _fits(self, data: bytes) -> bool:
        return self._size + len(data) <= self._capacity

    def end(self) -> None:
        """The source has no more."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def close(self) -> None:
        """Nobody takes any more: a blocked source goes on, into nothing."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def wait(self, timeout: float) -> None:
        """Until there is something to take, or the source has ended, or `timeout` seconds have passed."""
        with self._changed:
            self._changed.wait_for(lambda: self._size or self._ended, timeout)

    def take(self, limit: int) -> list[Chunk]:
        """Up to `limit` bytes, in order, the last chunk cut where need be."""
        with self._changed:
            taken: list[Chunk] = []
            while self._chunks and limit > 0:
                data, lost = self._chunks.popleft()
                if len(data) > limit:
                    cut = limit - limit % self._frame
                    self._chunks.appendleft(Chunk(data[cut:], 0 if cut else lost))
                    if not cut:
                        break
                    data = data[:cut]
                taken.append(Chunk(data, lost))
                limit -= len(data)
                self._size -= len(data)
            self._changed.notify_all()
            return taken

    def peek(self) -> bytes:
        """What waits, up to half a second or so of it, without taking it: for levels before the start."""
        with self._changed:
            return b"".join(chunk.data for chunk in list(self._chunks)[:5])

    def lost_at_end(self) -> int:
        """Frames lost since the last chunk that fitted; told once."""
        with self._changed:
            lost, self._lost = self._lost, 0
            return lost

    @property
    def size(self) -> int:
        """Bytes waiting."""
        return self._size

    @property
    def finished(self) -> bool:
        """The source has ended and all was taken."""
        with self._changed:
            return self._ended and not self._size
