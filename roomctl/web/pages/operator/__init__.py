"""The operator's page: no sound lost, and seen to be so."""

from nicegui import ui as gui

from roomctl.domain.access import Right
from roomctl.domain.lifecycle import State
from roomctl.domain.meeting import Meeting
from roomctl.i18n import tr
from roomctl.web.pages.choosing import Choice, only
from roomctl.web.pages.frame import Frame, assets
from roomctl.web.pages.operator.desk import EACH, Desk
from roomctl.web.pages.operator.ear import Ears
from roomctl.web.pages.visitor import Visitor

PATH = "/record"
"""Leads to the meeting that is being held, or asks which one."""

_HELD = (State.IN_SESSION, State.RECESS)


def register(frame: Frame) -> None:
    """`/record`, and `/meetings/<id>/record`."""
    ears = Ears(frame.levels)

    Choice(
        path=PATH,
        title=lambda: tr("录音", "Recording"),
        right=Right.SEE_RECORDINGS,
        meetings=_meetings,
        meant=lambda found: only([one for one in found if one.state in _HELD]) or only(found),
        lit=frozenset({State.IN_SESSION}),
        nothing=lambda: (
            tr("现在没有要录音的会议", "no meeting to record now"),
            tr("会议开始会前准备后，从这里录音", "once a meeting is being prepared, it is recorded from here"),
        ),
        when="%H:%M",
    ).register(frame)

    @frame.page("/meetings/{meeting_id}/record", lambda: tr("录音", "Recording"), Right.SEE_RECORDINGS)
    async def desk(visitor: Visitor, meeting_id: str) -> None:
        gui.add_head_html(assets("operator", "operator", "operator_keys", "operator_captions"))
        made = Desk(visitor, meeting_id, ears)
        await made.look()
        visitor.every(EACH, made.look_if_seen)


def _meetings(visitor: Visitor) -> list[Meeting]:
    """Those that are held or prepared, the running ones first; the others are not the operator's."""
    found = [
        one
        for one in visitor.use.meetings(*_HELD, State.OPEN)
        if one.recorded and visitor.user.cleared(one.highest_secrecy.level)
    ]
    return sorted(found, key=lambda one: (one.state not in _HELD, one.starts_at))
