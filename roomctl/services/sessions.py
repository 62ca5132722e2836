"""The session: each step commands the recorder first, then the meeting says at which frame it moved."""

from datetime import datetime, timedelta
from typing import Any

from roomctl.domain.lifecycle import State
from roomctl.domain.meeting import Meeting, Objected, Objection, Overrule
from roomctl.domain.recording import Order, RecorderState, RecordingHead
from roomctl.errors import BadInput, Refused, RoomctlError
from roomctl.i18n import tr
from roomctl.services import gates, meetings, recordings, syncing
from roomctl.services.device_ports import Rack
from roomctl.services.marks import Desk
from roomctl.services.offers import Recorder

LONGEST_RECESS = timedelta(days=1)


def start(meeting_id: str, *, desk: Desk, overrule: Overrule | None = None, rack: Rack | None = None) -> Meeting:
    """It begins: from the frame that the recorder answers with.

    Raises:
        Refused: the meeting is not open.
        Objected: the recorder or a plugin objects and nobody has overruled it.

    """
    return _step("start", State.IN_SESSION, meeting_id, desk=desk, overrule=overrule, rack=rack)


def pause(meeting_id: str, *, desk: Desk, until: datetime | None = None) -> Meeting:
    """Recess: nothing is kept until resume.

    Args:
        until: its planned end, where that is known; the recorder warns each minute from then on.

    Raises:
        BadInput: the end is over already, or more than a day away.

    """
    if until is not None and not timedelta(0) < until - desk.clock.now() <= LONGEST_RECESS:
        raise BadInput(
            tr("休息的结束时间不对", "the end of the recess is not right"),
            tr("应在现在之后，一天之内", "it must be within a day from now"),
            tr("请写分钟数，或稍后的时间", "give minutes, or a later time"),
        )
    return _step("pause", State.RECESS, meeting_id, desk=desk, until=until)


def resume(meeting_id: str, *, desk: Desk, order: Order | None = None) -> Meeting:
    """It goes on. Args: order: for a new recording, where the one that was paused has died."""
    return _step("resume", State.IN_SESSION, meeting_id, desk=desk, order=order)


def adjourn(meeting_id: str, *, desk: Desk, overrule: Overrule | None = None) -> Meeting:
    """It ends: the recorder stops first.

    Raises:
        Refused: the meeting is not in session.
        Objected: the recorder or a plugin objects and nobody has overruled it.

    """
    return _step("stop", State.ADJOURNED, meeting_id, desk=desk, overrule=overrule)


def _step(
    command: str,
    target: State,
    meeting_id: str,
    *,
    desk: Desk,
    overrule: Overrule | None = None,
    until: datetime | None = None,
    order: Order | None = None,
    rack: Rack | None = None,
) -> Meeting:
    meeting = desk.uow.peek(meeting_id)
    standing = gates.objections(meeting, target, clock=desk.clock, uow=desk.uow, plugins=desk.plugins, rack=rack)
    meeting.allow(target, standing, overrule)
    recording = recordings.current(meeting_id, uow=desk.uow)
    told: dict[str, Any] = {}
    if until is not None:
        told["until"] = until.isoformat(timespec="seconds")
    if recording is not None:
        try:
            if command == "resume":
                recording = _living(recording, order, desk)
            recorder = syncing.attach(recording, plugins=desk.plugins, data=desk.data)
            told = {**told, "recording": recording.id, "frame": _command(recorder, command, until)}
        except RoomctlError as refusal:
            standing = (*standing, Objection("recorder", str(refusal)))
            if overrule is None:
                raise Objected(target, standing) from refusal
    try:
        moved = meetings.transition(
            meeting_id,
            target,
            actor=desk.actor,
            clock=desk.clock,
            uow=desk.uow,
            plugins=desk.plugins,
            overrule=overrule,
            objected=standing,
            data=told,
        )
    except Refused:
        if recording is not None and desk.uow.peek(meeting_id).state is State.CANCELLED:  # while the recorder began
            syncing.attach(recording, plugins=desk.plugins, data=desk.data).stop()
            syncing.follow(recording.id, **desk.all())
        raise
    if recording is not None:
        syncing.follow(recording.id, **desk.all())
    return moved


def _living(recording: RecordingHead, order: Order | None, desk: Desk) -> RecordingHead:
    """The recording, or a new one that follows it where it died in the recess."""
    recorder = syncing.attach(recording, plugins=desk.plugins, data=desk.data)
    if recorder.status().state is RecorderState.PAUSED:
        return recording
    order = order or Order(source=recording.source, sample_rate=recording.sample_rate)
    return recordings.go_on(recording.meeting, order, **desk.all())


def _command(recorder: Recorder, command: str, until: datetime | None) -> int:
    if command == "stop":
        return recorder.stop().frames
    if command == "pause":
        return recorder.pause(until=until)
    if command == "start" and _begun(recorder):
        return 0  # when a crash came between it and the meeting
    if command == "resume" and recorder.status().state is RecorderState.RECORDING:
        return recorder.status().frames
    return recorder.start() if command == "start" else recorder.resume()


def _begun(recorder: Recorder) -> bool:
    """Not so one that ends without a frame: somebody lets go of it this moment, to arm another."""
    status = recorder.status()
    return bool(status.frames) or status.state in {RecorderState.RECORDING, RecorderState.PAUSED}
