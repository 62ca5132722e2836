"""A sentence made two, and two made one, where the machine has cut speech in the wrong place.

Nothing is lost by it: the words keep their times, each part keeps what was changed in it and by whom, and of two that
were made one the second stays, marked, so that it is there again when they are parted. In a new version of the
transcript the same cuts are made again where the same words are said.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from itertools import count, pairwise

from roomctl.domain import correction, points
from roomctl.domain.transcript import Change, Transcript, TranscriptSegment, Word, placed

SPLIT, MERGED = "split", "merged"
"""Steps of the changes by which a sentence was made two, or two were made one; `at` is the place of the cut."""

NEAR = 0.5
"""Seconds by which two engines may put the same word apart."""

_NAME = 56
"""Characters of an id that its second part keeps: with a number behind it there are at most 64."""

_OWN = frozenset({correction.PERSON, correction.SEEN, SPLIT, MERGED})
"""Steps by people: they change the whole text, all others a place in it."""


def split(segment: TranscriptSegment, at: int, *, name: str, by: str) -> tuple[TranscriptSegment, TranscriptSegment]:
    """Two sentences, cut before the character `at` of its text; the first one keeps its id, the second is `name`.

    Raises:
        ValueError: one of them would be empty.

    """
    parts = segment.text[: max(at, 0)].strip(), segment.text[at:].strip()
    if not all(parts):
        raise ValueError(f"nothing is left on one side of {at} in {segment.text!r}")
    before, after = _words(segment, at)
    share = at / len(segment.text)
    cut = after[0].start if after else segment.start + share * (segment.end - segment.start)
    cut = min(max(cut, segment.start), segment.end)
    end = min(max(before[-1].end if before else cut, segment.start), cut)
    changes = _changes(segment, at)
    place = _mapped_back(correction.by_machine(segment), segment.raw, _places(segment, at)[0])
    first = replace(
        segment,
        end=end,
        last_frame=max(segment.first_frame, _frame(segment, end) - 1),
        raw=segment.raw[:place].strip(),
        text=parts[0],
        words=before,
        changes=(*changes[0], Change(SPLIT, segment.text, parts[0], by)),
        doubts=tuple(one for one in segment.doubts if one.at + len(one.said) <= at),
    )
    begin = len(segment.text[:at]) + len(segment.text[at:]) - len(segment.text[at:].lstrip())
    second = replace(
        segment,
        id=name,
        start=cut,
        first_frame=_frame(segment, cut),
        raw=segment.raw[place:].strip(),
        text=parts[1],
        words=after,
        changes=(*changes[1], Change(SPLIT, segment.text, parts[1], by, at)),
        doubts=tuple(replace(one, at=one.at - begin) for one in segment.doubts if one.at >= begin),
    )
    return first, second


def merge(
    first: TranscriptSegment, second: TranscriptSegment, *, by: str
) -> tuple[TranscriptSegment, TranscriptSegment]:
    """The two as one sentence under the id of the first; and the second as it stays, marked.

    Who speaks is who spoke in the first, or in the second where nobody is known there.
    """
    between = _between(first.text, second.text)
    text = first.text + between + second.text
    speaks = first if first.speaker else second
    shift = len(first.text) + len(between)
    seen = [change for one in (first, second) for change in one.changes if change.step == correction.SEEN]
    both = [Change(correction.SEEN, text, text, seen[-1].reason)] if _both_seen(first, second) else []
    whole = replace(
        first,
        end=max(first.end, second.end),
        last_frame=max(first.last_frame, second.last_frame),
        raw=first.raw + _between(first.raw, second.raw) + second.raw,
        text=text,
        words=(*first.words, *second.words),
        speaker=speaks.speaker,
        known_by=speaks.known_by,
        changes=(*_joined(first, second), Change(MERGED, first.text, text, by, len(first.text)), *both),
        confidence=min(first.confidence, second.confidence),
        beside=first.beside or second.beside,
        doubts=(*first.doubts, *(replace(one, at=one.at + shift) for one in second.doubts)),
    )
    gone = Change(MERGED, second.text, "", by)
    return whole, replace(second, dropped=True, changes=(*second.changes, gone))


def buried(segment: TranscriptSegment) -> bool:
    """Whether it was made one with the sentence before it."""
    return segment.dropped and bool(segment.changes) and segment.changes[-1].step == MERGED


def unburied(segment: TranscriptSegment) -> TranscriptSegment:
    """As it was before."""
    return replace(segment, dropped=False, changes=segment.changes[:-1])


def part(
    segment: TranscriptSegment, at: int, behind: Iterable[TranscriptSegment], *, name: str, by: str
) -> tuple[TranscriptSegment, TranscriptSegment]:
    """As `split`; where a sentence was joined on at that very place, the second one is that sentence again.

    Args:
        behind: those that stand between it and the next one that a reader sees.

    """
    first, second = split(segment, at, name=name, by=by)
    known = [
        one
        for one in behind
        if buried(one)
        and (one.recording, one.track, one.text) == (segment.recording, segment.track, second.text)
        and segment.start < one.start < segment.end
    ]
    if not known:
        return first, second
    same = unburied(min(known, key=lambda one: abs(one.start - second.start)))
    return first, replace(same, speaker=second.speaker, known_by=second.known_by)


def names(sentence: str) -> Iterator[str]:
    """Those that the second part of a sentence may have, in turns: one of them is not in use."""
    return (f"{sentence[:_NAME]}-{n}" for n in count(2))


def again(old: Transcript, new: Transcript) -> Transcript:
    """A new version, or more of the same one, cut as people have cut the old one."""
    made = new
    shown = old.shown
    for before, one in pairwise(shown):
        if _by_people(one) and one.id not in {other.id for other in made.segments}:
            made = _cut_again(made, before, one)
    for one in old.segments:
        if buried(one) and not _by_people(one):
            made = _joined_again(made, one)
    return made


def _by_people(segment: TranscriptSegment) -> bool:
    """Whether it begins where a person has cut."""
    return any(change.step == SPLIT and change.at for change in segment.changes)


def _cut_again(new: Transcript, before: TranscriptSegment, one: TranscriptSegment) -> Transcript:
    """Where the new version says the words across the cut in one sentence."""
    for whole in new.shown:
        if (whole.recording, whole.track) != (one.recording, one.track) or not whole.start < one.start < whole.end:
            continue
        head = correction.by_machine(before)
        at = len(head) if whole.id == before.id and whole.text.startswith(head) else _place_of(whole, one.start)
        if not whole.text[:at].strip() or not whole.text[at:].strip():
            return new
        by = next(change.reason for change in reversed(one.changes) if change.step == SPLIT)
        first, second = split(whole, at, name=one.id, by=by)
        return replace(
            new,
            segments=tuple(_put(new.segments, first, second)),
            points=points.parted(new.points, first, second),
        )
    return new


def _joined_again(new: Transcript, gone: TranscriptSegment) -> Transcript:
    """Where the new version begins a sentence at the same place."""
    for first, second in pairwise(new.shown):
        same = {(first.recording, first.track), (second.recording, second.track)} == {(gone.recording, gone.track)}
        if same and abs(second.start - gone.start) < NEAR:
            whole, stays = merge(first, second, by=gone.changes[-1].reason)
            kept = {whole.id: whole, stays.id: stays}
            return replace(
                new,
                segments=tuple(kept.get(one.id, one) for one in new.segments),
                points=points.joined(new.points, whole, stays),
            )
    return new


def _put(
    segments: Sequence[TranscriptSegment], first: TranscriptSegment, second: TranscriptSegment
) -> Iterator[TranscriptSegment]:
    for one in segments:
        yield from (first, second) if one.id == first.id else (one,)


def _place_of(segment: TranscriptSegment, second: float) -> int:
    """The place of the word that begins then; 0 where none does."""
    found = [(abs(word.start - second), start) for word, start, _ in placed(segment.text, segment.words)]
    apart, place = min(found, default=(NEAR, 0))
    return place if apart < NEAR else 0


def _words(segment: TranscriptSegment, at: int) -> tuple[tuple[Word, ...], tuple[Word, ...]]:
    """Those before the cut and those after it; one that stands across it is cut too, by its characters."""
    before: list[Word] = []
    for n, (word, start, end) in enumerate(_spread(segment)):
        if start >= at:
            return tuple(before), segment.words[n:]
        if end > at:
            middle = word.start + (word.end - word.start) * (at - start) / (end - start)
            share = round(len(word.text) * (at - start) / (end - start))
            head, tail = (
                replace(word, text=word.text[:share], end=middle),
                replace(word, text=word.text[share:], start=middle),
            )
            return tuple(before) + ((head,) if head.text else ()), ((tail,) if tail.text else ()) + segment.words[
                n + 1 :
            ]
        before.append(word)
    return tuple(before), ()


def _spread(segment: TranscriptSegment) -> Iterator[tuple[Word, int, int]]:
    """Each word with its place; those that were replaced share what stands between their neighbours."""
    waiting: list[Word] = []
    where = {id(word): (start, end) for word, start, end in placed(segment.text, segment.words)}
    cursor = 0
    for word in (*segment.words, None):
        start, end = (len(segment.text),) * 2 if word is None else where.get(id(word), (-1, -1))
        if word is not None and start < 0:
            waiting.append(word)
            continue
        total, passed = sum(len(one.text) for one in waiting), 0
        for one in waiting:
            first = cursor + (start - cursor) * passed // max(total, 1)
            passed += len(one.text)
            yield one, first, cursor + (start - cursor) * passed // max(total, 1)
        waiting = []
        if word is not None:
            yield word, start, end
            cursor = end


def _texts(segment: TranscriptSegment) -> list[str]:
    """The machine's text, then the one after each change of it by a person."""
    first = correction.by_machine(segment)
    return [first, *(change.after for change in segment.changes if change.step == correction.PERSON)]


def _places(segment: TranscriptSegment, at: int) -> list[int]:
    """Where the cut is in each of `_texts`."""
    texts = _texts(segment)
    places = [at]
    for after, before in pairwise(reversed(texts)):
        places.append(_mapped_back(after, before, places[-1]))
    return places[::-1]


def _mapped_back(text: str, before: str, at: int) -> int:
    """The place in `before` that is at `at` in `text`, by the nearest characters that both have."""
    if text == before:
        return at
    best = (len(text) + 1, min(at, len(before)))
    for block in SequenceMatcher(None, text, before, autojunk=False).get_matching_blocks():
        near = min(max(at, block.a), block.a + block.size)
        if block.size:
            best = min(best, (abs(near - at), block.b + near - block.a))
    return best[1]


def _changes(segment: TranscriptSegment, at: int) -> tuple[list[Change], list[Change]]:
    """What was changed in each part: the machine's changes by their place, a person's as they are in that part."""
    texts, places = _texts(segment), _places(segment, at)
    first: list[Change] = []
    second: list[Change] = []
    turn = 0
    for change in segment.changes:
        if change.step not in _OWN:
            if _where(texts[0], change) < places[0]:
                first.append(change)
            else:
                second.append(replace(change, at=max(0, change.at - places[0])))
        elif change.step == correction.PERSON:
            (old, before), (now, after) = zip(texts[turn : turn + 2], places[turn : turn + 2], strict=True)
            first.extend(_changed(change, old[:before], now[:after]))
            second.extend(_changed(change, old[before:], now[after:]))
            turn += 1
        elif change.step == correction.SEEN and change.after == segment.text:
            first.append(replace(change, before=segment.text[:at].strip(), after=segment.text[:at].strip()))
            second.append(replace(change, before=segment.text[at:].strip(), after=segment.text[at:].strip()))
        else:
            first.append(change)
    return first, second


def _changed(change: Change, before: str, after: str) -> Iterator[Change]:
    """The change in one part; none where nothing is another there."""
    if before.strip() != after.strip():
        yield replace(change, before=before.strip(), after=after.strip())


def _where(text: str, change: Change) -> int:
    """Where in the text it was made: later changes may have moved it a little."""
    found = [at for at in range(len(text)) if change.after and text.startswith(change.after, at)]
    return min(found, key=lambda at: abs(at - change.at), default=change.at)


def _joined(first: TranscriptSegment, second: TranscriptSegment) -> list[Change]:
    """The machine's changes of both, then what people changed in the first, then in the second."""
    head, tail = correction.by_machine(first), correction.by_machine(second)
    shift = len(head + _between(head, tail))
    made = [change for change in first.changes if change.step not in _OWN]
    made += [replace(change, at=change.at + shift) for change in second.changes if change.step not in _OWN]
    for change in first.changes:
        if change.step == correction.PERSON:
            made.append(_beside(change, after=tail))
        elif change.step in {SPLIT, MERGED}:
            made.append(change)
    made += [_beside(change, before=first.text) for change in second.changes if change.step == correction.PERSON]
    return made


def _beside(change: Change, *, before: str = "", after: str = "") -> Change:
    """A change of one part, as one of the whole."""
    old, now = (
        before + _between(before, text) + text if before else text + _between(text, after) + after
        for text in (change.before, change.after)
    )
    return replace(change, before=old, after=now)


def _both_seen(first: TranscriptSegment, second: TranscriptSegment) -> bool:
    return correction.confirmed(first) and correction.confirmed(second)


def _between(before: str, after: str) -> str:
    """Words of Latin letters stand apart."""
    return " " if before[-1:].isascii() and after[:1].isascii() and before and after else ""


def _frame(segment: TranscriptSegment, second: float) -> int:
    """Of the recording, at that second of it."""
    length, frames = segment.end - segment.start, segment.last_frame + 1 - segment.first_frame
    share = (second - segment.start) / length if length > 0 else 0.0
    return segment.first_frame + round(share * frames)
