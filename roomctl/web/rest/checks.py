"""Device checks: run, seen, accepted by name."""

from dataclasses import asdict
from datetime import datetime
from pathlib import Path as File
from tempfile import TemporaryDirectory
from typing import Annotated, Literal, Self

from fastapi import Depends, Path, Query, Request, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field

from roomctl.domain.access import Right, User
from roomctl.domain.checks import WHOLE_DEVICE, CheckReport, CheckState, Result, RunPurpose, Value, Waiver, WaiverKind
from roomctl.errors import NotFound
from roomctl.i18n import tr
from roomctl.inputs import Line, Said, Shape, Text
from roomctl.services.facade import UseCases
from roomctl.web.rest.desk import Desk, MeetingPath, router
from roomctl.web.rest.shapes import Id
from roomctl.web.session import Needs

routes = router("checks")


class ResultShape(BaseModel):
    """One row of the report."""

    device: str
    check: str
    device_title: str
    title: str
    state: CheckState
    value: Value
    unit: str
    threshold: Value
    message: str
    hint: str | None
    evidence: str | None = Field(description="below /api/v1/checks/evidence")
    firm: bool = Field(description="nobody may accept it")
    found: CheckState = Field(description="as it was found; not `state` where somebody has accepted or excused it")
    decided_by: str = Field(description="who did; empty: nobody")
    decided_why: str
    took: float

    @classmethod
    def of(cls, one: Result) -> Self:
        return cls(
            device=one.device,
            check=one.check,
            device_title=one.device_name,
            title=one.name,
            state=one.state,
            value=one.value,
            unit=one.unit,
            threshold=one.threshold,
            message=one.message,
            hint=one.hint,
            evidence=one.evidence,
            firm=one.firm,
            found=one.as_found.state,
            decided_by=one.decision.by if one.decision else "",
            decided_why=one.decision.reason if one.decision else "",
            took=one.took,
        )


class SignedShape(BaseModel):
    """Who signed a report."""

    by: str
    at: datetime
    note: str


class ReportShape(BaseModel):
    """One run over the room."""

    id: str
    meeting: str | None
    at: datetime
    purpose: RunPurpose
    signed: SignedShape | None
    counts: dict[str, int]
    results: list[ResultShape]

    @classmethod
    def of(cls, report: CheckReport) -> Self:
        return cls(
            id=report.id,
            meeting=report.meeting,
            at=report.at,
            purpose=report.purpose,
            signed=SignedShape(**asdict(report.signed)) if report.signed else None,
            counts=report.counts,
            results=[ResultShape.of(one) for one in report.results],
        )


class CheckRun(Shape):
    """For which meeting; none is the room's own. And which devices: none is all."""

    meeting: Id | None = None
    devices: list[Line] = Field(default_factory=list, max_length=200, description="the others keep their rows")
    sound: bool = Field(default=False, description="also what makes a sound in the room: the acoustic proof")


class NewUsual(Shape):
    """Which figure of the newest report is as it should be."""

    device: Line
    check: Line = Field(default="", description="not asked for of the acoustic proof")
    meeting: Id | None = Field(default=None, description="whose report; none is the room's own")


class NewWaiver(Shape):
    """What is accepted, or excused, and why; who asks is the name."""

    device: Line
    check: Line = Field(default=WHOLE_DEVICE, description="empty: all checks of the device")
    reason: Said
    kind: WaiverKind = Field(default=WaiverKind.ACCEPTED, description="带故障使用, or 本次免查")


class NewSignOff(Shape):
    """The technician's word for the newest report; who asks is the name."""

    note: Text = ""


@routes.post("/checks", status_code=201, summary="Check the devices")
def run_checks(
    request: Request, user: Annotated[User, Depends(Needs(Right.RUN_CHECKS))], run: CheckRun
) -> ReportShape:
    """All at once, each with its own deadline; the answer comes when the last is in."""
    desk = Desk(request, user)
    if run.meeting:
        desk.meeting(run.meeting)
    return ReportShape.of(desk.use.check(run.meeting, only=run.devices, sound=run.sound))


@routes.get("/checks/latest", summary="The newest report")
def latest_checks(
    request: Request,
    user: Annotated[User, Depends(Needs(Right.SEE_CHECKS))],
    meeting: Annotated[Id | None, Query(description="none is the room's own")] = None,
) -> ReportShape:
    """404 where nothing was checked yet."""
    desk = Desk(request, user)
    if meeting:
        desk.meeting(meeting)
    report = desk.use.check_report(meeting)
    if report is None:
        raise NotFound(tr("还没有检查过", "nothing was checked yet"), mend=tr("请先检查", "run a check first"))
    return ReportShape.of(report)


class UnderWayShape(BaseModel):
    """A run that has not ended, and what it has heard so far."""

    meeting: str | None
    devices: list[str] = Field(description="empty: all")
    purpose: RunPurpose
    by: str
    since: datetime
    results: list[ResultShape]


@routes.get("/checks/running", summary="Runs that are under way")
def running_checks(
    request: Request,
    user: Annotated[User, Depends(Needs(Right.SEE_CHECKS))],
    meeting: Annotated[Id | None, Query(description="none is the room's own")] = None,
) -> list[UnderWayShape]:
    """Rows as they come, the oldest run first."""
    desk = Desk(request, user)
    if meeting:
        desk.meeting(meeting)
    return [
        UnderWayShape(
            meeting=one.meeting,
            devices=sorted(one.only),
            purpose=one.purpose,
            by=one.by,
            since=one.since,
            results=[ResultShape.of(row) for row in one.rows],
        )
        for one in desk.use.checks_under_way(meeting)
    ]


@routes.delete("/checks/running", status_code=204, summary="End the runs that are under way")
def cancel_checks(
    request: Request,
    user: Annotated[User, Depends(Needs(Right.RUN_CHECKS))],
    meeting: Annotated[Id | None, Query(description="none is the room's own")] = None,
) -> None:
    """What has not answered by then keeps its rows of before. 404 where none is under way."""
    desk = Desk(request, user)
    if meeting:
        desk.meeting(meeting)
    if not desk.use.cancel_checks(meeting):
        raise NotFound(tr("没有正在进行的检查", "no check is under way"))


@routes.get("/checks/evidence/{report}/{name}", summary="A file that proves a row")
def evidence(
    request: Request,
    user: Annotated[User, Depends(Needs(Right.SEE_CHECKS))],
    report: Annotated[str, Path(pattern=r"^[0-9A-Za-z-]{1,64}$", description="as the row's `evidence` begins")],
    name: Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,160}$", description="as it ends")],
) -> FileResponse:
    """404 where it was removed: the evidence of old runs that nobody signed is not kept for ever."""
    desk = Desk(request, user)
    owner = desk.use.check_run(report)
    if owner is not None and owner.meeting:
        desk.meeting(owner.meeting)
    path = desk.use.evidence(f"{report}/{name}")
    media = _MEDIA.get(path.suffix.lower())
    headers = {"Cache-Control": "private, max-age=86400", "Content-Security-Policy": "sandbox; default-src 'none'"}
    if (
        media is None
    ):  # what a browser does not know is fetched, not shown; of what it knows, nothing runs in a sandbox
        return FileResponse(path, media_type="application/octet-stream", filename=path.name, headers=headers)
    return FileResponse(path, media_type=media, headers=headers)


_MEDIA = {
    ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp",
    ".svg": "image/svg+xml", ".wav": "audio/wav", ".flac": "audio/flac", ".ogg": "audio/ogg",
    ".txt": "text/plain; charset=utf-8",
}  # fmt: skip


@routes.post("/checks/usual", status_code=204, summary="Take a figure as it should be")
def take_as_usual(request: Request, user: Annotated[User, Depends(Needs(Right.RUN_CHECKS))], what: NewUsual) -> None:
    """Its usual range begins anew; of the acoustic proof the newest becomes the baseline. 404 where there is none."""
    desk = Desk(request, user)
    if what.meeting:
        desk.meeting(what.meeting)
    desk.use.take_as_usual(what.meeting, what.device, what.check)


@routes.post("/meetings/{meeting_id}/waivers", status_code=204, summary="Accept a fault, or excuse a device")
def waive_check(
    request: Request,
    user: Annotated[User, Depends(Needs(Right.WAIVE_CHECKS))],
    meeting_id: MeetingPath,
    what: NewWaiver,
) -> None:
    """带故障使用 or 本次免查, for this meeting, by who asks, with a reason."""
    desk = Desk(request, user)
    desk.meeting(meeting_id)
    desk.use.accept_fault(meeting_id, Waiver(what.device, what.check, user.name, what.reason, what.kind))


@routes.delete("/meetings/{meeting_id}/waivers", status_code=204, summary="Take a waiver back")
def withdraw_waiver(
    request: Request,
    user: Annotated[User, Depends(Needs(Right.WAIVE_CHECKS))],
    meeting_id: MeetingPath,
    device: Annotated[Line, Query()],
    check: Annotated[Line, Query(description="empty: the whole device's")] = WHOLE_DEVICE,
) -> None:
    """The row is what it is again; a device that was not asked is asked by the next check."""
    desk = Desk(request, user)
    desk.meeting(meeting_id)
    desk.use.withdraw_waiver(meeting_id, device, check)


@routes.get("/meetings/{meeting_id}/checks/paper", summary="The newest report as a paper", response_class=Response)
def check_paper(
    request: Request,
    user: Annotated[User, Depends(Needs(Right.SEE_CHECKS))],
    meeting_id: MeetingPath,
    form: Annotated[Literal["docx", "pdf", "html"], Query(alias="as")] = "pdf",
) -> Response:
    """设备检查报告; a signed one as it was signed. 424 where no plugin drafts it, or nothing here can print."""
    return _paper(Desk.at(request, user, meeting_id), meeting_id, form)


@routes.get("/checks/paper", summary="The room's newest report as a paper", response_class=Response)
def room_paper(
    request: Request,
    user: Annotated[User, Depends(Needs(Right.SEE_CHECKS))],
    form: Annotated[Literal["docx", "pdf", "html"], Query(alias="as")] = "pdf",
) -> Response:
    """设备检查报告 of the newest check that is no meeting's; 424 as for a meeting's."""
    return _paper(Desk(request, user).use, None, form)


def _paper(use: UseCases, meeting_id: str | None, form: str) -> Response:
    with TemporaryDirectory() as folder:
        path = File(folder, f"check-report.{form}")
        use.write_check_report(meeting_id, path)
        content = path.read_bytes()
    headers = {"Content-Disposition": f'attachment; filename="{path.name}"'}
    return Response(content, media_type=_PAPERS[form], headers=headers)


_PAPERS = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "html": "text/html; charset=utf-8",
}


@routes.post("/meetings/{meeting_id}/checks/sign", summary="Sign the newest report")
def sign_checks(
    request: Request,
    user: Annotated[User, Depends(Needs(Right.RUN_CHECKS))],
    meeting_id: MeetingPath,
    what: NewSignOff,
) -> ReportShape:
    """409 where a fault is left that nobody accepted, or it is signed already."""
    desk = Desk(request, user)
    desk.meeting(meeting_id)
    return ReportShape.of(desk.use.sign_checks(meeting_id, by=user.name, note=what.note))
