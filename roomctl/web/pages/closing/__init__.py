"""The close page: the room is left right, and what was kept is on its way."""

from nicegui import ui as gui

from roomctl import __version__
from roomctl.domain.access import Right
from roomctl.domain.lifecycle import State
from roomctl.domain.meeting import Meeting
from roomctl.i18n import tr
from roomctl.web.pages.closing.desk import EACH, Page
from roomctl.web.pages.frame import STATIC, Frame
from roomctl.web.pages.visitor import Area, Visitor
from roomctl.web.ui import Part, empty_state, link_button, state_chip, tag

PATH = "/close"
"""Leads to the meeting that was adjourned last, or asks which one."""

_AFTER = (State.ADJOURNED, State.CLOSED, State.DEPOSITED)


def register(frame: Frame) -> None:
    """`/close`, and `/meetings/<id>/close`."""

    @frame.page(PATH, lambda: tr("散会", "Close"), Right.CLEAR_ROOM)
    async def choose(visitor: Visitor) -> None:
        found = await visitor.run(_meetings, visitor)
        if len([one for one in found if one.state is State.ADJOURNED]) == 1 or len(found) == 1:
            gui.navigate.to(f"/meetings/{found[0].id}/close")
            return
        area = Area(visitor)
        area.box.classes("rc-fill")
        area.show(await visitor.draw(lambda: _choice(found)))

    @frame.page("/meetings/{meeting_id}/close", lambda: tr("散会", "Close"), Right.SEE_MEETINGS)
    async def close(visitor: Visitor, meeting_id: str) -> None:
        at = f"?v={__version__}"
        gui.add_head_html(
            f'<link rel="stylesheet" href="{STATIC}/closing.css{at}">'
            f'<script defer src="{STATIC}/closing.js{at}"></script>'
        )
        page = Page(visitor, meeting_id)
        await page.look()
        visitor.every(EACH, page.tick)


def _meetings(visitor: Visitor) -> list[Meeting]:
    """Those that are over and not yet in the archive: what is to be cleared first, then the newest."""
    found = [one for one in visitor.use.meetings(*_AFTER) if visitor.user.cleared(one.highest_secrecy.level)]
    return sorted(found, key=lambda one: one.state is not State.ADJOURNED)


def _choice(found: list[Meeting]) -> Part:
    head = tag("div", tag("h1", tr("散会", "Close"), class_="rc-grow"), class_="rc-hd")
    if not found:
        nothing = empty_state(
            tr("没有要收尾的会议", "no meeting to be closed"),
            tr("散会以后，从这里清理会场、送存", "after it is adjourned, the room is cleared from here"),
            link_button(tr("回今日", "Today"), "/", kind="sm"),
        )
        return tag("div", head, tag("div", nothing, class_="rc-wrap"))
    return tag("div", head, tag("div", *(_row(one) for one in found), class_="rc-wrap"))


def _row(meeting: Meeting) -> Part:
    return tag(
        "div",
        tag("b", f"{meeting.starts:%m-%d %H:%M}", class_="rc-num"),
        tag("span", meeting.title, class_="rc-grow rc-ell"),
        state_chip(meeting.state.label, "run" if meeting.state is State.ADJOURNED else ""),
        link_button(tr("打开", "Open"), f"/meetings/{meeting.id}/close", kind="sm"),
        class_="rc-panel rc-row rc-sec2",
    )
