"""A microphone, and its stand-by, each kept open by a process of its own and opened again when it is gone.

Of the two one is heard at a time, and the ring has one clock. (Several devices in one recording, each with a clock of
its own, would be one `Ring` and one `.part` a clock, and rows of the journal that name it.)
"""

import queue
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from roomctl.api import NotFound, Order, RoomctlError, tr
from roomctl.api.process import Effort, Spent, effort
from roomctl_audio.crossing import raised
from roomctl_audio.sound.layout import Layout
from roomctl_audio.sources.feed import Block, Ended, Feed, Opened, Said
from roomctl_audio.sources.pace import LOSS_SECONDS, ClockWatch, Drift
from roomctl_audio.sources.ring import Loss, Ring
from roomctl_audio.sources.source import DEVICE
from roomctl_audio.timing import now as boot_clock

POLL_SECONDS = 0.1
LONGEST_READ_SECONDS = 1.0
"""What PortAudio holds by itself."""
LAG_FADES = 0.995
"""A read: a lag that was seen once is forgotten within half a minute."""
LATE_SECONDS = 0.5
"""Later than it usually is by this much, a microphone owes what it has not said."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: how long is waited for what.

    Attributes:
        silent: without a block, after which a microphone counts as gone. On a busy machine it may still come to.
        starved: without a block, and without a processor for its process: so long no microphone counts as gone, and
            none is given up for it, since another process would get no more.
        hangs: after which it is given up, and opened again.
        opening: the same as `hangs`, while it has said nothing yet.
        standby: after which the stand-by takes the place of one that is gone.
        steady: for which the main one must have delivered before it takes over again.
        lasting: for which it must have delivered, to be opened again at once when it is gone.
        first, longest: before it is opened again else; doubled with each try.

    """

    silent: float = 2.0
    starved: float = 10.0
    hangs: float = 4.0
    opening: float = 10.0
    standby: float = 3.0
    steady: float = 10.0
    lasting: float = 1.0
    first: float = 0.3
    longest: float = 5.0


class Closable(Protocol):
    """What is needed of a feed."""

    @property
    def pid(self) -> int: ...

    def close(self) -> None: ...


OpenFeed = Callable[[str, int, Callable[[Closable, Said], None]], Closable]
"""Opens a microphone by name for so many tracks (0: as many as it has); what it says goes to the function."""


class Line:
    """One microphone, for as long as the recording lasts."""

    def __init__(
        self, name: str, tracks: int, rate: int, patience: Patience, open_feed: OpenFeed, say: "Say", look: "Look"
    ) -> None:
        self.name, self.tracks = name, tracks
        self._rate, self._patience, self._open, self._say, self._look = rate, patience, open_feed, say, look
        self.feed: Closable | None = None
        self.up = False
        """It delivers; `since` that moment, or 0 while it has said nothing since it was opened."""
        self.since = self._until = 0.0
        self.why = ""
        """What was wrong with it last."""
        self.error: RoomctlError | None = None
        self._quiet = self._starved = 0.0  # seconds in which we listened, and it said nothing, or could not
        self._seen: Effort | None = None  # of its process, since it is quiet
        self._pause = self._wait = 0.0
        self.kept: deque[Block] = deque()
        """What it said last, while it is not the one that is heard."""
        self.watch, self.drift = ClockWatch(rate), Drift(rate)

    def begin_anew(self) -> None:
        """Its sound goes on here, and what came before is no measure."""
        self.watch = ClockWatch(self._rate)
        self.drift.restart()

    def open(self) -> None:
        """Starts a fresh process, with a fresh list of devices. Returns at once."""
        self._attend()
        self.since = 0.0
        try:
            self.feed = self._open(self.name, self.tracks, lambda feed, said: self._say(self, feed, said))
        except OSError as error:
            self._gone(str(error))

    def hear(self, said: Said) -> None:
        """What its present feed says."""
        self._attend()
        if isinstance(said, Opened):
            self.name, self.tracks = said.name, said.tracks
        elif isinstance(said, Ended):
            self.error = raised(said.error) if said.error else None
            self._gone(self.error.why or self.error.what if self.error else said.why)
        else:
            if not self.up:
                self.up, self.since, self._pause = True, said.at, 0.0
                self.begin_anew()
            self._until = said.at

    def pass_time(self, seconds: float) -> None:
        """For so long we listened. One that is gone is opened again; one that says nothing is gone."""
        if self.feed is None:
            self._wait -= seconds
            if self._wait <= 0:
                self.open()
            return
        starved = self._kept_waiting(self.feed.pid, seconds)
        self._starved += starved
        self._quiet += seconds - starved
        if self.up and self._quiet > self._patience.silent:
            self.up, self.why = False, tr("它不再送出声音", "it delivers no sound any more")
        elif self.up and self._starved > self._patience.starved:
            self.up, self.why = False, tr("电脑太忙，收音进程得不到处理器", "the machine is too busy for its process")
        if self._quiet > (self._patience.hangs if self.since else self._patience.opening):
            self._gone(tr("它不再送出声音", "it delivers no sound any more"))

    def _attend(self) -> None:
        """From now on its silence is counted."""
        self._quiet = self._starved = 0.0
        self._seen = None

    def _kept_waiting(self, pid: int, seconds: float) -> float:
        """Of so many seconds of silence those in which its process was ready to run, and got no processor.

        Nobody asks before it is quiet for longer than between two lumps of a sound server.
        """
        if self._quiet < self._patience.silent / 4:
            return 0.0
        before, self._seen = self._seen, self._look(pid)
        return Spent.between(before, self._seen, seconds).starved if before and self._seen else 0.0

    def _gone(self, why: str) -> None:
        self.close()
        lasted = self.up and self._until - self.since >= self._patience.lasting
        self.up, self.why = False, why
        if lasted:  # where its process died, or a sound server moved its stream, the device is still there
            self.open()
            return
        self._pause = min(2 * self._pause or self._patience.first, self._patience.longest)
        self._wait = self._pause

    def close(self) -> None:
        feed, self.feed = self.feed, None
        if feed:
            feed.close()


Message = tuple[Line, Closable, Said]
Say = Callable[[Line, Closable, Said], None]
Look = Callable[[int], Effort | None]


class MicSource:
    """A microphone, and the one that takes its place when it is gone for long; nothing else ever does."""

    waits = False
    total_frames: int | None = None

    def __init__(
        self,
        name: str,
        order: Order,
        *,
        open_feed: OpenFeed | None = None,
        patience: Patience | None = None,
        clock: Callable[[], float] = boot_clock,
        look: Look | None = None,
    ) -> None:
        """Opens both, and waits until they deliver. Raises: RoomctlError, where one cannot be opened."""
        self._rate, self._clock, self._patience = order.sample_rate, clock, patience or Patience()
        self._look = look or partial(effort, family=False)
        self._open = open_feed or (lambda name, tracks, said: Feed(name, order, tracks, said))
        self._inbox: queue.Queue[Message] = queue.Queue()
        self._backlog: deque[Message] = deque()  # what was said while it was being opened
        self._lines: list[Line] = []
        self._closed = threading.Event()
        try:
            self._main = self._heard = self._line(name, 0)
            self.layout = Layout(self._main.tracks, order.bits, order.sample_rate)
            self._standby = self._second(order.standby.partition(":")[2])
        except RoomctlError:
            self.close()
            raise
        self.standby = f"mic:{self._standby.name}" if self._standby else ""
        self._lock = threading.Lock()
        self._last = self._told = 0.0  # until when sound was put into the ring; until when its absence was told
        self._broken = False  # what comes next has a gap before it
        self.overflows = 0
        self.lag = 0.0

    def _second(self, name: str) -> Line | None:
        """The stand-by; None where none is named, or where it turns out to be the main one itself."""
        if name in {"", self._main.name}:
            return None
        line = self._line(name, self.layout.tracks)
        if line.name != self._main.name:
            return line
        self._lines.remove(line)
        line.close()
        return None

    def _line(self, name: str, tracks: int) -> Line:
        say = self._inbox.put
        line = Line(name, tracks, self._rate, self._patience, self._open, lambda *said: say(said), self._look)
        self._lines.append(line)
        line.open()
        waited = 0.0
        while line.feed and waited < self._patience.opening + self._patience.starved:
            try:
                message = self._inbox.get(timeout=POLL_SECONDS)
            except queue.Empty:
                waited += POLL_SECONDS
                line.pass_time(POLL_SECONDS)
                continue
            whose, _, said = message
            if whose is line and not isinstance(said, Block):
                line.hear(said)
                continue
            self._backlog.append(message)
            if whose is line:
                return line
        what = tr(f"无法录制 mic:{name}", f"cannot record mic:{name}")
        raise line.error or NotFound(what, line.why or tr("设备没有送出声音", "the device delivers no sound"))

    # --- as it stands -----------------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """What is heard this moment."""
        return f"mic:{self._heard.name}"

    @property
    def gone(self) -> bool:
        """The main one delivers nothing."""
        return not self._main.up

    @property
    def replaced(self) -> bool:
        """The stand-by is heard in its place."""
        return self._heard is not self._main and self._heard.up

    @property
    def problem(self) -> str:
        """Which of the two is gone, and why."""
        for line in self._lines:
            if line.why and not line.up:
                return tr(
                    f"麦克风“{line.name}”没有信号（{line.why}），正在重连",
                    f'microphone "{line.name}" is gone ({line.why}); it is being opened again',
                )
        return ""

    @property
    def drift_ppm(self) -> float | None:
        return self._heard.drift.ppm

    def missing(self, now: float) -> Loss:
        """What it owes up to `now`; told once, whether the answer is used or not."""
        with self._lock:
            owed = now - max(self._last, self._told)
            if self._heard.up and owed <= self.lag + LATE_SECONDS:
                return Loss(0, DEVICE)
            self._told, self._broken = now, True
            return Loss(max(0, round(owed * self._rate)), DEVICE)

    # --- its thread -------------------------------------------------------------------------------------------------

    def run(self, ring: Ring) -> None:
        before = self._last = self._told = self._clock()
        while not self._closed.is_set():
            message = self._next()
            now = self._clock()
            # a wait longer than it should be was our own: this process was stopped, or the machine slept
            passed, before = min(now - before, 2 * POLL_SECONDS), now
            for line in self._lines:
                line.pass_time(passed)
            if message:
                whose, feed, said = message
                if whose.feed is feed:  # else it comes from a process that was given up
                    self._take(ring, whose, said)
            self._choose(ring)
        self.close()
        ring.end()

    def _next(self) -> Message | None:
        if self._backlog:
            return self._backlog.popleft()
        try:
            return self._inbox.get(timeout=POLL_SECONDS)
        except queue.Empty:
            return None

    def _take(self, ring: Ring, line: Line, said: Said) -> None:
        line.hear(said)
        if not isinstance(said, Block):
            return
        if line is self._heard:
            self._put(ring, said)
            return
        line.kept.append(said)
        while said.at - line.kept[0].at > self._patience.silent + self._patience.standby:
            line.kept.popleft()

    def _choose(self, ring: Ring) -> None:
        """Which of the two is heard from now on."""
        main, standby, now = self._main, self._standby, self._clock()
        self._broken = self._broken or not self._heard.up
        if standby is None:
            return
        if self._heard is standby:
            steady = main.up and now - main.since >= self._patience.steady
            if steady or (main.up and not standby.up):
                self._switch(ring, main)
        elif not main.up and standby.up and now - self._last >= self._patience.standby:
            self._switch(ring, standby)

    def _switch(self, ring: Ring, line: Line) -> None:
        """What the one has heard since the other was heard last is not lost."""
        line.begin_anew()
        self._heard, self._broken = line, True
        for block in line.kept:
            if block.at > max(self._last, self._told) + LOSS_SECONDS / 4:
                self._put(ring, block)
        line.kept.clear()

    def _put(self, ring: Ring, block: Block) -> None:
        line, frames = self._heard, len(block.data) // self.layout.frame
        lost = Loss(block.lost, "overflow")
        with self._lock:
            if self._broken:
                owed = block.at - frames / self._rate - max(self._last, self._told)
                gap = Loss(round(owed * self._rate) if owed > LOSS_SECONDS / 2 else 0, DEVICE)
                self._broken = False
            else:
                gap = Loss(line.watch.observe(frames + block.lost, block.at), "overflow")
            self._last = block.at
            late = self._clock() - block.at + frames / self._rate  # since its first frame was there
            self.lag = max(self.lag * LAG_FADES, min(late, LONGEST_READ_SECONDS))
        if lost.frames or gap.frames:
            line.drift.restart()
        line.drift.observe(frames, block.at)
        self.overflows += block.overflowed
        ring.put(block.data, [lost, gap], self.name, block.at - frames / self._rate)

    def sample(self, seconds: float) -> bytes:
        """The first seconds, where it is not run."""
        heard = b""
        while len(heard) < seconds * self.layout.second and self._main.feed:
            message = self._next()
            if message and message[0] is self._main:
                self._main.hear(message[2])
                heard += message[2].data if isinstance(message[2], Block) else b""
        self.close()
        return heard

    def close(self) -> None:
        self._closed.set()
        for line in self._lines:
            line.close()
