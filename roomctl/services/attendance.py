"""Sign-in: every act is an event, and every state is derived from the events."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from roomctl.domain import attendance
from roomctl.domain.attendance import Attendance, Fact, Method, Person, Standing
from roomctl.domain.events import Actor, Event
from roomctl.domain.lifecycle import OVER, State
from roomctl.domain.meeting import Meeting
from roomctl.errors import Refused
from roomctl.i18n import tr
from roomctl.services.ports import Clock, UnitOfWork


def add_people(meeting_id: str, people: Iterable[Person], *, actor: Actor, clock: Clock, uow: UnitOfWork) -> None:
    """Puts people on the roster, all or none."""
    new = tuple(people)
    with uow:
        uow.meetings.get(meeting_id)
        uow.roster.add(meeting_id, new)
        told = {"people": [{k: v for k, v in asdict(p).items() if v and k != "phone"} for p in new]}
        uow.events.append(Event(stream=meeting_id, kind="roster.added", actor=actor, at=clock.now(), data=told))
        uow.commit()


def board(meeting_id: str, *, uow: UnitOfWork) -> Attendance:
    """Everybody's standing now."""
    with uow.reading():
        return _board(uow.meetings.get(meeting_id), uow)


def events(meeting_id: str, *, uow: UnitOfWork) -> tuple[Fact, ...]:
    """What everybody's standing derives from, in the order of the log."""
    with uow.reading():
        uow.meetings.get(meeting_id)
        return tuple(_facts(meeting_id, uow))


def sign_in(
    meeting_id: str,
    person: str,
    *,
    method: Method,
    actor: Actor,
    clock: Clock,
    uow: UnitOfWork,
    device: str = "",
    proxy: bool = False,
) -> Standing:
    """A person, or the approved proxy of one, is here.

    Raises:
        NotFound: not on the roster. Refused: the meeting is not open, or the proxy was not approved.

    """
    told = {"method": method.value, "device": device, "proxy": proxy}
    return _record(
        meeting_id,
        person,
        attendance.SIGNED_IN,
        told,
        actor=actor,
        clock=clock,
        uow=uow,
        needs_open=True,
        proxy=proxy,
    )


def leave_early(meeting_id: str, person: str, *, actor: Actor, clock: Clock, uow: UnitOfWork) -> Standing:
    """早退 of a member; an observer simply left."""
    return _record(meeting_id, person, attendance.LEFT, {}, actor=actor, clock=clock, uow=uow, needs_open=True)


def request_leave(
    meeting_id: str,
    person: str,
    *,
    reason: str,
    actor: Actor,
    clock: Clock,
    uow: UnitOfWork,
    proxy: str = "",
    proxy_duty: str = "",
) -> Standing:
    """请假, with the person who would come instead (代替人选); somebody has to decide."""
    if not reason.strip():
        raise Refused(
            tr("请假要写理由", "a leave needs a reason"),
            mend=tr("写明理由（命令行用 --reason）", "say why (on the command line: --reason)"),
        )
    told = {"reason": reason, "proxy": proxy, "proxy_duty": proxy_duty}
    return _record(meeting_id, person, attendance.LEAVE_REQUESTED, told, actor=actor, clock=clock, uow=uow)


def decide_leave(
    meeting_id: str, person: str, *, granted: bool, by: str, actor: Actor, clock: Clock, uow: UnitOfWork
) -> Standing:
    """The approver's word. Only a granted leave lets the proxy sign in."""
    told = {"granted": granted, "by": by}
    return _record(meeting_id, person, attendance.LEAVE_DECIDED, told, actor=actor, clock=clock, uow=uow)


def undo(meeting_id: str, person: str, *, actor: Actor, clock: Clock, uow: UnitOfWork) -> Standing:
    """Takes back the newest event of the person that still counts. The event stays in the log."""
    with uow:
        meeting = uow.meetings.get(meeting_id)
        who = attendance.find_person(uow.roster.of(meeting_id), person)
        facts = _facts(meeting_id, uow)
        undone = {fact.data["event"] for fact in facts if fact.kind == attendance.UNDONE}
        standing = [
            fact
            for fact in facts
            if fact.data.get("person") == who.id and fact.kind != attendance.UNDONE and fact.id not in undone
        ]
        if not standing:
            raise Refused(tr(f"{who.name}没有可以撤销的记录", f"nothing of {who.name} to undo"))
        told = {"person": who.id, "name": who.name, "event": standing[-1].id}
        uow.events.append(
            Event(stream=meeting_id, kind=attendance.UNDONE, actor=actor, at=clock.now(), data=told),
        )
        after = _board(meeting, uow).of(who.id)
        uow.commit()
    return after


def _record(
    meeting_id: str,
    person: str,
    kind: str,
    told: dict[str, Any],
    *,
    actor: Actor,
    clock: Clock,
    uow: UnitOfWork,
    needs_open: bool = False,
    proxy: bool = False,
) -> Standing:
    with uow:
        meeting = uow.meetings.get(meeting_id)
        if needs_open and meeting.state not in {State.OPEN, State.IN_SESSION, State.RECESS}:
            raise Refused(
                tr("现在不能签到", "nobody can sign in now"),
                tr(f"会议是“{meeting.state.label}”", f"the meeting is {meeting.state.label!r}"),
                f"roomctl meetings open {meeting_id}" if meeting.state not in OVER else "",
            )
        who = attendance.find_person(uow.roster.of(meeting_id), person)
        if proxy:
            attendance.check_proxy(_board(meeting, uow).of(who.id))
        data = {"person": who.id, "name": who.name, **told}
        uow.events.append(Event(stream=meeting_id, kind=kind, actor=actor, at=clock.now(), data=data))
        standing = _board(meeting, uow).of(who.id)
        uow.commit()
    return standing


def _board(meeting: Meeting, uow: UnitOfWork) -> Attendance:
    roster, facts = uow.roster.of(meeting.id), _facts(meeting.id, uow)
    began = max(meeting.starts_at, meeting.started_at) if meeting.started_at else None
    return attendance.derive(roster, facts, began_at=began, ended=meeting.state in OVER)


def _facts(meeting_id: str, uow: UnitOfWork) -> list[Fact]:
    rows = uow.events.stream(meeting_id, ["attendance.*"])
    return [Fact(row.id, row.kind, row.instant, json.loads(row.data)) for row in rows]
