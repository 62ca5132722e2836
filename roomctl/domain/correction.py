"""What a person puts right in a transcript, and how it lives on in the next version of it.

Nothing is overwritten: a correction is one more change, with the words that stood there before, and taking it back is
another. In a new version, made by another engine or with a better roster, each correction is looked for by its time
and its words, and made again.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from roomctl.domain.transcript import Change, Transcript, TranscriptSegment

PERSON = "person"
"""Step of a change that a person made by hand."""

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
    """Undoes the newest correction that still stands; without one it changes nothing."""
    standing: list[Change] = []
    for change in segment.changes:
        if change.step == PERSON:
            if standing and (change.before, change.after) == (standing[-1].after, standing[-1].before):
                standing.pop()
            else:
                standing.append(change)
    return correct(segment, standing[-1].before, by=by) if standing else segment


@dataclass(frozen=True, slots=True)
class _Edit:
    """Characters of the machine's text that a person replaced."""

    start: int
    end: int
    text: str
    by: str


def carry_over(old: Transcript, new: Sequence[TranscriptSegment]) -> tuple[TranscriptSegment, ...]:
    """The sentences of a new version with the corrections of the old one made again.

    A correction finds its place by the old words around it. Where the new version has the right words already,
    nothing is changed; a sentence that a person has corrected in the new version itself is left alone.
    """
    made = list(new)
    for segment in old.segments:
        if not corrected(segment) or segment.dropped:
            continue
        places = [i for i, other in enumerate(made) if _at_once(segment, other) and not corrected(other)]
        if places:
            for place, text, by in _again(segment, [made[i] for i in places]):
                made[places[place]] = correct(made[places[place]], text, by=by)
    return tuple(made)


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
    by = next(change.reason for change in reversed(segment.changes) if change.step == PERSON)
    machine = by_machine(segment)
    places = _mapped(machine, whole)
    for edit in reversed(list(_edits(machine, segment.text, by))):
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


def _edits(before: str, after: str, by: str) -> Iterable[_Edit]:
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, start, end, first, last in matcher.get_opcodes():
        if tag != "equal":
            yield _Edit(start, end, after[first:last], by)


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
        while mine or theirs:
            row = _first_row(mine, theirs)
            rows.append(row)
            mine, theirs = mine[len(row.old) :], theirs[len(row.new) :]
    return tuple(rows)


def _first_row(mine: Sequence[TranscriptSegment], theirs: Sequence[TranscriptSegment]) -> Row:
    """Up to the first moment that no sentence of either crosses; half a second of overlap is none."""
    end = min(segment.end for segment in (*mine[:1], *theirs[:1]))
    while True:
        old, new = (_begun(side, end) for side in (mine, theirs))
        further = max(segment.end for segment in (*old, *new))
        if further <= end:
            return Row(old, new)
        end = further


def _begun(segments: Sequence[TranscriptSegment], end: float) -> tuple[TranscriptSegment, ...]:
    """Those that begin well before `end`; the sentence that ends there, however short it is."""
    return tuple(s for s in segments if s.start < end - APART / 2 or s.end <= end)
