"""The life of a recording: the recorder is commanded first, and what it answers is written down."""

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from roomctl.domain.attendance import Person
from roomctl.domain.events import Actor, Event
from roomctl.domain.lifecycle import MEETS, Need, State
from roomctl.domain.meeting import Meeting
from roomctl.domain.recording import Cut, Marker, MarkKind, Order, Purpose, RecorderState, Recording, RecordingHead
from roomctl.errors import NotFound, Refused, RoomctlError
from roomctl.i18n import tr
from roomctl.services.identity import new_id
from roomctl.services.offers import Recorder
from roomctl.services.ports import Clock, Plugins, UnitOfWork
from roomctl.services.syncing import ARMED, attach, recover, sync

_CLOSED = frozenset({State.CLOSED, State.DEPOSITED, State.ARCHIVED})

KEPT = frozenset({Purpose.MEETING, Purpose.IMPORT})
"""What belongs to the meeting: its own sound, and what was brought in."""

_ALONE = (Purpose.MEETING, Purpose.TEST)
"""A meeting has one of these at a time."""

STOPPED, CONTINUED, MARKED = "recording.stopped", "recording.continued", "recording.marked"

_CHANNEL = re.compile(r"[1-9][0-9]{0,2}")

_SHORTEST = timedelta(minutes=15)
"""Asked of the disk at the least, also where the planned end is near or over."""

_EARLIER_THAN_ITS_START = 86_400.0
"""Seconds; a mark so far back stands at frame 0 of a recording that has just begun."""


@dataclass(frozen=True, slots=True)
class RoomSound:
    """What the room records with, as its settings say: the recorder's name, and an order without a meeting."""

    recorder: str = "audio"
    order: Order = field(default_factory=lambda: Order(source="mic"))


@dataclass(frozen=True, slots=True)
class Continuation:
    """A recording that follows one which broke off.

    Attributes:
        seconds: in which nothing was kept, by the two recordings' clocks; None where nobody knows.
        cut: what ended the one before.

    """

    recording: str
    after: str
    at: datetime
    seconds: float | None
    cut: Cut


def order_of(meeting: Meeting, people: Iterable[Person], room: Order, now: datetime, source: str = "") -> Order:
    """The room's order for a meeting: up to its planned end, and who sits at which channel.

    A seat whose name is a number is the channel of that number. A stand-by is none where it is the source itself.
    A file stands in for what is heard live, so it plays at its own pace.
    """
    seats = {int(one.seat): one.name for one in people if _CHANNEL.fullmatch(one.seat)}
    source = source or room.source
    gone = now - meeting.started_at if meeting.started_at else timedelta(0)
    left = timedelta(minutes=meeting.planned_minutes) - gone
    return replace(
        room,
        source=source,
        standby="" if room.standby == source else room.standby,
        realtime=True,
        planned_seconds=max(left, _SHORTEST).total_seconds(),
        channels=tuple(sorted(seats.items())),
    )


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
        Refused: the meeting's 录音 is 否, it is not being prepared or held, it is being recorded, or was just armed.
        RoomctlError: what the recorder itself refuses, with its numbers.

    """
    meeting = uow.peek(meeting_id)
    _need_meets(meeting)
    known = _make_way(meeting_id, actor=actor, clock=clock, uow=uow, plugins=plugins, data=data)

    def allow(now: Meeting) -> None:
        _need_meets(now)
        _need_no_other(meeting_id, known, uow)

    return create(
        meeting, order, Purpose.MEETING, {}, allow,
        recorder=recorder, actor=actor, clock=clock, uow=uow, plugins=plugins, data=data,
    )  # fmt: skip


def _need_meets(meeting: Meeting) -> None:
    need_recorded(meeting)
    if meeting.state not in MEETS:
        raise Refused(
            tr("不能准备录音", "the recorder cannot be armed"),
            tr(f"会议现在是“{meeting.state.label}”", f"the meeting is {meeting.state.label!r}"),
            f"roomctl meetings open {meeting.id}",
        )


def _need_no_other(meeting_id: str, known: Collection[str], uow: UnitOfWork) -> None:
    """Of two who arm at once the first stays: a tone or a file refuses nobody. Args: known: ids that made way."""
    if any(one.id not in known for one in running(meeting_id, *_ALONE, uow=uow)):
        raise Refused(
            tr("不能准备录音", "the recorder cannot be armed"),
            tr("刚才已有人准备了录音或试录", "somebody else has just armed it, or begun a test take"),
            f"roomctl meetings show {meeting_id}",
        )


def need_recorded(meeting: Meeting) -> None:
    """Raises: Refused, where the meeting's 录音 is 否."""
    if not meeting.recorded:
        by = meeting.recording_approved_by
        decided = tr(f"，{by} 批准", f", approved by {by}") if by else ""
        raise Refused(
            tr("不能录音", "the recorder stays off"),
            tr(f"本次会议的“录音”为“否”{decided}", f"this meeting is not to be recorded (录音: 否){decided}"),
            tr("需要录音请由审批人改为“是”", "let the approver change it"),
        )


def create(
    meeting: Meeting,
    order: Order,
    purpose: Purpose,
    facts: Mapping[str, Any],
    allow: Callable[[Meeting], None],
    *,
    recorder: str,
    actor: Actor,
    clock: Clock,
    uow: UnitOfWork,
    plugins: Plugins,
    data: Path,
) -> Recording:
    """Arms a recorder in a folder of its own, and writes it down; where that cannot be, it is let go of again.

    Args:
        facts: what else the event tells.
        allow: raises where the meeting, as it is once the device is open, may have no such recording.

    """
    recording_id = new_id()
    folder = Path("meetings") / meeting.id / "audio" / recording_id
    machine = plugins.recorder(recorder)(data / folder)
    status = machine.arm(order)
    with _letting_go(machine), uow:
        allow(uow.meetings.get(meeting.id))
        before = [one for one in uow.recordings.heads(meeting.id) if (one.purpose in KEPT) is (purpose in KEPT)]
        recording = Recording(
            id=recording_id,
            meeting=meeting.id,
            number=len(before) + 1,
            folder=folder.as_posix(),
            source=order.source,
            recorder=recorder,
            state=status.state,
            tracks=status.tracks,
            sample_rate=status.sample_rate,
            purpose=purpose,
        )
        told = {
            "recording": recording.id,
            "number": recording.number,
            "purpose": purpose.value,
            "source": order.source,
            "standby": order.standby,
            "tracks": status.tracks,
            "channels": {str(channel): who for channel, who in order.channels},
            **facts,
        }
        uow.recordings.put(recording)
        if purpose is Purpose.IMPORT:
            _reopen_words(meeting.id, uow)
        uow.events.append(Event(stream=meeting.id, kind=ARMED, actor=actor, at=clock.now(), data=told))
        uow.commit()
    return recording


@contextmanager
def _letting_go(machine: Recorder) -> Iterator[None]:
    """Nobody would ever end a capture that no row of the database tells of."""
    try:
        yield
    except BaseException:
        with suppress(RoomctlError):
            machine.stop()
        raise


def _reopen_words(meeting_id: str, uow: UnitOfWork) -> None:
    """There is more to transcribe: what was complete is so no longer, and close waits for it again."""
    meeting = uow.meetings.get(meeting_id)
    if meeting.state in _CLOSED:  # what comes after the close gets a version of its own
        return
    if Need.TRANSCRIPT in meeting.facts:
        uow.meetings.save(meeting.lack(Need.TRANSCRIPT))
    newest = uow.transcripts.latest(meeting_id)
    if newest is not None and newest.complete:
        uow.transcripts.put(replace(newest, complete=False))


def _make_way(
    meeting_id: str, *, actor: Actor, clock: Clock, uow: UnitOfWork, plugins: Plugins, data: Path
) -> Collection[str]:
    """Lets go of a capture that is armed and has kept nothing, or nobody would ever end it; ids of what is there."""
    every = running(meeting_id, *_ALONE, uow=uow)
    for held in every:
        try:
            attach(held, plugins=plugins, data=data).disarm()
        except Refused as error:
            raise Refused(
                tr("不能准备录音", "the recorder cannot be armed"),
                tr("正在试录，几秒后就结束", "a test take is being made, and ends in some seconds")
                if held.purpose is Purpose.TEST
                else tr("这场会议正在录音", "this meeting is being recorded"),
                f"roomctl meetings show {meeting_id}",
            ) from error
        sync(held.id, actor=actor, clock=clock, uow=uow, plugins=plugins, data=data)
    return {held.id for held in every}


def running(meeting_id: str | None = None, *purposes: Purpose, uow: UnitOfWork) -> Sequence[RecordingHead]:
    """Recordings that are armed or not yet sealed: of one meeting or of all, for these purposes or for any."""
    with uow.reading():
        return [
            one
            for one in uow.recordings.running()
            if meeting_id in {None, one.meeting} and (not purposes or one.purpose in purposes)
        ]


def current(meeting_id: str, *, uow: UnitOfWork) -> RecordingHead | None:
    """The meeting's own recording that is armed or running, if any."""
    own = running(meeting_id, Purpose.MEETING, uow=uow)
    return own[-1] if own else None


def need_current(meeting_id: str, *, uow: UnitOfWork) -> RecordingHead:
    """Raises: NotFound, where nothing is armed or running."""
    recording = current(meeting_id, uow=uow)
    if recording is None:
        raise NotFound(tr("现在没有在录音", "nothing is being recorded"), mend=how_to_record(uow.peek(meeting_id)))
    return recording


def how_to_record(meeting: Meeting, state: RecorderState = RecorderState.IDLE) -> str:
    """A session goes on where its recording has ended, or was never begun; it is not started again."""
    if meeting.state is not State.IN_SESSION:
        return f"roomctl meetings start {meeting.id}"
    begin = f"roomctl meetings begin {meeting.id}"
    return begin if state is RecorderState.ARMED else f"roomctl meetings arm {meeting.id} && {begin}"


def find(meeting_id: str, recording_id: str, *, uow: UnitOfWork) -> Recording:
    """One recording of that meeting, its test takes among them. Raises: NotFound."""
    head = find_head(meeting_id, recording_id, uow=uow)
    with uow.reading():
        return uow.recordings.get(head.id)


def find_head(meeting_id: str, recording_id: str, *, uow: UnitOfWork) -> RecordingHead:
    """As `find`, without its segments."""
    with uow.reading():
        found = next((one for one in uow.recordings.heads(meeting_id) if one.id == recording_id), None)
    if found is None:
        raise NotFound(
            tr(f"这场会议没有编号为“{recording_id}”的录音", f"this meeting has no recording {recording_id!r}"),
            mend=f"roomctl meetings show {meeting_id}",
        )
    return found


def begin(meeting_id: str, *, actor: Actor, clock: Clock, uow: UnitOfWork, plugins: Plugins, data: Path) -> Recording:
    """Sound is kept from now on, in a session that began without a recorder.

    Raises:
        Refused: the meeting is not in session (its start begins the recording). NotFound: nothing is armed.

    """
    meeting = uow.peek(meeting_id)
    if meeting.state is not State.IN_SESSION:
        raise Refused(
            tr("不能开始录音", "the recording cannot begin"),
            tr(f"会议现在是“{meeting.state.label}”", f"the meeting is {meeting.state.label!r}"),
            tr("开会时录音一起开始：", "it begins with the meeting: ") + f"roomctl meetings start {meeting_id}",
        )
    recording = need_current(meeting_id, uow=uow)
    frame = attach(recording, plugins=plugins, data=data).start()
    _tell("recording.started", recording, {"frame": frame}, actor=actor, clock=clock, uow=uow)
    return sync(recording.id, actor=actor, clock=clock, uow=uow, plugins=plugins, data=data)


def stop(meeting_id: str, *, actor: Actor, clock: Clock, uow: UnitOfWork, plugins: Plugins, data: Path) -> Recording:
    """Ends and seals the recording while the meeting goes on; one that is armed is let go of.

    Raises:
        NotFound: nothing is armed or running.

    """
    recording = need_current(meeting_id, uow=uow)
    frames = attach(recording, plugins=plugins, data=data).stop().frames
    _tell(STOPPED, recording, {"frame": frames}, actor=actor, clock=clock, uow=uow)
    return sync(recording.id, actor=actor, clock=clock, uow=uow, plugins=plugins, data=data)


def _tell(
    kind: str, recording: RecordingHead, more: Mapping[str, Any], *, actor: Actor, clock: Clock, uow: UnitOfWork
) -> None:
    told = {"recording": recording.id, **more}
    with uow:
        uow.events.append(Event(stream=recording.meeting, kind=kind, actor=actor, at=clock.now(), data=told))
        uow.commit()


# --- after a crash --------------------------------------------------------------------------------------------


def broke_off(meeting_id: str, *, uow: UnitOfWork, plugins: Plugins, data: Path) -> bool:
    """Whether the meeting's own recording ended without anybody wanting it to, and should be gone on with."""
    last = _last(meeting_id, uow)
    if last is None or _stopped(last, uow):
        return False
    status = attach(last, plugins=plugins, data=data).status()
    alive = {RecorderState.ARMED, RecorderState.RECORDING, RecorderState.PAUSED}
    return status.state not in alive and not status.ended and not status.stopped


def go_on(
    meeting_id: str, order: Order, *, actor: Actor, clock: Clock, uow: UnitOfWork, plugins: Plugins, data: Path
) -> RecordingHead:
    """The recording of a meeting in session, after a crash: the living one, or a new one that follows it.

    A dead one is sealed as far as it got. A microphone goes on in a new recording, and the gap is declared by
    the two recordings' clocks; a file goes on at the frame where it stopped and at
    the same pace, or not at all where it had ended.
    One that somebody stopped stays as it is. 不入记录 goes on with it.
    """
    last = _last(meeting_id, uow)
    if last is None:
        raise Refused(tr("没有可以继续的录音", "there is no recording to go on with"), meeting_id)
    recorder = attach(last, plugins=plugins, data=data)
    status = recorder.status()
    if status.state in {RecorderState.RECORDING, RecorderState.PAUSED} or _stopped(last, uow):
        return last
    if status.state is RecorderState.ARMED:
        recorder.start()
        return last
    sealed = recover(last.id, actor=actor, clock=clock, uow=uow, plugins=plugins, data=data)
    if status.ended or status.stopped:  # asked for, and the host died before it could say so
        return sealed
    with uow.reading():
        own = [one for one in uow.recordings.heads(meeting_id) if one.purpose is Purpose.MEETING]
    kept = sum(one.frames for one in own)
    following = arm(
        meeting_id,
        replace(
            order,
            source=last.source,
            skip_frames=kept if last.source.startswith("file:") else 0,
            realtime=status.realtime,
        ),
        recorder=last.recorder,
        actor=actor,
        clock=clock,
        uow=uow,
        plugins=plugins,
        data=data,
    )
    recorder = attach(following, plugins=plugins, data=data)
    recorder.start()
    if (asked := _off_record(sealed.markers)) is not None:
        frame = recorder.mark(MarkKind.OFF_RECORD.value, asked.note, back=_EARLIER_THAN_ITS_START)
        said = {"kind": MarkKind.OFF_RECORD.value, "frame": frame, "note": asked.note, "number": 1}
        _tell(MARKED, following, said, actor=actor, clock=clock, uow=uow)
    gap = _gap(sealed, recorder.status().started or clock.now())
    cut = Cut.of(restarted=status.restarted)
    told = {"number": following.number, "after": sealed.id, "gap_seconds": gap, "cut": cut.value}
    _tell(CONTINUED, following, told, actor=actor, clock=clock, uow=uow)
    return sync(following.id, actor=actor, clock=clock, uow=uow, plugins=plugins, data=data)


def _last(meeting_id: str, uow: UnitOfWork) -> RecordingHead | None:
    """The newest of the meeting's own; sealed, where an earlier try to go on came no further."""
    with uow.reading():
        own = [one for one in uow.recordings.heads(meeting_id) if one.purpose is Purpose.MEETING]
    return own[-1] if own else None


def _stopped(recording: RecordingHead, uow: UnitOfWork) -> bool:
    """Whether somebody ended it on purpose."""
    with uow.reading():
        rows = uow.events.stream(recording.meeting, [STOPPED])
        return any(json.loads(row.data)["recording"] == recording.id for row in rows)


def _off_record(markers: Sequence[Marker]) -> Marker | None:
    """The mark with which 不入记录 began, where it was never ended."""
    turns = [one for one in markers if one.kind in {MarkKind.OFF_RECORD, MarkKind.ON_RECORD}]
    return turns[-1] if turns and turns[-1].kind is MarkKind.OFF_RECORD else None


def _gap(before: Recording, began: datetime) -> float | None:
    """Seconds from the last frame that was kept to the first of the next recording."""
    ends = [one.utc + timedelta(seconds=one.frames / before.sample_rate) for one in before.segments]
    return max(round((began - max(ends)).total_seconds(), 1), 0.0) if ends else None


def continuation(meeting_id: str, *, uow: UnitOfWork) -> Continuation | None:
    """How the newest recording came to follow another one; None where it is the first, or was begun by hand."""
    last = _last(meeting_id, uow)
    with uow.reading():
        rows = list(uow.events.stream(meeting_id, [CONTINUED]))
    if last is None or not rows:
        return None
    told = json.loads(rows[-1].data)
    if told["recording"] != last.id:
        return None
    cut = Cut(told.get("cut", Cut.UNKNOWN))
    return Continuation(last.id, told["after"], rows[-1].instant, told["gap_seconds"], cut)
