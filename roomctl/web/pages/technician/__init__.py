"""The technician's page: a fault is found before the meeting, and the verdict is seen at one glance."""

from nicegui import ui as gui

from roomctl.domain.access import Right
from roomctl.domain.lifecycle import State
from roomctl.i18n import tr
from roomctl.web.pages.frame import Frame, assets
from roomctl.web.pages.technician.desk import RUNNING, Page, choice
from roomctl.web.pages.visitor import Area, Visitor

PATH = "/check"
"""Leads to the next meeting of today, or to the room alone."""

_COMING = (State.OPEN, State.IN_SESSION, State.RECESS, State.APPROVED)


def register(frame: Frame) -> None:
    """`/check`, `/check/room`, and `/meetings/<id>/check`."""

    @frame.page(PATH, lambda: tr("设备检查", "Device checks"), Right.SEE_CHECKS)
    async def choose(visitor: Visitor) -> None:
        found = await visitor.run(_coming, visitor)
        if len(found) == 1:
            gui.navigate.to(found[0][0])
            return
        area = Area(visitor)
        area.box.classes("rc-fill")
        area.show(await visitor.draw(lambda: choice(found)))

    @frame.page("/check/room", lambda: tr("设备检查", "Device checks"), Right.SEE_CHECKS)
    async def room(visitor: Visitor) -> None:
        await _open(visitor, None)

    @frame.page("/meetings/{meeting_id}/check", lambda: tr("设备检查", "Device checks"), Right.SEE_CHECKS)
    async def meeting(visitor: Visitor, meeting_id: str) -> None:
        await _open(visitor, meeting_id)


async def _open(visitor: Visitor, meeting: str | None) -> None:
    gui.add_head_html(assets("technician", "technician"))
    page = Page(visitor, meeting)
    await page.look()
    visitor.every(RUNNING, page.tick)


def _coming(visitor: Visitor) -> list[tuple[str, str, str]]:
    """Meetings of today that are not over, and the room itself where there are several, or none."""
    today = visitor.board.today()
    found = [
        one.meeting
        for one in today.meetings
        if one.meeting.state in _COMING and visitor.user.cleared(one.meeting.highest_secrecy.level)
    ]
    room = ("/check/room", tr(f"{today.room}，不为某次会议", f"{today.room}, for no meeting"), "")
    shown = [(f"/meetings/{one.id}/check", one.title, f"{one.starts:%H:%M}") for one in found]
    return shown if len(shown) == 1 else [*shown, room]
