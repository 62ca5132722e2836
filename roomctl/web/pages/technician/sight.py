"""What is known at one look, and from it the tiles of the room and the list of what to do. Pure, but for `look`."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from roomctl.domain.access import Right, User
from roomctl.domain.checks import (
    WHOLE_DEVICE,
    CheckReport,
    CheckState,
    DeviceWatch,
    Result,
    SignOff,
    Waiver,
    WaiverKind,
    titled,
)
from roomctl.domain.devices import Device, Usual
from roomctl.errors import RoomctlError
from roomctl.i18n import tr
from roomctl.services.devices import untold
from roomctl.services.offers import Check, Sounding
from roomctl.services.under_way import UnderWay
from roomctl.web.pages.links import RUNNING, Facts
from roomctl.web.pages.visitor import Visitor
from roomctl.web.session import admit
from roomctl.web.ui import CHECK_LOOKS, Look

ONLINE = "online"
"""The check that every device of the inventory has."""
_WORST = (
    CheckState.CRIT, CheckState.UNKNOWN, CheckState.WARN, CheckState.WAIVED, CheckState.SKIPPED, CheckState.OK,
)  # fmt: skip
_LOOKS = (*(CHECK_LOOKS[state] for state in _WORST), Look.WAITING)
_BAD = frozenset({CheckState.CRIT, CheckState.UNKNOWN, CheckState.WARN})
_SAID = 2
"""Facts that the tile of a device says while all is well."""

Key = tuple[str, str]
"""A device and a check of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """All that the page shows.

    Attributes:
        facts: of the meeting; None: the room's own page.
        devices, checks: what is there to be checked; trouble: why the inventory cannot be read.
        report: the newest one, or an older one that somebody looks at.
        run: that is under way.
        rows: those of the report, and over them those that the run has heard so far.
        down: devices that do not answer the watch, while the meeting runs.

    """

    user: User
    now: datetime
    facts: Facts | None = None
    devices: Sequence[Device] = ()
    checks: Sequence[Check] = ()
    trouble: RoomctlError | None = None
    report: CheckReport | None = None
    run: UnderWay | None = None
    rows: Sequence[Result] = ()
    past: Mapping[Key, Sequence[float]] = field(default_factory=dict)
    usuals: Mapping[Key, Usual] = field(default_factory=dict)
    waivers: Sequence[Waiver] = ()
    runs: Sequence[CheckReport] = ()
    down: Mapping[str, DeviceWatch] = field(default_factory=dict)

    @property
    def meeting(self) -> str | None:
        return self.facts.meeting.id if self.facts else None

    @property
    def emitting(self) -> Sequence[Device]:
        """What must be off while this 涉密 meeting runs, and is not known to be."""
        return self.facts.emitting if self.facts else ()

    @property
    def zone(self) -> ZoneInfo | None:
        return self.now.tzinfo if isinstance(self.now.tzinfo, ZoneInfo) else None

    @property
    def newest(self) -> str:
        """Id of the last run; empty before the first."""
        return self.runs[-1].id if self.runs else ""

    def may(self, right: Right) -> bool:
        return self.user.may(right)

    def pending(self, device: str) -> bool:
        """Asked in the run that is under way, and not heard yet."""
        return self.run is not None and self.run.awaits(device)

    def sounds(self, device: str) -> bool:
        """Its check makes a sound in the room."""
        return any(isinstance(one, Sounding) and one.device == device for one in self.checks)

    def count(self, state: CheckState) -> int:
        return sum(row.state is state for row in self.rows)

    @property
    def unused(self) -> frozenset[str]:
        """Devices that are not used in this meeting (本次免查)."""
        return frozenset(
            one.device for one in self.waivers if one.kind is WaiverKind.EXCUSED and one.check == WHOLE_DEVICE
        )

    def of(self, target: str) -> Sequence[Result]:
        """The rows of one device, or of one part of it, in the order in which its driver shows them."""
        device, _, part = target.partition("#")
        return [
            row for row in self.rows if row.device == device and (not part or row.check.rpartition(" ")[2] == part)
        ]

    def part(self, row: Result) -> str:
        """Number of the microphone that a row of the acoustic proof is of; empty: of none, or of another check."""
        _, space, number = row.check.rpartition(" ")
        return number if space and number.isdecimal() and self.sounds(row.device) else ""

    def of_none(self, device: str) -> Sequence[Result]:
        """The rows of the acoustic proof that are of no microphone."""
        return [row for row in self.of(device) if not self.part(row)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One of the room's tiles.

    Attributes:
        device: what a press shows.
        look: `WAITING` before the first answer.
        said: what was found, short.
        pending: it is being asked this moment.
        part: number of the microphone that it is of; empty: the whole device.

    """

    device: str
    name: str
    look: Look
    said: str
    key: Key
    history: Sequence[float] = ()
    usual: Usual | None = None
    pending: bool = False
    part: str = ""

    @property
    def target(self) -> str:
        """What a press shows, as `Sight.of` reads it."""
        return f"{self.device}#{self.part}" if self.part else self.device


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is, in things that are asked."""

    done: int
    total: int

    @property
    def share(self) -> float:
        return self.done / self.total if self.total else 0.0


def look(visitor: Visitor, meeting: str | None, chosen: str, pasts: "Pasts") -> Sight:
    """Everything, in a thread. Raises: NotFound, Forbidden.

    Args:
        chosen: id of an older report that is looked at; empty: the newest.

    """
    use = visitor.use
    facts = None
    if meeting is not None:
        admit(visitor.user, use.meeting(meeting).highest_secrecy.level)
        facts = visitor.board.facts(meeting)
    devices, trouble = _inventory(visitor)
    newest = facts.checks if facts else use.check_report(None)
    runs = pasts.listed(visitor, meeting, newest)
    older = next((one for one in runs if one.id == chosen), None)
    report = older or newest
    under_way = use.checks_under_way(meeting) if older is None else ()
    run = under_way[-1] if under_way else None
    past, usuals = pasts.of(visitor, report)
    waivers = use.waivers(meeting) if meeting else ()
    return Sight(
        user=visitor.user,
        now=visitor.board.application.clock.now().astimezone(ZoneInfo(use.room.zone)),
        facts=facts,
        devices=devices,
        checks=use.planned_checks(),
        trouble=trouble,
        report=report,
        run=run,
        rows=over(report.results if report else (), run.rows if run else ()),
        past=past,
        usuals=usuals,
        waivers=waivers,
        down=_down(use.device_watches().values(), devices, waivers)
        if facts and facts.meeting.state in RUNNING
        else {},
        runs=runs,
    )


def _down(
    watches: Iterable[DeviceWatch], devices: Iterable[Device], waivers: Iterable[Waiver]
) -> Mapping[str, DeviceWatch]:
    """Those of the room that somebody still counts on."""
    counted = {device.id for device in devices} - untold(waivers)
    return {one.device: one for one in watches if not one.up and one.device in counted}


RUNS = 20
"""Runs that the page lists."""


def _inventory(visitor: Visitor) -> tuple[Sequence[Device], RoomctlError | None]:
    try:
        return visitor.use.devices(), None
    except RoomctlError as error:
        return (), error


@dataclass
class Pasts:
    """How the figures of a report went, where they usually are, and which runs there are; looked up once for each."""

    runs: Sequence[CheckReport] = ()
    known: tuple[str, SignOff | None] | None = None
    report: str = ""
    past: Mapping[Key, Sequence[float]] = field(default_factory=dict)
    usuals: Mapping[Key, Usual] = field(default_factory=dict)

    def listed(self, visitor: Visitor, meeting: str | None, newest: CheckReport | None) -> Sequence[CheckReport]:
        """The last runs, read again when there is another one, or it has been signed."""
        key = (newest.id, newest.signed) if newest else None
        if key != self.known:
            self.runs, self.known = visitor.use.check_runs(meeting, limit=RUNS), key
        return self.runs

    def of(
        self, visitor: Visitor, report: CheckReport | None
    ) -> tuple[Mapping[Key, Sequence[float]], Mapping[Key, Usual]]:
        if report is None:
            return {}, {}
        if report.id != self.report:
            self.past, self.usuals = visitor.use.check_history(report), visitor.use.check_usuals(report)
            self.report = report.id
        return self.past, self.usuals


def over(before: Sequence[Result], heard: Sequence[Result]) -> tuple[Result, ...]:
    """The rows of the report, those that the run has heard in the places of the old ones."""
    told = {row.device for row in heard}
    return (*(row for row in before if row.device not in told), *heard)


# --- what to do


def findings(sight: Sight) -> Sequence[Result]:
    """What somebody has to look at, the worst first."""
    bad = [row for row in sight.rows if row.state in _BAD]
    return sorted(bad, key=lambda row: _WORST.index(row.state))


def steps(result: Result) -> Sequence[str]:
    """A hint as steps, one after the other; empty where it is a single one."""
    for mark in ("\n", "；", "; "):
        parts = [one.strip() for one in (result.hint or "").split(mark) if one.strip()]
        if len(parts) > 1:
            return parts
    return ()


def figure(result: Result) -> str:
    """Its figure with the unit; empty where it has none: a bare number says nothing."""
    if isinstance(result.value, bool) or not isinstance(result.value, int | float) or not result.unit:
        return ""
    shown = f"{result.value:.0f}" if abs(result.value) >= 1000 else f"{result.value:.4g}"  # noqa: PLR2004 - 4 digits
    return f"{shown} {result.unit}".replace("-", "−")


# --- the room


def groups(sight: Sight) -> Sequence[tuple[str, Sequence[Tile]]]:
    """Every device of the inventory and every planned check has its tile, also before it has answered."""
    made: dict[str, list[Tile]] = {}
    for device in sight.devices:
        made.setdefault(device.group or tr("其他", "Other"), []).extend(_of_device(sight, device))
    known = {device.id for device in sight.devices}
    planned = {(check.device, check.name) for check in sight.checks}
    for check in sight.checks:
        if check.device in known:
            continue
        title = titled(getattr(check, "device_title", ("", "")), check.device)
        rows = [row for row in sight.of(check.device) if row.check == check.name]
        tiles = made.setdefault(title, [])
        tiles += [_of_row(sight, row, row.name) for row in rows]
        if not _answered(check, planned, sight.rows):
            tiles.append(_blank(sight, check))
    for row in sight.rows:
        if row.device not in known and (row.device, row.check) not in planned and not sight.part(row):
            made.setdefault(row.device_name, []).append(_of_row(sight, row, row.name))
    for check in sight.checks:
        if check.device not in known and sight.sounds(check.device):
            tiles = made.setdefault(titled(getattr(check, "device_title", ("", "")), check.device), [])
            tiles += _of_parts(sight, check.device)
            tiles.sort(key=lambda tile: _LOOKS.index(tile.look))
    return list(made.items())


def _of_parts(sight: Sight, device: str) -> Sequence[Tile]:
    """A tile for each microphone with the worst of its rows: ten figures of each would hide the one that is bad."""
    found: dict[str, list[Result]] = {}
    for row in sight.of(device):
        if part := sight.part(row):
            found.setdefault(part, []).append(row)
    tiles = []
    for part, rows in found.items():
        worst = min(rows, key=lambda row: _WORST.index(row.state))
        bad = worst.state in _BAD
        tile = _of_row(sight, worst if bad else rows[0], tr(f"话筒 {part}", f"Microphone {part}"))
        said = f"{worst.name.removesuffix(f' {part}')} {figure(worst) or _told(worst)}" if bad else _fine(rows)
        tiles.append(replace(tile, said=said, look=CHECK_LOOKS[worst.state if bad else CheckState.OK], part=part))
    return tiles


def _fine(rows: Sequence[Result]) -> str:
    """Of a microphone that is well: its first figures."""
    shown = [figure(row) for row in rows if figure(row)]
    return tr("，", ", ").join(shown[:_SAID]) or rows[0].message


def _answered(check: Check, planned: Collection[Key], rows: Sequence[Result]) -> bool:
    """Whether it gave a row: of its own name, or of names that no other check of that device has."""
    keys = [(row.device, row.check) for row in rows if row.device == check.device]
    return (check.device, check.name) in keys or any(key not in planned for key in keys)


def _of_device(sight: Sight, device: Device) -> Sequence[Tile]:
    """One for the device, one for each figure that is followed, one for each further fault."""
    rows = sight.of(device.id)
    pending = sight.pending(device.id)
    if device in sight.emitting and not pending:
        said = tr("涉密会议中没有关闭", "not off in a meeting on state secrets")
        return [Tile(device=device.id, name=device.name, look=Look.CRIT, said=said, key=(device.id, ""))]
    if (down := sight.down.get(device.id)) and not pending:
        since = f"{down.since.astimezone(sight.zone):%H:%M}" if down.since else ""
        said = tr(f"{since} 起没有应答", f"no answer since {since}")
        return [Tile(device=device.id, name=device.name, look=Look.CRIT, said=said, key=(device.id, ""))]
    if not rows:
        said = tr("正在查…", "being asked…") if pending else tr("还没有查", "not asked yet")
        look_ = Look.WAITING
        return [Tile(device=device.id, name=device.name, look=look_, said=said, key=(device.id, ""), pending=pending)]
    figures = [row for row in rows if (row.device, row.check) in sight.usuals or _moving(sight, row)]
    others = sorted((row for row in rows if row not in figures), key=lambda row: _WORST.index(row.state))
    worst = others[0] if others else figures[0]
    said = _well(others) if worst.state is CheckState.OK else _told(worst)
    first = Tile(
        device=device.id,
        name=device.name,
        look=Look.WAIVED if device.id in sight.unused else CHECK_LOOKS[worst.state],
        said=said,
        key=(device.id, ""),
        pending=pending,
    )
    further = [row for row in others[1:] if not row.state.quiet]
    return [first, *(_of_row(sight, row, f"{device.name} {row.name}") for row in (*figures, *further))]


def _moving(sight: Sight, row: Result) -> bool:
    """A figure that has a history, and is not always the same."""
    return bool(figure(row)) and len(set(sight.past.get((row.device, row.check), ()))) > 1


def _well(rows: Sequence[Result]) -> str:
    """What stands on the tile of a device that is well."""
    told = [str(row.message) for row in rows if row.check != ONLINE and row.message and not figure(row)]
    return tr("，", ", ").join(told[:_SAID]) or next((row.message for row in rows if row.check == ONLINE), "")


def _told(row: Result) -> str:
    """What was found; of what a person decided, who and why."""
    return row.remark if row.decision else row.message


def _of_row(sight: Sight, row: Result, name: str) -> Tile:
    key = (row.device, row.check)
    return Tile(
        device=row.device,
        name=name,
        look=CHECK_LOOKS[row.state],
        said=(figure(row) if row.state is CheckState.OK else "") or _told(row),
        key=key,
        history=sight.past.get(key, ()) if figure(row) else (),
        usual=sight.usuals.get(key),
        pending=sight.pending(row.device),
    )


def _blank(sight: Sight, check: Check) -> Tile:
    pending = sight.run is not None and sight.run.asks(check.device)
    return Tile(
        device=check.device,
        name=titled(getattr(check, "title", ("", "")), check.name),
        look=Look.WAITING,
        said=tr("正在查…", "being asked…") if pending else tr("还没有查", "not asked yet"),
        key=(check.device, check.name),
        pending=pending,
    )


def unasked(sight: Sight) -> int:
    """Tiles that no run has answered; what makes a sound is asked only where somebody wants it."""
    tiles = [tile for _, some in groups(sight) for tile in some]
    return sum(tile.look is Look.WAITING and not sight.sounds(tile.device) for tile in tiles)


def took(sight: Sight, report: CheckReport) -> float:
    """Seconds of the run itself: what it keeps of an earlier one began before that one ended."""
    since = max((one.at for one in sight.runs if one.at < report.at), default=None)
    began = [row.started for row in report.results if row.started and (since is None or row.started >= since)]
    return (report.at - min(began, default=report.at)).total_seconds()


def progress(sight: Sight) -> Progress | None:
    """Of the run that is under way."""
    run = sight.run
    if run is None:
        return None
    known = {device.id for device in sight.devices}
    asked = [device.id for device in sight.devices if run.asks(device.id)]
    checks = [one for one in sight.checks if run.asks(one.device) and one.device not in known]
    planned = {(one.device, one.name) for one in sight.checks}
    done = sum(not run.awaits(one) for one in asked) + sum(_answered(one, planned, run.rows) for one in checks)
    return Progress(done, len(asked) + len(checks))
