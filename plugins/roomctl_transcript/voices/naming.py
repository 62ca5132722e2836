"""From voices to people: 发言人1, until a mark, the secretary, or a turn of speech tells whose voice it is.

What somebody says of one stretch holds for the voice that speaks in it, wherever else it is heard.
"""

from array import array
from base64 import b64decode
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from roomctl.api import SpeakerKnownBy, TranscriptSegment, tr

REACH = 30.0
"""Seconds after a mark in which the voice is looked for that it names: it may be set before the speaker begins."""
CLEAR = 0.85
"""Share of what is said of a voice that must agree, or the voice is more than one person's and gets no name."""
CALLED = 0.6
"""The same, of turns of speech (请李晓明同志汇报): whoever is called does not always speak next."""
ONE = 0.72
"""Cosine of two voices of different recordings above which they are the same."""


Votes = dict[int, dict[str, float]]
"""Voice → name → seconds that speak for it."""


def nobody(voice: int) -> str:
    """What a voice is called that nobody has named; counted from 0."""
    return tr(f"发言人{voice + 1}", f"Speaker {voice + 1}")


def name(
    segments: Sequence[TranscriptSegment],
    voices: Mapping[str, int],
    *,
    marks: Sequence[tuple[float, str]] = (),
    said: Sequence[tuple[float, float, str]] = (),
) -> tuple[TranscriptSegment, ...]:
    """The sentences of one recording, each with its speaker.

    Args:
        segments: with what turns of speech tell, where there are no marks.
        voices: id of a sentence → number of its voice.
        marks: (second, name) in order, as the operator set them.
        said: (from, to, name), as the secretary put it right.

    """
    segments = _fresh(segments, voices)
    votes = _marked(segments, voices, marks)
    known = _clear(votes, CLEAR, SpeakerKnownBy.VOICE) if marks else _called(segments, voices)
    known |= _said(segments, voices, said)
    heard = {who for who, _ in known.values()}
    return tuple(
        _named(one, voices.get(one.id), known, _at(marks, (one.start + one.end) / 2), votes, heard)
        for one in segments
    )


def _named(
    one: TranscriptSegment,
    voice: int | None,
    known: Mapping[int, tuple[str, SpeakerKnownBy]],
    marked: str,
    votes: Votes,
    heard: Collection[str],
) -> TranscriptSegment:
    """By its voice; by the mark or the turn of speech, where those name somebody whose voice is not known: two people
    may have been taken for one.

    Args:
        votes: what the marks say of each voice; heard: people whose voice is known.

    """
    if one.speaker and one.speaker not in heard:
        return one
    if voice is not None and voice in known:
        who, by = known[voice]
        return replace(one, speaker=who, known_by=SpeakerKnownBy.OPERATOR if marked == who else by)
    if marked and (voice is None or voice in votes or marked not in heard):
        return replace(one, speaker=marked, known_by=SpeakerKnownBy.OPERATOR)
    return one if voice is None else replace(one, speaker=nobody(voice), known_by=SpeakerKnownBy.VOICE)


def _at(marks: Sequence[tuple[float, str]], second: float) -> str:
    index = bisect_right(marks, second, key=lambda mark: mark[0]) - 1
    return marks[index][1].strip() if index >= 0 else ""


def _votes() -> Votes:
    return defaultdict(lambda: defaultdict(float))


def _clear(votes: Votes, share: float, by: SpeakerKnownBy) -> dict[int, tuple[str, SpeakerKnownBy]]:
    """The voices of which it is clear whose they are."""
    found = {}
    for voice, names in votes.items():
        who = max(names, key=lambda one: names[one])
        if who and names[who] > 0 and names[who] >= share * sum(names.values()):
            found[voice] = (who, by)
    return found


def _said(
    segments: Sequence[TranscriptSegment], voices: Mapping[str, int], said: Sequence[tuple[float, float, str]]
) -> dict[int, tuple[str, SpeakerKnownBy]]:
    """By what the secretary put right: of each voice the name that was given it for the longest."""
    votes = _votes()
    for one in segments:
        if one.id in voices:
            for start, end, who in said:
                votes[voices[one.id]][who] += max(0.0, min(one.end, end) - max(one.start, start))
    return _clear(votes, 0.5, SpeakerKnownBy.VOICE)


def _marked(
    segments: Sequence[TranscriptSegment], voices: Mapping[str, int], marks: Sequence[tuple[float, str]]
) -> Votes:
    """By the operator's marks: each names the voice that speaks most right after it."""
    votes = _votes()
    for (second, who), (following, _) in pairwise([*marks, (float("inf"), "")]):
        after: dict[int, float] = defaultdict(float)
        whole: dict[int, float] = defaultdict(float)
        for one in segments:
            if one.id in voices:
                after[voices[one.id]] += _common(one, second, min(following, second + REACH))
                whole[voices[one.id]] += _common(one, second, following)
        first = max(after, key=lambda voice: after[voice], default=None)
        if first is not None and after[first] > 0 and who.strip():
            votes[first][who.strip()] += whole[first]
    return votes


def _fresh(segments: Sequence[TranscriptSegment], voices: Mapping[str, int]) -> tuple[TranscriptSegment, ...]:
    """What turns of speech tell holds for the voice that answers; when another one speaks, nobody has called it."""
    made = []
    floor: str | None = None
    answers: int | None = None
    for one in segments:
        voice = voices.get(one.id)
        if one.speaker != floor:
            floor, answers = one.speaker, voice
        stale = one.speaker and voice is not None and voice != answers
        made.append(replace(one, speaker=None, known_by=None) if stale else one)
    return tuple(made)


def _called(
    segments: Sequence[TranscriptSegment], voices: Mapping[str, int]
) -> dict[int, tuple[str, SpeakerKnownBy]]:
    """By turns of speech. A name goes to the voice that has most of it, and to that one alone."""
    votes = _votes()
    for one in segments:
        if one.speaker and one.id in voices:
            votes[voices[one.id]][one.speaker] += one.end - one.start
    clear = _clear(votes, CALLED, SpeakerKnownBy.CUE)
    first = {who: max(clear, key=lambda voice: votes[voice][who]) for who, _ in clear.values()}
    return {voice: found for voice, found in clear.items() if first[found[0]] == voice}


def _common(one: TranscriptSegment, start: float, end: float) -> float:
    return max(0.0, min(one.end, end) - max(one.start, start))


def across(recordings: Iterable[Sequence[str]]) -> list[list[int]]:
    """Numbers of the voices of several recordings of one meeting, the same for the same voice.

    Args:
        recordings: the prints of each one's voices, as `prints.pack` writes them.

    """
    known: list[Sequence[int]] = []
    numbers = []
    for voices in recordings:
        vectors = [array("b", b64decode(voice)) for voice in voices]
        pairs = sorted(
            ((_cosine(one, other), i, j) for i, one in enumerate(vectors) for j, other in enumerate(known)),
            reverse=True,
        )
        found: dict[int, int] = {}
        for alike, i, j in pairs:
            if alike >= ONE and i not in found and j not in found.values():
                found[i] = j
        for i, vector in enumerate(vectors):
            if i not in found:
                found[i] = len(known)
                known.append(vector)
        numbers.append([found[i] for i in range(len(vectors))])
    return numbers


def _cosine(one: Sequence[int], other: Sequence[int]) -> float:
    size = (sum(a * a for a in one) * sum(b * b for b in other)) ** 0.5
    return sum(a * b for a, b in zip(one, other, strict=True)) / size if size else 0.0
