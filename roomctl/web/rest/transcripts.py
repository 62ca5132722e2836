"""What was said: the newest version, or an older one."""

from datetime import datetime
from typing import Annotated, Self

from fastapi import Depends, Path, Request, Response
from pydantic import BaseModel

from roomctl.domain.access import Right, User
from roomctl.domain.transcript import Change, DraftPoint, Hole, SpeakerKnownBy, Transcript
from roomctl.errors import NotFound
from roomctl.i18n import tr
from roomctl.web.rest.desk import Desk, MeetingPath, as_json, router
from roomctl.web.session import Needs

routes = router("transcripts")

Reading = Annotated[User, Depends(Needs(Right.SEE_TRANSCRIPTS))]


class VersionShape(BaseModel):
    """A version without its text. Seconds of sound, of speech, and of speech that has text."""

    id: str
    version: int
    engine: str
    model: str
    at: datetime | None
    duration: float
    speech: float
    covered: float
    complete: bool
    segments: int

    @classmethod
    def of(cls, transcript: Transcript) -> Self:
        return cls(
            id=transcript.id,
            version=transcript.version,
            engine=transcript.engine,
            model=transcript.model,
            at=transcript.at,
            duration=transcript.duration,
            speech=transcript.speech,
            covered=transcript.covered,
            complete=transcript.complete,
            segments=len(transcript.shown),
        )


class SentenceShape(BaseModel):
    """A sentence or two, tied to the sound by seconds from the recording's first frame."""

    id: str
    recording: str
    track: int
    start: float
    end: float
    speaker: str | None
    known_by: SpeakerKnownBy | None
    raw: str
    text: str
    changes: list[Change]
    confidence: float


class TranscriptShape(BaseModel):
    """One version in full."""

    version: VersionShape
    sentences: list[SentenceShape]
    holes: list[Hole]
    points: list[DraftPoint]

    @classmethod
    def of(cls, transcript: Transcript) -> Self:
        return cls(
            version=VersionShape.of(transcript),
            sentences=[
                SentenceShape(
                    id=one.id,
                    recording=one.recording,
                    track=one.track,
                    start=one.start,
                    end=one.end,
                    speaker=one.speaker,
                    known_by=one.known_by,
                    raw=one.raw,
                    text=one.text,
                    changes=list(one.changes),
                    confidence=one.confidence,
                )
                for one in transcript.shown
            ],
            holes=list(transcript.holes),
            points=list(transcript.points),
        )


@routes.get("/meetings/{meeting_id}/transcript", response_model=TranscriptShape, summary="The newest version")
def get_transcript(request: Request, user: Reading, meeting_id: MeetingPath) -> Response:
    """Inventions on silence are left out. 404 where nothing was transcribed yet."""
    desk = Desk(request, user)
    desk.meeting(meeting_id)
    transcript = desk.use.transcript(meeting_id)
    if transcript is None:
        raise _none()
    return as_json(TranscriptShape.of(transcript))


@routes.get("/meetings/{meeting_id}/transcripts", summary="All versions, the oldest first")
def list_versions(request: Request, user: Reading, meeting_id: MeetingPath) -> list[VersionShape]:
    """A re-transcription is a new version beside the old one."""
    desk = Desk(request, user)
    desk.meeting(meeting_id)
    return [VersionShape.of(one) for one in desk.use.transcripts(meeting_id)]


@routes.get(
    "/meetings/{meeting_id}/transcripts/{version}", response_model=TranscriptShape, summary="One version in full"
)
def get_version(
    request: Request,
    user: Reading,
    meeting_id: MeetingPath,
    version: Annotated[int, Path(ge=1, le=1_000_000)],
) -> Response:
    """By its number, from 1."""
    desk = Desk(request, user)
    desk.meeting(meeting_id)
    found = next((one for one in desk.use.transcripts(meeting_id) if one.version == version), None)
    if found is None:
        raise _none()
    return as_json(TranscriptShape.of(found))


def _none() -> NotFound:
    return NotFound(
        tr("没有转写稿", "there is no such transcript"),
        mend=tr("散会后自动转写；可用的版本见 transcripts", "it is made when the meeting adjourns; see transcripts"),
    )
