"""REST of a meeting's papers: 讲话稿, 主持词, 汇报材料; and what was said beside them."""

from dataclasses import asdict
from functools import partial
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Body, Path
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field

from roomctl.api import Beside, Doubt, PluginContext
from roomctl.api.routes import MeetingPath, Right, User, admitted, needs
from roomctl_transcript import paper_store
from roomctl_transcript.paper_store import LONGEST_NAME, Paper

Name = Annotated[str, Path(min_length=1, max_length=LONGEST_NAME, examples=["汇报材料.docx"])]
Data = Annotated[bytes, Body(media_type="application/octet-stream", description="the file as it is")]


class PaperShape(BaseModel):
    """A paper, and what was read of it."""

    name: str
    bytes: int
    characters: int = Field(description="of its text")
    people: int = Field(description="whom it names")
    terms: int = Field(description="units, projects and papers that it names")
    trouble: str = Field(description="why it cannot be read; empty where it can")

    @classmethod
    def of(cls, one: Paper) -> "PaperShape":
        return cls(**asdict(one))


class DoubtShape(BaseModel):
    """A figure to look at."""

    said: str
    paper: str = Field(description="as the paper has it; empty where no calendar has the date that was heard")
    file: str
    told: str = Field(examples=["口述 86个，材料 68个（汇报材料.docx）"])

    @classmethod
    def of(cls, one: Doubt) -> "DoubtShape":
        return cls(said=one.said, paper=one.paper, file=one.file, told=one.told())


class SaidShape(BaseModel):
    """A sentence that follows a paper, or has a figure in doubt."""

    id: str
    recording: str
    start: float
    end: float
    speaker: str | None
    text: str
    beside: Beside | None
    doubts: list[DoubtShape]


def add(routes: APIRouter, ctx: PluginContext) -> APIRouter:
    """Adds them to the plugin's routes."""
    services = ctx.services
    reader, writer = needs(Right.SEE_TRANSCRIPTS), needs(Right.CORRECT_TRANSCRIPTS)

    opened = partial(admitted, services)

    @routes.get("/meetings/{meeting_id}/papers", summary="The papers of a meeting")
    def listed(meeting_id: MeetingPath, user: User = reader) -> list[PaperShape]:
        """In the order of their names."""
        opened(meeting_id, user)
        return [PaperShape.of(one) for one in paper_store.listed(services.data, meeting_id)]

    @routes.get("/meetings/{meeting_id}/papers/{name}", response_class=FileResponse, summary="A paper as it is")
    def taken(meeting_id: MeetingPath, name: Name, user: User = reader) -> FileResponse:
        """404 lists those that there are."""
        opened(meeting_id, user)
        path = paper_store.find(services.data, meeting_id, name)
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(path.name, safe='')}"}
        return FileResponse(path, media_type="application/octet-stream", headers=headers)

    @routes.put("/meetings/{meeting_id}/papers/{name}", summary="Take a paper in")
    def put(meeting_id: MeetingPath, name: Name, data: Data, user: User = writer) -> PaperShape:
        """docx, PDF or txt; one of the same name is replaced. 422 says why one cannot be read.

        A transcript that is there uses it when it is made again.
        """
        meeting = opened(meeting_id, user)
        return PaperShape.of(paper_store.add(ctx, meeting, name, data, by=user.name))

    @routes.delete("/meetings/{meeting_id}/papers/{name}", status_code=204, summary="Leave a paper out")
    def remove(meeting_id: MeetingPath, name: Name, user: User = writer) -> None:
        """What was said beside it stays as it is until the transcript is made again."""
        paper_store.remove(ctx, opened(meeting_id, user), name, by=user.name)

    @routes.get("/meetings/{meeting_id}/beside", summary="What was said beside the papers")
    def beside(meeting_id: MeetingPath, user: User = reader) -> list[SaidShape]:
        """Sentences of the newest version that follow a paper, and figures that differ from it: 存疑."""
        opened(meeting_id, user)
        newest = services.transcript(meeting_id)
        return [
            SaidShape(
                id=one.id,
                recording=one.recording,
                start=one.start,
                end=one.end,
                speaker=one.speaker,
                text=one.text,
                beside=one.beside,
                doubts=[DoubtShape.of(doubt) for doubt in one.doubts],
            )
            for one in (newest.shown if newest else ())
            if one.beside or one.doubts
        ]

    return routes
