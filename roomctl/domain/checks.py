"""Device checks: a check is a pure function from facts to results; talking to devices is apart from judging."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from roomctl.i18n import tr


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


Value = float | int | str | bool | None

Title = tuple[str, str]
"""A name that people read, in Chinese and in English."""

UNTITLED: Title = ("", "")


def titled(title: Title, key: str) -> str:
    """The title in the reader's language; the key where there is none."""
    return tr(title[0] or key, title[1] or title[0] or key)


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

    @property
    def device_name(self) -> str:
        """In the reader's language."""
        return titled(self.device_title, self.device)

    @property
    def name(self) -> str:
        """In the reader's language."""
        return titled(self.title, self.check)


@dataclass(frozen=True, slots=True)
class Waiver:
    """带故障使用: who accepted the fault, and why, for one meeting."""

    device: str
    check: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """One run over a room."""

    id: str
    meeting: str | None
    at: datetime
    results: tuple[Result, ...]

    @property
    def counts(self) -> dict[str, int]:
        """Results by state, in lower case, every state present: `{"ok": 5, "warn": 0, …}`."""
        seen = Counter(result.state for result in self.results)
        return {state.value.lower(): seen[state] for state in CheckState}

    @property
    def findings(self) -> tuple[Result, ...]:
        bad = {CheckState.WARN, CheckState.CRIT, CheckState.UNKNOWN}
        return tuple(result for result in self.results if result.state in bad)

    @property
    def blocking(self) -> tuple[Result, ...]:
        return tuple(result for result in self.results if result.state is CheckState.CRIT)


def below(value: float, *, warn: float, crit: float) -> CheckState:
    """State of a value that is bad when small, such as free space."""
    if value < crit:
        return CheckState.CRIT
    return CheckState.WARN if value < warn else CheckState.OK


def above(value: float, *, warn: float, crit: float) -> CheckState:
    """State of a value that is bad when large, such as a clock's offset."""
    return below(-value, warn=-warn, crit=-crit)


def waive(results: Iterable[Result], waivers: Iterable[Waiver]) -> tuple[Result, ...]:
    """The same results, those accepted by name marked WAIVED. What is OK stays OK."""
    accepted = {(w.device, w.check): w for w in waivers}
    return tuple(_waived(result, accepted.get((result.device, result.check))) for result in results)


def _waived(result: Result, waiver: Waiver | None) -> Result:
    if waiver is None or result.state in {CheckState.OK, CheckState.SKIPPED}:
        return result
    return replace(result, state=CheckState.WAIVED, hint=f"{waiver.by}: {waiver.reason}")
