"""What the waiting room reads, and what the usher sees. On the wall stands nobody who is away.

Who is called by name there has signed in, and so waits in that room; the others are called by their unit. Of a 涉密
meeting (秘密, 机密) the wall names nobody at all, and no item: its roster and agenda are as secret as it is, and who
walks by reads a wall. Units and the number of the item are what an usher would call aloud.
"""

from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field

from roomctl.api import Attendance, AttendanceFact, Meeting, Person, lifecycle, observers
from roomctl_signin import lists
from roomctl_signin.terminal.sight import public

AHEAD = 3
"""Items to come that the wall names."""


class PartyShape(BaseModel):
    """Those of one unit."""

    unit: str = Field(examples=["市教育局"])
    names: list[str] = Field(description="of who has signed in; none of a 涉密 meeting", examples=[["王海燕"]])


class ItemShape(BaseModel):
    """An agenda item with those who come for it."""

    item: int
    title: str = Field(description="empty where the wall must not say it")
    parties: list[PartyShape]


class WaitingShape(BaseModel):
    """All that the wall of the waiting room shows."""

    room: str
    title: str
    starts: str = Field(examples=["10:00"])
    state: str = Field(description="waiting, open or over", examples=["open"])
    recorded: bool = Field(description="the recording notice (录音告知) is shown")
    item: int = Field(description="under way; 0 before the first")
    item_title: str
    enter: list[PartyShape] = Field(description="请进")
    leave: list[PartyShape] = Field(description="请退场")
    coming: list[ItemShape] = Field(description="候会, by item")


class CallShape(BaseModel):
    """Somebody the usher leads."""

    person: str
    name: str
    line: str = Field(description="unit and duty")
    phone: str
    here: bool = Field(description="has signed in")
    since: str = Field(description="HH:MM of the room at which an observer came in", examples=["10:42"])
    items: list[int]


class UsherShape(BaseModel):
    """All that the usher's telephone shows."""

    title: str
    open: bool
    item: int
    item_title: str
    following: int = Field(description="number of the next item; 0 where there is none")
    following_title: str
    enter: list[CallShape]
    leave: list[CallShape]
    stay: list[CallShape]
    wait: list[CallShape]


def wall(
    meeting: Meeting, board: Attendance, moves: observers.Moves, room: str, *, coming: Iterable[int] = ()
) -> WaitingShape:
    """Args: coming: numbers of the items to come, the next first."""
    named = not meeting.highest_secrecy.state_secret
    here = {one.person.id for one in board.observers if one.here} if named else set()
    titles = {one.n: "" if meeting.highest_secrecy.mark else one.title for one in meeting.agenda}
    later = [
        ItemShape(item=n, title=titles.get(n, ""), parties=_parties(_of_item(moves.wait, n), here))
        for n in list(coming)[:AHEAD]
    ]
    return WaitingShape(
        room=room,
        title=public(meeting),
        starts=f"{meeting.starts:%H:%M}",
        state="open"
        if meeting.state in lifecycle.MEETS
        else "over"
        if meeting.state in lifecycle.OVER
        else "waiting",
        recorded=meeting.recorded,
        item=moves.item,
        item_title=titles.get(moves.item, ""),
        enter=_parties(moves.enter, here),
        leave=_parties(moves.leave, {person.id for person in moves.leave} if named else set()),
        coming=[one for one in later if one.parties],
    )


def _of_item(people: Iterable[Person], item: int) -> list[Person]:
    """Those who come for that item, and for none before it."""
    return [one for one in people if one.items and item in one.items]


def _parties(people: Iterable[Person], named: set[str]) -> list[PartyShape]:
    """By unit, in the order of rank; who has none and has not signed in is not called."""
    found: dict[str, list[str]] = {}
    for one in people:
        names = found.setdefault(one.unit, [])
        if one.id in named:
            names.append(one.name)
    return [PartyShape(unit=unit, names=names) for unit, names in found.items() if unit or names]


def usher(meeting: Meeting, board: Attendance, moves: observers.Moves, visits: dict[str, str]) -> UsherShape:
    """Args: visits: HH:MM at which somebody who is inside came in, by person."""
    titles = {one.n: one.title for one in meeting.agenda}
    here = {one.person.id for one in board.observers if one.here}
    following = next((n for n in sorted(titles) if n > moves.item), 0)

    def calls(people: Sequence[Person]) -> list[CallShape]:
        return [
            CallShape(
                person=one.id,
                name=one.name,
                line=one.line,
                phone=one.phone,
                here=one.id in here,
                since=visits.get(one.id, ""),
                items=list(one.items),
            )
            for one in people
        ]

    return UsherShape(
        title=meeting.title,
        open=meeting.state in lifecycle.MEETS,
        item=moves.item,
        item_title=titles.get(moves.item, ""),
        following=following,
        following_title=titles.get(following, ""),
        enter=calls(moves.enter),
        leave=calls(moves.leave),
        stay=calls(moves.stay),
        wait=calls(moves.wait),
    )


def inside(facts: Iterable[AttendanceFact], zone: str) -> dict[str, str]:
    """When each person who is inside came in."""
    seen = observers.visits(facts)
    room = ZoneInfo(zone)
    return {who: lists.minute(own[-1].entered, room) for who, own in seen.items() if own[-1].left is None}
