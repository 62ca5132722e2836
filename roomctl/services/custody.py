"""涉密: the machine's declaration, the points before opening, and the ways out.

All of it is derived from the event log, whose chain tells when a row of it was altered: what was declared, by whom,
and when it ended is never a cell that somebody can change.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from roomctl.domain import custody, secrecy
from roomctl.domain.custody import Confirmation, Declaration, Point
from roomctl.domain.events import Event
from roomctl.domain.lifecycle import MEETS, State
from roomctl.domain.lines import one_line
from roomctl.domain.meeting import Meeting, Objection
from roomctl.domain.recording import Purpose
from roomctl.domain.secrecy import Level, Way
from roomctl.errors import BadInput, NotFound, Refused
from roomctl.i18n import tr
from roomctl.services import attendance
from roomctl.services.media import MediaUseCases
from roomctl.services.ports import UnitOfWork
from roomctl.services.secrecy import DECLARED, REVOKED, declaration, declarations, here, need_shown

CONFIRMED = "secrecy.confirmed"

# --- the points before opening ------------------------------------------------------------------------------------


def confirmations(meeting_id: str, uow: UnitOfWork) -> Sequence[Confirmation]:
    """The newest of each point."""
    newest: dict[Point, Confirmation] = {}
    with uow.reading():
        for row in uow.events.stream(meeting_id, [CONFIRMED]):
            told = json.loads(row.data)
            point = Point(told["point"])
            newest[point] = Confirmation(
                point=point,
                by=told["by"],
                at=row.instant,
                number=told["number"],
                of=told["of"],
                level=Level(told["level"]) if "level" in told else None,
            )
    return list(newest.values())


def _of(meeting: Meeting, uow: UnitOfWork) -> tuple[Mapping[Point, str], bool]:
    """What each point is about as it stands now, and whether somebody comes for somebody else."""
    board = attendance.board(meeting.id, uow=uow)
    people = [f"{one.person.id} {one.person.name}" for one in board.standings]
    proxies = [f"{one.person.id} {one.proxy}" for one in board.standings if one.proxy]
    return (
        {Point.PEOPLE: custody.digest(people), Point.PROXIES: custody.digest(proxies)},
        bool(proxies),
    )


def missing(meeting: Meeting, uow: UnitOfWork) -> Sequence[Point]:
    """Points that nobody has confirmed as things stand now; none where the meeting is no state secret."""
    if not meeting.highest_secrecy.state_secret:
        return ()
    with uow.reading():
        of, proxies = _of(meeting, uow)
        return custody.missing(meeting, confirmations(meeting.id, uow), of, proxies=proxies)


def objections(meeting: Meeting, uow: UnitOfWork) -> Iterable[Objection]:
    """One for each point that is missing. Nobody can overrule it."""
    for point in missing(meeting, uow):
        yield Objection(
            "secrecy",
            tr(f"保密要求未确认：{point.label}", f"not confirmed: {point.label}"),
            tr(
                f"由保密员在“保密”页确认，或 roomctl secrecy confirm {meeting.id} {point.value} --by 姓名",
                f"let the security officer confirm it on the page Secrecy, or: "
                f"roomctl secrecy confirm {meeting.id} {point.value} --by NAME",
            ),
            firm=True,
        )


def need_recording_approved(meeting: Meeting, uow: UnitOfWork) -> None:
    """The recorder of a 涉密 meeting stays disarmed until its recording is approved, with the number.

    Asked before a recording is begun, never where one goes on that broke off in a meeting that sits: a paper can
    follow, a sentence that nobody kept cannot, and what is kept meanwhile lies on a machine that may hold the meeting
    (`secrecy.admit`, asked as its level is raised). What is lacking then is told, and objected to before the close.

    Raises: Refused.
    """
    if Point.RECORDING in missing(meeting, uow):
        raise Refused(
            tr("不能准备录音", "the recorder stays disarmed"),
            tr("涉密会议录音还没有批准", "the recording of this meeting is not approved yet"),
            tr(
                f"批准后登记：roomctl secrecy confirm {meeting.id} recording --by 姓名 --number 文号",
                f"once it is: roomctl secrecy confirm {meeting.id} recording --by NAME --number NUMBER",
            ),
        )


def unapproved(meeting: Meeting, uow: UnitOfWork) -> bool:
    """Whether sound is kept of a 涉密 meeting whose recording is not approved: its level was raised meanwhile."""
    if not meeting.highest_secrecy.state_secret:
        return False
    with uow.reading():
        kept = any(one.purpose is Purpose.MEETING for one in uow.recordings.heads(meeting.id))
        return kept and Point.RECORDING in missing(meeting, uow)


def before_close(meeting: Meeting, uow: UnitOfWork) -> Iterable[Objection]:
    """One, where the recording is still to be approved.

    A named person may overrule it: what is kept must go on its way where the approval is refused, too.
    """
    if unapproved(meeting, uow):
        yield Objection(
            "secrecy",
            tr("密级升高后，录音没有重新批准", "the level was raised, and the recording not approved again"),
            tr(
                f"补批后由保密员登记：roomctl secrecy confirm {meeting.id} recording --by 姓名 --number 文号",
                f"once it is: roomctl secrecy confirm {meeting.id} recording --by NAME --number NUMBER",
            ),
        )


class CustodyUseCases(MediaUseCases):
    """Part of `UseCases`."""

    def declaration(self) -> Declaration | None:
        """That stands for this machine."""
        return declaration(self._open())

    def declarations(self) -> Sequence[Declaration]:
        """All of them, oldest first, those of other machines too."""
        return [one for _, one in declarations(self._open())]

    def declare_machine(self, *, approval: str, level: Level, approved: date) -> Declaration:
        """This machine is approved for state secrets from now on; a new declaration ends the one before.

        Raises:
            BadInput: no number, or a day to come. Forbidden: 绝密. Refused: plugins of somebody else are in use, or
                a meeting above that level is being held just now.

        """
        now, number = self._clock.now(), one_line(tr("批准文号", "the number of the approval"), approval)
        one = Declaration(
            id="", approval=number, level=level, approved=approved, by=self._actor.name, at=now
        )  # fmt: skip
        if approved > now.astimezone(ZoneInfo(self._open().room.zone)).date():
            raise BadInput(
                tr("批准日期不对", "the day of the approval is wrong"),
                tr(f"{approved} 还没有到", f"{approved} is still to come"),
            )
        if others := self._plugins().strangers():
            raise Refused(
                tr("不能登记为涉密计算机", "this machine cannot be declared"),
                tr(
                    f"启用着第三方插件：{'、'.join(others)}",
                    f"plugins of somebody else are in use: {', '.join(others)}",
                ),
                tr("请先停用并重启：", "disable them and start again: ") + f"roomctl plugins disable {others[0]}",
            )
        uow = self._open()
        with uow:
            before = declaration(uow)
            if before is not None:
                _need_none_held(uow, above=level)
                self._end(uow, before, tr("由新的登记代替", "replaced by a new one"), now)
            told = {**one.as_json(), "machine": uow.machine}
            kept = {key: told[key] for key in ("approval", "level", "approved", "by", "machine")}
            row = uow.events.append(self._event(DECLARED, kept, now))
            uow.commit()
        return replace(one, id=row.id)

    def revoke_declaration(self, *, reason: str) -> Declaration:
        """No state secret comes onto this machine from now on; what is there can still be handed over.

        Raises:
            NotFound: none stands. Refused: a 涉密 meeting is being held just now.

        """
        why, now, uow = one_line(tr("原因", "why"), reason), self._clock.now(), self._open()
        with uow:
            standing = declaration(uow)
            if standing is None:
                raise NotFound(
                    tr("本机没有登记涉密批准文号", "this machine is not declared"),
                    mend=tr("没有可撤销的", "there is nothing to revoke"),
                )
            _need_none_held(uow, above=Level.INTERNAL)
            self._end(uow, standing, why, now)
            uow.commit()
        return replace(standing, revoked=now, revoked_by=self._actor.name, reason=why)

    def _end(self, uow: UnitOfWork, one: Declaration, reason: str, now: datetime) -> None:
        told = {"declaration": one.id, "by": self._actor.name, "reason": reason}
        uow.events.append(self._event(REVOKED, told, now))

    def secrecy_points(self, meeting_id: str) -> Sequence[tuple[Point, Confirmation | None]]:
        """What this meeting must have before it opens, and who confirmed it; None where nobody has, as it stands."""
        uow = self._open()
        with uow.reading():
            meeting = uow.meetings.get(meeting_id)
            if not meeting.highest_secrecy.state_secret:
                return ()
            lacking = missing(meeting, uow)
            said = {one.point: one for one in confirmations(meeting_id, uow)}
            _, proxies = _of(meeting, uow)
            asked = custody.points(meeting, proxies=proxies)
        return [(point, None if point in lacking else said[point]) for point in asked]

    def confirm_point(self, meeting_id: str, point: Point, *, by: str, number: str = "") -> Confirmation:
        """Somebody takes one point upon himself, by name.

        Raises:
            BadInput: nobody is named, or the number of the paper is missing. Refused: the meeting has no such point,
                or is over.

        """
        who, paper, now = (
            one_line(tr("姓名", "who confirms it"), by),
            custody.paper_number(point, number),
            self._clock.now(),
        )
        uow = self._open()
        with uow:
            meeting = uow.meetings.get(meeting_id)
            of, proxies = _of(meeting, uow)
            if point not in custody.points(meeting, proxies=proxies):
                raise Refused(
                    tr(f"这次会议不用确认“{point.label}”", f"this meeting needs no word on: {point.label}"),
                )
            late = point is Point.RECORDING and meeting.state is State.ADJOURNED  # what was kept meanwhile
            if meeting.state not in _BEFORE | MEETS and not late:
                raise Refused(
                    tr("不能再确认", "it is too late to confirm it"),
                    tr(f"会议现在是“{meeting.state.label}”", f"the meeting is {meeting.state.label!r}"),
                )
            about, level = of.get(point, ""), meeting.highest_secrecy.level
            told = {"point": point.value, "by": who, "number": paper, "of": about, "level": level.value}
            event = Event(stream=meeting_id, kind=CONFIRMED, actor=self._actor, at=now, data=told)
            uow.events.append(event)
            uow.commit()
        return Confirmation(point=point, by=who, at=now, number=paper, of=about, level=level)

    def recording_unapproved(self, meeting: Meeting) -> bool:
        """Whether its recording is to be approved once more, since its level was raised while it was kept."""
        return unapproved(meeting, self._open())

    def need_held(self, meeting_id: str, what: str) -> Meeting:
        """Whether this machine may hold the meeting now; asked before something comes into it.

        Args:
            what: was tried, in English, for the log.

        Raises:
            NotFound. SecrecyRefused: which is noted.

        """
        return self._held(meeting_id, what)

    def need_shown(self, meeting_id: str, *, handing_over: bool = False) -> Meeting:
        """A meeting for a command to show. Raises: NotFound. SecrecyRefused: which is noted."""
        uow = self._open()
        meeting = uow.peek(meeting_id)
        with self._noting(meeting_id, "show"):
            need_shown(meeting, uow, handing_over=handing_over)
        return meeting

    def shown_meetings(self, *states: State) -> Sequence[Meeting]:
        """Those whose titles a list of a command may have, newest first."""
        uow = self._open()
        level = here(uow, handing_over=False)
        with uow.reading():
            return [one for one in uow.meetings.all(*states) if one.highest_secrecy.level.degree <= level.degree]

    def need_backup(self, serial: str) -> None:
        """Whether a copy of all that this machine holds may lie elsewhere, on a medium or a share.

        Args:
            serial: of the registered medium that the copy goes to; empty where it is none.

        Raises:
            SecrecyRefused: the machine holds a state secret; it is noted. NotFound, Refused: the medium is not good.

        """
        with self._open().reading() as uow:
            held = uow.meetings.all()
        if not held:
            return
        highest = max(held, key=lambda one: one.highest_secrecy.level.degree)
        if not secrecy.may(highest.highest_secrecy.level, Way.BACKUP) and serial:
            self.medium(serial).take(highest.highest_secrecy.level)
            return
        self.need_way(highest.id, Way.BACKUP)

    def need_way(self, meeting_id: str, way: Way) -> Meeting:
        """Whether something of the meeting may go this way. Raises: NotFound. SecrecyRefused: which is noted."""
        meeting = self._open().peek(meeting_id)
        with self._noting(meeting_id, way.value):
            secrecy.ask(meeting.highest_secrecy, way)
        return meeting


def _need_none_held(uow: UnitOfWork, *, above: Level) -> None:
    """Raises: Refused: a meeting above that level is being held, which would be shut out of its own machine."""
    if any(one.highest_secrecy.level.degree > above.degree for one in uow.meetings.all(*MEETS)):
        raise Refused(
            tr("现在不能撤销或降低登记", "the declaration cannot be revoked or lowered now"),
            tr("有涉密会议正在进行", "a meeting with state secrets is being held"),
            tr("请在散会后办理", "do it when that is over"),
        )


_BEFORE = frozenset({State.PLANNED, State.APPROVED})
