"""Packages on their way to their targets: how far, why not, and once more."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Self

from fastapi import Depends, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from roomctl.domain.access import Right, User
from roomctl.domain.delivery import Delivery, DeliveryStep, FixityCheck
from roomctl.inputs import Shape
from roomctl.web.rest.desk import Desk, MeetingPath, router
from roomctl.web.rest.progress import as_it_changes
from roomctl.web.run import run
from roomctl.web.session import Needs

routes = router("archive")

Reading = Annotated[User, Depends(Needs(Right.SEE_MEETINGS))]
Retrying = Annotated[User, Depends(Needs(Right.RETRY_ARCHIVE))]


class TroubleShape(BaseModel):
    """Why the last try failed, in the reader's language."""

    what: str
    why: str
    mend: str


class DeliveryShape(BaseModel):
    """One package on its way to one target."""

    meeting: str
    package: str
    target: str = Field(description="its name in the settings", examples=["nas"])
    step: DeliveryStep
    files: int = Field(description="of the whole package, manifests included; 0 until it was looked at")
    bytes: int
    sent_files: int
    sent: int = Field(description="bytes that the target has taken")
    checked_files: int
    checked: int = Field(description="bytes that were read back and were equal")
    rate: float = Field(description="bytes a second, there and back")
    left: float | None = Field(description="seconds that it will still take; null where nobody can say")
    tries: int = Field(description="that failed since the last that did not")
    next_try: datetime | None = Field(description="null: as soon as possible, or nothing is left to do")
    trouble: TroubleShape | None
    at: datetime = Field(description="when this was so")

    @classmethod
    def of(cls, one: Delivery) -> Self:
        return cls.model_validate(one.as_json())


class FixityShape(BaseModel):
    """What reading a package again at one place has found last."""

    meeting: str
    package: str
    place: str = Field(description="a target; empty is the copy on this machine")
    at: datetime
    ok: bool = Field(description="false where not one file was read, too")
    files: int
    bytes: int
    problems: list[dict[str, str]] = Field(description="`file` and `what`")

    @classmethod
    def of(cls, one: FixityCheck) -> Self:
        return cls.model_validate(one.as_json())


class Retry(Shape):
    """Which of them."""

    target: Annotated[str, Field(max_length=100)] = Field(default="", description="empty is all", examples=["nas"])


@routes.get("/archive/deliveries", summary="Packages that are on their way")
def under_way(request: Request, user: Reading) -> list[DeliveryShape]:
    """Of all meetings that this person may open; those that have arrived are left out."""
    desk = Desk(request, user)
    mine = {meeting.id for meeting in desk.meetings()}
    return [DeliveryShape.of(one) for one in desk.use.deliveries(open_only=True) if one.meeting in mine]


@routes.get("/meetings/{meeting_id}/deliveries", summary="How far the packages of a meeting are")
def of_meeting(request: Request, user: Reading, meeting_id: MeetingPath) -> list[DeliveryShape]:
    """One row for each package and target, also when it has arrived."""
    return _rows(Desk.at(request, user, meeting_id).deliveries(meeting_id))


@routes.post("/meetings/{meeting_id}/deliveries/retry", summary="Try again now")
def retry(request: Request, user: Retrying, meeting_id: MeetingPath, what: Retry) -> list[DeliveryShape]:
    """What waits for its next try is due at once. 404: nothing goes to that target. 409: nothing is left to do."""
    return _rows(Desk.at(request, user, meeting_id).retry_deliveries(meeting_id, target=what.target))


@routes.get("/meetings/{meeting_id}/fixity", summary="What reading the packages again has found")
def fixity(request: Request, user: Reading, meeting_id: MeetingPath) -> list[FixityShape]:
    """The newest of each package and place."""
    return [FixityShape.of(one) for one in Desk.at(request, user, meeting_id).fixity_checks(meeting_id)]


@routes.get(
    "/meetings/{meeting_id}/deliveries/stream",
    response_class=StreamingResponse,
    summary="How far the packages are, as they go",
)
async def follow(request: Request, user: Reading, meeting_id: MeetingPath) -> StreamingResponse:
    """Server-sent events `deliveries`, one a second while they change; `end` when all have arrived.

    A meeting without packages is followed until it has some. Whoever may no longer read is left after 15 s.
    """
    use = await run(lambda: Desk.at(request, user, meeting_id))

    def look() -> tuple[Sequence[DeliveryShape], bool]:
        found = use.deliveries(meeting_id)
        return _rows(found), bool(found) and all(one.done for one in found)

    return as_it_changes(request, Right.SEE_MEETINGS, meeting_id, "deliveries", look)


def _rows(found: Sequence[Delivery]) -> list[DeliveryShape]:
    return [DeliveryShape.of(one) for one in found]
