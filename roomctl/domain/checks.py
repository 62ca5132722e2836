"""Device checks: a check is a pure function from facts to results; talking to devices is apart from judging."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import ParamSpec

from roomctl.i18n import Pair, chinese, language, speaking, tr

Of = ParamSpec("Of")


class CheckState(StrEnum):
    """State of one result."""

    OK = "OK"
    WARN = "WARN"
    CRIT = "CRIT"
    UNKNOWN = "UNKNOWN"
    """Could not tell: time-out, no answer, driver error."""
    SKIPPED = "SKIPPED"
    """Depends on something that failed, or is not in this meeting's plan (本次免查)."""
    WAIVED = "WAIVED"
    """A named person accepted the fault for this meeting (带故障使用), with a reason."""

    @property
    def quiet(self) -> bool:
        """Nobody has anything to do about it, so no hint is wanted."""
        return self in {CheckState.OK, CheckState.SKIPPED}


Value = float | int | str | bool | None

Title = tuple[str, str]
"""A name that people read, in Chinese and in English."""

UNTITLED: Title = ("", "")


def titled(title: Title, key: str) -> str:
    """The title in the reader's language; the key where there is none."""
    return tr(title[0] or key, title[1] or title[0] or key)


@dataclass(frozen=True, slots=True)
class Decision:
    """What a named person decided about a row, and what was found there: the fault does not go by being accepted."""

    found: CheckState
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One row of the report.

    Attributes:
        device, check: keys, as waivers and histories know them.
        device_title, title: what people call both.
        value, unit, threshold: the figure, what it is measured in, and what it was held against.
        message: what was found; hint: what the technician should do, empty where nothing is to be done.
        evidence: name of a file that proves it, inside the report's folder.
        took: seconds.
        firm: nobody may accept it, such as an open way out of a 涉密 meeting.
        decision: of a person, where `state` is what that makes of the row.

    """

    device: str
    check: str
    state: CheckState
    value: Value = None
    unit: str = ""
    threshold: Value = None
    message: str = ""
    hint: str | None = None
    evidence: str | None = None
    started: datetime | None = None
    took: float = 0.0
    device_title: Title = UNTITLED
    title: Title = UNTITLED
    firm: bool = False
    decision: Decision | None = None

    @property
    def as_found(self) -> "Result":
        """Without what people decided about it."""
        return self if self.decision is None else replace(self, state=self.decision.found, decision=None)

    @property
    def in_chinese(self) -> "Result":
        """As the office's papers have it, whoever reads them."""
        return replace(self, message=chinese(self.message), hint=self.hint and chinese(self.hint))

    @property
    def remark(self) -> str:
        """Who decided about it and why, else what the technician should do; empty where neither is."""
        return f"{self.decision.by}: {self.decision.reason}" if self.decision else self.hint or ""

    @property
    def device_name(self) -> str:
        """In the reader's language."""
        return titled(self.device_title, self.device)

    @property
    def name(self) -> str:
        """In the reader's language."""
        return titled(self.title, self.check)


class WaiverKind(StrEnum):
    """Two acts, not one."""

    ACCEPTED = "accepted"
    """带故障使用: the fault is known, and accepted."""
    EXCUSED = "excused"
    """本次免查: it is not used in this meeting."""


WHOLE_DEVICE = ""
"""As a waiver's check: all checks of the device."""


@dataclass(frozen=True, slots=True)
class Waiver:
    """Who accepted a fault, or excused a device, and why, for one meeting."""

    device: str
    check: str
    by: str
    reason: str
    kind: WaiverKind = WaiverKind.ACCEPTED


class RunPurpose(StrEnum):
    """Why the devices were checked."""

    HAND = "hand"
    """Somebody asked for it."""
    HOUR_BEFORE = "t60"
    QUARTER_BEFORE = "t15"


@dataclass(frozen=True, slots=True)
class SignOff:
    """The technician's word for a report."""

    by: str
    at: datetime
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """One run over a room."""

    id: str
    meeting: str | None
    at: datetime
    results: tuple[Result, ...]
    purpose: RunPurpose = RunPurpose.HAND
    signed: SignOff | None = None

    @property
    def counts(self) -> dict[str, int]:
        """Results by state, in lower case, every state present: `{"ok": 5, "warn": 0, …}`."""
        seen = Counter(result.state for result in self.results)
        return {state.value.lower(): seen[state] for state in CheckState}

    @property
    def findings(self) -> tuple[Result, ...]:
        """What somebody has to look at: WARN, CRIT and UNKNOWN."""
        bad = {CheckState.WARN, CheckState.CRIT, CheckState.UNKNOWN}
        return tuple(result for result in self.results if result.state in bad)

    @property
    def blocking(self) -> tuple[Result, ...]:
        """What objects to the start of the meeting: CRIT that nobody waived."""
        return tuple(result for result in self.results if result.state is CheckState.CRIT)


def below(value: float, *, warn: float, crit: float) -> CheckState:
    """State of a value that is bad when small, such as free space; all three in one unit."""
    if value < crit:
        return CheckState.CRIT
    return CheckState.WARN if value < warn else CheckState.OK


def above(value: float, *, warn: float, crit: float) -> CheckState:
    """State of a value that is bad when large, such as a clock's offset."""
    return below(-value, warn=-warn, crit=-crit)


def waive(results: Iterable[Result], waivers: Iterable[Waiver]) -> tuple[Result, ...]:
    """The same results, those accepted by name marked WAIVED, those excused SKIPPED, what was found beside it.

    What is OK stays OK.
    """
    told = {(w.device, w.check): w for w in waivers}
    return tuple(
        _waived(result, told.get((result.device, result.check)) or told.get((result.device, WHOLE_DEVICE)))
        for result in results
    )


def _waived(result: Result, waiver: Waiver | None) -> Result:
    if waiver is None or result.firm or result.state.quiet:
        return result
    state = CheckState.SKIPPED if waiver.kind is WaiverKind.EXCUSED else CheckState.WAIVED
    return replace(result, state=state, decision=Decision(result.state, waiver.by, waiver.reason))


MISSES = 2
"""In a row before a device counts as down: one lost answer is no outage."""


@dataclass(frozen=True, slots=True)
class DeviceWatch:
    """How a watched device stands.

    Attributes:
        since: when that began; None before the first answer, or miss, that counts.
        misses: in a row.
        why: of the last miss.
        emitting: id of the 涉密 meeting that it could carry out of the room, not being known to be off; else empty.

    """

    device: str
    up: bool = True
    since: datetime | None = None
    misses: int = 0
    why: str = ""
    emitting: str = ""

    def heard(self, at: datetime, why: str = "") -> tuple["DeviceWatch", bool]:
        """After one more look: how it stands, and whether that is news.

        Args:
            why: what kept it from answering; empty where it answered.

        """
        if not why:
            news = not self.up
            began = at if news or self.since is None else self.since
            return replace(self, up=True, since=began, misses=0, why=""), news
        misses = self.misses + 1
        news = self.up and misses >= MISSES
        since = at if news else self.since
        return replace(self, up=self.up and not news, since=since, misses=misses, why=why), news


def worded(make: Callable[Of, Iterable[Result]], *args: Of.args, **options: Of.kwargs) -> tuple[Result, ...]:
    """Rows that say in both languages what they say.

    They are made once in each, since in a text others may stand. Where those are not the same rows, they are what
    they are in the reader's.
    """
    made = []
    for code in ("zh", "en"):
        with speaking(code):
            made.append(tuple(make(*args, **options)))
    ours, theirs = made
    if [(row.device, row.check, bool(row.hint)) for row in ours] != [
        (row.device, row.check, bool(row.hint)) for row in theirs
    ]:
        return ours if language() == "zh" else theirs
    return tuple(
        replace(
            one,
            message=Pair(one.message, two.message),
            hint=Pair(one.hint, two.hint) if one.hint and two.hint else one.hint,
        )
        for one, two in zip(ours, theirs, strict=True)
    )
