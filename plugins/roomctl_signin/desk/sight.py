"""What the desk shows: everybody, how each stands, and who is on the platform."""

from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field

from roomctl.api import Attendance, Meeting, Presence, Role, Standing, attendance, lifecycle, quorum, ranking
from roomctl_signin import lists, report
from roomctl_signin.report import QuorumShape
from roomctl_signin.terminal.initials import keys

PLATFORM = "主席台"
"""How the seat of somebody on the platform begins."""


class PersonShape(BaseModel):
    """Somebody on the roster."""

    id: str
    name: str
    written: str = Field(examples=["刘伟（代陈志强）"])
    line: str = Field(description="unit and duty")
    phone: str
    seat: str
    role: Role
    presence: Presence
    here: bool
    came: str = Field(description="HH:MM of the room")
    platform: bool = Field(description="主席台: signed in for, in one press")
    leave: attendance.Leave | None
    questions: list[str]
    keys: list[str] = Field(description="what finds the name, see the terminal")


class DeskShape(BaseModel):
    """All that the desk shows."""

    title: str
    starts: str
    open: bool
    decides: bool = Field(description="who looks may decide on a leave")
    counts: attendance.Counts
    said: str
    quorum: QuorumShape | None
    people: list[PersonShape]


def of(
    meeting: Meeting,
    board: Attendance,
    table: ranking.RankTable,
    stands: quorum.Quorum | None,
    *,
    decides: bool,
) -> DeskShape:
    """In order of rank."""
    return DeskShape(
        title=meeting.title,
        starts=f"{meeting.starts:%H:%M}",
        open=meeting.state in lifecycle.MEETS,
        decides=decides,
        counts=board.counts,
        said=report.said(board),
        quorum=QuorumShape(said=stands.said, met=stands.met) if stands else None,
        people=[_person(one, meeting, table) for one in board.standings],
    )


def _person(one: Standing, meeting: Meeting, table: ranking.RankTable) -> PersonShape:
    person = one.person
    return PersonShape(
        id=person.id,
        name=person.name,
        written=one.written,
        line=person.line,
        phone=person.phone,
        seat=person.seat,
        role=person.role,
        presence=one.presence,
        here=one.here,
        came=lists.minute(one.came, ZoneInfo(meeting.zone)),
        platform=person.seat.startswith(PLATFORM) or person.name == meeting.chair or table.is_leader(person),
        leave=one.leave,
        questions=[question.label for question in one.questions],
        keys=list(keys(person.name)),
    )
