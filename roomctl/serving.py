"""What `roomctl serve` runs: the data folder's lock, recovery after a crash, services, and the events' delivery."""

import logging
import threading
from collections.abc import Callable
from enum import StrEnum

from roomctl.app import Application
from roomctl.domain.lifecycle import State
from roomctl.errors import RoomctlError
from roomctl.host.lock import HostLock

log = logging.getLogger(__name__)

TICK = 1.0
"""Seconds between two looks at recordings and events; a sealed segment is known this much later at the most."""


class Phase(StrEnum):
    """How far the host is."""

    STARTING = "starting"
    RECOVERING = "recovering"
    READY = "ready"
    STOPPED = "stopped"


class Host:
    """Runs in a thread of its own, so that the web, or a test, may have the main one."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.phase = Phase.STARTING
        self._seen = 0
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._lock = HostLock(application.data / "host.lock")

    def start(self) -> None:
        """Takes the lock, then works in the background.

        Raises:
            Busy: another host has this data folder. RoomctlError: settings or database cannot be used.

        """
        self.application.data.mkdir(parents=True, exist_ok=True)
        _ = self.application.database
        self._lock.__enter__()
        self._thread = threading.Thread(target=self._run, name="host", daemon=True)
        self._thread.start()

    def stop(self, timeout: float = 5.0) -> None:
        """Ends services and children; a living capture goes on."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout)
        self.application.close()
        self._lock.release()
        self.phase = Phase.STOPPED

    def _run(self) -> None:
        self.phase = Phase.RECOVERING
        self._guarded(lambda: self.application.recover(go_on=True))
        self.application.plugins.start_services()
        self.phase = Phase.READY
        while not self._stop.wait(TICK):
            self._guarded(self.tick)

    def tick(self) -> None:
        """Brings recordings up to date, tells plugins what happened, and wakes services where anything did."""
        use = self.application.usecases
        for meeting in use.meetings(State.IN_SESSION, State.RECESS):
            recording = use.current_recording(meeting.id)
            if recording is not None:
                use.sync_recording(recording.id)
        self.application.deliver(self._lock)
        moved = self._end_of_log()
        if moved != self._seen:
            self._seen = moved
            for service in self.application.plugins.services():
                service.wake()

    def _end_of_log(self) -> int:
        with self.application.open_uow().reading() as uow:
            last = self._seen
            while rows := uow.events.since(last):
                last = rows[-1].seq
        return last

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except RoomctlError as error:
            log.warning("%s", error)
        except Exception:
            log.exception("the host's own work failed; it is tried again")
