"""One call into one plugin: alone, in a daemon thread of our own, with a deadline.

A thread of a pool would be joined when the process ends; one that hangs in it would keep the process for ever. The
deadline is of what the thread could have done: a busy machine that gives it no time, or a slow disk that its imports
come from, puts no plugin out of use.
"""

import contextvars
import queue
import sys
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from roomctl.errors import RoomctlError, one_line
from roomctl.host.platform import thread_effort
from roomctl.host.watchdog import Watchdog
from roomctl.i18n import Pair

IDLE_THREADS = 2
"""Kept for each plugin between calls; more are made where calls meet, or one leads to another."""


class FailureKind(StrEnum):
    """What a plugin did instead of answering."""

    RAISE = "raise"
    HANG = "hang"
    RUBBISH = "rubbish"
    OUT = "out"
    """It was not asked: it is out, which was told when it came to that."""


@dataclass(frozen=True, slots=True)
class Failure:
    """What went wrong in a plugin, for its status and the log.

    Attributes:
        reason: one line.
        trace: of what it raised, or where it stood when the deadline passed.
        error: what it raised.

    """

    kind: FailureKind
    reason: str
    trace: str = ""
    error: BaseException | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one call: a value, or a failure."""

    value: Any = None
    failure: Failure | None = None

    @property
    def ok(self) -> bool:
        return self.failure is None


class Rubbish(Exception):  # noqa: N818 - named for what it is
    """The answer is not of the promised type."""


@dataclass(eq=False)
class _Call:
    """One call, between who waits for it and the thread that makes it.

    Attributes:
        late: told its outcome where it ends after all, once nobody waits for it any more.

    """

    function: Callable[[], Any]
    late: Callable[[Outcome], None]
    _answer: queue.SimpleQueue[Outcome] = field(default_factory=queue.SimpleQueue)
    _given_up: bool = False
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def end(self, outcome: Outcome) -> None:
        with self._turn:
            self._answer.put(outcome)
            late = self._given_up
        if late:
            self.late(outcome)

    def wait(self, seconds: float) -> Outcome | None:
        with suppress(queue.Empty):
            return self._answer.get(timeout=seconds)
        return None

    def give_up(self) -> Outcome | None:
        """The outcome, where it came at this very moment."""
        with self._turn:
            self._given_up = self._answer.empty()
        return None if self._given_up else self._answer.get()


class CallThread(threading.Thread):
    """Makes calls one after the other for one plugin.

    Attributes:
        busy: inside a call now.

    """

    def __init__(self, plugin: str) -> None:
        super().__init__(name=f"plugin {plugin}", daemon=True)
        self._work: queue.SimpleQueue[_Call | None] = queue.SimpleQueue()
        self.busy = False
        self.start()

    def call(
        self,
        function: Callable[[], Any],
        deadline: float,
        waiting: Callable[[], None],
        late: Callable[[Outcome], None],
    ) -> Outcome:
        """Its outcome. After a HANG the thread is lost: it may still come back, and then ends.

        Args:
            deadline: seconds of the processor or of doing nothing, see `Watchdog`.
            waiting: called each second until there is an answer.
            late: called from that thread, with what a HANG came to in the end.

        """
        call = _Call(function, late)
        self.busy = True
        self._work.put(call)
        dog = Watchdog(deadline, spins=1, look=thread_effort)
        told = time.monotonic()
        while not dog.expired(self.native_id or 0):
            if outcome := call.wait(dog.pause):
                return outcome
            if time.monotonic() - told >= 1.0:
                told = time.monotonic()
                waiting()
        trace = self._where()
        if outcome := call.give_up():
            return outcome
        self._work.put(None)
        reason = Pair(f"{deadline:g} 秒内没有返回", f"did not return within {deadline:g} s")
        return Outcome(failure=Failure(FailureKind.HANG, reason, trace))

    def end(self) -> None:
        self._work.put(None)

    def run(self) -> None:
        while (call := self._work.get()) is not None:
            outcome = _outcome(call.function)
            self.busy = False
            call.end(outcome)
            del call, outcome  # an idle thread keeps nothing alive

    def _where(self) -> str:
        frame = sys._current_frames().get(self.ident or 0)  # noqa: SLF001 - the documented way to another thread's stack
        return "".join(traceback.format_stack(frame)) if frame else ""


def _outcome(function: Callable[[], Any]) -> Outcome:
    try:
        return Outcome(function())
    except Rubbish as error:
        return Outcome(failure=Failure(FailureKind.RUBBISH, str(error)))
    except RoomctlError as error:
        return Outcome(failure=Failure(FailureKind.RAISE, str(error), traceback.format_exc(), error))
    except BaseException as error:  # noqa: BLE001 - SystemExit too: a plugin does not end the host
        return Outcome(failure=Failure(FailureKind.RAISE, one_line(error), traceback.format_exc(), error))


@dataclass
class Caller:
    """All calls of one host, each plugin with threads of its own.

    Attributes:
        waiting: called by whoever waits for an answer, each second and at its end: a sign of life.

    """

    waiting: Callable[[], None] = lambda: None
    _idle: dict[str, list[CallThread]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def call(
        self,
        plugin: str,
        function: Callable[[], Any],
        deadline: float,
        late: Callable[[Outcome], None] = lambda _outcome: None,
    ) -> Outcome:
        """Calls `function` in a thread of this plugin, with the caller's context variables (the language).

        Args:
            deadline: seconds.
            late: called from another thread, where a HANG ends after all, with what it came to.

        """
        with self._lock:
            idle = self._idle.setdefault(plugin, [])
            thread = idle.pop() if idle else CallThread(plugin)
        outcome = thread.call(_in_context(function), deadline, self.waiting, late)
        self.waiting()
        if outcome.failure and outcome.failure.kind is FailureKind.HANG:
            return outcome
        with self._lock:
            if len(idle) < IDLE_THREADS:
                idle.append(thread)
                return outcome
        thread.end()
        return outcome

    def close(self) -> None:
        """Ends the idle threads."""
        with self._lock:
            threads = [thread for idle in self._idle.values() for thread in idle]
            self._idle.clear()
        for thread in threads:
            thread.end()
        for thread in threads:
            thread.join()


def _in_context(function: Callable[[], Any]) -> Callable[[], Any]:
    context = contextvars.copy_context()
    return lambda: context.run(function)


def hung() -> bool:
    """Whether any thread of this process is still inside a plugin."""
    return any(isinstance(thread, CallThread) and thread.busy for thread in threading.enumerate())
