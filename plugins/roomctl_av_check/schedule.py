"""Checks that come by themselves: an hour and a quarter before a meeting; and a watch over the devices while it runs.

What is due follows from the meetings, and from the runs that are kept: a restart at any moment forgets nothing, and
does nothing twice.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from roomctl.api import Health, Meeting, PluginContext, Progress, State, checks, tr
from roomctl.api.service_loop import ServiceLoop, stop_all
from roomctl_av_check.config import AvCheckConfig
from roomctl_av_check.scenes import LifeCycle

T = TypeVar("T")
TICK = 5.0
"""Seconds between two looks at what is due."""
AGAIN = 60.0
"""Seconds after which a run that could not be made is tried again."""
BEFORE = {
    checks.RunPurpose.QUARTER_BEFORE: timedelta(minutes=15),
    checks.RunPurpose.HOUR_BEFORE: timedelta(minutes=60),
}
"""The nearest first."""
COMING = (State.APPROVED, State.OPEN)
RUNNING = (State.IN_SESSION, State.RECESS)


def due(meeting: Meeting, now: datetime, done: frozenset[checks.RunPurpose]) -> checks.RunPurpose | None:
    """The run that is due: late rather than never, but not one that a nearer one has made needless."""
    left = meeting.starts_at - now
    if left < timedelta(0):
        return None
    for purpose, ahead in BEFORE.items():
        if left <= ahead:
            return None if purpose in done else purpose
    return None


class Schedule:
    """`roomctl.api.Service`.

    Macros, checks and the watch have a thread each: a run of minutes keeps no macro waiting, and what is wrong with
    one of them costs the others nothing.
    """

    name = "checks"

    def __init__(self, ctx: PluginContext) -> None:
        self._ctx = ctx
        self._config: AvCheckConfig = ctx.config or AvCheckConfig()
        self._scenes = LifeCycle(ctx)
        self._parts = {"macros": self._scenes.look, "checks": self._check, "watch": self._watch}
        self._loops = [
            ServiceLoop(name, partial(_tick, part), log=ctx.log, again=TICK, first=TICK)
            for name, part in self._parts.items()
        ]
        self._looked: dict[str, float] = {}
        self._failed: dict[tuple[str, checks.RunPurpose], tuple[float, Exception]] = {}
        self._under_way: tuple[str, ...] = ()

    def start(self) -> None:
        for loop in self._loops:
            loop.start()

    def stop(self, timeout: float) -> None:
        """A run that is under way is not waited for longer than that; its talks end with the host."""
        self._scenes.stop()
        stop_all(self._loops, timeout)

    def wake(self) -> None:
        for loop in self._loops:
            loop.wake()

    def health(self) -> Health:
        troubles = list(dict.fromkeys(loop.trouble for loop in self._loops if loop.trouble))
        return Health(ok=not troubles, why=tr("；", "; ").join(troubles))

    def progress(self) -> Sequence[Progress]:
        return [Progress(meeting, tr("检查设备", "check the devices")) for meeting in self._under_way]

    def failures(self) -> Mapping[str, str]:
        return {}

    def look(self) -> None:
        """Does all that is due now. Raises: the first of what went wrong, once all was tried."""
        _each(self._parts.values(), lambda part: part())

    def _check(self) -> None:
        coming = self._ctx.services.meetings(*COMING) if self._config.schedule else ()
        waiting = [
            (meeting.id, purpose)
            for meeting in coming
            if (purpose := due(meeting, self._ctx.clock.now(), self._ctx.services.check_purposes(meeting.id)))
        ]
        self._failed = {one: told for one, told in self._failed.items() if one in waiting}
        _each(waiting, lambda one: self._begin(*one))

    def _begin(self, meeting: str, purpose: checks.RunPurpose) -> None:
        now = self._ctx.clock.monotonic()
        failed = self._failed.get((meeting, purpose))
        if failed is not None and now - failed[0] < AGAIN:
            raise failed[1]
        self._under_way = (meeting,)
        try:
            sound = purpose is checks.RunPurpose.HOUR_BEFORE and self._config.acoustics.scheduled
            self._ctx.services.check(meeting, purpose=purpose, sound=sound)
        except Exception as error:
            self._failed[meeting, purpose] = now, error
            raise
        finally:
            self._under_way = ()
        self._failed.pop((meeting, purpose), None)

    def _watch(self) -> None:
        running = self._ctx.services.meetings(*RUNNING) if self._config.watch_seconds else ()
        now = self._ctx.clock.monotonic()
        never = now - self._config.watch_seconds
        waiting = [one.id for one in running if now - self._looked.get(one.id, never) >= self._config.watch_seconds]
        looked: dict[str, float] = {one.id: self._looked.get(one.id, never) for one in running}
        self._looked = {**looked, **dict.fromkeys(waiting, now)}
        _each(waiting, self._ctx.services.look_at_devices)


def _tick(part: Callable[[], None]) -> float:
    part()
    return TICK


def _each(ones: Iterable[T], do: Callable[[T], object]) -> None:
    """One after the other. Raises: the first of what went wrong, once all were done."""
    wrong: list[Exception] = []
    for one in ones:
        try:
            do(one)
        except Exception as error:  # noqa: BLE001 - it is raised below
            wrong.append(error)
    if wrong:
        raise wrong[0]
