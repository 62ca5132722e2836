"""Builds the packages that are due, and tries again what failed."""

import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from roomctl.api import Busy, Meeting, PluginContext, Progress, RoomctlError, State, tr
from roomctl.api.deliveries import backoff
from roomctl.api.words import Pair
from roomctl_archive import package, supplement

EACH = 1.0  # seconds between two questions which archived meetings something has come for


@dataclass(slots=True)
class _Trouble:
    """Why a build failed, how often, and when it is tried again, on the monotonic clock."""

    line: str
    tries: int
    due: float


@dataclass(slots=True)
class _Job:
    """The build under way: bytes done and in all."""

    meeting: str
    done: int = 0
    total: int = 0


class Builder:
    """One thread uses it; `progress` and `troubles` may be asked by others. Arguments as those of `Courier`.

    A build is short beside a delivery, and begins anew after a kill: its troubles end with the process.
    """

    name = ""

    def __init__(
        self,
        ctx: PluginContext,
        *,
        chance: Callable[[], float],
        stop: Callable[[], None],
        built: Callable[[], None],
    ) -> None:
        self._ctx, self._chance, self._stop, self._built = ctx, chance, stop, built
        self._lock = threading.Lock()
        self._job: _Job | None = None
        self._troubles: dict[str, _Trouble] = {}
        self._late: Collection[str] = ()
        self._asked = -EACH

    def due(self, meeting: Meeting) -> bool:
        """There are thousands of archived ones: of those only where something has come, see `supplement.note`."""
        if meeting.state is not State.ARCHIVED:
            return package.due(self._ctx, meeting)
        if meeting.id not in self._noted():
            return False
        with supplement.settling(self._ctx, meeting.id) as settle:
            found = package.due(self._ctx, meeting)
            if not found and not package.waits(self._ctx, meeting):
                settle()
        return found

    def _noted(self) -> Collection[str]:
        """Archived meetings that something has come for; asked once a second, for all of them."""
        now = self._ctx.clock.monotonic()
        if now >= self._asked + EACH:
            self._late, self._asked = supplement.noted(self._ctx), now
        return self._late

    def work(self, meeting: Meeting) -> None:
        with self._lock:
            trouble = self._troubles.get(meeting.id)
            if not self.due(meeting):
                self._troubles.pop(meeting.id, None)
                return
            if trouble and trouble.due > self._ctx.clock.monotonic():
                return
            job = self._job = _Job(meeting.id)

        def tick(size: int) -> None:
            job.done += size
            self._stop()

        def planned(size: int) -> None:
            job.total += size

        try:
            package.build(self._ctx, meeting, tick, planned=planned)
        except Busy as error:  # no trouble: it is being done
            self._ctx.log.info("archive: %s", error)
        except RoomctlError as error:
            self._put_off(meeting.id, Pair.of(error.__str__))
        except (OSError, ValueError, TypeError, LookupError) as error:
            self._ctx.log.exception("archive: package failed for meeting %s", meeting.id)
            self._put_off(meeting.id, f"{type(error).__name__}: {error}".replace("\n", " "))
        else:
            with self._lock:
                self._troubles.pop(meeting.id, None)
            self._built()
        finally:
            with self._lock:
                self._job = None

    def troubles(self) -> Mapping[str, str]:
        with self._lock:
            return {meeting: trouble.line for meeting, trouble in self._troubles.items()}

    def pause(self) -> float | None:
        """Seconds until the next try; None where none is planned."""
        with self._lock:
            dues = [trouble.due for trouble in self._troubles.values()]
        return min(dues) - self._ctx.clock.monotonic() if dues else None

    def progress(self, meeting: Meeting) -> Progress | None:
        if not self.due(meeting):
            return None
        with self._lock:
            job = self._job
        done, total = (job.done, job.total) if job and job.meeting == meeting.id else (0, 0)
        return Progress(meeting.id, tr("打存档包", "build the package"), done, total, "B")

    def _put_off(self, meeting: str, line: str) -> None:
        with self._lock:
            tries = self._troubles[meeting].tries if meeting in self._troubles else 0
            delay = backoff(tries, self._chance())
            self._troubles[meeting] = _Trouble(line, tries + 1, self._ctx.clock.monotonic() + delay)
        self._ctx.log.warning("archive: %s; next try in %.0f s", line, delay)
