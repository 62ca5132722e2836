"""The papers of a meeting: fetched, shown, drafted; and the way of a 会议纪要."""

from datetime import datetime
from pathlib import Path as File
from typing import Annotated, Literal, Self

from fastapi import Depends, Path, Query, Request, Response
from fastapi.responses import FileResponse, HTMLResponse
from pydantic import BaseModel, Field, StringConstraints

from roomctl.domain import summary_steps as way
from roomctl.domain.access import Right, User
from roomctl.domain.record import Finding, RecordFile
from roomctl.domain.summary import MOST_UNITS, Countersign, NumberForm, Openness, Passed, Stage, Summary
from roomctl.errors import NotFound
from roomctl.i18n import tr
from roomctl.inputs import Line, Name, Shape, Text
from roomctl.web.rest.desk import Desk, MeetingPath, as_json, router
from roomctl.web.session import Needs

routes = router("papers")

Reading = Annotated[User, Depends(Needs(Right.SEE_RECORDS))]
Writing = Annotated[User, Depends(Needs(Right.WRITE_RECORDS))]
DocumentPath = Annotated[str, Path(pattern=r"^[0-9A-Za-z-]{1,64}$", description="the document's id")]
Unit = Annotated[Line, StringConstraints(min_length=1)]

_TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}
_FILES = {200: {"content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in _TYPES.values()}}}
_SHOWN = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'self'"


class PaperShape(BaseModel):
    """A paper as it lies on disk."""

    id: str
    kind: str
    version: int
    at: datetime
    sha256: str
    signed_by: str
    signed_at: datetime | None
    print: bool = Field(description="whether it can be had as PDF/A")

    @classmethod
    def of(cls, paper: RecordFile) -> Self:
        return cls(
            id=paper.id,
            kind=paper.kind,
            version=paper.version,
            at=paper.at,
            sha256=paper.sha256,
            signed_by=paper.signed_by,
            signed_at=paper.signed_at,
            print=bool(paper.pdf),
        )


class SummaryShape(BaseModel):
    """A 会议纪要 as it stands."""

    id: str
    stage: Stage
    due: datetime
    drafted_by: str = Field(description="the unit that drafts it for the office; empty: the office")
    supersedes: str
    document: str = Field(description="id of the file that goes round")
    final: str = Field(description="id of the file that carries the number")
    units: list[Countersign]
    waiting_for: list[str] = Field(description="units that may answer now")
    passed: list[Passed]
    openness: Openness | None
    openness_reason: str
    number: str
    voided: list[tuple[str, str]] = Field(description="numbers it had before, each with the reason")
    sent_to: list[str]
    issued: datetime | None

    @classmethod
    def of(cls, summary: Summary) -> Self:
        return cls(
            id=summary.id,
            stage=summary.stage,
            due=summary.due,
            drafted_by=summary.drafted_by,
            supersedes=summary.supersedes,
            document=summary.document,
            final=summary.final,
            units=list(summary.units),
            waiting_for=list(summary.waiting_for),
            passed=list(summary.passed),
            openness=summary.openness,
            openness_reason=summary.openness_reason,
            number=summary.number,
            voided=list(summary.voided),
            sent_to=list(summary.sent_to),
            issued=summary.issued,
        )


class NewSummary(Shape):
    """Who drafts it."""

    drafted_by: Line = ""


class Round(Shape):
    """Where it goes for 会签; none: straight to 审核."""

    units: list[Unit] = Field(default=[], max_length=MOST_UNITS)
    lead: Line = Field(default="", description="主办, who answers first")


class Answer(Shape):
    """What a unit says."""

    unit: Unit
    agreed: bool
    opinion: Text = ""


class Settlement(Shape):
    """What becomes of a unit's opinion."""

    unit: Unit
    adopted: bool
    reason: Text = ""


class OpennessChoice(Shape):
    """公开属性; 不予公开 with the article that it rests on."""

    openness: Openness
    reason: Text = ""


class Opinion(Shape):
    """批示."""

    opinion: Text = ""


class Signature(Opinion):
    """签发."""

    by: Name


class PaperKind(Shape):
    """What is to be drafted."""

    kind: Line = Field(min_length=1, examples=["座签"])


class Registration(Shape):
    """Empty: as the last one of the series was numbered."""

    form: NumberForm | None = None
    series: Line = ""
    each_year: bool = True


class Distribution(Shape):
    """分送."""

    sent_to: list[Unit] = Field(min_length=1, max_length=MOST_UNITS)


class SendingBack(Shape):
    """退回."""

    reason: Annotated[Text, StringConstraints(min_length=1)]


@routes.get("/meetings/{meeting_id}/papers", response_model=list[PaperShape], summary="All papers of a meeting")
def get_papers(request: Request, user: Reading, meeting_id: MeetingPath) -> Response:
    """Every version, the oldest first."""
    use = Desk.at(request, user, meeting_id)
    return as_json([PaperShape.of(paper) for paper in use.documents(meeting_id)])


@routes.post("/meetings/{meeting_id}/papers", status_code=201, summary="Draft the papers that each meeting has")
def draft_papers(request: Request, user: Writing, meeting_id: MeetingPath) -> list[PaperShape]:
    """Each as a new version; a signed one is left as it is."""
    use = Desk.at(request, user, meeting_id)
    return [PaperShape.of(paper) for paper in use.draft(meeting_id)]


@routes.post("/meetings/{meeting_id}/papers/drafts", status_code=201, summary="Draft a paper that is asked for")
def draft_paper(request: Request, user: Writing, meeting_id: MeetingPath, what: PaperKind) -> PaperShape:
    """座签 and 座位图 from the plan of the seats, 设备检查报告: each as a new version."""
    return PaperShape.of(Desk.at(request, user, meeting_id).draft_paper(meeting_id, what.kind))


@routes.get(
    "/meetings/{meeting_id}/papers/{document}/file",
    response_class=FileResponse,
    responses=_FILES,  # type: ignore[arg-type]
    summary="Fetch a paper",
)
def get_file(
    request: Request,
    user: Reading,
    meeting_id: MeetingPath,
    document: DocumentPath,
    form: Annotated[Literal["docx", "pdf"], Query(alias="as")] = "docx",
) -> Response:
    """As docx, or as PDF/A where a print was made of it."""
    use = Desk.at(request, user, meeting_id)
    paper = next((one for one in use.documents(meeting_id) if one.id == document), None)
    path = use.data / (paper.pdf if form == "pdf" else paper.path) if paper else None
    if paper is None or path is None or (form == "pdf" and not paper.pdf) or not path.is_file():
        raise NotFound(
            tr("没有这份文件", "there is no such paper"),
            tr("没有签字的稿没有 PDF", "a draft has no PDF") if form == "pdf" else "",
        )
    return FileResponse(
        path,
        media_type=_TYPES[path.suffix.removeprefix(".")],
        filename=f"{paper.kind}-v{paper.version}{File(path).suffix}",
    )


@routes.get(
    "/meetings/{meeting_id}/papers/{document}/preview", response_class=HTMLResponse, summary="A paper as a page"
)
def preview(request: Request, user: Reading, meeting_id: MeetingPath, document: DocumentPath) -> Response:
    """As somebody has left it, on the page that will be printed. No script, and nothing from anywhere."""
    use = Desk.at(request, user, meeting_id)
    shown = use.document_preview(meeting_id, document)
    title = tr("预览", "Preview")
    page = f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>{title}</title>{shown}</html>'
    return HTMLResponse(page, headers={"Content-Security-Policy": _SHOWN})


class MinutesShape(BaseModel):
    """The 会议记录 as it would be drafted now, or as it was signed."""

    html: str = Field(description="a fragment without scripts; `data-segment` names the sentence of a paragraph")
    version: int = Field(description="the newest one that lies on disk; 0: none does")
    signed_by: str


@routes.get("/meetings/{meeting_id}/minutes", response_model=MinutesShape, summary="The 会议记录 as of now")
def get_minutes(request: Request, user: Reading, meeting_id: MeetingPath) -> Response:
    """From the words, points and attendance as they stand; nothing of it is kept. `POST papers` keeps it."""
    made = Desk.at(request, user, meeting_id).minutes_sketch(meeting_id)
    version, signed_by = (made.newest.version, made.newest.signed_by) if made.newest else (0, "")
    return as_json(MinutesShape(html=made.html, version=version, signed_by=signed_by))


@routes.get(
    "/meetings/{meeting_id}/papers/{document}/findings",
    response_model=list[Finding],
    summary="零差错检查",
)
def findings(request: Request, user: Reading, meeting_id: MeetingPath, document: DocumentPath) -> list[Finding]:
    """What somebody should look at, in the order of the paper: names, posts, order, units, dates, sums, figures."""
    use = Desk.at(request, user, meeting_id)
    return list(use.proofread_document(meeting_id, document))


@routes.get(
    "/meetings/{meeting_id}/papers/findings", response_model=list[Finding], summary="零差错检查 of all papers"
)
def all_findings(request: Request, user: Reading, meeting_id: MeetingPath) -> list[Finding]:
    """Of 方案 and of the newest version of each kind, each with its `paper`; figures that disagree among them too."""
    use = Desk.at(request, user, meeting_id)
    return list(use.proofread_papers(meeting_id))


def _at(step: way.Step) -> str:
    return f"/meetings/{{meeting_id}}/{step.path}"


# --- 会议纪要 -------------------------------------------------------------------------------------------------------


@routes.get("/meetings/{meeting_id}/summaries", response_model=list[SummaryShape], summary="All 纪要 of a meeting")
def get_summaries(request: Request, user: Reading, meeting_id: MeetingPath) -> Response:
    """The last is the one in hand."""
    use = Desk.at(request, user, meeting_id)
    return as_json([SummaryShape.of(one) for one in use.summaries(meeting_id)])


@routes.post(_at(way.START), status_code=201, summary=way.START.about[1])
def start(
    request: Request,
    user: Annotated[User, Depends(Needs(way.START.right))],
    meeting_id: MeetingPath,
    wanted: NewSummary,
) -> SummaryShape:
    """It is drafted at once. A new one after an issued one names it."""
    use = Desk.at(request, user, meeting_id)
    return SummaryShape.of(use.start_summary(meeting_id, drafted_by=wanted.drafted_by))


@routes.post(_at(way.REDRAFT), status_code=201, summary=way.REDRAFT.about[1])
def redraft(
    request: Request, user: Annotated[User, Depends(Needs(way.REDRAFT.right))], meeting_id: MeetingPath
) -> PaperShape:
    """A new version from the facts as they stand."""
    use = Desk.at(request, user, meeting_id)
    return PaperShape.of(use.redraft_summary(meeting_id))


@routes.post(_at(way.SUBMIT), summary=way.SUBMIT.about[1])
def submit(
    request: Request, user: Annotated[User, Depends(Needs(way.SUBMIT.right))], meeting_id: MeetingPath, to: Round
) -> SummaryShape:
    """To the units for 会签, or straight to 审核."""
    use = Desk.at(request, user, meeting_id)
    return SummaryShape.of(use.submit_summary(meeting_id, units=to.units, lead=to.lead))


@routes.post(_at(way.ANSWER), summary=way.ANSWER.about[1])
def countersign(
    request: Request, user: Annotated[User, Depends(Needs(way.ANSWER.right))], meeting_id: MeetingPath, said: Answer
) -> SummaryShape:
    """主办 first, then all others at once."""
    use = Desk.at(request, user, meeting_id)
    return SummaryShape.of(
        use.countersign_summary(meeting_id, unit=said.unit, agreed=said.agreed, opinion=said.opinion)
    )


@routes.post(_at(way.SETTLE), summary=way.SETTLE.about[1])
def settle(
    request: Request,
    user: Annotated[User, Depends(Needs(way.SETTLE.right))],
    meeting_id: MeetingPath,
    one: Settlement,
) -> SummaryShape:
    """采纳否 and 理由."""
    use = Desk.at(request, user, meeting_id)
    return SummaryShape.of(use.settle_opinion(meeting_id, unit=one.unit, adopted=one.adopted, reason=one.reason))


@routes.post(_at(way.CONCLUDE), summary=way.CONCLUDE.about[1])
def conclude(
    request: Request, user: Annotated[User, Depends(Needs(way.CONCLUDE.right))], meeting_id: MeetingPath
) -> SummaryShape:
    """Once every unit has answered and every opinion is settled."""
    use = Desk.at(request, user, meeting_id)
    return SummaryShape.of(use.conclude_countersigning(meeting_id))


@routes.put(_at(way.OPENNESS), summary=way.OPENNESS.about[1])
def set_openness(
    request: Request,
    user: Annotated[User, Depends(Needs(way.OPENNESS.right))],
    meeting_id: MeetingPath,
    to: OpennessChoice,
) -> SummaryShape:
    """To be known before it is signed."""
    use = Desk.at(request, user, meeting_id)
    return SummaryShape.of(use.set_openness(meeting_id, openness=to.openness, reason=to.reason))


@routes.post(_at(way.APPROVE), summary=way.APPROVE.about[1])
def approve(
    request: Request, user: Annotated[User, Depends(Needs(way.APPROVE.right))], meeting_id: MeetingPath, said: Opinion
) -> SummaryShape:
    """On to who signs it."""
    use = Desk.at(request, user, meeting_id)
    return SummaryShape.of(use.approve_summary(meeting_id, opinion=said.opinion))


@routes.post(_at(way.SIGN), summary=way.SIGN.about[1])
def sign(
    request: Request, user: Annotated[User, Depends(Needs(way.SIGN.right))], meeting_id: MeetingPath, said: Signature
) -> SummaryShape:
    """By a named person: its text is locked from then on."""
    use = Desk.at(request, user, meeting_id)
    return SummaryShape.of(use.sign_summary(meeting_id, by=said.by, opinion=said.opinion))


@routes.post(_at(way.REGISTER), summary=way.REGISTER.about[1])
def register(
    request: Request,
    user: Annotated[User, Depends(Needs(way.REGISTER.right))],
    meeting_id: MeetingPath,
    wanted: Registration,
) -> SummaryShape:
    """Without gaps; it becomes part of the last version."""
    use = Desk.at(request, user, meeting_id)
    return SummaryShape.of(
        use.register_summary(meeting_id, form=wanted.form, series=wanted.series, each_year=wanted.each_year)
    )


@routes.post(_at(way.PROOFREAD), summary=way.PROOFREAD.about[1])
def proofread(
    request: Request,
    user: Annotated[User, Depends(Needs(way.PROOFREAD.right))],
    meeting_id: MeetingPath,
    said: Opinion,
) -> SummaryShape:
    """On to the print."""
    use = Desk.at(request, user, meeting_id)
    return SummaryShape.of(use.proofread_summary(meeting_id, opinion=said.opinion))


@routes.post(_at(way.ISSUE), summary=way.ISSUE.about[1])
def issue(
    request: Request,
    user: Annotated[User, Depends(Needs(way.ISSUE.right))],
    meeting_id: MeetingPath,
    to: Distribution,
) -> SummaryShape:
    """And to whom it goes."""
    use = Desk.at(request, user, meeting_id)
    return SummaryShape.of(use.issue_summary(meeting_id, sent_to=to.sent_to))


@routes.post(_at(way.RETURN), summary=way.RETURN.about[1])
def send_back(
    request: Request,
    user: Annotated[User, Depends(Needs(way.RETURN.right))],
    meeting_id: MeetingPath,
    why: SendingBack,
) -> SummaryShape:
    """To the drafter. A number that was drawn is void."""
    use = Desk.at(request, user, meeting_id)
    return SummaryShape.of(use.send_summary_back(meeting_id, reason=why.reason))
