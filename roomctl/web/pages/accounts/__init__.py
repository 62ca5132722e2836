"""One's own account: password, sessions, calendar links; and all accounts, for the administrator."""

from nicegui import ui as gui

from roomctl.domain.access import Right
from roomctl.i18n import tr
from roomctl.web.pages.accounts.everybody import Desk as Everybody
from roomctl.web.pages.accounts.own import Desk as Own
from roomctl.web.pages.frame import Frame
from roomctl.web.pages.visitor import Area, Visitor
from roomctl.web.session import CHANGE_FIRST, address_of


def register(frame: Frame) -> None:
    """`/account` and `/accounts`."""

    @frame.page(CHANGE_FIRST, lambda: tr("我的账号", "My account"))
    async def own(visitor: Visitor) -> None:
        request = gui.context.client.request
        await _show(visitor, Own(visitor, address_of(request), str(request.base_url).rstrip("/")))

    @frame.page("/accounts", lambda: tr("账号", "Accounts"), Right.MANAGE_ACCOUNTS)
    async def everybody(visitor: Visitor) -> None:
        await _show(visitor, Everybody(visitor))


async def _show(visitor: Visitor, desk: Own | Everybody) -> None:
    area = Area(visitor)

    async def look() -> None:
        area.show(await visitor.draw(desk.draw))

    area.redraw = look
    await look()
