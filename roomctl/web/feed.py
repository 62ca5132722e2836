"""New rows of the event log, for many readers at once: one looks at the database, and a slow reader holds up nobody.

Any process may write to the log, so the log itself is watched; only as long as somebody reads.
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from itertools import islice

from roomctl.domain.events import LoggedEvent
from roomctl.errors import RoomctlError
from roomctl.services.ports import UnitOfWork
from roomctl.web.run import run

log = logging.getLogger(__name__)

LOOK = 0.05
"""Seconds between two looks at the log: most of the delay that a reader sees."""

HEARTBEAT = 15.0
"""Seconds of silence after which a reader hears that the line still stands."""

_REMEMBERED = 1000  # rows; who is further behind reads the database
_AT_ONCE = 500


class Feed:
    """The log as it grows."""

    def __init__(self, open_uow: Callable[[], UnitOfWork], *, heartbeat: float = HEARTBEAT) -> None:
        self._open, self._heartbeat = open_uow, heartbeat
        self._recent: deque[LoggedEvent] = deque(maxlen=_REMEMBERED)
        self._last = 0
        self._readers = 0
        self._news = asyncio.Event()
        self._watching: asyncio.Task[None] | None = None

    async def after(self, seq: int | None) -> AsyncIterator[LoggedEvent | None]:
        """Every row after a place in the log, for ever; None where nothing came for a while.

        Args:
            seq: None begins with what comes from now on.

        """
        self._readers += 1
        try:
            if self._watching is None or self._watching.done():
                self._recent.clear()
                self._last = await run(self._end)
                self._watching = asyncio.create_task(self._watch())
            last = self._last if seq is None else seq
            while True:
                news = self._news
                rows = await self._rows(last)
                for row in rows:
                    yield row
                    last = row.seq
                if not rows:
                    try:
                        await asyncio.wait_for(news.wait(), self._heartbeat)
                    except TimeoutError:
                        yield None
        finally:
            self._readers -= 1

    async def _rows(self, last: int) -> Sequence[LoggedEvent]:
        if last >= self._last:
            return ()
        first = self._recent[0].seq if self._recent else self._last + 1
        if last + 1 >= first:  # seq has no holes
            return list(islice(self._recent, last + 1 - first, None))
        return await run(self._since, last)

    async def _watch(self) -> None:
        while self._readers:
            try:
                rows = await run(self._since, self._last)
            except RoomctlError as error:
                log.warning("%s", error)
                rows = ()
            if rows:
                self._recent.extend(rows)
                self._last = rows[-1].seq
                news, self._news = self._news, asyncio.Event()
                news.set()
            await asyncio.sleep(LOOK)

    def _since(self, seq: int) -> Sequence[LoggedEvent]:
        with self._open().reading() as uow:
            return uow.events.since(seq, _AT_ONCE)

    def _end(self) -> int:
        with self._open().reading() as uow:
            newest = uow.events.find(limit=1)
        return newest[0].seq if newest else 0
