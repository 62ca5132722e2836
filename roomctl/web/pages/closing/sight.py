"""What the close page is drawn from, looked up in a thread."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from roomctl.domain.access import Right, User
from roomctl.domain.clearing import ClearingTask, Press, TaskKind
from roomctl.domain.delivery import Delivery
from roomctl.domain.events import Actor
from roomctl.domain.lifecycle import Need, State
from roomctl.domain.macros import Macro, StepState
from roomctl.domain.recording import RecorderState
from roomctl.errors import RoomctlError
from roomctl.i18n import several, tr
from roomctl.services.clearing import Room
from roomctl.web.pages.links import Facts
from roomctl.web.pages.visitor import Visitor
from roomctl.web.session import admit
from roomctl.web.ui import clock_text

_CLOSED = frozenset({State.CLOSED, State.DEPOSITED, State.ARCHIVED})

TURNED = frozenset({State.ADJOURNED, State.CLOSED})
"""Macros that run by themselves then may be begun by hand on this page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A row that nobody presses: it is done when it is so."""

    title: str
    said: str
    done: bool
    stuck: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """One meeting after its session.

    Attributes:
        targets: name → whether the meeting waits for it, in the order of the settings.
        events: rows of the meeting's log.
        macros: by id; ran: what the last macro of this meeting left undone, None where none ran.
        now: local time of the room.

    """

    facts: Facts
    room: Room
    deliveries: Sequence[Delivery]
    targets: Mapping[str, bool]
    user: User
    now: datetime
    events: int = 0
    transcripts: int = 0
    macros: Mapping[str, Macro]
    ran: str | None = None
    adjourned: Press | None = None

    def may(self, right: Right) -> bool:
        return self.user.may(right)

    @property
    def live(self) -> bool:
        """The list may be pressed."""
        return self.facts.meeting.state is State.ADJOURNED

    @property
    def closed(self) -> bool:
        """The list was pressed to its end; the package goes its way."""
        return self.facts.meeting.state in _CLOSED

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.facts.meeting.zone)

    def macro_of(self, task: ClearingTask) -> Macro | None:
        """What the press of a task about devices would run: the one that is named, else one for after the session."""
        if task.kind is not TaskKind.DEVICES:
            return None
        if task.macro:
            return self.macros.get(task.macro)
        return next((one for one in self.macros.values() if one.on in TURNED), None)

    def clock(self, at: datetime) -> str:
        """On the room's clock."""
        return f"{at.astimezone(self.zone):%H:%M}"

    @property
    def checked(self) -> tuple[Checked, ...]:
        """What is so by itself: the sound is sealed, the end is in the log, the words are complete."""
        return tuple(self._checked())

    def _checked(self) -> Iterator[Checked]:
        meeting, recordings = self.facts.meeting, self.facts.recordings
        if recordings:
            sealed = all(one.state is RecorderState.SEALED for one in recordings)
            parts = self.facts.segments
            said = tr(
                f"{parts} 段，{clock_text(self.facts.seconds)}", f"{parts} segments, {clock_text(self.facts.seconds)}"
            )
            title = tr("停止录音并封存", "Recording ended and sealed")
            yield Checked(title=title, said=said if sealed else tr("正在封存", "being sealed"), done=sealed)
        ended = self.adjourned
        yield Checked(
            title=tr("散会时间记入记录", "End of the meeting noted"),
            said=f"{ended.by} {ended.at.astimezone(self.zone):%H:%M:%S}" if ended else tr("还没有散会", "not yet"),
            done=ended is not None,
        )
        if recordings or Need.TRANSCRIPT in meeting.facts:
            yield self._words()

    def _words(self) -> Checked:
        words, title = self.facts.transcript, tr("文字稿补完", "Transcript complete")
        why = self.facts.stuck.get("transcript", "")
        if Need.TRANSCRIPT in self.facts.meeting.facts:
            said = (
                tr(f"{self.facts.sentences} 句", f"{self.facts.sentences} sentences")
                if words
                else tr("免转写", "waived")
            )
            if words and words.holes:
                said += tr(f"，漏转 {len(words.holes)} 处待听", f", holes to be heard: {len(words.holes)}")
            return Checked(title=title, said=said, done=True)
        if words is None or why:
            return Checked(title=title, said=why or tr("等待转写", "waiting"), done=False, stuck=bool(why))
        minutes = words.covered / 60
        said = tr(f"已转 {minutes:.0f} 分，不影响清理", f"{minutes:.0f} min done; the room can be cleared meanwhile")
        return Checked(title=title, said=said, done=False)

    @property
    def total(self) -> int:
        return len(self.room.list.rows) + len(self.checked)

    @property
    def done(self) -> int:
        return self.total - len(self.room.list.open) - sum(not one.done for one in self.checked)


def look(visitor: Visitor, meeting_id: str) -> Sight:
    """In a thread. Raises: NotFound; Forbidden: its 密级 is too high; BadInput: the office's list cannot be read."""
    use, board = visitor.use, visitor.board
    meeting = use.meeting(meeting_id)
    admit(visitor.user, meeting.highest_secrecy.level)
    newest = use.events(stream=meeting_id, limit=1)
    try:
        macros = {one.id: one for one in use.macros()}
    except RoomctlError:  # the device page says what is wrong with the file
        macros = {}
    return Sight(
        facts=board.facts(meeting_id),
        room=use.clearing(meeting_id),
        deliveries=use.deliveries(meeting_id),
        targets=_targets(visitor),
        user=visitor.user,
        now=board.application.clock.now().astimezone(ZoneInfo(use.room.zone)),
        events=newest[0].n if newest else 0,
        transcripts=len(use.transcript_heads(meeting_id)),
        macros=macros,
        ran=_ran(visitor, meeting_id),
        adjourned=_adjourned(visitor, meeting_id),
    )


def _targets(visitor: Visitor) -> Mapping[str, bool]:
    """As the settings name them; the plugin's own default where they name none."""
    section = visitor.board.application.settings.plugins.get("archive", {}).get("targets") or {"local": {}}
    return {str(name): bool(one.get("required", True)) for name, one in section.items() if isinstance(one, Mapping)}


def _adjourned(visitor: Visitor, meeting_id: str) -> Press | None:
    rows = visitor.use.events(stream=meeting_id, kinds=["meeting.adjourned"], limit=1)
    return Press(Actor.parse(rows[0].actor).name, rows[0].instant) if rows else None


def _ran(visitor: Visitor, meeting_id: str) -> str | None:
    rows = visitor.use.events(stream=meeting_id, kinds=["macro.ran"], limit=1)
    if not rows:
        return None
    steps = json.loads(rows[0].data)["steps"]
    return several(f"{one['step']} {one['said']}" for one in steps if one["state"] == StepState.FAILED.value)
