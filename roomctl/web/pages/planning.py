"""A new meeting: planned with its facts, or opened at once where there is no time for them."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from roomctl.domain.access import MOVES, Right
from roomctl.domain.lifecycle import State
from roomctl.domain.meeting import AgendaItem, Meeting, MeetingId
from roomctl.errors import BadInput
from roomctl.i18n import tr
from roomctl.services.identity import new_id
from roomctl.web.pages.frame import Frame
from roomctl.web.pages.visitor import Area, Visitor
from roomctl.web.session import allow
from roomctl.web.ui import Part, Values, button, field, form, join, link_button, tag

URGENT_MINUTES = 60
"""Planned length of a meeting that nobody planned: what the disk must hold."""


def register(frame: Frame) -> None:
    """`/meetings/new`."""

    @frame.page("/meetings/new", lambda: tr("新建会议", "New meeting"), Right.PLAN_MEETINGS)
    async def new(visitor: Visitor) -> None:
        area = Area(visitor)
        area.box.classes("rc-narrow")
        area.show(await visitor.draw(lambda: _planning(visitor)))


def may_open_urgently(visitor: Visitor) -> bool:
    """It plans a meeting and begins its preparations, without anybody's approval."""
    return visitor.may(Right.PLAN_MEETINGS) and visitor.may(MOVES[State.OPEN])


def open_urgently(visitor: Visitor) -> str:
    """紧急开会: a meeting that begins now, already being prepared; why it was urgent is asked for before the close.

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


def _planning(visitor: Visitor, values: Values | None = None) -> Part:
    room = visitor.board.today()
    at = (room.now + timedelta(hours=1)).replace(minute=0, tzinfo=None)
    given = values or {"starts": f"{at:%Y-%m-%dT%H:%M}", "minutes": "60"}
    return join(
        (
            tag("div", tag("h1", tr("新建会议", "New meeting"), class_="rc-grow"), class_="rc-hd"),
            tag(
                "div",
                form(
                    field("title", tr("主题", "Title"), given.get("title", "")),
                    field("starts", tr("开始", "Begins"), given.get("starts", ""), kind="datetime-local"),
                    field("minutes", tr("时长（分钟）", "Minutes"), given.get("minutes", ""), kind="number"),
                    field("chair", tr("主持人", "Chair"), given.get("chair", "")),
                    field("minute_taker", tr("记录人", "Minutes by"), given.get("minute_taker", "")),
                    field(
                        "agenda",
                        tr("议题", "Agenda"),
                        given.get("agenda", ""),
                        kind="lines",
                        hint=tr("一行一项：题目，汇报人", "one item a line: title, presenter"),
                    ),
                    tag(
                        "div",
                        button(tr("新建", "Make it"), lambda typed: _make(visitor, typed), kind="pri"),
                        link_button(tr("返回", "Back"), "/", kind="quiet"),
                        class_="rc-row",
                    ),
                ),
                class_="rc-panel rc-inset",
            ),
        )
    )


def _make(visitor: Visitor, typed: Values) -> str:
    """Gives the new meeting's page. Raises: BadInput."""
    try:
        starts = datetime.fromisoformat(str(typed.get("starts")))
    except ValueError:
        raise BadInput(
            tr("开始时间不对", "the time is not readable"),
            mend=tr("从日历里选一个", "choose one from the calendar"),
        ) from None
    minutes = str(typed.get("minutes"))
    if not minutes.isdigit() or not 1 <= int(minutes) <= _LONGEST:
        raise BadInput(
            tr("时长不对", "the length is wrong"),
            minutes,
            tr(f"填 1 到 {_LONGEST}", f"give 1 to {_LONGEST} minutes"),
        )
    room = visitor.use.room
    meeting = Meeting(
        id=MeetingId(new_id()),
        room=room.id,
        zone=room.zone,
        title=str(typed.get("title", "")).strip(),
        starts=starts.replace(tzinfo=None),
        planned_minutes=int(minutes),
        chair=str(typed.get("chair", "")).strip(),
        minute_taker=str(typed.get("minute_taker", "")).strip(),
        place=room.name,
        agenda=tuple(_items(str(typed.get("agenda", "")))),
    )
    visitor.use.create(meeting)
    return f"/meetings/{meeting.id}"


_LONGEST = 24 * 60  # minutes


def _items(lines: str) -> list[AgendaItem]:
    items: list[AgendaItem] = []
    for text in filter(None, (one.strip() for one in lines.splitlines())):
        title, _, presenter = text.replace(",", "，").rpartition("，")
        title, presenter = (title, presenter) if title else (presenter, "")
        items.append(AgendaItem(len(items) + 1, title.strip(), presenter=presenter.strip()))
    return items
