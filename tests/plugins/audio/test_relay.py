"""A microphone and its stand-by, played by feeds that say what a test tells them, at a clock of the test's own."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from roomctl_audio.sources.feed import Block, Ended, Opened, Said
from roomctl_audio.sources.microphone import POLL_SECONDS, Closable, MicSource, Patience
from roomctl_audio.sources.ring import Chunk, Loss, Ring

from roomctl.api import NotFound, Order
from roomctl.api.process import Effort
from tests.waiting import PATIENCE, until

RATE = 8_000
BLOCK = 400
"""Frames: 50 ms."""
ORDER = Order(source="mic:main", sample_rate=RATE, bits=16)
QUICK = Patience(silent=0.3, hangs=0.8, opening=1.5, standby=3.0, steady=10.0, first=0.0, longest=0.1)

LONG = 2 + round(QUICK.hangs / (2 * POLL_SECONDS))
"""Looks between which more time has passed than a device may hang."""


class Room:
    """Microphones by name, each absent or there; `clock` is moved by hand."""

    def __init__(self, *there: str) -> None:
        self.there, self.now = set(there), 100.0
        self.open: dict[str, tuple[Feed, Callable[[Closable, Said], None]]] = {}
        self.openings: list[str] = []
        self.names: dict[str, str] = {}
        self.starved, self.looks = False, 0

    def look(self, _pid: int) -> Effort:
        """Its process waits for its device; or for a processor, and that takes time."""
        self.looks, self.now = self.looks + 1, self.now + 2 * POLL_SECONDS * self.starved
        return Effort(0.0, ready=self.starved, disk=False)

    def feed(self, name: str, tracks: int, said: Callable[[Closable, Said], None]) -> Closable:
        self.openings.append(name)
        feed = Feed()
        if name in self.there:
            self.open[name] = feed, said
            said(feed, Opened(self.names.get(name, name), tracks or 1))
            said(feed, Block(self.sound(name), self.now))
        else:
            said(feed, Ended("no such device"))
        return feed

    @staticmethod
    def sound(name: str) -> bytes:
        return name[:1].encode() * 2 * BLOCK

    def wait(self) -> None:
        """A moment in which nobody says anything."""
        self.now += 0.05

    def unplug(self, name: str) -> None:
        self.there.discard(name)
        feed, said = self.open.pop(name)
        said(feed, Ended("unplugged"))

    def pass_time(self, seconds: float) -> None:
        """Whatever is there says its blocks."""
        for _ in range(round(seconds * RATE / BLOCK)):
            self.now += BLOCK / RATE
            for name in sorted(self.there & set(self.open)):
                feed, said = self.open[name]
                said(feed, Block(self.sound(name), self.now))


class Feed:
    closed, pid = False, 1

    def close(self) -> None:
        self.closed = True


class Heard:
    """What came out of the ring."""

    def __init__(self, source: MicSource, room: Room) -> None:
        self.source, self.room, self.ring = source, room, Ring(1 << 30, 2, waits=False)
        self.chunks: list[Chunk] = []

    def take(self) -> "Heard":
        self.chunks += self.ring.take(1 << 30)
        return self

    @property
    def frames(self) -> int:
        return sum(len(chunk.data) // 2 for chunk in self.chunks)

    @property
    def losses(self) -> list[Loss]:
        return [loss for chunk in self.chunks for loss in chunk.lost]

    @property
    def names(self) -> list[str]:
        """Sources in the order in which they were heard."""
        names = [chunk.source for chunk in self.chunks]
        return [name for n, name in enumerate(names) if n == 0 or names[n - 1] != name]

    def until(self, condition: Callable[["Heard"], bool]) -> "Heard":
        until(lambda: condition(self.take()))
        return self


@contextmanager
def listening(room: Room, order: Order = ORDER, patience: Patience = QUICK) -> Iterator[Heard]:
    source = MicSource("main", order, open_feed=room.feed, patience=patience, clock=lambda: room.now, look=room.look)
    heard = Heard(source, room)
    thread = threading.Thread(target=source.run, args=(heard.ring,))
    thread.start()
    try:
        yield heard.until(lambda h: h.frames > 0)
    finally:
        source.close()
        thread.join(PATIENCE)
        assert not thread.is_alive()


def test_what_a_microphone_says_is_passed_on_without_a_gap():
    room = Room("main")
    with listening(room) as heard:
        room.pass_time(5)
        heard.until(lambda h: h.frames == BLOCK + 5 * RATE)
        assert (heard.losses, heard.names, heard.source.gone) == ([], ["mic:main"], False)


def test_one_that_is_gone_is_opened_again_and_the_gap_is_as_long_as_the_clock_says():
    room = Room("main", "default")
    with listening(room) as heard:
        room.unplug("main")
        until(lambda: heard.source.gone)
        assert "main" in heard.source.problem
        room.now += 20
        until(lambda: len(room.openings) > 3)
        room.there.add("main")
        heard.until(lambda h: h.frames == 2 * BLOCK)
        assert heard.losses == [Loss(20 * RATE - BLOCK, "device")]
        assert (heard.source.gone, heard.source.problem) == (False, "")
        assert set(room.openings) == {"main"}


@pytest.mark.parametrize(("seconds", "again"), [(2.0, True), (0.5, False)])
def test_one_that_delivered_for_a_while_is_opened_again_at_once(seconds, again):
    room = Room("main")
    with listening(room, patience=replace(QUICK, first=3600.0)) as heard:
        room.pass_time(seconds)
        heard.until(lambda h: h.frames == BLOCK + seconds * RATE)
        feed, said = room.open["main"]
        said(feed, Ended("its process ended"))
        until(lambda: feed.closed)
        if again:
            heard.until(lambda h: h.frames == 2 * BLOCK + seconds * RATE)
        assert room.openings == ["main"] * (1 + again)


def test_one_that_says_nothing_any_more_is_taken_to_be_gone():
    room = Room("main")
    with listening(room) as heard:
        feed, _ = room.open["main"]
        room.there.clear()
        until(lambda: room.wait() or heard.source.gone)
        assert not feed.closed
        until(lambda: room.wait() or feed.closed)


def test_one_that_was_only_late_is_not_opened_again_and_has_lost_nothing():
    room = Room("main")
    with listening(room) as heard:
        feed, said = room.open["main"]
        began = room.now
        until(lambda: room.wait() or heard.source.gone)
        for n in range(1, 41):  # all that it held back comes at once, each block with its own moment
            said(feed, Block(room.sound("main"), began + n * BLOCK / RATE))
        heard.until(lambda h: h.frames == 41 * BLOCK)
        assert (heard.losses, heard.source.gone, room.openings) == ([], False, ["main"])


def test_one_whose_process_gets_no_processor_is_not_gone():
    room = Room("main")
    room.starved = True
    with listening(room) as heard:
        feed, _ = room.open["main"]
        until(lambda: room.wait() or room.looks > LONG)
        assert (heard.source.gone, feed.closed, heard.source.problem) == (False, False, "")
        room.starved = False
        until(lambda: room.wait() or heard.source.gone)


def test_one_whose_process_gets_no_processor_for_long_is_told_and_not_opened_again():
    room = Room("main")
    room.starved = True
    with listening(room, patience=replace(QUICK, starved=0.5)) as heard:
        feed, _ = room.open["main"]
        until(lambda: room.wait() or heard.source.gone)
        assert "忙" in heard.source.problem
        looks = room.looks
        until(lambda: room.wait() or room.looks > looks + LONG)
        assert (feed.closed, room.openings) == (False, ["main"])
        room.pass_time(1)
        until(lambda: not heard.source.gone)


def test_what_is_owed_at_a_pause_is_told_once():
    room = Room("main")
    with listening(room) as heard:
        room.unplug("main")
        until(lambda: heard.source.gone)
        room.now += 3
        assert heard.source.missing(room.now) == Loss(3 * RATE, "device")
        assert heard.source.missing(room.now).frames == 0
        room.now += 2
        room.there.add("main")
        heard.until(lambda h: h.frames == 2 * BLOCK)
        assert heard.losses == [Loss(2 * RATE - BLOCK, "device")]
        assert heard.source.missing(room.now).frames == 0


def test_without_a_named_stand_by_nothing_takes_its_place():
    room = Room("main", "spare", "")
    with listening(room) as heard:
        room.unplug("main")
        until(lambda: heard.source.gone)
        room.now += 60
        until(lambda: len(room.openings) > 5)
        assert set(room.openings) == {"main"}
        assert heard.take().frames == BLOCK


def test_the_stand_by_takes_over_and_what_it_heard_meanwhile_is_not_lost():
    room = Room("main", "spare")
    with listening(room, replace(ORDER, standby="mic:spare")) as heard:
        assert heard.source.standby == "mic:spare"
        room.pass_time(1)
        heard.until(lambda h: h.frames == BLOCK + RATE)
        room.unplug("main")
        until(lambda: heard.source.gone)
        room.pass_time(2.9)
        assert not heard.source.replaced
        room.pass_time(2)
        heard.until(lambda h: h.frames == round(5.9 * RATE) + BLOCK)
        assert heard.source.replaced
        assert (heard.losses, heard.names) == ([], ["mic:main", "mic:spare"])
        assert heard.source.name == "mic:spare"


def test_the_main_one_takes_over_again_once_it_has_delivered_steadily():
    room = Room("main", "spare")
    with listening(room, replace(ORDER, standby="mic:spare")) as heard:
        room.unplug("main")
        until(lambda: heard.source.gone)
        room.pass_time(4)
        until(lambda: heard.source.replaced)
        room.there.add("main")
        until(lambda: not heard.source.gone)
        room.pass_time(9)
        heard.until(lambda h: h.frames >= 13 * RATE)
        assert heard.source.replaced
        room.pass_time(2)
        heard.until(lambda h: h.frames == 15 * RATE + BLOCK)
        assert not heard.source.replaced
        assert heard.names == ["mic:main", "mic:spare", "mic:main"]
        assert heard.losses == []


def test_where_the_stand_by_breaks_off_too_the_main_one_need_not_be_steady():
    room = Room("main", "spare")
    with listening(room, replace(ORDER, standby="mic:spare")) as heard:
        room.unplug("main")
        until(lambda: heard.source.gone)
        room.pass_time(4)
        until(lambda: heard.source.replaced)
        room.unplug("spare")
        room.there.add("main")
        until(lambda: not heard.source.gone)
        until(lambda: heard.source.name == "mic:main")


@pytest.mark.parametrize("standby", ["mic:main", "mic:same"])
def test_a_microphone_is_no_stand_by_of_its_own(standby):
    room = Room("main", "same")
    room.names["same"] = "main"  # the name by which it was asked for is another than its own
    with listening(room, replace(ORDER, standby=standby)) as heard:
        assert heard.source.standby == ""
        room.pass_time(1)
        heard.until(lambda h: h.frames == BLOCK + RATE)
        assert heard.losses == []


def test_a_microphone_that_cannot_be_opened_is_refused_before_the_start():
    with pytest.raises(NotFound, match="no such device"):
        MicSource("main", ORDER, open_feed=Room().feed, patience=QUICK)
    room = Room("main")
    with pytest.raises(NotFound, match="spare"):
        MicSource("main", replace(ORDER, standby="mic:spare"), open_feed=room.feed, patience=QUICK)
    assert room.open["main"][0].closed
