"""What goes over the wire: the domain's values as JSON, and input that is checked before it becomes one."""

from datetime import UTC, datetime
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field, StringConstraints

from roomctl.domain.attendance import (
    LONGEST_CUT_OFF,
    MAX_KEY,
    MAX_NAME,
    Attendance,
    Counts,
    Leave,
    Method,
    Person,
    Presence,
    Question,
    Role,
    Standing,
)
from roomctl.domain.observers import Moves
from roomctl.inputs import MOST_ITEMS, Line, Name, Said, Shape
from roomctl.services.identity import new_id

Id = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z-]{1,64}$")]


class NewPerson(Shape):
    """Somebody for the roster."""

    name: Name = Field(examples=["李晓明"])
    unit: Line = Field(default="", examples=["城管局"])
    duty: Line = Field(default="", examples=["局长"])
    phone: Line = ""
    seat: Line = ""
    role: Role = Role.MEMBER
    rank: int = Field(default=0, ge=0, le=10_000, description="1 is the highest; 0 is none")
    items: list[Annotated[int, Field(ge=1, le=MOST_ITEMS)]] = Field(
        default_factory=list, max_length=MOST_ITEMS, description="of the agenda, for an observer; empty is all"
    )

    def made(self) -> Person:
        return Person(
            id=new_id(),
            name=self.name,
            unit=self.unit,
            duty=self.duty,
            phone=self.phone,
            seat=self.seat,
            role=self.role,
            rank=self.rank,
            items=tuple(self.items),
        )


class StandingShape(BaseModel):
    """How one person stands."""

    id: str
    name: str
    unit: str
    duty: str
    seat: str
    role: Role
    rank: int
    presence: Presence
    arrived: datetime | None
    left: datetime | None
    proxy: str
    proxy_arrived: datetime | None
    pending_leave: bool
    leave: Leave | None = Field(description="请假, the newest; `granted` is null until somebody has decided")
    signed: bool = Field(description="on glass")
    questions: list[Question] = Field(description="for the secretary: what contradicts a decision")

    @classmethod
    def of(cls, standing: Standing) -> Self:
        person = standing.person
        return cls(
            id=person.id,
            name=person.name,
            unit=person.unit,
            duty=person.duty,
            seat=person.seat,
            role=person.role,
            rank=person.rank,
            presence=standing.presence,
            arrived=standing.arrived,
            left=standing.left,
            proxy=standing.proxy,
            proxy_arrived=standing.proxy_arrived,
            pending_leave=standing.pending_leave,
            leave=standing.leave,
            signed=bool(standing.signature),
            questions=list(standing.questions),
        )


class RosterShape(BaseModel):
    """Everybody in the order of rank, and the counts over members."""

    counts: Counts
    people: list[StandingShape]

    @classmethod
    def of(cls, board: Attendance) -> Self:
        return cls(counts=board.counts, people=[StandingShape.of(one) for one in board.standings])


class SignIn(Shape):
    """Who is here: id or name."""

    person: Annotated[Name, StringConstraints(max_length=64)] = Field(examples=["李晓明"])
    method: Method = Method.DESK
    device: Line = ""
    proxy: bool = Field(default=False, description="the approved proxy of this person came")
    key: Annotated[str, StringConstraints(max_length=MAX_KEY)] = Field(
        default="", description="of the act: the same key is the same event, however often it is sent"
    )
    ago: float = Field(default=0, ge=0, le=LONGEST_CUT_OFF, description="seconds since it was done")


class Whom(Shape):
    """One person: id or name."""

    person: Annotated[Name, StringConstraints(max_length=64)] = Field(examples=["李晓明"])


class LeaveRequest(Whom):
    """请假."""

    reason: Said = Field(examples=["出差"])
    proxy: Annotated[str, StringConstraints(max_length=MAX_NAME)] = Field(default="", description="代替人选")
    proxy_duty: Line = ""


class LeaveDecision(Whom):
    """The approver's word."""

    granted: bool
    reason: Line = Field(default="", description="needed where it is refused")


class Entry(Whom):
    """An observer comes in or goes out."""

    item: int | None = Field(default=None, ge=1, le=MOST_ITEMS, description="of the agenda; left out is the present")


class Who(BaseModel):
    """Somebody at the door."""

    id: str
    name: str
    unit: str
    duty: str


class MovesShape(BaseModel):
    """候会: what happens at the door for an item."""

    item: int = Field(description="0 before the first")
    enter: list[Who] = Field(description="请进")
    leave: list[Who] = Field(description="请退场")
    stay: list[Who]
    wait: list[Who] = Field(description="候会, for a later item")

    @classmethod
    def of(cls, moves: Moves) -> Self:
        def whom(people: tuple[Person, ...]) -> list[Who]:
            return [Who(id=one.id, name=one.name, unit=one.unit, duty=one.duty) for one in people]

        sides = {side: whom(getattr(moves, side)) for side in ("enter", "leave", "stay", "wait")}
        return cls(item=moves.item, **sides)


def utc(text: str) -> datetime:
    """An instant of the event log."""
    return datetime.fromisoformat(text).astimezone(UTC)


def local(at: datetime | None, zone: str) -> datetime | None:
    """The same instant as the room's clock shows it."""
    return at.astimezone(ZoneInfo(zone)) if at else None


def number(value: Any) -> float | None:
    """JSON has no infinity: digital silence is no level."""
    return float(value) if value is not None and abs(value) != float("inf") else None
