"""Who was there. Every state derives from append-only events; an undo is an event too.

A member (出席) or an observer (列席, by 议题) is on the roster. A proxy is a person of their own, who may sign
in only when the leave that names them was approved; the member whose proxy signed in counts once, under present.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from roomctl.errors import BadInput, NotFound, Refused
from roomctl.i18n import tr


class Role(StrEnum):
    """Member or observer."""

    MEMBER = "出席"
    OBSERVER = "列席"


class Presence(StrEnum):
    """State of one person at one moment."""

    EXPECTED = "未到"
    PRESENT = "到会"
    LATE = "迟到"
    ON_LEAVE = "请假"
    ABSENT = "缺席"
    LEFT_EARLY = "早退"


class Method(StrEnum):
    """How a person signed in."""

    TERMINAL = "terminal"
    CARD = "card"
    DESK = "desk"
    PHONE = "phone"
    COMMAND = "command"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One row of the roster.

    Attributes:
        id: UUIDv7.
        rank: 1 is the highest; serves seats, lists, record.
        items: numbers of the agenda items an observer attends; empty means all.

    """

    id: str
    name: str
    unit: str = ""
    duty: str = ""
    phone: str = ""
    seat: str = ""
    role: Role = Role.MEMBER
    rank: int = 0
    items: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if not 1 <= len(self.name.strip()) <= MAX_NAME:
            raise BadInput(
                tr(f"姓名“{self.name}”长度不对", f"name {self.name!r} has a wrong length"),
                tr(f"应为 1 至 {MAX_NAME} 个字", f"1 to {MAX_NAME} characters"),
            )


MAX_NAME = 40

# Kinds of event, as they stand in the log.
SIGNED_IN = "attendance.signed_in"
LEFT = "attendance.left"
LEAVE_REQUESTED = "attendance.leave_requested"
LEAVE_DECIDED = "attendance.leave_decided"
UNDONE = "attendance.undone"


@dataclass(frozen=True, slots=True)
class Fact:
    """An attendance event as the derivation reads it: the log's row without its chain."""

    id: str
    kind: str
    at: datetime
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Standing:
    """How one person stands.

    Attributes:
        arrived: instant of the first sign-in that was not undone.
        proxy: name of the approved 代会 person, if any; `proxy_arrived` when that person signed in.
        reason, approver: of an approved leave.

    """

    person: Person
    presence: Presence
    arrived: datetime | None = None
    left: datetime | None = None
    proxy: str = ""
    proxy_duty: str = ""
    proxy_arrived: datetime | None = None
    reason: str = ""
    approver: str = ""
    pending_leave: bool = False

    @property
    def present(self) -> bool:
        return self.presence in {Presence.PRESENT, Presence.LATE, Presence.LEFT_EARLY}

    @property
    def written(self) -> str:
        """The name as the record writes it: 刘伟（代陈志强）."""
        return f"{self.proxy}（代{self.person.name}）" if self.proxy_arrived else self.person.name


@dataclass(frozen=True, slots=True)
class Counts:
    """expected = present + leave + absent, over members; late, left_early and proxy are parts of present.

    Observers stand outside all sums.
    """

    expected: int = 0
    present: int = 0
    late: int = 0
    left_early: int = 0
    proxy: int = 0
    leave: int = 0
    absent: int = 0
    observer: int = 0


@dataclass(frozen=True, slots=True)
class Attendance:
    """The roster with each person's standing, in order of rank."""

    standings: tuple[Standing, ...] = field(default=())

    @property
    def members(self) -> tuple[Standing, ...]:
        return tuple(s for s in self.standings if s.person.role is Role.MEMBER)

    @property
    def observers(self) -> tuple[Standing, ...]:
        return tuple(s for s in self.standings if s.person.role is Role.OBSERVER)

    @property
    def counts(self) -> Counts:
        seen = Counter(s.presence for s in self.members)
        present = sum(s.present for s in self.members)
        leave = seen[Presence.ON_LEAVE]
        return Counts(
            expected=len(self.members),
            present=present,
            late=sum(s.presence is Presence.LATE for s in self.members),
            left_early=seen[Presence.LEFT_EARLY],
            proxy=sum(s.proxy_arrived is not None for s in self.members),
            leave=leave,
            absent=len(self.members) - present - leave,
            observer=sum(s.present for s in self.observers),
        )

    def of(self, person_id: str) -> Standing:
        for standing in self.standings:
            if standing.person.id == person_id:
                return standing
        raise NotFound(tr("名单里没有这个人", "nobody on the roster has this id"), person_id)


def by_rank(person: Person) -> tuple[bool, int, str]:
    """Sort key: rank 1 first, those without a rank (0) last, equals in the order they were added (UUIDv7)."""
    return (person.rank == 0, person.rank, person.id)


def derive(
    roster: Iterable[Person], facts: Iterable[Fact], *, began_at: datetime | None, ended: bool = False
) -> Attendance:
    """Everybody's standing from the events alone; their order among each other does not matter.

    Args:
        began_at: planned or actual start, the later of the two; who signs in later is late. None before the start.
            迟到 is known to the record, never shown to the person.
        ended: after the meeting who never came is 缺席, before it 未到.

    """
    every = sorted(facts, key=lambda fact: (fact.at, fact.id))
    undone: set[str] = set()
    for fact in reversed(every):  # the newest first: an undo that was itself undone takes nothing back
        if fact.kind == UNDONE and fact.id not in undone:
            undone.add(str(fact.data["event"]))
    valid = [fact for fact in every if fact.id not in undone and fact.kind != UNDONE]
    by_person: dict[str, list[Fact]] = {}
    for fact in valid:
        by_person.setdefault(str(fact.data["person"]), []).append(fact)
    people = sorted(roster, key=by_rank)
    return Attendance(tuple(_standing(person, by_person.get(person.id, ()), began_at, ended) for person in people))


def _standing(person: Person, facts: Iterable[Fact], began_at: datetime | None, ended: bool) -> Standing:  # noqa: FBT001
    arrived = proxy_arrived = left = None
    leave: Mapping[str, Any] = {}
    decision: Mapping[str, Any] = {}
    for fact in facts:
        match fact.kind:
            case "attendance.signed_in" if fact.data.get("proxy"):
                proxy_arrived, left = proxy_arrived or fact.at, None
            case "attendance.signed_in":
                arrived, left = arrived or fact.at, None
            case "attendance.left":
                left = fact.at
            case "attendance.leave_requested":
                leave, decision = fact.data, {}
            case "attendance.leave_decided":
                decision = fact.data
            case _:
                pass
    granted = bool(leave) and decision.get("granted") is True
    if not (granted and leave.get("proxy")):
        proxy_arrived = None  # the leave was taken back: nobody stands for this member any more
    came = arrived or proxy_arrived
    left = left if came else None
    if came is not None:
        presence = Presence.LATE if began_at is not None and came > began_at else Presence.PRESENT
        presence = Presence.LEFT_EARLY if left else presence
    elif granted:
        presence = Presence.ON_LEAVE
    else:
        presence = Presence.ABSENT if ended else Presence.EXPECTED
    return Standing(
        person=person,
        presence=presence,
        arrived=arrived,
        left=left,
        proxy=str(leave.get("proxy") or "") if granted else "",
        proxy_duty=str(leave.get("proxy_duty") or "") if granted else "",
        proxy_arrived=None if arrived else proxy_arrived,
        reason=str(leave.get("reason") or "") if granted else "",
        approver=str(decision.get("by") or "") if granted else "",
        pending_leave=bool(leave) and not decision,
    )


def check_proxy(standing: Standing) -> None:
    """A proxy signs in only where the leave that names one was approved.

    Raises:
        Refused: no leave, not decided, or no proxy named.

    """
    if not standing.proxy:
        name = standing.person.name
        raise Refused(
            tr(f"{name}的代会人不能签到", f"nobody may sign in for {name}"),
            tr("请假还没有批准，或没有写代替人选", "the leave is not approved, or names no proxy"),
            tr("请先由审批人批准", "let the approver decide first"),
        )


def find_person(roster: Iterable[Person], wanted: str) -> Person:
    """The one person with this name, or this id.

    Raises:
        NotFound: nobody; Refused: two people of the same name, who are told apart by unit and duty.

    """
    found = [person for person in roster if wanted in {person.id, person.name}]
    if not found:
        raise NotFound(
            tr(f"名单里没有“{wanted}”", f"nobody named {wanted!r} is on the roster"),
            mend=tr("请核对姓名，或先把这个人加进名单", "check the name, or add the person to the roster first"),
        )
    if len(found) > 1:
        which = "；".join(f"{p.name} {p.unit} {p.duty} ({p.id})" for p in found)
        raise Refused(
            tr(f"名单里有 {len(found)} 位“{wanted}”", f"{len(found)} people are named {wanted!r}"),
            which,
            tr("请改用括号里的编号", "use the id in brackets"),
        )
    return found[0]
