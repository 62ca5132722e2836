"""Draft points in a person's hands: written otherwise, added, struck out; and how they follow their sentences.

A point that somebody has touched lives on in later versions of the transcript, at the same words.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from itertools import count

from roomctl.domain import correction
from roomctl.domain.transcript import DraftPoint, Transcript, TranscriptSegment


def put(points: Sequence[DraftPoint], one: DraftPoint) -> tuple[DraftPoint, ...]:
    """With that one in the place of the one of its name, or behind all of them."""
    if any(other.name == one.name for other in points):
        return tuple(one if other.name == one.name else other for other in points)
    return (*points, one)


def fresh(points: Iterable[DraftPoint], sentence: str) -> str:
    """A name for one more point of a sentence."""
    known = {one.name for one in points}
    return next(name for n in count(1) if (name := f"{sentence[:56]}-p{n}") not in known)


def ordered(points: Sequence[DraftPoint], segments: Iterable[TranscriptSegment]) -> tuple[DraftPoint, ...]:
    """In the order of speech."""
    place = {one.id: n for n, one in enumerate(segments)}
    return tuple(sorted(points, key=lambda one: place.get(one.segment, len(place))))


def follow(points: Sequence[DraftPoint], before: str, after: TranscriptSegment) -> tuple[DraftPoint, ...]:
    """As the words of its sentence are put right, so are those of a point that nobody has written."""
    return tuple(
        _followed(one, after.text) if one.segment == after.id and not one.by and one.text == before else one
        for one in points
    )


def _followed(point: DraftPoint, text: str) -> DraftPoint:
    return replace(
        point,
        text=text,
        owner=_moved(point.owner, point.text, text),
        support=tuple(_moved(one, point.text, text) for one in point.support),
        deadline=_moved(point.deadline, point.text, text),
        what=_moved(point.what, point.text, text),
    )


def _moved(part: str, before: str, after: str) -> str:
    """The words of `after` that stand where `part` stands in `before`; as it is, where it does not stand there."""
    start = before.find(part) if part else -1
    if start < 0:
        return part
    end, made = start + len(part), ""
    for tag, first, last, low, high in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            made += (
                after[low + max(start - first, 0) : high - max(last - end, 0)] if first < end and last > start else ""
            )
        elif (first < end and last > start) or (tag == "insert" and start < first < end):
            made += after[low:high]
    return made or part


def parted(
    points: Sequence[DraftPoint], first: TranscriptSegment, second: TranscriptSegment
) -> tuple[DraftPoint, ...]:
    """Of a sentence that was made two: each goes with the part that has more of its words."""
    made = []
    for one in points:
        if one.segment != first.id:
            made.append(one)
            continue
        home = max((first, second), key=lambda part: _alike(one.what or one.text, part.text))
        text = one.text if one.by else home.text
        made.append(replace(one, id=one.name if home is second else one.id, segment=home.id, text=text))
    return tuple(made)


def _alike(words: str, text: str) -> int:
    return sum(block.size for block in SequenceMatcher(None, words, text, autojunk=False).get_matching_blocks())


def joined(points: Sequence[DraftPoint], whole: TranscriptSegment, gone: TranscriptSegment) -> tuple[DraftPoint, ...]:
    """Of two sentences that were made one: those of the second are the whole one's."""
    return tuple(replace(one, id=one.name, segment=whole.id) if one.segment == gone.id else one for one in points)


def carry(old: Transcript, new: Transcript) -> tuple[DraftPoint, ...]:
    """The points of a new version, with what people made of the old ones', and in the words that people put right."""
    made = list(new.points)
    for segment in new.shown:
        if correction.corrected(segment):
            made = list(follow(made, correction.by_machine(segment), segment))
    for one in old.points:
        if not one.by:
            continue
        home = _home(one, old, new)
        if home is None:
            continue
        known = [other for other in made if not other.by and other.segment == home.id and other.kind is one.kind]
        made = [other for other in made if other.name != one.name and other not in known[:1]]
        made.append(replace(one, id=one.name, segment=home.id))
    return ordered(made, new.segments)


def _home(point: DraftPoint, old: Transcript, new: Transcript) -> TranscriptSegment | None:
    """The sentence of the new version in which the same is said."""
    said = next((one for one in old.segments if one.id == point.segment), None)
    if said is None:
        return None
    same = next((one for one in new.shown if one.id == said.id), None)
    if same is not None and abs(same.start - said.start) < correction.APART:
        return same
    mine = [one for one in new.shown if one.recording == said.recording]
    return max(mine, key=lambda one: min(one.end, said.end) - max(one.start, said.start), default=None)
