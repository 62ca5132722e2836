"""清点: every byte of a meeting's packages is read. One run a meeting at a time, which whoever looks sees go on."""

import contextvars
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from roomctl.domain import registration as rules
from roomctl.domain.archive import Package
from roomctl.domain.registration import Registration
from roomctl.errors import Busy, Refused, RoomctlError
from roomctl.i18n import tr
from roomctl.services.registration import REGISTERED, Desk, log, replayed

STOP = 5.0
"""Seconds that a run has to end when this process does; it looks up after each piece that it reads."""


@dataclass(slots=True)
class CountRun:
    """One run.

    Attributes:
        total: bytes to be read. done: so many were. failed: why it broke off, on one line; empty otherwise.

    """

    by: str
    since: datetime
    total: int
    done: int = 0
    failed: str = ""
    ended: threading.Event = field(default_factory=threading.Event)


class CountRuns:
    """All of this process: those under way, and the last one of a meeting that broke off. Any thread may ask."""

    def __init__(self) -> None:
        self._lock, self._runs = threading.Lock(), dict[str, CountRun]()
        self._closed = threading.Event()

    def of(self, meeting: str) -> CountRun | None:
        """None where there is none, and where the last one came to its end."""
        with self._lock:
            return self._runs.get(meeting)

    def begin(self, meeting: str, run: CountRun) -> Callable[[int], None]:
        """Gives what is told the bytes as they are read. Raises: Busy: another counts this meeting's packages."""
        with self._lock:
            before = self._runs.get(meeting)
            if before is not None and not before.ended.is_set():
                raise Busy(
                    tr("正在清点", "it is being counted already"),
                    tr(f"{before.by}已开始清点", f"{before.by} has begun"),
                    tr("请等它结束", "wait until it has ended"),
                )
            self._runs[meeting] = run

        def tick(size: int) -> None:
            run.done += size
            if self._closed.is_set():
                raise Refused(tr("系统正在停止，没有清点完", "roomctl is stopping, it was not counted to the end"))

        return tick

    def end(self, meeting: str, failed: str = "") -> None:
        with self._lock:
            run = self._runs[meeting]
            run.failed = failed
            if not failed:
                del self._runs[meeting]
        run.ended.set()

    def close(self, timeout: float = STOP) -> None:
        """Ends what is under way: nothing was noted of a package that was not read to its end."""
        self._closed.set()
        with self._lock:
            left = list(self._runs.values())
        for run in left:
            run.ended.wait(timeout)


def count(meeting_id: str, desk: Desk, runs: CountRuns) -> Registration:
    """Every file of the packages that nobody has signed for is read, on this machine.

    Raises:
        Refused: there is nothing to register. NotFound: a package is not on this machine. Busy: see `CountRuns`.

    """
    packages, tick = _begin(meeting_id, desk, runs)
    _work(meeting_id, desk, runs, packages, tick)
    with desk.uow.reading() as uow:
        return replayed(meeting_id, uow)


def start(meeting_id: str, desks: Callable[[], Desk], runs: CountRuns) -> CountRun:
    """As `count`, in a thread of its own, whose errors stand in the run. `desks` makes one for each thread."""
    packages, tick = _begin(meeting_id, desks(), runs)
    run = runs.of(meeting_id)
    assert run is not None  # noqa: S101 - it has just begun

    def work() -> None:
        try:
            _work(meeting_id, desks(), runs, packages, tick)
        except RoomctlError:
            pass  # the run tells it
        finally:
            if not run.ended.is_set():
                runs.end(meeting_id, tr("内部错误，见日志", "a fault of the program, see the log"))

    language = contextvars.copy_context()
    threading.Thread(target=language.run, args=(work,), name=f"count {meeting_id}", daemon=True).start()
    return run


def _begin(meeting_id: str, desk: Desk, runs: CountRuns) -> tuple[Sequence[Package], Callable[[int], None]]:
    desk.plugins.archivist()
    with desk.uow.reading() as uow:
        meeting, made = uow.meetings.get(meeting_id), replayed(meeting_id, uow)
        packages = [one for one in uow.packages.of(meeting_id) if made.taken(one) is None]
    if meeting.state not in REGISTERED or not packages:
        raise Refused(
            tr("没有要登记的存档包", "there is no package to register"),
            tr(f"会议是“{meeting.state.label}”", f"the meeting is {meeting.state.label}"),
        )
    run = CountRun(by=desk.actor.name, since=desk.clock.now(), total=sum(one.bytes for one in packages))
    return packages, runs.begin(meeting_id, run)


def _work(
    meeting_id: str, desk: Desk, runs: CountRuns, packages: Sequence[Package], tick: Callable[[int], None]
) -> None:
    """Each package is noted as soon as it was read, unless somebody has signed for it meanwhile."""
    failed = tr("没有清点完", "it was not counted to the end")
    try:
        for package in packages:
            found = desk.plugins.archivist().count(package, tick)
            told = rules.counting_data(package.id, files=found.files, bytes_=found.bytes, problems=found.problems)
            with desk.uow as uow:
                if replayed(meeting_id, uow).taken(package) is None:
                    log(meeting_id, rules.COUNTED, told, desk)
                uow.commit()
        failed = ""
    except RoomctlError as error:
        failed = str(error)
        raise
    finally:
        runs.end(meeting_id, failed)
