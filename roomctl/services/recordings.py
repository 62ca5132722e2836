"""Recordings of a meeting: the recorder is commanded first, and what it answers is written down."""

from dataclasses import replace
from pathlib import Path

from roomctl.domain.events import Actor, Event
from roomctl.domain.lifecycle import State
from roomctl.domain.meeting import Meeting
from roomctl.domain.recording import MarkKind, Order, RecorderState, Recording
from roomctl.errors import BadInput, Refused
from roomctl.i18n import tr
from roomctl.services.identity import new_id
from roomctl.services.offers import Recorder
from roomctl.services.ports import Clock, Plugins, UnitOfWork

_RUNNING = frozenset({RecorderState.ARMED, RecorderState.RECORDING, RecorderState.PAUSED, RecorderState.STOPPING})


def arm(
    meeting_id: str,
    order: Order,
    *,
    recorder: str,
    actor: Actor,
    clock: Clock,
    uow: UnitOfWork,
    plugins: Plugins,
    data: Path,
) -> Recording:
    """A new recording of the meeting, its device open and nothing written yet. One that is only armed makes way.

    Raises:
        Refused: the meeting's 录音 is 否, it is not being prepared or held, or it is being recorded.
        RoomctlError: what the recorder itself refuses, with its numbers.

    """
    meeting = uow.peek(meeting_id)
    if not meeting.recorded:
        raise Refused(
            tr("不能录音", "the recorder stays off"),
            tr("本次会议的“录音”为“否”", "this meeting is not to be recorded (录音: 否)"),
            tr("需要录音请由审批人改为“是”", "let the approver change it"),
        )
    if meeting.state not in {State.OPEN, State.IN_SESSION, State.RECESS}:
        raise Refused(
            tr("不能准备录音", "the recorder cannot be armed"),
            tr(f"会议现在是“{meeting.state.label}”", f"the meeting is {meeting.state.label!r}"),
            f"roomctl meetings open {meeting_id}",
        )
    _make_way(meeting_id, actor=actor, clock=clock, uow=uow, plugins=plugins, data=data)
    with uow.reading():
        earlier = uow.recordings.of(meeting_id)
    recording_id = new_id()
    folder = Path("meetings") / meeting_id / "audio" / recording_id
    status = plugins.recorder(recorder)(data / folder).arm(order)
    recording = Recording(
        id=recording_id,
        meeting=meeting_id,
        number=len(earlier) + 1,
        folder=folder.as_posix(),
        source=order.source,
        recorder=recorder,
        state=status.state,
        tracks=status.tracks,
        sample_rate=status.sample_rate,
    )
    told = {"recording": recording.id, "number": recording.number, "source": order.source, "tracks": status.tracks}
    with uow:
        uow.recordings.put(recording)
        uow.events.append(
            Event(stream=meeting_id, kind="recording.armed", actor=actor, at=clock.now(), data=told),
        )
        uow.commit()
    return recording


def _make_way(meeting_id: str, *, actor: Actor, clock: Clock, uow: UnitOfWork, plugins: Plugins, data: Path) -> None:
    """Lets go of a capture that is armed and has kept nothing, or nobody would ever end it."""
    armed = current(meeting_id, uow=uow)
    if armed is None:
        return
    recorder = attach(armed, plugins=plugins, data=data)
    state = recorder.status().state
    if state in {RecorderState.RECORDING, RecorderState.PAUSED}:
        raise Refused(
            tr("不能准备录音", "the recorder cannot be armed"),
            tr("这场会议正在录音", "this meeting is being recorded"),
            f"roomctl meetings show {meeting_id}",
        )
    if state is RecorderState.ARMED:
        recorder.stop()
    sync(armed.id, actor=actor, clock=clock, uow=uow, plugins=plugins, data=data)


def current(meeting_id: str, *, uow: UnitOfWork) -> Recording | None:
    """The recording that is armed or running, if any."""
    with uow.reading():
        running = [r for r in uow.recordings.of(meeting_id) if r.state in _RUNNING]
    return running[-1] if running else None


def attach(recording: Recording, *, plugins: Plugins, data: Path) -> Recorder:
    """The recorder of a recording; adopts a capture that lives."""
    return plugins.recorder(recording.recorder)(data / recording.folder)


def sync(
    recording_id: str, *, actor: Actor, clock: Clock, uow: UnitOfWork, plugins: Plugins, data: Path
) -> Recording:
    """Brings the database up to what the journal on disk says: one event per newly sealed segment."""
    with uow.reading():
        before = uow.recordings.get(recording_id)
    recorder = attach(before, plugins=plugins, data=data)
    status, report = recorder.status(), recorder.report()
    after = replace(
        before,
        state=status.state,
        tracks=report.tracks or before.tracks,
        sample_rate=report.sample_rate or before.sample_rate,
        frames=report.frames,
        dropped=report.dropped,
        gaps=report.gaps,
        markers=report.markers,
        segments=report.segments,
    )
    if after == before:
        return before
    known = {(segment.track, segment.seq) for segment in before.segments}
    at = clock.now()
    with uow:
        uow.recordings.put(after)
        for segment in after.segments:
            if (segment.track, segment.seq) not in known:
                told = {
                    "recording": after.id,
                    "track": segment.track,
                    "seq": segment.seq,
                    "path": segment.path,
                    "first_frame": segment.first_frame,
                    "frames": segment.frames,
                    "sha256": segment.sha256_file,
                    "sm3": segment.sm3_file,
                    "recovered": segment.recovered,
                }
                uow.events.append(
                    Event(stream=after.meeting, kind="recording.segment_sealed", actor=actor, at=at, data=told)
                )
        if after.state is RecorderState.SEALED and before.state is not RecorderState.SEALED:
            summary = {
                "recording": after.id,
                "frames": after.frames,
                "dropped": after.dropped,
                "gaps": [{"first_frame": g.first_frame, "frames": g.frames, "reason": g.reason} for g in after.gaps],
            }
            uow.events.append(Event(stream=after.meeting, kind="recording.sealed", actor=actor, at=at, data=summary))
        uow.commit()
    return after


def recover(
    recording_id: str, *, actor: Actor, clock: Clock, uow: UnitOfWork, plugins: Plugins, data: Path
) -> Recording:
    """Seals what a crash left open, then tells the database."""
    with uow.reading():
        recording = uow.recordings.get(recording_id)
    report = attach(recording, plugins=plugins, data=data).recover()
    if report.recovered:
        told = {
            "recording": recording.id,
            "segments": report.recovered,
            "problems": [p.what for p in report.problems],
        }
        with uow:
            uow.events.append(
                Event(stream=recording.meeting, kind="recording.recovered", actor=actor, at=clock.now(), data=told)
            )
            uow.commit()
    return sync(recording_id, actor=actor, clock=clock, uow=uow, plugins=plugins, data=data)


def go_on(
    meeting_id: str, order: Order, *, actor: Actor, clock: Clock, uow: UnitOfWork, plugins: Plugins, data: Path
) -> Recording:
    """The recording of a meeting in session, after the host died: the living one, or a new one that follows it.

    A dead one is sealed as far as it got. A microphone goes on in a new recording, and the gap is declared by
    the two recordings' clocks; a file goes on at the frame where it stopped, or not at all where it had ended.
    """
    last = current(meeting_id, uow=uow)
    if last is None:  # an earlier try sealed it and came no further
        with uow.reading():
            last = next(reversed(uow.recordings.of(meeting_id)), None)
    if last is None:
        raise Refused(tr("没有可以继续的录音", "there is no recording to go on with"), meeting_id)
    recorder = attach(last, plugins=plugins, data=data)
    status = recorder.status()
    if status.state in {RecorderState.RECORDING, RecorderState.PAUSED}:
        return last
    if status.state is RecorderState.ARMED:
        recorder.start()
        return last
    sealed = recover(last.id, actor=actor, clock=clock, uow=uow, plugins=plugins, data=data)
    if status.ended:
        return sealed
    with uow.reading():
        kept = sum(recording.frames for recording in uow.recordings.of(meeting_id))
    following = arm(
        meeting_id,
        replace(order, source=last.source, skip_frames=kept if last.source.startswith("file:") else 0),
        recorder=last.recorder,
        actor=actor,
        clock=clock,
        uow=uow,
        plugins=plugins,
        data=data,
    )
    attach(following, plugins=plugins, data=data).start()
    return sync(following.id, actor=actor, clock=clock, uow=uow, plugins=plugins, data=data)


def mark(
    meeting_id: str,
    kind: MarkKind,
    note: str,
    *,
    actor: Actor,
    clock: Clock,
    uow: UnitOfWork,
    plugins: Plugins,
    data: Path,
) -> int:
    """A mark at the frame that the recorder names.

    Raises:
        Refused: nothing is being recorded. BadInput: the agenda has no item of that number.

    """
    if kind is MarkKind.ITEM:
        _need_item(note, uow.peek(meeting_id))
    recording = current(meeting_id, uow=uow)
    if recording is None:
        raise Refused(
            tr("不能标记", "cannot mark"),
            tr("现在没有在录音", "nothing is being recorded"),
            f"roomctl meetings start {meeting_id}",
        )
    frame = attach(recording, plugins=plugins, data=data).mark(kind.value, note)
    told = {"recording": recording.id, "kind": kind.value, "frame": frame, "note": note}
    with uow:
        uow.events.append(Event(stream=meeting_id, kind="recording.marked", actor=actor, at=clock.now(), data=told))
        uow.commit()
    return frame


def _need_item(note: str, meeting: Meeting) -> None:
    numbers = [str(item.n) for item in meeting.agenda]
    if numbers and note.strip() not in numbers:
        raise BadInput(
            tr(f"没有第“{note}”项议题", f"the agenda has no item {note!r}"),
            mend=tr("可选：", "known: ") + "、".join(numbers),
        )
