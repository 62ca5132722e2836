"""What `roomctl serve` runs: the data folder's lock, recovery after a crash, services, and the events' delivery."""

import json
import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from roomctl.app import Application
from roomctl.domain.events import SYSTEM, Event
from roomctl.domain.lifecycle import State
from roomctl.durable import atomic_write
from roomctl.errors import RoomctlError
from roomctl.host.lock import HostLock
from roomctl.host.logs import tell_dropped
from roomctl.host.memory import Memory
from roomctl.host.signs import Sign, Signs
from roomctl.host.starts import SafeMode, Starts
from roomctl.services.facade import UseCases
from roomctl.storage.backup import BackupSchedule

log = logging.getLogger(__name__)

TICK = 1.0
"""Seconds between two looks at recordings and events; a sealed segment is known this much later at the most."""

NEAR = (State.OPEN, State.IN_SESSION, State.RECESS)
"""A meeting in one of these keeps the host from starting again by itself."""

AGAIN = 5.0
"""Seconds after which a recovery that failed is tried again."""

STATE_FILE = "host.json"
"""In the data folder: what the running host tells `roomctl status`."""


class Phase(StrEnum):
    """How far the host is."""

    STARTING = "starting"
    RECOVERING = "recovering"
    READY = "ready"
    STOPPED = "stopped"


class Host:
    """Runs in a thread of its own, so that the web, or a test, may have the main one.

    Attributes:
        plugins_up: they are loaded, and their services started: from then on they are asked.
        safe_mode: why only the built-in plugins run; None where all do.
        url: where it is reached, once that is known.
        restart: asks the launcher for a new host; the first thing that a page's button calls.

    """

    def __init__(self, application: Application, *, signs: Signs | None = None, tick: float = TICK) -> None:
        self.application, self._tick = application, tick
        self.phase = Phase.STARTING
        self.plugins_up = False
        self.safe_mode: SafeMode | None = None
        self.url = ""
        self.restart: Callable[[], None] = lambda: log.warning("nobody restarts this host")
        self._signs = signs or Signs()
        self._when_ready: list[Callable[[], None]] = []
        self._seen = 0
        self._told = 0.0
        self._again, self._gone_on = float("inf"), float("-inf")
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._lock = HostLock(application.data / "host.lock")
        self._starts = Starts(application.data)
        self._memory = Memory(application.settings.host.memory_mb << 20, application.clock)
        self._began = application.clock.now()

    def start(self) -> None:
        """Takes the lock, then works in the background.

        Raises:
            Busy: another host has this data folder. RoomctlError: settings or database cannot be used.

        """
        self.application.data.mkdir(parents=True, exist_ok=True)
        self._lock.__enter__()
        try:
            _ = self.application.database
            self.safe_mode = self._starts.begin()
            self.application.safe = self.safe_mode is not None
            plugins = self.application.plugins
        except BaseException:
            self._starts.complete()  # it could not begin; that is told, and is no incomplete start
            self._lock.release()
            raise
        plugins.before_load = self._about_to_load
        plugins.caller.waiting = self._waiting
        self._enter(Phase.STARTING)
        self._thread = threading.Thread(target=self._run, name="host", daemon=True)
        self._thread.start()

    def stop(self, timeout: float = 5.0) -> None:
        """Ends services and children; a living capture goes on."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout / 2)
        self._starts.complete()  # ended by a person, however far it was
        self.application.close(timeout / 2)
        tell_dropped(over=False)
        self._enter(Phase.STOPPED)
        self._lock.release()

    def when_ready(self, work: Callable[[], None]) -> None:
        """What the web does once the plugins are there: then, or at once. It may be called twice."""
        self._when_ready.append(work)
        if self.plugins_up:
            self._guarded(work)

    def leave_safe_mode(self) -> None:
        """The page's one button: all plugins from the next start on, which begins at once."""
        self._starts.leave()
        self.restart()

    def tell(self, kind: str, data: Mapping[str, Any]) -> None:
        """An event of the host itself, in the room's stream."""
        room, now = self.application.database.room.id, self.application.clock.now()
        with self.application.open_uow() as uow:
            uow.events.append(Event(stream=room, kind=kind, actor=SYSTEM, at=now, data=data))
            uow.commit()

    def _run(self) -> None:
        self._enter(Phase.RECOVERING)
        self._guarded(self._recover)
        self._guarded(self.application.plugins.load)
        self._guarded(self.application.plugins.start_services)
        if self._stop.is_set():
            return
        self._starts.complete()
        self.plugins_up = True
        for work in list(self._when_ready):  # first: who reads that it is ready finds the plugins' routes there
            self._guarded(work)
        self._enter(Phase.READY)
        self._signs.say(Sign.READY, url=self.url)
        while not self._stop.wait(self._tick):
            self._alive()
            self._guarded(self.tick)

    def _recover(self) -> None:
        """What fails is tried again: after a power cut a microphone may be there later than the host."""
        self._again = time.monotonic() + AGAIN
        if self.application.recover(go_on=True):
            self._again = float("inf")

    def tick(self) -> None:
        """Brings recordings up to date, tells plugins what happened, and wakes services where anything did."""
        self.follow_recordings()
        self.application.deliver(self._lock)
        tell_dropped()
        moved = self._end_of_log()
        if moved != self._seen:
            self._seen = moved
            self.application.plugins.wake_services()
        self._look_at_memory()
        self._backups.look()

    def follow_recordings(self) -> None:
        """What their journals say becomes rows and events; one that broke off in session is gone on with."""
        use = self.application.usecases.acting_as(SYSTEM)
        if time.monotonic() >= self._again:
            self._recover()
        for recording in use.running_recordings():
            self._guarded(partial(use.follow_recording, recording.id))
            self._waiting()
        self._guarded(partial(self._look_for_broken_off, use))

    def _look_for_broken_off(self, use: UseCases) -> None:
        now = time.monotonic()
        waiting = self._again != float("inf") or now < self._gone_on + AGAIN  # one that dies each time is no flood
        if not waiting and any(use.broke_off(one.id) for one in use.meetings(State.IN_SESSION)):
            self._gone_on = now
            self._recover()

    @cached_property
    def _backups(self) -> BackupSchedule:
        application = self.application
        return BackupSchedule(
            application.database,
            application.data,
            application.clock,
            failed=lambda why: self.tell("host.backup_failed", {"why": why}),
        )

    def _look_at_memory(self) -> None:
        """Too much is told, with whose it is where known; another host is begun once no meeting is near."""
        plugins = self.application.plugins
        if growth := self._memory.look({name: one.module for name, one in plugins.loaded.items()}):
            log.warning("the host holds %d MB; of plugins: %s", growth.resident >> 20, growth.told())
            self.tell("host.memory_high", growth.as_json())
        if self._memory.overdue and not self.application.usecases.meetings(*NEAR) and not plugins.busy():
            log.warning("the host is started again for its memory")
            self._memory.overdue = False
            self.restart()

    def _end_of_log(self) -> int:
        with self.application.open_uow().reading() as uow:
            return uow.events.last()

    def _guarded(self, work: Callable[[], object]) -> None:
        try:
            work()
        except RoomctlError as error:
            log.warning("%s", error)
        except Exception:
            log.exception("the host's own work failed; it is tried again")

    def _about_to_load(self, plugin: str) -> None:
        self._signs.say(Sign.LOADING, plugin=plugin)
        if self.phase in {Phase.STARTING, Phase.RECOVERING}:
            self._starts.loading(plugin)

    def _waiting(self) -> None:
        """The host's own thread asks plugins, each with a deadline; there may be many events to tell."""
        if threading.current_thread() is self._thread and time.monotonic() - self._told >= TICK:
            self._alive()

    def _alive(self) -> None:
        self._told = time.monotonic()
        self._signs.say(Sign.TICK)

    def _enter(self, phase: Phase) -> None:
        self.phase = phase
        told = {
            "pid": os.getpid(),
            "started": self._began.isoformat(),
            "phase": phase,
            "url": self.url,
            "safe_mode": self.safe_mode.as_json() if self.safe_mode else None,
        }
        atomic_write(self.application.data / STATE_FILE, json.dumps(told, ensure_ascii=False))


def running(data: Path) -> Mapping[str, Any] | None:
    """What the host that runs on this data folder told of itself last; None where none does."""
    lock = HostLock(data / "host.lock")
    if lock.acquire():
        lock.release()
        return None
    try:
        told = json.loads((data / STATE_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        told = {}
    return {"pid": lock.holder(), **told} if isinstance(told, dict) else {"pid": lock.holder()}
