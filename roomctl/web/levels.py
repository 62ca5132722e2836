"""How a recorder stands ten times a second, for many readers at once: one asks it, however many look."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field, replace

from roomctl.domain.recording import RecorderState, RecorderStatus
from roomctl.errors import RoomctlError
from roomctl.services.offers import Metered, Recorder
from roomctl.web.run import run

EACH = 0.1
"""Seconds between two looks: the meters' 10 Hz."""

SECOND = 10
"""Looks from one full look to the next."""

PATIENCE = 20
"""Full looks in a row that may fail, before a reader had better give up."""

_OVER = frozenset({RecorderState.IDLE, RecorderState.SEALED})


@dataclass(frozen=True, slots=True)
class Look:
    """How a recorder stands this moment.

    Attributes:
        status: levels are of this moment, the rest of the last full look; None where it does not answer, and `down`
            says why.
        full: this one was a full look.
        failed: looks in a row, this one included, in which it did not answer.

    """

    status: RecorderStatus | None = None
    full: bool = True
    down: str = ""
    failed: int = 0


@dataclass
class _Sampler:
    """One recording that is looked at."""

    readers: int = 0
    latest: Look | None = None
    tick: int = 0
    over: bool = False
    news: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None


class Levels:
    """Samplers by recording; one runs only as long as somebody reads.

    While it records, its levels are read from what is on disk, where the recorder offers that; the capture is asked
    once a second.
    """

    def __init__(self, each: float = EACH) -> None:
        self._each = each
        self._samplers: dict[str, _Sampler] = {}

    def again(self, recording: str) -> None:
        """Something was done: the next look is a full one."""
        if sampler := self._samplers.get(recording):
            sampler.tick = 0

    async def follow(self, recording: str, recorder: Recorder) -> AsyncGenerator[Look, None]:
        """Each look, until the recording is over. A slow reader misses some, and sees the newest.

        Args:
            recorder: is asked in a thread. All readers of a recording share the first one's.

        """
        sampler = self._samplers.setdefault(recording, _Sampler())
        sampler.readers += 1
        if sampler.task is None:
            sampler.task = asyncio.create_task(self._sample(recording, sampler, recorder))
        seen: Look | None = None
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

    async def _sample(self, recording: str, sampler: _Sampler, recorder: Recorder) -> None:
        now = asyncio.get_running_loop().time
        due = now()
        try:
            while sampler.readers:
                full, sampler.tick = sampler.tick % SECOND == 0, sampler.tick + 1
                look = sampler.latest = await run(_look, recorder, sampler.latest, full)
                if look.status is not None and look.status.state in _OVER:
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


def _look(recorder: Recorder, before: Look | None, full: bool) -> Look:  # noqa: FBT001 - called through `run`
    """In a thread."""
    last = before.status if before else None
    try:
        if not full and last is not None and last.state is RecorderState.RECORDING and isinstance(recorder, Metered):
            return Look(replace(last, levels=tuple(recorder.levels(last.tracks))), full=False)
        return Look(recorder.status(), full=full or last is None)
    except RoomctlError as error:
        return Look(down=str(error), failed=1 + (before.failed if before else 0))
