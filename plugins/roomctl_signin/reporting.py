"""T−15: the report is told by itself, once for each meeting, as an event that screens and plugins hear.

What is due follows from the meetings and from what was told: a restart at any moment forgets nothing, and tells
nothing twice. A host that was down then tells it late, as long as the meeting has not begun.
"""

import threading
from collections.abc import Mapping, Sequence
from datetime import timedelta

from roomctl.api import Health, Meeting, PluginContext, Progress, RoomctlError, State
from roomctl_signin import quorums, report
from roomctl_signin.config import Config

TICK = 5.0
"""Seconds between two looks at what is due."""
TOLD = "report"
"""Among the plugin's documents of a meeting, and the kind of its event (`x.signin.report`)."""
_COMING = (State.APPROVED, State.OPEN)


class Reporting:
    """`roomctl.api.Service`."""

    name = "report"

    def __init__(self, ctx: PluginContext) -> None:
        self._ctx = ctx
        self._config: Config = ctx.config or Config()
        self._stop, self._wake = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None
        self._trouble = ""

    def start(self) -> None:
        self._stop.clear()
        self._thread = threading.Thread(target=self._run, name="report", daemon=True)
        self._thread.start()

    def stop(self, timeout: float) -> None:
        self._stop.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout)

    def wake(self) -> None:
        self._wake.set()

    def health(self) -> Health:
        return Health(ok=not self._trouble, why=self._trouble)

    def progress(self) -> Sequence[Progress]:
        return []

    def failures(self) -> Mapping[str, str]:
        return {}

    def look(self) -> None:
        """Tells all that is due now."""
        if not self._config.report_minutes:
            return
        for meeting in self._ctx.services.meetings(*_COMING):
            if self._due(meeting) and not self._ctx.store(meeting.id).get(TOLD):
                self._tell(meeting)

    def _due(self, meeting: Meeting) -> bool:
        left = meeting.starts_at - self._ctx.clock.now()
        return timedelta(0) <= left <= timedelta(minutes=self._config.report_minutes)

    def _tell(self, meeting: Meeting) -> None:
        """The event stands in the log for good: numbers of the telephone are not in it, the page has them."""
        services = self._ctx.services
        board = services.attendance(meeting.id)
        if not board.counts.expected:
            return  # nobody is on the roster yet
        stands = quorums.of(self._ctx, meeting, board)
        told = report.of(meeting, board, stands, room=services.room.name, now=self._ctx.clock.now())
        data = {
            "said": told.said,
            "read_out": told.read_out,
            "minutes": told.minutes,
            "absent": [one.name for one in told.absent],
            "quorum": stands.met if stands else None,
        }
        self._ctx.publish(TOLD, data, meeting.id)
        self._ctx.store(meeting.id).put(TOLD, {"at": told.at})

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self.look()
                trouble = ""
            except RoomctlError as error:
                trouble = str(error)
            except Exception as error:
                self._ctx.log.exception("the report before the start failed")
                trouble = " ".join(f"{type(error).__name__}: {error}".split())
            if trouble and trouble != self._trouble:
                self._ctx.log.error("%s", trouble)
            self._trouble = trouble
            self._wake.wait(TICK)
            self._wake.clear()
