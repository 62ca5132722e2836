"""材料: copies are registered, handed out by their numbers, and taken back."""

from roomctl.domain.access import Right
from roomctl.i18n import tr
from roomctl.web.pages.frame import Frame
from roomctl.web.pages.handouts.desk import Desk
from roomctl.web.pages.home import EACH
from roomctl.web.pages.visitor import Area, Visitor


def register(frame: Frame) -> None:
    """`/meetings/<id>/handouts`."""

    @frame.page("/meetings/{meeting_id}/handouts", lambda: tr("材料", "Papers handed out"), Right.HANDLE_PAPERS)
    async def handouts(visitor: Visitor, meeting_id: str) -> None:
        head, forms, copies = Area(visitor), Area(visitor), Area(visitor)
        desk = Desk(visitor, meeting_id)

        async def look() -> None:
            head.show(await visitor.draw(desk.head))
            copies.show(await visitor.draw(desk.copies))

        async def all_of_it() -> None:
            forms.show(await visitor.draw(desk.forms))
            await look()

        head.redraw = forms.redraw = copies.redraw = all_of_it
        await all_of_it()
        visitor.every(EACH, look)
