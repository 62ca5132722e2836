"""座位: a layout, a proposal by rank, moves, microphones; each act is an event. See `domain/seating.py`."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from roomctl.domain import layouts, seating
from roomctl.domain.attendance import Attendance, Person, Role
from roomctl.domain.events import Actor, Event
from roomctl.domain.layouts import Layout, Sizes, Template
from roomctl.domain.lifecycle import OVER
from roomctl.domain.meeting import Meeting
from roomctl.domain.seating import Chart, Seats
from roomctl.errors import BadInput, NotFound, Refused
from roomctl.i18n import tr
from roomctl.services import attendance, office_files, rosters
from roomctl.services.marks import Desk
from roomctl.services.office_files import SeatRules
from roomctl.services.ports import UnitOfWork


@dataclass(frozen=True, slots=True)
class SeatPlan:
    """A meeting's seats as somebody looks at them.

    Attributes:
        layout: None while no plan was made.
        people: for whom there must be a seat, by rank.
        attendance: everybody, as they stand now.

    """

    meeting: Meeting
    rules: SeatRules
    seats: Seats
    layout: Layout | None
    people: tuple[Person, ...]
    attendance: Attendance

    @property
    def unseated(self) -> tuple[Person, ...]:
        """Those who have no place yet."""
        seated = {one for place, people in self.seats.sitting.items() if self._there(place) for one in people}
        return tuple(one for one in self.people if one.id not in seated)

    @property
    def needed_layout(self) -> Layout:
        """Raises: Refused: no plan was made."""
        if self.layout is None:
            raise Refused(
                tr("还没有排座", "no seats were laid out yet"),
                mend=tr("请先选一种布局", "choose a layout first"),
            )
        return self.layout

    @property
    def chart(self) -> Chart:
        """For whoever prints or shows it."""
        standings = {one.person.id: one for one in self.attendance.standings}
        sitting = {
            place: tuple(standings[one] for one in people if one in standings)
            for place, people in self.seats.sitting.items()
            if self._there(place)
        }
        away = frozenset(standings) - {one.id for one in self.people}
        return Chart(self.layout, sitting, self.seats.channels, away)

    def _there(self, place: str) -> bool:
        return self.layout is not None and place in self.layout.places


_NO_RULES = SeatRules((), layouts.Even.TWO_LEFT, keep_leave=False)

Acts = Callable[[SeatPlan], Sequence[tuple[str, dict[str, Any]]]]
"""What is to be told, from the plan as it is then."""


def look(meeting_id: str, *, desk: Desk) -> SeatPlan:
    """The plan as it is. Raises: NotFound. BadInput: the office's file of layouts cannot be read."""
    rules = office_files.seat_rules(desk.data)
    with desk.uow.reading():
        return _read(desk.uow.meetings.get(meeting_id), rules, desk.uow)


def chart(meeting_id: str, board: Attendance | None = None, *, desk: Desk) -> Chart:
    """Who sits where, for who prints or shows it. A wrong file of layouts stops no sign-in.

    Args:
        board: how everybody stands, where the caller has read it already: it is the most of the work.

    Raises:
        NotFound: no such meeting.

    """
    try:
        rules = office_files.seat_rules(desk.data)
    except BadInput:
        rules = _NO_RULES
    with desk.uow.reading():
        return _read(desk.uow.meetings.get(meeting_id), rules, desk.uow, board).chart


def lay(
    meeting_id: str, template: str, sizes: Mapping[str, int] | None, *, version: int | None, desk: Desk
) -> SeatPlan:
    """Another layout. Whoever sat at a place that is there again keeps it; the others are unseated.

    Args:
        sizes: as `Sizes`; None: those of the template, grown until everybody has a seat.
        version: that the caller has seen; None: whatever it is.

    Raises:
        NotFound: no such template. BadInput: a size is out of bounds. Refused: somebody changed the plan meanwhile.

    """

    def acts(plan: SeatPlan) -> Sequence[tuple[str, dict[str, Any]]]:
        wanted = _template(plan.rules, template)
        members = sum(one.role is Role.MEMBER for one in plan.people)
        observers = len(seating.shared(one for one in plan.people if one.role is Role.OBSERVER))
        chosen = layouts.fitted(wanted, members, observers) if sizes is None else _sizes(sizes)
        found = layouts.layout(wanted, chosen, plan.rules.even)
        kept = {place: list(people) for place, people in plan.seats.sitting.items() if place in found.places}
        told = {
            "template": {"id": wanted.id, "title": wanted.title, "shape": wanted.shape.value, "head": wanted.head},
            "sizes": chosen.as_dict(),
            "places": list(found.places),
            "sitting": kept,
        }
        return [(seating.LAID, told)]

    return _act(meeting_id, acts, version, desk)


def propose(meeting_id: str, *, version: int | None, desk: Desk) -> SeatPlan:
    """Everybody by rank; locked places stay. Raises: Refused: too few seats; somebody changed the plan meanwhile."""

    def acts(plan: SeatPlan) -> Sequence[tuple[str, dict[str, Any]]]:
        wanted = seating.proposed(plan.needed_layout, plan.seats, plan.people)
        changed = {
            place: list(wanted.get(place, ()))
            for place in plan.needed_layout.places
            if wanted.get(place, ()) != plan.seats.sitting.get(place, ())
        }
        return [(seating.SET, {"sitting": changed, "proposed": True})] if changed else []

    return _act(meeting_id, acts, version, desk)


def move(meeting_id: str, person: str, place: str, *, version: int | None, desk: Desk) -> SeatPlan:
    """A person takes a place; who sat there takes the other's. Place empty: the person sits nowhere.

    Raises:
        NotFound: no such person or place. Refused: a place is locked; somebody changed the plan meanwhile.

    """

    def acts(plan: SeatPlan) -> Sequence[tuple[str, dict[str, Any]]]:
        everybody = [one.person for one in plan.attendance.standings]
        changed = seating.moved(plan.needed_layout, plan.seats, everybody, person, place)
        told = {name: list(people) for name, people in changed.items()}
        return [(seating.SET, {"sitting": told})] if told else []

    return _act(meeting_id, acts, version, desk)


def lock(meeting_id: str, place: str, *, locked: bool, version: int | None, desk: Desk) -> SeatPlan:
    """A place that a new proposal leaves as it is, or no longer. Raises: NotFound. Refused: as for `move`."""

    def acts(plan: SeatPlan) -> Sequence[tuple[str, dict[str, Any]]]:
        _need_place(plan.needed_layout, place)
        if (place in plan.seats.locked) == locked:
            return []
        return [(seating.LOCKED, {"places": [place], "locked": locked})]

    return _act(meeting_id, acts, version, desk)


def wire(meeting_id: str, place: str, channel: int, *, version: int | None, desk: Desk) -> SeatPlan:
    """The microphone of a place is a channel of the recorder; 0: it has none.

    Raises:
        NotFound: no such place. BadInput: no such channel. Refused: as for `move`.

    """

    def acts(plan: SeatPlan) -> Sequence[tuple[str, dict[str, Any]]]:
        changed = seating.wired(plan.seats, plan.needed_layout.places, place, channel)
        news = {name: number for name, number in changed.items() if plan.seats.channels.get(name, 0) != number}
        return [(seating.WIRED, {"channels": news})] if news else []

    return _act(meeting_id, acts, version, desk)


def wire_all(meeting_id: str, count: int, *, version: int | None, desk: Desk) -> SeatPlan:
    """Channels 1 to `count` in the order in which the places stand; the others have none.

    Raises:
        BadInput: more channels than a recorder has. Refused: as for `move`.

    """
    if not 0 <= count <= seating.MAX_CHANNEL:
        raise BadInput(
            tr(f"话筒数 {count} 不对", f"{count} is no number of channels"),
            tr(f"应为 0 至 {seating.MAX_CHANNEL}", f"0 to {seating.MAX_CHANNEL}"),
        )

    def acts(plan: SeatPlan) -> Sequence[tuple[str, dict[str, Any]]]:
        wanted = {place: n if n <= count else 0 for n, place in enumerate(plan.needed_layout.places, 1)}
        news = {place: n for place, n in wanted.items() if plan.seats.channels.get(place, 0) != n}
        return [(seating.WIRED, {"channels": news})] if news else []

    return _act(meeting_id, acts, version, desk)


def undo(meeting_id: str, *, version: int | None, desk: Desk) -> SeatPlan:
    """Takes the newest act back; the event stays. Raises: Refused: there is none; as for `move`."""

    def acts(plan: SeatPlan) -> Sequence[tuple[str, dict[str, Any]]]:
        if not plan.seats.steps:
            raise Refused(tr("没有可撤销的", "there is nothing to take back"))
        return [(seating.UNDONE, {})]

    return _act(meeting_id, acts, version, desk)


def _act(meeting_id: str, acts: Acts, version: int | None, desk: Desk) -> SeatPlan:
    """Appends what `acts` says, and writes the seats into the roster, all in one transaction."""
    rules = office_files.seat_rules(desk.data)
    with desk.uow as uow:
        meeting = uow.meetings.get(meeting_id)
        if meeting.state in OVER:
            raise Refused(
                tr("现在不能改座位", "the seats cannot be changed now"),
                tr(f"会议是“{meeting.state.label}”", f"the meeting is {meeting.state.label!r}"),
            )
        before = _read(meeting, rules, uow)
        if version is not None and version != before.seats.version:
            raise Refused(
                _changed_by(uow, meeting_id), mend=tr("请看新的座位图再改", "look at the new plan, then try again")
            )
        made = acts(before)
        for kind, told in made:
            uow.events.append(Event(stream=meeting_id, kind=kind, actor=desk.actor, at=desk.clock.now(), data=told))
        after = _read(meeting, rules, uow)
        if made:
            _into_roster(after, uow)
            after = _read(meeting, rules, uow)
            uow.commit()
    return after


def _changed_by(uow: UnitOfWork, meeting_id: str) -> str:
    rows = list(uow.events.stream(meeting_id, seating.KINDS))
    who = Actor.parse(rows[-1].actor).name if rows else tr("有人", "somebody")
    return tr(f"{who}刚改过座位", f"{who} has just changed the seats")


def _into_roster(plan: SeatPlan, uow: UnitOfWork) -> None:
    """The roster's seat is what the recorder, the operator's keys and the transcript read.

    Who has no place in the plan has the seat that came with the roster, unless it is a microphone of the plan's.
    """
    planned = seating.names_of_seats(plan.layout, plan.seats) if plan.layout else {}
    wired = {str(channel) for channel in plan.seats.channels.values()}
    given = {person: seat for person, seat in _given_seats(plan.meeting.id, uow).items() if seat.strip() not in wired}
    people = [one.person for one in plan.attendance.standings]
    names = {one.id: planned.get(one.id, given.get(one.id, "")) for one in people}
    changed = {one.id: names[one.id] for one in people if one.seat != names[one.id]}
    uow.roster.seat(plan.meeting.id, changed)


def _given_seats(meeting_id: str, uow: UnitOfWork) -> dict[str, str]:
    """What the roster had as the seat before there was a plan, by person."""
    rows = uow.events.stream(meeting_id, [rosters.ADDED])
    return {one["id"]: one["seat"] for row in rows for one in json.loads(row.data)["people"] if one.get("seat")}


def _read(meeting: Meeting, rules: SeatRules, uow: UnitOfWork, board: Attendance | None = None) -> SeatPlan:
    rows = ((row.kind, json.loads(row.data)) for row in uow.events.stream(meeting.id, seating.KINDS))
    seats = seating.derive(rows)
    board = board or attendance.within(meeting, uow)
    found = layouts.layout(seats.template, seats.sizes, rules.even) if seats.template else None
    people = seating.expected(board.standings, keep_leave=rules.keep_leave)
    return SeatPlan(meeting, rules, seats, found, people, board)


def _template(rules: SeatRules, wanted: str) -> Template:
    for one in rules.templates:
        if wanted in {one.id, *one.title}:
            return one
    known = ", ".join(one.id for one in rules.templates)
    raise NotFound(
        tr(f"没有布局“{wanted}”", f"there is no layout {wanted!r}"),
        mend=tr(f"可用的：{known}", f"known: {known}"),
    )


def _sizes(told: Mapping[str, int]) -> Sizes:
    unknown = set(told) - set(layouts.MOST)
    if unknown:
        raise BadInput(
            tr(f"没有座位数 {min(unknown)}", f"there is no size {min(unknown)}"),
            mend=tr("可用的：", "known: ") + ", ".join(layouts.MOST),
        )
    return Sizes(**told)


def _need_place(found: Layout, place: str) -> None:
    if place not in found.places:
        raise NotFound(tr(f"没有座位 {place}", f"there is no seat {place}"))
