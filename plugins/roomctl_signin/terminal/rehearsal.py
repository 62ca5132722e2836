"""演练: sign-in as it will be, with the real roster, in a meeting that is thrown away: no event, no file."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from zoneinfo import ZoneInfo

from roomctl.api import (
    Attendance,
    AttendanceFact,
    BadInput,
    Meeting,
    Method,
    NotFound,
    PluginContext,
    Refused,
    attendance,
    tr,
)
from roomctl_signin import lists
from roomctl_signin.acts import ActShape, AnswerShape, TakenShape
from roomctl_signin.terminal import glass

LASTS = 30 * 60.0
"""Seconds without an act after which a rehearsal begins anew."""
MOST_FACTS, MOST_MEETINGS = 2000, 20


@dataclass
class _Made:
    touched: float
    facts: list[AttendanceFact] = field(default_factory=list)


class Rehearsals:
    """Of all meetings, in memory alone."""

    def __init__(self, ctx: PluginContext) -> None:
        self._ctx = ctx
        self._made: dict[str, _Made] = {}
        self._lock = threading.Lock()

    def board(self, meeting: Meeting) -> Attendance:
        """Leaves as they are; nobody is here but who rehearsed."""
        with self._lock:
            mine = tuple(self._of(meeting).facts)
        real = self._ctx.services.attendance_events(meeting.id)
        leaves = [one for one in real if one.kind in _LEAVES]
        return attendance.derive(self._ctx.services.roster(meeting.id), [*leaves, *mine], began_at=None)

    def take(self, meeting: Meeting, acts: Sequence[ActShape]) -> AnswerShape:
        """As a terminal's acts are taken."""
        taken = [self._taken(meeting, act) for act in acts]
        counts = self.board(meeting).counts
        return AnswerShape(acts=taken, expected=counts.expected, present=counts.present)

    def _taken(self, meeting: Meeting, act: ActShape) -> TakenShape:
        try:
            self._do(meeting, act)
        except (BadInput, NotFound, Refused) as error:
            return TakenShape(key=act.key, ok=False, came="", why=error.what)
        standing = self.board(meeting).of(act.person)
        came = standing.proxy_arrived if act.proxy else standing.arrived
        return TakenShape(key=act.key, ok=True, came=lists.minute(came, ZoneInfo(meeting.zone)), why="")

    def _do(self, meeting: Meeting, act: ActShape) -> None:
        standing = self.board(meeting).of(act.person)
        if act.proxy and act.kind == "sign_in":
            attendance.check_proxy(standing)
        if act.strokes:
            glass.check(act.strokes)
        at = self._ctx.clock.now() - timedelta(seconds=act.ago)
        data = {"person": act.person, "proxy": act.proxy, "key": act.key, "method": Method.TERMINAL.value}
        with self._lock:
            facts = self._of(meeting).facts
            if any(one.data["key"] == act.key for one in facts):
                return
            if len(facts) >= MOST_FACTS:
                raise Refused(
                    tr("演练次数过多", "too much was rehearsed"), mend=tr("半小时后再试", "try again in half an hour")
                )
            kind = attendance.SIGNED_IN
            if act.kind == "undo":
                meant = [one for one in facts if one.data["key"] == act.of]
                if not meant:
                    raise Refused(tr("没有可以撤销的记录", "there is nothing to undo"))
                kind, data["event"] = attendance.UNDONE, meant[-1].id
            facts.append(AttendanceFact(f"rehearsal-{len(facts):06d}", kind, at, data))

    def _of(self, meeting: Meeting) -> _Made:
        now = self._ctx.clock.monotonic()
        made = self._made.get(meeting.id)
        if made is None or now - made.touched >= LASTS:
            made = self._made[meeting.id] = _Made(now)
            while len(self._made) > MOST_MEETINGS:
                self._made.pop(min(self._made, key=lambda one: self._made[one].touched))
        made.touched = now
        return made


_LEAVES = frozenset({attendance.LEAVE_REQUESTED, attendance.LEAVE_DECIDED})
