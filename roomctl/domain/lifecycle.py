"""The life cycle of a meeting: one table of transitions."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from roomctl.i18n import tr


class State(StrEnum):
    """Where a meeting stands."""

    PLANNED = "planned"
    APPROVED = "approved"
    OPEN = "open"
    IN_SESSION = "in_session"
    RECESS = "recess"
    ADJOURNED = "adjourned"
    CLOSED = "closed"
    DEPOSITED = "deposited"
    ARCHIVED = "archived"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        return tr(*_TITLES[self])


MEETS = frozenset({State.OPEN, State.IN_SESSION, State.RECESS})
"""While people come and go."""

BEGUN = frozenset({State.IN_SESSION, State.RECESS, State.ADJOURNED})
"""From the first word until the close: what was said is there, what is to be written is not."""

OVER = frozenset({State.ADJOURNED, State.CLOSED, State.DEPOSITED, State.ARCHIVED, State.CANCELLED})
"""Nobody meets any more: nobody signs in, and nothing is shown on a screen."""

_TITLES = {
    State.PLANNED: ("拟定", "planned"),
    State.APPROVED: ("已批准", "approved"),
    State.OPEN: ("会前准备", "preparing"),
    State.IN_SESSION: ("会中", "in session"),
    State.RECESS: ("会间休息", "recess"),
    State.ADJOURNED: ("散会", "adjourned"),
    State.CLOSED: ("送存中", "depositing"),
    State.DEPOSITED: ("已送存，待归档", "deposited"),
    State.ARCHIVED: ("已归档", "archived"),
    State.CANCELLED: ("取消", "cancelled"),
}


class Need(StrEnum):
    """What a meeting must hold before it may leave a state. Facts, not opinions: nobody overrules them."""

    CLEARED = "cleared"
    TRANSCRIPT = "transcript"
    URGENT_REASON = "urgent_reason"
    RECEIPTS = "receipts"
    SIGNED_RECORD = "signed_record"

    @property
    def label(self) -> str:
        return tr(*_NEEDS[self])


_NEEDS = {
    Need.CLEARED: ("清理会场清单还没有完成", "the clearing list is not done"),
    Need.TRANSCRIPT: ("转写还没有完成，也没有人批准免转写", "the transcript is neither complete nor waived"),
    Need.URGENT_REASON: ("紧急开会的原因还没有填写", "the reason for the urgent meeting is missing"),
    Need.RECEIPTS: ("还有存储目标没有核对回执", "a required target has no verified receipt yet"),
    Need.SIGNED_RECORD: ("签字的会议记录还没有送存", "the signed 会议记录 is not deposited yet"),
}


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of the table.

    Attributes:
        verb: the name of the command, and of the event as `meeting.<event>`.
        needs: facts without which the row cannot be taken.
        gated: plugins are asked for objections, which a named person may overrule with a reason.
        reason: a reason must be given.

    """

    source: State
    target: State
    verb: str
    event: str
    needs: frozenset[Need] = frozenset()
    gated: bool = False
    reason: bool = False


_CLOSING = frozenset({Need.CLEARED, Need.TRANSCRIPT, Need.URGENT_REASON})

TRANSITIONS: tuple[Transition, ...] = (
    Transition(State.PLANNED, State.APPROVED, "approve", "approved"),
    Transition(State.PLANNED, State.OPEN, "open", "opened"),  # urgent: the reason is asked for before close
    Transition(State.PLANNED, State.CANCELLED, "cancel", "cancelled", reason=True),
    Transition(State.APPROVED, State.OPEN, "open", "opened"),
    Transition(State.APPROVED, State.CANCELLED, "cancel", "cancelled", reason=True),
    Transition(State.OPEN, State.IN_SESSION, "start", "started", gated=True),
    Transition(State.OPEN, State.CANCELLED, "cancel", "cancelled", reason=True),
    Transition(State.IN_SESSION, State.RECESS, "pause", "paused"),
    Transition(State.IN_SESSION, State.ADJOURNED, "adjourn", "adjourned", gated=True),
    Transition(State.RECESS, State.IN_SESSION, "resume", "resumed"),
    Transition(State.RECESS, State.ADJOURNED, "adjourn", "adjourned", gated=True),
    Transition(State.ADJOURNED, State.CLOSED, "close", "closed", needs=_CLOSING, gated=True),
    Transition(State.CLOSED, State.DEPOSITED, "deposit", "deposited", needs=frozenset({Need.RECEIPTS})),
    Transition(
        State.DEPOSITED, State.ARCHIVED, "accept", "archived",
        needs=frozenset({Need.RECEIPTS, Need.SIGNED_RECORD}),
    ),
    Transition(State.DEPOSITED, State.DEPOSITED, "return", "returned", reason=True),
)  # fmt: skip

REPLANNED = Transition(State.APPROVED, State.PLANNED, "edit", "edited")
"""Beside the table, and no way out of a state: an edit of what the approval stood for takes it, nobody else does."""

_BY_STEP = {(row.source, row.target): row for row in TRANSITIONS}


def find(source: State, target: State) -> Transition | None:
    """The row that leads from one state to the other, if there is one."""
    return _BY_STEP.get((source, target))


def ways_out(source: State) -> Iterator[Transition]:
    """All rows that leave a state, in the order of the table."""
    return (row for row in TRANSITIONS if row.source is source)
