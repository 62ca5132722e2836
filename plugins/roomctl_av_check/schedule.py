"""Checks that come by themselves: an hour and a quarter before a meeting; and a watch over the devices while it runs.

What is due follows from the meetings, and from the runs that are kept: a restart at any moment forgets nothing, and
does nothing twice.
"""

import threading
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from roomctl.api import Health, Meeting, PluginContext, Progress, RoomctlError, State, checks, tr
from roomctl_av_check.config import AvCheckConfig
from roomctl_av_check.scenes import LifeCycle

TICK = 5.0
"""Seconds between two looks at what is due."""
BEFORE = {
    checks.RunPurpose.QUARTER_BEFORE: timedelta(minutes=15),
    checks.RunPurpose.HOUR_BEFORE: timedelta(minutes=60),
}
"""The nearest first."""
COMING = (State.APPROVED, State.OPEN)
RUNNING = (State.IN_SESSION, State.RECESS)


def due(meeting: Meeting, now: datetime, done: frozenset[checks.RunPurpose]) -> checks.RunPurpose | None:
    """The run that is due: late rather than never, but not one that a nearer one has made needless."""
    left = meeting.starts_at - now
    if left < timedelta(0):
        return None
    for purpose, ahead in BEFORE.items():
        if left <= ahead:
            return None if purpose in done else purpose
    return None


class Schedule:
    """`roomctl.api.Service`."""

    name = "checks"

    def __init__(self, ctx: PluginContext) -> None:
        self._ctx = ctx
        self._config: AvCheckConfig = ctx.config or AvCheckConfig()
        self._stop, self._wake = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None
        self._looked: dict[str, float] = {}
        self._under_way: tuple[str, ...] = ()
        self._scenes = LifeCycle(ctx)
        self._trouble = ""

    def start(self) -> None:
        self._stop.clear()
        self._thread = threading.Thread(target=self._run, name="checks", daemon=True)
        self._thread.start()

    def stop(self, timeout: float) -> None:
        """A run that is under way is not waited for longer than that; its talks end with the host."""
        self._stop.set()
        self._scenes.stop()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout)

    def wake(self) -> None:
        self._wake.set()

    def health(self) -> Health:
        return Health(ok=not self._trouble, why=self._trouble)

    def progress(self) -> Sequence[Progress]:
        return [Progress(meeting, tr("检查设备", "check the devices")) for meeting in self._under_way]

    def failures(self) -> Mapping[str, str]:
        return {}

    def look(self) -> None:
        """Does what is due now. Raises: RoomctlError."""
        self._scenes.look()
        for meeting in self._ctx.services.meetings(*COMING) if self._config.schedule else ():
            purpose = due(meeting, self._ctx.clock.now(), self._ctx.services.check_purposes(meeting.id))
            if purpose is not None:
                self._under_way = (meeting.id,)
                try:
                    sound = purpose is checks.RunPurpose.HOUR_BEFORE and self._config.acoustics.scheduled
                    self._ctx.services.check(meeting.id, purpose=purpose, sound=sound)
                finally:
                    self._under_way = ()
        running = self._ctx.services.meetings(*RUNNING) if self._config.watch_seconds else ()
        for meeting in running:
            now = self._ctx.clock.monotonic()
            if now - self._looked.get(meeting.id, -self._config.watch_seconds) >= self._config.watch_seconds:
                self._looked[meeting.id] = now
                self._ctx.services.look_at_devices(meeting.id)
        self._looked = {meeting.id: self._looked[meeting.id] for meeting in running}

    def _run(self) -> None:
        while not self._stop.is_set():
            self._wake.wait(TICK)
            self._wake.clear()
            if self._stop.is_set():
                return
            try:
                self.look()
            except RoomctlError as error:
                self._tell(str(error))
            except Exception as error:
                self._ctx.log.exception("the schedule failed")
                self._tell(" ".join(f"{type(error).__name__}: {error}".split()))
            else:
                self._tell("")

    def _tell(self, trouble: str) -> None:
        """A trouble is logged when it begins, not every few seconds."""
        if trouble and trouble != self._trouble:
            self._ctx.log.error("checks: %s", trouble)
        self._trouble = trouble
