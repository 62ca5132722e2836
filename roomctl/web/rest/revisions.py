"""Versions of a paper: compared, sent out to a unit (代拟), taken in again, their tracked changes decided."""

import tempfile
from pathlib import Path as File
from typing import Annotated, Self
from urllib.parse import quote

from fastapi import Body, Query, Request, Response
from pydantic import BaseModel, Field

from roomctl.domain.revision import Comment, ParagraphChange, TrackedChange
from roomctl.inputs import Shape
from roomctl.services.revisions import LONGEST_UNIT, Returned
from roomctl.web.rest.desk import Desk, MeetingPath, router
from roomctl.web.rest.papers import DocumentPath, PaperShape, Reading, Writing

routes = router("papers")

MOST_DECIDED = 5000
Data = Annotated[bytes, Body(media_type="application/octet-stream", description="the docx as it is")]
UnitQuery = Annotated[str, Query(max_length=LONGEST_UNIT)]
_ZIP = {200: {"content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}}}


class ReturnedShape(BaseModel):
    """What came with a version that somebody else worked on."""

    base: str = Field(description="id of the version that it was made from; empty: it was drafted here")
    unit: str = Field(description="who worked on it")
    changes: list[TrackedChange]
    comments: list[Comment]
    untracked: list[ParagraphChange] = Field(description="what differs from the base although nobody tracked it")

    @classmethod
    def of(cls, one: Returned) -> Self:
        review = one.review
        return cls(
            base=one.base,
            unit=one.unit,
            changes=list(review.changes),
            comments=list(review.comments),
            untracked=list(one.untracked),
        )


class Decisions(Shape):
    """Tracked changes by their ids; those that are named in neither list stay open."""

    accept: list[Annotated[str, Field(max_length=12)]] = Field(default=[], max_length=MOST_DECIDED)
    refuse: list[Annotated[str, Field(max_length=12)]] = Field(default=[], max_length=MOST_DECIDED)


@routes.post("/meetings/{meeting_id}/papers/versions", status_code=201, summary="Take in a corrected docx")
def take_in(
    request: Request,
    user: Writing,
    meeting_id: MeetingPath,
    kind: Annotated[str, Query(min_length=1, max_length=40, examples=["会议纪要"])],
    data: Data,
    unit: UnitQuery = "",
    name: Annotated[str, Query(max_length=200)] = "",
) -> PaperShape:
    """It becomes the next version. 422 says why it cannot be taken: no docx, too large, a macro, another form."""
    use = Desk.at(request, user, meeting_id)
    with tempfile.TemporaryDirectory(prefix="roomctl-paper-") as folder:
        file = File(folder) / "sent.docx"
        file.write_bytes(data)
        return PaperShape.of(use.take_in_document(meeting_id, kind, file, unit=unit, name=name))


@routes.get("/meetings/{meeting_id}/papers/{document}/changes", summary="Tracked changes and comments of a version")
def changes(request: Request, user: Reading, meeting_id: MeetingPath, document: DocumentPath) -> ReturnedShape:
    """In the order of the text, with author and time; and what was changed without being tracked."""
    use = Desk.at(request, user, meeting_id)
    return ReturnedShape.of(use.returned_document(meeting_id, document))


@routes.post(
    "/meetings/{meeting_id}/papers/{document}/changes", status_code=201, summary="Accept or refuse tracked changes"
)
def settle(
    request: Request, user: Writing, meeting_id: MeetingPath, document: DocumentPath, decided: Decisions
) -> PaperShape:
    """In a new version. 409 where this version is no longer the newest."""
    use = Desk.at(request, user, meeting_id)
    answers = dict.fromkeys(decided.refuse, False) | dict.fromkeys(decided.accept, True)
    return PaperShape.of(use.settle_changes(meeting_id, document, answers))


@routes.get("/meetings/{meeting_id}/papers/{document}/comparison", summary="Two versions of a paper compared")
def comparison(
    request: Request,
    user: Reading,
    meeting_id: MeetingPath,
    document: DocumentPath,
    old: Annotated[str, Query(pattern=r"^[0-9A-Za-z-]{1,64}$", description="id of the older version")],
) -> list[ParagraphChange]:
    """Paragraphs that differ, each as pieces that stayed, were added, or were removed."""
    use = Desk.at(request, user, meeting_id)
    return list(use.compare_documents(meeting_id, old, document))


@routes.post(
    "/meetings/{meeting_id}/papers/{document}/pack",
    response_class=Response,
    responses=_ZIP,  # type: ignore[arg-type]
    summary="代拟: pack a paper for a unit",
)
def pack(
    request: Request,
    user: Writing,
    meeting_id: MeetingPath,
    document: DocumentPath,
    unit: Annotated[str, Query(min_length=1, max_length=LONGEST_UNIT)],
) -> Response:
    """A zip: the docx with its changes tracked, the facts, what the unit may see of the transcript, what to do."""
    use = Desk.at(request, user, meeting_id)
    with tempfile.TemporaryDirectory(prefix="roomctl-pack-") as folder:
        target = File(folder) / "pack.zip"
        use.pack_document(meeting_id, document, target, unit=unit)
        content = target.read_bytes()
    name = quote(f"代拟-{unit.strip()}.zip", safe="")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    return Response(content, media_type="application/zip", headers=headers)
