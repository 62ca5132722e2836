"""Device checks: run, seen, accepted by name."""

from datetime import datetime
from typing import Annotated, Self

from fastapi import Depends, Query, Request
from pydantic import BaseModel

from roomctl.domain.access import Right, User
from roomctl.domain.checks import CheckReport, CheckState, Value, Waiver
from roomctl.errors import NotFound
from roomctl.i18n import tr
from roomctl.web.rest.desk import Desk, MeetingPath, router
from roomctl.web.rest.shapes import Id, Line, Said, Shape
from roomctl.web.session import Needs

routes = router("checks")


class ResultShape(BaseModel):
    """One row of the report."""

    device: str
    check: str
    state: CheckState
    value: Value
    unit: str
    threshold: Value
    message: str
    hint: str | None
    took: float


class ReportShape(BaseModel):
    """One run over the room."""

    id: str
    meeting: str | None
    at: datetime
    counts: dict[str, int]
    results: list[ResultShape]

    @classmethod
    def of(cls, report: CheckReport) -> Self:
        return cls(
            id=report.id,
            meeting=report.meeting,
            at=report.at,
            counts=report.counts,
            results=[
                ResultShape(
                    device=one.device,
                    check=one.check,
                    state=one.state,
                    value=one.value,
                    unit=one.unit,
                    threshold=one.threshold,
                    message=one.message,
                    hint=one.hint,
                    took=one.took,
                )
                for one in report.results
            ],
        )


class CheckRun(Shape):
    """For which meeting; none is the room's own."""

    meeting: Id | None = None


class NewWaiver(Shape):
    """带故障使用: what is accepted, and why; who asks is the name."""

    device: Line
    check: Line
    reason: Said


@routes.post("/checks", status_code=201, summary="Check the devices")
def run_checks(
    request: Request, user: Annotated[User, Depends(Needs(Right.RUN_CHECKS))], run: CheckRun
) -> ReportShape:
    """All at once, each with its own deadline; the answer comes when the last is in."""
    desk = Desk(request, user)
    if run.meeting:
        desk.meeting(run.meeting)
    return ReportShape.of(desk.use.check(run.meeting))


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


@routes.post("/meetings/{meeting_id}/waivers", status_code=204, summary="Accept a fault for this meeting")
def waive_check(
    request: Request,
    user: Annotated[User, Depends(Needs(Right.WAIVE_CHECKS))],
    meeting_id: MeetingPath,
    what: NewWaiver,
) -> None:
    """带故障使用, by who asks, with a reason."""
    desk = Desk(request, user)
    desk.meeting(meeting_id)
    desk.use.accept_fault(meeting_id, Waiver(what.device, what.check, user.name, what.reason))
