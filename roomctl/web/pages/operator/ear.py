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
from roomctl.errors import RoomctlError
from roomctl.i18n import tr
from roomctl.services.offers import Metered, Monitored, Recorder
from roomctl.web.pages.operator import middle
from roomctl.web.pages.operator.sight import Face
from roomctl.web.run import run

log = logging.getLogger(__name__)

TICK = 0.1
"""Seconds between two looks at the levels."""

SECOND = 10
"""Ticks between two looks at the state and the waveform."""

WHOLE = 100
"""Ticks between two looks at the whole waveform."""


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
        heard: the newest look.

    """

    recorder: Recorder
    heard: Heard = field(default_factory=Heard)
    _listeners: list[Listener] = field(default_factory=list)
    _task: "asyncio.Task[None] | None" = None
    _tick: int = 0

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
        self._tick = 0

    async def _listen(self) -> None:
        due = time.monotonic()
        while self._listeners:
            tick, self._tick = self._tick, self._tick + 1
            try:
                self.heard = await run(self._look, tick)
            except Exception:
                log.exception("the recording cannot be looked at; it is tried again")
                self.heard = Heard(down=tr("详情见日志", "see the log"), full=True)
            for listener in tuple(self._listeners):
                listener(self.heard)
            due = max(due + TICK, time.monotonic())
            await asyncio.sleep(max(TICK / 2, due - time.monotonic()))

    def _look(self, tick: int) -> Heard:
        """In a thread."""
        heard = self.heard
        moves = heard.status is not None and heard.status.state is not RecorderState.RECORDING
        if tick % SECOND and heard.status is not None and not moves:
            return replace(heard, levels=self._levels(heard.status.tracks), full=False)
        try:
            status = self.recorder.status()
        except RoomctlError as error:
            return Heard(down=str(error), full=True)
        if tick % SECOND:
            return replace(heard, levels=status.levels, full=False)
        keeps = status.state in {RecorderState.RECORDING, RecorderState.PAUSED}
        return Heard(
            levels=status.levels,
            status=status,
            minute=self._minute(status) if keeps else None,
            whole=self._whole(status, tick) if keeps else None,
            full=True,
        )

    def _levels(self, tracks: int) -> Sequence[Level]:
        return self.recorder.levels(tracks) if isinstance(self.recorder, Metered) else self.recorder.status().levels

    def _minute(self, status: RecorderStatus) -> Mapping[str, Any] | None:
        if not isinstance(self.recorder, Monitored) or status.started is None:
            return None
        end = status.frames / status.sample_rate
        envelope = self.recorder.envelope(first=max(0.0, end - middle.MINUTE - 1), points=1000)
        return middle.minute(Face.of(None, status), envelope, status.frames, time.time())

    def _whole(self, status: RecorderStatus, tick: int) -> Mapping[str, Any] | None:
        if tick % WHOLE and self.heard.whole is not None:
            return self.heard.whole
        if not isinstance(self.recorder, Monitored) or not status.frames:
            return None
        envelope = self.recorder.envelope(points=middle.WHOLE_POINTS)
        return middle.whole(envelope, status.sample_rate, status.frames)


class Ears:
    """At most one for each recording, however many pages show it."""

    def __init__(self) -> None:
        self._of: dict[str, Ear] = {}

    def on(self, recording: str, recorder: Callable[[], Recorder]) -> Ear:
        """That of the recording; those that nobody uses any more are forgotten."""
        self._of = {one: ear for one, ear in self._of.items() if ear.busy or one == recording}
        if recording not in self._of:
            self._of[recording] = Ear(recorder())
        return self._of[recording]
