"""What the pages know: read from the services in a thread, at most once in two seconds, for all readers together."""

import shutil
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from roomctl.app import Application
from roomctl.domain.lifecycle import State
from roomctl.domain.meeting import Meeting
from roomctl.errors import RoomctlError
from roomctl.host.status import PluginStatus, Status
from roomctl.serving import Host, Phase
from roomctl.web.pages.links import Facts

AGE = 2.0
"""Seconds that a look at the services is good for."""

_SHOWN = 50  # meetings on the home page
_UNFINISHED = (State.OPEN, State.IN_SESSION, State.RECESS, State.ADJOURNED, State.CLOSED, State.DEPOSITED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """What the home page shows.

    Attributes:
        now: local time of the room.
        meetings: of today, and those of other days that are not finished, in order of their start.
        plugins: how each stands.
        free: bytes of disk; backup: when the newest copy of the database was made.

    """

    now: datetime
    room: str
    meetings: Sequence[Facts] = ()
    plugins: Sequence[PluginStatus] = ()
    free: int = 0
    backup: datetime | None = None

    @property
    def broken(self) -> int:
        """Plugins to mend; one that a person disabled is none."""
        return sum(one.status not in {Status.ENABLED, Status.DISABLED} for one in self.plugins)

    @property
    def running(self) -> int:
        return sum(one.meeting.state in {State.IN_SESSION, State.RECESS} for one in self.meetings)


@dataclass
class Board:
    """The newest look; whoever asks for an older one looks again."""

    host: Host
    monotonic: Callable[[], float] = time.monotonic
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _seen: Today | None = None
    _at: float = 0.0

    @property
    def application(self) -> Application:
        return self.host.application

    def today(self) -> Today:
        """Waits for the services: call it in a thread."""
        with self._lock:
            if self._seen is None or self.monotonic() - self._at >= AGE:
                self._seen = self._look()
                self._at = self.monotonic()
            return self._seen

    def stale(self) -> None:
        """Something was done: the next look is a new one."""
        with self._lock:
            self._seen = None

    def _look(self) -> Today:
        use, data = self.application.usecases, self.application.data
        now = self.application.clock.now().astimezone(ZoneInfo(use.room.zone))
        chosen = [one for one in use.meetings() if _belongs(one, now)][:_SHOWN]
        stuck = self._stuck()
        return Today(
            now=now,
            room=use.room.name,
            meetings=[self._facts(one, stuck) for one in sorted(chosen, key=lambda one: one.starts_at)],
            plugins=self.application.plugins.status() if self._ready else (),
            free=shutil.disk_usage(data).free,
            backup=_newest_backup(data),
        )

    @property
    def _ready(self) -> bool:
        """Before that, the host is loading the plugins itself: a page does not wait for them."""
        return self.host.phase is Phase.READY

    def facts(self, meeting_id: str) -> Facts:
        """Of one meeting, as it stands now. Raises: NotFound."""
        return self._facts(self.application.usecases.meeting(meeting_id), self._stuck())

    def _facts(self, meeting: Meeting, stuck: dict[str, dict[str, str]]) -> Facts:
        use = self.application.usecases
        return Facts(
            meeting=meeting,
            checks=use.check_report(meeting.id),
            attendance=use.attendance(meeting.id),
            recordings=use.recordings(meeting.id),
            transcript=use.transcript(meeting.id),
            documents=use.documents(meeting.id),
            packages=use.packages(meeting.id),
            receipts=use.receipts(meeting.id),
            stuck=stuck.get(meeting.id, {}),
        )

    def _stuck(self) -> dict[str, dict[str, str]]:
        """Meeting → name of the service → why."""
        found: dict[str, dict[str, str]] = {}
        for service in self.application.plugins.services() if self._ready else ():
            try:
                failures = dict(service.failures())
            except Exception as error:  # noqa: BLE001 - a plugin's; it costs its own line
                failures = {"": str(RoomctlError(service.name, str(error)))}
            for meeting, why in failures.items():
                found.setdefault(meeting, {})[service.name] = why
        return found


def _belongs(meeting: Meeting, now: datetime) -> bool:
    if meeting.starts_at.astimezone(now.tzinfo).date() == now.date():
        return meeting.state is not State.CANCELLED
    return meeting.state in _UNFINISHED


def _newest_backup(data: Path) -> datetime | None:
    """When the newest file of `<data>/backups` was written."""
    try:
        times = [path.stat().st_mtime for path in (data / "backups").iterdir()]
    except OSError:
        return None
    return datetime.fromtimestamp(max(times)).astimezone() if times else None
