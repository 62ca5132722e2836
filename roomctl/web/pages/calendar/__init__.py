"""The calendar: a day, a week, a month, or a list that is searched and read page by page."""

import json
from typing import Any

from nicegui import ui as gui

from roomctl.domain.access import Right
from roomctl.i18n import tr
from roomctl.web.pages.calendar.desk import Desk
from roomctl.web.pages.frame import Frame, assets
from roomctl.web.pages.visitor import Area, Visitor

EACH = 10.0
"""Seconds between two looks of an open page."""

_TYPED = "(event) => emit({name: event.target.name, value: event.target.value})"


def register(frame: Frame) -> None:
    """`/calendar`."""

    @frame.page("/calendar", lambda: tr("日历", "Calendar"), Right.SEE_MEETINGS)
    async def calendar(visitor: Visitor, view: str = "", day: str = "", text: str = "") -> None:
        gui.add_head_html(assets("calendar"))
        desk = await visitor.run(Desk, visitor, view, day, text)
        head, bar, body = Area(visitor), Area(visitor), Area(visitor)

        async def look() -> None:
            head.show(await visitor.draw(desk.head))
            bar.show(await visitor.draw(desk.bar))
            body.show(await visitor.draw(desk.body))

        async def pressed() -> None:
            gui.run_javascript(f"history.replaceState(null, '', {json.dumps(desk.address)})")
            await look()

        async def choose(told: Any) -> None:
            if isinstance(told, dict):
                desk.choose(str(told.get("name", "")), str(told.get("value", "")))
            await visitor.in_turn(pressed)

        bar.box.on("change", lambda event: choose(event.args), js_handler=_TYPED)
        bar.box.on("input", lambda event: choose(event.args), js_handler=_TYPED, throttle=0.3, leading_events=False)
        head.redraw = body.redraw = pressed
        await look()
        visitor.every(EACH, look)
