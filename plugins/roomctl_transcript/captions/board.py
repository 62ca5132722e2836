"""What the captions of a meeting show this moment. Pure: a change gives a new board."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any, Self

KEPT = 200
"""Lines that are remembered: some ten minutes of speech. What is older stands in the transcript."""
EDGE = 0.3
"""Seconds that a line may reach into 不入记录: its times are those of an engine, not of a person."""


class Stand(StrEnum):
    """Whether words come."""

    OFF = "off"
    STARTING = "starting"
    """Switched on; the model loads, or nothing is recorded yet."""
    LIVE = "live"
    PAUSED = "paused"
    """They rest for a while: the machine is short, or what is said is 不入记录."""
    DOWN = "down"
    """They do not work; `why` says what to do. The recording goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What one person says in one go.

    Attributes:
        id: stays while the line grows.
        recording: number of the recording, from 1.
        track: the microphone, from 1; start, end: seconds of the recording.
        speaker, duty: as the roster has them; empty where nobody knows.
        text: what will hardly change any more; unsure: what follows it and still may. Final lines have none.
        final: the engine has finished it; replaced: it is a sentence of the transcript.

    """

    id: str
    recording: int
    track: int
    start: float
    end: float
    speaker: str = ""
    duty: str = ""
    text: str = ""
    unsure: str = ""
    final: bool = False
    replaced: bool = False

    @property
    def middle(self) -> float:
        return (self.start + self.end) / 2

    def as_json(self) -> dict[str, Any]:
        row = asdict(self)
        del row["recording"]
        return row


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """The agenda item under way.

    Attributes:
        minutes: planned, 0 where none are; left: seconds of them that are left, negative when they are over.

    """

    n: int
    title: str
    unit: str = ""
    presenter: str = ""
    minutes: int = 0
    left: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """The captions of one meeting.

    Attributes:
        by: who switched them on.
        blanked: the screen shows no line; they go on behind it.
        whole_sentences: the screen shows finished lines alone, some seconds late.
        delay_ms: from the sound to its newest text; None before the first.
        recording: `armed`, `recording`, `paused`, `off_record`, or empty where nothing is recorded.
        lines: oldest first.

    """

    meeting: str
    on: bool = False
    by: str = ""
    state: Stand = Stand.OFF
    why: str = ""
    blanked: bool = False
    whole_sentences: bool = False
    delay_ms: int | None = None
    recording: str = ""
    item: Item | None = None
    lines: tuple[Line, ...] = ()

    def hear(self, line: Line) -> Self:
        """A line that is new, or has grown. One without text goes away."""
        others = (one for one in self.lines if one.id != line.id)
        return self._with([*others, line] if line.text or line.unsure else others)

    def finish(self) -> Self:
        """Nobody goes on with what was being said: it stands as it is."""
        ended = (
            one if one.final else replace(one, text=one.text + one.unsure, unsure="", final=True)
            for one in self.lines
        )
        return replace(self, lines=tuple(ended))

    def settle(self, recording: int, sentences: Iterable[Line], until: float) -> Self:
        """The transcript reaches second `until` of a recording: its sentences stand in the place of what was heard.

        A line that was heard across that second stays while most of it lies behind it.
        """
        kept = (one for one in self.lines if one.recording != recording or _later(one, until))
        return self._with([*kept, *sentences])

    def without(self, recording: int, spans: Sequence[tuple[float, float]]) -> Self:
        """Nothing is left that reaches into 不入记录, in seconds of the recording."""
        shown = tuple(one for one in self.lines if one.recording != recording or not _inside(one, spans))
        return self if len(shown) == len(self.lines) else replace(self, lines=shown)

    def _with(self, lines: Iterable[Line]) -> Self:
        ordered = sorted(lines, key=lambda one: (one.recording, one.start, one.id))
        return replace(self, lines=tuple(ordered[-KEPT:]))

    def shown_on_screen(self) -> tuple[Line, ...]:
        """The lines that the room may see."""
        if not self.on or self.blanked:
            return ()
        return tuple(one for one in self.lines if one.final) if self.whole_sentences else self.lines

    def as_json(self, *, screen: bool = False, most: int = KEPT) -> dict[str, Any]:
        """As REST gives it.

        Args:
            screen: as the room sees it.
            most: how many of the newest lines.

        """
        lines = self.shown_on_screen() if screen else self.lines
        row = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {
            **row,
            "state": self.state.value,
            "item": asdict(self.item) if self.item else None,
            "lines": [one.as_json() for one in lines[len(lines) - min(most, len(lines)) :]],
        }


def _later(line: Line, until: float) -> bool:
    return not line.replaced and line.middle > until


def _inside(line: Line, spans: Sequence[tuple[float, float]]) -> bool:
    return any(line.end > first + EDGE and line.start < last - EDGE for first, last in spans)


def agreed(before: str, now: str) -> int:
    """How many characters two hypotheses in a row begin with alike: those will hardly change (LocalAgreement-2,
    Liu et al. 2020, "Low-latency sequence-to-sequence speech recognition", section 3).
    """
    count = 0
    for one, other in zip(before, now, strict=False):
        if one != other:
            break
        count += 1
    return count
