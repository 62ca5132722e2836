"""Events from the log to the plugins, each from where it stopped, by whoever holds the data folder's lock."""

from collections.abc import Sequence
from typing import Protocol

from roomctl.domain.events import Actor, By, LoggedEvent
from roomctl.host.lock import HostLock
from roomctl.services.ports import UnitOfWork

BATCH = 200
"""Events read at once; the cursor is written after each batch, so a kill repeats at most so many."""


class Subscribers(Protocol):
    """Who wants events; a `PluginHost` is this."""

    def names(self) -> Sequence[str]: ...
    def tell(self, name: str, event: LoggedEvent) -> bool:
        """Whether the subscriber took it; else it is told the same again the next time."""
        ...


class Delivery:
    """Delivers at least once, in order, to each subscriber on its own.

    Args:
        uow: no transaction is open while a subscriber is told.

    """

    def __init__(self, uow: UnitOfWork, subscribers: Subscribers, lock: HostLock) -> None:
        self._uow, self._subscribers, self._lock = uow, subscribers, lock

    def run(self) -> int:
        """Delivers what is in the log now; what subscribers add to it meanwhile waits for the next run.

        Takes the lock for the time where nobody has it; where another process has it, that one delivers.

        Returns:
            How many times somebody was told of an event.

        """
        mine = not self._lock.held
        if mine and not self._lock.acquire():
            return 0
        try:
            names = self._subscribers.names()
            with self._uow.reading() as log:  # one for all of them: most of the time nobody is behind
                last, given = log.events.last(), log.events.cursors()
            behind = {name: given.get(name, 0) for name in names if given.get(name, 0) < last}
            return sum(self._to(name, start, last) for name, start in behind.items())
        finally:
            if mine:
                self._lock.release()

    def _to(self, name: str, start: int, last: int) -> int:
        """What follows `start`, up to `last`: nobody else moves a cursor while the lock is held."""
        told = 0
        while True:
            with self._uow.reading() as log:
                rows = [row for row in log.events.since(start, BATCH) if row.seq <= last]
            done = start
            for row in rows:
                if not _own(name, row):
                    if not self._subscribers.tell(name, row):
                        break
                    told += 1
                done = row.seq
            if done > start:
                with self._uow as log:
                    log.events.set_cursor(name, done)
                    log.commit()
            if not rows or done < rows[-1].seq:
                return told
            start = done


def _own(name: str, row: LoggedEvent) -> bool:
    """A plugin is not told what it said itself; else one that answers each event would never end."""
    return row.actor == str(Actor(By.PLUGIN, name))
