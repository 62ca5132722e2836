"""What the pages know: read from the services in a thread, at most once in two seconds, for all readers together."""

import shutil
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from roomctl.app import Application, Audit
from roomctl.domain.alarms import Alarm
from roomctl.domain.calendar import Entry
from roomctl.domain.devices import Device
from roomctl.domain.lifecycle import OVER, State
from roomctl.domain.meeting import Meeting
from roomctl.domain.recording import RecorderState, RecorderStatus, RecordingHead
from roomctl.domain.registration import Returned
from roomctl.errors import RoomctlError, one_line
from roomctl.host.status import PluginStatus, Status
from roomctl.i18n import tr
from roomctl.services.calendar import Wish
from roomctl.services.recordings import Continuation
from roomctl.serving import Host, Phase
from roomctl.web.pages.links import Facts

AGE = 2.0
"""Seconds that a look at the services is good for."""

_SHOWN = 50  # meetings on the home page
_AFTER = frozenset({State.ADJOURNED, State.CLOSED, State.DEPOSITED})
_DEPOSITED = frozenset({State.DEPOSITED, State.ARCHIVED})
_UNFINISHED = (State.OPEN, State.IN_SESSION, State.RECESS, State.ADJOURNED, State.CLOSED, State.DEPOSITED)

_RUNNING = frozenset({State.IN_SESSION, State.RECESS})
_LIVE = frozenset({RecorderState.ARMED, RecorderState.RECORDING, RecorderState.PAUSED})


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


@dataclass(frozen=True, slots=True)
class Audited:
    """What the last walk over the event log found, and when."""

    found: Audit
    at: datetime


@dataclass
class Board:
    """The newest look; whoever asks for an older one looks again."""

    host: Host
    monotonic: Callable[[], float] = time.monotonic
    _lock: threading.Lock = field(default_factory=threading.Lock)
    audited: Audited | None = None
    _auditing: threading.Lock = field(default_factory=threading.Lock)
    _seen: Today | None = None
    _at: float = 0.0
    _audited_at: float = 0.0

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

    @property
    def verifying(self) -> bool:
        """Whether the event log is being walked right now."""
        return self._auditing.locked()

    def verify(self) -> None:
        """Walks the event log; who asks while somebody else does waits for the same answer."""
        asked = self.monotonic()
        with self._auditing:
            if self.audited is None or self._audited_at < asked:
                self.audited = Audited(self.application.audit(), self.application.clock.now())
                self._audited_at = self.monotonic()

    def _look(self) -> Today:
        use, data = self.application.usecases, self.application.data
        now = self.application.clock.now().astimezone(ZoneInfo(use.room.zone))
        chosen = self._of_today(now)
        stuck = self._stuck()
        return Today(
            now=now,
            room=use.room.name,
            meetings=[self._facts(one, stuck) for one in sorted(chosen, key=lambda one: one.starts_at)],
            plugins=self.application.plugins.status() if self._ready else (),
            free=shutil.disk_usage(data).free,
            backup=_newest_backup(data),
        )

    def _of_today(self, now: datetime) -> Sequence[Meeting]:
        """Those of today, and those of other days that are not finished; only they are read whole."""
        use, day = self.application.usecases, datetime.combine(now.date(), datetime.min.time())
        around = Wish(first=day - timedelta(days=1), last=day + timedelta(days=2))  # whatever their zones
        unfinished = Wish(states=frozenset(_UNFINISHED))
        entries = {one.id: one for wish in (around, unfinished) for one in use.find_meetings(wish).entries}
        newest = sorted(entries.values(), key=lambda one: (one.starts, one.id), reverse=True)
        return [use.meeting(one.id) for one in [one for one in newest if _belongs(one, now)][:_SHOWN]]

    @property
    def _ready(self) -> bool:
        """Before that, the host is loading the plugins itself: a page does not wait for them."""
        return self.host.phase is Phase.READY

    def facts(self, meeting_id: str) -> Facts:
        """Of one meeting, as it stands now. Raises: NotFound."""
        return self._facts(self.application.usecases.meeting(meeting_id), self._stuck())

    def _facts(self, meeting: Meeting, stuck: dict[str, dict[str, str]]) -> Facts:
        use = self.application.usecases
        recordings = use.recording_heads(meeting.id)
        live = next((one for one in reversed(recordings) if one.state in _LIVE), None)
        heard, down = self._asked(live) if live else (None, "")
        words = next(iter(use.transcript_heads(meeting.id)[-1:]), None)
        facts = Facts(
            meeting=meeting,
            checks=use.check_report(meeting.id),
            attendance=use.attendance(meeting.id),
            recordings=recordings,
            sealed=use.sealed_sound(meeting.id) if recordings else {},
            alarms=self._unseen(meeting, heard.alarms) if heard else (),
            emitting=self._emitting(meeting),
            recorder_down=down,
            continued=self._continued(meeting, recordings),
            unapproved=meeting.state in _RUNNING and use.recording_unapproved(meeting),
            transcript=words.version if words else None,
            sentences=words.sentences if words else 0,
            documents=use.documents(meeting.id),
            packages=use.packages(meeting.id),
            receipts=use.receipts(meeting.id),
            stuck=stuck.get(meeting.id, {}),
            collisions=() if meeting.state in OVER else use.collisions(meeting),
            unseen=len(use.unseen_releases(meeting.id)) if meeting.state in _AFTER else 0,
            returned=_returned(use.returned(meeting.id)) if meeting.state in _DEPOSITED else "",
        )
        return facts.heard(live.id, heard) if live and heard else facts

    def _asked(self, live: RecordingHead) -> tuple[RecorderStatus | None, str]:
        """What its recorder says this moment, or why it does not answer."""
        if not self._ready:
            return None, ""
        try:
            return self.application.usecases.recorder_of(live).status(), ""
        except RoomctlError as error:
            return None, str(error)
        except Exception as error:  # noqa: BLE001 - a plugin's; the page says so and goes on
            return None, one_line(error)

    def _unseen(self, meeting: Meeting, alarms: Sequence[Alarm]) -> Sequence[Alarm]:
        """Those that nobody has acknowledged."""
        known = self.application.usecases.alarms(meeting.id) if alarms else ()
        seen = {one.alarm.key for one in known if one.acknowledged_by}
        return tuple(one for one in alarms if one.key not in seen)

    def _emitting(self, meeting: Meeting) -> Sequence[Device]:
        """What must be off while this meeting runs, and is not; of an unread inventory others tell."""
        if meeting.state not in _RUNNING:
            return ()
        try:
            return self.application.usecases.emitting(meeting)
        except RoomctlError:
            return ()

    def _continued(self, meeting: Meeting, recordings: Sequence[RecordingHead]) -> Continuation | None:
        """How the running recording follows one that broke off."""
        if meeting.state not in _RUNNING or len(recordings) < 2:  # noqa: PLR2004 - one, and one that follows
            return None
        return self.application.usecases.continuation(meeting.id)

    def _stuck(self) -> dict[str, dict[str, str]]:
        """Meeting → name of the service → why."""
        found: dict[str, dict[str, str]] = {}
        for report in self.application.plugins.reports() if self._ready else ():
            for meeting, why in report.failures.items():
                found.setdefault(meeting, {})[report.name] = why
        return found


def _returned(found: Returned | None) -> str:
    if found is None:
        return ""
    return tr(f"{found.by}退回：{found.reason}", f"{found.by} has sent it back: {found.reason}")


def _belongs(meeting: Entry, now: datetime) -> bool:
    if meeting.from_instant.astimezone(now.tzinfo).date() == now.date():
        return meeting.state is not State.CANCELLED
    return meeting.state in _UNFINISHED


def _newest_backup(data: Path) -> datetime | None:
    """When the newest file of `<data>/backups` was written."""
    try:
        times = [path.stat().st_mtime for path in (data / "backups").iterdir()]
    except OSError:
        return None
    return datetime.fromtimestamp(max(times)).astimezone() if times else None
