"""A transcript done again: by another engine, with what is known by now, or only where speech has no text."""

from datetime import datetime
from typing import Annotated, Self

from fastapi import Path, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from roomctl.domain.access import Right
from roomctl.domain.rework import HoleSeen, Rework, ReworkKind, ReworkState
from roomctl.domain.transcript import Hole
from roomctl.inputs import Said, Shape
from roomctl.web.rest.desk import Desk, MeetingPath, host_of, router
from roomctl.web.rest.progress import as_it_changes
from roomctl.web.rest.transcripts import Correcting, Reading, SentenceShape
from roomctl.web.run import run
from roomctl.web.working import Work, Working

routes = router("transcripts")

_MOST = 100_000  # holes of one meeting
_SEEN = "where it begins, as it was on the screen; 409 where that is another one by now"
HoleNumber = Annotated[int, Path(ge=1, le=_MOST, description="of a hole, from 1")]


class HoleShape(BaseModel):
    """Speech without text, in seconds from the recording's first frame, with the sentences next to it."""

    number: int = Field(description="from 1, in the order of the version")
    recording: str
    track: int
    start: float
    end: float
    before: str
    after: str
    tried: int = Field(description="how often it was tried again")
    reason: str = Field(description="why it is there, in the reader's language")

    @classmethod
    def of(cls, one: HoleSeen) -> Self:
        hole = one.hole
        return cls(
            number=one.number,
            recording=hole.recording,
            track=hole.track,
            start=hole.start,
            end=hole.end,
            before=one.before,
            after=one.after,
            tried=len(one.tried),
            reason=one.reason,
        )


class ReworkShape(BaseModel):
    """What somebody asked for, and how it stands."""

    id: str = Field(description="of the new version too, where one is made")
    kind: ReworkKind
    state: ReworkState
    engine: str = Field(description="empty: as it is configured")
    model: str
    by: str
    at: datetime
    holes: list[Hole] = Field(description="those to be tried, in order")
    tried: int = Field(description="how many of them were tried")
    gained: int = Field(description="characters that were heard in them")

    @classmethod
    def of(cls, one: Rework) -> Self:
        return cls(
            id=one.id,
            kind=one.kind,
            state=one.state,
            engine=one.engine,
            model=one.model,
            by=one.by,
            at=one.at,
            holes=list(one.holes),
            tried=len(one.tried),
            gained=one.gained,
        )


class Again(Shape):
    """What is to be done again."""

    kind: ReworkKind = Field(examples=["again"])
    engine: Annotated[str, Field(max_length=100)] = Field(
        default="",
        description="empty: what made the newest version; for holes what is configured",
        examples=["whisper"],
    )
    model: Annotated[str, Field(max_length=200)] = Field(default="", examples=["faster-whisper-base"])
    holes: list[Annotated[int, Field(ge=1, le=_MOST)]] = Field(
        default_factory=list, max_length=_MOST, description="numbers; empty is all"
    )


@routes.get("/meetings/{meeting_id}/transcript/holes", summary="Speech without text")
def holes(request: Request, user: Reading, meeting_id: MeetingPath) -> list[HoleShape]:
    """Of the newest version."""
    desk = Desk(request, user)
    desk.meeting(meeting_id)
    return [HoleShape.of(one) for one in desk.use.holes(meeting_id)]


class Written(Shape):
    """What a person hears in a hole."""

    text: Said = Field(examples=["由市财政局配合。"])
    speaker: Annotated[str, Field(max_length=100)] = Field(default="", examples=["李晓明"])
    start: float | None = Field(default=None, ge=0, le=1e7, allow_inf_nan=False, description=_SEEN)


class Dismissed(Shape):
    """Why it is none."""

    why: Said = Field(examples=["掌声"])
    start: float | None = Field(default=None, ge=0, le=1e7, allow_inf_nan=False, description=_SEEN)


@routes.put("/meetings/{meeting_id}/transcript/holes/{number}", summary="Write down what is said in a hole")
def write_hole(
    request: Request, user: Correcting, meeting_id: MeetingPath, number: HoleNumber, what: Written
) -> SentenceShape:
    """A sentence of its own, by that person; what the machine had there gives way. Later versions take it over."""
    desk = Desk(request, user)
    desk.meeting(meeting_id)
    said = desk.use.write_hole(meeting_id, number, what.text, speaker=what.speaker, start=what.start)
    return SentenceShape.of(said)


@routes.post(
    "/meetings/{meeting_id}/transcript/holes/{number}/dismissal", status_code=204, summary="Nobody speaks there"
)
def dismiss_hole(
    request: Request, user: Correcting, meeting_id: MeetingPath, number: HoleNumber, what: Dismissed
) -> None:
    """A person has listened. Later versions have no hole there either."""
    desk = Desk(request, user)
    desk.meeting(meeting_id)
    desk.use.dismiss_hole(meeting_id, number, what.why, start=what.start)


@routes.get("/meetings/{meeting_id}/transcript/reworks", summary="What was asked for to be done again")
def reworks(request: Request, user: Reading, meeting_id: MeetingPath) -> list[ReworkShape]:
    """The oldest first; at most one of them waits."""
    desk = Desk(request, user)
    desk.meeting(meeting_id)
    return [ReworkShape.of(one) for one in desk.use.reworks(meeting_id)]


@routes.post("/meetings/{meeting_id}/transcript/reworks", status_code=202, summary="Transcribe again, or fill holes")
def ask(request: Request, user: Correcting, meeting_id: MeetingPath, what: Again) -> ReworkShape:
    """The old version stays what everybody reads until the new one is complete; corrections are carried over.

    Until it is done or cancelled the meeting cannot be closed. 409 where another one waits.
    """
    desk = Desk(request, user)
    desk.meeting(meeting_id)
    asked = desk.use.ask_rework(meeting_id, what.kind, engine=what.engine, model=what.model, numbers=what.holes)
    return ReworkShape.of(asked)


@routes.delete("/meetings/{meeting_id}/transcript/reworks", summary="Cancel what waits")
def cancel(request: Request, user: Correcting, meeting_id: MeetingPath) -> ReworkShape:
    """What it has filled already stays."""
    desk = Desk(request, user)
    desk.meeting(meeting_id)
    return ReworkShape.of(desk.use.cancel_rework(meeting_id))


class WorkShape(BaseModel):
    """What is under way, or waits."""

    what: str = Field(description="in the reader's language", examples=["重新转写"])
    done: float = Field(description="of `unit`")
    total: float = Field(description="0 where it is not known")
    unit: str
    left: float | None = Field(description="seconds that it will still take; null where nobody can say")
    stuck: str = Field(description="why it does not go on, with the mend; empty where it does")

    @classmethod
    def of(cls, one: Work) -> Self:
        left = None if one.left is None else round(one.left, 1)
        return cls(what=one.what, done=one.done, total=one.total, unit=one.unit, left=left, stuck=str(one.stuck))


@routes.get("/meetings/{meeting_id}/transcript/progress", summary="How far the transcript is")
def progress(request: Request, user: Reading, meeting_id: MeetingPath) -> list[WorkShape]:
    """Empty where nothing is left to do."""
    Desk(request, user).meeting(meeting_id)
    return _under_way(request, meeting_id)


@routes.get(
    "/meetings/{meeting_id}/transcript/progress/stream",
    response_class=StreamingResponse,
    summary="How far the transcript is, as it goes",
)
async def follow(request: Request, user: Reading, meeting_id: MeetingPath) -> StreamingResponse:
    """Server-sent events `progress`, one a second while it changes; `end` when nothing is left to do."""
    await run(lambda: Desk(request, user).meeting(meeting_id))

    def look() -> tuple[list[WorkShape], bool]:
        found = _under_way(request, meeting_id)
        return found, not found

    return as_it_changes(request, Right.SEE_TRANSCRIPTS, meeting_id, "progress", look)


def _under_way(request: Request, meeting_id: str) -> list[WorkShape]:
    working: Working = request.app.state.working
    plugins = host_of(request).application.plugins
    return [WorkShape.of(one) for one in working.of(meeting_id, plugins) if one.service == "transcript"]
