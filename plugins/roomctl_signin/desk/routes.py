"""REST of the desk and of the T−15 report. The desk answers people who are signed on; the report a screen as well."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from roomctl.api import BadInput, Method, Person, PluginContext, ranking
from roomctl.api.routes import MeetingPath, Right, User, admitted, needs
from roomctl_signin import acts, quorums, ranks, report
from roomctl_signin.desk import sight

MOST_AT_ONCE = 500


class Bulk(BaseModel):
    """What is done at the desk in one press."""

    model_config = ConfigDict(extra="forbid")

    acts: Annotated[list[acts.ActShape], Field(min_length=1, max_length=MOST_AT_ONCE)]


class RankShape(BaseModel):
    """A place in the order."""

    rank: int
    person: str
    name: str


def add(routes: APIRouter, ctx: PluginContext, taking: acts.Taking) -> APIRouter:
    """Adds them to the plugin's routes."""
    usher, editor = needs(Right.SIGN_IN), needs(Right.EDIT_ROSTER)
    reader = needs(Right.SEE_ROSTER, screen=True)

    met = partial(admitted, ctx.services)

    @routes.get("/desk/{meeting_id}", summary="Everybody, as the desk shows them")
    def show(meeting_id: MeetingPath, user: User = usher) -> sight.DeskShape:
        meeting = met(meeting_id, user)
        board = ctx.services.attendance(meeting.id)
        stands = quorums.of(ctx, meeting, board)
        try:
            table = ranks.table(ctx)
        except BadInput:  # whoever puts the roster in order is told of it; nobody waits at the door for a file
            table = ranking.RankTable()
        return sight.of(meeting, board, table, stands, decides=user.may(Right.DECIDE_LEAVE))

    @routes.post("/desk/{meeting_id}/acts", summary="Sign people in, or take it back")
    def take(meeting_id: MeetingPath, sent: Bulk, user: User = usher) -> acts.AnswerShape:
        """会务员代签, by one or many at once: 主席台 in one press. The same key is the same act."""
        return taking.take(met(meeting_id, user), user, sent.acts, Method.DESK)

    @routes.get("/report/{meeting_id}", summary="T−15: who is here, and who is to be called")
    def tell(meeting_id: MeetingPath, user: User = reader) -> report.ReportShape:
        meeting = met(meeting_id, user)
        board = ctx.services.attendance(meeting.id)
        stands = quorums.of(ctx, meeting, board)
        return report.of(meeting, board, stands, room=ctx.services.room.name, now=ctx.clock.now())

    @routes.post("/ranking/{meeting_id}", summary="Put the roster into the order of the table")
    def rank(meeting_id: MeetingPath, user: User = editor) -> list[RankShape]:
        """市领导, 秘书长, units, districts."""
        people = ranks.put_in_order(ctx, met(meeting_id, user).id)
        return [_place(one) for one in people]

    return routes


def _place(person: Person) -> RankShape:
    return RankShape(rank=person.rank, person=person.id, name=person.name)
