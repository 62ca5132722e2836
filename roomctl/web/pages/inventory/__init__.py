"""The inventory as a form: devices.toml for who does not write TOML."""

from nicegui import ui as gui

from roomctl.domain.access import Right
from roomctl.i18n import tr
from roomctl.web.pages.frame import Frame, assets
from roomctl.web.pages.inventory.desk import Desk
from roomctl.web.pages.visitor import Area, Visitor


def register(frame: Frame) -> None:
    """`/devices`, with `?device=` on one of them."""

    @frame.page("/devices", lambda: tr("设备清单", "Inventory"), Right.EDIT_SETTINGS)
    async def devices(visitor: Visitor, device: str = "") -> None:
        gui.add_head_html(assets("technician", "technician"))
        desk = Desk(visitor, device)
        head = Area(visitor)
        with gui.element("div").classes("rc-inv"):
            left, right = Area(visitor), Area(visitor)

        async def look() -> None:
            for area, make in ((head, desk.head), (left, desk.left), (right, desk.right)):
                area.show(await visitor.draw(make))

        for area in (head, left, right):
            area.redraw = look
        await look()
