"""The recorder while it runs: how it stands, its levels, and all that its operator does."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Annotated, Literal, Self

from fastapi import Depends, Path, Request
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime, BaseModel, Field, model_validator

from roomctl.domain.access import Right, User
from roomctl.domain.alarms import AlarmKind, StandingAlarm
from roomctl.domain.attendance import MAX_NAME
from roomctl.domain.recording import Cut, Gap, MarkKind, RecorderState, RecorderStatus, RecordingHead
from roomctl.inputs import Name, Shape, Text
from roomctl.services.facade import UseCases
from roomctl.services.marks import FARTHEST_BACK
from roomctl.web.feed import HEARTBEAT
from roomctl.web.levels import PATIENCE, Levels
from roomctl.web.rest.desk import Desk, MeetingPath, host_of, router, still
from roomctl.web.rest.meeting_shapes import MeetingShape
from roomctl.web.rest.recordings import MarkerShape, RecordingShape, Seeing, loudness
from roomctl.web.rest.shapes import number
from roomctl.web.run import run
from roomctl.web.session import Needs

routes = router("recorder")

Running = Annotated[User, Depends(Needs(Right.RUN_MEETINGS))]
Marking = Annotated[User, Depends(Needs(Right.MARK_RECORDINGS))]


class LevelShape(BaseModel):
    """Of one track over a tenth of a second, in dBFS; null is digital silence."""

    peak: float | None
    rms: float | None


class AlarmShape(BaseModel):
    """What is wrong, in the reader's language."""

    kind: AlarmKind
    track: int | None = Field(description="from 1; null where it concerns all")
    since: datetime
    severe: bool = Field(description="sound is being lost, or is about to be")
    what: str = Field(examples=["第 6 路没有声音"])
    mend: str = Field(examples=["请看话筒开关和插头，录音没有停"])
    value: float | None
    acknowledged_by: str = Field(description="empty where nobody has seen it")
    acknowledged_at: datetime | None

    @classmethod
    def of(cls, one: StandingAlarm) -> Self:
        return cls(
            kind=one.alarm.kind,
            track=one.alarm.track,
            since=one.alarm.since,
            severe=one.alarm.severe,
            what=one.alarm.what(),
            mend=one.alarm.mend(),
            value=number(one.alarm.value),
            acknowledged_by=one.acknowledged_by,
            acknowledged_at=one.acknowledged_at,
        )


class ContinuationShape(BaseModel):
    """It follows a recording that broke off."""

    after: str
    at: datetime
    seconds: float | None = Field(description="in which nothing was kept; null where nobody knows")
    cut: Cut = Field(description="what ended it: the machine was started anew, the capture died, or nobody knows")


class StatusShape(BaseModel):
    """The recorder as it stands this moment."""

    recording: str
    state: RecorderState
    label: str = Field(description="the state in the reader's language")
    source: str = Field(description="what is recorded now: the order's source, or its stand-by")
    standby: str
    tracks: int
    sample_rate: int
    bits: int
    started: datetime | None
    frames: int = Field(description="on disk")
    seconds: float
    sealed_frames: int
    segments: int
    dropped: int
    gaps: list[Gap]
    levels: list[LevelShape]
    peak_dbfs: list[float | None] = Field(description="per track, of the last second; null is digital silence")
    seconds_left: float | None = Field(description="of disk")
    drift_ppm: float | None
    paused_since: datetime | None
    pause_until: datetime | None
    ended: bool = Field(description="the source came to its end by itself")
    problem: str
    off_record: bool = Field(description="不入记录 is on")
    item: int = Field(description="of the agenda; 0 before the first")
    alarms: list[AlarmShape]
    continuation: ContinuationShape | None

    @classmethod
    def of(cls, recording: RecordingHead, status: RecorderStatus, use: UseCases) -> Self:
        follows = use.continuation(recording.meeting)
        return cls(
            recording=recording.id,
            state=status.state,
            label=status.state.label,
            source=status.source or recording.source,
            standby=status.standby,
            tracks=status.tracks,
            sample_rate=status.sample_rate,
            bits=status.bits,
            started=status.started,
            frames=status.frames,
            seconds=status.frames / status.sample_rate,
            sealed_frames=status.sealed_frames,
            segments=status.segments,
            dropped=status.dropped,
            gaps=list(status.gaps),
            levels=_levels(status),
            peak_dbfs=[loudness(level) for level in status.peak_dbfs],
            seconds_left=number(status.seconds_left),
            drift_ppm=number(status.drift_ppm),
            paused_since=status.paused_since,
            pause_until=status.pause_until,
            ended=status.ended,
            problem=status.problem,
            off_record=use.is_off_record(recording.meeting),
            item=use.item_now(recording.meeting),
            alarms=[AlarmShape.of(one) for one in use.alarms(recording.meeting)],
            continuation=ContinuationShape.model_validate(follows, from_attributes=True) if follows else None,
        )


def _levels(status: RecorderStatus) -> list[LevelShape]:
    return [LevelShape(peak=loudness(level.peak), rms=loudness(level.rms)) for level in status.levels]


class Pause(Shape):
    """A recess: how long, or until when, or neither."""

    minutes: float | None = Field(default=None, gt=0, le=1440, allow_inf_nan=False, examples=[10])
    until: AwareDatetime | None = Field(default=None, description="the same as an instant, with its UTC offset")

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if self.minutes is not None and self.until is not None:
            raise ValueError("minutes or until, not both")
        return self


class Stop(Shape):
    """Said twice: by asking, and by this."""

    confirm: Literal[True] = Field(description="the recording ends for good; another one can be begun")


class Mark(Shape):
    """A mark at the present frame, or some seconds earlier."""

    kind: Literal[MarkKind.MARK, MarkKind.ITEM, MarkKind.SPEAKER, MarkKind.OFF_RECORD, MarkKind.ON_RECORD] = (
        MarkKind.MARK
    )
    note: Text = Field(default="", examples=["第2项"])
    back: float = Field(default=0.0, ge=0.0, le=FARTHEST_BACK, allow_inf_nan=False, description="seconds")


class Undo(Shape):
    """Which mark."""

    number: int | None = Field(default=None, ge=1, le=2**31, description="the newest where it is left out")


class Note(Shape):
    """Another text for a mark."""

    note: Text = Field(examples=["决定：先建两座"])


class Item(Shape):
    """Which item of the agenda."""

    number: int | None = Field(default=None, ge=1, le=1000, description="the next one where it is left out")


class Speaker(Shape):
    """Who speaks."""

    who: Name = Field(description="a name, or the number of a seat", examples=["3"])


class OffRecord(Shape):
    """不入记录."""

    since: float = Field(
        default=0.0, ge=0.0, le=FARTHEST_BACK, allow_inf_nan=False, description="seconds ago: from the last sentence"
    )
    asked_by: Annotated[str, Field(max_length=MAX_NAME, pattern=r"^[^\x00-\x1f]*$")] = Field(
        default="", description="who asked for it", examples=["张建国"]
    )


class Acknowledge(Shape):
    """Which alarm."""

    kind: AlarmKind | None = Field(default=None, description="all that stand where it is left out")
    track: int | None = Field(default=None, ge=1, le=1000)


def _desk(request: Request, user: User, meeting_id: str) -> UseCases:
    desk = Desk(request, user)
    desk.meeting(meeting_id)
    return desk.use


# --- how it stands


@routes.get("/meetings/{meeting_id}/recorder", summary="How the running recording stands")
def recorder_status(request: Request, user: Seeing, meeting_id: MeetingPath) -> StatusShape:
    """404 where nothing is armed or running."""
    use = _desk(request, user, meeting_id)
    recording = use.need_recording(meeting_id)
    return StatusShape.of(recording, use.recorder_of(recording).status(), use)


@routes.get(
    "/meetings/{meeting_id}/recorder/levels",
    summary="Its levels, ten times a second",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}, "description": "levels"}},
)
async def follow_levels(request: Request, user: Seeing, meeting_id: MeetingPath) -> StreamingResponse:
    """Server-sent events `levels`: `state`, `frames`, and peak and RMS of each track. It ends with the recording."""
    use = await run(_desk, request, user, meeting_id)
    recording = await run(use.need_recording, meeting_id)
    levels: Levels = request.app.state.levels

    async def lines() -> AsyncIterator[str]:
        now = asyncio.get_running_loop().time
        due = now() + HEARTBEAT
        status = None
        async for look in levels.follow(recording.id, use.recorder_of(recording)):
            status = look.status
            if look.failed >= PATIENCE:
                break
            if now() >= due:
                if not await still(request, Right.SEE_RECORDINGS, meeting=meeting_id):
                    return
                due = now() + HEARTBEAT
            if status is not None:
                yield f"event: levels\ndata: {_as_json(status)}\n\n"
        if status is not None and status.state in {RecorderState.IDLE, RecorderState.SEALED}:
            yield "event: end\ndata: {}\n\n"  # else the recorder was out of reach: who follows asks again

    return StreamingResponse(lines(), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


def _as_json(status: RecorderStatus) -> str:
    tracks = [level.model_dump() for level in _levels(status)]
    return json.dumps({"state": status.state.value, "frames": status.frames, "tracks": tracks})


# --- what moves it


@routes.post("/meetings/{meeting_id}/recorder/begin", summary="Record from the middle on")
def begin(request: Request, user: Running, meeting_id: MeetingPath) -> RecordingShape:
    """Where the session began without a recorder. Else the meeting's start begins it."""
    return RecordingShape.of(_desk(request, user, meeting_id).begin_recording(meeting_id))


@routes.post("/meetings/{meeting_id}/recorder/pause", summary="Recess: nothing is kept")
def pause(request: Request, user: Running, meeting_id: MeetingPath, how: Pause) -> MeetingShape:
    """With its planned end, after which the recorder warns each minute; it never resumes by itself."""
    until = how.until
    if how.minutes is not None:
        until = host_of(request).application.clock.now() + timedelta(minutes=how.minutes)
    return MeetingShape.of(_desk(request, user, meeting_id).pause(meeting_id, until=until))


@routes.post("/meetings/{meeting_id}/recorder/resume", summary="Go on after a recess")
def resume(request: Request, user: Running, meeting_id: MeetingPath) -> MeetingShape:
    """The session goes on, and everything is kept again."""
    return MeetingShape.of(_desk(request, user, meeting_id).resume(meeting_id))


@routes.post("/meetings/{meeting_id}/recorder/stop", summary="End the recording alone")
def stop(request: Request, user: Running, meeting_id: MeetingPath, sure: Stop) -> RecordingShape:
    """The meeting goes on without; its end stops the recording too. An armed recorder is let go of."""
    del sure
    return RecordingShape.of(_desk(request, user, meeting_id).stop_recording(meeting_id))


# --- what is noted


@routes.get("/meetings/{meeting_id}/marks", summary="Marks of the running recording")
def list_marks(request: Request, user: Seeing, meeting_id: MeetingPath) -> list[MarkerShape]:
    """Those that hold, in the order they were made. 409 where nothing is being recorded."""
    return [MarkerShape.of(one) for one in _desk(request, user, meeting_id).marks(meeting_id)]


@routes.post("/meetings/{meeting_id}/marks", status_code=201, summary="Mark the recording")
def mark(request: Request, user: Marking, meeting_id: MeetingPath, what: Mark) -> MarkerShape:
    """At the frame that the recorder names. A `mark` covers the 30 s before it."""
    use = _desk(request, user, meeting_id)
    return MarkerShape.of(use.put_mark(meeting_id, what.kind, what.note, back=what.back))


@routes.post("/meetings/{meeting_id}/marks/undo", status_code=201, summary="Take a mark back")
def undo(request: Request, user: Marking, meeting_id: MeetingPath, which: Undo) -> MarkerShape:
    """Which one it was. The journal keeps both rows."""
    return MarkerShape.of(_desk(request, user, meeting_id).undo_mark(meeting_id, which.number))


@routes.put("/meetings/{meeting_id}/marks/{number}", summary="Another text for a mark")
def annotate(
    request: Request,
    user: Marking,
    meeting_id: MeetingPath,
    number: Annotated[int, Path(ge=1, le=2**31, examples=[1])],
    what: Note,
) -> MarkerShape:
    """The journal keeps the first one too."""
    return MarkerShape.of(_desk(request, user, meeting_id).annotate_mark(meeting_id, number, what.note))


@routes.post("/meetings/{meeting_id}/items", status_code=201, summary="The next item of the agenda")
def next_item(request: Request, user: Marking, meeting_id: MeetingPath, which: Item) -> MarkerShape:
    """Or the one of that number."""
    return MarkerShape.of(_desk(request, user, meeting_id).next_item(meeting_id, which.number))


@routes.post("/meetings/{meeting_id}/speakers", status_code=201, summary="Who speaks")
def speaker(request: Request, user: Marking, meeting_id: MeetingPath, who: Speaker) -> MarkerShape:
    """By seat or name."""
    return MarkerShape.of(_desk(request, user, meeting_id).speaker(meeting_id, who.who))


@routes.post("/meetings/{meeting_id}/off-record", status_code=201, summary="不入记录 begins")
def off_record(request: Request, user: Marking, meeting_id: MeetingPath, how: OffRecord) -> MarkerShape:
    """The master keeps the sound; text, record, export and listening leave it out."""
    use = _desk(request, user, meeting_id)
    return MarkerShape.of(use.off_record(meeting_id, since=how.since, asked_by=how.asked_by))


@routes.post("/meetings/{meeting_id}/on-record", status_code=201, summary="不入记录 ends")
def on_record(request: Request, user: Marking, meeting_id: MeetingPath) -> MarkerShape:
    """From here on it counts again."""
    return MarkerShape.of(_desk(request, user, meeting_id).on_record(meeting_id))


# --- alarms


@routes.get("/meetings/{meeting_id}/alarms", summary="Alarms that stand")
def list_alarms(request: Request, user: Seeing, meeting_id: MeetingPath) -> list[AlarmShape]:
    """The newest first; each ends when its cause does."""
    return [AlarmShape.of(one) for one in _desk(request, user, meeting_id).alarms(meeting_id)]


@routes.post("/meetings/{meeting_id}/alarms/acknowledgements", status_code=201, summary="Somebody has seen it")
def acknowledge(request: Request, user: Marking, meeting_id: MeetingPath, which: Acknowledge) -> list[AlarmShape]:
    """By who asks; good until the alarm ends. What still stands is answered."""
    use = _desk(request, user, meeting_id)
    return [AlarmShape.of(one) for one in use.acknowledge_alarms(meeting_id, which.kind, which.track)]
