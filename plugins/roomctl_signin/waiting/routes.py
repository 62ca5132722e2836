"""REST of the waiting room's screen and of the usher's telephone. Both answer people and their own keys."""

from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from roomctl.api import Actor, BadInput, Meeting, Method, NotFound, PluginContext, Refused, Standing, attendance, tr
from roomctl.api.routes import MeetingPath, Right, User, admitted, needs
from roomctl_signin.acts import MOST_ACTS, Key, TakenShape, Taking, device_of
from roomctl_signin.notice import RecordingNotice
from roomctl_signin.waiting import sight


class MoveShape(BaseModel):
    """An observer came in, went out, or neither after all."""

    model_config = ConfigDict(extra="forbid")

    key: Key
    kind: Literal["enter", "exit", "undo"]
    person: Annotated[str, Field(min_length=1, max_length=64, description="id on the roster")]
    item: int = Field(default=0, ge=0, le=1000, description="for `enter`: the item that the usher saw")
    of: str = Field(default="", max_length=64, description="for `undo`: key of the act that was a mistake")
    ago: float = Field(default=0, ge=0, le=attendance.LONGEST_CUT_OFF, description="seconds since; 0 is now")


class MovesSent(BaseModel):
    """What waits on the telephone, the oldest first."""

    model_config = ConfigDict(extra="forbid")

    acts: Annotated[list[MoveShape], Field(min_length=1, max_length=MOST_ACTS)]


class MovesTaken(BaseModel):
    """One for each act, in their order."""

    acts: list[TakenShape]


def add(routes: APIRouter, ctx: PluginContext, taking: Taking) -> APIRouter:
    """Adds them to the plugin's routes."""
    usher, reader = needs(Right.SIGN_IN, screen=True), needs(Right.SEE_ROSTER, screen=True)
    notice = RecordingNotice(ctx, "waiting")

    met = partial(admitted, ctx.services)

    @routes.get("/waiting/{meeting_id}", summary="What the wall of the waiting room shows")
    def show(meeting_id: MeetingPath, user: User = reader) -> sight.WaitingShape:
        """Nobody who is away is in it, and of a 涉密 meeting nobody at all."""
        meeting = met(meeting_id, user)
        moves = ctx.services.moves(meeting.id)
        board = ctx.services.attendance(meeting.id)
        notice.shown(meeting, user)
        coming = sorted(one.n for one in meeting.agenda if one.n > moves.item)
        return sight.wall(meeting, board, moves, ctx.services.room.name, coming=coming)

    @routes.get("/usher/{meeting_id}", summary="Whom the usher leads in and out")
    def lead(meeting_id: MeetingPath, user: User = usher) -> sight.UsherShape:
        meeting = met(meeting_id, user)
        visits = sight.inside(ctx.services.attendance_events(meeting.id), meeting.zone)
        moves, board = ctx.services.moves(meeting.id), ctx.services.attendance(meeting.id)
        return sight.usher(meeting, board, moves, visits)

    @routes.post("/usher/{meeting_id}/acts", summary="An observer came in, or went out")
    def take(meeting_id: MeetingPath, sent: MovesSent, user: User = usher) -> MovesTaken:
        """At the present frame of the recording, where it is told at once. The same key is the same act."""
        meeting = met(meeting_id, user)
        return MovesTaken(acts=[_taken(ctx, taking, meeting, user, one) for one in sent.acts])

    return routes


def _taken(ctx: PluginContext, taking: Taking, meeting: Meeting, user: User, act: MoveShape) -> TakenShape:
    try:
        _do(ctx, meeting, user, act)
    except (BadInput, NotFound, Refused) as error:
        return taking.refused(meeting, device_of(user, Method.DESK), act, error)
    return TakenShape(key=act.key, ok=True, came="", why="")


def _do(ctx: PluginContext, meeting: Meeting, user: User, act: MoveShape) -> Standing:
    use, sent = ctx.services, attendance.Sent(act.key, act.ago)
    who = Actor.person(user.name)
    if user.screen is not None:
        who = Actor.parse(f"plugin:signin/{user.screen.label or user.screen.id}")
    if act.kind == "enter":
        return use.enter(meeting.id, act.person, act.item, sent=sent, actor=who)
    if act.kind == "exit":
        return use.exit(meeting.id, act.person, sent=sent, actor=who)
    if not act.of:
        raise BadInput(
            tr("没有写明撤销哪一次", "it does not say which act is meant"),
            mend=tr("请在签到台撤销", "take it back at the desk"),
        )
    return use.undo_attendance(meeting.id, act.person, of=act.of, sent=sent, actor=who)
