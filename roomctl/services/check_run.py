"""The run engine: everything at once, each with its own deadline, rows as they come, and a cancel."""

import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from queue import Empty, SimpleQueue
from typing import Protocol

from roomctl.domain.checks import UNTITLED, CheckState, Result, worded
from roomctl.domain.devices import Device, Reading, Silent, Unreachable, behind
from roomctl.domain.meeting import Meeting
from roomctl.errors import RoomctlError, one_line
from roomctl.i18n import Pair, language, paired, use
from roomctl.services import device_checks
from roomctl.services.device_checks import Past, Prepared
from roomctl.services.device_ports import Prober
from roomctl.services.offers import Check, Sounding
from roomctl.services.ports import Clock

Heard = Callable[[Result], None]
BACKSTOP = 0.8
"""Seconds beyond its deadline after which a talk that should have ended by itself is given up: its driver did not let
go. With what is left of one second the run ends: it is no longer than the slowest deadline by more than that."""


class Job(Protocol):
    """Something that gives rows.

    Attributes:
        ended: it was stopped before it could tell: its row stands for nothing that was found.

    """

    ended: bool

    @property
    def deadline(self) -> float:
        """Seconds after which it is late."""
        ...

    def start(self, done: Callable[[], None]) -> None:
        """Begins it; `done` is called from any thread when `rows` can be had."""
        ...

    def rows(self) -> tuple[Result, ...]:
        """Called once after `done`, in the run's own thread."""
        ...

    def late(self) -> tuple[Result, ...]:
        """Its rows where it is not done in time; whatever it does later is not waited for."""
        ...

    def end(self) -> tuple[Result, ...]:
        """Its rows where the run is stopped first; it lets go, whether it has begun or not."""
        ...


@dataclass
class CheckJob:
    """A plugin's check, in a thread of its own."""

    check: Check
    meeting: Meeting | None
    clock: Clock
    found: tuple[Result, ...] = ()
    ended: bool = False
    _begun: bool = False

    @property
    def deadline(self) -> float:
        return self.check.deadline

    def start(self, done: Callable[[], None]) -> None:
        self._begun, said_in = True, language()

        def ask() -> None:
            use(said_in)
            with paired():
                self.found = self._ask()
            done()

        threading.Thread(target=ask, name=f"check {self.check.name}", daemon=True).start()

    def rows(self) -> tuple[Result, ...]:
        return self.found

    def late(self) -> tuple[Result, ...]:
        self._hush()
        said = Pair(f"{self.deadline:g} 秒内没有结果", f"no answer within {self.deadline:g} s")
        late = self._unknown(said, Pair("单独再查一次", "run this check again alone"))
        return (self._named(replace(late, took=self.deadline)),)

    def end(self) -> tuple[Result, ...]:
        self.ended = True
        self._hush()
        return (self._named(self._unknown(*_stopped())),)

    def _hush(self) -> None:
        if self._begun and isinstance(self.check, Sounding):
            self.check.hush()

    def _ask(self) -> tuple[Result, ...]:
        started, began = self.clock.now(), self.clock.monotonic()
        try:
            results = tuple(self.check.run(self.meeting))
        except RoomctlError as error:
            results = worded(self._refused, error)
        except Exception as error:  # noqa: BLE001 - a check may raise anything, and costs only its own result
            results = (self._unknown(one_line(error), ""),)
        took = self.clock.monotonic() - began
        return tuple(self._named(replace(result, started=started, took=result.took or took)) for result in results)

    def _named(self, result: Result) -> Result:
        """With the titles that the check has, where the result brings none."""
        title = getattr(self.check, "title", UNTITLED) if result.check == self.check.name else UNTITLED
        device = getattr(self.check, "device_title", UNTITLED) if result.device == self.check.device else UNTITLED
        return replace(
            result,
            title=title if result.title == UNTITLED else result.title,
            device_title=device if result.device_title == UNTITLED else result.device_title,
        )

    def _refused(self, error: RoomctlError) -> tuple[Result, ...]:
        return (self._unknown(str(error), error.mend),)

    def _unknown(self, message: str, hint: str) -> Result:
        return Result(
            device=self.check.device,
            check=self.check.name,
            state=CheckState.UNKNOWN,
            message=message,
            hint=hint or None,
        )


@dataclass
class DeviceJob:
    """One device of the inventory, read by the prober.

    Attributes:
        dead: it did not answer well.
        gone: it cannot be reached, so that what hangs on it cannot be known. That is CRIT: what is told as SKIPPED
            because of it hides nothing.
        reading: what it gave.

    """

    one: Prepared
    prober: Prober
    meeting: Meeting | None
    past: Past
    clock: Clock
    dead: bool = False
    gone: bool = False
    ended: bool = False
    reading: Reading | None = None
    _future: "Future[Reading] | None" = None
    _began: float = 0.0
    _took: float = 0.0

    @property
    def device(self) -> Device:
        return self.one.device

    @property
    def deadline(self) -> float:
        return self.one.offer.deadline + BACKSTOP  # also where it waits for another run's talk, and is told Busy

    def start(self, done: Callable[[], None]) -> None:
        self._began = self.clock.monotonic()
        with paired():  # of an error that a talk comes to
            self._future = self.prober.read(self.one.device, self.one.offer, self.one.secret)

        def heard(_: object) -> None:
            self._took = self.clock.monotonic() - self._began
            done()

        self._future.add_done_callback(heard)

    def rows(self) -> tuple[Result, ...]:
        assert self._future is not None  # noqa: S101 - it has begun
        if self._future.cancelled():  # whoever talks for it is being closed
            return self.end()
        error = self._future.exception()
        if error is not None:
            return self._failed(error)
        reading = self.reading = self._future.result()
        return self._timed(worded(device_checks.judged, self.one, reading, self._took, self.meeting, self.past))

    def late(self) -> tuple[Result, ...]:
        self._took = self.clock.monotonic() - self._began
        self._let_go()
        said = Pair(
            "到时限没有结束：驱动没有放手，或本机太忙", "not over in time: its driver hangs, or this machine is busy"
        )
        return self._failed(Silent(said))

    def end(self) -> tuple[Result, ...]:
        self.ended = True
        self._let_go()
        what, mend = _stopped()
        return self._failed(Silent(what, mend=mend))

    def _let_go(self) -> None:
        if self._future is not None and not self._future.done():
            self._future.cancel()

    def _failed(self, error: BaseException) -> tuple[Result, ...]:
        self.dead, self.gone = True, isinstance(error, Unreachable)
        return self._timed(worded(device_checks.unanswered, self.device, error, self.meeting))

    def _timed(self, rows: Iterable[Result]) -> tuple[Result, ...]:
        started = self.clock.now()
        return tuple(replace(row, started=row.started or started, took=row.took or self._took) for row in rows)


@dataclass
class DoneJob:
    """Rows that nobody has to be asked for."""

    found: tuple[Result, ...]
    deadline: float = 1.0
    ended: bool = False

    def start(self, done: Callable[[], None]) -> None:
        done()

    def rows(self) -> tuple[Result, ...]:
        return self.found

    def late(self) -> tuple[Result, ...]:
        return self.found

    def end(self) -> tuple[Result, ...]:
        return self.found


def _stopped() -> tuple[str, str]:
    """What is said of a job that was stopped, and what to do."""
    return Pair("检查已停止，没有查到", "the run was stopped before it answered"), Pair("再查一次", "check it again")


@dataclass
class Run:
    """One run over some jobs.

    A device that does not answer is told of only when it is known whether what it hangs on does.
    """

    jobs: Sequence[Job]
    clock: Clock
    heard: Heard
    cancelled: threading.Event = field(default_factory=threading.Event)
    _found: dict[int, tuple[Result, ...]] = field(default_factory=dict)
    _held: dict[int, tuple[Result, ...]] = field(default_factory=dict)
    _waiting: dict[int, Job] = field(default_factory=dict)

    def all(self) -> tuple[Result, ...]:
        """Rows of all jobs, in their order. Returns when the last is in, or late, or it is cancelled.

        Nothing begins after a cancel.
        """
        answers: SimpleQueue[int] = SimpleQueue()
        began = self.clock.monotonic()
        self._waiting = dict(enumerate(self.jobs))
        for number, job in enumerate(self.jobs):
            if not self.cancelled.is_set():
                job.start(lambda number=number: answers.put(number))  # type: ignore[misc]  # bound now
        while self._waiting:
            if self.cancelled.is_set():
                self._cancel()
            spent = self.clock.monotonic() - began
            for number in [number for number, job in self._waiting.items() if spent >= job.deadline]:
                self._take(number, self._waiting[number].late())
            patience = min((job.deadline for job in self._waiting.values()), default=0.0) - spent
            try:
                number = answers.get(timeout=min(max(patience, 0.01), _LOOK)) if self._waiting else -1
            except Empty:
                continue
            if number in self._waiting:
                self._take(number, self._waiting[number].rows())
        return tuple(row for number in sorted(self._found) for row in self._found[number])

    @property
    def unheard(self) -> tuple[Result, ...]:
        """Of the rows those that stand for what was stopped before it told anything."""
        return tuple(row for number, job in enumerate(self.jobs) if job.ended for row in self._found[number])

    def _cancel(self) -> None:
        for number, job in list(self._waiting.items()):
            self._take(number, job.end())

    def _take(self, number: int, rows: tuple[Result, ...]) -> None:
        job = self._waiting.pop(number)
        if isinstance(job, DeviceJob) and job.dead and job.device.depends_on:
            self._held[number] = rows
        else:
            self._tell(number, rows)
        for held in list(self._held):
            self._look_again(held)

    def _look_again(self, number: int) -> None:
        """A dead device whose dependencies are all known now."""
        job = self.jobs[number]
        assert isinstance(job, DeviceJob)  # noqa: S101 - no other is held
        known = {one.device.id: one.device for one in self._devices()}
        on = behind(job.device.id, known)
        if any(isinstance(one, DeviceJob) and one.device.id in on for one in self._waiting.values()):
            return
        gone = [one.device for one in self._devices() if one.device.id in on and one.gone]
        rows = self._held.pop(number)
        if gone:  # the one that hangs on the fewest others is where the fault begins
            first = min(gone, key=lambda device: len(behind(device.id, known)))
            told = worded(device_checks.behind_dead, job.device, first, job.meeting)
            rows = tuple(replace(row, started=rows[0].started, took=rows[0].took) for row in told)
        self._tell(number, rows)

    def _devices(self) -> Sequence[DeviceJob]:
        return [job for job in self.jobs if isinstance(job, DeviceJob)]

    def _tell(self, number: int, rows: tuple[Result, ...]) -> None:
        self._found[number] = rows
        for row in rows:
            self.heard(row)


_LOOK = 0.2  # seconds between two looks at a cancel
