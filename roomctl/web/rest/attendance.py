"""The roster, and who is there."""

from typing import Annotated, Any

from fastapi import Body, Depends, Query, Request, Response
from pydantic import Field

from roomctl.domain.access import Right, User
from roomctl.domain.attendance import Sent
from roomctl.inputs import MOST_ITEMS, MOST_PEOPLE
from roomctl.web.rest.desk import Desk, MeetingPath, as_json, router
from roomctl.web.rest.shapes import (
    Entry,
    LeaveDecision,
    LeaveRequest,
    MovesShape,
    NewPerson,
    RosterShape,
    SignIn,
    StandingShape,
    Whom,
)
from roomctl.web.session import Needs

routes = router("sign-in")

Signing = Annotated[User, Depends(Needs(Right.SIGN_IN))]


@routes.get("/meetings/{meeting_id}/roster", response_model=RosterShape, summary="Everybody, and how each stands")
def get_roster(
    request: Request, user: Annotated[User, Depends(Needs(Right.SEE_ROSTER))], meeting_id: MeetingPath
) -> Response:
    """In the order of rank; expected = present + leave + absent, over members."""
    desk = Desk(request, user)
    desk.meeting(meeting_id)
    return as_json(RosterShape.of(desk.use.attendance(meeting_id)))


@routes.post("/meetings/{meeting_id}/roster", status_code=201, summary="Put people on the roster")
def add_people(
    request: Request,
    user: Annotated[User, Depends(Needs(Right.EDIT_ROSTER))],
    meeting_id: MeetingPath,
    people: Annotated[list[NewPerson], Body(max_length=MOST_PEOPLE), Field(min_length=1)],
) -> RosterShape:
    """All or none."""
    desk = Desk(request, user)
    desk.meeting(meeting_id)
    desk.use.add_people(meeting_id, [one.made() for one in people])
    return RosterShape.of(desk.use.attendance(meeting_id))


@routes.post("/meetings/{meeting_id}/sign-ins", status_code=201, summary="A person is here")
def sign_in(request: Request, user: Signing, meeting_id: MeetingPath, who: SignIn) -> StandingShape:
    """Or the approved proxy of one. The same person twice is one attendance, the same key twice one event."""
    desk, sent = Desk(request, user), Sent(who.key, who.ago)
    how: dict[str, Any] = {"method": who.method, "device": who.device, "proxy": who.proxy}
    return StandingShape.of(desk.use.sign_in(meeting_id, who.person, **how, sent=sent, admit=desk.admit))


@routes.post("/meetings/{meeting_id}/departures", status_code=201, summary="A person has left")
def leave_early(request: Request, user: Signing, meeting_id: MeetingPath, who: Whom) -> StandingShape:
    """早退 of a member; an observer simply left."""
    desk = Desk(request, user)
    desk.meeting(meeting_id)
    return StandingShape.of(desk.use.leave_early(meeting_id, who.person))


@routes.post("/meetings/{meeting_id}/leave-requests", status_code=201, summary="请假")
def request_leave(request: Request, user: Signing, meeting_id: MeetingPath, leave: LeaveRequest) -> StandingShape:
    """With who would come instead; the approver decides."""
    desk = Desk(request, user)
    desk.meeting(meeting_id)
    return StandingShape.of(
        desk.use.request_leave(
            meeting_id, leave.person, reason=leave.reason, proxy=leave.proxy, proxy_duty=leave.proxy_duty
        )
    )


@routes.post("/meetings/{meeting_id}/leave-decisions", status_code=201, summary="Grant or refuse a leave")
def decide_leave(
    request: Request,
    user: Annotated[User, Depends(Needs(Right.DECIDE_LEAVE))],
    meeting_id: MeetingPath,
    decision: LeaveDecision,
) -> StandingShape:
    """By who asks. Only a granted leave lets the proxy sign in."""
    desk = Desk(request, user)
    desk.meeting(meeting_id)
    return StandingShape.of(
        desk.use.decide_leave(
            meeting_id, decision.person, granted=decision.granted, by=user.name, note=decision.reason
        )
    )


@routes.post("/meetings/{meeting_id}/undos", status_code=201, summary="Take back a person's newest event")
def undo(request: Request, user: Signing, meeting_id: MeetingPath, who: Whom) -> StandingShape:
    """Of coming and going; who decides on leaves takes back a decision too. The event stays in the log."""
    use = Desk.at(request, user, meeting_id)
    return StandingShape.of(use.undo_attendance(meeting_id, who.person, leave=user.may(Right.DECIDE_LEAVE)))


@routes.get("/meetings/{meeting_id}/moves", summary="Which observers come in, go out and wait")
def moves(
    request: Request,
    user: Annotated[User, Depends(Needs(Right.SEE_ROSTER))],
    meeting_id: MeetingPath,
    item: Annotated[int | None, Query(ge=0, le=MOST_ITEMS, description="left out is the present one")] = None,
) -> MovesShape:
    """For the item under way, or for another one: 请进, 请退场, 候会."""
    return MovesShape.of(Desk.at(request, user, meeting_id).moves(meeting_id, item))


@routes.post("/meetings/{meeting_id}/entries", status_code=201, summary="An observer comes in")
def enter(request: Request, user: Signing, meeting_id: MeetingPath, who: Entry) -> StandingShape:
    """At the present frame of the recording."""
    return StandingShape.of(Desk.at(request, user, meeting_id).enter(meeting_id, who.person, who.item))


@routes.post("/meetings/{meeting_id}/exits", status_code=201, summary="An observer goes out")
def leave_the_room(request: Request, user: Signing, meeting_id: MeetingPath, who: Whom) -> StandingShape:
    """At the present frame of the recording."""
    return StandingShape.of(Desk.at(request, user, meeting_id).exit(meeting_id, who.person))
