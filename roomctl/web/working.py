"""How far the plugins' services are, looked at once a second for all readers together, with the time left."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass

from roomctl.host.plugins import PluginHost
from roomctl.services.ports import Clock

EACH = 1.0
"""Seconds between two looks."""


@dataclass(frozen=True, slots=True)
class Work:
    """What a service is at for a meeting.

    Attributes:
        done, total: of `unit`; total 0 where it is not known.
        left: seconds that it will still take; None where nobody can say.
        stuck: why it does not go on, with the mend.

    """

    service: str
    what: str
    done: float
    total: float
    unit: str
    left: float | None = None
    stuck: str = ""


class Working:
    """Asks the services. Safe to ask from several threads."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._looked = float("-inf")
        self._rows: dict[str, list[Work]] = {}
        self._began: dict[tuple[str, str, str], tuple[float, float]] = {}  # when it was first seen, and how far

    def of(self, meeting: str, plugins: PluginHost) -> Sequence[Work]:
        """What is under way or waits for a meeting; empty where nothing is left to do."""
        with self._lock:
            now = self._clock.monotonic()
            if now - self._looked >= EACH:
                self._look(plugins, now)
            return tuple(self._rows.get(meeting, ()))

    def _look(self, plugins: PluginHost, now: float) -> None:
        self._looked, self._rows = now, {}
        seen: dict[tuple[str, str, str], tuple[float, float]] = {}
        for report in plugins.reports():
            for row in report.progress:
                key = (report.name, row.meeting, row.what)
                since, before = seen[key] = self._began.get(key, (now, row.done))
                if row.done < before:  # it has begun anew
                    since, before = seen[key] = (now, row.done)
                pace = (row.done - before) / (now - since) if now > since else 0.0
                left = (row.total - row.done) / pace if pace > 0 and row.total else None
                stuck = report.failures.get(row.meeting, "")
                made = Work(report.name, row.what, row.done, row.total, row.unit, left, stuck)
                self._rows.setdefault(row.meeting, []).append(made)
        self._began = seen
