"""要点: what was decided and who does what until when, as a secretary writes it beside the transcript."""

from typing import Annotated, Self

from fastapi import Body, Path, Request
from pydantic import BaseModel, Field, StringConstraints

from roomctl.domain.transcript import DraftPoint, PointKind
from roomctl.inputs import Line, Said, Shape, Text
from roomctl.services.points import Wording
from roomctl.web.rest.desk import Desk, MeetingPath, router
from roomctl.web.rest.shapes import Id
from roomctl.web.rest.transcripts import Correcting

routes = router("transcripts")

MOST_UNITS = 40
"""配合单位 of one point."""

PointPath = Annotated[str, Path(pattern=r"^[0-9A-Za-z-]{1,64}$", description="name of a point")]
Unit = Annotated[Line, StringConstraints(min_length=1)]


class Parts(Shape):
    """A point as it stands on a screen."""

    kind: PointKind
    what: Text = Field(default="", examples=["完成改造资金拨付"])
    owner: Line = Field(default="", description="牵头单位", examples=["市财政局"])
    support: list[Unit] = Field(default=[], max_length=MOST_UNITS, description="配合单位", examples=[["市发改委"]])
    person: Line = Field(default="", description="责任人")
    deadline: Line = Field(default="", description="完成时限", examples=["12月15日"])

    @property
    def wording(self) -> Wording:
        return Wording(
            kind=self.kind,
            what=self.what,
            owner=self.owner,
            support=tuple(self.support),
            person=self.person,
            deadline=self.deadline,
        )


class Words(Parts):
    """A point as a person writes it."""

    what: Said = Field(examples=["完成改造资金拨付"])


class Written(Words):
    """409 where `seen` is not what stands there by now."""

    seen: Parts | None = None


class Added(Words):
    """A new one, of a sentence."""

    segment: Id = Field(description="id of the sentence", examples=["r1-t1-0007"])


class PointShape(BaseModel):
    """A point as it stands."""

    name: str
    kind: PointKind
    text: str = Field(description="as it was said")
    now: str = Field(description="what its sentence says by now, where it was changed after a person wrote this")
    segment: str = Field(description="id of its sentence")
    what: str
    owner: str
    support: list[str]
    person: str
    deadline: str
    by: str = Field(description="who wrote it so; empty where nobody has")
    struck: bool

    @classmethod
    def of(cls, point: DraftPoint) -> Self:
        return cls(
            name=point.name,
            kind=point.kind,
            text=point.text,
            now=point.now,
            segment=point.segment,
            what=point.what,
            owner=point.owner,
            support=list(point.support),
            person=point.person,
            deadline=point.deadline,
            by=point.by,
            struck=point.struck,
        )


@routes.post("/meetings/{meeting_id}/transcript/points", status_code=201, summary="Add a point")
def add_point(request: Request, user: Correcting, meeting_id: MeetingPath, what: Added) -> PointShape:
    """The 会议记录 is drafted with it; later versions of the transcript take it over."""
    use = Desk.at(request, user, meeting_id)
    return PointShape.of(use.add_point(meeting_id, what.segment, what.wording))


@routes.put("/meetings/{meeting_id}/transcript/points/{point}", summary="Write a point otherwise")
def write_point(
    request: Request, user: Correcting, meeting_id: MeetingPath, point: PointPath, what: Written
) -> PointShape:
    """One that was struck out is there again."""
    use = Desk.at(request, user, meeting_id)
    seen = what.seen.wording if what.seen else None
    return PointShape.of(use.write_point(meeting_id, point, what.wording, seen=seen))


@routes.post("/meetings/{meeting_id}/transcript/points/{point}/strike", summary="Strike a point out")
def strike_point(
    request: Request,
    user: Correcting,
    meeting_id: MeetingPath,
    point: PointPath,
    seen: Annotated[Parts | None, Body(embed=True)] = None,
) -> PointShape:
    """It stays, is shown nowhere, and is in no paper. Writing it brings it back."""
    use = Desk.at(request, user, meeting_id)
    return PointShape.of(use.strike_point(meeting_id, point, seen=seen.wording if seen else None))
