"""REST of what only this plugin knows: a transcript as a file, the engines that could make it anew, the glossary."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, ConfigDict, Field

from roomctl.api import BadInput, EngineOffer, NotFound, PluginContext, RoomctlError, Services, tr
from roomctl.api.routes import MeetingPath, Right, User, admitted, needs
from roomctl_transcript import glossary
from roomctl_transcript.engines import choose
from roomctl_transcript.formats import FORMATS

MEDIA = {
    "txt": "text/plain; charset=utf-8",
    "srt": "application/x-subrip; charset=utf-8",
    "vtt": "text/vtt; charset=utf-8",
    "json": "application/json",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}

Version = Annotated[int, Path(ge=1, le=1_000_000, description="of the transcript, from 1")]
Format = Annotated[str, Path(pattern=r"^[a-z]{1,8}$", description=" | ".join(FORMATS))]


class EngineShape(BaseModel):
    """An engine, and whether it could be used now."""

    name: str
    model: str = Field(description="the one that would be taken; empty where none is installed")
    ready: bool
    why: str = Field(description="what is missing, with the mend; empty where nothing is")


class Term(BaseModel):
    """A word of the office's own."""

    model_config = ConfigDict(extra="forbid")

    term: str = Field(min_length=1, max_length=glossary.LONGEST, examples=["市发改委"])


class TermsShape(BaseModel):
    """The glossary: used for every meeting."""

    terms: list[str]


def add(routes: APIRouter, ctx: PluginContext) -> APIRouter:
    """To those under /api/v1/x/transcript/."""
    services = ctx.services
    reader, writer = needs(Right.SEE_TRANSCRIPTS), needs(Right.CORRECT_TRANSCRIPTS)

    @routes.get("/meetings/{meeting_id}/transcripts/{version}.{form}", summary="A transcript as a file")
    def export(meeting_id: MeetingPath, version: Version, form: Format, user: User = reader) -> Response:
        """With what people put right in it. Who took it is an event."""
        meeting = admitted(services, meeting_id, user)
        made = _file(services, meeting_id, version, form)
        ctx.publish("exported", {"by": user.name, "version": version, "format": form}, meeting_id)
        name = quote(f"{meeting.title}-{tr('文字稿', 'transcript')}-v{version}.{form}", safe="")
        headers = {
            "Content-Disposition": f"attachment; filename=transcript-v{version}.{form}; filename*=UTF-8''{name}"
        }
        return Response(made, media_type=MEDIA[form], headers=headers)

    @routes.get("/engines", dependencies=[reader], summary="Engines that a transcript could be made with")
    def engines() -> list[EngineShape]:
        """Those that are offered, the best first."""
        return [_stands(services, offer) for offer in sorted(services.engines(), key=lambda one: -one.quality)]

    @routes.get("/glossary", dependencies=[reader], summary="The office's own words")
    def words() -> TermsShape:
        """In the order of the file."""
        return TermsShape(terms=list(glossary.terms(services.data)))

    @routes.post("/glossary", summary="Take a word into the glossary")
    def take(what: Term, user: User = writer) -> TermsShape:
        """The next transcript knows it; one that is there already stays. Who took it is an event."""
        for term in glossary.add(services.data, [what.term]):
            ctx.publish("term_taken", {"by": user.name, "term": term})
        return TermsShape(terms=list(glossary.terms(services.data)))

    return routes


def _file(services: Services, meeting_id: str, version: int, form: str) -> bytes:
    """Raises: BadInput, NotFound."""
    if form not in FORMATS:
        raise BadInput(
            tr(f"不能导出为 {form}", f"cannot export as {form}"),
            mend=tr("可选：", "known: ") + "、".join(FORMATS),
        )
    found = services.transcript_version(meeting_id, version)
    if found is None:
        raise NotFound(
            tr(f"没有第 {version} 稿", f"there is no version {version}"),
            mend=tr("请刷新页面看有哪几稿", "load the page again to see which there are"),
        )
    return FORMATS[form](found)


def _stands(services: Services, offer: EngineOffer) -> EngineShape:
    try:
        return EngineShape(name=offer.name, model=choose(services, offer.name).model, ready=True, why="")
    except RoomctlError as error:
        return EngineShape(name=offer.name, model="", ready=False, why=str(error))
