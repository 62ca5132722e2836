"""The life cycle: each step asks for objections, commands the recorder where sound is concerned, then writes."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from roomctl.domain import secrecy
from roomctl.domain.events import Actor, Event
from roomctl.domain.lifecycle import Need, State
from roomctl.domain.meeting import Meeting, Objected, Objection, Overrule
from roomctl.domain.recording import Order, RecorderState, Recording
from roomctl.errors import BadInput, Refused, RoomctlError
from roomctl.i18n import tr
from roomctl.services import gates, recordings, syncing
from roomctl.services.offers import Recorder
from roomctl.services.ports import Clock, Plugins, UnitOfWork


def create(meeting: Meeting, *, actor: Actor, clock: Clock, uow: UnitOfWork) -> Meeting:
    """Plans a meeting.

    Raises:
        Forbidden: this machine may not hold a meeting of that 密级.

    """
    secrecy.admit(meeting.highest_secrecy)
    told = {
        "title": meeting.title,
        "kind": meeting.kind,
        "starts": meeting.starts.isoformat(timespec="minutes"),
        "zone": meeting.zone,
        "minutes": meeting.planned_minutes,
        "chair": meeting.chair,
        "secrecy": meeting.highest_secrecy.level.value,
        "recorded": meeting.recorded,
        "agenda": [item.title for item in meeting.agenda],
    }
    with uow:
        uow.meetings.add(meeting)
        uow.events.append(
            Event(stream=meeting.id, kind="meeting.created", actor=actor, at=clock.now(), data=told),
        )
        uow.commit()
    return meeting


def transition(
    meeting_id: str,
    target: State,
    *,
    actor: Actor,
    clock: Clock,
    uow: UnitOfWork,
    plugins: Plugins,
    overrule: Overrule | None = None,
    reason: str = "",
    objected: tuple[Objection, ...] = (),
    data: Mapping[str, Any] | None = None,
) -> Meeting:
    """One step of the life cycle that concerns no sound.

    Args:
        objected: objections already heard, by a step that commanded the recorder; nobody is asked again then.

    Raises:
        Refused: no such step, or a need is unmet. Objected: somebody objects and nobody has overruled it.

    """
    standing = objected or gates.objections(uow.peek(meeting_id), target, uow=uow, plugins=plugins)
    with uow:
        meeting, event = uow.meetings.get(meeting_id).move(
            target,
            actor=actor,
            at=clock.now(),
            objections=standing,
            overrule=overrule,
            reason=reason,
            data=data,
        )
        meeting = uow.meetings.save(meeting)
        uow.events.append(event)
        uow.commit()
    return meeting


def start(
    meeting_id: str,
    *,
    actor: Actor,
    clock: Clock,
    uow: UnitOfWork,
    plugins: Plugins,
    data: Path,
    overrule: Overrule | None = None,
) -> Meeting:
    """The session begins: the recorder first, then the meeting says from which frame on."""
    return _with_sound(
        "start", State.IN_SESSION, meeting_id, actor=actor, clock=clock, uow=uow, plugins=plugins, data=data,
        overrule=overrule,
    )  # fmt: skip


def pause(
    meeting_id: str,
    *,
    actor: Actor,
    clock: Clock,
    uow: UnitOfWork,
    plugins: Plugins,
    data: Path,
    until: datetime | None = None,
) -> Meeting:
    """Recess: nothing is kept until resume.

    Args:
        until: its planned end, where that is known; the recorder warns each minute from then on.

    Raises:
        BadInput: the end is over already, or more than a day away.

    """
    if until is not None and not timedelta(0) < until - clock.now() <= LONGEST_RECESS:
        raise BadInput(
            tr("休息的结束时间不对", "the end of the recess is not right"),
            tr("应在现在之后，一天之内", "it must be within a day from now"),
            tr("请写分钟数，或稍后的时间", "give minutes, or a later time"),
        )
    return _with_sound(
        "pause", State.RECESS, meeting_id, actor=actor, clock=clock, uow=uow, plugins=plugins, data=data, until=until
    )  # fmt: skip


LONGEST_RECESS = timedelta(days=1)


def resume(
    meeting_id: str,
    *,
    actor: Actor,
    clock: Clock,
    uow: UnitOfWork,
    plugins: Plugins,
    data: Path,
    order: Order | None = None,
) -> Meeting:
    """The session goes on. Args: order: for a new recording, where the one that was paused has died."""
    return _with_sound(
        "resume", State.IN_SESSION, meeting_id, actor=actor, clock=clock, uow=uow, plugins=plugins, data=data,
        order=order,
    )  # fmt: skip


def adjourn(
    meeting_id: str,
    *,
    actor: Actor,
    clock: Clock,
    uow: UnitOfWork,
    plugins: Plugins,
    data: Path,
    overrule: Overrule | None = None,
) -> Meeting:
    """End the session: the recorder stops first, then the meeting says at which frame.

    Raises:
        Refused: the meeting is not in session.
        Objected: a plugin objects and nobody has overruled it.

    """
    return _with_sound(
        "stop", State.ADJOURNED, meeting_id, actor=actor, clock=clock, uow=uow, plugins=plugins, data=data,
        overrule=overrule,
    )  # fmt: skip


def _with_sound(
    command: str,
    target: State,
    meeting_id: str,
    *,
    actor: Actor,
    clock: Clock,
    uow: UnitOfWork,
    plugins: Plugins,
    data: Path,
    overrule: Overrule | None = None,
    until: datetime | None = None,
    order: Order | None = None,
) -> Meeting:
    meeting = uow.peek(meeting_id)
    standing = gates.objections(meeting, target, uow=uow, plugins=plugins)
    meeting.allow(target, standing, overrule)
    recording = recordings.current(meeting_id, uow=uow)
    told: dict[str, Any] = {}
    if until is not None:
        told["until"] = until.isoformat(timespec="seconds")
    if recording is not None:
        try:
            if command == "resume":
                recording = _living(recording, order, actor=actor, clock=clock, uow=uow, plugins=plugins, data=data)
            recorder = syncing.attach(recording, plugins=plugins, data=data)
            told = {**told, "recording": recording.id, "frame": _command(recorder, command, until)}
        except RoomctlError as refusal:
            standing = (*standing, Objection("recorder", str(refusal)))
            if overrule is None:
                raise Objected(target, standing) from refusal
    moved = transition(
        meeting_id,
        target,
        actor=actor,
        clock=clock,
        uow=uow,
        plugins=plugins,
        overrule=overrule,
        objected=standing,
        data=told,
    )
    if recording is not None:
        syncing.sync(recording.id, actor=actor, clock=clock, uow=uow, plugins=plugins, data=data)
    return moved


def _living(
    recording: Recording,
    order: Order | None,
    *,
    actor: Actor,
    clock: Clock,
    uow: UnitOfWork,
    plugins: Plugins,
    data: Path,
) -> Recording:
    """The recording, or a new one that follows it where it died in the recess."""
    if syncing.attach(recording, plugins=plugins, data=data).status().state is RecorderState.PAUSED:
        return recording
    order = order or Order(source=recording.source, sample_rate=recording.sample_rate)
    return recordings.go_on(
        recording.meeting, order, actor=actor, clock=clock, uow=uow, plugins=plugins, data=data
    )  # fmt: skip


def _command(recorder: Recorder, command: str, until: datetime | None) -> int:
    if command == "stop":
        return recorder.stop().frames
    if command == "pause":
        return recorder.pause(until=until)
    if command == "start" and recorder.status().state not in {RecorderState.IDLE, RecorderState.ARMED}:
        return 0  # it had begun when a crash came between it and the meeting
    if command == "resume" and recorder.status().state is RecorderState.RECORDING:
        return recorder.status().frames
    return recorder.start() if command == "start" else recorder.resume()


def clear(meeting_id: str, *, actor: Actor, clock: Clock, uow: UnitOfWork, left_behind: str = "") -> Meeting:
    """清理会场 is done: materials collected, left-behind things noted, devices off."""
    return _hold(
        meeting_id, Need.CLEARED, "meeting.cleared", {"left_behind": left_behind}, actor=actor, clock=clock, uow=uow
    )  # fmt: skip


def waive_transcript(
    meeting_id: str, *, by: str, reason: str, actor: Actor, clock: Clock, uow: UnitOfWork
) -> Meeting:
    """A named person lets the meeting close without a complete transcript."""
    if not reason.strip():
        raise Refused(
            tr("免转写要写原因", "waiving the transcript needs a reason"),
            mend=tr("写明原因（命令行用 --reason）", "say why (on the command line: --reason)"),
        )
    told = {"by": by, "reason": reason}
    return _hold(meeting_id, Need.TRANSCRIPT, "transcript.waived", told, actor=actor, clock=clock, uow=uow)


def explain_urgency(meeting_id: str, *, reason: str, actor: Actor, clock: Clock, uow: UnitOfWork) -> Meeting:
    """Why the meeting was opened without approval; asked for before close."""
    return _hold(
        meeting_id, Need.URGENT_REASON, "meeting.urgency_explained", {"reason": reason},
        actor=actor, clock=clock, uow=uow,
    )  # fmt: skip


def _hold(
    meeting_id: str, need: Need, kind: str, told: Mapping[str, Any], *, actor: Actor, clock: Clock, uow: UnitOfWork
) -> Meeting:
    with uow:
        meeting = uow.meetings.save(uow.meetings.get(meeting_id).hold(need))
        uow.events.append(Event(stream=meeting_id, kind=kind, actor=actor, at=clock.now(), data=told))
        uow.commit()
    return meeting
