"""Device checks: run, seen, accepted by name."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Self

from fastapi import Depends, Query, Request
from pydantic import BaseModel, Field

from roomctl.domain.access import Right, User
from roomctl.domain.checks import WHOLE_DEVICE, CheckReport, CheckState, RunPurpose, Value, Waiver, WaiverKind
from roomctl.errors import NotFound
from roomctl.i18n import tr
from roomctl.web.rest.desk import Desk, MeetingPath, router
from roomctl.web.rest.shapes import Id, Line, Said, Shape, Text
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
    evidence: str | None
    firm: bool = Field(description="nobody may accept it")
    took: float


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
            results=[
                ResultShape(
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
                    took=one.took,
                )
                for one in report.results
            ],
        )


class CheckRun(Shape):
    """For which meeting; none is the room's own. And which devices: none is all."""

    meeting: Id | None = None
    devices: list[Line] = Field(default_factory=list, max_length=200, description="the others keep their rows")


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
    return ReportShape.of(desk.use.check(run.meeting, only=run.devices))


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
    """From the next check on the row is what it is."""
    desk = Desk(request, user)
    desk.meeting(meeting_id)
    desk.use.withdraw_waiver(meeting_id, device, check)


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
