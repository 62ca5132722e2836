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
"""Seconds after which who follows a stream hears that the line still stands, and is asked whether they still may."""

_REMEMBERED = 1000  # rows; who is further behind reads the database
_AT_ONCE = 500


class Feed:
    """The log as it grows."""

    def __init__(self, open_uow: Callable[[], UnitOfWork], *, heartbeat: float = HEARTBEAT) -> None:
        self._open, self.heartbeat = open_uow, heartbeat
        self._recent: deque[LoggedEvent] = deque(maxlen=_REMEMBERED)
        self._last, self._watched = 0, False
        self._readers = 0
        self._news = asyncio.Event()
        self._watching: asyncio.Task[None] | None = None

    async def end(self) -> int:
        """The place of the newest row."""
        return await run(self._end)

    async def after(self, seq: int) -> AsyncIterator[LoggedEvent | None]:
        """Every row after a place in the log, for ever; None where nothing came for a while."""
        self._readers += 1
        try:
            if self._watching is None or self._watching.done():
                self._watched = False
                self._watching = asyncio.create_task(self._watch())
            last = seq
            while True:
                news = self._news
                rows = await self._rows(last)
                for row in rows:
                    yield row
                    last = row.seq
                if not rows:
                    try:
                        await asyncio.wait_for(news.wait(), self.heartbeat)
                    except TimeoutError:
                        yield None
        finally:
            self._readers -= 1

    async def _rows(self, last: int) -> Sequence[LoggedEvent]:
        if not self._watched:
            return await run(self._since, last)
        if last >= self._last:
            return ()
        first = self._recent[0].seq if self._recent else self._last + 1
        if last + 1 >= first:  # seq has no holes
            return list(islice(self._recent, last + 1 - first, None))
        return await run(self._since, last)

    async def _watch(self) -> None:
        while self._readers:
            try:
                await self._look()
            except RoomctlError as error:
                log.warning("%s", error)
            except Exception:
                log.exception("cannot look at the event log; it is tried again")
            await asyncio.sleep(LOOK)

    async def _look(self) -> None:
        if not self._watched:
            self._last = await self.end()
            self._recent.clear()
            self._watched = True
            self._tell()  # something may have come before this first look
        elif rows := await run(self._since, self._last):
            self._recent.extend(rows)
            self._last = rows[-1].seq
            self._tell()

    def _tell(self) -> None:
        news, self._news = self._news, asyncio.Event()
        news.set()

    def _since(self, seq: int) -> Sequence[LoggedEvent]:
        with self._open().reading() as uow:
            return uow.events.since(seq, _AT_ONCE)

    def _end(self) -> int:
        with self._open().reading() as uow:
            newest = uow.events.find(limit=1)
        return newest[0].seq if newest else 0
