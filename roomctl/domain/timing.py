"""When a stretch of a sentence was said: a figure, a name, a word that somebody doubts.

The final text is another than the raw one (三千五百个 is written 3500个), so its characters are laid over the raw
ones, and those belong to words with their times. What was replaced as a whole was said as a whole.
"""

from bisect import bisect_right
from difflib import SequenceMatcher
from itertools import accumulate

from roomctl.domain.transcript import TranscriptSegment


def when(segment: TranscriptSegment, start: int, end: int) -> tuple[float, float]:
    """Seconds from the recording's first frame in which `text[start:end]` was said.

    Args:
        start, end: offsets in the sentence's text, in characters; an empty stretch is the moment at `start`.

    Returns:
        First and last second, inside the sentence; the whole sentence where no word has a time.

    """
    words = [word for word in segment.words if word.text]
    if not words:
        return segment.start, segment.end
    raw = "".join(word.text for word in words)
    low, high = _place(raw, segment.text, start), _place(raw, segment.text, end)
    first, last = low[0], max(high[1], low[0] + 1)
    ends = list(accumulate(len(word.text) for word in words))
    begin = words[min(bisect_right(ends, first), len(words) - 1)]
    finish = words[min(bisect_right(ends, last - 1), len(words) - 1)]
    earliest = max(segment.start, begin.start)
    return min(earliest, segment.end), min(max(earliest, finish.end), segment.end)


def frames(segment: TranscriptSegment, start: int, end: int) -> tuple[int, int]:
    """The same in frames of the recording, the last one included."""
    seconds = segment.end - segment.start
    count = segment.last_frame - segment.first_frame + 1
    rate = count / seconds if seconds > 0 else 0.0
    first, last = when(segment, start, end)
    low = segment.first_frame + round((first - segment.start) * rate)
    high = segment.first_frame + round((last - segment.start) * rate) - 1
    return min(low, segment.last_frame), min(max(low, high), segment.last_frame)


def _place(raw: str, text: str, at: int) -> tuple[int, int]:
    """Where the place before `text[at]` lies in `raw`: the first character after it, the end of what is before it.

    Inside what was replaced as a whole, both its borders.
    """
    matcher = SequenceMatcher(None, raw, text, autojunk=False)
    before = 0
    for tag, low, high, first, last in matcher.get_opcodes():
        if first <= at < last or (tag != "delete" and at == last == len(text)):
            if tag == "equal":
                return low + at - first, before if at == first else low + at - first
            return (low, high) if at > first else (low, before)
        before = high
    return len(raw), len(raw)
