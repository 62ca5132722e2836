"""Which frames of a recording are wanted. Pure: marks and what somebody typed in, stretches of frames out."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, time, timedelta, tzinfo

from roomctl.api import BadInput, Marker, MarkKind, NotFound, tr

Span = tuple[int, int]
"""First frame, and the one after the last."""

CLOCK = re.compile(r"(@?)(\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d+)?))?")
WAYS = "90 / 1:30 / 0:01:30 / 10:44:21 / @10:44"


def local_zone() -> tzinfo:
    """This machine's."""
    zone = datetime.now(UTC).astimezone().tzinfo
    assert zone is not None  # noqa: S101 - astimezone gives one
    return zone


def seconds(text: str) -> float:
    """`90`, `1:30`, `0:01:30.5`. Raises: BadInput."""
    try:
        value = 0.0
        for field in text.split(":"):
            value = value * 60 + float(field)
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise BadInput(tr(f"看不懂时间 {text}", f"cannot read the time {text}"), mend=WAYS)
    return value


def clock(text: str) -> tuple[time, bool] | None:
    """A time of day, and whether it can be nothing else (`@10:44`); None where it is none."""
    match = CLOCK.fullmatch(text.strip())
    if not match or (not match[1] and match[4] is None):
        return None
    rest = timedelta(seconds=float(match[4] or 0))
    hour, minute = int(match[2]), int(match[3])
    if hour > 23 or minute > 59 or rest >= timedelta(minutes=1):  # noqa: PLR2004 - of a day, of an hour
        return None
    return time(hour, minute, rest.seconds, rest.microseconds), bool(match[1])


def frame(
    text: str,
    length: int,
    rate: int,
    began: datetime,
    zone: Callable[[], tzinfo],
    at: Callable[[datetime], int | None],
) -> int:
    """The frame that `text` names; beyond the end it is the end.

    `10:44:21` is so far into the recording where it is that long, else a time of day; `@10:44:21` is always one.

    Args:
        began: when frame 0 was heard; at: the frame of a moment, None outside of the recording.

    Raises:
        BadInput: it is no time, or none in this recording.

    """
    said = clock(text)
    if said and (said[1] or seconds(text) * rate > length):
        local = began.astimezone(zone())
        days = [local.date() + timedelta(days=day) for day in range(2 + length // rate // 86_400)]
        moments = (datetime.combine(day, said[0], local.tzinfo) for day in days)
        found = next((each for each in map(at, moments) if each is not None), None)
        if found is not None:
            return found
        if said[1]:
            raise BadInput(
                tr(f"录音里没有 {text.strip('@ ')} 这个时刻", f"{text.strip('@ ')} is not in the recording"),
                tr(f"录音从 {local:%H:%M:%S} 开始", f"it begins at {local:%H:%M:%S}"),
                tr("请检查时间；从文件录的没有时刻", "check the time; what came from a file has no time of day"),
            )
    return min(length, round(seconds(text) * rate))


def items(markers: Iterable[Marker], number: int, end: int) -> list[Span]:
    """An agenda item: from each of its marks to the next item's. Raises: NotFound, with the items that there are."""
    marks = sorted((mark for mark in markers if mark.kind is MarkKind.ITEM), key=lambda mark: mark.frame)
    ends = [*(mark.frame for mark in marks[1:]), end]
    spans = [
        (mark.frame, until)
        for mark, until in zip(marks, ends, strict=False)
        if mark.note.strip() == str(number) and mark.frame < until
    ]
    if not spans:
        known = "、".join(dict.fromkeys(mark.note for mark in marks)) or tr("一项也没有", "none")
        raise NotFound(
            tr(f"录音里没有第 {number} 项议题", f"no item {number} in the recording"),
            mend=tr(f"标记过的：{known}", f"marked: {known}"),
        )
    return spans


def within(spans: Iterable[Span], first: int, last: int) -> list[Span]:
    """What of the spans lies between two frames."""
    return [(max(a, first), min(b, last)) for a, b in spans if max(a, first) < min(b, last)]


def without(spans: Iterable[Span], holes: Sequence[Span]) -> list[Span]:
    """The spans less the holes."""
    left = list(spans)
    for first, last in holes:
        left = [*within(left, 0, first), *(piece for a, b in left for piece in within([(a, b)], last, max(b, last)))]
    return sorted(left)
