"""The service that has delivery formats made while a meeting goes on, by a child, and what waits for them."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from roomctl.api import Health, Meeting, Objection, PackageFile, PluginContext, Progress, Recording, State, tr
from roomctl.api.service_loop import ServiceLoop
from roomctl_audio import delivered

EACH = 10.0
"""Seconds between two looks; a segment is sealed once a minute."""
LONGEST = 1800.0
"""Seconds of which the child may make nothing before its answer; at the MP3 of a long track it works for long."""
MEETS = (State.IN_SESSION, State.RECESS, State.ADJOURNED)
"""States in which sound still comes, or waits for its package."""


class DeliveryService:
    """Looks at the recordings of meetings that are not packed yet."""

    name = "delivery-formats"

    def __init__(self, ctx: PluginContext) -> None:
        self._ctx = ctx
        self._loop = ServiceLoop(self.name, self.work, log=ctx.log, again=EACH)
        self._failed: dict[str, str] = {}
        self._at: dict[tuple[str, str], tuple[int, str]] = {}

    def start(self) -> None:
        if self._ctx.config.delivery:
            self._loop.start()

    def stop(self, timeout: float) -> None:
        self._loop.stop(timeout)

    def wake(self) -> None:
        self._loop.wake()

    def health(self) -> Health:
        troubles = [*self._failed.values(), *filter(None, [self._loop.trouble])]
        return Health(not troubles, tr("；", "; ").join(troubles))

    def progress(self) -> Sequence[Progress]:
        return ()

    def failures(self) -> Mapping[str, str]:
        return dict(self._failed)

    def work(self) -> float:
        """One look: each format of each recording is brought up to what is sealed; seconds until the next."""
        jobs = [
            (one, kind)
            for one in _waiting(self._ctx)
            for kind in self._ctx.config.delivery
            if self._at.get((one.id, kind)) != _stamp(one)
        ]
        self._failed = {
            meeting: why for meeting, why in self._failed.items() if meeting in {one.meeting for one, _ in jobs}
        }
        if not jobs:
            return EACH
        child = self._ctx.child([sys.executable, "-m", "roomctl_audio.exchange.delivery"], heartbeat=LONGEST)
        try:
            for one, kind in jobs:
                if self._loop.stopping():
                    break
                job = {"folder": str(self._ctx.services.data / one.folder), "kind": kind}
                child.send(job)
                self._hear(_answer(child, job), one, kind)
        finally:
            child.stop()
        return EACH

    def _hear(self, message: Mapping[str, Any], one: Recording, kind: str) -> None:
        if message["type"] == "failed":
            self._failed[one.meeting] = str(message["error"])
            return
        self._at[one.id, kind] = _stamp(one)


def _answer(child: Any, job: Mapping[str, Any]) -> Mapping[str, Any]:
    """To the job, which a child that was started again is told again. Raises: RoomctlError: it dies each time."""
    while True:
        message: Mapping[str, Any] | None = child.receive(EACH)
        if message is None:
            continue
        if message["type"] != "started":
            return message
        if message["attempt"] > 1:
            child.send(job)


def _stamp(one: Recording) -> tuple[int, str]:
    return len(one.segments), one.state.value


def _waiting(ctx: PluginContext) -> Iterator[Recording]:
    """Recordings with sound whose files are not whole, of meetings that are not packed."""
    for meeting in ctx.services.meetings(*MEETS):
        yield from unfinished(ctx, meeting)


def unfinished(ctx: PluginContext, meeting: Meeting) -> list[Recording]:
    """Of this meeting."""
    kinds = ctx.config.delivery
    return [
        one
        for one in ctx.services.recordings(meeting.id)
        if kinds and one.segments and not delivered.whole(ctx.services.data / one.folder, kinds, one.tracks)
    ]


def objections(ctx: PluginContext, meeting: Meeting, target: State) -> Sequence[Objection]:
    """Against closing, while the package would lack them."""
    left = unfinished(ctx, meeting) if target is State.CLOSED else []
    if not left:
        return []
    kinds = "、".join(kind.upper() for kind in ctx.config.delivery)
    said = tr(f"{len(left)} 段录音的交付格式（{kinds}）还没有做完", f"{len(left)} recordings lack their {kinds}")
    return [Objection("audio", said, tr("主程序运行时会自动做，稍后再试", "the host makes them; try again later"))]


def files(data: Path, recording: Recording, kinds: Sequence[str]) -> Iterator[PackageFile]:
    """Those that are whole, as the package holds them."""
    for kind in kinds:
        for track in range(1, recording.tracks + 1):
            path = delivered.path(data / recording.folder, kind, track)
            if path.is_file():
                yield PackageFile(f"audio/{recording.id}/{delivered.FOLDER}/{path.name}", path)
