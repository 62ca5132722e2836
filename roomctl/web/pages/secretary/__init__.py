"""The secretary's page: true text, tied to the sound."""

from nicegui import ui as gui

from roomctl.domain.access import Right
from roomctl.domain.lifecycle import BEGUN, State
from roomctl.domain.meeting import Meeting
from roomctl.i18n import tr
from roomctl.web.pages.choosing import Choice, only
from roomctl.web.pages.frame import Frame, assets
from roomctl.web.pages.secretary.desk import EACH, Desk
from roomctl.web.pages.visitor import Visitor

PATH = "/words"
"""Leads to the meeting whose transcript is worked on, or asks which one."""

SCRIPTS = (
    "store", "list", "row", "player", "cut", "edit", "points", "side", "page", "papers", "names", "notes", "versions",
    "find", "keys",
)  # fmt: skip
"""In the order in which they are run."""

_STATES = (*BEGUN, State.CLOSED, State.DEPOSITED, State.ARCHIVED)
_SHOWN = 50  # meetings to choose from


def register(frame: Frame) -> None:
    """`/words`, and `/meetings/<id>/words`."""
    Choice(
        path=PATH,
        title=lambda: tr("文字稿", "Transcript"),
        right=Right.SEE_TRANSCRIPTS,
        meetings=_meetings,
        meant=lambda found: only([one for one in found if one.state in BEGUN]),
        lit=BEGUN,
        nothing=lambda: (
            tr("还没有开过的会议", "no meeting was held yet"),
            tr("会议开始录音后，文字稿从这里打开", "once a meeting is recorded, its transcript opens here"),
        ),
        when="%Y-%m-%d %H:%M",
    ).register(frame)

    @frame.page("/meetings/{meeting_id}/words", lambda: tr("文字稿", "Transcript"), Right.SEE_TRANSCRIPTS)
    async def desk(visitor: Visitor, meeting_id: str) -> None:
        gui.add_head_html(assets("secretary", *(f"secretary_{name}" for name in SCRIPTS)))
        made = Desk(visitor, meeting_id)
        await made.begin()
        visitor.every(EACH, made.look_if_seen)


def _meetings(visitor: Visitor) -> list[Meeting]:
    """Those that were held, the ones that are not closed and the newest first; those that the visitor is not cleared
    for are left out.
    """
    found = [one for one in visitor.use.meetings(*_STATES) if visitor.user.cleared(one.highest_secrecy.level)]
    return sorted(found, key=lambda one: (one.state not in BEGUN, -one.starts_at.timestamp()))[:_SHOWN]
