"""Talks to devices: all at once in one loop, each within its deadline, and one talk at a time for each place.

The loop has a thread of its own. A driver that keeps it to itself would hold up all other devices: it is found out by
the watch over the loop, its kind is not used again by this process, and the others go on in a new loop.
"""

import asyncio
import contextlib
import contextvars
import logging
import os
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Sequence
from concurrent.futures import Future
from hashlib import sha256
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from socket import gaierror
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from roomctl.domain.devices import Busy, Deed, Device, LoginRefused, Reading, Secret, Silent, Unreachable
from roomctl.durable import lock_file, unlock_file
from roomctl.errors import MissingPart, RoomctlError, one_line
from roomctl.host.platform import thread_effort
from roomctl.host.refusals import Refusals
from roomctl.host.watchdog import Watchdog
from roomctl.i18n import Pair, tr
from roomctl.services.drivers import DriverOffer, Found

T = TypeVar("T")
log = logging.getLogger(__name__)

LOOK = 0.05
"""Seconds between two looks at a place that another process talks to."""
TURN, SLOW = 0.25, 0.25
"""Seconds between two looks at how late the loop is; and by how much it is, while one talk lasts, on a machine that
has too much to do."""
SPARED = 0.5
"""Seconds at most by which a talk may go on for those in which this machine kept it waiting: a run of checks ends
0.8 s after its slowest deadline, whatever still talks."""
STUCK = 3.0
"""Seconds; importing a library for the first read takes up to one on a slow machine."""


class Prober:
    """`device_ports.Prober`.

    Args:
        folder: for locks between processes; None talks as if it were alone.
        patience: seconds for which one step of a driver may block the loop, or keep a processor busy in it; what the
            machine did not give it counts for nothing.

    """

    def __init__(
        self, folder: Path | None = None, refusals: Refusals | None = None, *, patience: float = STUCK
    ) -> None:
        self._folder, self._patience = folder, patience
        self._refusals = refusals or Refusals(None, str)
        self._loop: _Loop | None = None
        self._locks: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, asyncio.Lock]] = WeakKeyDictionary()
        self._guard = threading.Lock()
        self._bad: dict[str, str] = {}
        self._loaded: set[str] = set()

    def warm(self, offers: Iterable[DriverOffer]) -> None:
        """Imports what talks of these kinds need, so that no run's time goes into it. What fails, a talk tells."""
        for offer in offers:
            if not self._loaded.issuperset(offer.loads) and all(_importable(name) for name in offer.requires):
                with contextlib.suppress(Exception):
                    _load(offer)
                    self._loaded.update(offer.loads)

    def read(self, device: Device, offer: DriverOffer, secret: Secret) -> "Future[Reading]":
        async def work() -> Reading:
            async def once() -> Reading:
                return await offer.read(device, secret)

            ask = self._unhurried(once)
            return await self._talk(device, offer, _twice(ask) if offer.lossy else ask, offer.deadline)

        return self._begin(offer, work)

    def act(self, device: Device, offer: DriverOffer, action: str, argument: str, secret: Secret) -> "Future[Deed]":
        order = offer.actions[action]
        patience = order.deadline + device.warm_up + device.cool_down

        async def work() -> Deed:
            return await self._talk(
                device, offer, lambda: order.act(device, secret, argument), patience, waits=patience
            )

        return self._begin(offer, work)

    def search(self, offer: DriverOffer, seconds: float, where: str = "") -> "Future[Sequence[Found]]":
        search = offer.search

        async def work() -> Sequence[Found]:
            return await search(seconds, where) if search else ()

        return self._begin(offer, work)

    def close(self) -> None:
        """Ends the loop, and with it what is still being said."""
        with self._guard:
            loop, self._loop = self._loop, None
        if loop is not None:
            loop.end()

    def _begin(self, offer: DriverOffer, work: Callable[[], Coroutine[Any, Any, T]]) -> "Future[T]":
        lacking = [name for name in offer.requires if not _importable(name)]
        if lacking:
            return _failed(
                MissingPart(
                    tr(f"驱动 {offer.kind} 缺 Python 包", f"driver {offer.kind} lacks Python packages"),
                    ", ".join(lacking),
                    "pip install 'roomctl[devices]'",
                )
            )
        if why := self._bad.get(offer.kind):
            return _failed(RoomctlError(why))

        async def loaded() -> T:
            if not self._loaded.issuperset(offer.loads):  # one that is half imported stands in sys.modules already
                await asyncio.to_thread(_load, offer)
                self._loaded.update(offer.loads)
            return await work()

        with self._guard:
            if self._loop is None or self._loop.stuck:
                self._loop = _Loop(self._found_out, self._patience)
            return self._loop.run(loaded, offer.kind)

    def _found_out(self, kind: str, how: str) -> None:
        """A driver kept the loop: the talks that were under way fail, and this kind is used no more."""
        self._bad[kind] = Pair(
            f"驱动 {kind} 占住了事件循环，本次运行不再使用",
            f"driver {kind} holds the loop, and is used no more in this run",
        )
        log.error("driver %s holds the loop (%s); it is used no more until the next start", kind, how)

    def _unhurried(self, ask: Callable[[], Awaitable[T]]) -> Callable[[], Awaitable[T]]:
        """Once more, where nothing came while this machine itself was slow: that is no dead device."""

        async def asked() -> T:
            before = self._late
            try:
                return await ask()
            except (TimeoutError, Silent, Unreachable, OSError):
                if self._late - before < SLOW:
                    raise
            return await ask()

        return asked

    @property
    def _late(self) -> float:
        """Seconds by which the loop's turns have been late, all together."""
        return self._loop.late if self._loop else 0.0

    async def _talk(
        self,
        device: Device,
        offer: DriverOffer,
        ask: Callable[[], Awaitable[T]],
        deadline: float,
        *,
        waits: float = 0.0,
    ) -> T:
        """Waits until nobody else talks to that place, and talks.

        Args:
            waits: seconds of waiting that are not taken from the deadline; else both are over by then, so that two
                entries with one address make a run no longer.

        """
        clock = asyncio.get_running_loop().time
        begun = clock()
        async with self._alone(device.place, waits or deadline):
            waited = clock() - begun
            self._refusals.look(device)  # not before: another entry of this place may just have been refused
            try:
                async with self._within(deadline if waits else deadline - waited):
                    told = await ask()
            except LoginRefused:
                self._refusals.add(device)
                raise
            except TimeoutError as error:
                if not waits and waited > deadline / 2:
                    raise _busy() from error  # it was not given the time that it may take
                raise _told(error, offer, deadline) from error
            except Exception as error:
                raise _told(error, offer, deadline) from error
            if device.secret:
                self._refusals.forget(device)
            return told

    @contextlib.asynccontextmanager
    async def _within(self, seconds: float) -> AsyncIterator[None]:
        """As `asyncio.timeout`, but what came while this machine kept the loop waiting is heard before time is up.

        Of a loop that was held up from before the answer until after the deadline, both are due at once; and a
        timeout that comes due throws away what has come already.
        """
        loop, before = asyncio.get_running_loop(), self._late
        end = loop.time() + seconds
        timer: asyncio.TimerHandle
        async with asyncio.timeout(None) as limit:

            def due() -> None:
                nonlocal timer
                more = end + min(self._late - before, SPARED)
                if more > loop.time():
                    timer = loop.call_at(more, due)
                else:
                    limit.reschedule(loop.time())

            timer = loop.call_at(end, due)
            try:
                yield
            finally:
                timer.cancel()

    @contextlib.asynccontextmanager
    async def _alone(self, place: str, patience: float) -> AsyncIterator[None]:
        """Nobody else of this machine talks to that place. Raises: Busy, where somebody does for too long."""
        loop = asyncio.get_running_loop()
        until = loop.time() + patience
        lock = self._locks.setdefault(loop, {}).setdefault(place, asyncio.Lock())
        try:
            async with asyncio.timeout_at(until):
                await lock.acquire()
        except TimeoutError:
            raise _busy() from None
        try:
            if self._folder is None:
                yield
            else:
                async with _file_alone(self._folder / f"{sha256(place.encode()).hexdigest()[:16]}.lock", until):
                    yield
        finally:
            lock.release()


def _twice(ask: Callable[[], Awaitable[T]]) -> Callable[[], Awaitable[T]]:
    """Once more, where nothing came: one packet may be lost.

    The driver knows for how long it waits for one answer; a share of the deadline would cut a slow device off.
    """

    async def asked() -> T:
        with contextlib.suppress(TimeoutError, Silent, Unreachable, OSError):
            return await ask()
        return await ask()

    return asked


class _Loop:
    """A loop in a thread, with a watch over it."""

    def __init__(self, found_out: Callable[[str, str], None], patience: float) -> None:
        self.stuck = False
        self._found_out, self._patience = found_out, patience
        self._loop = asyncio.new_event_loop()
        self._turned = self._due = time.monotonic()
        self._late = 0.0
        self._talks: dict[Future[Any], str] = {}
        self._thread = threading.Thread(target=self._live, name="devices", daemon=True)
        self._over = threading.Event()
        self._loop.call_soon(self._turn)
        self._thread.start()
        threading.Thread(target=self._watch, name="devices watch", daemon=True).start()

    @property
    def late(self) -> float:
        """Seconds by which its turns have been late, all together, up to now."""
        return self._late + max(0.0, time.monotonic() - self._due)

    def run(self, work: Callable[[], Coroutine[Any, Any, T]], kind: str) -> "Future[T]":
        """The future of a coroutine that runs here, in the caller's language."""
        told: _Cancellable[T] = _Cancellable()
        self._talks[told] = kind
        context = contextvars.copy_context()
        self._loop.call_soon_threadsafe(self._start, work, told, context)
        told.add_done_callback(lambda one: self._talks.pop(one, None))
        return told

    def end(self) -> None:
        self._over.set()
        with contextlib.suppress(RuntimeError):  # it is closed already
            self._loop.call_soon_threadsafe(self._loop.stop)

    def _start(self, work: Callable[[], Coroutine[Any, Any, T]], told: "_Cancellable[T]", context: Any) -> None:
        if told.cancelled():
            return
        task = self._loop.create_task(work(), context=context, name=self._talks.get(told, ""))
        told.on_cancel = lambda: self._loop.call_soon_threadsafe(task.cancel)
        task.add_done_callback(lambda done: _hand_over(done, told))

    def _live(self) -> None:
        """Until it is ended; what is still being said is cancelled then, and its sockets are closed."""
        try:
            self._loop.run_forever()
            left = asyncio.all_tasks(self._loop)
            for task in left:
                task.cancel()
            self._loop.run_until_complete(asyncio.wait(left, timeout=STUCK) if left else asyncio.sleep(0))
        finally:
            self._loop.close()

    def _turn(self) -> None:
        self._turned = time.monotonic()
        self._late += max(0.0, self._turned - self._due)
        pause = min(TURN, self._patience / 4)
        self._due = self._turned + pause
        self._loop.call_later(pause, self._turn)

    def _watch(self) -> None:
        """Over each step of a driver: as long as the loop turns, or another driver has its step, nobody keeps it."""
        dog = Watchdog(self._patience, spins=1, look=thread_effort)
        turned, task, pause = 0.0, None, self._patience / 4
        while not self._over.wait(pause):
            before, turned, task = (turned, task), self._turned, asyncio.current_task(self._loop)
            if (turned, task) != before:
                dog.kick()
                pause = self._patience / 4
            elif dog.expired(self._thread.native_id or 0):
                self._give_up(task.get_name() if task else "", str(dog))
                return
            else:
                pause = dog.pause

    def _give_up(self, kind: str, how: str) -> None:
        self.stuck = True
        self.end()  # as soon as the driver lets go
        self._found_out(kind, how)
        for told in list(self._talks):
            why = Pair("另一个驱动占住了事件循环", "another driver held the loop")
            with contextlib.suppress(Exception):
                told.set_exception(RoomctlError(why, kind, Pair("再查一次", "check again")))


class _Cancellable(Future[T]):
    """Its cancel reaches the task."""

    on_cancel: Callable[[], object] | None = None

    def cancel(self) -> bool:
        if self.on_cancel is not None:
            self.on_cancel()
        return super().cancel()


def _hand_over(task: "asyncio.Task[T]", told: "Future[T]") -> None:
    if told.cancelled() or told.done():
        if not task.cancelled():
            task.exception()
        return
    if task.cancelled():
        told.cancel()
    elif error := task.exception():
        told.set_exception(error)
    else:
        told.set_result(task.result())


@contextlib.asynccontextmanager
async def _file_alone(path: Path, until: float) -> AsyncIterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        while not lock_file(handle):
            if asyncio.get_running_loop().time() >= until:
                raise _busy()
            await asyncio.sleep(LOOK)
        try:
            yield
        finally:
            unlock_file(handle)
    finally:
        os.close(handle)


def _busy() -> Busy:
    return Busy(
        tr("另一个程序一直在与它对话", "another program talks to it all the time"),
        mend=tr("稍后再查", "check again later"),
    )


def _told(error: Exception, offer: DriverOffer, deadline: float) -> Exception:
    """What went wrong, in our words."""
    if isinstance(error, RoomctlError):
        return error
    if isinstance(error, TimeoutError):
        return Silent(tr(f"{deadline:g} 秒内没有回答", f"no answer within {deadline:g} s"))
    if isinstance(error, ConnectionResetError | ConnectionAbortedError | BrokenPipeError | EOFError):
        return Silent(tr("连接中途断开", "it hung up half-way"), str(error))
    if isinstance(error, gaierror):
        return Unreachable(
            tr("查不到地址或主机名", "no such address or host name"),
            error.strerror or "",
            tr("核对设备清单里的地址", "see the address in the inventory of the devices"),
        )
    if isinstance(error, OSError):
        return Unreachable(tr("没有应答", "nobody answers"), error.strerror or str(error))
    log.error("driver %s failed", offer.kind, exc_info=error)
    return RoomctlError(
        tr(f"驱动 {offer.kind} 出错", f"driver {offer.kind} failed"),
        one_line(error),
    )


def _failed(error: Exception) -> "Future[Any]":
    future: Future[Any] = Future()
    future.set_exception(error)
    return future


def _load(offer: DriverOffer) -> None:
    """Raises: MissingPart."""
    for name in offer.loads:
        try:
            import_module(name)
        except ImportError as error:
            raise MissingPart(
                tr(f"驱动 {offer.kind} 加载失败", f"driver {offer.kind} cannot be loaded"),
                str(error),
                "pip install 'roomctl[devices]'",
            ) from None


def _importable(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except (ImportError, ValueError):
        return False
