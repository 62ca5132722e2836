"""Meetings: planned, shown, and taken along their life cycle."""

from datetime import date, datetime, time, timedelta
from typing import Annotated, Literal

from fastapi import Depends, Query, Request, Response
from pydantic import Field

from roomctl.domain.access import MOVES, Right, User
from roomctl.domain.lifecycle import State
from roomctl.domain.secrecy import Level
from roomctl.inputs import Said, Shape, Text
from roomctl.services.calendar import MOST, Wish
from roomctl.services.planned import MeetingChanges, NewMeeting
from roomctl.web.booking import booking_of
from roomctl.web.moves import take
from roomctl.web.rest.desk import Desk, MeetingPath, as_json, host_of, router
from roomctl.web.rest.meeting_shapes import EntryShape, FoundShape, MeetingShape
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
    """Refused where this machine may not hold a meeting of that 密级, or another meeting holds the room then.

    Nobody plans a meeting that he could not open himself.
    """
    desk = Desk(request, user)
    meeting = new.made(desk.use.room.id)
    desk.admit(meeting)
    terms = booking_of(host_of(request).application, user, new.share_room)
    return MeetingShape.of(desk.use.create(meeting, booking=terms))


@routes.get("/calendar", response_model=FoundShape, summary="Meetings found by text, day, place, state")
def find_meetings(
    request: Request,
    user: Annotated[User, Depends(Needs(Right.SEE_MEETINGS))],
    text: Annotated[
        str, Query(max_length=100, description="in title, chair, kind, place; as written or by pinyin initials")
    ] = "",
    state: Annotated[list[State] | None, Query(description="one of these")] = None,
    place: Annotated[str, Query(max_length=200)] = "",
    chair: Annotated[str, Query(max_length=200)] = "",
    secrecy: Annotated[Level | None, Query(description="密级")] = None,
    first: Annotated[date | None, Query(description="the first day")] = None,
    last: Annotated[date | None, Query(description="the last day")] = None,
    order: Annotated[Literal["newest", "oldest"], Query()] = "newest",
    limit: Annotated[int, Query(ge=1, le=MOST)] = 100,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> Response:
    """Those of a 密级 that the reader may not open are neither listed nor counted."""
    wish = Wish(
        text=text,
        states=frozenset(state or ()),
        place=place,
        chair=chair,
        level=secrecy,
        first=datetime.combine(first, time()) if first else None,
        last=_day_after(last) if last else None,
        newest=order == "newest",
    )
    found = Desk(request, user).use.find_meetings(wish, sees=user.cleared, skip=offset, most=limit)
    return as_json(FoundShape(total=found.total, meetings=[EntryShape.of(one) for one in found.entries]))


def _day_after(day: date) -> datetime | None:
    return datetime.combine(day + timedelta(days=1), time()) if day < date.max else None


@routes.get("/meetings/{meeting_id}", response_model=MeetingShape, summary="One meeting")
def get_meeting(
    request: Request, user: Annotated[User, Depends(Needs(Right.SEE_MEETINGS))], meeting_id: MeetingPath
) -> Response:
    """With where it can go from here."""
    return as_json(MeetingShape.of(Desk(request, user).meeting(meeting_id)))


@routes.patch("/meetings/{meeting_id}", summary="Change what is planned")
def edit_meeting(
    request: Request,
    user: Annotated[User, Depends(Needs(Right.PLAN_MEETINGS))],
    meeting_id: MeetingPath,
    changes: MeetingChanges,
) -> MeetingShape:
    """All of it before the preparations begin, then less; 409 says what is fixed. The log keeps both versions.

    An approved meeting of which more than the arrangements change has to be approved again.
    """
    desk = Desk(request, user)
    meeting = desk.meeting(meeting_id)
    terms = booking_of(host_of(request).application, user, changes.share_room)
    edited = desk.use.edit(meeting_id, changes.of(meeting), version=changes.version, booking=terms)
    return MeetingShape.of(edited)


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


@routes.post("/meetings/{meeting_id}/clearing", summary="All of 清理会场 is done")
def clear_meeting(
    request: Request,
    user: Annotated[User, Depends(Needs(Right.CLEAR_ROOM))],
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
