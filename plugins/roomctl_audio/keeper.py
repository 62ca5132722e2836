"""From the ring onto the disk: parts, their turns, and the gaps that are declared."""

import logging
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

from roomctl.api import Gap, Order, tr
from roomctl_audio.journal_file import JournalFile
from roomctl_audio.part import FULL, Part
from roomctl_audio.ring import Chunk, Ring
from roomctl_audio.sources import Source

SYNC_SECONDS = 1.0
LARGEST_WRITE = 1 << 20

log = logging.getLogger("roomctl.audio.capture")


class Keeper:
    """Keeps or discards what the source says. It is called by capture's main thread alone.

    Args:
        closed: called with each part that is whole on disk, and how often PortAudio said that it lost something.

    """

    def __init__(
        self,
        folder: Path,
        order: Order,
        source: Source,
        ring: Ring,
        rows: JournalFile,
        closed: Callable[[Part, int], None],
    ) -> None:
        self._folder, self._source, self._ring, self._rows, self._closed = folder, source, ring, rows, closed
        self._layout, self._waits = source.layout, source.waits
        self._realtime = order.realtime
        self._segment = max(1, round(order.segment_seconds * order.sample_rate))
        self.part: Part | None = None
        self._seq = 0
        self._before = 0  # frames in closed parts
        self._pending = b""  # taken from the ring; the full disk has not taken it yet
        self._since, self._from = 0.0, 0  # moment and frame from which a file in real time is paced
        self._synced = 0.0
        self._overflows = 0
        self.limit: int | None = None
        self.gaps: list[Gap] = []
        self._untold: list[Gap] = []  # not yet in the journal
        self.heard = b""
        """What was heard last, kept or not."""
        self.unkept = 0
        """Frames heard since `begin_discarding`."""
        self.problem = ""
        """`磁盘已满` while the disk is full."""

    @property
    def frames(self) -> int:
        """Kept on disk."""
        return self._before + (self.part.frames if self.part else 0)

    @property
    def ended(self) -> bool:
        """The source has no more, and all of it is on disk."""
        return self._ring.finished and not self._pending

    @property
    def full(self) -> bool:
        """As much is kept as was asked for."""
        return self.limit is not None and self.frames >= self.limit

    def begin(self) -> None:
        """From here on everything is kept."""
        self._since, self._from = time.monotonic(), self.frames

    def begin_discarding(self) -> None:
        """From here on nothing is kept."""
        self.unkept = 0

    def discard(self) -> None:
        """Takes what a device says while nothing is kept. A file is held instead."""
        if self._waits:
            return
        chunks = self._ring.take(self._layout.second * 60)
        if chunks:
            self.heard = b"".join(chunk.data for chunk in chunks)[-self._layout.second :]
            self.unkept += sum(chunk.lost + len(chunk.data) // self._layout.frame for chunk in chunks)

    def keep(self) -> None:
        """One write: as much as there is, up to the segment's end, the limit, or what is due in real time.

        Raises: OSError for anything but a full disk; that is waited out, and the ring counts what it cannot hold.
        """
        if self._pending or self._untold:
            self._flush()
        else:
            for chunk in self._ring.take(self._budget() * self._layout.frame):
                self._take(chunk)
        self._turn()

    def finish(self) -> None:
        """What was heard up to this moment is kept, and the part is closed. Raises: OSError."""
        if not self._waits:
            self._catch_up()
        unwritten = -(-len(self._pending) // self._layout.frame)
        self._pending = b""
        self._close()
        self.declare(unwritten, "disk")
        if self._ring.finished:
            self.declare(self._ring.lost_at_end(), "overflow")
        self._tell()

    def _catch_up(self) -> None:
        """A device delivers late: what it heard up to now is awaited for as long as it usually takes."""
        until = time.monotonic() + self._source.lag
        while not self._pending and (budget := self._budget()):
            for chunk in self._ring.take(budget * self._layout.frame):
                self._take(chunk)
            self._turn()
            left = until - time.monotonic()
            if not self._ring.size and (left <= 0 or self._ring.finished):
                break
            self._ring.wait(max(0.0, left))

    def declare(self, frames: int, reason: str) -> None:
        """A gap at the present frame; a pause is told even where it was too short to miss anything."""
        if frames or reason == "pause":
            gap = Gap(self.frames + len(self._pending) // self._layout.frame, frames, reason)
            self.gaps.append(gap)
            self._untold.append(gap)

    def _tell(self) -> None:
        while self._untold:
            self._rows.write("gap", **asdict(self._untold[0]))
            del self._untold[0]

    def _budget(self) -> int:
        """Frames that may be taken now."""
        budget = LARGEST_WRITE // self._layout.frame
        budget = min(budget, self._segment - (self.part.frames if self.part else 0))
        if self.limit is not None:
            budget = min(budget, self.limit - self.frames)
        if self._waits and self._realtime:
            due = self._from + int((time.monotonic() - self._since) * self._layout.rate)
            budget = min(budget, due - self.frames)
        return max(0, budget)

    def _take(self, chunk: Chunk) -> None:
        self.declare(chunk.lost, "disk" if self.problem else "overflow")
        self.heard = chunk.data
        self._pending += chunk.data
        self._flush()

    def _flush(self) -> None:
        """Writes what is pending. What a full disk does not take stays pending."""
        try:
            self._tell()
            if self._pending:
                self._write(self.part or self._open())
        except OSError as error:
            if error.errno not in FULL:
                raise
        if not self._pending:
            self.problem = ""
        elif not self.problem:
            self.problem = tr("磁盘已满", "the disk is full")
            log.error("disk full at frame %d", self.frames)

    def _turn(self) -> None:
        if self.part and self.part.frames >= self._segment and not self._pending:
            self._close()

    def _write(self, part: Part) -> None:
        self._pending = self._pending[part.write(self._pending) :]
        now = time.monotonic()
        if now - self._synced >= SYNC_SECONDS:
            part.sync()
            self._synced = now

    def _open(self) -> Part:
        """The row follows the empty file, the sound follows the row: a part with sound in it always has its row."""
        late = 0.0 if self._waits else (self._ring.size + len(self._pending)) / self._layout.second
        utc, monotonic = datetime.now(UTC) - timedelta(seconds=late), round(time.monotonic() - late, 6)
        seq = self._seq + 1
        part = Part(self._folder, seq, self._before, self._layout.frame)
        try:
            self._rows.write("part", seq=seq, first_frame=self._before, utc=utc.isoformat(), monotonic=monotonic)
        except OSError:
            part.abandon()
            raise
        self.part, self._seq, self._overflows = part, seq, self._source.overflows
        return part

    def _close(self) -> None:
        part, self.part = self.part, None
        if part:
            part.close()
            self._before += part.frames
            self._closed(part, self._source.overflows - self._overflows)
