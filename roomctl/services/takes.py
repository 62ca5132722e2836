"""Recordings beside the meeting's own: 试录, and sound that was recorded elsewhere."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from roomctl.domain.digests import running_sm3
from roomctl.domain.events import Actor
from roomctl.domain.lifecycle import State
from roomctl.domain.meeting import Meeting
from roomctl.domain.recording import Order, Purpose, RecorderState, Recording
from roomctl.errors import BadInput, Refused, RoomctlError
from roomctl.i18n import tr
from roomctl.services import recordings
from roomctl.services.offers import Monitored, Recorder
from roomctl.services.ports import Clock, Plugins, UnitOfWork
from roomctl.services.syncing import attach, holds_device, sync

LONGEST_TEST = 60.0
"""Seconds of a test take."""

_LOOK = 0.1
_GRACE = 20.0
"""Seconds that the last second of a test take may be late: a device opens slowly, and a segment has to be sealed."""

_BLOCK = 1 << 20
_IMPORTABLE = {
    State.OPEN, State.IN_SESSION, State.RECESS, State.ADJOURNED,
    State.DEPOSITED, State.ARCHIVED,  # then it goes into a supplement of the package
}  # fmt: skip

Seen = Callable[[float, float | None], None]
"""Told seconds that are kept, and of how many, where that is known."""


@dataclass(frozen=True, slots=True)
class Take:
    """What a test take heard.

    Attributes:
        peaks: loudest sample of each track over all of it, in dBFS.

    """

    recording: Recording
    peaks: tuple[float, ...]


def make_test_take(
    meeting_id: str,
    order: Order,
    *,
    seconds: float,
    recorder: str,
    actor: Actor,
    clock: Clock,
    uow: UnitOfWork,
    plugins: Plugins,
    data: Path,
    seen: Seen,
) -> Take:
    """Records some seconds, seals them, and says how loud each track was. It is a recording of its own.

    Raises:
        Refused: the meeting's 录音 is 否, it has begun, or the room records already. BadInput: too long.
        RoomctlError: what the recorder refuses.

    """
    if not 1.0 <= seconds <= LONGEST_TEST:
        raise BadInput(
            tr(f"不能试录 {seconds:g} 秒", f"a test take cannot be {seconds:g} s long"),
            mend=tr(f"可以是 1 至 {LONGEST_TEST:.0f} 秒", f"1 to {LONGEST_TEST:.0f} s"),
        )
    meeting = uow.peek(meeting_id)
    _need_before(meeting)
    _need_free_room(uow, plugins, data)
    order = replace(
        order,
        realtime=False,  # of a file its sound is asked for, and nobody has to sit through it
        planned_seconds=seconds,
        segment_seconds=max(order.segment_seconds, seconds),
    )

    def allow(now: Meeting) -> None:  # of two who begin at once the second is refused
        _need_before(now)
        _need_free_room(uow, plugins, data)

    made = recordings.create(
        meeting, order, Purpose.TEST, {"seconds": seconds}, allow,
        recorder=recorder, actor=actor, clock=clock, uow=uow, plugins=plugins, data=data,
    )  # fmt: skip
    machine = attach(made, plugins=plugins, data=data)
    peaks: tuple[float, ...] = ()
    try:
        wanted = round(seconds * made.sample_rate)
        machine.start(limit=wanted)
        until = clock.monotonic() + seconds + _GRACE
        status = machine.status()
        while status.state is RecorderState.RECORDING and status.frames < wanted and clock.monotonic() < until:
            peaks = _louder(peaks, status.peak_dbfs)
            seen(status.frames / made.sample_rate, seconds)
            clock.sleep(_LOOK)
            status = machine.status()
        peaks = _louder(peaks, status.peak_dbfs)
    finally:
        machine.stop()
        made = sync(made.id, actor=actor, clock=clock, uow=uow, plugins=plugins, data=data)
    if isinstance(machine, Monitored) and made.frames:
        envelope = (
            machine.envelope()
        )  # of all of it; what was sealed in a hurry may lack there, but not in the status
        peaks = _louder(peaks, tuple(max(track, default=-200.0) for track in envelope.peaks))
    return Take(made, peaks)


def _louder(one: tuple[float, ...], other: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(map(max, one, other)) if one and other else one or other


def _need_before(meeting: Meeting) -> None:
    recordings.need_recorded(meeting)
    if meeting.state not in {State.PLANNED, State.APPROVED, State.OPEN}:
        raise Refused(
            tr("不能试录", "no test take can be made"),
            tr(f"会议现在是“{meeting.state.label}”", f"the meeting is {meeting.state.label!r}"),
            tr("试录只在开会之前", "test takes are made before the meeting begins"),
        )


def _need_free_room(uow: UnitOfWork, plugins: Plugins, data: Path) -> None:
    """One room has one set of microphones."""
    for one in recordings.running(uow=uow):
        if one.purpose is Purpose.IMPORT:
            continue
        if one.state is RecorderState.ARMED:
            raise Refused(
                tr("不能试录", "no test take can be made"),
                tr("录音已经准备好，设备被占用", "the recorder is armed, and holds the device"),
                tr("要先试录，请取消准备：", "let go of it first: ") + f"roomctl meetings stop {one.meeting}",
            )
        if holds_device(one, plugins=plugins, data=data):
            raise Refused(
                tr("不能试录", "no test take can be made"),
                tr("本会议室正在录音", "this room is being recorded"),
                f"roomctl meetings show {one.meeting}",
            )


def import_recording(
    meeting_id: str,
    path: Path,
    *,
    room: Order,
    recorder: str,
    actor: Actor,
    clock: Clock,
    uow: UnitOfWork,
    plugins: Plugins,
    data: Path,
    seen: Seen,
) -> Recording:
    """Brings a finished recording in, as fast as it goes; it goes down the same chain as the meeting's own sound.

    A transcript that was complete is so no longer: what came in is transcribed too, before the meeting can close.
    What comes after the deposit gets a version of its own, and goes into a supplement with it.
    Where the caller dies over it, the capture goes on, and the host writes down the end.

    Args:
        room: sample rate, bits and length of segments.

    Raises:
        BadInput: no such file, or no sound in it. Refused: the meeting's 录音 is 否, it is not yet prepared or
            already closed, or it is being recorded right now. RoomctlError: only a part of it could be read.

    """
    meeting = uow.peek(meeting_id)
    _need_importable(meeting)
    live = recordings.current(meeting_id, uow=uow)
    if live is not None and live.state is RecorderState.RECORDING:
        raise Refused(
            tr("不能导入录音", "nothing can be imported"),
            tr("这场会议正在录音", "this meeting is being recorded"),
            tr("请在休息时或散会后导入", "import it in the recess, or after the meeting"),
        )
    path = path.absolute()
    facts = _facts(path)
    order = Order(
        source=f"file:{path}",
        sample_rate=room.sample_rate,
        bits=room.bits,
        segment_seconds=room.segment_seconds,
    )
    made = recordings.create(
        meeting, order, Purpose.IMPORT, facts, _need_importable,
        recorder=recorder, actor=actor, clock=clock, uow=uow, plugins=plugins, data=data,
    )  # fmt: skip
    machine = attach(made, plugins=plugins, data=data)
    try:
        _run_to_its_end(machine, clock, seen)
    finally:  # also where somebody breaks it off: what is there is sealed
        machine.stop()
        made = sync(made.id, actor=actor, clock=clock, uow=uow, plugins=plugins, data=data)
    status = machine.status()
    seen(made.seconds, made.seconds)
    if status.problem or not status.ended:
        raise RoomctlError(
            tr(f"{path.name} 没有完整导入", f"{path.name} was not imported whole"),
            status.problem or tr("导入中断了", "the import broke off"),
            tr(
                f"已保存前 {made.seconds:.1f} 秒；请换一个完好的文件再导入",
                f"its first {made.seconds:.1f} s are kept; import an undamaged copy",
            ),
        )
    return made


def _run_to_its_end(machine: Recorder, clock: Clock, seen: Seen) -> None:
    """Of a file; `seen` hears how many seconds of it are kept, and how many it has."""
    machine.start()
    status = machine.status()
    while status.state is RecorderState.RECORDING and not status.ended:
        total = None if status.total_frames is None else status.total_frames / status.sample_rate
        seen(status.frames / status.sample_rate, total)
        clock.sleep(_LOOK)
        status = machine.status()


def _need_importable(meeting: Meeting) -> None:
    recordings.need_recorded(meeting)
    state = meeting.state
    if state in _IMPORTABLE:
        return
    early = state in {State.PLANNED, State.APPROVED}
    raise Refused(
        tr("不能导入录音", "nothing can be imported"),
        tr(f"会议现在是“{state.label}”", f"the meeting is {state.label!r}"),
        f"roomctl meetings open {meeting.id}"
        if early
        else tr("送存完成后可以再导入，作为补充归档", "after the deposit it can be: it becomes a supplement")
        if state is State.CLOSED
        else tr("不再增加录音", "no sound is added any more"),
    )


def _facts(path: Path) -> dict[str, str | int]:
    """Name, size and hashes of the file that is brought in. Raises: BadInput."""
    sha256, sm3, size = hashlib.sha256(), running_sm3(), 0
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                sha256.update(block)
                sm3.update(block)
                size += len(block)
    except OSError as error:
        raise BadInput(
            tr(f"无法读取 {path}", f"cannot read {path}"),
            error.strerror or str(error),
            tr("请检查路径和权限", "check the path and its permissions"),
        ) from error
    return {"file": path.name, "bytes": size, "sha256": sha256.hexdigest(), "sm3": sm3.hexdigest()}
