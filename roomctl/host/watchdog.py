"""Tells a child, or a thread, that hangs from one to which a busy machine leaves no time.

The time that passed says nothing of it: on a starved PC a child that decodes at the lowest priority is silent for
minutes, and hangs no more than its neighbours. So of the time in which it said nothing only that counts in which it
could have done something and did not, and, with far more patience, that in which it worked.
"""

import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from roomctl.host.platform import Effort, effort

LOOK = 1.0
"""Seconds between two looks at what a silent child does; a tenth of its patience, where that is less."""
SPINS = 10
"""So many times its patience may one work, or wait for its disk, without a word; then it only spins."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What a process or thread did with the seconds between two looks, which the four share out among them.

    Attributes:
        idle: it wanted nothing of the machine.
        busy: it had a processor.
        waiting: for a disk; or, as far as one can see, for another thread that got no processor.
        starved: it was ready to run, and got no processor.

    """

    idle: float = 0.0
    busy: float = 0.0
    waiting: float = 0.0
    starved: float = 0.0

    @classmethod
    def between(cls, before: Effort, now: Effort, seconds: float) -> "Spent":
        """Of so many seconds, which ended now."""
        worked = min(seconds, max(0.0, now.used - before.used))
        left = seconds - worked
        if now.ready:
            return cls(busy=worked, starved=left)
        # A thread that sleeps through wakes for nothing; one that wants the interpreter's lock asks again and again.
        if now.disk or (now.full and now.switches != before.switches):
            return cls(busy=worked, waiting=left)
        return cls(busy=worked, idle=left)


class Watchdog:
    """Over one silent child. For one thread at a time.

    Args:
        patience: seconds without a word for which it may be idle.
        spins: so many times its patience it may work.
        now: a monotonic clock.
        look: at what it has done, by the number that `expired` is asked with.

    """

    def __init__(
        self,
        patience: float,
        *,
        spins: float = SPINS,
        now: Callable[[], float] = time.monotonic,
        look: Callable[[int], Effort | None] = effort,
    ) -> None:
        self._patience, self._spins, self._now, self._effort = patience, spins, now, look
        self.pause = min(LOOK, patience / 10)
        """Seconds between two looks; one that is asked sooner only says what it knows."""
        self._seen: Effort | None = None
        self.kick()

    def kick(self) -> None:
        """The child has said something, or was just given something to do."""
        self._looked, self._seen = self._now(), None
        self._idle = self._busy = self._waiting = 0.0

    def expired(self, pid: int) -> bool:
        """Whether it hangs, by all that was seen since the last kick. To be asked often.

        Who asks late was held up himself: what passed in between counts no more than two pauses.
        """
        now = self._now()
        if now - self._looked >= self.pause:
            passed, self._looked = min(now - self._looked, 2 * self.pause), now
            before, self._seen = self._seen, self._effort(pid)
            if before is not None and self._seen is not None:
                spent = Spent.between(before, self._seen, passed)
                self._idle += spent.idle
                self._busy += spent.busy
                self._waiting += spent.waiting
        most = self._patience
        return self._idle > most or self._busy > self._spins * most or self._waiting > SPINS * most

    def __str__(self) -> str:
        return f"idle for {self._idle:.0f} s, at work for {self._busy:.0f} s, waiting for {self._waiting:.0f} s"


@contextmanager
def guarded(process: "subprocess.Popen[bytes] | subprocess.Popen[str]", patience: float) -> Iterator[None]:
    """Kills the process where it hangs while this thread waits for its answer. Args: as of `Watchdog`."""
    over = threading.Event()

    def watch() -> None:
        dog = Watchdog(patience)
        while not over.wait(dog.pause):
            if dog.expired(process.pid):
                process.kill()
                return

    thread = threading.Thread(target=watch, name="watchdog", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
