"""涉密: what this machine is declared for, the registered media, the points before opening, the handovers."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Literal, Self

from fastapi import Depends, Path, Query, Request, Response
from pydantic import BaseModel, Field

from roomctl.domain.access import Right, User
from roomctl.domain.custody import Confirmation, Declaration, Handover, Medium, Point
from roomctl.domain.lines import MAX_TEXT
from roomctl.domain.secrecy import Level
from roomctl.inputs import Line, Shape
from roomctl.web.rest.desk import Desk, MeetingPath, router
from roomctl.web.session import Needs, sessions_of

routes = router("secrecy")

Reading = Annotated[User, Depends(Needs(Right.SEE_SECRECY))]
Declaring = Annotated[User, Depends(Needs(Right.DECLARE_MACHINE))]
Keeping = Annotated[User, Depends(Needs(Right.KEEP_MEDIA))]
Confirming = Annotated[User, Depends(Needs(Right.CONFIRM_SECRECY))]
Receiving = Annotated[User, Depends(Needs(Right.RECEIVE_MEDIA))]
Short = Annotated[str, Field(min_length=1, max_length=MAX_TEXT)]
SerialPath = Annotated[str, Path(min_length=1, max_length=MAX_TEXT, description="介质编号", examples=["光盘-01"])]
NumberPath = Annotated[int, Path(ge=1, le=1_000_000, description="of the list")]


class NewDeclaration(Shape):
    """This machine is approved for state secrets."""

    approval: Short = Field(description="批准文号", examples=["市保密审字〔2026〕7号"])
    level: Level = Field(examples=[Level.SECRET])
    approved: date = Field(description="day of the approval")


class Why(Shape):
    """A reason."""

    reason: Short


class NewMedium(Shape):
    """A 涉密介质. Its serial stands in `roomctl-medium.txt` on it, as `serial: …`."""

    serial: Short = Field(examples=["光盘-01"])
    level: Level = Field(examples=[Level.SECRET])
    keeper: Short = Field(description="保管处", examples=["机要室"])
    label: Line = ""


class ByName(Shape):
    """Who says so."""

    by: Short
    number: Line = Field(
        default="", description="of the paper it rests on; the plan, proxies and the recording need one"
    )


class Receiver(Shape):
    """Who has counted, and signed."""

    by: Short


class DeclarationShape(BaseModel):
    """A declaration; `revoked` is null while it stands."""

    approval: str
    level: Level
    approved: date
    by: str
    at: datetime
    revoked: datetime | None
    revoked_by: str
    reason: str

    @classmethod
    def of(cls, one: Declaration) -> Self:
        return cls.model_validate(one.as_json())


class MediumShape(BaseModel):
    """A registered medium; `withdrawn` is null while it is in use."""

    serial: str
    label: str
    level: Level
    keeper: str
    by: str
    at: datetime
    withdrawn: datetime | None
    reason: str

    @classmethod
    def of(cls, one: Medium) -> Self:
        return cls.model_validate(one.as_json())


class MachineShape(BaseModel):
    """How this machine stands."""

    declaration: DeclarationShape | None = Field(description="that stands for this machine")
    declarations: list[DeclarationShape] = Field(description="all of them, oldest first")
    media: list[MediumShape]


class PointShape(BaseModel):
    """One point; `by` and `at` are null where nobody has confirmed it as things stand now."""

    point: Point
    label: str
    by: str | None
    number: str
    at: datetime | None

    @classmethod
    def of(cls, point: Point, said: Confirmation | None) -> Self:
        return cls(
            point=point,
            label=point.label,
            by=said.by if said else None,
            number=said.number if said else "",
            at=said.at if said else None,
        )


class HandoverShape(BaseModel):
    """One package on one medium; `received` is null until the other side has signed."""

    number: int
    meeting: str
    package: str
    medium: str
    files: int
    bytes: int
    manifest_sha256: str
    handed_by: str
    at: datetime
    keeper: str
    received_by: str
    received: datetime | None

    @classmethod
    def of(cls, one: Handover) -> Self:
        return cls.model_validate(one.as_json())


@routes.get("/secrecy", summary="What this machine is declared for, and the media")
def machine(request: Request, user: Reading) -> MachineShape:
    """Those of the past too."""
    use = Desk(request, user).use
    standing = use.declaration()
    return MachineShape(
        declaration=DeclarationShape.of(standing) if standing else None,
        declarations=[DeclarationShape.of(one) for one in use.declarations()],
        media=[MediumShape.of(one) for one in use.media()],
    )


@routes.post("/secrecy/declaration", status_code=201, summary="Declare this machine for state secrets")
def declare(request: Request, user: Declaring, what: NewDeclaration) -> DeclarationShape:
    """A new one ends the one before. 403: 绝密, 内部. 409: plugins of somebody else are in use."""
    use = Desk(request, user).use
    one = use.declare_machine(approval=what.approval, level=what.level, approved=what.approved)
    sessions_of(request).forget()  # they know what this machine shows
    return DeclarationShape.of(one)


@routes.post("/secrecy/declaration/revoke", summary="Revoke the declaration")
def revoke(request: Request, user: Declaring, what: Why) -> DeclarationShape:
    """404: none stands. 409: a 涉密 meeting is being held."""
    one = Desk(request, user).use.revoke_declaration(reason=what.reason)
    sessions_of(request).forget()
    return DeclarationShape.of(one)


@routes.post("/secrecy/media", status_code=201, summary="Register a medium")
def register(request: Request, user: Keeping, what: NewMedium) -> MediumShape:
    """409: the serial was used before."""
    use = Desk(request, user).use
    return MediumShape.of(
        use.register_medium(serial=what.serial, level=what.level, keeper=what.keeper, label=what.label)
    )


@routes.post("/secrecy/media/{serial}/withdraw", summary="Take a medium out of use")
def withdraw(request: Request, user: Keeping, serial: SerialPath, what: Why) -> MediumShape:
    """For good."""
    return MediumShape.of(Desk(request, user).use.withdraw_medium(serial, reason=what.reason))


@routes.get("/secrecy/handovers", summary="Packages that were handed over")
def handovers(request: Request, user: Reading) -> list[HandoverShape]:
    """Of the meetings that this person may open."""
    desk = Desk(request, user)
    mine = {meeting.id for meeting in desk.meetings()}
    return [HandoverShape.of(one) for one in desk.use.handovers() if one.meeting in mine]


@routes.post("/secrecy/handovers/{number}/receive", summary="Sign for a handover")
def receive(request: Request, user: Receiving, number: NumberPath, what: Receiver) -> HandoverShape:
    """409: it is signed, or by who handed it over."""
    desk = Desk(request, user)
    for one in desk.use.handovers():
        if one.number == number:
            desk.meeting(one.meeting)
    return HandoverShape.of(desk.use.receive_package(number, by=what.by))


@routes.get("/meetings/{meeting_id}/secrecy", summary="What a 涉密 meeting must have before it opens")
def points(request: Request, user: Reading, meeting_id: MeetingPath) -> list[PointShape]:
    """Empty where the meeting is no state secret."""
    return _points(Desk.at(request, user, meeting_id).secrecy_points(meeting_id))


@routes.get("/meetings/{meeting_id}/secrecy/handover-list", response_class=Response, summary="涉密载体移交清单")
def handover_list(
    request: Request,
    user: Reading,
    meeting_id: MeetingPath,
    form: Annotated[Literal["docx", "pdf"], Query(alias="as")] = "docx",
) -> Response:
    """As the register stands, to be signed by both sides on paper. 404: nothing was handed over yet."""
    made = Desk.at(request, user, meeting_id).handover_list(meeting_id, printed=form == "pdf")
    name = f'attachment; filename="handover-{meeting_id}.{form}"'
    return Response(made, media_type=_KINDS[form], headers={"Content-Disposition": name})


_KINDS = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}


@routes.post("/meetings/{meeting_id}/secrecy/{point}", summary="Confirm a point by name")
def confirm(
    request: Request, user: Confirming, meeting_id: MeetingPath, point: Point, what: ByName
) -> list[PointShape]:
    """409: the meeting has no such point, or is over."""
    use = Desk.at(request, user, meeting_id)
    use.confirm_point(meeting_id, point, by=what.by, number=what.number)
    return _points(use.secrecy_points(meeting_id))


def _points(rows: Sequence[tuple[Point, Confirmation | None]]) -> list[PointShape]:
    return [PointShape.of(point, said) for point, said in rows]
