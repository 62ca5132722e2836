"""候会: observers come in for their item and go out after it, each at a frame of the recording."""

from roomctl.domain import observers
from roomctl.domain.attendance import ENTERED, EXITED, HERE, Role, Sent, Standing, find_person
from roomctl.domain.observers import Moves
from roomctl.errors import Refused
from roomctl.i18n import tr
from roomctl.services import attendance, marks
from roomctl.services.attendance import Act
from roomctl.services.marks import Desk


def moves(meeting_id: str, item: int | None = None, *, desk: Desk) -> Moves:
    """Who comes in, goes out and waits for the item under way, or for another one.

    Raises:
        NotFound: no such meeting.

    """
    now = marks.item_now(meeting_id, desk=desk) if item is None else item
    facts = attendance.events(meeting_id, uow=desk.uow)
    with desk.uow.reading():
        return observers.moves(desk.uow.roster.of(meeting_id), facts, now)


def enter(meeting_id: str, person: str, item: int | None = None, *, desk: Desk, sent: Sent = HERE) -> Standing:
    """An observer is in the room, for the item under way or for another one.

    Raises:
        NotFound: not on the roster. Refused: the meeting is not open, or the person is a member, who signs in.

    """
    _need_observer(meeting_id, person, desk)
    item = marks.item_now(meeting_id, desk=desk) if item is None else item
    return _act(meeting_id, person, desk, sent).record(ENTERED, {"item": item, **_place(meeting_id, desk, sent)})


def leave(meeting_id: str, person: str, *, desk: Desk, sent: Sent = HERE) -> Standing:
    """An observer is out of the room.

    Raises:
        NotFound: not on the roster. Refused: the meeting is not open, or the person is a member.

    """
    _need_observer(meeting_id, person, desk)
    return _act(meeting_id, person, desk, sent).record(EXITED, _place(meeting_id, desk, sent))


def _act(meeting_id: str, person: str, desk: Desk, sent: Sent) -> Act:
    return Act(meeting_id, person, actor=desk.actor, clock=desk.clock, uow=desk.uow, sent=sent)


def _need_observer(meeting_id: str, person: str, desk: Desk) -> None:
    with desk.uow.reading():
        desk.uow.meetings.get(meeting_id)
        who = find_person(desk.uow.roster.find(meeting_id, person), person)
    if who.role is not Role.OBSERVER:
        raise Refused(
            tr(f"{who.name}是出席人员", f"{who.name} is a member"),
            tr("只有列席人员按议题进出", "observers alone come and go by item"),
            tr("请用签到、早退", "sign in, or note an early departure"),
        )


def _place(meeting_id: str, desk: Desk, sent: Sent) -> dict[str, object]:
    """Nothing for what is told of later: the recording may have paused since, so no frame can be counted back."""
    return {} if sent.ago else marks.place_now(meeting_id, desk=desk)
