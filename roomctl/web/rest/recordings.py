"""Recordings of a meeting: all of them, armed, looked at, listened to; and test takes."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Annotated, Any, Self

from fastapi import Depends, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from roomctl.domain.access import Right, User
from roomctl.domain.recording import Envelope, Gap, Marker, MarkKind, Purpose, RecorderState, Recording
from roomctl.errors import Busy, NotFound
from roomctl.i18n import tr
from roomctl.inputs import Shape
from roomctl.services.listening import MOST_POINTS
from roomctl.services.takes import LONGEST_TEST
from roomctl.web.rest.desk import Desk, MeetingPath, RecordingPath, router
from roomctl.web.rest.shapes import number
from roomctl.web.run import run
from roomctl.web.session import Needs

routes = router("recordings")

Seeing = Annotated[User, Depends(Needs(Right.SEE_RECORDINGS))]
Hearing = Annotated[User, Depends(Needs(Right.HEAR_RECORDINGS))]
Checking = Annotated[User, Depends(Needs(Right.RUN_CHECKS))]
Track = Annotated[int | None, Query(ge=1, le=1000, description="none is the mean of all")]
Second = Annotated[float, Query(ge=0, le=1e7, allow_inf_nan=False)]

MOST_LISTENERS = 8
"""At once, over all recordings: each holds a thread while it waits for sound."""

WAV: dict[int | str, dict[str, Any]] = {
    200: {"content": {"audio/wav": {"schema": {"type": "string", "format": "binary"}}}, "description": "sound"}
}


class MarkerShape(BaseModel):
    """A mark that holds."""

    number: int = Field(description="names it where it is taken back or changed; 0 where it was never counted")
    kind: MarkKind
    frame: int = Field(description="a `mark` covers the 30 s before it")
    note: str

    @classmethod
    def of(cls, marker: Marker) -> Self:
        return cls(number=marker.number, kind=marker.kind, frame=marker.frame, note=marker.note)


class RecordingShape(BaseModel):
    """A recording as the database knows it. Frames are counted in `sample_rate`."""

    id: str
    number: int
    purpose: Purpose
    state: RecorderState
    source: str
    tracks: int
    sample_rate: int
    frames: int
    seconds: float
    dropped: int
    gaps: list[Gap]
    markers: list[MarkerShape]
    segments: int

    @classmethod
    def of(cls, recording: Recording) -> Self:
        return cls(
            id=recording.id,
            number=recording.number,
            purpose=recording.purpose,
            state=recording.state,
            source=recording.source,
            tracks=recording.tracks,
            sample_rate=recording.sample_rate,
            frames=recording.frames,
            seconds=recording.seconds,
            dropped=recording.dropped,
            gaps=list(recording.gaps),
            markers=[MarkerShape.of(one) for one in recording.markers],
            segments=len(recording.segments),
        )


class EnvelopeShape(BaseModel):
    """How loud a stretch is, in points of equal length."""

    start: float = Field(description="second of the first point")
    seconds: float = Field(description="length of a point")
    peaks: list[list[float | None]] = Field(description="by track, of each point, in dBFS; null where there is none")

    @classmethod
    def of(cls, envelope: Envelope) -> Self:
        peaks = [[loudness(peak) for peak in track] for track in envelope.peaks]
        return cls(start=envelope.start, seconds=envelope.seconds, peaks=peaks)


Source = Annotated[str, Field(pattern=r"^(mic|mic:[^\x00-\x1f/\\]{1,100}|tone)$", examples=["mic"])]


class Arm(Shape):
    """What to record. A file is recorded from the command line alone: its path is of this machine."""

    source: Source | None = Field(default=None, description="the room's own where it is left out")
    realtime: bool = Field(default=True, description="where the room's source is a file: at its own pace, as if live")


class TryOut(Shape):
    """试录."""

    seconds: float = Field(default=10.0, ge=1.0, le=LONGEST_TEST, allow_inf_nan=False)
    source: Source | None = Field(default=None, description="the room's own where it is left out")


class TakeShape(BaseModel):
    """What a test take heard."""

    recording: RecordingShape
    peaks: list[float | None] = Field(description="loudest sample of each track in dBFS; null is digital silence")


def loudness(dbfs: float) -> float | None:
    """Digital silence is no level."""
    return number(dbfs) if dbfs > _SILENCE else None


_SILENCE = -200.0


@routes.get("/meetings/{meeting_id}/recordings", summary="All recordings")
def list_recordings(request: Request, user: Seeing, meeting_id: MeetingPath) -> list[RecordingShape]:
    """The meeting's own and imported ones, in the order of their number. Test takes stand apart."""
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
    """Device open, levels moving, nothing written; the meeting's start begins it.

    With the room's stand-by, and with who sits at which channel.
    """
    desk = Desk(request, user)
    desk.meeting(meeting_id)
    order = replace(desk.use.order(meeting_id, source=what.source or ""), realtime=what.realtime)
    return RecordingShape.of(desk.use.arm(meeting_id, order))


@routes.get("/meetings/{meeting_id}/recordings/{recording_id}/envelope", summary="How loud it was, as a picture")
def envelope(
    request: Request,
    user: Seeing,
    meeting_id: MeetingPath,
    recording_id: RecordingPath,
    first: Second = 0.0,
    last: Annotated[float | None, Query(ge=0, le=1e7, allow_inf_nan=False, description="none is its end")] = None,
    points: Annotated[int, Query(ge=1, le=MOST_POINTS, description="at most so many")] = 600,
) -> EnvelopeShape:
    """Seconds of the recording; quick whatever its length. 409 where its recorder cannot tell."""
    desk = Desk(request, user)
    desk.meeting(meeting_id)
    found = desk.use.envelope(meeting_id, recording_id, first=first, last=last, points=points)
    return EnvelopeShape.of(found)


@routes.get(
    "/meetings/{meeting_id}/recordings/{recording_id}/listen",
    summary="Listen to what is on disk",
    response_class=StreamingResponse,
    responses=WAV,
)
async def listen(
    request: Request, user: Hearing, meeting_id: MeetingPath, recording_id: RecordingPath, track: Track = None
) -> StreamingResponse:
    """A WAV that goes on with the recording, some seconds behind. Who listened is an event.

    409 where its recorder cannot, and while it is 不入记录, which also ends it.
    """
    return await _sound(request, user, meeting_id, recording_id, track, test=False)


@routes.get("/meetings/{meeting_id}/test-takes", summary="试录: all test takes")
def list_test_takes(request: Request, user: Seeing, meeting_id: MeetingPath) -> list[RecordingShape]:
    """They are in no package and in no transcript."""
    desk = Desk(request, user)
    desk.meeting(meeting_id)
    return [RecordingShape.of(one) for one in desk.use.test_takes(meeting_id)]


@routes.post("/meetings/{meeting_id}/test-takes", status_code=201, summary="试录: record some seconds")
def test_take(request: Request, user: Checking, meeting_id: MeetingPath, what: TryOut) -> TakeShape:
    """Answers when it is over, with how loud each track was. Only before the meeting, and while nothing records."""
    desk = Desk(request, user)
    desk.meeting(meeting_id)
    take = desk.use.test_take(meeting_id, seconds=what.seconds, source=what.source or "")
    return TakeShape(recording=RecordingShape.of(take.recording), peaks=[loudness(peak) for peak in take.peaks])


@routes.get(
    "/meetings/{meeting_id}/test-takes/{recording_id}/listen",
    summary="试录: listen to it",
    response_class=StreamingResponse,
    responses=WAV,
)
async def listen_to_test_take(
    request: Request, user: Checking, meeting_id: MeetingPath, recording_id: RecordingPath, track: Track = None
) -> StreamingResponse:
    """A WAV of all of it."""
    return await _sound(request, user, meeting_id, recording_id, track, test=True)


async def _sound(
    request: Request, user: User, meeting_id: str, recording_id: str, track: int | None, *, test: bool
) -> StreamingResponse:
    ears: Ears = request.app.state.ears
    ears.need_one()

    def begin() -> Iterator[bytes]:
        desk = Desk(request, user)
        desk.meeting(meeting_id)
        if (desk.use.find_recording(meeting_id, recording_id).purpose is Purpose.TEST) is not test:
            raise NotFound(
                tr("这里没有这段录音", "there is no such recording here"),
                tr("试录和会议录音分开列", "test takes stand apart from recordings"),
                tr("请用另一个地址", "ask under the other address"),
            )
        return desk.use.listen(meeting_id, recording_id, track=track)

    return StreamingResponse(
        ears.stream(await run(begin)), media_type="audio/wav", headers={"Cache-Control": "no-store"}
    )


class Ears:
    """How many listen."""

    def __init__(self) -> None:
        self.open = 0

    def need_one(self) -> None:
        """Raises: Busy."""
        if self.open >= MOST_LISTENERS:
            raise Busy(
                tr("监听的人太多", "too many listen"),
                tr(f"最多 {MOST_LISTENERS} 人", f"at most {MOST_LISTENERS}"),
                tr("请关掉别的监听", "close another one"),
            )

    async def stream(self, chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
        """The sound as it comes."""
        self.open += 1
        try:
            while (chunk := await run(next, chunks, None)) is not None:
                if chunk:  # an empty one says that there is no more yet
                    yield chunk
        finally:
            self.open -= 1
