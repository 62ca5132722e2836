"""What a person puts right in a transcript, and how it lives on in the next version of it.

Nothing is overwritten: a correction is one more change, with the words that stood there before, and taking it back is
another. In a new version, made by another engine or with a better roster, each correction is looked for by its time
and its words, and made again.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from roomctl.domain.lines import tidied
from roomctl.domain.transcript import Change, SpeakerKnownBy, Transcript, TranscriptSegment

PERSON = "person"
"""Step of a change that a person made by hand."""

SEEN = "seen"
"""Step of a change that leaves everything as it is: a person has heard the sentence, and it is right."""

ROSTER = frozenset({"names", "terms"})
"""Steps that put in what somebody is called."""

APART = 1.0
"""Seconds by which two engines may put the same words apart."""


def corrected(segment: TranscriptSegment) -> bool:
    """Whether a person has changed it and not taken all of it back."""
    return any(change.step == PERSON for change in segment.changes) and segment.text != by_machine(segment)


def by_machine(segment: TranscriptSegment) -> str:
    """The text before a person first changed it."""
    return next((change.before for change in segment.changes if change.step == PERSON), segment.text)


def correct(segment: TranscriptSegment, text: str, *, by: str) -> TranscriptSegment:
    """The sentence with another text; the same text changes nothing."""
    text = text.strip()
    if text == segment.text:
        return segment
    return replace(segment, text=text, changes=(*segment.changes, Change(PERSON, segment.text, text, by)))


def take_back(segment: TranscriptSegment, *, by: str) -> TranscriptSegment:
    """Undoes the newest correction that still stands; without one it changes nothing.

    A sentence that a person wrote where the machine had nothing has nothing to go back to.
    """
    standing: list[Change] = []
    for change in segment.changes:
        if change.step == PERSON:
            if standing and (change.before, change.after) == (standing[-1].after, standing[-1].before):
                standing.pop()
            else:
                standing.append(change)
    return correct(segment, standing[-1].before, by=by) if standing and standing[-1].before else segment


@dataclass(frozen=True, slots=True)
class _Edit:
    """Characters of the machine's text that a person replaced."""

    start: int
    end: int
    text: str


def carry_over(old: Transcript, new: Sequence[TranscriptSegment]) -> tuple[TranscriptSegment, ...]:
    """The sentences of a new version with the corrections of the old one made again.

    The same sentence of the same version is taken as it is. Else a correction finds its place by the old words around
    it. Where the new version has the right words already, nothing is changed; a sentence that a person has corrected
    in the new version itself is left alone.
    """
    found = {segment.id: segment for segment in old.segments if touched(segment)}
    made = list(new)
    for i, segment in enumerate(made):
        before = found.get(segment.id)
        if before == segment:
            del found[segment.id]  # it stands there already
        elif before and not touched(segment) and (before.start, by_machine(before)) == (segment.start, segment.text):
            made[i] = before
            del found[before.id]
    near = _Near(made)
    for segment in found.values():
        if segment.dropped:
            continue
        places = [i for i in near(segment) if _at_once(segment, made[i])]
        free = [i for i in places if not corrected(made[i])]
        if free and corrected(segment):
            free = _same(segment, made, free) or free
            for place, text, by in _again(segment, [made[i] for i in free]):
                made[free[place]] = correct(made[free[place]], text, by=by)
        for i in places:
            made[i] = _said_of(segment, made[i])
    return tuple(made)


def _same(segment: TranscriptSegment, made: Sequence[TranscriptSegment], places: Sequence[int]) -> list[int]:
    """The place of just that sentence, the nearest in time; none where the new version has others.

    A short one may be part of what somebody else said at the same moment: 好，.
    """
    machine = by_machine(segment)
    same = [i for i in places if (made[i].track, made[i].text) == (segment.track, machine)]
    return sorted(same, key=lambda i: abs(made[i].start - segment.start))[:1]


class _Near:
    """Which of many sentences may be said at the same time as another one; a day has ten thousand of them."""

    def __init__(self, segments: Sequence[TranscriptSegment]) -> None:
        self._by: dict[str, list[tuple[float, int]]] = {}
        for i, segment in enumerate(segments):
            self._by.setdefault(segment.recording, []).append((segment.start, i))
        for starts in self._by.values():
            starts.sort()
        self._longest = max((segment.end - segment.start for segment in segments), default=0.0)

    def __call__(self, segment: TranscriptSegment) -> list[int]:
        """Their places, in order."""
        starts = self._by.get(segment.recording, [])
        low = bisect_left(starts, (segment.start - self._longest - APART, 0))
        high = bisect_left(starts, (segment.end + APART, 0))
        return sorted(i for _, i in starts[low:high])


def touched(segment: TranscriptSegment) -> bool:
    """Whether a person has ever changed its text, found it right, or said who speaks."""
    return segment.known_by is SpeakerKnownBy.PERSON or any(
        change.step in {PERSON, SEEN} for change in segment.changes
    )


def _said_of(segment: TranscriptSegment, other: TranscriptSegment) -> TranscriptSegment:
    """With what a person said of `segment`: who speaks, and that its words are right where they are the same."""
    within = segment.track == other.track and segment.start <= (other.start + other.end) / 2 <= segment.end
    if within and segment.known_by is SpeakerKnownBy.PERSON is not other.known_by:
        other = replace(other, speaker=segment.speaker, known_by=SpeakerKnownBy.PERSON)
    if within and confirmed(segment) and segment.text == other.text:
        other = confirm(other, by=_last(segment, SEEN))
    return other


def _last(segment: TranscriptSegment, step: str) -> str:
    """Who did that last."""
    return next(change.reason for change in reversed(segment.changes) if change.step == step)


def confirm(segment: TranscriptSegment, *, by: str) -> TranscriptSegment:
    """A person has heard it, and it is right as it stands."""
    if confirmed(segment):
        return segment
    return replace(segment, changes=(*segment.changes, Change(SEEN, segment.text, segment.text, by)))


def confirmed(segment: TranscriptSegment) -> bool:
    """Whether a person said so of the text that stands there now."""
    return any(change.step == SEEN and change.after == segment.text for change in segment.changes)


def name_speaker(segment: TranscriptSegment, speaker: str) -> TranscriptSegment:
    """A person says who speaks; nobody is an answer too."""
    return replace(segment, speaker=tidied(speaker) or None, known_by=SpeakerKnownBy.PERSON)


def as_heard(segment: TranscriptSegment, name: str, *, by: str) -> TranscriptSegment:
    """Takes back what the roster made of a sentence: each `name` that was put in is again as it was heard.

    A sentence that a person has changed or found right is left alone: they have seen it.
    """
    text = segment.text
    if corrected(segment) or confirmed(segment):
        return segment
    for change in segment.changes:
        if change.step in ROSTER and change.after == name:
            text = _put_back(text, change)
    return correct(segment, text, by=by)


def as_named(segment: TranscriptSegment, name: str, *, by: str) -> TranscriptSegment:
    """The way back from `as_heard`, where nobody has changed the sentence since."""
    *before, last = segment.changes or (Change("", "", ""),)
    if last.step != PERSON:
        return segment
    named = replace(segment, text=last.before, changes=tuple(before))
    return take_back(segment, by=by) if as_heard(named, name, by=by).text == segment.text else segment


@dataclass(frozen=True, slots=True)
class NamePutIn:
    """A name or term that the roster put in.

    Attributes:
        heard: what was heard instead, each once; standing: sentences in which it stands; undone: in which a person
            took it back everywhere.

    """

    name: str
    heard: tuple[str, ...]
    standing: int
    undone: int


def names_put_in(transcript: Transcript) -> tuple[NamePutIn, ...]:
    """The most frequent first."""
    heard: dict[str, dict[str, None]] = {}
    standing: Counter[str] = Counter()
    undone: Counter[str] = Counter()
    for segment in transcript.shown:
        for change in segment.changes:
            if change.step in ROSTER and change.before != change.after:
                heard.setdefault(change.after, {})[change.before] = None
        for name in {change.after for change in segment.changes if change.step in ROSTER} & heard.keys():
            standing[name] += name in segment.text
            undone[name] += as_named(segment, name, by="") is not segment
    found = [NamePutIn(name, tuple(forms), standing[name], undone[name]) for name, forms in heard.items()]
    return tuple(sorted(found, key=lambda one: -(one.standing + one.undone)))


def _put_back(text: str, change: Change) -> str:
    """In the place that is nearest to where the change was made; later steps may have moved it a little."""
    places = [i for i in range(len(text)) if text.startswith(change.after, i)]
    if not places:
        return text
    at = min(places, key=lambda i: abs(i - change.at))
    return text[:at] + change.before + text[at + len(change.after) :]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a secretary's corrections have in common: a word for the glossary, if somebody takes it.

    Attributes:
        heard, meant: as the machine wrote it, and as a person did; times: how often.

    """

    heard: str
    meant: str
    times: int


def suggestions(transcript: Transcript) -> tuple[Suggestion, ...]:
    """Words that a person put right, the most frequent first. Nothing is learned from them unasked."""
    counted: Counter[tuple[str, str]] = Counter()
    for segment in transcript.shown:
        if corrected(segment):
            counted.update(_words(by_machine(segment), segment.text))
    return tuple(Suggestion(heard, meant, times) for (heard, meant), times in counted.most_common())


_LONGEST_WORD = 8
"""Characters of a word that a correction can teach."""
_BORDERS = "，。？！；：、的了在和与及由请"


def _words(before: str, after: str) -> Iterator[tuple[str, str]]:
    """What was replaced by as many characters, with up to two characters beside it on each side."""
    for edit in _edits(before, after):
        heard = before[edit.start : edit.end]
        if len(heard) != len(edit.text) or not heard or len(heard) > _LONGEST_WORD or heard.isdecimal():
            continue
        left, right = _beside(before[: edit.start][::-1])[::-1], _beside(before[edit.end :])
        yield left + heard + right, left + edit.text + right


def _beside(text: str) -> str:
    word = ""
    for character in text[:2]:
        if character in _BORDERS or character.isascii():
            break
        word += character
    return word


def _at_once(one: TranscriptSegment, other: TranscriptSegment) -> bool:
    if one.recording != other.recording or other.dropped:
        return False
    return one.start - APART < other.end and other.start < one.end + APART


def _again(segment: TranscriptSegment, others: Sequence[TranscriptSegment]) -> Iterator[tuple[int, str, str]]:
    """(which of the others, its new text, who corrected) for those that change."""
    whole = "".join(other.text for other in others)
    ends, end = [], 0
    for other in others:
        end += len(other.text)
        ends.append(end)
    texts = [other.text for other in others]
    by = _last(segment, PERSON)
    machine = by_machine(segment)
    places = _mapped(machine, whole)
    for edit in reversed([_widened(one, machine, whole, places) for one in _edits(machine, segment.text)]):
        start, stop = places[edit.start], places[edit.end]
        if start is None or stop is None or stop < start or whole[start:stop] == edit.text:
            continue
        place = next((i for i, end in enumerate(ends) if start < end), len(ends) - 1)
        base = ends[place] - len(others[place].text)
        if stop > ends[place]:
            continue  # over the border of two sentences: what was said there has been cut anew
        texts[place] = texts[place][: start - base] + edit.text + texts[place][stop - base :]
    for place, (text, other) in enumerate(zip(texts, others, strict=True)):
        if text != other.text:
            yield place, text, by


def _widened(edit: _Edit, machine: str, whole: str, places: Sequence[int | None]) -> _Edit:
    """With what stands right beside it, where the new version heard that otherwise: the rest of the same word."""
    start, end, text = edit.start, edit.end, edit.text
    for _ in range(_REST_OF_WORD):
        place = places[end]
        if end < len(machine) and (place is None or whole[place : place + 1] != machine[end]):
            end, text = end + 1, text + machine[end]
    for _ in range(_REST_OF_WORD):
        place = places[start]
        if start and (not place or whole[place - 1] != machine[start - 1]):
            start, text = start - 1, machine[start - 1] + text
    return _Edit(start, end, text)


_REST_OF_WORD = 2
"""Characters on each side that may be of the same word."""


def _edits(before: str, after: str) -> Iterable[_Edit]:
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, start, end, first, last in matcher.get_opcodes():
        if tag != "equal":
            yield _Edit(start, end, after[first:last])


def _mapped(old: str, new: str) -> list[int | None]:
    """For each place between characters of `old`, the place in `new`; None where nothing near it is the same."""
    places: list[int | None] = [None] * (len(old) + 1)
    for start, first, size in SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks():
        for i in range(size + 1 if size else 0):
            if places[start + i] is None or i:
                places[start + i] = first + i
    return places


@dataclass(frozen=True, slots=True)
class Row:
    """A stretch of time in two versions, for a page that shows them side by side."""

    old: tuple[TranscriptSegment, ...]
    new: tuple[TranscriptSegment, ...]

    @property
    def same(self) -> bool:
        return "".join(s.text for s in self.old) == "".join(s.text for s in self.new)


def beside(old: Transcript, new: Transcript) -> tuple[Row, ...]:
    """Sentences of two versions that belong to the same stretch of time, in order."""
    rows: list[Row] = []
    for recording in dict.fromkeys(segment.recording for segment in (*old.shown, *new.shown)):
        mine, theirs = ([s for s in version.shown if s.recording == recording] for version in (old, new))
        here = there = 0
        while here < len(mine) or there < len(theirs):
            row = _row(mine, here, theirs, there)
            rows.append(row)
            here, there = here + len(row.old), there + len(row.new)
    return tuple(rows)


def _row(mine: Sequence[TranscriptSegment], here: int, theirs: Sequence[TranscriptSegment], there: int) -> Row:
    """Up to the first moment that no sentence of either crosses; half a second of overlap is none."""
    end = min(segment.end for segment in (*mine[here : here + 1], *theirs[there : there + 1]))
    while True:
        old, new = _begun(mine, here, end), _begun(theirs, there, end)
        further = max(segment.end for segment in (*old, *new))
        if further <= end:
            return Row(old, new)
        end = further


def _begun(segments: Sequence[TranscriptSegment], at: int, end: float) -> tuple[TranscriptSegment, ...]:
    """Those from `at` on that begin well before `end`; the sentence that ends there, however short it is."""
    stop = at
    while stop < len(segments) and (segments[stop].start < end - APART / 2 or segments[stop].end <= end):
        stop += 1
    return tuple(segments[at:stop])
