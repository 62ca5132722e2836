"""Recordings of a meeting, how the running one stands, and marks."""

from typing import Annotated, Self

from fastapi import Depends, Request
from pydantic import BaseModel, Field

from roomctl.domain.access import Right, User
from roomctl.domain.recording import Gap, Marker, MarkKind, Order, RecorderState, RecorderStatus, Recording
from roomctl.errors import NotFound
from roomctl.i18n import tr
from roomctl.web.rest.desk import Desk, MeetingPath, host_of, router
from roomctl.web.rest.shapes import Shape, Text, number
from roomctl.web.session import Needs

routes = router("recordings")

Seeing = Annotated[User, Depends(Needs(Right.SEE_RECORDINGS))]


class RecordingShape(BaseModel):
    """A recording as the database knows it. Frames are counted in `sample_rate`."""

    id: str
    number: int
    state: RecorderState
    source: str
    tracks: int
    sample_rate: int
    frames: int
    seconds: float
    dropped: int
    gaps: list[Gap]
    markers: list[Marker]
    segments: int

    @classmethod
    def of(cls, recording: Recording) -> Self:
        return cls(
            id=recording.id,
            number=recording.number,
            state=recording.state,
            source=recording.source,
            tracks=recording.tracks,
            sample_rate=recording.sample_rate,
            frames=recording.frames,
            seconds=recording.seconds,
            dropped=recording.dropped,
            gaps=list(recording.gaps),
            markers=list(recording.markers),
            segments=len(recording.segments),
        )


class StatusShape(BaseModel):
    """The recorder as it stands this moment."""

    recording: str
    state: RecorderState
    frames: int
    dropped: int
    peak_dbfs: list[float | None] = Field(description="per track, of the last second; null is digital silence")
    seconds_left: float | None = Field(description="of disk")
    problem: str

    @classmethod
    def of(cls, recording: str, status: RecorderStatus) -> Self:
        return cls(
            recording=recording,
            state=status.state,
            frames=status.frames,
            dropped=status.dropped,
            peak_dbfs=[number(level) for level in status.peak_dbfs],
            seconds_left=number(status.seconds_left),
            problem=status.problem,
        )


class Arm(Shape):
    """What to record. A file is recorded from the command line alone: its path is of this machine."""

    source: Annotated[str, Field(pattern=r"^(mic|mic:[^\x00-\x1f/\\]{1,100}|tone)$")] = "mic"


class Mark(Shape):
    """A mark at the present frame."""

    kind: MarkKind = MarkKind.MARK
    note: Text = Field(default="", examples=["第2项"])


class Marked(BaseModel):
    """Where it was put."""

    frame: int


@routes.get("/meetings/{meeting_id}/recordings", summary="All recordings")
def list_recordings(request: Request, user: Seeing, meeting_id: MeetingPath) -> list[RecordingShape]:
    """In the order of their number."""
    desk = Desk(request, user)
    desk.meeting(meeting_id)
    return [RecordingShape.of(one) for one in desk.use.recordings(meeting_id)]


@routes.post("/meetings/{meeting_id}/recordings", status_code=201, summary="Arm the recorder")
def arm(
    request: Request,
    user: Annotated[User, Depends(Needs(Right.RUN_MEETINGS))],
    meeting_id: MeetingPath,
    what: Arm,
) -> RecordingShape:
    """Device open, levels moving, nothing written; the meeting's start begins it."""
    desk = Desk(request, user)
    meeting = desk.meeting(meeting_id)
    order = Order(source=what.source, planned_seconds=meeting.planned_minutes * 60)
    recorder = host_of(request).application.settings.recorder
    return RecordingShape.of(desk.use.arm(meeting_id, order, recorder=recorder))


@routes.get("/meetings/{meeting_id}/recorder", summary="How the running recording stands")
def recorder_status(request: Request, user: Seeing, meeting_id: MeetingPath) -> StatusShape:
    """404 where nothing is armed or running."""
    desk = Desk(request, user)
    desk.meeting(meeting_id)
    recording = desk.use.current_recording(meeting_id)
    if recording is None:
        raise NotFound(
            tr("现在没有在录音", "nothing is being recorded"),
            mend=tr("先准备录音，再开会", "arm the recorder, then start the meeting"),
        )
    return StatusShape.of(recording.id, desk.use.recorder_of(recording).status())


@routes.post("/meetings/{meeting_id}/marks", status_code=201, summary="Mark the recording")
def mark(
    request: Request,
    user: Annotated[User, Depends(Needs(Right.MARK_RECORDINGS))],
    meeting_id: MeetingPath,
    what: Mark,
) -> Marked:
    """At the frame that the recorder names."""
    desk = Desk(request, user)
    desk.meeting(meeting_id)
    return Marked(frame=desk.use.mark(meeting_id, what.kind, what.note))
