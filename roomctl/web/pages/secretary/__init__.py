"""The secretary's page: true text, tied to the sound."""

from nicegui import ui as gui

from roomctl import __version__
from roomctl.domain.access import Right
from roomctl.domain.lifecycle import State
from roomctl.domain.meeting import Meeting
from roomctl.i18n import tr
from roomctl.web.pages.frame import STATIC, Frame
from roomctl.web.pages.secretary.desk import EACH, Desk
from roomctl.web.pages.visitor import Area, Visitor
from roomctl.web.ui import Part, empty_state, link_button, state_chip, tag

PATH = "/words"
"""Leads to the meeting whose transcript is worked on, or asks which one."""

SCRIPTS = (
    "store", "list", "row", "player", "cut", "edit", "points", "side", "page", "papers", "names", "notes", "versions",
    "find", "keys",
)  # fmt: skip
"""In the order in which they are run."""

_STATES = (State.IN_SESSION, State.RECESS, State.ADJOURNED, State.CLOSED, State.DEPOSITED, State.ARCHIVED)
_SHOWN = 50  # meetings to choose from


def register(frame: Frame) -> None:
    """`/words`, and `/meetings/<id>/words`."""

    @frame.page(PATH, lambda: tr("文字稿", "Transcript"), Right.SEE_TRANSCRIPTS)
    async def choose(visitor: Visitor) -> None:
        found: list[Meeting] = await visitor.run(_meetings, visitor)
        open_ones = [one for one in found if one.state in _STATES[:3]]
        if len(open_ones) == 1:
            gui.navigate.to(f"/meetings/{open_ones[0].id}/words")
            return
        area = Area(visitor)
        area.box.classes("rc-fill")
        area.show(await visitor.draw(lambda: _choice(found)))

    @frame.page("/meetings/{meeting_id}/words", lambda: tr("文字稿", "Transcript"), Right.SEE_TRANSCRIPTS)
    async def desk(visitor: Visitor, meeting_id: str) -> None:
        at = f"?v={__version__}"
        gui.add_head_html(
            f'<link rel="stylesheet" href="{STATIC}/secretary.css{at}">'
            + "".join(f'<script defer src="{STATIC}/secretary_{name}.js{at}"></script>' for name in SCRIPTS)
        )
        made = Desk(visitor, meeting_id)
        await made.begin()
        visitor.every(EACH, made.look_if_seen)


def _meetings(visitor: Visitor) -> list[Meeting]:
    """Those that were held, the newest first; meetings that the visitor is not cleared for are left out."""
    found = [one for one in visitor.use.meetings(*_STATES) if visitor.user.cleared(one.highest_secrecy.level)]
    return sorted(found, key=lambda one: (_STATES.index(one.state) > 2, -one.starts_at.timestamp()))[:_SHOWN]  # noqa: PLR2004 - those that are not closed come first


def _choice(found: list[Meeting]) -> Part:
    head = tag("div", tag("h1", tr("文字稿", "Transcript"), class_="rc-grow"), class_="rc-hd")
    if not found:
        nothing = empty_state(
            tr("还没有开过的会议", "no meeting was held yet"),
            tr("会议开始录音后，文字稿从这里打开", "once a meeting is recorded, its transcript opens here"),
            link_button(tr("回今日", "Today"), "/", kind="sm"),
        )
        return tag("div", head, tag("div", nothing, class_="rc-wrap"))
    return tag("div", head, tag("div", *map(_row, found), class_="rc-wrap"))


def _row(meeting: Meeting) -> Part:
    return tag(
        "div",
        tag("b", f"{meeting.starts:%Y-%m-%d %H:%M}", class_="rc-num rc-nw"),
        tag("span", meeting.title, class_="rc-grow rc-ell"),
        state_chip(meeting.state.label, "run" if meeting.state in _STATES[:3] else ""),
        link_button(tr("打开", "Open"), f"/meetings/{meeting.id}/words", kind="sm"),
        class_="rc-panel rc-row rc-sec2",
    )
