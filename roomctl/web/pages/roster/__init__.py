"""The roster of a meeting: who is on it, people taken in from a table or picked from the office's list."""

from typing import Any

from nicegui import ui as gui

from roomctl.domain.access import Right
from roomctl.i18n import tr
from roomctl.web.pages.frame import Frame, assets
from roomctl.web.pages.roster.desk import Desk
from roomctl.web.pages.visitor import Area, Visitor

_TYPED = """(event) => {
  const e = event.target;
  if (e.matches("[data-typed]")) emit({name: e.name, value: e.value});
}"""


def register(frame: Frame) -> None:
    """`/meetings/<id>/roster`."""

    @frame.page("/meetings/{meeting_id}/roster", lambda: tr("名单", "Roster"), Right.SEE_ROSTER)
    async def roster(visitor: Visitor, meeting_id: str) -> None:
        gui.add_head_html(assets("roster", "roster"))
        area, desk = Area(visitor), Desk(visitor, meeting_id, frame.rosters)

        async def look() -> None:
            area.show(await visitor.draw(desk.draw))

        async def choose(told: Any) -> None:
            if isinstance(told, dict):
                desk.choose(str(told.get("name", "")), str(told.get("value", "")))
            await visitor.in_turn(look)

        area.redraw = look
        area.box.on("change", lambda event: choose(event.args), js_handler=_TYPED)
        await look()
