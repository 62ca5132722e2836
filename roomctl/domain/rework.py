"""What somebody wants done again with a finished transcript: all of it, or the places where speech has no text.

A wish is what the log says of it, and nothing else: asked for, tried, cancelled. Whoever carries it out looks there,
so that a restart at any moment loses none.
"""

import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum

from roomctl.domain import correction
from roomctl.domain.events import Actor, LoggedEvent
from roomctl.domain.transcript import Change, Hole, Transcript, TranscriptSegment
from roomctl.i18n import tr

ASKED, CANCELLED, TRIED = "transcript.rework_asked", "transcript.rework_cancelled", "transcript.hole_tried"
COMPLETED = "transcript.completed"
KINDS = (ASKED, CANCELLED, TRIED, COMPLETED)
"""Events that tell how a wish stands."""

STEP = "hole"
"""Step of the change by which a sentence gives way to what a later try heard in its place."""


class ReworkKind(StrEnum):
    """What is to be done again."""

    AGAIN = "again"
    """All of it: a new version beside the old one."""
    HOLES = "holes"
    """Speech without text; what is found goes into the same version."""

    @property
    def label(self) -> str:
        if self is ReworkKind.AGAIN:
            return tr("重新转写", "transcribe again")
        return tr("补转漏字", "try the holes again")


class ReworkState(StrEnum):
    """How far it is."""

    WAITING = "waiting"
    DONE = "done"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Tried:
    """A hole that was tried again.

    Attributes:
        gained: characters; left: seconds of speech in it that still have no text.

    """

    hole: Hole
    gained: int
    left: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Rework:
    """A wish and how it stands.

    Attributes:
        id: of a new version too, where one is made.
        engine, model: empty is as it is configured.
        by: who asked.
        holes: those to be tried, in order; tried: what has come of the first of them.

    """

    id: str
    kind: ReworkKind
    engine: str
    model: str
    by: str
    at: datetime
    holes: tuple[Hole, ...] = ()
    tried: tuple[Tried, ...] = ()
    state: ReworkState = ReworkState.WAITING

    @property
    def waiting(self) -> bool:
        return self.state is ReworkState.WAITING

    @property
    def left(self) -> tuple[Hole, ...]:
        """Holes that were not tried yet."""
        return self.holes[len(self.tried) :]

    @property
    def gained(self) -> int:
        """Characters, over all holes that were tried."""
        return sum(one.gained for one in self.tried)


def of_log(rows: Iterable[LoggedEvent]) -> tuple[Rework, ...]:
    """The wishes of one meeting, the oldest first.

    Args:
        rows: those of `KINDS`, in the order of the log.

    """
    wishes: dict[str, Rework] = {}
    for row in rows:
        data = json.loads(row.data)
        wish = wishes.get(data.get("transcript" if row.kind == COMPLETED else "rework", ""))
        if row.kind == ASKED:
            wishes[data["rework"]] = Rework(
                id=data["rework"],
                kind=ReworkKind(data["kind"]),
                engine=data["engine"],
                model=data["model"],
                by=Actor.parse(row.actor).name,
                at=row.instant,
                holes=tuple(Hole(**hole) for hole in data["holes"]),
            )
        elif wish is None or not wish.waiting:
            continue
        elif row.kind == CANCELLED:
            wishes[wish.id] = replace(wish, state=ReworkState.CANCELLED)
        elif row.kind == COMPLETED:
            wishes[wish.id] = replace(wish, state=ReworkState.DONE)
        else:
            wishes[wish.id] = _after(wish, Tried(Hole(**data["hole"]), data["gained"], data["left"]))
    return tuple(wishes.values())


def _after(wish: Rework, tried: Tried) -> Rework:
    if not wish.left or wish.left[0] != tried.hole:
        return wish
    wish = replace(wish, tried=(*wish.tried, tried))
    return wish if wish.left else replace(wish, state=ReworkState.DONE)


@dataclass(frozen=True, slots=True)
class HoleSeen:
    """A hole with what stands around it.

    Attributes:
        number: from 1, in the order of the version.
        before, after: the sentences next to it; empty where there is none.
        tried: engine and model of each later try, and how many characters it has heard more in that stretch.

    """

    number: int
    hole: Hole
    before: str = ""
    after: str = ""
    tried: tuple[tuple[str, int], ...] = ()

    @property
    def reason(self) -> str:
        """Why it is still there."""
        if self.hole.damaged:
            return tr("声音文件损坏，这里读不出声音", "the sound is damaged, and cannot be read here")
        if not self.tried:
            return tr("有人说话，没有听出文字", "somebody speaks, and no words were heard")
        by, gained = self.tried[-1]
        if gained:
            return tr(
                f"{by} 补听出 {gained} 字，这里仍没有", f"{by} heard {gained} characters more, none of them here"
            )
        return tr(f"{by} 再听，也没有听出更多", f"{by} has heard it again, and no more")


def holes(transcript: Transcript) -> tuple[HoleSeen, ...]:
    """The holes of a version, each with the sentence before and after it."""
    tried = [(Hole(**one["hole"]), (one["by"], one["gained"])) for one in transcript.report.get("tried", ())]
    said: dict[str, list[TranscriptSegment]] = {}
    for segment in transcript.shown:
        said.setdefault(segment.recording, []).append(segment)
    for segments in said.values():
        segments.sort(key=_middle)
    found = []
    for number, hole in enumerate(transcript.holes, 1):
        here = said.get(hole.recording, [])
        before = bisect_left(here, hole.start, key=_middle)
        after = bisect_right(here, hole.end, key=_middle)
        found.append(
            HoleSeen(
                number,
                hole,
                here[before - 1].text if before else "",
                here[after].text if after < len(here) else "",
                tuple(told for other, told in tried if inside(hole, other)),
            )
        )
    return tuple(found)


def fill(
    transcript: Transcript,
    hole: Hole,
    found: Sequence[TranscriptSegment],
    *,
    covered: float,
    left: Sequence[Hole],
    by: str,
) -> tuple[Transcript, int]:
    """The version with what a later try has heard in a hole, and how many characters that is more.

    Nothing is overwritten: a sentence that stood there gives way to a fuller one, and stays, marked. What a person
    has touched stays where it is. Where nothing is gained, nothing is changed but the list of what was tried.

    Args:
        found: sentences of the try; those whose middle lies outside the hole are none of its.
        covered: seconds of speech that have text now and had none before.
        left: what of the hole still has no text.
        by: engine and model of the try.

    """
    heard = [one for one in found if one.text and not one.dropped and in_hole(one, hole)]
    stood = [one for one in transcript.shown if in_hole(one, hole)]
    kept = [one for one in stood if correction.touched(one)]
    heard = [one for one in heard if not any(_cross(one, other) for other in kept)]
    gone = {one.id for one in stood if one not in kept and any(_cross(one, other) for other in heard)}
    gained = sum(map(_characters, heard)) - sum(_characters(one) for one in stood if one.id in gone)
    tried = {"hole": asdict(hole), "by": by, "gained": max(gained, 0)}
    report = {**transcript.report, "tried": [*transcript.report.get("tried", ()), tried]}
    if gained <= 0:
        return replace(transcript, report=report), 0
    segments = [given_way(one, by) if one.id in gone else one for one in transcript.segments]
    for one in heard:
        segments.insert(place(segments, one), one)
    at = transcript.holes.index(hole) if hole in transcript.holes else len(transcript.holes)
    others = [one for one in transcript.holes if one != hole]
    return replace(
        transcript,
        segments=tuple(segments),
        holes=(*others[:at], *left, *others[at:]),
        covered=round(min(transcript.speech, transcript.covered + max(0.0, covered)), 2),
        report=report,
    ), gained


def inside(one: Hole, hole: Hole) -> bool:
    """Whether it is a part of that hole, or all of it."""
    return one.recording == hole.recording and hole.start <= one.start and one.end <= hole.end


def _middle(segment: TranscriptSegment) -> float:
    return (segment.start + segment.end) / 2


def in_hole(segment: TranscriptSegment, hole: Hole) -> bool:
    """Whether its middle lies in it."""
    return segment.recording == hole.recording and hole.start <= _middle(segment) <= hole.end


def _cross(one: TranscriptSegment, other: TranscriptSegment) -> bool:
    return one.recording == other.recording and one.start < other.end and other.start < one.end


def _characters(segment: TranscriptSegment) -> int:
    return sum(character.isalnum() for character in segment.raw)


def given_way(segment: TranscriptSegment, by: str) -> TranscriptSegment:
    """It stays, marked, and nobody reads it any more."""
    return replace(segment, dropped=True, changes=(*segment.changes, Change(STEP, segment.text, "", by)))


def place(segments: Sequence[TranscriptSegment], one: TranscriptSegment) -> int:
    """Behind the last sentence of its recording that begins no later; behind everything in one without any."""
    mine = [at for at, other in enumerate(segments) if other.recording == one.recording]
    earlier = [at for at in mine if segments[at].start <= one.start]
    return earlier[-1] + 1 if earlier else mine[0] if mine else len(segments)
