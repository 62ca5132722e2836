"""One look at a running recording for all pages that show it: levels ten times a second, everything else once.

Nothing runs while nobody looks, so an idle host stays idle.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from roomctl.domain.recording import Level, RecorderState, RecorderStatus
from roomctl.i18n import tr
from roomctl.services.offers import Monitored, Recorder
from roomctl.web.levels import Levels, Look
from roomctl.web.pages.operator import middle
from roomctl.web.pages.operator.sight import Face
from roomctl.web.run import run

log = logging.getLogger(__name__)

AGAIN = 1.0
"""Seconds after which a look that failed, for no reason that anybody foresaw, is tried again."""

WHOLE = 10
"""Full looks, which are seconds, between two looks at the whole waveform."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What there is to know of a recording this moment.

    Attributes:
        levels: per track; empty where there is no sound.
        status: how it stood at the last full look; None where its recorder does not answer, and `down` says why.
        minute, whole: the waveform as the browser draws it, without its marks; None where there is none.
        full: this one was a full look.

    """

    levels: Sequence[Level] = ()
    status: RecorderStatus | None = None
    down: str = ""
    minute: Mapping[str, Any] | None = None
    whole: Mapping[str, Any] | None = None
    full: bool = False


Listener = Callable[[Heard], None]


@dataclass
class Ear:
    """On one recording.

    Attributes:
        levels: looks, for whoever else reads them too.
        heard: the newest look.

    """

    recording: str
    recorder: Recorder
    levels: Levels
    heard: Heard = field(default_factory=Heard)
    _listeners: list[Listener] = field(default_factory=list)
    _task: "asyncio.Task[None] | None" = None
    _full: int = 0

    @property
    def busy(self) -> bool:
        """Somebody looks."""
        return bool(self._listeners)

    def add(self, listener: Listener) -> None:
        """From now on it is told of every look."""
        if listener not in self._listeners:
            self._listeners.append(listener)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._listen())

    def remove(self, listener: Listener) -> None:
        """With the last one the looking ends."""
        if listener in self._listeners:
            self._listeners.remove(listener)

    def again(self) -> None:
        """Something was done: the next look is a full one."""
        self._full = 0
        self.levels.again(self.recording)

    async def _listen(self) -> None:
        while self._listeners:
            try:
                await self._follow()
            except Exception:
                log.exception("the recording cannot be looked at; it is tried again")
                self._tell(Heard(down=tr("详情见日志", "see the log"), full=True))
                await asyncio.sleep(AGAIN)
            else:
                return

    async def _follow(self) -> None:
        """Until nobody listens, or the recording is over."""
        looks = self.levels.follow(self.recording, self.recorder)
        try:
            async for look in looks:
                if not self._listeners:
                    return
                self._tell(await self._hear(look))
        finally:
            await looks.aclose()

    def _tell(self, heard: Heard) -> None:
        self.heard = heard
        for listener in tuple(self._listeners):
            listener(heard)

    async def _hear(self, look: Look) -> Heard:
        status = look.status
        if status is None:
            return Heard(down=look.down, full=True)
        if not look.full and self.heard.status is not None:
            return replace(self.heard, levels=status.levels, full=False)
        number, self._full = self._full, self._full + 1
        minute = whole = None
        if status.state in {RecorderState.RECORDING, RecorderState.PAUSED}:
            minute, whole = await run(self._minute, status), await run(self._whole, status, number)
        return Heard(levels=status.levels, status=status, minute=minute, whole=whole, full=True)

    def _minute(self, status: RecorderStatus) -> Mapping[str, Any] | None:
        if not isinstance(self.recorder, Monitored) or status.started is None:
            return None
        end = status.frames / status.sample_rate
        envelope = self.recorder.envelope(first=max(0.0, end - middle.MINUTE - 1), points=1000)
        return middle.minute(Face.of(None, status), envelope, status.frames, time.time())

    def _whole(self, status: RecorderStatus, number: int) -> Mapping[str, Any] | None:
        if number % WHOLE and self.heard.whole is not None:
            return self.heard.whole
        if not isinstance(self.recorder, Monitored) or not status.frames:
            return None
        envelope = self.recorder.envelope(points=middle.WHOLE_POINTS)
        return middle.whole(envelope, status.sample_rate, status.frames)


class Ears:
    """At most one for each recording, however many pages show it. They share the looks of whoever reads `levels`."""

    def __init__(self, levels: Levels) -> None:
        self._levels = levels
        self._of: dict[str, Ear] = {}

    def on(self, recording: str, recorder: Callable[[], Recorder]) -> Ear:
        """That of the recording; those that nobody uses any more are forgotten."""
        self._of = {one: ear for one, ear in self._of.items() if ear.busy or one == recording}
        if recording not in self._of:
            self._of[recording] = Ear(recording, recorder(), self._levels)
        return self._of[recording]
