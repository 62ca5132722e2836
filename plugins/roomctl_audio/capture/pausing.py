"""What a recorder notices while nothing is kept, and once a meeting should be over. Pure: levels and moments in.

Moments are seconds of the monotonic clock. Nothing in here ever resumes or stops a recording: it only asks.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from roomctl.api import AlarmKind, Level
from roomctl_audio.sound.layout import Layout

TENTH = 0.1
"""Seconds of one level."""
SPEECH_SECONDS = 20
SPOKEN_SECONDS = 12
"""Of the last 20: who speaks pauses for breath and for thought."""
FLOOR_SECONDS = 60
"""The noise floor of a track is its quietest tenth in that time."""
ABOVE_FLOOR_DB = 12.0
SWING_DB = 9.0
"""Speech falls and rises with its syllables, some four times a second; fans and hum hardly do."""
QUIETEST_DBFS = -60.0
"""Below it nobody speaks: it is the noise of the microphone itself."""
AGAIN_SECONDS = 60.0
OVERTIME_SECONDS = 1800.0


class SpeechMeter:
    """Whether somebody speaks, by how loud it is; nothing is recognised, and no sound is kept."""

    def __init__(self) -> None:
        self._second: list[Sequence[float]] = []
        self._floors: list[deque[float]] = []
        self._spoken: list[deque[bool]] = []

    def hear(self, rms: Sequence[float]) -> None:
        """Args: rms: of each track over the next tenth of a second, in dBFS."""
        if not self._floors:
            self._floors = [deque(maxlen=FLOOR_SECONDS) for _ in rms]
            self._spoken = [deque(maxlen=SPEECH_SECONDS) for _ in rms]
        self._second.append(rms)
        if len(self._second) < round(1 / TENTH):
            return
        for track, floors in enumerate(self._floors):
            tenths = [levels[track] for levels in self._second]
            quietest, loudest = min(tenths), max(tenths)
            floors.append(max(quietest, QUIETEST_DBFS - ABOVE_FLOOR_DB))
            self._spoken[track].append(loudest - min(floors) >= ABOVE_FLOOR_DB and loudest - quietest >= SWING_DB)
        self._second = []

    @property
    def speaking(self) -> bool:
        """For 20 s, on at least one track: it began that long ago, and most of the time since was speech."""
        return any(
            len(spoken) == SPEECH_SECONDS and any((spoken[0], spoken[1])) and sum(spoken) >= SPOKEN_SECONDS
            for spoken in self._spoken
        )


class Due(NamedTuple):
    """An alarm to be raised, or raised once more; or, where `on` is false, to be ended."""

    kind: AlarmKind
    on: bool
    value: float | None = None


class Nag:
    """Says when an alarm is due: at once when its cause begins, then again and again while it lasts."""

    def __init__(self, kind: AlarmKind, every: float) -> None:
        self._kind, self._every = kind, every
        self._raised: float | None = None

    def look(self, now: float, *, cause: bool, value: float | None = None) -> Iterator[Due]:
        """A cause that is gone at the end of a turn ends it."""
        if self._raised is not None and now - self._raised < self._every:
            return
        if cause:
            self._raised = now
            yield Due(self._kind, on=True, value=value)
        elif self._raised is not None:
            self._raised = None
            yield Due(self._kind, on=False)


class Break:
    """A pause. Args: until: its planned end, where one was told."""

    def __init__(self, until: float | None = None) -> None:
        self._until = until
        self._item = False
        self.speech = SpeechMeter()
        self._spoken = Nag(AlarmKind.SPEECH_IN_PAUSE, AGAIN_SECONDS)
        self._over = Nag(AlarmKind.BREAK_OVER, AGAIN_SECONDS)
        self._next = Nag(AlarmKind.ITEM_IN_PAUSE, AGAIN_SECONDS)

    def item(self) -> None:
        """The next item of the agenda has begun."""
        self._item = True

    def look(self, now: float) -> Iterator[Due]:
        """What is to be said at this moment."""
        over = self._until is not None and now >= self._until
        yield from self._spoken.look(now, cause=self.speech.speaking)
        yield from self._over.look(now, cause=over, value=now - self._until if self._until is not None else None)
        yield from self._next.look(now, cause=self._item)


class Overtime:
    """A recording that is past its planned end. Args: ends: the moment of it."""

    def __init__(self, ends: float) -> None:
        self._ends = self._silent_since = ends
        self.speech = SpeechMeter()
        self._nag = Nag(AlarmKind.OVERTIME, OVERTIME_SECONDS)
        self._asked = False

    def wanted(self, now: float) -> bool:
        """From when on it has to hear what is said."""
        return now >= self._ends

    def look(self, now: float) -> Iterator[Due]:
        """Asks after each half hour of silence, and takes the question back when somebody speaks."""
        if self.speech.speaking:
            self._silent_since = now
            if self._asked:
                self._asked, self._nag = False, Nag(AlarmKind.OVERTIME, OVERTIME_SECONDS)
                yield Due(AlarmKind.OVERTIME, on=False)
            return
        silent = now - self._silent_since
        for due in self._nag.look(now, cause=silent >= OVERTIME_SECONDS, value=silent / 60):
            self._asked = due.on
            yield due


class Tenths:
    """Cuts sound into tenths of a second, and tells how loud each is."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._size = max(1, round(layout.rate * TENTH)) * layout.frame
        self._rest = b""

    def cut(self, data: bytes) -> Iterator[tuple[Level, ...]]:
        """Of each tenth that is whole by now, the levels of all tracks."""
        from roomctl_audio.sound.levels import levels  # noqa: PLC0415 - loads numpy, which only who cuts sound needs

        self._rest += data
        while len(self._rest) >= self._size:
            yield tuple(Level(each.peak, each.rms) for each in levels(self._rest[: self._size], self._layout))
            self._rest = self._rest[self._size :]
