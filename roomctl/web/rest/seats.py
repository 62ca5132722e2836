"""座位: the plan, and every act on it. Whoever changes it says which version he saw."""

from collections.abc import Mapping
from typing import Annotated, Self

from fastapi import Depends, Request, Response
from pydantic import BaseModel, Field

from roomctl import __version__
from roomctl.domain.access import Right, User
from roomctl.domain.attendance import Role, Standing
from roomctl.domain.layouts import Layout, Place, Template
from roomctl.domain.seating import MAX_CHANNEL, Seats, seated_name
from roomctl.i18n import language, tr
from roomctl.inputs import Shape
from roomctl.services import office_files
from roomctl.services.facade import UseCases
from roomctl.services.seating import SeatPlan
from roomctl.web.rest.desk import Desk, MeetingPath, as_json, router
from roomctl.web.rest.shapes import Id
from roomctl.web.session import Needs

routes = router("seats")

Seeing = Annotated[User, Depends(Needs(Right.SEE_ROSTER))]
Seating = Annotated[User, Depends(Needs(Right.EDIT_ROSTER))]
Spot = Annotated[str, Field(max_length=20, pattern=r"^[A-Z0-9-]*$", description="id of a place", examples=["R1-2"])]


class _Seen(Shape):
    version: int | None = Field(
        default=None, ge=0, description="of the plan that the caller saw; null: whatever it is"
    )


class NewLayout(_Seen):
    """A layout of the office's list."""

    template: str = Field(max_length=64, examples=["platform"])
    sizes: dict[str, int] | None = Field(
        default=None, max_length=10, description="numbers of seats; null: as many as are needed"
    )


class Move(_Seen):
    """A person takes a place; who sits there takes the other's."""

    person: Id
    place: Spot = Field(default="", description="empty: sits nowhere")


class Lock(_Seen):
    """A place that a proposal leaves as it is."""

    place: Spot
    locked: bool


class Channel(_Seen):
    """The microphone of a place."""

    place: Spot
    channel: int = Field(ge=0, le=MAX_CHANNEL, description="of the recorder, from 1; 0: none")


class Channels(_Seen):
    """Channels 1 to `count`, in the order in which the places stand."""

    count: int = Field(ge=0, le=MAX_CHANNEL)


class PlaceShape(BaseModel):
    """A place. Lengths are in seats, as seen from the audience (台下视角)."""

    id: str
    label: str
    zone: str
    number: int
    x: float
    y: float
    turn: int
    observers: bool
    channel: int
    locked: bool
    people: list[str]

    @classmethod
    def of(cls, place: Place, seats: Seats) -> Self:
        return cls(
            id=place.id,
            label=place.label,
            zone=tr(*place.zone),
            number=place.number,
            x=place.x,
            y=place.y,
            turn=place.turn,
            observers=place.observers,
            channel=seats.channels.get(place.id, 0),
            locked=place.id in seats.locked,
            people=list(seats.sitting.get(place.id, ())),
        )


class SitterShape(BaseModel):
    """Somebody who sits, or is to sit."""

    id: str
    name: str = Field(description="of the approved proxy, where one comes")
    instead_of: str
    line: str
    role: Role
    rank: int
    items: list[int]
    place: str
    away: bool = Field(description="sits here, but is on leave, and sends nobody")

    @classmethod
    def of(cls, one: Standing, seats: Seats, *, away: bool) -> Self:
        return cls(
            id=one.person.id,
            name=seated_name(one),
            instead_of=one.person.name if one.proxy else "",
            line=one.proxy_duty if one.proxy else one.person.line,
            role=one.person.role,
            rank=one.person.rank,
            items=list(one.person.items),
            place=seats.place_of(one.person.id),
            away=away,
        )


class TemplateShape(BaseModel):
    """A layout of the office's list, with its usual sizes."""

    id: str
    title: str
    shape: str
    sizes: dict[str, int]

    @classmethod
    def of(cls, one: Template, sizes: Mapping[str, int]) -> Self:
        return cls(id=one.id, title=tr(*one.title), shape=one.shape.value, sizes=dict(sizes))


class SeatPlanShape(BaseModel):
    """The plan; without a template none was made."""

    version: int
    steps: int = Field(description="how many of them can be taken back")
    template: TemplateShape | None
    templates: list[TemplateShape]
    width: float
    height: float
    tables: list[tuple[float, float, float, float]] = Field(description="x, y, width, height")
    places: list[PlaceShape]
    people: list[SitterShape] = Field(
        description="everybody for whom there must be a seat, by rank, members first; then who sits, and is away"
    )
    unseated: list[str]

    @classmethod
    def of(cls, plan: SeatPlan) -> Self:
        seats, found = plan.seats, plan.layout or Layout({}, (), (), 0, 0)
        standings = {one.person.id: one for one in plan.attendance.standings}
        return cls(
            version=seats.version,
            steps=seats.steps,
            template=TemplateShape.of(seats.template, seats.sizes.as_dict()) if seats.template else None,
            templates=[TemplateShape.of(one, one.sizes.as_dict()) for one in plan.rules.templates],
            width=found.width,
            height=found.height,
            tables=list(found.tables),
            places=[PlaceShape.of(one, seats) for one in found.places.values()],
            people=[
                *(SitterShape.of(standings[one.id], seats, away=False) for one in plan.people),
                *(SitterShape.of(one, seats, away=True) for one in plan.chart.seated_away),
            ],
            unseated=[one.id for one in plan.unseated],
        )


@routes.get("/meetings/{meeting_id}/seats", response_model=SeatPlanShape, summary="The plan of the seats")
def get_seats(request: Request, user: Seeing, meeting_id: MeetingPath) -> Response:
    """Places, and who sits where. 304 where nothing was told of the meeting since (`If-None-Match`)."""
    use = Desk.at(request, user, meeting_id)
    tag = _tag(use, meeting_id)
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers={"ETag": tag})
    answer = _told(use.seat_plan(meeting_id))
    answer.headers["ETag"] = tag
    return answer


@routes.put("/meetings/{meeting_id}/seats", response_model=SeatPlanShape, summary="Another layout")
def lay(request: Request, user: Seating, meeting_id: MeetingPath, what: NewLayout) -> Response:
    """Who sat at a place that is there again keeps it."""
    use = Desk.at(request, user, meeting_id)
    return _told(use.lay_seats(meeting_id, what.template, what.sizes, version=what.version))


@routes.post("/meetings/{meeting_id}/seats/proposal", response_model=SeatPlanShape, summary="Everybody by rank")
def propose(request: Request, user: Seating, meeting_id: MeetingPath, what: _Seen) -> Response:
    """Locked places stay."""
    return _told(Desk.at(request, user, meeting_id).propose_seats(meeting_id, version=what.version))


@routes.post("/meetings/{meeting_id}/seats/moves", response_model=SeatPlanShape, summary="Somebody takes a place")
def move(request: Request, user: Seating, meeting_id: MeetingPath, what: Move) -> Response:
    """Who sits there takes the other's; observers of different items share."""
    use = Desk.at(request, user, meeting_id)
    return _told(use.move_seat(meeting_id, what.person, what.place, version=what.version))


@routes.post("/meetings/{meeting_id}/seats/locks", response_model=SeatPlanShape, summary="Lock a place, or unlock it")
def lock(request: Request, user: Seating, meeting_id: MeetingPath, what: Lock) -> Response:
    """For proposals and moves."""
    use = Desk.at(request, user, meeting_id)
    return _told(use.lock_seat(meeting_id, what.place, locked=what.locked, version=what.version))


@routes.put("/meetings/{meeting_id}/seats/channels", response_model=SeatPlanShape, summary="A place's microphone")
def wire(request: Request, user: Seating, meeting_id: MeetingPath, what: Channel) -> Response:
    """The roster's seat becomes the channel, by which the recorder and the transcript know who speaks."""
    use = Desk.at(request, user, meeting_id)
    return _told(use.wire_seat(meeting_id, what.place, what.channel, version=what.version))


@routes.post("/meetings/{meeting_id}/seats/channels", response_model=SeatPlanShape, summary="Number the microphones")
def wire_all(request: Request, user: Seating, meeting_id: MeetingPath, what: Channels) -> Response:
    """In the order of the places."""
    return _told(Desk.at(request, user, meeting_id).wire_seats(meeting_id, what.count, version=what.version))


@routes.post("/meetings/{meeting_id}/seats/undo", response_model=SeatPlanShape, summary="Take the newest act back")
def undo(request: Request, user: Seating, meeting_id: MeetingPath, what: _Seen) -> Response:
    """One step; again for the one before it."""
    return _told(Desk.at(request, user, meeting_id).undo_seats(meeting_id, version=what.version))


def _tag(use: UseCases, meeting_id: str) -> str:
    """Of the plan as it can be seen now, without reading it: all that changes it is an event, but the office's file.

    It is taken before the plan is read, so that what comes in between is seen the next time.
    """
    newest = use.events(stream=meeting_id, limit=1)
    last = newest[0].n if newest else 0
    return f'"{__version__}-{last}-{office_files.changed(use.data, office_files.SEATS)}-{language()}"'


def _told(plan: SeatPlan) -> Response:
    return as_json(SeatPlanShape.of(plan))
