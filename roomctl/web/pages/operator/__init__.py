"""The operator's page: no sound lost, and seen to be so."""

from nicegui import ui as gui

from roomctl import __version__
from roomctl.domain.access import Right
from roomctl.domain.lifecycle import State
from roomctl.domain.meeting import Meeting
from roomctl.i18n import tr
from roomctl.web.pages.frame import STATIC, Frame
from roomctl.web.pages.operator.desk import EACH, Desk
from roomctl.web.pages.operator.ear import Ears
from roomctl.web.pages.visitor import Area, Visitor
from roomctl.web.ui import Part, empty_state, link_button, state_chip, tag

PATH = "/record"
"""Leads to the meeting that is being held, or asks which one."""

_RANK = {State.IN_SESSION: 0, State.RECESS: 0, State.OPEN: 1}


def register(frame: Frame) -> None:
    """`/record`, and `/meetings/<id>/record`."""
    ears = Ears(frame.levels)

    @frame.page(PATH, lambda: tr("录音", "Recording"), Right.SEE_RECORDINGS)
    async def choose(visitor: Visitor) -> None:
        found = await visitor.run(_meetings, visitor)
        if len(found) == 1 or (found and found[0][0] == 0 and found[1][0] != 0):
            gui.navigate.to(f"/meetings/{found[0][1].id}/record")
            return
        area = Area(visitor)
        area.box.classes("rc-fill")
        area.show(await visitor.draw(lambda: _choice(found)))

    @frame.page("/meetings/{meeting_id}/record", lambda: tr("录音", "Recording"), Right.SEE_RECORDINGS)
    async def desk(visitor: Visitor, meeting_id: str) -> None:
        at = f"?v={__version__}"
        gui.add_head_html(
            f'<link rel="stylesheet" href="{STATIC}/operator.css{at}">'
            f'<script defer src="{STATIC}/operator.js{at}"></script>'
            f'<script defer src="{STATIC}/operator_keys.js{at}"></script>'
            f'<script defer src="{STATIC}/operator_captions.js{at}"></script>'
        )
        made = Desk(visitor, meeting_id, ears)
        await made.look()
        visitor.every(EACH, made.look_if_seen)


def _meetings(visitor: Visitor) -> list[tuple[int, Meeting]]:
    """Those that are held or prepared, the running ones first; the others are not the operator's."""
    found = [
        (_RANK[one.state], one)
        for one in visitor.use.meetings(*_RANK)
        if one.recorded and visitor.user.cleared(one.highest_secrecy.level)
    ]
    return sorted(found, key=lambda pair: (pair[0], pair[1].starts_at))


def _choice(found: list[tuple[int, Meeting]]) -> Part:
    head = tag("div", tag("h1", tr("录音", "Recording"), class_="rc-grow"), class_="rc-hd")
    if not found:
        nothing = empty_state(
            tr("现在没有要录音的会议", "no meeting to record now"),
            tr("会议开始会前准备后，从这里录音", "once a meeting is being prepared, it is recorded from here"),
            link_button(tr("回今日", "Today"), "/", kind="sm"),
        )
        return tag("div", head, tag("div", nothing, class_="rc-wrap"))
    rows = [_row(one) for _, one in found]
    return tag("div", head, tag("div", *rows, class_="rc-wrap"))


def _row(meeting: Meeting) -> Part:
    when = f"{meeting.starts:%H:%M}"
    return tag(
        "div",
        tag("b", when, class_="rc-num"),
        tag("span", meeting.title, class_="rc-grow rc-ell"),
        state_chip(meeting.state.label, "run" if meeting.state is State.IN_SESSION else ""),
        link_button(tr("打开", "Open"), f"/meetings/{meeting.id}/record", kind="sm"),
        class_="rc-panel rc-row rc-sec2",
    )
