"""The ring between a source's thread and the writer."""

import threading
from collections import deque
from collections.abc import Iterable
from typing import NamedTuple


class Loss(NamedTuple):
    """Frames that are missing, and why: a reason of `Gap`."""

    frames: int
    reason: str


class Chunk(NamedTuple):
    """Whole frames of sound; what was lost just before them; which source said them, and when the first was heard.

    A source that has no clock of its own (a file) tells neither.
    """

    data: bytes
    lost: tuple[Loss, ...] = ()
    source: str = ""
    began: float = 0.0

    def heard(self, frame: int) -> int:
        """Frames that it stands for, lost ones included. Args: frame: bytes of one."""
        return len(self.data) // frame + sum(loss.frames for loss in self.lost)


class Ring:
    """Holds up to `capacity` bytes.

    A source that can wait (a file) blocks in `put` and loses nothing. One that cannot (a microphone)
    never blocks: what does not fit is counted, and the count stands before the next chunk that fits.
    """

    def __init__(self, capacity: int, frame: int, *, waits: bool, rate: int = 1) -> None:
        """Args: frame: bytes of one; rate: frames a second."""
        self._capacity, self._frame, self._waits, self._rate = capacity, frame, waits, rate
        self._chunks: deque[Chunk] = deque()
        self._size = 0
        self._lost: list[Loss] = []
        self._ended = False
        self._closed = False
        self._changed = threading.Condition()
        self.blame = "overflow"
        """Why it cannot hold more; the writer says so where it is the disk."""

    def put(self, data: bytes, lost: Iterable[Loss] = (), source: str = "", began: float = 0.0) -> None:
        """Adds whole frames; `lost` is what the source itself knows to be missing before them."""
        with self._changed:
            if self._waits:
                self._changed.wait_for(lambda: self._closed or not self._size or self._fits(data))
            for loss in lost:
                self._lose(loss)
            if self._closed or not (self._fits(data) or not self._size):
                self._lose(Loss(len(data) // self._frame, self.blame))
                return
            self._chunks.append(Chunk(data, tuple(self._lost), source, began))
            self._size += len(data)
            self._lost = []
            self._changed.notify_all()

    def _lose(self, loss: Loss) -> None:
        if self._lost and self._lost[-1].reason == loss.reason:
            loss = Loss(self._lost.pop().frames + loss.frames, loss.reason)
        if loss.frames > 0:
            self._lost.append(loss)

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
                chunk = self._chunks.popleft()
                if len(chunk.data) > limit:
                    cut = limit - limit % self._frame
                    if not cut:
                        self._chunks.appendleft(chunk)
                        break
                    later = chunk.began + cut / self._frame / self._rate if chunk.began else 0.0
                    self._chunks.appendleft(Chunk(chunk.data[cut:], (), chunk.source, later))
                    chunk = chunk._replace(data=chunk.data[:cut])
                taken.append(chunk)
                limit -= len(chunk.data)
                self._size -= len(chunk.data)
            self._changed.notify_all()
            return taken

    def peek(self) -> bytes:
        """What waits, up to half a second or so of it, without taking it: for levels before the start."""
        with self._changed:
            return b"".join(chunk.data for chunk in list(self._chunks)[:5])

    def lost_at_end(self) -> tuple[Loss, ...]:
        """What was lost since the last chunk that fitted; told once."""
        with self._changed:
            lost, self._lost = tuple(self._lost), []
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
