"""Check runs that are under way, for whoever looks: what was heard so far, and a way to end one."""

import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from roomctl.domain.checks import Result, RunPurpose


@dataclass
class UnderWay:
    """One run that has not ended.

    Attributes:
        meeting: None is the room's own.
        only: ids of the devices that are looked at; empty: all but the silent ones.
        silent: devices that make a sound, where this run makes none.
        by: who asked for it.
        cancelled: ends it, once it is set.

    """

    meeting: str | None
    only: frozenset[str]
    purpose: RunPurpose
    by: str
    since: datetime
    cancelled: threading.Event = field(default_factory=threading.Event)
    silent: frozenset[str] = frozenset()
    told: str = ""
    """What a check that makes a sound is at, in the language of who asked for the run."""
    _rows: list[Result] = field(default_factory=list)

    def heard(self, result: Result) -> None:
        """One more row; called in the thread of the run."""
        self._rows.append(result)

    @property
    def rows(self) -> Sequence[Result]:
        """What was heard so far."""
        return tuple(self._rows)

    def asks(self, device: str) -> bool:
        """Whether it is looked at in this run."""
        return device in self.only if self.only else device not in self.silent

    def awaits(self, device: str) -> bool:
        """Whether the device is asked in this run, and has not answered yet."""
        return self.asks(device) and all(row.device != device for row in self.rows)

    def tell(self, what: str) -> None:
        """What it is at now; called in the thread of a check."""
        self.told = what


class RunsUnderWay:
    """All of this process. Safe to ask from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._runs: list[UnderWay] = []

    def of(self, meeting: str | None) -> Sequence[UnderWay]:
        """Those of a meeting, or of the room, the oldest first."""
        with self._lock:
            return [one for one in self._runs if one.meeting == meeting]

    def cancel(self, meeting: str | None) -> int:
        """Ends them early: what has not answered keeps its rows of before. How many there were."""
        runs = self.of(meeting)
        for one in runs:
            one.cancelled.set()
        return len(runs)

    @contextmanager
    def begin(
        self,
        meeting: str | None,
        only: Collection[str],
        purpose: RunPurpose,
        by: str,
        since: datetime,
        cancelled: threading.Event | None,
        silent: Collection[str] = (),
    ) -> Iterator[UnderWay]:
        """A run, as long as it lasts."""
        one = UnderWay(
            meeting, frozenset(only), purpose, by, since, cancelled or threading.Event(), frozenset(silent)
        )
        with self._lock:
            self._runs.append(one)
        try:
            yield one
        finally:
            with self._lock:
                self._runs.remove(one)
