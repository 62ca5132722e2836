"""请假: reported with who would come instead, and decided by the approver."""

from roomctl.domain.access import Right
from roomctl.i18n import tr
from roomctl.web.pages.frame import Frame
from roomctl.web.pages.home import EACH
from roomctl.web.pages.leave.desk import Desk
from roomctl.web.pages.visitor import Area, Visitor


def register(frame: Frame) -> None:
    """`/meetings/<id>/leave`."""

    @frame.page("/meetings/{meeting_id}/leave", lambda: tr("请假", "Leave"), Right.SEE_ROSTER)
    async def leave(visitor: Visitor, meeting_id: str) -> None:
        head, form, decided = Area(visitor), Area(visitor), Area(visitor)
        desk = Desk(visitor, meeting_id)

        async def look() -> None:
            head.show(await visitor.draw(desk.head))
            decided.show(await visitor.draw(desk.decisions))

        async def all_of_it() -> None:
            form.show(await visitor.draw(desk.form))
            await look()

        head.redraw = form.redraw = decided.redraw = all_of_it
        await all_of_it()
        visitor.every(EACH, look)
