"""Lost text looks like silence: seconds of speech against seconds that have text, and where the holes are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from roomctl.api import Hole, TranscriptSegment
from roomctl_transcript.cutting import PAD, Span

SMALLEST = 1.2
"""Seconds of a run of speech without a word, from which on it is a hole; below it is a breath or an 嗯."""
SLOWEST = 2.5
"""Characters a second of speech; measured pace of read Mandarin 4.6. Below it sentences are missing."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """What coverage needs of one decoded utterance."""

    speech: tuple[Span, ...]
    gave_up: bool = False


@dataclass(frozen=True, slots=True)
class Coverage:
    """Seconds.

    Attributes:
        speech: somebody spoke; covered: of it with text.

    """

    speech: float
    covered: float
    holes: tuple[Hole, ...] = ()


def measure(utterances: Iterable[Utterance], segments: Sequence[TranscriptSegment], recording: str) -> Coverage:
    """Coverage of one recording. Inventions count as no text."""
    shown = [segment for segment in segments if segment.recording == recording and not segment.dropped]
    speech = covered = 0.0
    holes: list[Hole] = []
    for utterance in utterances:
        total = sum(run.seconds for run in utterance.speech)
        speech += total
        start, end = utterance.speech[0].start, utterance.speech[-1].end
        here = [s for s in shown if s.start < end and s.end > start - PAD and (s.start + s.end) / 2 > start - PAD]
        here = [s for s in here if (s.start + s.end) / 2 < end + PAD]
        characters = sum(c.isalnum() for s in here for c in s.raw)
        if total > SMALLEST and characters < SLOWEST * total:
            covered += min(total, characters / (2 * SLOWEST))
            holes.append(Hole(recording, 1, round(start, 2), round(end, 2)))
            continue
        bare = [run for run in utterance.speech if run.seconds >= SMALLEST and not _worded(run, here)]
        covered += total - sum(run.seconds for run in bare)
        holes += [Hole(recording, 1, round(run.start, 2), round(run.end, 2)) for run in bare]
    return Coverage(round(speech, 2), round(covered, 2), tuple(holes))


def _worded(run: Span, segments: Sequence[TranscriptSegment]) -> bool:
    return any(word.start < run.end and word.end > run.start for segment in segments for word in segment.words)
