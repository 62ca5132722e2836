"""Use cases of checks: a run over the room, and its history."""

import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from roomctl.domain.checks import (
    UNTITLED,
    WHOLE_DEVICE,
    CheckReport,
    CheckState,
    Result,
    RunPurpose,
    Waiver,
    WaiverKind,
    waive,
    worded,
)
from roomctl.domain.devices import Evidence, Usual, behind, usual
from roomctl.domain.events import Actor, Event
from roomctl.domain.lifecycle import State
from roomctl.domain.meeting import Meeting
from roomctl.domain.recording import Purpose
from roomctl.errors import NotFound, Refused, RoomctlError
from roomctl.i18n import Pair, chinese, english, tr
from roomctl.services import device_checks, evidence, recordings
from roomctl.services.check_run import CheckJob, DeviceJob, DoneJob, Heard, Job, Run
from roomctl.services.device_checks import Past
from roomctl.services.device_ports import Inventory, Rack
from roomctl.services.identity import new_id
from roomctl.services.offers import Check, Sounding
from roomctl.services.ports import Clock, Plugins, UnitOfWork
from roomctl.services.syncing import holds_device

BASELINE = 30
"""Runs that a value's usual range is taken from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a run is to look at.

    Attributes:
        only: ids of devices; the others keep their rows of the last report. What they hang on is asked with them: a
            device behind a dead switch is no fault of its own. Empty: everything.
        sound: also what makes a sound in the room. A device that is named runs in any case.
        heard: each row as it comes; tell: what a check that makes a sound is at.
        cancelled: ends the run early, once it is set; what has not answered by then keeps its rows of the last
            report, and is UNKNOWN where there are none.

    """

    meeting: str | None = None
    only: Collection[str] = ()
    purpose: RunPurpose = RunPurpose.HAND
    sound: bool = False
    heard: Heard = lambda _result: None
    tell: Callable[[str], None] = lambda _what: None
    cancelled: threading.Event | None = None


def run(
    asked: Asked, *, actor: Actor, clock: Clock, uow: UnitOfWork, plugins: Plugins, rack: Rack | None, data: Path
) -> CheckReport:
    """One run over the room, kept with the meeting.

    Raises:
        NotFound: no such meeting, or no such device.

    """
    meeting = uow.peek(asked.meeting) if asked.meeting else None
    began = clock.now()
    with uow.reading():
        waivers = uow.checks.waivers(asked.meeting) if asked.meeting else ()
        past = uow.checks.history(limit=BASELINE, until=began, usual=True)
    checks = plugins.checks()
    jobs = _jobs(asked, checks, meeting, clock, plugins, rack, waivers, past)
    sounds = _sound_jobs(asked, checks, meeting, clock, uow, plugins, data)
    if asked.only and not jobs and not sounds:
        raise NotFound(
            tr(f"没有设备 {'、'.join(asked.only)}", f"there is no device {', '.join(asked.only)}"),
            mend="roomctl devices list",
        )

    def heard(result: Result) -> None:
        asked.heard(*waive((result,), waivers))

    cancelled = asked.cancelled or threading.Event()
    runs = [
        Run(jobs, clock, heard, cancelled),
        Run(sounds, clock, heard, cancelled),  # alone: it wants the microphones, and a room without others
    ]
    found = tuple(row for one in runs for row in one.all())
    unheard = tuple(row for one in runs for row in one.unheard)
    if unheard and not cancelled.is_set():  # the program ends: after the next start the run is made again
        raise Refused(
            tr("检查中断，没有保存", "the check was cut off, and is not kept"), mend=tr("再查一次", "check again")
        )
    report_id = new_id()
    results = evidence.named(found, report_id, evidence.keep(data, report_id, _proofs((*jobs, *sounds))))
    silent = {one.device for one in checks if isinstance(one, Sounding)}
    with uow:  # what another run has found meanwhile is among what was before
        before = uow.checks.latest(asked.meeting)
        later = _looked_at_since(began, results, before)
        results = tuple(row for row in results if row.device not in later)
        results = _with_earlier(results, unheard, before, None if asked.only else silent | later)
        report = CheckReport(
            id=report_id, meeting=asked.meeting, at=clock.now(), results=results, purpose=asked.purpose
        )
        shown = replace(report, results=waive(results, waivers))
        uow.checks.add(report)
        told = _told(shown, asked, cancelled=bool(unheard))
        stream = asked.meeting or uow.room.id
        uow.events.append(Event(stream=stream, kind="checks.ran", actor=actor, at=report.at, data=told))
        uow.commit()

    def keeping() -> Sequence[CheckReport]:
        with uow.reading():
            return uow.checks.proven()

    evidence.prune(data, keeping)
    return shown


def _proofs(jobs: Sequence[Job]) -> Mapping[str, Sequence[Evidence]]:
    """What devices and sounding checks have given to prove their rows."""
    found: dict[str, Sequence[Evidence]] = {}
    for job in jobs:
        if isinstance(job, DeviceJob) and job.reading is not None:
            found[job.device.id] = job.reading.evidence
        elif isinstance(job, CheckJob) and isinstance(job.check, Sounding) and not job.ended:
            found[job.check.device] = job.check.evidence
    return found


def _told(report: CheckReport, asked: Asked, *, cancelled: bool) -> dict[str, object]:
    """What the log keeps of a run."""
    told: dict[str, object] = {"report": report.id, **report.counts}
    if asked.purpose is not RunPurpose.HAND:
        told["purpose"] = asked.purpose.value
    if asked.only:
        told["only"] = sorted(asked.only)
    if cancelled:
        told["cancelled"] = True
    return told


def current(meeting_id: str | None, uow: UnitOfWork) -> CheckReport | None:
    """The newest report with what people have decided about its rows since; a signed one as it was signed.

    Inside of a transaction that reads.
    """
    report = uow.checks.latest(meeting_id)
    if report is None or meeting_id is None or report.signed:
        return report
    return replace(report, results=waive(report.results, uow.checks.waivers(meeting_id)))


def _jobs(
    asked: Asked,
    offered: Sequence[Check],
    meeting: Meeting | None,
    clock: Clock,
    plugins: Plugins,
    rack: Rack | None,
    waivers: Sequence[Waiver],
    past: Past,
) -> list[Job]:
    checks: list[Job] = [
        CheckJob(check, meeting, clock)
        for check in offered
        if not isinstance(check, Sounding) and (not asked.only or check.device in asked.only)
    ]
    devices = _device_jobs(asked, meeting, clock, plugins, rack, waivers, past) if rack else []
    return [*checks, *devices]


def _sound_jobs(
    asked: Asked,
    offered: Sequence[Check],
    meeting: Meeting | None,
    clock: Clock,
    uow: UnitOfWork,
    plugins: Plugins,
    data: Path,
) -> list[Job]:
    """What makes a sound, where it is asked for; only told of, where somebody would hear it, or it would be kept."""
    wanted = [one for one in offered if isinstance(one, Sounding)]
    wanted = [one for one in wanted if (one.device in asked.only if asked.only else asked.sound)]
    why = _needs_silence(uow, plugins, data) if wanted else ""
    if why:
        return [DoneJob(worded(_unsounded, one, why)) for one in wanted]
    for one in wanted:
        one.tell = asked.tell
    return [CheckJob(one, meeting, clock) for one in wanted]


def _needs_silence(uow: UnitOfWork, plugins: Plugins, data: Path) -> str:
    """Why no sound may be made in the room now; empty where it may."""
    with uow.reading():
        sitting = uow.meetings.all(State.IN_SESSION, State.RECESS)
    if sitting:
        return Pair(f"会议“{sitting[0].title}”正在进行", f"the meeting “{sitting[0].title}” is in session")
    live = (one for one in recordings.running(uow=uow) if one.purpose is not Purpose.IMPORT)
    try:
        held = any(holds_device(one, plugins=plugins, data=data) for one in live)
    except RoomctlError as error:
        return Pair(f"有录音未结束（{chinese(error.what)}）", f"a recording has not ended ({english(error.what)})")
    return Pair("录音已经准备好，或正在录音", "the recorder is armed, or records") if held else ""


def _unsounded(check: Check, why: str) -> Iterator[Result]:
    yield Result(
        device=check.device,
        check=check.name,
        state=CheckState.SKIPPED,
        message=tr(f"{why}，不发声", f"{why}: no sound is made"),
        hint=tr("散会、停止录音后再测", "test it when the room is free"),
        device_title=getattr(check, "device_title", UNTITLED),
        title=getattr(check, "title", UNTITLED),
    )


def _device_jobs(
    asked: Asked,
    meeting: Meeting | None,
    clock: Clock,
    plugins: Plugins,
    rack: Rack,
    waivers: Sequence[Waiver],
    past: Past,
) -> list[Job]:
    try:
        devices = rack.inventory.devices()
    except RoomctlError:  # the PC is checked all the same
        return [DoneJob(worded(_no_inventory, rack.inventory))]
    offers = plugins.drivers() if devices else {}
    unused = {one.device: one for one in waivers if one.kind is WaiverKind.EXCUSED and one.check == WHOLE_DEVICE}
    known = {device.id: device for device in devices}
    wanted = known.keys() & asked.only
    wanted |= {name for device in wanted for name in behind(device, known)}
    jobs: list[Job] = []
    for device in devices:
        if asked.only and device.id not in wanted:
            continue
        if device.id in unused and not device_checks.is_controlled(device, meeting):
            jobs.append(DoneJob(worded(device_checks.excused, device, unused[device.id])))
            continue
        try:
            prepared = device_checks.prepare(device, offers, rack.inventory)
        except RoomctlError:
            jobs.append(DoneJob(worded(device_checks.unusable, device, offers, rack.inventory, meeting)))
            continue
        jobs.append(DeviceJob(prepared, rack.prober, meeting, past, clock))
    rack.prober.warm({job.one.offer.kind: job.one.offer for job in jobs if isinstance(job, DeviceJob)}.values())
    return jobs


def _no_inventory(inventory: Inventory) -> Iterator[Result]:
    try:
        inventory.devices()
    except RoomctlError as error:
        yield Result(
            device="inventory",
            check="file",
            state=CheckState.CRIT,
            message=str(RoomctlError(error.what, error.why)),
            hint=error.mend or None,
            device_title=("设备清单", "Inventory"),
            title=("文件", "File"),
        )


def _looked_at_since(began: datetime, results: Sequence[Result], before: CheckReport | None) -> set[str]:
    """The devices that a run which ended while this one went on has looked at later than this one."""
    ours: dict[str, datetime] = {}
    for one in results:
        if one.started is not None:
            ours[one.device] = max(one.started, ours.get(one.device, one.started))
    rows = before.results if before is not None and before.at > began else ()
    return {one.device for one in rows if one.started and one.device in ours and one.started > ours[one.device]}


def _with_earlier(
    results: Sequence[Result],
    unheard: Collection[Result],
    before: CheckReport | None,
    devices: Collection[str] | None,
) -> tuple[Result, ...]:
    """With the rows of the last report for what this run has not heard: a run that is stopped mends no fault.

    Args:
        unheard: of the results those that stand for what was stopped; they stay where nothing was known before.
        devices: which of the devices that were not looked at keep their rows; None: all.

    """
    heard = {(one.device, one.check) for one in results if one not in unheard}
    asked, stopped = {one.device for one in results}, {one.device for one in unheard}
    kept = [
        one.as_found  # a decision is this meeting's, and may have been taken back since the report was signed
        for one in (before.results if before else ())
        if (one.device not in asked and (devices is None or one.device in devices))
        or (one.device in stopped and (one.device, one.check) not in heard)
    ]
    known = stopped & {one.device for one in kept}
    return (*kept, *(one for one in results if one not in unheard or one.device not in known))


def history(report: CheckReport, *, uow: UnitOfWork, limit: int = 12) -> Mapping[tuple[str, str], Sequence[float]]:
    """How the figure of each device and check of a report went: the last ones up to that report, oldest first."""
    with uow.reading():
        found = uow.checks.history(limit=limit, until=report.at)
    told = {(result.device, result.check) for result in report.results}
    return {key: figures for key, figures in found.items() if key in told}


def usuals(
    report: CheckReport, *, uow: UnitOfWork, plugins: Plugins, rack: Rack | None
) -> Mapping[tuple[str, str], Usual]:
    """The usual range of each figure of a report, as it was held against it: from the runs before."""
    try:
        kinds = {one.id: one.kind for one in rack.inventory.devices()} if rack else {}
    except RoomctlError:  # the run tells what is wrong with it
        return {}
    offers = plugins.drivers() if kinds else {}
    with uow.reading():
        past = uow.checks.history(limit=BASELINE, until=report.at - timedelta(microseconds=1), usual=True)
    found = {}
    for row in report.results:
        offer = offers.get(kinds.get(row.device, ""))
        quantity = offer.values.get(row.check) if offer else None
        if quantity is None or quantity.usual is None:
            continue
        known = usual(past.get((row.device, row.check), ()), quantity.usual)
        if known is not None:
            found[row.device, row.check] = known
    return found
