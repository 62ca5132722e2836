"""From the ring onto the disk: parts, their turns, and the gaps that are declared."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from roomctl.api import Gap, Order, tr
from roomctl_audio.capture.capacity import Reserve
from roomctl_audio.journal.file import JournalFile
from roomctl_audio.sound.part import FULL, Part
from roomctl_audio.sources.ring import Chunk, Loss, Ring
from roomctl_audio.sources.source import DEVICE, Source
from roomctl_audio.timing import now

SYNC_SECONDS = 0.8
"""With the tenth in which a frame waits for its write, and that until the next turn, it is durable within 1 s."""
LARGEST_WRITE = 1 << 20
RETRY_SECONDS = 1.0
"""After which a folder that could not be written to is tried again."""
MOVED_SECONDS = 8.0
"""For which a folder that was moved away may come back; so long the ring holds the sound."""

log = logging.getLogger("roomctl.audio.capture")


class Keeper:
    """Keeps or discards what the source says. It is called by capture's main thread alone.

    Args:
        reserve: given back when the disk is full, so that what is pending, the part and its rows are ended cleanly.
        opened: called with each new part.
        closed: called with each part that is whole on disk, and how often PortAudio said that it lost something.

    """

    def __init__(
        self,
        folder: Path,
        order: Order,
        source: Source,
        ring: Ring,
        rows: JournalFile,
        reserve: Reserve,
        *,
        opened: Callable[[Part], None],
        closed: Callable[[Part, int], None],
    ) -> None:
        self._folder, self._source, self._ring, self._rows, self._reserve = folder, source, ring, rows, reserve
        self._opened, self._closed = opened, closed
        self._layout, self._waits = source.layout, source.waits
        self._realtime = order.realtime
        self._segment = max(1, round(order.segment_seconds * order.sample_rate))
        self.part: Part | None = None
        self._seq = 0
        self._before = 0  # frames in closed parts
        self._pending = b""  # taken from the ring; the disk has not taken it yet
        self._began = 0.0  # when the first of it was heard
        self._since, self._from = 0.0, 0  # moment and frame from which a file in real time is paced
        self._synced = self._tried = self._held = 0.0
        self._doubtful = False  # the disk did not make durable what is in the part
        self._overflows = 0
        self._name = source.name
        self._unkept = 0  # frames heard since `begin_discarding`
        self.limit: int | None = None
        self.gaps: list[Gap] = []
        self._untold: list[tuple[str, Mapping[str, Any]]] = []  # rows that are not yet in the journal
        self.started: str | None = None
        """UTC at which frame 0 was heard."""
        self._heard: list[bytes] = []
        self.full = False
        """Nothing is kept, for want of room."""
        self.problem = ""
        """Why nothing can be kept at present; it goes on by itself."""
        self.restored = False
        """The folder was taken away, and was made again."""

    @property
    def heard(self) -> bytes:
        """What was kept last."""
        return b"".join(self._heard)

    @property
    def frames(self) -> int:
        """Kept on disk."""
        return self._before + (self.part.frames if self.part else 0)

    @property
    def ended(self) -> bool:
        """The source has no more, and all of it is on disk."""
        return self._ring.finished and not self._pending

    @property
    def complete(self) -> bool:
        """As much is kept as was asked for."""
        return self.limit is not None and self.frames >= self.limit

    def begin(self) -> None:
        """From here on everything is kept."""
        self._source.missing(now())
        self._since, self._from = now(), self.frames

    def begin_discarding(self) -> None:
        """From here on nothing is kept."""
        self._unkept = 0

    def unkept(self) -> int:
        """Frames that went by since `begin_discarding`, those that a missing device owes included."""
        return self._unkept + self._source.missing(now()).frames

    def discard(self) -> bytes:
        """Takes what a device says while nothing is kept, and gives it. A file is held instead."""
        if self._waits:
            return b""
        chunks = self._ring.take(self._layout.second * 60)
        self._unkept += sum(chunk.heard(self._layout.frame) for chunk in chunks)
        for chunk in chunks:
            self._tell_source(chunk)
        return b"".join(chunk.data for chunk in chunks)

    def keep(self) -> None:
        """One write: as much as there is, up to the segment's end, the limit, or what is due in real time.

        A disk that is full, or a folder that cannot be written to, is waited out: a file is held, and of a device the
        ring counts what it cannot hold.
        """
        self._heard.clear()
        if self.problem and not self._again():
            return
        if self._pending or self._untold:
            self._flush()
        else:
            for chunk in self._ring.take(self._budget() * self._layout.frame):
                self._take(chunk)
        self._turn()

    def finish(self) -> None:
        """What was heard up to this moment is kept, and the part is closed. Raises: OSError."""
        if not self._waits and not self.problem:
            self._catch_up()
        unwritten = -(-len(self._pending) // self._layout.frame)
        self._pending = b""
        self._close()
        if self.problem and not self._waits:
            unwritten += sum(chunk.heard(self._layout.frame) for chunk in self._ring.take(1 << 40))
        self.declare(Loss(unwritten, "disk"))
        if not self._waits:
            for loss in self._ring.lost_at_end():
                self.declare(loss)
            self.declare(self._source.missing(now()))
        self.tell()

    def _catch_up(self) -> None:
        """A device delivers late: what it heard up to now is awaited for as long as it usually takes."""
        until = now() + self._source.lag
        while not self._pending and (budget := self._budget()):
            for chunk in self._ring.take(budget * self._layout.frame):
                self._take(chunk)
            self._turn()
            left = until - now()
            if not self._ring.size and (left <= 0 or self._ring.finished):
                break
            self._ring.wait(max(0.0, left))

    def declare(self, loss: Loss) -> None:
        """A gap at the present frame; a pause is told even where it was too short to miss anything."""
        if loss.frames > 0 or loss.reason == "pause":
            gap = Gap(self.frames + len(self._pending) // self._layout.frame, loss.frames, loss.reason)
            self.gaps.append(gap)
            self._untold.append(("gap", asdict(gap)))

    def tell(self) -> None:
        """Writes the rows that could not be written before. Raises: OSError."""
        while self._untold:
            kind, facts = self._untold[0]
            self._rows.write(kind, **facts)
            del self._untold[0]

    def _tell_source(self, chunk: Chunk) -> None:
        """Another source than before: a row at its first frame."""
        if chunk.source and chunk.source != self._name:
            self._name = chunk.source
            self._untold.append(("source", {"source": self._name, "frame": self.frames}))

    def _budget(self) -> int:
        """Frames that may be taken now."""
        budget = LARGEST_WRITE // self._layout.frame
        budget = min(budget, self._segment - (self.part.frames if self.part else 0))
        if self.limit is not None:
            budget = min(budget, self.limit - self.frames)
        if self._waits and self._realtime:
            due = self._from + int((now() - self._since) * self._layout.rate)
            budget = min(budget, due - self.frames)
        return max(0, budget)

    def _take(self, chunk: Chunk) -> None:
        gone = any(loss.reason == DEVICE for loss in chunk.lost)
        if (gone or chunk.source not in {"", self._name}) and not self._pending:
            self._close()  # what comes now has a time of its own, and a part has but one
        for loss in chunk.lost:
            self.declare(loss)
        self._tell_source(chunk)
        if not self._pending:
            self._began = chunk.began
        self._heard.append(chunk.data)
        self._pending += chunk.data
        if not self.problem:
            self._flush()

    # --- onto the disk ----------------------------------------------------------------------------------------------

    def _flush(self) -> None:
        """Writes what is pending. What the disk does not take stays pending."""
        try:
            self.tell()
            if self._pending:
                self._write(self.part or self._open())
        except OSError as error:
            if error.errno not in FULL:
                where, why = self._folder, error.strerror or str(error)
                self._hold(tr(f"无法写入 {where}：{why}", f"cannot write to {where}: {why}"))
                return
        if self._pending or self._untold or self._doubtful:
            self._fill()

    def _fill(self) -> None:
        """The disk is full: the reserve takes what is pending, and the part is closed, so that it is sealed."""
        self.full = True
        self._hold(tr("磁盘已满", "the disk is full"))
        if not self._reserve.give_back():
            return
        try:
            self.tell()
            if self._pending:
                self._write(self.part or self._open())
            if not self._pending:
                self._close()
        except OSError:
            log.exception("the reserve was not enough")

    def _hold(self, problem: str) -> None:
        self._ring.blame = "disk"
        self._tried = now()
        if not self.problem:
            self._held = now()
            log.error("%s, at frame %d", problem, self.frames)
        self.problem = problem

    def _again(self) -> bool:
        """Whether it may be tried again; nothing but a try tells whether a folder can be written to."""
        if now() - self._tried < RETRY_SECONDS:
            return False
        self._tried = now()
        if self.full and not self._reserve.make():
            return False
        try:
            self._restore()
            self.tell()
            doubtful = self._doubtful
            if self._pending:
                self._write(self.part or self._open())
            if self._doubtful and self.part:
                self._sync(self.part)
        except OSError:
            return False
        if self._pending:
            return False
        if doubtful:  # a sync tells of an error once: what was lost is sealed anew from what is still in memory
            self._close()
        log.warning("it goes on at frame %d", self.frames)
        self.full, self.problem, self._ring.blame = False, "", "overflow"
        return True

    def _restore(self) -> None:
        """A folder that somebody took away is made again, with the open part and the journal. Raises: OSError."""
        if not self._folder.is_dir():
            if not (self.part and self.part.deleted) and now() - self._held < MOVED_SECONDS:
                raise FileNotFoundError(str(self._folder))
            self._folder.mkdir()
        if self._rows.restore():
            self._untold.append(("restored", {"frame": self.frames}))
            self.restored = True
        if self.part and self.part.restore():
            self._doubtful = False

    def _turn(self) -> None:
        if self.part and self.part.frames >= self._segment and not self._pending:
            self._close()

    def _write(self, part: Part) -> None:
        self._pending = self._pending[part.write(self._pending) :]
        if now() - self._synced >= SYNC_SECONDS:
            self._sync(part)

    def _sync(self, part: Part) -> None:
        self._doubtful = True
        part.sync()
        self._doubtful, self._synced = False, now()

    def _open(self) -> Part:
        """The row follows the empty file, the sound follows the row: a part with sound in it always has its row."""
        late = now() - self._began if self._began else 0.0
        utc, monotonic = datetime.now(UTC) - timedelta(seconds=late), round(now() - late, 6)
        seq = self._seq + 1
        part = Part(self._folder, seq, self._before, self._layout.frame)
        try:
            self._rows.write("part", seq=seq, first_frame=self._before, utc=utc.isoformat(), monotonic=monotonic)
        except OSError:
            part.abandon()
            raise
        self.part, self._seq, self._overflows = part, seq, self._source.overflows
        self.started = self.started or utc.isoformat()
        self._opened(part)
        return part

    def _close(self) -> None:
        part, self.part, self._doubtful = self.part, None, False
        if part is None:
            return
        try:
            part.close()
        except OSError:  # what the disk has of it is sealed all the same; the finisher counts it
            log.exception("%s", part.path.name)
        self._before += part.frames
        self._closed(part, self._source.overflows - self._overflows)
