"""From what the worker told of each recording to one version of the transcript."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

from roomctl.api import Hole, Transcript, TranscriptSegment, cues
from roomctl_transcript import coverage, speakers
from roomctl_transcript.engines import Choice
from roomctl_transcript.invariants import broken
from roomctl_transcript.runner import Gathered
from roomctl_transcript.voices import naming


@dataclass(frozen=True, slots=True)
class Known:
    """What tells who speaks.

    Attributes:
        seats: track → person; marks: recording → (second, name); people: the roster's names.
        said: recording → (from, to, name), as the secretary put it right in the version before.

    """

    seats: Mapping[int, str] = field(default_factory=dict)
    marks: Mapping[str, Sequence[tuple[float, str]]] = field(default_factory=dict)
    people: Sequence[str] = ()
    chair: str = ""
    said: Mapping[str, Sequence[tuple[float, float, str]]] = field(default_factory=dict)


def transcript(
    gathered: Sequence[Gathered],
    choice: Choice,
    known: Known,
    *,
    id: str,  # noqa: A002 - the field's name
    meeting: str | None,
    version: int,
    at: datetime,
    complete: bool,
    voices: int = 0,
) -> Transcript:
    """One version over all recordings.

    Args:
        voices: how many of other recordings are numbered already.

    """
    segments: list[TranscriptSegment] = []
    measured = []
    numbers = naming.across(one.prints for one in gathered)
    for one, numbered in zip(gathered, numbers, strict=True):
        segments += speakers.assign(
            one.segments,
            seats=known.seats if any(s.track > 1 for s in one.segments) else {},
            marks=known.marks.get(one.recording, ()),
            people=known.people,
            chair=known.chair,
            voices={name: voices + numbered[voice] for name, voice in one.voices.items()},
            said=known.said.get(one.recording, ()),
        )
        measured.append(coverage.measure(one.utterances, one.segments, one.recording))
    duration, took = sum(one.seconds for one in gathered), sum(one.took for one in gathered)
    steps = Counter(change.step for segment in segments for change in segment.changes)
    return Transcript(
        id=id,
        meeting=meeting,
        version=version,
        engine=choice.offer.name,
        model=choice.model,
        model_sha256=next((one.sha256 for one in gathered if one.sha256), ""),
        at=at,
        duration=round(duration, 3),
        speech=round(sum(one.speech for one in measured), 2),
        covered=round(sum(one.covered for one in measured), 2),
        rtf=round(took / duration, 4) if duration else 0.0,
        complete=complete,
        segments=tuple(segments),
        holes=tuple(hole for one, two in zip(gathered, measured, strict=True) for hole in _holes(one, two)),
        points=cues.draft(segments),
        report={
            "changes": dict(steps),
            "dropped": sum(segment.dropped for segment in segments),
            "retried": sum(one.retried for one in gathered),
            "gave_up": sum(u.gave_up for one in gathered for u in one.utterances),
            "roster": [asdict(found) for found in dict.fromkeys(f for one in gathered for f in one.roster)],
            "voices": len({voice for numbered in numbers for voice in numbered}),
            "troubles": [what for one in gathered for what in dict.fromkeys(one.troubles)],
            "seconds": {one.recording: round(one.seconds, 3) for one in gathered},
            "broken": list(broken(segments)),
        },
    )


def _holes(one: Gathered, measured: coverage.Coverage) -> list[Hole]:
    """Speech without text, and sound that cannot be read: nobody knows what was said there."""
    lost = (Hole(one.recording, 1, round(at.start, 2), round(at.end, 2), damaged=True) for at in one.lost)
    return sorted((*measured.holes, *lost), key=lambda hole: hole.start)
