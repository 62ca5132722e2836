"""确定会议: planned with all its facts, changed later, or opened at once where there is no time."""

from nicegui import ui as gui

from roomctl.domain.access import Right
from roomctl.i18n import tr
from roomctl.web.pages.frame import Frame, assets
from roomctl.web.pages.planning.desk import Desk
from roomctl.web.pages.planning.urgent import may_open_urgently, open_urgently
from roomctl.web.pages.visitor import Area, Visitor

__all__ = ["may_open_urgently", "open_urgently", "register"]


def register(frame: Frame) -> None:
    """`/meetings/new` and `/meetings/<id>/edit`."""

    @frame.page("/meetings/new", lambda: tr("新建会议", "New meeting"), Right.PLAN_MEETINGS)
    async def new(visitor: Visitor, starts: str = "") -> None:
        await _show(visitor, "", starts)

    @frame.page("/meetings/{meeting_id}/edit", lambda: tr("修改会议", "Change the meeting"), Right.PLAN_MEETINGS)
    async def edit(visitor: Visitor, meeting_id: str) -> None:
        await _show(visitor, meeting_id)


async def _show(visitor: Visitor, meeting_id: str, starts: str = "") -> None:
    gui.add_head_html(assets("planning"))
    area, desk = Area(visitor), Desk(visitor, meeting_id, starts)

    async def look() -> None:
        area.show(await visitor.draw(desk.draw))

    area.redraw = look
    await look()
