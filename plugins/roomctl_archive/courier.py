"""Brings packages to one target: what is due by the outbox, one at a time, and alone among all processes."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import replace
from typing import Any, Protocol, runtime_checkable

from roomctl.api import ArchiveTarget, Busy, Meeting, Package, PluginContext, Progress, RoomctlError, State, tr
from roomctl.api.custody import place_name
from roomctl.api.deliveries import LOCAL, Delivery, DeliveryStep, SentFile, Trouble, backoff
from roomctl.api.files import locked
from roomctl.api.words import Pair, paired
from roomctl_archive import ahead, delivery, supplement, ways
from roomctl_archive.config import TargetConfig
from roomctl_archive.fixity import Tick, silent

NOTE_EACH = 1.0  # seconds between two notes of how far it is
EACH = 1.0  # seconds between two questions whether a package was sealed


@runtime_checkable
class Closable(Protocol):
    """A target that holds a connection."""

    def close(self) -> None: ...


class Courier:
    """One target by its name. One thread uses it; `under_way` may be asked by others.

    Args:
        chance: from 0 to 1, for the jitter.
        stop: raises where the work is to end; the next start goes on from there.

    """

    def __init__(
        self, ctx: PluginContext, name: str, *, chance: Callable[[], float], stop: Callable[[], None]
    ) -> None:
        self.name = name
        self._ctx, self._chance, self._stop = ctx, chance, stop
        self._config: TargetConfig = ctx.config.targets[name]
        self._tried: set[str] = set()  # a start tries at once, whatever was agreed before it
        self._whole: set[str] = set()  # archived meetings that lack nothing here, until the next package is sealed
        self._sealed, self._asked = supplement.newest(ctx), -EACH
        self._ahead: dict[str, tuple[int, float]] = {}  # tries that failed during a meeting, and when to try again
        self.under_way: Delivery | None = None

    def lacking(self, meeting: Meeting) -> Sequence[Package]:
        """Packages of the meeting that the target has not read back yet, the oldest first; each has its row."""
        self._look_again()
        if meeting.id in self._whole:
            return ()
        services = self._ctx.services
        packages = services.packages(meeting.id)
        proven = {one.package for one in services.receipts(meeting.id) if one.target == self.name}
        proven |= services.pruned_packages().keys()  # what was kept nowhere but there cannot be sent any more
        left = [one for one in packages if one.id not in proven and ways.open_to(meeting, self._config, one)]
        if not left and meeting.state is State.ARCHIVED:
            self._whole.add(meeting.id)
        rows = self.rows(meeting.id) if left else {}
        for one in left:
            if one.id not in rows:
                services.enqueue(one, [self.name])
        return left

    def look_again(self) -> None:
        """A package was sealed: there may be a supplement to a meeting that lacked nothing. Any thread may say so."""
        self._whole.clear()

    def _look_again(self) -> None:
        """The same, where another process has sealed it; asked once a second, for all meetings."""
        now = self._ctx.clock.monotonic()
        if now < self._asked + EACH:
            return
        self._asked = now
        if (sealed := supplement.newest(self._ctx)) != self._sealed:
            self._sealed = sealed
            self.look_again()

    def rows(self, meeting_id: str) -> Mapping[str, Delivery]:
        """By package, as the outbox has them."""
        return {row.package: row for row in self._ctx.services.deliveries(meeting_id) if row.target == self.name}

    def troubles(self) -> Mapping[str, str]:
        """By meeting, why what was tried since the start does not go on."""
        return {row.meeting: Pair.of(row.trouble.__str__) for row in self._put_back() if row.trouble}

    def pause(self) -> float | None:
        now = self._ctx.clock.now()
        return min(
            ((row.next_try - now).total_seconds() for row in self._put_back() if row.next_try and not row.due(now)),
            default=None,
        )

    def progress(self, meeting: Meeting) -> Progress | None:
        left = self.lacking(meeting)
        if not left:
            return None
        rows = self.rows(meeting.id)
        done = total = 0
        for one in left:
            row = self.under_way if self.under_way and self.under_way.package == one.id else rows.get(one.id)
            done += row.sent + row.checked if row else 0
            total += row.total if row and row.bytes else 2 * one.bytes
        return Progress(meeting.id, tr(f"送存到 {self.name}", f"deliver to {self.name}"), done, total, "B")

    def _put_back(self) -> Sequence[Delivery]:
        rows = self._ctx.services.deliveries(open_only=True)
        return [row for row in rows if row.target == self.name and row.package in self._tried]

    def work(self, meeting: Meeting) -> None:
        """Delivers what is due. What fails is noted, and put off."""
        if meeting.state in ahead.LIVE:
            self._send_ahead(meeting)
            return
        left = self.lacking(meeting)
        rows = self.rows(meeting.id) if left else {}
        for one in left:
            row = rows.get(one.id)
            if row and one.id in self._tried and not row.due(self._ctx.clock.now()):
                continue
            try:
                self.deliver(one)
            except Busy as error:
                self._ctx.log.info("archive: %s: %s", self.name, error)
            except RoomctlError as error:
                self._ctx.log.warning("archive: %s: %s", self.name, error)

    def _send_ahead(self, meeting: Meeting) -> None:
        """What fails is no trouble yet: all of it is sent at close. It is put off all the same."""
        now, (tries, due) = self._ctx.clock.monotonic(), self._ahead.get(meeting.id, (0, 0.0))
        if not (ahead.may(self._ctx, meeting) and ways.open_to(meeting, self._config)) or now < due:
            return
        held = self._ctx.services.sent_files(ahead.reserve(self._ctx, meeting), self.name)
        if not any(True for _ in ahead.waiting(self._ctx, meeting, held)):
            return
        try:
            with alone(self._ctx, self.name), opened(self._ctx, self._config) as target:
                ahead.send(self._ctx, meeting, self.name, target, self._stop)
            self._ahead.pop(meeting.id, None)
        except (RoomctlError, OSError) as error:
            self._ctx.log.warning("archive: %s takes nothing during the meeting: %s", self.name, error)
            self._ahead[meeting.id] = (tries + 1, now + backoff(tries, self._chance()))

    def deliver(self, package: Package, tick: Tick = silent) -> bool:
        """Now, whatever the back-off says; whether a receipt was added.

        Args:
            tick: told the bytes that went through the line, there and back.

        Raises:
            Busy: another process is just delivering there. RoomctlError: it failed; that is noted in its row, too.

        """
        services = self._ctx.services
        with alone(self._ctx, self.name), paired():  # why it fails is kept, and read by others
            held = {(one.package, one.target) for one in services.receipts(package.meeting)}
            if (package.id, self.name) in held or package.id in services.pruned_packages():
                return False
            meeting = services.meeting(package.meeting)
            if not ways.open_to(meeting, self._config, package):
                services.need_way(meeting.id, ways.way_of(self._config))
            try:
                self._bring(package, tick)
            except RoomctlError as error:
                self._put_off(package, Trouble.of(error))
                raise
            except (OSError, ValueError, TypeError, LookupError) as error:
                self._ctx.log.exception("archive: %s failed for package %s", self.name, package.id)
                told = RoomctlError(
                    tr(f"送存到 {self.name} 没有完成", f"the delivery to {self.name} failed"),
                    f"{type(error).__name__}: {error}",
                )
                self._put_off(package, Trouble.of(told))
                raise told from error
            except BaseException:  # the host goes down: the row must not say that something is being sent
                if self.under_way:
                    services.put_delivery(replace(self.under_way, step=DeliveryStep.WAITING))
                raise
            finally:
                self.under_way = None
        return True

    def _bring(self, package: Package, tick: Tick) -> None:
        services, clock = self._ctx.services, self._ctx.clock
        self._tried.add(package.id)
        services.enqueue(package, [self.name])
        row = self.rows(package.meeting)[package.id]
        run = _Watch(row, self._ctx, self._stop, self._show, tick)
        journal = OutboxJournal(self._ctx, package.id, self.name)
        with opened(self._ctx, self._config) as target:
            try:
                proof = delivery.deliver(
                    package,
                    services.data / package.path,
                    target,
                    name=self.name,
                    clock=clock,
                    journal=journal,
                    seen=run.seen,
                )
            finally:
                journal.flush()
        run.note()
        services.add_receipt(package.meeting, proof)

    def _show(self, row: Delivery) -> None:
        self.under_way = row

    def _put_off(self, package: Package, trouble: Trouble) -> None:
        row = self.under_way or self.rows(package.meeting).get(package.id)
        if row is None:  # the database could not even be written
            return
        failed = row.failed(trouble, now=self._ctx.clock.now(), chance=self._chance())
        self._ctx.services.put_delivery(failed)


class _Watch:
    """Follows one attempt, and notes once a second how far it is."""

    def __init__(
        self,
        row: Delivery,
        ctx: PluginContext,
        stop: Callable[[], None],
        show: Callable[[Delivery], None],
        tick: Tick,
    ) -> None:
        self._row, self._ctx, self._stop, self._show, self._tick = row, ctx, stop, show, tick
        self._began = self._noted = ctx.clock.monotonic()
        self._told = 0

    def seen(self, tally: delivery.Tally) -> None:
        self._stop()
        now = self._ctx.clock.monotonic()
        through = tally.sent + tally.checked
        if not tally.moved:  # what had arrived before says nothing of the line
            self._began = now
        self._tick(through - self._told)
        self._told = through
        elapsed = now - self._began
        step = DeliveryStep.SENDING if tally.sent_files < tally.files else DeliveryStep.CHECKING
        moved = step is not self._row.step
        self._row = replace(
            self._row,
            step=step,
            files=tally.files,
            bytes=tally.bytes,
            sent_files=tally.sent_files,
            sent=tally.sent,
            checked_files=tally.checked_files,
            checked=tally.checked,
            rate=tally.moved / elapsed if elapsed > 0 else self._row.rate,
            next_try=None,
            at=self._ctx.clock.now(),
        )
        self._show(self._row)
        if moved or now - self._noted >= NOTE_EACH:
            self.note()

    def note(self) -> None:
        self._noted = self._ctx.clock.monotonic()
        self._ctx.services.put_delivery(self._row)


class OutboxJournal:
    """`delivery.Journal` in the database, written once a second: what a kill takes of it is read back once more."""

    def __init__(self, ctx: PluginContext, package: str, target: str) -> None:
        self._services, self._package, self._target = ctx.services, package, target
        self._clock, self._noted = ctx.clock, ctx.clock.monotonic()
        self._fresh: dict[str, SentFile] = {}

    def held(self) -> Mapping[str, SentFile]:
        return self._services.sent_files(self._package, self._target)

    def note(self, file: SentFile) -> None:
        self._fresh[file.path] = file
        if self._clock.monotonic() - self._noted >= NOTE_EACH:
            self.flush()

    def flush(self) -> None:
        """Writes what was noted since."""
        self._noted = self._clock.monotonic()
        if self._fresh:
            self._services.put_sent_files(self._package, self._target, list(self._fresh.values()))
            self._fresh.clear()

    def forget(self, paths: Sequence[str]) -> None:
        self.flush()
        self._services.forget_sent_files(self._package, self._target, paths)


@contextmanager
def alone(ctx: PluginContext, place: str) -> Iterator[None]:
    """Two that write one partial file would spoil it, be they processes or threads of one.

    Args:
        place: a target by its name, or `LOCAL`.

    Raises:
        Busy: another delivers, or repairs, there.

    """
    with locked(ctx.folder() / f"{place}.lock") as free:
        if not free:
            name = name_of(place)
            raise Busy(
                tr(f"正在写入 {name}", f"{name} is being written to"),
                tr("正在送存或修复", "a delivery or a repair is under way there"),
                tr("请等它完成，可用 roomctl archive status 查看", "wait for it: roomctl archive status"),
            )
        yield


def name_of(place: str) -> str:
    """As people call it."""
    return tr("本机", "this machine") if place == LOCAL else place_name(place)


@contextmanager
def opened(ctx: PluginContext, config: TargetConfig) -> Iterator[ArchiveTarget]:
    """A target of the settings, closed afterwards where it holds a connection.

    Raises: BadInput, NotFound, as its section is.
    """
    section = config.model_dump(exclude={"office"})
    target = ctx.services.target(section["kind"], section)
    ending: Any = closing(target) if isinstance(target, Closable) else nullcontext()
    with ending:
        yield target
