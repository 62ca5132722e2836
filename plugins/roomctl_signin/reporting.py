"""T−15: the report is told by itself, once for each meeting, as an event that screens and plugins hear.

What is due follows from the meetings and from what was told: a restart at any moment forgets nothing, and tells
nothing twice. A host that was down then tells it late, as long as the meeting has not begun.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from roomctl.api import Health, Meeting, PluginContext, Progress, State
from roomctl.api.service_loop import ServiceLoop
from roomctl_signin import quorums, report
from roomctl_signin.config import Config

TICK = 5.0
"""Seconds between two looks at what is due."""
TOLD = "report"
"""Kind of its event (`x.signin.report`), and, among the plugin's documents of a meeting, the note that spares a look
at the log."""
_COMING = (State.APPROVED, State.OPEN)


class Reporting:
    """`roomctl.api.Service`."""

    name = "report"

    def __init__(self, ctx: PluginContext) -> None:
        self._ctx = ctx
        self._config: Config = ctx.config or Config()
        self._loop = ServiceLoop("report", self.look, log=ctx.log, again=TICK)

    def start(self) -> None:
        self._loop.start()

    def stop(self, timeout: float) -> None:
        self._loop.stop(timeout)

    def wake(self) -> None:
        self._loop.wake()

    def health(self) -> Health:
        return Health(ok=not self._loop.trouble, why=self._loop.trouble)

    def progress(self) -> Sequence[Progress]:
        return []

    def failures(self) -> Mapping[str, str]:
        return {}

    def look(self) -> float:
        """Tells all that is due now; seconds until the next look."""
        coming = self._ctx.services.meetings(*_COMING) if self._config.report_minutes else ()
        for meeting in coming:
            if self._due(meeting) and not self._ctx.store(meeting.id).get(TOLD):
                self._tell(meeting)
        return TICK

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
        self._ctx.publish(TOLD, data, meeting.id, once=True)
        self._ctx.store(meeting.id).put(TOLD, {"at": told.at})
