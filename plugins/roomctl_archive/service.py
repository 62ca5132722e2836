"""The work that goes on by itself: packages what is closed, and delivers what lacks a receipt.

One thread builds, and each target has one of its own, so that a dead or hanging target stops no other. What is
left to do is read from the state of the world each time, so that a kill at any moment loses nothing.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Protocol

from roomctl.api import Health, Meeting, PluginContext, Progress, RoomctlError, State
from roomctl.api.custody import MEDIUM
from roomctl.api.service_loop import ServiceLoop, stop_all
from roomctl.api.words import Pair, paired
from roomctl_archive import ahead, package
from roomctl_archive.builder import Builder
from roomctl_archive.config import ArchiveConfig
from roomctl_archive.courier import Courier
from roomctl_archive.custodian import Custodian, joined
from roomctl_archive.fixity import Tick

LOOK = 30.0  # seconds after which one looks for work unasked
SOON = 0.1  # seconds that one waits at least
CHANCE = random.SystemRandom().random
OPEN = (State.CLOSED, State.DEPOSITED, State.ARCHIVED)


class Stopping(Exception):  # noqa: N818 - no error: the host is going down
    """Raised out of the work, which the next start takes up again."""


class Worker(Protocol):
    """Does one kind of work for one meeting after the other, in a thread of its own; others ask how far it is."""

    name: str

    def work(self, meeting: Meeting) -> None:
        """What is due for it. What fails is told by `troubles`, and put off. May raise Stopping."""
        ...

    def troubles(self) -> Mapping[str, str]:
        """By meeting, on one line."""
        ...

    def pause(self) -> float | None:
        """Seconds until what was put off is due; None where nothing was."""
        ...

    def progress(self, meeting: Meeting) -> Progress | None:
        """None where nothing is left to do."""
        ...


class ArchiveService:
    """See the module.

    Args:
        chance: from 0 to 1, for the jitter of the tries.

    """

    name = "archive"

    def __init__(self, ctx: PluginContext, *, chance: Callable[[], float] = CHANCE) -> None:
        self._ctx = ctx
        self._config: ArchiveConfig = ctx.config
        self._builder = Builder(ctx, chance=chance, stop=self._stop, built=self._built)
        self._couriers = [Courier(ctx, name, chance=chance, stop=self._stop) for name in self._config.targets]
        self._workers: list[Worker] = [self._builder, *self._couriers, Custodian(ctx, stop=self._stop)]
        self._states = (*OPEN, *ahead.LIVE) if self._config.send_ahead else OPEN
        self._loops = [
            ServiceLoop(f"archive {worker.name}".strip(), partial(self._run, worker), log=ctx.log, again=LOOK)
            for worker in self._workers
        ]

    def start(self) -> None:
        for loop in self._loops:
            loop.start()

    def stop(self, timeout: float) -> None:
        stop_all(self._loops, timeout)

    def wake(self) -> None:
        for loop in self._loops:
            loop.wake()

    def _built(self) -> None:
        for courier in self._couriers:
            courier.look_again()
        self.wake()

    def health(self) -> Health:
        failing = [*self.failures().values(), *filter(None, (loop.trouble for loop in self._loops))]
        return Health(ok=not failing, why=Pair.of(partial(joined, failing)))

    def progress(self) -> Sequence[Progress]:
        meetings = self._ctx.services.meetings(*OPEN)
        rows = (worker.progress(meeting) for worker in self._workers for meeting in meetings)
        return [row for row in rows if row is not None]

    def failures(self) -> Mapping[str, str]:
        lines: dict[str, list[str]] = {}
        for worker in self._workers:
            for meeting, line in worker.troubles().items():
                said = Pair.of(partial("{}: {}".format, worker.name, line)) if worker.name else line
                lines.setdefault(meeting, []).append(said)
        for held in self._ctx.services.meetings(State.CLOSED):
            for name in sorted(self._gone(held)):
                line = Pair(
                    f"存储目标 {name} 已不在设置里。请写回 [plugins.archive.targets.{name}]",
                    f"target {name} is no longer in the settings. Put [plugins.archive.targets.{name}] back",
                )
                lines.setdefault(held.id, []).append(line)
        return {meeting: Pair.of(partial(joined, each)) for meeting, each in lines.items()}

    def push(self, meeting: Meeting, tick: Tick) -> int:
        """Builds and delivers now, in the caller's thread, whatever the back-off says; gives the receipts added.

        Raises:
            RoomctlError: the first that failed, after all targets were tried.

        """
        if package.due(self._ctx, meeting):
            package.build(self._ctx, meeting, tick)
        errors, done = [], 0
        for courier in self._couriers:
            for one in courier.lacking(meeting):
                try:
                    done += courier.deliver(one, tick)
                except RoomctlError as error:
                    errors.append(error)
        if errors:
            raise errors[0]
        return done

    def _stop(self) -> None:
        if any(loop.stopping() for loop in self._loops):
            raise Stopping

    def _gone(self, meeting: Meeting) -> set[str]:
        """Targets that the meeting's deposit waits for, and that are no longer in the settings."""
        wanted = {name for one in self._ctx.services.packages(meeting.id) for name in one.targets}
        held = {one.target for one in self._ctx.services.receipts(meeting.id)}
        return wanted - held - self._config.targets.keys() - {MEDIUM}

    def _run(self, worker: Worker) -> float:
        """One round of it; seconds until the next."""
        try:
            with paired():  # what fails is told to readers of either language
                for meeting in self._ctx.services.meetings(*self._states):
                    self._stop()
                    worker.work(meeting)
        except Stopping:
            return LOOK
        pause = worker.pause()
        return LOOK if pause is None else min(LOOK, max(SOON, pause))
