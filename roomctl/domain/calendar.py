"""The room's calendar: what stands in it, what is in each other's way, and the days of a week and a month."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from roomctl.domain.lifecycle import OVER, State
from roomctl.domain.meeting import Meeting
from roomctl.domain.secrecy import Level

WEEK = 7
"""Days."""
LONGEST = timedelta(days=1)
"""Of one meeting: who starts earlier than that is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the calendar: as much of a meeting as it takes to find it.

    Attributes:
        starts: local time of `zone`, without offset.
        place: as it was written; empty is the room itself.
        level: the highest of the meeting and its items.
        version: rises with each change of what was planned.

    """

    id: str
    title: str
    starts: datetime
    zone: str
    planned_minutes: int
    kind: str
    place: str
    chair: str
    state: State
    level: Level
    urgent: bool = False
    version: int = 0

    @classmethod
    def of(cls, meeting: Meeting) -> "Entry":
        return cls(
            id=meeting.id,
            title=meeting.title,
            starts=meeting.starts,
            zone=meeting.zone,
            planned_minutes=meeting.planned_minutes,
            kind=meeting.kind,
            place=meeting.place,
            chair=meeting.chair,
            state=meeting.state,
            level=meeting.highest_secrecy.level,
            urgent=meeting.urgent,
            version=meeting.version,
        )

    @property
    def ends(self) -> datetime:
        """Planned end, local time like `starts`."""
        return self.starts + timedelta(minutes=self.planned_minutes)

    @property
    def from_instant(self) -> datetime:
        """In UTC: within a zone hours are added by its clock, which is put forward and back."""
        return self.starts.replace(tzinfo=ZoneInfo(self.zone)).astimezone(UTC)

    @property
    def to_instant(self) -> datetime:
        """Planned end, in UTC."""
        return self.from_instant + timedelta(minutes=self.planned_minutes)

    def at(self, room: str) -> str:
        """Where it is held, in the room of that name where nothing else is said."""
        return self.place.strip() or room


def clashes(wanted: Entry, others: Iterable[Entry], *, room: str, buffer: timedelta) -> Sequence[Entry]:
    """Those that hold the place while it is wanted, in order of their start.

    Two meetings that follow each other at once are not in each other's way, unless there is a buffer.

    Args:
        room: name of the room, which a meeting without a place is held in.
        buffer: time between two meetings, to clear the room and set it up.

    """
    first, last = wanted.from_instant - buffer, wanted.to_instant + buffer
    place = wanted.at(room)
    found = (
        one
        for one in others
        if one.id != wanted.id
        and one.state not in OVER
        and one.at(room) == place
        and one.from_instant < last
        and first < one.to_instant
    )
    return sorted(found, key=lambda one: (one.from_instant, one.id))


def week_of(day: date) -> tuple[date, ...]:
    """Monday to Sunday (GB/T 7408.1-2023, ISO 8601)."""
    monday = day - timedelta(days=day.weekday())
    return tuple(monday + timedelta(days=n) for n in range(WEEK))


def weeks_of_month(day: date) -> tuple[tuple[date, ...], ...]:
    """Whole weeks that have a day of the month."""
    first = day.replace(day=1)
    weeks, at = [], week_of(first)
    while at[0] <= first or at[0].month == first.month:
        weeks.append(at)
        at = week_of(at[-1] + timedelta(days=1))
    return tuple(weeks)


def month_after(day: date, months: int = 1) -> date:
    """The first of the month so many later, or earlier."""
    place = day.year * 12 + day.month - 1 + months
    return date(place // 12, place % 12 + 1, 1)


@dataclass(frozen=True, slots=True)
class Lane:
    """An entry beside those that are held at the same time.

    Attributes:
        place: from 0, the left one; lanes: how many stand side by side.

    """

    entry: Entry
    place: int
    lanes: int


def side_by_side(entries: Iterable[Entry]) -> Sequence[Lane]:
    """Each entry with a lane of its own among those that it overlaps, directly or by way of others."""
    laid: list[Lane] = []
    group: list[tuple[Entry, int]] = []
    ends: list[datetime] = []

    def close() -> None:
        laid.extend(Lane(entry, place, len(ends)) for entry, place in group)
        group.clear()
        ends.clear()

    for entry in sorted(entries, key=lambda one: (one.starts, one.id)):
        if ends and all(end <= entry.starts for end in ends):
            close()
        free = next((n for n, end in enumerate(ends) if end <= entry.starts), len(ends))
        ends[free : free + 1] = [max(entry.ends, entry.starts + _SHORTEST)]
        group.append((entry, free))
    close()
    return laid


_SHORTEST = timedelta(minutes=30)
"""As tall as a title is: shorter ones are drawn so."""
