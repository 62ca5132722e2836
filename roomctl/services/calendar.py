"""The calendar: meetings found by what a reader types, and the room that is taken already."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from roomctl.domain.calendar import Entry, clashes
from roomctl.domain.lifecycle import State
from roomctl.domain.lines import seen
from roomctl.domain.meeting import Meeting, Overrule
from roomctl.domain.secrecy import Level
from roomctl.errors import BadInput, Refused
from roomctl.i18n import several, tr
from roomctl.services import initials
from roomctl.services.ports import UnitOfWork

MOST = 500
"""Lines that are given at once."""

ALL = 1_000_000
"""More than a room ever holds."""

_NAMED = 3
"""Meetings of a clash that are named; the others are counted."""


def everybody(_level: Level) -> bool:
    """No reader is kept from anything: the command line's own user."""
    return True


class RoomTaken(Refused):
    """Another meeting holds the place then. Who has the right may take it all the same, with a reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody looks for; what is empty asks for nothing.

    Attributes:
        text: in title, chair, kind or place, as written or by initials; several words must all be there.
        states: one of these; place, chair: exactly that.
        level: of that 密级.
        first, last: local time; meetings that begin from the one on, and before the other.

    """

    text: str = ""
    states: frozenset[State] = frozenset()
    place: str = ""
    chair: str = ""
    level: Level | None = None
    first: datetime | None = None
    last: datetime | None = None
    newest: bool = True


@dataclass(frozen=True, slots=True)
class Found:
    """Some of the lines, and how many there are in all."""

    entries: Sequence[Entry]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """On what terms the room is taken.

    Attributes:
        buffer: time that stays free between two meetings.
        sees: whether who asks may open a meeting of that 密级; of another it is said only that there is one.
        overrule: a named person takes the room all the same, with a reason.

    """

    buffer: timedelta = timedelta(0)
    sees: Callable[[Level], bool] = field(default=everybody)
    overrule: Overrule | None = None


def find(
    wish: Wish, *, uow: UnitOfWork, sees: Callable[[Level], bool] = everybody, skip: int = 0, most: int = MOST
) -> Found:
    """What the reader may see of what is wished for, in order of the start.

    Args:
        sees: whether the reader may open a meeting of that 密级; others are left out, also of the total.

    """
    with uow.reading():
        room = uow.room.name
        every = uow.meetings.entries(
            first=wish.first, last=wish.last, states=wish.states, holds=_holder(wish.text.split(), room)
        )
    chosen = [one for one in every if sees(one.level) and _fits(one, wish, room)]
    if wish.newest:
        chosen.reverse()
    return Found(chosen[skip : skip + most], len(chosen))


def _holder(words: Sequence[str], room: str) -> Callable[[str, str, str, str], bool] | None:
    """Whether each word is in title, chair, kind or place; it is asked of every meeting there is."""
    if not words:
        return None
    held = [initials.matcher(word) for word in words]

    def holds(title: str, chair: str, kind: str, place: str) -> bool:
        return all(has(title) or has(chair) or has(kind) or has(place.strip() or room) for has in held)

    return holds


def _fits(one: Entry, wish: Wish, room: str) -> bool:
    if (wish.place and one.at(room) != wish.place) or (wish.chair and one.chair != wish.chair):
        return False
    return wish.level is None or one.level is wish.level


def collisions(meeting: Meeting, *, uow: UnitOfWork, buffer: timedelta = timedelta(0)) -> Sequence[Entry]:
    """Other meetings that hold its place while it lasts, in order of their start; the unit of work is open."""
    day = timedelta(days=2)  # two meetings, each a day long, and whatever the zones
    others = uow.meetings.entries(first=meeting.starts - day, last=meeting.starts + day)
    return clashes(Entry.of(meeting), others, room=uow.room.name, buffer=buffer)


def take_room(meeting: Meeting, booking: Booking | None, *, uow: UnitOfWork) -> dict[str, object]:
    """Whether the room is free for the meeting; what the event tells where it is taken all the same.

    It is asked in the transaction that saves the meeting, so two people cannot be given the same hour.

    Args:
        booking: on what terms; None where the meeting cannot wait, and is held whatever else was planned.

    Raises:
        RoomTaken: another meeting is held there then, and nobody takes the room all the same.
        BadInput: it is taken all the same, without a reason.

    """
    found = collisions(meeting, uow=uow, buffer=booking.buffer if booking else timedelta(0))
    if not found:
        return {}
    if booking is None:
        return {"room_shared": {"meetings": [one.id for one in found]}}
    if booking.overrule is None:
        raise _taken(Entry.of(meeting), found, booking, uow.room.name)
    if not seen(booking.overrule.reason):
        raise BadInput(
            tr("占用已排定的场所要写理由", "taking a room that is taken needs a reason"),
            mend=tr("写明为什么可以（命令行用 --reason）", "say why (on the command line: --reason)"),
        )
    told = {"by": booking.overrule.name, "reason": booking.overrule.reason, "meetings": [one.id for one in found]}
    return {"room_shared": told}


def _taken(wanted: Entry, found: Sequence[Entry], booking: Booking, room: str) -> RoomTaken:
    minutes = int(booking.buffer / timedelta(minutes=1))
    apart = tr(f"（会间留 {minutes} 分钟）", f" ({minutes} min stay free between meetings)") if minutes else ""
    place = wanted.at(room)
    return RoomTaken(
        tr(f"{place}这段时间已有会议", f"{place} is taken at that time") + apart,
        named(found, booking.sees),
        tr(
            "换时间或场所；或由有权的人写明理由占用",
            "choose another time or place; or somebody with the right takes it all the same and says why",
        ),
    )


def named(found: Sequence[Entry], sees: Callable[[Level], bool] = everybody) -> str:
    """Hour and title of the first ones, and how many more there are; no title that the reader may not see."""
    said = [_said(one, sees) for one in found[:_NAMED]]
    if len(found) > _NAMED:
        said.append(tr(f"另有 {len(found) - _NAMED} 场", f"and {len(found) - _NAMED} more"))
    return several(said)


def _said(one: Entry, sees: Callable[[Level], bool]) -> str:
    title = one.title if sees(one.level) else tr("内部会议", "an internal meeting")
    if one.starts.date() == one.ends.date():
        return f"{one.starts:%m-%d %H:%M}-{one.ends:%H:%M} {title}"
    return f"{one.starts:%m-%d %H:%M}-{one.ends:%m-%d %H:%M} {title}"
