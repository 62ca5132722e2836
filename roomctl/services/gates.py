"""What stands against a transition: the host's own objections, then those of the plugins."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from roomctl.domain.checks import CheckReport
from roomctl.domain.lifecycle import State, find
from roomctl.domain.meeting import Meeting, Objection
from roomctl.domain.recording import Purpose, RecorderState
from roomctl.errors import BadInput, RoomctlError
from roomctl.i18n import tr
from roomctl.services import checks, clearing, custody, device_checks
from roomctl.services.device_ports import Rack
from roomctl.services.offers import Sounding
from roomctl.services.ports import Clock, Plugins, UnitOfWork


def objections(
    meeting: Meeting, target: State, *, clock: Clock, uow: UnitOfWork, plugins: Plugins, rack: Rack | None = None
) -> tuple[Objection, ...]:
    """All objections to a gated transition; nobody is asked where the table has no gate. No transaction is open.

    Args:
        rack: the room's devices, for what must be off before a 涉密 meeting.

    """
    step = find(meeting.state, target)
    if step is None or not step.gated:
        return ()
    own: tuple[Objection, ...] = ()
    if target is State.IN_SESSION:
        own = (*custody.objections(meeting, uow), *_before_session(meeting, clock, uow, plugins, rack))
    elif target is State.CLOSED:
        own = tuple(_before_close(meeting, uow))
    return own + tuple(plugins.gate(meeting, target))


def _before_session(
    meeting: Meeting, clock: Clock, uow: UnitOfWork, plugins: Plugins, rack: Rack | None
) -> Iterator[Objection]:
    with uow.reading():
        report = checks.current(meeting.id, uow)
        recordings = uow.recordings.heads(meeting.id)
    for result in report.blocking if report else ():
        text = f"{result.device_name} {result.name}: {result.message}"
        yield Objection("checks", text, result.hint or "", firm=result.firm)
    yield from _too_old(report, clock.now(), plugins, rack)
    yield from _not_asked(meeting, report, clock.now(), rack)
    own = [one for one in recordings if one.purpose is Purpose.MEETING]
    armed = any(recording.state is RecorderState.ARMED for recording in own)
    if meeting.recorded and not armed:
        yield Objection(
            "recorder",
            tr("录音没有准备好", "the recorder is not armed"),
            tr(
                f"先按“准备录音”，或 roomctl meetings arm {meeting.id} --source mic",
                f"arm the recorder first, or: roomctl meetings arm {meeting.id} --source mic",
            ),
        )


def _too_old(report: CheckReport | None, now: datetime, plugins: Plugins, rack: Rack | None) -> Iterator[Objection]:
    """Devices that were looked at so long ago that nobody knows how they are; what makes a sound stays proven."""
    if report is None:
        return
    kept = {one.device for one in plugins.checks() if isinstance(one, Sounding)}
    looked = [row.started or report.at for row in report.results if row.device not in kept]
    oldest = min(looked, default=report.at)
    if _expired(oldest, now, rack):
        hours = f"{(now - oldest) / timedelta(hours=1):.0f}"
        yield Objection(
            "checks",
            tr(f"设备检查已过期，最早一项是 {hours} 小时前查的", f"the check of the devices is {hours} hours old"),
            tr("请再检查一次设备", "check the devices again"),
        )


def _expired(looked: datetime, now: datetime, rack: Rack | None) -> bool:
    return rack is not None and bool(rack.good_for) and now - looked > rack.good_for


def _not_asked(meeting: Meeting, report: CheckReport | None, now: datetime, rack: Rack | None) -> Iterator[Objection]:
    """What could carry a 涉密 meeting out of the room, and no report of late says whether it is off."""
    told = {
        row.device
        for row in (report.results if report else ())
        if row.check == device_checks.EMISSION and not _expired(row.started or now, now, rack)
    }
    mend = tr("请先检查设备", "check the devices first")
    try:
        controlled = device_checks.controlled(meeting, rack)
    except BadInput as error:
        yield Objection("checks", str(RoomctlError(error.what, error.why)), error.mend or mend, firm=True)
        return
    for device in controlled:
        if device.id not in told:
            text = tr(f"{device.name} 是否关闭还没有查过", f"nobody has seen yet whether {device.name} is off")
            yield Objection("checks", text, mend, firm=True)


def _before_close(meeting: Meeting, uow: UnitOfWork) -> Iterator[Objection]:
    """What is packaged is whole, and no 涉密 paper is out that nobody answers for."""
    with uow.reading():
        running = [one for one in uow.recordings.running() if one.meeting == meeting.id]
        out = [one for one in clearing.register_of(meeting.id, uow).out if one.secrecy.state_secret]
    yield from custody.before_close(meeting, uow)
    for one in running:
        yield Objection(
            "recorder",
            tr(f"{one.purpose.label}还没有封存", f"a recording ({one.purpose.label}) is not sealed yet"),
            tr(
                "请等它结束；它的文件夹被移走的，请放回去",
                "wait for its end; bring its folder back, where it was moved away",
            ),
        )
    for copy in out:
        yield Objection(
            "handouts",
            tr(f"{copy.line}没有收回，在{copy.name}手里", f"{copy.line} is still with {copy.name}"),
            tr("收回，或由保密员移交机要", "collect it, or let the security officer hand the case over"),
            firm=True,
        )
