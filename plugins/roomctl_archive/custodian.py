"""Looks after what has arrived: reads every copy again on schedule, repairs it from another, gives up the local one.

Slow by intent: it shares line and disk with a meeting that may be going on. Nothing is removed at a target, ever.
"""

import shutil
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from roomctl.api import Busy, Damaged, Fault, Meeting, Package, PluginContext, Progress, RoomctlError, State, tr
from roomctl.api.custody import MEDIUM
from roomctl.api.deliveries import LOCAL, FixityCheck
from roomctl.api.words import Pair
from roomctl_archive import places, reconcile
from roomctl_archive.config import ArchiveConfig
from roomctl_archive.courier import name_of
from roomctl_archive.fixity import Tick, silent

LEAST = 1e-3  # seconds that are not worth a nap
NAP = 0.5  # seconds; the longest that a stop waits for a reading that is held back
LOOK = timedelta(hours=1)  # between two looks at what is due
AGAIN = timedelta(days=1)  # after a place that could not be reached


class Custodian:
    """One thread uses it; others may ask for `troubles`. Arguments as those of `Courier`."""

    name = "fixity check"

    def __init__(self, ctx: PluginContext, *, stop: Callable[[], None]) -> None:
        self._ctx, self._stop = ctx, stop
        self._config: ArchiveConfig = ctx.config
        self._away: dict[tuple[str, str], tuple[datetime, str, str]] = {}
        self._gone: set[tuple[str, str]] = set()
        self._looked: dict[str, datetime] = {}
        self._asked = ctx.clock.now()

    def work(self, meeting: Meeting) -> None:
        self._reconcile()
        now = self._ctx.clock.now()
        if now < self._looked.get(meeting.id, now):
            return
        self._looked[meeting.id] = now + LOOK
        throttle = Throttle(self._config.verify_bytes_per_second, self._ctx, self._stop)
        for package in self._ctx.services.packages(meeting.id):
            for place in self._due(package):
                self._try(package, place, throttle)
            self._give_up(meeting, package, throttle)

    def check(self, package: Package, place: str, *, repair: bool = True, tick: Tick = silent) -> FixityCheck:
        """Reads one copy, puts right what another copy has whole, and notes what was found.

        Raises:
            Damaged: no place has the manifests that were registered. Busy: another writes to the place, which needs
            a repair. RoomctlError: the place cannot be reached.

        """
        wanted = self._wanted(package, place)
        found = self._read(package, place, wanted, tick)
        bad = [fault.file for fault in found.problems if fault.file in wanted]
        if bad and repair and self._repair(package, place, wanted, bad):
            found = self._read(package, place, wanted, tick)
        self._away.pop((package.id, place), None)
        self._gone.discard((package.id, place))
        return found

    def troubles(self) -> Mapping[str, str]:
        """Copies that are damaged, or could not be read."""
        lines: dict[str, list[str]] = {}
        for check in self._ctx.services.fixity_checks(damaged_only=True):
            lines.setdefault(check.meeting, []).append(Pair.of(partial(_told, check)))
        for (_, place), (_, meeting, why) in self._away.items():
            lines.setdefault(meeting, []).append(Pair.of(partial(_away, place, why)))
        return {meeting: Pair.of(partial(joined, each)) for meeting, each in lines.items()}

    def pause(self) -> float | None:
        return None

    def progress(self, meeting: Meeting) -> Progress | None:
        """None: a reading that comes round for ever is no work that somebody waits for."""
        del meeting
        return None

    def _due(self, package: Package) -> Sequence[str]:
        """Places whose copy was not read for long enough; never where the office wants none of it."""
        every, now = timedelta(days=self._config.verify_every_days), self._ctx.clock.now()
        if not every:
            return ()
        read = {
            one.target: one.at for one in self._ctx.services.receipts(package.meeting) if one.package == package.id
        }
        read |= {LOCAL: package.at}
        checks = self._ctx.services.fixity_checks(package.meeting)
        read |= {check.place: check.at for check in checks if check.package == package.id}
        due = [
            place
            for place in places.places(self._ctx, package)
            if now - read[place] >= every or (package.id, place) in self._away or (package.id, place) in self._gone
        ]
        return [place for place in due if not self._waits(package, place)]

    def _waits(self, package: Package, place: str) -> bool:
        """Whether a place that could not be read is left alone for now."""
        away = self._away.get((package.id, place))
        return away is not None and self._ctx.clock.now() - away[0] < AGAIN

    def _try(self, package: Package, place: str, tick: Tick) -> None:
        """`check`; a place that cannot be read is noted, and put off."""
        try:
            self.check(package, place, tick=tick)
        except RoomctlError as error:
            self._ctx.log.warning("archive: %s cannot be read again at %s: %s", package.id, place, error)
            self._away[package.id, place] = (
                self._ctx.clock.now(),
                package.meeting,
                Pair.of(error.__str__),
            )

    def _reconcile(self) -> None:
        """Asks each place, as often as copies are read again, what lies there unknown, and what no longer does."""
        every, now = timedelta(days=self._config.verify_every_days), self._ctx.clock.now()
        if not every or now < self._asked:
            return
        self._asked = now + LOOK
        asked = {one.place: one.at for one in reconcile.newest(self._ctx)}
        for place in (LOCAL, *self._config.targets):
            if place in asked and now - asked[place] < every:
                continue
            try:
                found = reconcile.ask(self._ctx, place)
            except RoomctlError as error:
                self._ctx.log.info("archive: %s cannot be asked what it holds: %s", name_of(place), error)
                continue
            for key in found.unknown:
                self._ctx.log.warning("archive: %s holds %s, which is in no register", name_of(place), key)
            self._gone |= {(package, place) for _, package in found.gone}  # read at once, and brought back

    def _wanted(self, package: Package, place: str) -> Mapping[str, str]:
        """What should lie there, by the manifests of the first copy whose own are those of the register."""
        why = ""
        for source in dict.fromkeys((place, *places.places(self._ctx, package))):
            try:
                with places.copy_at(self._ctx, package, source) as copy:
                    return places.listing(package, copy, name_of(source))
            except RoomctlError as error:
                why = why or error.what
        raise Damaged(
            tr(f"各处都没有存档包 {package.id} 的清单", f"no copy has the manifests of package {package.id}"),
            why,
            tr("请从备份取回", "bring them back from a backup"),
        )

    def _read(self, package: Package, place: str, wanted: Mapping[str, str], tick: Tick) -> FixityCheck:
        with places.copy_at(self._ctx, package, place) as copy:
            files, size, faults = places.compare(package, copy, wanted, tick)
        check = FixityCheck(
            package=package.id,
            place=place,
            meeting=package.meeting,
            at=self._ctx.clock.now(),
            files=files,
            bytes=size,
            problems=tuple(faults)
            if files
            else (*faults, Fault("", tr("一个文件也没有读到", "not one file was read"))),
        )
        self._ctx.services.add_fixity_check(check)
        return check

    def _repair(self, package: Package, place: str, wanted: Mapping[str, str], bad: Sequence[str]) -> bool:
        """From one copy after the other; whether anything was put right."""
        left, mended = list(bad), False
        for source in places.places(self._ctx, package):
            if source == place or not left:
                continue
            try:
                done = places.mend(self._ctx, package, place, wanted, left, source)
            except Busy:
                raise
            except (RoomctlError, OSError) as error:  # OSError: what was put there cannot be read back
                self._ctx.log.warning("archive: %s cannot be repaired from %s: %s", place, source, error)
                continue
            if done:
                self._ctx.services.note_repair(package, place, source, done)
                left, mended = [path for path in left if path not in done], True
        return mended

    def _give_up(self, meeting: Meeting, package: Package, tick: Tick) -> None:
        """The copy on this machine goes when it is old enough, archived, and every required target has it whole."""
        services, folder = self._ctx.services, self._ctx.services.data / package.path
        if MEDIUM in package.targets:  # nobody but its keeper can read it back
            return
        if package.id in services.pruned_packages():
            shutil.rmtree(folder, ignore_errors=True)  # a kill may have come in between
            return
        keep = timedelta(days=self._config.keep_local_days)
        if not keep or meeting.state is not State.ARCHIVED or self._ctx.clock.now() - package.at < keep:
            return
        try:
            for place in package.targets:
                if not self._read_whole(package, place, tick):
                    return
                with places.copy_at(self._ctx, package, place) as copy:
                    wanted = places.listing(package, copy, place)
                    places.present(package, copy, wanted, place, places.LocalCopy(self._ctx, package))
            services.prune_package(package)
        except (RoomctlError, KeyError) as error:  # KeyError: a target that left the settings
            self._ctx.log.warning("archive: the local package %s stays: %s", package.id, error)
            return
        shutil.rmtree(folder, ignore_errors=True)

    def _read_whole(self, package: Package, place: str, tick: Tick) -> bool:
        """Whether the last reading of a copy found it whole; it is read now where it never was, or not the last time.

        A copy that was found damaged counts again when the schedule, or `reverify`, has read it as whole.
        """
        if self._waits(package, place):
            return False
        if self._newest(package, place) is None or (package.id, place) in self._away:
            self._try(package, place, tick)
        found = self._newest(package, place)
        return found is not None and found.ok and (package.id, place) not in self._away

    def _newest(self, package: Package, place: str) -> FixityCheck | None:
        checks = self._ctx.services.fixity_checks(package.meeting)
        return next((one for one in checks if (one.package, one.place) == (package.id, place)), None)


class Throttle:
    """A tick that lets no more bytes through than agreed, on the average since it was made."""

    def __init__(self, bytes_per_second: int, ctx: PluginContext, stop: Callable[[], None]) -> None:
        self._rate, self._clock, self._stop = bytes_per_second, ctx.clock, stop
        self._began, self._through = ctx.clock.monotonic(), 0

    def __call__(self, size: int) -> None:
        self._through += size
        while True:
            self._stop()
            early = self._through / self._rate - (self._clock.monotonic() - self._began)
            if early < LEAST:
                return
            self._clock.sleep(min(early, NAP))


def _away(place: str, why: str) -> str:
    return f"{name_of(place)}: {why}"


def joined(lines: Sequence[str]) -> str:
    """On one line, in the reader's language."""
    return tr("；", "; ").join(map(str, lines))


def _told(check: FixityCheck) -> str:
    first = check.problems[0]  # where not one file was read, that is one: `_read`
    return str(
        RoomctlError(
            tr(f"{name_of(check.place)}的存档包已损坏", f"the package at {name_of(check.place)} is damaged"),
            tr(
                f"{first.file} {first.what}（共 {len(check.problems)} 处）",
                f"{first.file}: {first.what} ({len(check.problems)} in all)",
            ),
            tr(f"请运行 roomctl archive reverify {check.meeting}", f"run roomctl archive reverify {check.meeting}"),
        )
    )
