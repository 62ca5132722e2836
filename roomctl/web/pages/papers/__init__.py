"""The papers of a meeting: read on the page they will be printed on, checked for errors, and the way of a 纪要."""

from nicegui import ui as gui

from roomctl.domain.access import Right
from roomctl.i18n import tr
from roomctl.web.pages.frame import Frame, assets
from roomctl.web.pages.home import EACH
from roomctl.web.pages.papers.desk import Desk
from roomctl.web.pages.visitor import Area, Visitor


def register(frame: Frame) -> None:
    """`/meetings/<id>/papers`."""

    @frame.page("/meetings/{meeting_id}/papers", lambda: tr("文件", "Papers"), Right.SEE_RECORDS)
    async def papers(visitor: Visitor, meeting_id: str) -> None:
        gui.add_head_html(assets("papers", "papers"))
        area = Area(visitor)
        desk = Desk(visitor, meeting_id)

        async def look() -> None:
            area.show(await visitor.draw(desk.draw))

        area.redraw = look
        await look()
        visitor.every(EACH, look)
