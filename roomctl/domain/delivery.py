"""The outbox: how far each package is on its way to each target, and when it is tried again."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from roomctl.domain.archive import Fault, Verdict
from roomctl.errors import RoomctlError
from roomctl.i18n import tr

FIRST_RETRY, LAST_RETRY = 30.0, 3600.0
"""Seconds; doubled from one try to the next. The last goes on for as long as it takes: days."""

JITTER = 0.2
"""Part of the delay, so that several rooms do not return to a share at the same moment."""


LOCAL = ""
"""The place of the copy on this machine; any other place is a target by its name."""


class DeliveryStep(StrEnum):
    """What is being done, or was when it broke off."""

    WAITING = "waiting"
    SENDING = "sending"
    CHECKING = "checking"
    """Every byte is read back."""
    DONE = "done"
    """The receipt is in the log."""

    @property
    def label(self) -> str:
        return {
            DeliveryStep.WAITING: tr("等待", "waiting"),
            DeliveryStep.SENDING: tr("送存中", "sending"),
            DeliveryStep.CHECKING: tr("读回核对中", "reading back"),
            DeliveryStep.DONE: tr("已送到并核对", "arrived, read back"),
        }[self]


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why the last try failed: what, why, and the mend."""

    what: str
    why: str = ""
    mend: str = ""

    @classmethod
    def of(cls, error: RoomctlError) -> "Trouble":
        return cls(error.what, error.why, error.mend)

    def __str__(self) -> str:
        return str(RoomctlError(self.what, self.why, self.mend))

    def as_json(self) -> dict[str, str]:
        return {"what": str(self.what), "why": str(self.why), "mend": str(self.mend)}


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file that the target has taken.

    Attributes:
        path: in the package. sha256: of the bytes that were sent, which must be those that the package names.
        checked: it was read back since, and was equal.

    """

    path: str
    sha256: str
    bytes: int
    checked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One package on its way to one target: a row of the outbox, which stays when it is done.

    Attributes:
        files, bytes: of the whole package, manifests included; 0 until it was looked at.
        sent_files, sent: what the target has taken; bytes of a file that is on its way included.
        checked_files, checked: what was read back and was equal.
        rate: bytes a second of the try that is under way, or was last.
        tries: that failed since the last that did not.
        next_try: None: as soon as possible.
        at: the last change.

    """

    package: str
    target: str
    meeting: str
    at: datetime
    step: DeliveryStep = DeliveryStep.WAITING
    files: int = 0
    bytes: int = 0
    sent_files: int = 0
    sent: int = 0
    checked_files: int = 0
    checked: int = 0
    rate: float = 0.0
    tries: int = 0
    next_try: datetime | None = None
    trouble: Trouble | None = None

    @property
    def done(self) -> bool:
        return self.step is DeliveryStep.DONE

    @property
    def total(self) -> int:
        """Bytes that go through the line: there, and back again."""
        return 2 * self.bytes

    @property
    def left(self) -> float | None:
        """Seconds that it will still take at its rate; None where nobody can say."""
        if self.done or self.step is DeliveryStep.WAITING or not self.rate or not self.bytes:
            return None
        return max(0.0, (self.total - self.sent - self.checked) / self.rate)

    def as_json(self) -> dict[str, Any]:
        """As the command line and REST give it; instants in UTC."""
        return {
            "meeting": self.meeting,
            "package": self.package,
            "target": self.target,
            "step": self.step.value,
            "files": self.files,
            "bytes": self.bytes,
            "sent_files": self.sent_files,
            "sent": self.sent,
            "checked_files": self.checked_files,
            "checked": self.checked,
            "rate": round(self.rate),
            "left": None if self.left is None else round(self.left),
            "tries": self.tries,
            "next_try": self.next_try.isoformat() if self.next_try else None,
            "trouble": self.trouble.as_json() if self.trouble else None,
            "at": self.at.isoformat(),
        }

    def due(self, now: datetime) -> bool:
        """Whether it may be tried; a clock that was set back does not make it wait for longer than ever agreed."""
        if self.next_try is None:
            return True
        longest = timedelta(seconds=LAST_RETRY * (1 + JITTER))
        return self.next_try <= now or self.next_try > now + longest

    def failed(self, trouble: Trouble, *, now: datetime, chance: float) -> "Delivery":
        """Put off.

        Args:
            chance: from 0 to 1; where the next try lies inside the jitter.

        """
        delay = backoff(self.tries, chance)
        return replace(
            self,
            step=DeliveryStep.WAITING,
            tries=self.tries + 1,
            trouble=trouble,
            next_try=now + timedelta(seconds=delay),
            at=now,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FixityCheck:
    """What reading a package at one place has found, some time after its receipt.

    Attributes:
        place: a target by its name, or `LOCAL`.
        files, bytes: that were read, manifests included. Fewer than there should be is a problem.

    """

    package: str
    place: str
    meeting: str
    at: datetime
    files: int
    bytes: int
    problems: tuple[Fault, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """By itself: whether what was read is whole."""
        return Verdict(self.files, self.bytes, self.problems)

    @property
    def ok(self) -> bool:
        """Nothing read is not ok."""
        return self.verdict.ok

    def as_json(self) -> dict[str, Any]:
        """As the command line and REST give it."""
        return {
            "meeting": self.meeting,
            "package": self.package,
            "place": self.place,
            "at": self.at.isoformat(),
            **self.verdict.as_json(),
        }


def backoff(tries: int, chance: float) -> float:
    """Seconds until the next try after so many that failed before."""
    doubled = FIRST_RETRY * 2 ** min(tries, 16)
    return float(min(doubled, LAST_RETRY) * (1 - JITTER + 2 * JITTER * chance))
