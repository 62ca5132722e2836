"""Looking at what is on disk, and listening to it: what a recorder may offer beside recording."""

from collections.abc import Iterator
from itertools import chain

from roomctl.domain.recording import Envelope, MarkKind, Purpose, RecorderState, RecordingHead
from roomctl.errors import BadInput, Refused
from roomctl.i18n import tr
from roomctl.services import marks, recordings, syncing
from roomctl.services.offers import Monitored

MOST_POINTS = 10_000

HEARD = "recording.listened"


def envelope(
    meeting_id: str, recording_id: str, *, first: float, last: float | None, points: int, desk: marks.Desk
) -> Envelope:
    """How loud it is, in at most so many points.

    Raises:
        NotFound: no such recording, or none runs. Refused: its recorder cannot tell. BadInput: the stretch ends
            before it begins.

    """
    if last is not None and last <= first:
        raise BadInput(
            tr("时间范围不对", "the stretch is not right"),
            tr(f"从 {first:g} 秒到 {last:g} 秒", f"from {first:g} s to {last:g} s"),
            tr("结束要在开始之后", "its end must come after its beginning"),
        )
    found = _found(meeting_id, recording_id, desk)
    return _monitored(found, desk).envelope(first=first, last=last, points=min(max(points, 1), MOST_POINTS))


def listen(
    meeting_id: str, recording_id: str, *, track: int | None, behind: float, desk: marks.Desk
) -> Iterator[bytes]:
    """A WAV from `behind` seconds before the end of what is on disk; it goes on with the recording.

    It begins no earlier than 不入记录 ended, and ends where that begins. A test take is played whole.

    Raises:
        NotFound: no such recording, or none runs. Refused: its recorder cannot, nothing is on disk, it is over, or
            不入记录 is on. BadInput: it has no such track.

    """
    found = _found(meeting_id, recording_id, desk)
    if track is not None and not 1 <= track <= max(found.tracks, 1):
        raise BadInput(
            tr(f"没有第 {track} 轨", f"there is no track {track}"),
            tr(f"这段录音有 {found.tracks} 轨", f"the recording has {found.tracks}"),
        )
    test = found.purpose is Purpose.TEST
    behind = found.seconds if test else _on_record(found, behind, desk)
    chunks = _monitored(found, desk).listen(track=track, behind=behind)
    head = next(chunks, b"")  # what is wrong is said before the first byte goes out
    told = {"track": track, "frame": max(0, found.frames - round(behind * found.sample_rate)), "live": not test}
    desk.tell(HEARD, found, told)
    return chain((head,), chunks if test else _while_on_record(chunks, meeting_id, desk))


def _found(meeting_id: str, recording_id: str, desk: marks.Desk) -> RecordingHead:
    if recording_id:
        return recordings.find_head(meeting_id, recording_id, uow=desk.uow)
    return recordings.need_current(meeting_id, uow=desk.uow)


def _monitored(recording: RecordingHead, desk: marks.Desk) -> Monitored:
    recorder = syncing.attach(recording, plugins=desk.plugins, data=desk.data)
    if not isinstance(recorder, Monitored):
        raise Refused(
            tr("听不到录音", "the recording cannot be listened to"),
            tr(f"录音插件“{recording.recorder}”不能监听", f"the recorder {recording.recorder!r} cannot do that"),
            tr("录音不受影响；录完可以导出来听", "it goes on; export it afterwards to hear it"),
        )
    return recorder


def _on_record(recording: RecordingHead, behind: float, desk: marks.Desk) -> float:
    """How far back one may listen. Raises: Refused."""
    if recording.state in {RecorderState.IDLE, RecorderState.SEALED}:
        raise Refused(
            tr("现在不能监听", "nobody can listen now"),
            tr("这段录音已经结束", "this recording is over"),
            tr("回放请用：", "to hear it again: ") + "roomctl recording export",
        )
    last = marks.last_turn(recording.meeting, desk=desk)
    if last is None:
        return behind
    if last.kind is MarkKind.OFF_RECORD:
        raise Refused(
            tr("现在不能监听", "nobody can listen now"),
            tr("正在不入记录", "it is off the record"),
            tr("录音没有停；恢复记录后再听", "the recording goes on; listen when it is on the record again"),
        )
    status = syncing.attach(recording, plugins=desk.plugins, data=desk.data).status()
    return min(behind, max(0.0, (status.frames - last.frame) / status.sample_rate))


def _while_on_record(chunks: Iterator[bytes], meeting_id: str, desk: marks.Desk) -> Iterator[bytes]:
    until = desk.clock.monotonic()
    for chunk in chunks:
        if desk.clock.monotonic() >= until:
            if marks.is_off_record(meeting_id, desk=desk):
                return
            until = desk.clock.monotonic() + _LOOK
        yield chunk


_LOOK = 1.0
"""Seconds between two looks at whether it is still on the record."""
