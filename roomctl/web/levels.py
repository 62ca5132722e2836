"""How a recorder stands ten times a second, for many readers at once: one asks it, however many look."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from roomctl.domain.recording import RecorderState, RecorderStatus
from roomctl.errors import RoomctlError
from roomctl.web.run import run

EACH = 0.1
"""Seconds between two looks: the meters' 10 Hz."""

PATIENCE = 20
"""Looks in a row that may fail, before the readers are let go of."""

_OVER = frozenset({RecorderState.IDLE, RecorderState.SEALED})


@dataclass
class _Sampler:
    """One recording that is looked at."""

    readers: int = 0
    latest: RecorderStatus | None = None
    over: bool = False
    news: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None


class Levels:
    """Samplers by recording; one runs only as long as somebody reads."""

    def __init__(self, each: float = EACH) -> None:
        self._each = each
        self._samplers: dict[str, _Sampler] = {}

    async def follow(self, recording: str, ask: Callable[[], RecorderStatus]) -> AsyncIterator[RecorderStatus]:
        """Each look, until the recording is over. A slow reader misses some, and sees the newest.

        Args:
            ask: how to look; called in a thread. All readers of a recording share the first one's.

        """
        sampler = self._samplers.setdefault(recording, _Sampler())
        sampler.readers += 1
        if sampler.task is None:
            sampler.task = asyncio.create_task(self._sample(recording, sampler, ask))
        seen: RecorderStatus | None = None
        try:
            while True:
                news = sampler.news
                if sampler.latest is not None and sampler.latest is not seen:
                    seen = sampler.latest
                    yield seen
                if sampler.over:
                    return
                await news.wait()
        finally:
            sampler.readers -= 1

    async def _sample(self, recording: str, sampler: _Sampler, ask: Callable[[], RecorderStatus]) -> None:
        now, failed = asyncio.get_running_loop().time, 0
        due = now()
        try:
            while sampler.readers and failed < PATIENCE:
                try:
                    sampler.latest, failed = await run(ask), 0
                except RoomctlError:
                    failed += 1
                if sampler.latest is not None and sampler.latest.state in _OVER:
                    return
                self._tell(sampler)
                due = max(due + self._each, now())
                await asyncio.sleep(due - now())
        finally:
            sampler.over = True
            self._samplers.pop(recording, None)
            self._tell(sampler)

    @staticmethod
    def _tell(sampler: _Sampler) -> None:
        news, sampler.news = sampler.news, asyncio.Event()
        news.set()
