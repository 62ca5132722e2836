"""The work that goes on by itself: packages what is closed, and delivers what lacks a receipt.

One thread builds, and each target has one of its own, so that a dead or hanging target stops no other. What is
left to do is read from the state of the world each time, so that a kill at any moment loses nothing.
"""

import random
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from roomctl.api import Health, Meeting, Package, PluginContext, Progress, RoomctlError, State, tr
from roomctl_archive import delivery, package
from roomctl_archive.config import ArchiveConfig

FIRST_RETRY, LAST_RETRY = 30.0, 3600.0  # seconds; doubled from one try to the next
JITTER = 0.2  # part of the delay, so that several rooms do not return to a share at the same moment
LOOK = 30.0  # seconds after which one looks for work unasked
_BUILDER = ""
_OPEN = (State.CLOSED, State.DEPOSITED, State.ARCHIVED)


class Stopping(Exception):  # noqa: N818 - no error: the host is going down
    """Raised out of a tick, to end work that the next start takes up again."""


@dataclass(slots=True)
class _Trouble:
    """Why a job failed, how often, and when it is tried again."""

    line: str
    tries: int
    due: float


@dataclass(slots=True)
class _Job:
    """What is under way: bytes done and in all."""

    meeting: str
    done: int = 0
    total: int = 0


@dataclass(slots=True)
class _State:
    """Shared by the threads, under one lock. Jobs are known by worker, troubles by worker and what it worked on."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    jobs: dict[str, _Job] = field(default_factory=dict)
    troubles: dict[tuple[str, str], _Trouble] = field(default_factory=dict)


class ArchiveService:
    """See the module. A worker is the builder, or a target by its name."""

    name = "archive"

    def __init__(self, ctx: PluginContext) -> None:
        self._ctx = ctx
        self._config: ArchiveConfig = ctx.config
        self._state = _State()
        self._stopping = threading.Event()
        self._wakes = {worker: threading.Event() for worker in (_BUILDER, *self._config.targets)}
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        self._stopping.clear()
        for worker in self._wakes:
            thread = threading.Thread(target=self._run, args=(worker,), name=f"archive {worker}".strip(), daemon=True)
            self._threads.append(thread)
            thread.start()

    def stop(self, timeout: float) -> None:
        self._stopping.set()
        self.wake()
        for thread in self._threads:
            thread.join(timeout / len(self._threads))
        self._threads.clear()

    def wake(self) -> None:
        for event in self._wakes.values():
            event.set()

    def health(self) -> Health:
        failing = self.failures()
        if not failing:
            return Health(ok=True)
        return Health(ok=False, why="；".join(failing.values()))

    def progress(self) -> Sequence[Progress]:
        with self._state.lock:
            jobs = {worker: _Job(job.meeting, job.done, job.total) for worker, job in self._state.jobs.items()}
        rows = []
        for worker in self._wakes:
            what = tr(f"送存到 {worker}", f"deliver to {worker}") if worker else tr("打存档包", "build the package")
            for meeting, size in self._waiting(worker).items():
                job = jobs.get(worker)
                under_way = job if job and job.meeting == meeting else _Job(meeting, 0, size)
                rows.append(Progress(meeting, what, under_way.done, under_way.total, "B"))
        return rows

    def failures(self) -> Mapping[str, str]:
        with self._state.lock:
            lines: dict[str, list[str]] = {}
            for (_, meeting), trouble in sorted(self._state.troubles.items()):
                lines.setdefault(meeting, []).append(trouble.line)
        failing = {meeting: "；".join(each) for meeting, each in lines.items()}
        for held in self._ctx.services.meetings(State.CLOSED):
            gone = {name for one in self._ctx.services.packages(held.id) for name in one.targets}
            gone -= {one.target for one in self._ctx.services.receipts(held.id)} | self._config.targets.keys()
            for name in sorted(gone):
                line = tr(
                    f"存储目标 {name} 已不在设置里。请写回 [plugins.archive.targets.{name}]",
                    f"target {name} is no longer in the settings. Put [plugins.archive.targets.{name}] back",
                )
                failing[held.id] = "；".join(filter(None, (failing.get(held.id), line)))
        return failing

    def push(self, meeting: Meeting, tick: Callable[[int], None]) -> int:
        """Builds and delivers now, in the caller's thread, whatever the back-off says; gives the receipts added.

        Raises:
            RoomctlError: the first that failed, after all targets were tried.

        """
        if package.due(self._ctx, meeting):
            package.build(self._ctx, meeting, tick)
        errors, done = [], 0
        for name in self._config.targets:
            for one in self._lacking(meeting, name):
                try:
                    self._deliver(name, one, tick)
                    done += 1
                except RoomctlError as error:
                    errors.append(error)
        if errors:
            raise errors[0]
        return done

    def _run(self, worker: str) -> None:
        wake = self._wakes[worker]
        while not self._stopping.is_set():
            wake.clear()
            try:
                self._work(worker)
            except Stopping:
                return
            except Exception:
                # the state of the world could not be read; the next round reads it again
                self._ctx.log.exception("archive worker %r failed", worker)
            wake.wait(self._pause(worker))

    def _pause(self, worker: str) -> float:
        with self._state.lock:
            dues = [trouble.due for (who, _), trouble in self._state.troubles.items() if who == worker]
        return min([LOOK, *(max(0.1, due - self._ctx.clock.monotonic()) for due in dues)])

    def _work(self, worker: str) -> None:
        left = {meeting.id: meeting for meeting, _ in self._left(worker)}
        with self._state.lock:
            for key in [key for key in self._state.troubles if key[0] == worker and key[1] not in left]:
                del self._state.troubles[key]
        for meeting in left.values():
            if self._stopping.is_set():
                raise Stopping
            self._attempt(worker, meeting)

    def _attempt(self, worker: str, meeting: Meeting) -> None:
        """One try of one job; what fails is told, and put off."""
        key = (worker, meeting.id)
        with self._state.lock:
            trouble = self._state.troubles.get(key)
            if trouble and trouble.due > self._ctx.clock.monotonic():
                return
            job = self._state.jobs[worker] = _Job(meeting.id)

        def tick(size: int) -> None:
            job.done += size
            if self._stopping.is_set():
                raise Stopping

        def planned(size: int) -> None:
            job.total += size

        try:
            if worker == _BUILDER:
                package.build(self._ctx, meeting, tick, planned=planned)
                self.wake()
            else:
                for one in self._lacking(meeting, worker):
                    planned(2 * one.bytes)
                    self._deliver(worker, one, tick)
            with self._state.lock:
                self._state.troubles.pop(key, None)
        except RoomctlError as error:
            self._put_off(key, str(error), trouble)
        except (OSError, ValueError, TypeError, LookupError) as error:
            self._ctx.log.exception("archive: %s failed for meeting %s", worker or "package", meeting.id)
            self._put_off(key, f"{type(error).__name__}: {error}".replace("\n", " "), trouble)
        finally:
            with self._state.lock:
                self._state.jobs.pop(worker, None)

    def _put_off(self, key: tuple[str, str], line: str, before: _Trouble | None) -> None:
        tries = before.tries if before else 0
        delay = min(FIRST_RETRY * 2**tries, LAST_RETRY) * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - no secret
        worker = f"{key[0]}: " if key[0] else ""
        self._ctx.log.warning("archive: %s%s; next try in %.0f s", worker, line, delay)
        with self._state.lock:
            self._state.troubles[key] = _Trouble(worker + line, tries + 1, self._ctx.clock.monotonic() + delay)

    def _deliver(self, name: str, one: Package, tick: Callable[[int], None]) -> None:
        config = self._config.targets[name].model_dump()
        target = self._ctx.services.target(config["kind"], config)
        folder = self._ctx.services.data / one.path
        proof = delivery.deliver(one, folder, target, name=name, clock=self._ctx.clock, tick=tick)
        self._ctx.services.add_receipt(one.meeting, proof)

    def _left(self, worker: str) -> Iterator[tuple[Meeting, Package | None]]:
        """What a worker still has to do, by meeting."""
        for meeting in self._ctx.services.meetings(*_OPEN):
            if worker != _BUILDER:
                for one in self._lacking(meeting, worker):
                    yield meeting, one
            elif package.due(self._ctx, meeting):
                yield meeting, None

    def _waiting(self, worker: str) -> Mapping[str, int]:
        """Bytes that are left by meeting; 0 where they are not known yet."""
        waiting: dict[str, int] = {}
        for meeting, one in self._left(worker):
            waiting[meeting.id] = waiting.get(meeting.id, 0) + (2 * one.bytes if one else 0)
        return waiting

    def _lacking(self, meeting: Meeting, target: str) -> Sequence[Package]:
        """Packages of the meeting that the target has not read back yet, the oldest first."""
        proven = {one.package for one in self._ctx.services.receipts(meeting.id) if one.target == target}
        return [one for one in self._ctx.services.packages(meeting.id) if one.id not in proven]
