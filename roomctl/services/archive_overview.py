"""Every package of every meeting at every place, in one look: what the archive page shows."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from roomctl.domain import registration as rules
from roomctl.domain.archive import Package, Receipt
from roomctl.domain.delivery import LOCAL, Delivery, FixityCheck
from roomctl.domain.events import LoggedEvent
from roomctl.domain.lifecycle import State
from roomctl.domain.meeting import Meeting
from roomctl.domain.registration import Registration, Returned
from roomctl.i18n import tr
from roomctl.services.ports import UnitOfWork

STATES = (State.CLOSED, State.DEPOSITED, State.ARCHIVED)
"""Of meetings that have, or wait for, a package."""

_SIGNING = (rules.RETURNED, rules.SENT_BACK, rules.RESUBMITTED, rules.ACCEPTED, rules.ARCHIVED)
_PAGE = 5000  # events asked for at once


class Chosen(StrEnum):
    """Which meetings are looked at."""

    TO_SEE_TO = "todo"
    UNDER_WAY = "under_way"
    WAITING = "waiting"
    ARCHIVED = "archived"
    ALL = "all"

    @property
    def label(self) -> str:
        return {
            "todo": tr("要处理", "to see to"),
            "under_way": tr("在途", "under way"),
            "waiting": tr("待登记", "to register"),
            "archived": tr("已归档", "archived"),
            "all": tr("全部", "all"),
        }[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """One package at one place.

    Attributes:
        place: a target by its name, or empty for this machine.
        required: the meeting waits for it. delivery: None for this machine.
        check: what reading it again has found last.

    """

    place: str
    required: bool
    delivery: Delivery | None = None
    receipt: Receipt | None = None
    check: FixityCheck | None = None

    @property
    def bad(self) -> bool:
        """Somebody must see to it: it does not arrive, or was found damaged."""
        late = self.delivery is not None and self.delivery.trouble is not None
        return late or (self.check is not None and not self.check.ok)


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageRow:
    """One package with its copies. `pruned`: when the one on this machine was given up."""

    package: Package
    copies: tuple[Copy, ...]
    pruned: datetime | None
    signed: bool

    @property
    def arrived(self) -> bool:
        return all(one.receipt for one in self.copies if one.required)


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingRow:
    """One meeting with its packages, the first one first."""

    meeting: Meeting
    packages: tuple[PackageRow, ...]
    returned: Returned | None

    def fits(self, chosen: Chosen) -> bool:
        copies = [copy for row in self.packages for copy in row.copies]
        match chosen:
            case Chosen.TO_SEE_TO:
                return self.returned is not None or any(copy.bad for copy in copies)
            case Chosen.UNDER_WAY:
                return not self.packages or any(one.delivery and not one.delivery.done for one in copies)
            case Chosen.WAITING:
                return self.meeting.state is not State.CLOSED and any(
                    row.arrived and not row.signed for row in self.packages
                )
            case Chosen.ARCHIVED:
                return self.meeting.state is State.ARCHIVED and all(row.signed for row in self.packages)
            case _:
                return True

    def says(self, text: str) -> bool:
        """Whether the words stand in its title, its date, or an id."""
        ids = (self.meeting.id, *(row.package.id for row in self.packages))
        said = " ".join((self.meeting.title, f"{self.meeting.starts:%Y-%m-%d}", *ids)).casefold()
        return all(word in said for word in text.casefold().split())


def look(uow: UnitOfWork) -> Sequence[MeetingRow]:
    """All meetings that have, or wait for, a package, the newest first."""
    with uow.reading():
        meetings = uow.meetings.all(*STATES)
        packages, receipts = (
            _by(uow.packages.of()),
            {(one.package, one.target): one for one in uow.packages.receipts()},
        )
        outbox = {(one.package, one.target): one for one in uow.outbox.of()}
        checks = {(one.package, one.place): one for one in uow.outbox.fixity()}
        pruned, signing = uow.outbox.pruned(), _signing(uow)
    places: dict[str, list[str]] = defaultdict(list)
    for package, target in {**outbox, **receipts}:
        places[package].append(target)

    def rows(meeting: Meeting, made: Registration) -> Iterator[PackageRow]:
        for package in packages.get(meeting.id, ()):
            here = Copy(place=LOCAL, required=False, check=checks.get((package.id, LOCAL)))
            others = [
                Copy(
                    place=name,
                    required=name in package.targets,
                    delivery=outbox.get((package.id, name)),
                    receipt=receipts.get((package.id, name)),
                    check=checks.get((package.id, name)),
                )
                for name in sorted({*places[package.id], *package.targets})
            ]
            yield PackageRow(
                package=package,
                copies=(here, *others) if package.id not in pruned else tuple(others),
                pruned=pruned.get(package.id),
                signed=made.taken(package) is not None,
            )

    found = []
    for meeting in meetings:
        made = signing.get(meeting.id, Registration())
        found.append(MeetingRow(meeting=meeting, packages=tuple(rows(meeting, made)), returned=made.returned))
    return found


def stamp(uow: UnitOfWork) -> tuple[object, ...]:
    """Differs where `look` would: a cheap question, for who asks each second while a meeting fills the log."""
    with uow.reading():
        newest = uow.events.find(kinds=("package.*", "meeting.*"), limit=1)
        return newest[0].seq if newest else 0, tuple(uow.outbox.of(open_only=True))


def _by(packages: Sequence[Package]) -> Mapping[str, Sequence[Package]]:
    found: dict[str, list[Package]] = defaultdict(list)
    for one in packages:
        found[one.meeting].append(one)
    return found


def _signing(uow: UnitOfWork) -> Mapping[str, Registration]:
    """Who has signed for what, and what was sent back, of each meeting. Inside a transaction."""
    rows: dict[str, list[LoggedEvent]] = defaultdict(list)
    after = 0
    while True:
        found = uow.events.find(kinds=_SIGNING, after=after, newest=False, limit=_PAGE)
        for row in found:
            rows[row.stream].append(row)
        if len(found) < _PAGE:
            return {stream: rules.replay(each) for stream, each in rows.items()}
        after = found[-1].seq
