"""紧急开会: one press, and the preparations begin; everything else is filled in afterwards."""

from zoneinfo import ZoneInfo

from roomctl.domain.access import MOVES, Right
from roomctl.domain.lifecycle import State
from roomctl.domain.meeting import Meeting, MeetingId
from roomctl.i18n import tr
from roomctl.services.identity import new_id
from roomctl.web.pages.visitor import Visitor
from roomctl.web.session import allow

URGENT_MINUTES = 60
"""Planned length of a meeting that nobody planned: what the disk must hold."""


def may_open_urgently(visitor: Visitor) -> bool:
    """It plans a meeting and begins its preparations, without anybody's approval."""
    return visitor.may(Right.PLAN_MEETINGS) and visitor.may(MOVES[State.OPEN])


def open_urgently(visitor: Visitor) -> str:
    """A meeting that begins now, already being prepared; why it was urgent is asked for before the close.

    It takes the room from whoever planned to use it: its page and theirs say so, and nobody is refused.

    Returns:
        Its page.

    """
    allow(visitor.user, Right.PLAN_MEETINGS)
    allow(visitor.user, MOVES[State.OPEN])
    room = visitor.use.room
    now = visitor.board.application.clock.now().astimezone(ZoneInfo(room.zone))
    meeting = Meeting(
        id=MeetingId(new_id()),
        room=room.id,
        zone=room.zone,
        title=tr(f"紧急会议 {now:%H:%M}", f"Urgent meeting {now:%H:%M}"),
        starts=now.replace(second=0, microsecond=0, tzinfo=None),
        planned_minutes=URGENT_MINUTES,
        place=room.name,
    )
    visitor.use.create(meeting)
    visitor.use.transition(meeting.id, State.OPEN)
    return f"/meetings/{meeting.id}"
