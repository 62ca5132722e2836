"""Sign-in: every act is an event, and every state is derived from the events."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from roomctl.domain import attendance
from roomctl.domain.attendance import HERE, Attendance, Fact, Method, Person, Sent, Standing
from roomctl.domain.events import Actor, Event, LoggedEvent
from roomctl.domain.lifecycle import MEETS, OVER, State
from roomctl.domain.lines import legible, one_line, seen, tidied
from roomctl.domain.meeting import Meeting
from roomctl.errors import Refused
from roomctl.i18n import tr
from roomctl.services.ports import Clock, UnitOfWork


def add_people(meeting_id: str, people: Iterable[Person], *, actor: Actor, clock: Clock, uow: UnitOfWork) -> None:
    """Puts people on the roster, all or none; a late guest too, while the meeting is in session.

    Raises:
        Refused: the meeting is over.

    """
    new = tuple(people)
    with uow:
        need_roster_open(uow.meetings.get(meeting_id))
        uow.roster.add(meeting_id, new)
        told = {"people": [{k: v for k, v in asdict(p).items() if v and k != "phone"} for p in new]}
        uow.events.append(Event(stream=meeting_id, kind="roster.added", actor=actor, at=clock.now(), data=told))
        uow.commit()


def need_roster_open(meeting: Meeting) -> None:
    """Raises: Refused: it is over, and who came is a fact by then."""
    if meeting.state in OVER:
        raise Refused(
            tr("名单不能再改", "the roster can no longer be changed"),
            tr(f"会议是“{meeting.state.label}”", f"the meeting is {meeting.state.label!r}"),
            tr("漏写的人请写进会议记录", "write who was left out into the 会议记录"),
        )


def board(meeting_id: str, *, uow: UnitOfWork) -> Attendance:
    """Everybody's standing now."""
    with uow.reading():
        return within(uow.meetings.get(meeting_id), uow)


def within(meeting: Meeting, uow: UnitOfWork) -> Attendance:
    """Everybody's standing, inside a transaction that somebody has opened."""
    return _derived(meeting, uow.roster.of(meeting.id), _facts(uow, meeting.id))


def events(meeting_id: str, *, uow: UnitOfWork) -> tuple[Fact, ...]:
    """What everybody's standing derives from, in the order of the log."""
    with uow.reading():
        uow.meetings.get(meeting_id)
        return tuple(_facts(uow, meeting_id))


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
    signature: str = "",
    sent: Sent = HERE,
    admit: Callable[[Meeting], None] | None = None,
) -> Standing:
    """A person, or the approved proxy of one, is here.

    What a terminal sends later has happened at the door: a proxy whose approval was taken back meanwhile is kept
    with a question for the secretary, and so is who came before the meeting was adjourned.

    Args:
        signature: name of the file with what was signed on glass.
        admit: raises where who asks may not open the meeting, which is read for the sign-in anyway.

    Raises:
        NotFound: not on the roster. Refused: the meeting is not open, the proxy was not approved, or the key
            belongs to somebody else's event.

    """
    told: dict[str, Any] = {"method": method.value, "device": device, "proxy": proxy}
    if signature:
        told["signature"] = signature
    act = Act(meeting_id, person, actor=actor, clock=clock, uow=uow, sent=sent, admit=admit)
    return act.record(attendance.SIGNED_IN, told, proxy=proxy and not sent.ago)


def leave_early(
    meeting_id: str, person: str, *, actor: Actor, clock: Clock, uow: UnitOfWork, sent: Sent = HERE
) -> Standing:
    """早退 of a member; an observer simply left."""
    return Act(meeting_id, person, actor=actor, clock=clock, uow=uow, sent=sent).record(attendance.LEFT, {})


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
    """请假, with the person who would come instead (代替人选); somebody has to decide.

    Raises:
        NotFound: not on the roster. Refused: no reason, an observer, or somebody who is to come anyway as a proxy.

    """
    if not seen(reason):
        raise Refused(
            tr("请假要写理由", "a leave needs a reason"),
            mend=tr("写明理由（命令行用 --reason）", "say why (on the command line: --reason)"),
        )
    told = {
        "reason": reason.strip(),
        "proxy": one_line(tr("代替人选", "who comes instead"), proxy, needed=False),
        "proxy_duty": tidied(proxy_duty),
    }
    act = Act(meeting_id, person, actor=actor, clock=clock, uow=uow)
    return act.record(attendance.LEAVE_REQUESTED, told, any_time=True)


def decide_leave(
    meeting_id: str,
    person: str,
    *,
    granted: bool,
    by: str,
    actor: Actor,
    clock: Clock,
    uow: UnitOfWork,
    note: str = "",
) -> Standing:
    """The approver's word. Only a granted leave lets the proxy sign in.

    Args:
        note: why; a refusal needs it.

    Raises:
        NotFound: not on the roster. Refused: nobody asked for leave, or a refusal without a reason. BadInput: nobody
            is named.

    """
    by = one_line(tr("批准人", "who decides"), by)
    if not granted and not seen(note):
        raise Refused(
            tr("不准假要写理由", "refusing a leave needs a reason"),
            mend=tr("写明理由（命令行用 --reason）", "say why (on the command line: --reason)"),
        )
    told = {"granted": granted, "by": by, "note": legible(note)}
    act = Act(meeting_id, person, actor=actor, clock=clock, uow=uow)
    return act.record(attendance.LEAVE_DECIDED, told, any_time=True, asked=True)


def undo(
    meeting_id: str,
    person: str,
    *,
    actor: Actor,
    clock: Clock,
    uow: UnitOfWork,
    of: str = "",
    leave: bool = False,
    sent: Sent = HERE,
) -> Standing:
    """Takes back an event of the person. The event stays in the log.

    Args:
        of: key of the event that is meant; empty is the newest that still counts.
        leave: who asks decides on leaves; nobody else takes back a leave or its decision.

    Raises:
        NotFound: not on the roster. Refused: there is nothing to take back.

    """
    act = Act(meeting_id, person, actor=actor, clock=clock, uow=uow, sent=sent)
    return act.record(attendance.UNDONE, {}, any_time=True, undoes=_Undo(of, leave=leave))


def rank(
    meeting_id: str, ranks: Mapping[str, int], *, actor: Actor, clock: Clock, uow: UnitOfWork
) -> tuple[Person, ...]:
    """Gives people another rank; who is not named keeps theirs. One event, with the order that came of it.

    Args:
        ranks: by id of the person, from 1.

    Raises:
        NotFound: somebody is not on the roster.

    """
    with uow:
        uow.meetings.get(meeting_id)
        people = {person.id: person for person in uow.roster.of(meeting_id)}
        for person in ranks:
            attendance.find_person(people.values(), person)
        changed = {person: to for person, to in ranks.items() if people[person].rank != to}
        if changed:
            uow.roster.rank(meeting_id, changed)
            told = {"ranks": changed}
            uow.events.append(Event(stream=meeting_id, kind="roster.ranked", actor=actor, at=clock.now(), data=told))
        after = tuple(uow.roster.of(meeting_id))
        uow.commit()
    return after


class Act:
    """One event of one person: looked up, checked, appended, and what it makes of the person's standing.

    Only what concerns the person is read, so that the hundredth in the queue is as quick as the first.
    """

    def __init__(
        self,
        meeting_id: str,
        person: str,
        *,
        actor: Actor,
        clock: Clock,
        uow: UnitOfWork,
        sent: Sent = HERE,
        admit: Callable[[Meeting], None] | None = None,
    ) -> None:
        self._meeting_id, self._person, self._actor = meeting_id, person, actor
        self._uow, self._sent, self._admit = uow, sent, admit
        self._now = clock.now()
        self._at = self._now - timedelta(seconds=sent.ago)

    def record(
        self,
        kind: str,
        told: Mapping[str, Any],
        *,
        any_time: bool = False,
        proxy: bool = False,
        asked: bool = False,
        undoes: "_Undo | None" = None,
    ) -> Standing:
        """Args: any_time: the meeting need not be open; proxy, asked, undoes: what has to be there before."""
        with self._uow as uow:
            meeting = uow.meetings.get(self._meeting_id)
            if self._admit is not None:
                self._admit(meeting)
            who = attendance.find_person(uow.roster.find(self._meeting_id, self._person), self._person)
            facts = _facts(uow, self._meeting_id, person=who.id, key=self._sent.key)
            own = [fact for fact in facts if fact.data.get("person") == who.id]
            before = _derived(meeting, [who], own).of(who.id)
            if self._is_known(facts, kind, who):
                return before
            if not any_time:
                self._need_open(meeting)
            if proxy:
                attendance.check_proxy(before)
            if asked:
                _need_leave(before)
            data: dict[str, Any] = {"person": who.id, "name": who.name, **told}
            if undoes is not None:
                data["event"] = undoes.meant(own, who).id
            if self._sent.key:
                data["key"] = self._sent.key
            if self._sent.ago:
                data["happened"] = self._at.isoformat()
            event = Event(stream=self._meeting_id, kind=kind, actor=self._actor, at=self._now, data=data)
            after = _derived(meeting, [who], [*own, _fact(uow.events.append(event))]).of(who.id)
            uow.commit()
        return after

    def _is_known(self, facts: Iterable[Fact], kind: str, who: Person) -> bool:
        """Whether the log has the event of this key. Raises: Refused: it is another one."""
        known = next((fact for fact in facts if self._sent.key and fact.data.get("key") == self._sent.key), None)
        if known is not None and (known.kind, known.data.get("person")) != (kind, who.id):
            raise Refused(
                tr("编号已用于另一条签到记录", "the key belongs to another event"),
                str(known.data.get("name") or known.kind),
                tr("每次操作用新的编号", "each act has a key of its own"),
            )
        return known is not None

    def _need_open(self, meeting: Meeting) -> None:
        ended = meeting.adjourned_at
        late = bool(self._sent.ago) and meeting.state is State.ADJOURNED and ended is not None and self._at <= ended
        if meeting.state in MEETS or late:
            return
        raise Refused(
            tr("现在不能签到", "nobody can sign in now"),
            tr(f"会议是“{meeting.state.label}”", f"the meeting is {meeting.state.label!r}"),
            f"roomctl meetings open {meeting.id}" if meeting.state not in OVER else "",
        )


def _need_leave(standing: Standing) -> None:
    if standing.leave is None:
        name = standing.person.name
        raise Refused(
            tr(f"{name}没有请假", f"{name} has not asked for leave"),
            mend=tr("先登记请假", "put the request down first"),
        )


@dataclass(frozen=True, slots=True)
class _Undo:
    """Which event is taken back, see `undo`."""

    of: str
    leave: bool

    def meant(self, own: Sequence[Fact], who: Person) -> Fact:
        found = attendance.undoable(own, key=self.of, leave=self.leave)
        if found:
            return found[-1]
        decided = not self.leave and attendance.undoable(own, key=self.of, leave=True)
        raise Refused(
            tr(f"{who.name}没有可以撤销的记录", f"nothing of {who.name} to undo"),
            tr("请假和批假由审批人撤销", "a leave is for its approver to take back") if decided else "",
            tr("请审批人重新批假", "let the approver decide again") if decided else "",
        )


def _derived(meeting: Meeting, people: Iterable[Person], facts: Iterable[Fact]) -> Attendance:
    began = max(meeting.starts_at, meeting.started_at) if meeting.started_at else None
    return attendance.derive(people, facts, began_at=began, ended=meeting.state in OVER)


def _facts(uow: UnitOfWork, meeting_id: str, **about: str) -> list[Fact]:
    """Of the meeting, or those whose data says any of `about`; what is empty is not asked for."""
    wanted = {name: text for name, text in about.items() if text}
    return [_fact(row) for row in uow.events.stream(meeting_id, ["attendance.*"], wanted)]


def _fact(row: LoggedEvent) -> Fact:
    data = json.loads(row.data)
    happened = data.get("happened")
    return Fact(row.id, row.kind, datetime.fromisoformat(happened) if happened else row.instant, data, row.actor)
