"""What people decide about the rows of a report: a figure is as it should be, a fault is accepted, all is signed."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol, runtime_checkable

from roomctl.domain.checks import WHOLE_DEVICE, CheckReport, SignOff, Waiver
from roomctl.domain.events import Actor, Event
from roomctl.domain.lines import legible, seen, tidied
from roomctl.errors import NotFound, Refused
from roomctl.i18n import tr
from roomctl.services import checks, device_checks
from roomctl.services.device_ports import Rack
from roomctl.services.ports import Clock, Plugins, UnitOfWork


@runtime_checkable
class Baselined(Protocol):
    """A check that holds what it finds against a baseline of its own, such as the acoustic proof."""

    def take_as_usual(self, by: str) -> None:
        """What it found last is as it should be, by this person's word. Raises: NotFound."""
        ...


def take_as_usual(
    meeting_id: str | None,
    device: str,
    check: str,
    *,
    actor: Actor,
    clock: Clock,
    uow: UnitOfWork,
    plugins: Plugins,
) -> None:
    """From the newest report on a figure is as it should be: a new lamp, another room temperature.

    Raises:
        NotFound: there is no such figure in that report; what a check with a baseline of its own raises.

    """
    own = next((one for one in plugins.checks() if one.device == device and isinstance(one, Baselined)), None)
    if own is not None:
        own.take_as_usual(actor.name)
        with uow:
            _say_usual(uow, meeting_id, {"device": device}, actor, clock)
            uow.commit()
        return
    with uow.reading():
        report = uow.checks.latest(meeting_id)
    rows = [one for one in (report.results if report else ()) if (one.device, one.check) == (device, check)]
    figure = rows[0].value if rows else None
    if report is None or isinstance(figure, bool) or not isinstance(figure, int | float):
        raise NotFound(
            tr(f"{device} {check} 没有查到数值", f"there is no figure of {device} {check}"),
            mend=tr("请先检查", "run a check first"),
        )
    told = {"device": device, "check": check, "value": figure}
    with uow:
        uow.checks.take_as_usual(device, check, since=report.at, by=actor.name)
        _say_usual(uow, meeting_id, told, actor, clock)
        uow.commit()


def _say_usual(
    uow: UnitOfWork, meeting_id: str | None, told: Mapping[str, object], actor: Actor, clock: Clock
) -> None:
    stream = meeting_id or uow.room.id
    uow.events.append(Event(stream=stream, kind="checks.usual", actor=actor, at=clock.now(), data=dict(told)))


def accept(
    meeting_id: str, waiver: Waiver, *, actor: Actor, clock: Clock, uow: UnitOfWork, rack: Rack | None = None
) -> None:
    """带故障使用, or 本次免查: a named person decides for this meeting, with a reason.

    Raises:
        Refused: without name or reason; what nobody may accept. BadInput: the inventory cannot be read, and what
            must be off in this meeting not be known.

    """
    if not (seen(waiver.reason) and seen(waiver.by)):
        raise Refused(
            tr(
                "带故障使用、本次免查都要写姓名和理由",
                "accepting a fault or excusing a device needs a name and a reason",
            ),
            mend=tr("写明谁同意、为什么可以", "say who accepts it, and why it will do"),
        )
    if waiver.check in {WHOLE_DEVICE, device_checks.EMISSION}:
        for device in device_checks.controlled(uow.peek(meeting_id), rack):
            if device.id == waiver.device:
                raise Refused(
                    tr(
                        f"{device.name} 不能免查，也不能带故障使用",
                        f"{device.name} can be neither excused nor accepted",
                    ),
                    tr("涉密会议前必须查明它已关闭", "it must be known to be off before a meeting on state secrets"),
                    tr("请关闭它并拔掉电源，再查一次", "switch it off, pull its plug, and check again"),
                )
    told = {
        "device": waiver.device,
        "check": waiver.check,
        "by": waiver.by,
        "reason": waiver.reason,
        "as": waiver.kind.value,
    }
    with uow:
        uow.checks.waive(meeting_id, waiver)
        uow.events.append(Event(stream=meeting_id, kind="checks.waived", actor=actor, at=clock.now(), data=told))
        uow.commit()


def withdraw(meeting_id: str, device: str, check: str, *, actor: Actor, clock: Clock, uow: UnitOfWork) -> None:
    """Takes a waiver back: from the next run on the row is what it is. Raises: NotFound."""
    with uow:
        if not uow.checks.withdraw(meeting_id, device, check):
            raise NotFound(
                tr(f"{device} {check} 没有免查或带故障使用", f"nobody accepted or excused {device} {check}")
            )
        told = {"device": device, "check": check}
        uow.events.append(
            Event(stream=meeting_id, kind="checks.waiver_withdrawn", actor=actor, at=clock.now(), data=told)
        )
        uow.commit()


def sign(meeting_id: str, *, by: str, note: str = "", actor: Actor, clock: Clock, uow: UnitOfWork) -> CheckReport:
    """The technician signs the newest report of the meeting; one that blocks is not signed.

    Raises:
        NotFound: nothing was checked yet. Refused: a fault that nobody accepted; already signed.

    """
    name = tidied(by)
    if not name:
        raise Refused(tr("签字要写姓名", "a sign-off needs a name"))
    with uow:  # of two who sign at once one is the second
        report = _signable(meeting_id, uow)
        signed = SignOff(name, clock.now(), legible(note))
        report = replace(report, signed=signed)
        uow.checks.sign(report)
        told = {"report": report.id, "by": signed.by, "note": signed.note}
        uow.events.append(Event(stream=meeting_id, kind="checks.signed", actor=actor, at=signed.at, data=told))
        uow.commit()
    return report


def _signable(meeting_id: str, uow: UnitOfWork) -> CheckReport:
    report = checks.current(meeting_id, uow)
    if report is None:
        raise NotFound(tr("还没有检查过", "nothing was checked yet"), mend=tr("请先检查", "run a check first"))
    if report.signed:
        raise Refused(
            tr(f"{report.signed.by} 已签字", f"{report.signed.by} has signed it"),
            mend=tr("再查一次可重签", "check again to sign anew"),
        )
    if report.blocking:
        first = report.blocking[0]
        raise Refused(
            tr(
                f"{first.device_name} {first.name}：{first.message}",
                f"{first.device_name} {first.name}: {first.message}",
            ),
            tr("尚有未处理的故障", "a fault that nobody accepted"),
            tr("先排除，或由有权的人带故障使用", "mend it, or have somebody entitled accept it"),
        )
    return report
