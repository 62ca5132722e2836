"""The close page: the room is left right, and what was kept is on its way."""

from nicegui import ui as gui

from roomctl.domain.access import Right
from roomctl.domain.lifecycle import State
from roomctl.domain.meeting import Meeting
from roomctl.i18n import tr
from roomctl.web.pages.choosing import Choice, only
from roomctl.web.pages.closing.desk import EACH, Page
from roomctl.web.pages.frame import Frame, assets
from roomctl.web.pages.visitor import Visitor

PATH = "/close"
"""Leads to the meeting that was adjourned last, or asks which one."""

_AFTER = (State.ADJOURNED, State.CLOSED, State.DEPOSITED)


def register(frame: Frame) -> None:
    """`/close`, and `/meetings/<id>/close`."""
    Choice(
        path=PATH,
        title=lambda: tr("散会", "Close"),
        right=Right.CLEAR_ROOM,
        meetings=_meetings,
        meant=lambda found: only([one for one in found if one.state is State.ADJOURNED]) or only(found),
        lit=frozenset({State.ADJOURNED}),
        nothing=lambda: (
            tr("没有要收尾的会议", "no meeting to be closed"),
            tr("散会以后，从这里清理会场、送存", "after it is adjourned, the room is cleared from here"),
        ),
        when="%m-%d %H:%M",
    ).register(frame)

    @frame.page("/meetings/{meeting_id}/close", lambda: tr("散会", "Close"), Right.SEE_MEETINGS)
    async def close(visitor: Visitor, meeting_id: str) -> None:
        gui.add_head_html(assets("closing", "closing"))
        page = Page(visitor, meeting_id)
        await page.look()
        visitor.every(EACH, page.tick)


def _meetings(visitor: Visitor) -> list[Meeting]:
    """Those that are over and not yet in the archive: what is to be cleared first, then the newest."""
    found = [one for one in visitor.use.meetings(*_AFTER) if visitor.user.cleared(one.highest_secrecy.level)]
    return sorted(found, key=lambda one: one.state is not State.ADJOURNED)
