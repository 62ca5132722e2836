"""A recording against the clock. Pure: journal rows in, findings out.

Only a device is held to the clock: a file is read as fast as it goes, or is paced by the clock itself.
Times are of the monotonic clock, which no step of the system's clock moves.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import accumulate, pairwise

from roomctl_audio.journal import journal

TOLERANCE_SECONDS = 0.75
"""Between two parts. A sound server delivers in lumps of up to half a second, by which a part's moment may be off."""
END_SECONDS = 5.0
"""Between the last part and the stop, where no later part can tell a hole from a machine that stood still."""
HELD_SECONDS = 1.0
"""More, where there is too much sound: what PortAudio held back when a recording began on a busy machine."""
LARGEST_DRIFT_PPM = 200.0
"""Of the crystal in a sound card; twice what consumer parts are specified for (±100 ppm)."""
DRIFT_SECONDS, DRIFT_PARTS = 600.0, 5
"""From this length on a drift can be told from the lumps."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When a part began.

    Attributes:
        heard: frames that the source gave before it, kept or not: those kept, and those that gaps declare.
        monotonic: seconds.

    """

    seq: int
    heard: int
    monotonic: float


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """Sound between two parts is longer or shorter than the time that passed.

    Attributes:
        seq: the part before which it was seen; the last one, where it was seen at the end.
        seconds: positive where sound is missing, negative where there is too much.
        at_end: after that part began, and before the stop.

    """

    seq: int
    seconds: float
    at_end: bool = False


def from_device(rows: Sequence[journal.Row]) -> bool:
    """Whether the clock says anything about this recording."""
    opened = journal.first(rows, "opened")
    return opened is not None and not opened["waits"]


def moments(rows: Sequence[journal.Row]) -> list[Moment]:
    """Of each part that was timed; one that recovery adopted was not."""
    gaps = journal.gaps(rows)
    return [
        Moment(
            int(row["seq"]),
            int(row["first_frame"]) + sum(gap.frames for gap in gaps if gap.first_frame <= row["first_frame"]),
            float(row["monotonic"]),
        )
        for row in journal.of_kind(rows, "part")
        if row["monotonic"] > 0 and not row.get("recovered")
    ]


def discrepancies(rows: Sequence[journal.Row]) -> Iterator[Discrepancy]:
    """What neither drift nor the lumps of a sound server explain, nor any gap declares.

    Each part is held against the one before it, and against the first since the last finding: many small losses are
    seen as well as one. A part that was begun late, since the machine stood still, is made up for by a later one and
    is no loss; one that was begun too early holds too much.
    """
    opened = journal.first(rows, "opened")
    timed = moments(rows)
    if opened is None or not from_device(rows) or not timed:
        return
    rate = int(opened["sample_rate"])
    lags = [each.monotonic - each.heard / rate for each in timed]
    settled = list(accumulate(reversed(lags), min))[::-1]
    for line in (settled, accumulate(lags, min)):
        moved = [replace(m, monotonic=lag + m.heard / rate) for m, lag in zip(timed, line, strict=True)]
        yield from _turns(moved, rate)
    yield from _ending(rows, timed[-1], rate)


def _ending(rows: Sequence[journal.Row], last: Moment, rate: int) -> Iterator[Discrepancy]:
    """What is missing after the last part began. A stop in a pause has no moment: nothing was to be kept."""
    stop = journal.first(rows, "stop")
    if (
        stop is None
        or "monotonic" not in stop
        or last.seq != max(row["seq"] for row in journal.of_kind(rows, "part"))
    ):
        return
    sound = (int(stop["frame"]) + sum(gap.frames for gap in journal.gaps(rows)) - last.heard) / rate
    missing = stop["monotonic"] - last.monotonic - sound
    if missing > END_SECONDS:
        yield Discrepancy(last.seq, missing, at_end=True)


def _turns(timed: Sequence[Moment], rate: int) -> Iterator[Discrepancy]:
    anchor = timed[0]
    for before, after in pairwise(timed):
        missing = [_missing(since, after, rate) for since in (before, anchor)]
        if found := next(filter(None, missing), 0.0):
            yield Discrepancy(after.seq, found)
            anchor = after


def _missing(before: Moment, after: Moment, rate: int) -> float:
    """Seconds beyond the tolerance's reason; 0 within it."""
    sound = (after.heard - before.heard) / rate
    off = after.monotonic - before.monotonic - sound
    allowed = TOLERANCE_SECONDS + sound * LARGEST_DRIFT_PPM / 1e6
    return off if off > allowed or off < -allowed - HELD_SECONDS else 0.0


def drift_ppm(rows: Sequence[journal.Row]) -> float | None:
    """By how much the source's clock is fast (positive) or slow; None where nothing can be said.

    What the capture measured goes before what the parts' moments give (a straight line through them, least squares).
    """
    opened = journal.first(rows, "opened")
    if opened is None or not from_device(rows):
        return None
    for row in reversed(rows):
        if isinstance(row.get("drift_ppm"), int | float):
            return float(row["drift_ppm"])
    timed = moments(rows)
    if len(timed) < DRIFT_PARTS or timed[-1].monotonic - timed[0].monotonic < DRIFT_SECONDS:
        return None
    seconds = [each.monotonic for each in timed]
    middle = sum(seconds) / len(seconds)
    square = sum((s - middle) ** 2 for s in seconds)
    rate = sum((s - middle) * each.heard for s, each in zip(seconds, timed, strict=True)) / square
    return (rate / int(opened["sample_rate"]) - 1) * 1e6


def frame_at(rows: Sequence[journal.Row], moment: datetime) -> int | None:
    """The frame that was heard at a moment, or the next one kept after it; None before the first and after the last.

    Where the system's clock was stepped while it recorded, the part that began last before the moment counts.
    """
    opened = journal.first(rows, "opened")
    if opened is None or (opened["waits"] and not opened["order"].get("realtime")):
        return None
    rate = int(opened["sample_rate"])
    for row in sorted(journal.sealed_parts(rows).values(), key=lambda each: -int(each["seq"])):
        since = moment - datetime.fromisoformat(row["utc"])
        if since >= timedelta(0):
            frame = int(row["first_frame"]) + round(since.total_seconds() * rate)
            last = int(row["first_frame"]) + int(row["frames"])
            ended = last == journal.frames(rows)
            return None if ended and frame > last else min(frame, last)
    return None
