"""涉密: the machine's declaration, the registered media, the points before opening, and the handovers.

All of it is derived from the event log, whose chain tells when a row of it was altered: what was declared, by whom,
and when it ended is never a cell that somebody can change.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from roomctl.domain import custody, secrecy
from roomctl.domain.archive import Receipt
from roomctl.domain.custody import Confirmation, Declaration, Handover, Medium, Point, named
from roomctl.domain.events import Event
from roomctl.domain.lifecycle import MEETS, State
from roomctl.domain.meeting import Meeting, Objection
from roomctl.domain.record import RecordFile
from roomctl.domain.secrecy import Level, Way
from roomctl.errors import BadInput, NotFound, Refused
from roomctl.i18n import tr
from roomctl.services import archive, attendance, records
from roomctl.services.bound import Bound
from roomctl.services.identity import new_id
from roomctl.services.ports import UnitOfWork
from roomctl.services.secrecy import DECLARED, REVOKED, declaration, declarations, told_of

REGISTERED, WITHDRAWN = "secrecy.medium_registered", "secrecy.medium_withdrawn"
CONFIRMED = "secrecy.confirmed"
HANDOVER_LIST = "涉密载体移交清单"
"""Kind of the document that a plugin drafts for it."""

HANDED, RECEIVED = "secrecy.handed_over", "secrecy.received"

# --- the points before opening ------------------------------------------------------------------------------------


def confirmations(meeting_id: str, uow: UnitOfWork) -> Sequence[Confirmation]:
    """The newest of each point."""
    newest: dict[Point, Confirmation] = {}
    with uow.reading():
        for row in uow.events.stream(meeting_id, [CONFIRMED]):
            told = json.loads(row.data)
            point = Point(told["point"])
            newest[point] = Confirmation(
                point=point, by=told["by"], at=row.instant, number=told["number"], of=told["of"]
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
                f"由保密员确认：roomctl secrecy confirm {meeting.id} {point.value} --by 姓名",
                f"let the security officer confirm it: roomctl secrecy confirm {meeting.id} {point.value} --by NAME",
            ),
            firm=True,
        )


def need_recording_approved(meeting: Meeting, uow: UnitOfWork) -> None:
    """The recorder of a 涉密 meeting stays disarmed until its recording is approved, with the number.

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


# --- handovers ----------------------------------------------------------------------------------------------------


def handovers(uow: UnitOfWork, meeting_id: str | None = None) -> Sequence[Handover]:
    """Of a meeting or of all, in the order of their numbers."""
    found: dict[str, Handover] = {}
    with uow.reading():
        for row, told in told_of(uow, HANDED, RECEIVED):
            if row.kind == HANDED:
                facts = {key: told[key] for key in _HANDOVER}
                found[told["id"]] = Handover(**facts, at=row.instant)
            elif told["id"] in found:
                found[told["id"]] = replace(found[told["id"]], received_by=told["received_by"], received=row.instant)
    return [one for one in found.values() if meeting_id in {None, one.meeting}]


_HANDOVER = (
    "id", "number", "meeting", "package", "medium", "files", "bytes", "manifest_sha256", "handed_by", "keeper",
)  # fmt: skip


class CustodyUseCases(Bound):
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
            BadInput: no number, or a day to come. Forbidden: 绝密. Refused: plugins of somebody else are in use.

        """
        now, number = self._clock.now(), named(approval, ("批准文号", "the number of the approval"))
        one = Declaration(
            id="", approval=number, level=level, approved=approved, by=self._actor.name, at=now
        )  # fmt: skip
        if approved > now.date():
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
        why, now, uow = named(reason, ("原因", "why")), self._clock.now(), self._open()
        with uow:
            standing = declaration(uow)
            if standing is None:
                raise NotFound(
                    tr("本机没有登记涉密批准文号", "this machine is not declared"),
                    mend=tr("没有可撤销的", "there is nothing to revoke"),
                )
            if any(one.highest_secrecy.state_secret for one in uow.meetings.all(*MEETS)):
                raise Refused(
                    tr("现在不能撤销", "it cannot be revoked now"),
                    tr("有涉密会议正在进行", "a meeting with state secrets is being held"),
                    tr("请在散会后撤销", "revoke it when that is over"),
                )
            self._end(uow, standing, why, now)
            uow.commit()
        return replace(standing, revoked=now, revoked_by=self._actor.name, reason=why)

    def _end(self, uow: UnitOfWork, one: Declaration, reason: str, now: datetime) -> None:
        told = {"declaration": one.id, "by": self._actor.name, "reason": reason}
        uow.events.append(self._event(REVOKED, told, now))

    def media(self) -> Sequence[Medium]:
        """The register of 涉密介质, in the order they came."""
        return list(self._media(self._open()).values())

    def _media(self, uow: UnitOfWork) -> Mapping[str, Medium]:
        found: dict[str, Medium] = {}
        with uow.reading():
            for row, told in told_of(uow, REGISTERED, WITHDRAWN):
                if row.kind == REGISTERED:
                    facts = {key: told[key] for key in ("serial", "label", "keeper", "by")}
                    found[told["serial"]] = Medium(**facts, level=Level(told["level"]), at=row.instant)
                elif told["serial"] in found:
                    found[told["serial"]] = replace(
                        found[told["serial"]], withdrawn=row.instant, withdrawn_by=told["by"], reason=told["reason"]
                    )
        return found

    def medium(self, serial: str) -> Medium:
        """Raises: NotFound."""
        found = self._media(self._open()).get(serial.strip())
        if found is None:
            raise _no_medium(serial)
        return found

    def register_medium(self, *, serial: str, level: Level, keeper: str, label: str = "") -> Medium:
        """Raises: BadInput. Refused: the serial is taken, also by one that was withdrawn."""
        now, uow = self._clock.now(), self._open()
        one = Medium(
            serial=named(serial, ("介质编号", "the serial")),
            label=label.strip()[: custody.MAX_TEXT],
            level=level,
            keeper=named(keeper, ("保管处", "where it is kept")),
            by=self._actor.name,
            at=now,
        )
        with uow:
            if one.serial in self._media(uow):
                raise Refused(
                    tr(f"介质编号 {one.serial} 已登记", f"the serial {one.serial} is registered already"),
                    mend=tr("编号不重复使用", "a serial is used once"),
                )
            told = one.as_json()
            kept = {key: told[key] for key in ("serial", "label", "level", "keeper", "by")}
            uow.events.append(self._event(REGISTERED, kept, now))
            uow.commit()
        return one

    def withdraw_medium(self, serial: str, *, reason: str) -> Medium:
        """Raises: NotFound. Refused: it is withdrawn."""
        why, now, uow = named(reason, ("原因", "why")), self._clock.now(), self._open()
        with uow:
            one = self._media(uow).get(serial.strip())
            if one is None:
                raise _no_medium(serial)
            if one.withdrawn is not None:
                raise Refused(tr(f"介质 {one.serial} 已停用", f"the medium {one.serial} is withdrawn already"))
            told = {"serial": one.serial, "by": self._actor.name, "reason": why}
            uow.events.append(self._event(WITHDRAWN, told, now))
            uow.commit()
        return replace(one, withdrawn=now, withdrawn_by=self._actor.name, reason=why)

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
            named(by, ("姓名", "who confirms it")),
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
            if meeting.state not in _BEFORE | MEETS:
                raise Refused(
                    tr("不能再确认", "it is too late to confirm it"),
                    tr(f"会议现在是“{meeting.state.label}”", f"the meeting is {meeting.state.label!r}"),
                )
            about = of.get(point, "")
            told = {"point": point.value, "by": who, "number": paper, "of": about}
            event = Event(stream=meeting_id, kind=CONFIRMED, actor=self._actor, at=now, data=told)
            uow.events.append(event)
            uow.commit()
        return Confirmation(point=point, by=who, at=now, number=paper, of=about)

    def handovers(self, meeting_id: str | None = None) -> Sequence[Handover]:
        """The 移交清单 of a meeting, or all, in the order of their numbers."""
        return handovers(self._open(), meeting_id)

    def hand_package_over(
        self, meeting_id: str, *, package: str, medium: str, by: str, files: int, size: int, manifest_sha256: str
    ) -> Handover:
        """A package is on a registered medium, read back and equal: draws the number of its list.

        Args:
            size: bytes of the package.

        Raises:
            NotFound: no such medium, or package. Refused: it may not carry it, or the package is handed over.

        """
        who, now, uow = named(by, ("移交人", "who hands it over")), self._clock.now(), self._open()
        with uow:
            meeting = uow.meetings.get(meeting_id)
            held = self._media(uow).get(medium)
            if held is None:
                raise _no_medium(medium)
            held.take(meeting.highest_secrecy.level)
            if package not in {one.id for one in uow.packages.of(meeting_id)}:
                raise NotFound(tr(f"没有存档包 {package}", f"no package {package}"))
            known = handovers(uow)
            if any(one.package == package for one in known):
                raise Refused(
                    tr("这个存档包已经移交", "this package is handed over already"),
                    mend=tr("见移交清单", "see its list"),
                )
            one = Handover(
                id=new_id(),
                number=len(known) + 1,
                meeting=meeting_id,
                package=package,
                medium=medium,
                files=files,
                bytes=size,
                manifest_sha256=manifest_sha256,
                handed_by=who,
                at=now,
                keeper=held.keeper,
            )
            told = one.as_json()
            uow.events.append(self._event(HANDED, {key: told[key] for key in _HANDOVER}, now))
            uow.commit()
        return one

    def receive_package(self, number: int, *, by: str) -> Handover:
        """The other side has counted and signed: the package has its receipt from then on.

        Asked again for what is signed already, it makes good what a power cut has kept from happening.

        Args:
            number: of the list. by: 接收人.

        Raises:
            NotFound: no such list. Refused: it is signed, or by who handed it over. BadInput: nobody is named.

        """
        now, uow = self._clock.now(), self._open()
        with uow:
            one = next((each for each in handovers(uow) if each.number == number), None)
            if one is None:
                raise NotFound(
                    tr(f"没有第 {number} 号移交清单", f"there is no handover list {number}"),
                    mend="roomctl secrecy show",
                )
            known = {(each.package, each.target) for each in uow.packages.receipts(one.meeting)}
            left = (one.package, custody.MEDIUM) not in known
            if one.received is None or not left:
                one = one.receive(by, now)
                told = {"id": one.id, "number": number, "received_by": one.received_by}
                uow.events.append(self._event(RECEIVED, told, now))
                uow.commit()
        archive.add_receipt(
            one.meeting,
            Receipt(
                package=one.package,
                target=custody.MEDIUM,
                key=one.medium,
                files=one.files,
                bytes=one.bytes,
                manifest_sha256=one.manifest_sha256,
                at=now,
            ),
            **self._by(),
        )
        return one

    def draft_handover_list(self, meeting_id: str) -> RecordFile:
        """The 涉密载体移交清单 of a meeting as it stands, to be printed and signed by both sides.

        Raises:
            NotFound: no such meeting, nothing handed over, or no plugin drafts it.

        """
        return records.draft_one(meeting_id, HANDOVER_LIST, **self._all())

    def need_held(self, meeting_id: str, what: str) -> Meeting:
        """Whether this machine may hold the meeting now; asked before something comes into it.

        Args:
            what: was tried, in English, for the log.

        Raises:
            NotFound. SecrecyRefused: which is noted.

        """
        return self._held(meeting_id, what)

    def need_way(self, meeting_id: str, way: Way) -> Meeting:
        """Whether something of the meeting may go this way. Raises: NotFound. SecrecyRefused: which is noted."""
        meeting = self._open().peek(meeting_id)
        with self._noting(meeting_id, way.value):
            secrecy.ask(meeting.highest_secrecy, way)
        return meeting

    def _event(self, kind: str, told: Mapping[str, Any], at: datetime) -> Event:
        return Event(stream=self._open().room.id, kind=kind, actor=self._actor, at=at, data=told)


_BEFORE = frozenset({State.PLANNED, State.APPROVED})


def _no_medium(serial: str) -> NotFound:
    return NotFound(
        tr(f"没有登记涉密介质“{serial}”", f"no medium {serial!r} is registered"),
        mend=tr(
            "由保密员登记：roomctl secrecy register", "let the security officer register it: roomctl secrecy register"
        ),
    )
