"""The thread of a plugin's service: it looks, again and again, at what is left to do (ADR 1)."""

import logging
import threading
import time
from collections.abc import Callable, Iterable

from roomctl.errors import RoomctlError, one_line


class ServiceLoop:
    """Runs rounds of work in a thread of its own until it is stopped.

    What a round raises ends nothing: it stands in `trouble`, is logged once for as long as it lasts, and the next
    round tries again.

    Args:
        name: of the thread.
        work: one round: does all that is due, and gives the seconds until the next one. `wake` cuts them short.
        log: the plugin's.
        again: seconds until the next round after one that raised.
        first: seconds until the first round.
        at_end: lets go of what the rounds held; called in the thread, as its last act.

    Attributes:
        trouble: what the last round raised, on one line; empty when all is well.

    """

    def __init__(
        self,
        name: str,
        work: Callable[[], float],
        *,
        log: logging.Logger,
        again: float,
        first: float = 0.0,
        at_end: Callable[[], None] = lambda: None,
    ) -> None:
        self._name, self._work, self._log, self._at_end = name, work, log, at_end
        self._again, self._first = again, first
        self._wake, self._stop = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None
        self.trouble = ""

    def start(self) -> None:
        """Begins the rounds, where they do not go on already. Returns at once."""
        self._stop.clear()
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
            self._thread.start()

    def stop(self, timeout: float) -> None:
        """No further round is begun; the one that is under way is waited for, up to `timeout` seconds. Idempotent."""
        self._stop.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout)

    def wake(self) -> None:
        """The next round follows at once. Returns at once."""
        self._wake.set()

    def stopping(self) -> bool:
        """Whether a round that is under way should come to an end."""
        return self._stop.is_set()

    def _run(self) -> None:
        self._wake.wait(self._first)
        while True:
            self._wake.clear()
            if self._stop.is_set():  # after the clearing: a stop that came before it has set this
                break
            self._wake.wait(self._round())
        self._at_end()

    def _round(self) -> float:
        """Seconds until the next one."""
        try:
            pause = self._work()
        except RoomctlError as error:
            self._fails(str(error), None)
            return self._again
        except Exception as error:  # noqa: BLE001 - logged with its trace
            self._fails(one_line(error), error)
            return self._again
        if self.trouble:
            self._log.info("%s: works again", self._name)
        self.trouble = ""
        return pause

    def _fails(self, trouble: str, unforeseen: Exception | None) -> None:
        if trouble != self.trouble:
            self._log.error("%s: %s", self._name, trouble, exc_info=unforeseen)
        self.trouble = trouble


def stop_all(loops: Iterable[ServiceLoop], timeout: float) -> None:
    """Stops them together: all of them end within `timeout` seconds, or are left to their round."""
    ending = list(loops)
    for loop in ending:
        loop.stop(0)
    until = time.monotonic() + timeout
    for loop in ending:
        loop.stop(max(until - time.monotonic(), 0.0))
