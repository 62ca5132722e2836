"""Meetings: planned, shown, and taken along their life cycle."""

from typing import Annotated

from fastapi import Depends, Query, Request, Response
from pydantic import Field

from roomctl.domain.access import MOVES, Right, User
from roomctl.domain.lifecycle import State
from roomctl.web.moves import take
from roomctl.web.rest.desk import Desk, MeetingPath, as_json, router
from roomctl.web.rest.shapes import MeetingShape, NewMeeting, Said, Shape, Text
from roomctl.web.session import Needs, allow

routes = router("meetings")


class Step(Shape):
    """Where the meeting is to go."""

    to: State
    reason: Text = Field(default="", description="asked for by some steps", examples=["防汛会商"])
    overrule: Text = Field(
        default="", description="why the objections of plugins do not hold; who asks takes them upon himself"
    )


class LeftBehind(Shape):
    """清理会场 is done."""

    left_behind: Text = ""


class Reason(Shape):
    """Why."""

    reason: Said


@routes.get("/meetings", response_model=list[MeetingShape], summary="Meetings, the newest first")
def list_meetings(
    request: Request,
    user: Annotated[User, Depends(Needs(Right.SEE_MEETINGS))],
    state: Annotated[list[State] | None, Query(description="only these")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> Response:
    """Those of a 密级 that the reader may not open are left out."""
    found = Desk(request, user).meetings(*(state or ()))
    return as_json([MeetingShape.of(meeting) for meeting in found[offset : offset + limit]])


@routes.post("/meetings", status_code=201, summary="Plan a meeting")
def create_meeting(
    request: Request, user: Annotated[User, Depends(Needs(Right.PLAN_MEETINGS))], new: NewMeeting
) -> MeetingShape:
    """Refused where this machine may not hold a meeting of that 密级."""
    use = Desk(request, user).use
    return MeetingShape.of(use.create(new.made(use.room.id)))


@routes.get("/meetings/{meeting_id}", response_model=MeetingShape, summary="One meeting")
def get_meeting(
    request: Request, user: Annotated[User, Depends(Needs(Right.SEE_MEETINGS))], meeting_id: MeetingPath
) -> Response:
    """With where it can go from here."""
    return as_json(MeetingShape.of(Desk(request, user).meeting(meeting_id)))


@routes.post("/meetings/{meeting_id}/transitions", summary="Take it along its life cycle")
def move_meeting(
    request: Request,
    user: Annotated[User, Depends(Needs(Right.MOVE_MEETINGS))],
    meeting_id: MeetingPath,
    step: Step,
) -> MeetingShape:
    """Start, pause, resume and adjourn command the recorder first. Objections are answered with 409 and named."""
    allow(user, MOVES[step.to])
    if step.overrule:
        allow(user, Right.OVERRULE)
    desk = Desk(request, user)
    desk.meeting(meeting_id)
    moved = take(desk.use, user.name, meeting_id, step.to, reason=step.reason, overrule=step.overrule)
    return MeetingShape.of(moved)


@routes.post("/meetings/{meeting_id}/clearing", summary="清理会场 is done")
def clear_meeting(
    request: Request,
    user: Annotated[User, Depends(Needs(Right.SIGN_IN))],
    meeting_id: MeetingPath,
    done: LeftBehind,
) -> MeetingShape:
    """One of the needs of close."""
    desk = Desk(request, user)
    desk.meeting(meeting_id)
    return MeetingShape.of(desk.use.clear(meeting_id, left_behind=done.left_behind))


@routes.post("/meetings/{meeting_id}/transcript-waiver", summary="Let it close without a complete transcript")
def waive_transcript(
    request: Request,
    user: Annotated[User, Depends(Needs(Right.OVERRULE))],
    meeting_id: MeetingPath,
    why: Reason,
) -> MeetingShape:
    """By who asks, with a reason."""
    desk = Desk(request, user)
    desk.meeting(meeting_id)
    return MeetingShape.of(desk.use.waive_transcript(meeting_id, by=user.name, reason=why.reason))


@routes.post("/meetings/{meeting_id}/urgency", summary="Say why it was urgent")
def explain_urgency(
    request: Request,
    user: Annotated[User, Depends(Needs(Right.RUN_MEETINGS))],
    meeting_id: MeetingPath,
    why: Reason,
) -> MeetingShape:
    """Asked for before close, where it was opened without approval."""
    desk = Desk(request, user)
    desk.meeting(meeting_id)
    return MeetingShape.of(desk.use.explain_urgency(meeting_id, reason=why.reason))
