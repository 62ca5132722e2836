"""Draft points in a person's hands: written otherwise, added, struck out; and how they follow their sentences.

A point that somebody has touched lives on in later versions of the transcript, at the same words.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from itertools import count

from roomctl.domain import correction, cues
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


def redraft(points: Sequence[DraftPoint], *sentences: TranscriptSegment) -> tuple[DraftPoint, ...]:
    """As the words of these sentences are by now: what nobody has written is drafted from them anew.

    What somebody has written or struck out stays as it is, and knows that its words were changed; beside it stands
    only what its own words did not give. So the same words give the same points, whatever they were in between.
    """
    made = list(points)
    for segment in sentences:
        own = [_aware(one, segment.text) for one in made if one.segment == segment.id and one.by]
        names = {one.kind: one.id for one in made if one.segment == segment.id and not one.by}
        place = next((n for n, one in enumerate(made) if one.segment == segment.id), len(made))
        made = [one for one in made if one.segment != segment.id]
        judged = cues.draft(replace(segment, text=one.text) for one in own)
        kinds = {one.kind for one in (*own, *judged)}
        drafted = [replace(one, id=names.get(one.kind, "")) for one in cues.draft([segment]) if one.kind not in kinds]
        taken = {one.name for one in (*made, *own)}
        named = [replace(one, id=fresh((*made, *own), segment.id)) if one.name in taken else one for one in drafted]
        made[place:place] = [*own, *named]
    return tuple(made)


def follow(points: Sequence[DraftPoint], before: str, after: TranscriptSegment) -> tuple[DraftPoint, ...]:
    """As the words of its sentence are put right, so are its points; a sentence that says the same keeps them."""
    return tuple(points) if before == after.text else redraft(points, after)


def _aware(point: DraftPoint, text: str) -> DraftPoint:
    return replace(point, now="" if text == point.text else text)


def _moved(point: DraftPoint, home: TranscriptSegment) -> DraftPoint:
    """At another sentence that says the same: only what a person put right counts as another wording."""
    moved = replace(point, segment=home.id, text=point.text if point.now else home.text)
    return _aware(moved, home.text) if point.by else moved


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
        made.append(_moved(replace(one, id=one.name if home is second else one.id), home))
    return redraft(made, first, second)


def _alike(words: str, text: str) -> int:
    return sum(block.size for block in SequenceMatcher(None, words, text, autojunk=False).get_matching_blocks())


def joined(points: Sequence[DraftPoint], whole: TranscriptSegment, gone: TranscriptSegment) -> tuple[DraftPoint, ...]:
    """Of two sentences that were made one: those of the second are the whole one's."""
    made = [
        _moved(replace(one, id=one.id if one.segment == whole.id else one.name), whole)
        if one.segment in {whole.id, gone.id}
        else one
        for one in points
    ]
    return redraft(made, whole)


def carry(old: Transcript, new: Transcript) -> tuple[DraftPoint, ...]:
    """The points of a new version, with what people made of the old ones', and in the words that people put right."""
    made = list(redraft(new.points, *(one for one in new.shown if correction.corrected(one))))
    for one in old.points:
        if not one.by:
            continue
        home = _home(one, old, new)
        if home is None:
            continue
        known = [other for other in made if not other.by and other.segment == home.id and other.kind is one.kind]
        made = [other for other in made if other.name != one.name and other not in known[:1]]
        made.append(_moved(replace(one, id=one.name), home))
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
