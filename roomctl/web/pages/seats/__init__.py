"""座位: the plan of a meeting's seats, drawn by `seats.js`, which asks REST for it and for every change."""

from nicegui import ui as gui

from roomctl.domain.access import Right
from roomctl.errors import RoomctlError
from roomctl.i18n import tr
from roomctl.web.pages.frame import Frame, assets
from roomctl.web.pages.visitor import Area, Visitor, in_its_place
from roomctl.web.session import admit
from roomctl.web.ui import Part, link_button, tag

SCRIPTS = ("seats_plan", "seats_page")
"""In the order in which they are run."""


def register(frame: Frame) -> None:
    """`/meetings/<id>/seats`."""

    @frame.page("/meetings/{meeting_id}/seats", lambda: tr("座位", "Seats"), Right.SEE_ROSTER)
    async def seats(visitor: Visitor, meeting_id: str) -> None:
        gui.add_head_html(assets("seats", *SCRIPTS))
        area = Area(visitor)
        area.show(await visitor.draw(lambda: _page(visitor, meeting_id)))


def _page(visitor: Visitor, meeting_id: str) -> Part:
    try:
        meeting = visitor.use.meeting(meeting_id)
        admit(visitor.user, meeting.highest_secrecy.level)
        nobody = not visitor.use.roster(meeting_id)
    except RoomctlError as error:
        return in_its_place(error)
    head = tag(
        "div",
        tag("h1", tr("座位", "Seats"), class_="rc-nw"),
        tag("span", meeting.title, class_="rc-s2 rc-grow rc-ell"),
        link_button(tr("回会议", "The meeting"), f"/meetings/{meeting_id}", kind="quiet"),
        class_="rc-hd",
    )
    desk = tag(
        "div",
        class_="rc-sd",
        data_seats=f"/api/v1/meetings/{meeting_id}/seats",
        data_may="1" if visitor.may(Right.EDIT_ROSTER) else "",
        data_papers=f"/api/v1/meetings/{meeting_id}/papers" if visitor.may(Right.WRITE_RECORDS) else "",
        data_nobody="1" if nobody else "",
    )
    return tag("div", head, desk)
