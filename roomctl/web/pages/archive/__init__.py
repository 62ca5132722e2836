"""归档: every package at every place, and the 归档登记 of one meeting."""

from typing import Any

from nicegui import ui as gui

from roomctl.domain.access import Right
from roomctl.i18n import tr
from roomctl.web.pages.archive.overview import Overview
from roomctl.web.pages.archive.registration import Registering
from roomctl.web.pages.frame import Frame, assets
from roomctl.web.pages.visitor import Area, Visitor

EACH = 1.0
"""Seconds; a look that finds nothing new asks two questions and draws nothing."""

_CHANGED = "(event) => emit({name: event.target.name, value: event.target.value})"


def register(frame: Frame) -> None:
    """`/archive`, with `?show=` and `?text=`; `/meetings/<id>/archive`."""
    _overview(frame)
    _registration(frame)


def _overview(frame: Frame) -> None:
    @frame.page("/archive", lambda: tr("归档", "Archive"), Right.RETRY_ARCHIVE)
    async def archive(visitor: Visitor, show: str = "", text: str = "") -> None:
        _head()
        desk = Overview(visitor, show, text)
        head, bar, told, rows = Area(visitor), Area(visitor), Area(visitor), Area(visitor)

        async def look() -> None:
            for area, make in ((head, desk.head), (bar, desk.bar), (told, desk.reconciled), (rows, desk.rows)):
                area.show(await visitor.draw(make))

        async def typed(values: dict[str, Any]) -> None:
            if values.get("name") == "text":
                desk.find(str(values.get("value", "")))
                await visitor.in_turn(look)

        bar.box.on("change", lambda event: typed(event.args), js_handler=_CHANGED)
        for area in (bar, rows):
            area.redraw = look
        await look()
        visitor.every(EACH, look)


def _registration(frame: Frame) -> None:
    @frame.page("/meetings/{meeting_id}/archive", lambda: tr("归档登记", "Registration"), Right.SEE_RECORDS)
    async def registration(visitor: Visitor, meeting_id: str) -> None:
        _head()
        desk = Registering(visitor, meeting_id)
        head = Area(visitor)
        with gui.element("div").classes("rc-archive"):
            left, right = Area(visitor), Area(visitor)

        async def look() -> None:
            for area, make in ((head, desk.head), (left, desk.left), (right, desk.right)):
                area.show(await visitor.draw(make))

        for area in (head, left, right):
            area.redraw = look
        await look()
        visitor.every(2 * EACH, look)


def _head() -> None:
    gui.add_head_html(assets("archive", "archive"))
