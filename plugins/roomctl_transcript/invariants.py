"""What holds of sentences after every step, whatever the engine said: looked at in use, and held by the tests."""

from collections.abc import Iterable, Iterator, Sequence

from roomctl.api import Transcript, TranscriptSegment

ROUNDED = 0.002
"""Seconds by which rounding may move a time."""


def broken(segments: Sequence[TranscriptSegment]) -> tuple[str, ...]:
    """What does not hold, one line each: same span, times that only rise, raw text that is the words."""
    return (*_each(segments), *_order(segments))


def _each(segments: Iterable[TranscriptSegment]) -> Iterator[str]:
    seen: set[str] = set()
    for one in segments:
        if one.id in seen:
            yield f"{one.id}: twice"
        seen.add(one.id)
        if one.end < one.start or one.last_frame < one.first_frame:
            yield f"{one.id}: ends before it begins"
        said = any(c.isalnum() for c in one.raw)
        if said and not any(c.isalnum() for c in one.text):
            yield f"{one.id}: its text is gone"
        if one.words and "".join(word.text for word in one.words).strip() != one.raw:
            yield f"{one.id}: its words are not its raw text"
        if said and not one.changes and one.text != one.raw:
            yield f"{one.id}: changed without a reason"
        at = one.start - ROUNDED
        for word in one.words:
            if word.end < word.start or word.start < at or word.end > one.end + ROUNDED:
                yield f"{one.id}: {word.text!r} at {word.start:.3f} s lies outside of it, or before another word"
                break
            at = word.start


def _order(segments: Iterable[TranscriptSegment]) -> Iterator[str]:
    """Of one recording and track; two people who speak at once are two sentences."""
    last: dict[tuple[str, int], TranscriptSegment] = {}
    for one in segments:
        before = last.get((one.recording, one.track))
        if before is not None and one.start < before.start - ROUNDED:
            yield f"{one.id}: begins before {before.id}"
        last[(one.recording, one.track)] = one


def lost(before: Transcript, after: Transcript) -> tuple[str, ...]:
    """Sentences that a step over a whole version has lost, or whose sound it has moved."""
    now = {one.id: one for one in after.segments}
    told = []
    for one in before.segments:
        other = now.get(one.id)
        if other is None:
            told.append(f"{one.id}: gone")
        elif (other.recording, other.start, other.end, other.raw) != (one.recording, one.start, one.end, one.raw):
            told.append(f"{one.id}: another sound or raw text than before")
    return tuple(told)
