"""What a person makes of speech without text: they write down what they hear, or say that nobody spoke.

It lives on in later versions of the transcript, as any correction does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from roomctl.domain import correction, cutting, points
from roomctl.domain.lines import tidied
from roomctl.domain.rework import given_way, in_hole, inside, place
from roomctl.domain.transcript import Change, Hole, SpeakerKnownBy, Transcript, TranscriptSegment

DISMISSED = "dismissed"
"""In a version's report: holes in which nobody spoke, with who said so and why."""

_APART = 0.5
"""Seconds by which two engines may put the same hole apart."""


def write(
    transcript: Transcript, hole: Hole, text: str, *, rate: int, by: str, speaker: str = ""
) -> tuple[Transcript, TranscriptSegment]:
    """The version with a sentence that a person wrote in a hole; what the machine had there gives way, and stays.

    Args:
        rate: frames a second of the recording.

    """
    speaker, text = tidied(speaker), text.strip()
    said = TranscriptSegment(
        id=_name(transcript, hole),
        recording=hole.recording,
        track=hole.track,
        start=hole.start,
        end=hole.end,
        first_frame=round(hole.start * rate),
        last_frame=max(round(hole.start * rate), round(hole.end * rate) - 1),
        raw="",
        text=text,
        speaker=speaker or None,
        known_by=SpeakerKnownBy.PERSON if speaker else None,
        changes=(Change(correction.PERSON, "", text, by),),
    )
    length = hole.end - hole.start
    return replace(
        transcript,
        segments=_with(transcript.segments, said),
        holes=tuple(one for one in transcript.holes if one != hole),
        covered=round(min(transcript.speech, transcript.covered + length), 2),
    ), said


def dismiss(transcript: Transcript, hole: Hole, why: str, *, by: str) -> Transcript:
    """The version without a hole in which nobody spoke."""
    told = {"hole": asdict(hole), "why": why, "by": by}
    return replace(
        transcript,
        holes=tuple(one for one in transcript.holes if one != hole),
        speech=round(max(transcript.covered, transcript.speech - (hole.end - hole.start)), 2),
        report={**transcript.report, DISMISSED: [*transcript.report.get(DISMISSED, ()), told]},
    )


def by_hand(segment: TranscriptSegment) -> bool:
    """Whether a person wrote all of it, where the machine had heard nothing."""
    return not segment.raw and any(change.step == correction.PERSON for change in segment.changes)


def carry(old: Transcript, new: Transcript) -> Transcript:
    """A new version, or more of the same, with all that people made of the old one.

    A sentence that somebody wrote in a hole stands at its time, and what the machine hears there now gives way to it;
    where nobody spoke there is no hole either. What was made two, or one, is cut so again; points that somebody has
    written stay as they are.
    """
    new = cutting.again(old, new)
    segments = correction.carry_over(old, new.segments)
    known = {one.id for one in segments}
    covered, holes = new.covered, list(new.holes)
    for said in old.segments:
        if by_hand(said) and not said.dropped and said.id not in known:
            segments = _with(segments, said)
            gone = [one for one in holes if inside(one, _wide(said.recording, said.track, said.start, said.end))]
            holes = [one for one in holes if one not in gone]
            covered = min(new.speech, covered + sum(one.end - one.start for one in gone))
    made = replace(new, segments=segments, holes=tuple(holes), covered=round(covered, 2))
    for told in old.report.get(DISMISSED, ()):
        if told not in made.report.get(DISMISSED, ()):
            made = _quiet(made, told)
    return replace(made, points=points.carry(old, made))


def _quiet(made: Transcript, told: Mapping[str, Any]) -> Transcript:
    """Without the holes where somebody said of an earlier version that nobody spoke."""
    hole = Hole(**told["hole"])
    wide = _wide(hole.recording, hole.track, hole.start, hole.end)
    gone = [one for one in made.holes if inside(one, wide)]
    speech = made.speech - sum(one.end - one.start for one in gone)
    return replace(
        made,
        holes=tuple(one for one in made.holes if one not in gone),
        speech=round(max(made.covered, speech), 2),
        report={**made.report, DISMISSED: [*made.report.get(DISMISSED, ()), told]},
    )


def _with(segments: Sequence[TranscriptSegment], said: TranscriptSegment) -> tuple[TranscriptSegment, ...]:
    span = Hole(said.recording, said.track, said.start, said.end)
    by = next(change.reason for change in said.changes if change.step == correction.PERSON)
    made = [
        given_way(one, by) if in_hole(one, span) and not one.dropped and not correction.touched(one) else one
        for one in segments
    ]
    made.insert(place(made, said), said)
    return tuple(made)


def _wide(recording: str, track: int, start: float, end: float) -> Hole:
    return Hole(recording, track, start - _APART, end + _APART)


def _name(transcript: Transcript, hole: Hole) -> str:
    """Of a sentence that no engine numbered: where it is."""
    known = {one.id for one in transcript.segments}
    name = f"h-{hole.recording[-6:]}-{round(hole.start * 1000)}"
    return next(one for one in (name, *(f"{name}-{n}" for n in range(2, 1000))) if one not in known)
