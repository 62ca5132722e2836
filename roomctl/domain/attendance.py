"""Who was there. Every state derives from append-only events; an undo is an event too.

A member (出席) or an observer (列席, by 议题) is on the roster. A proxy is a person of their own, who may sign
in only when the leave that names them was approved; the member whose proxy signed in counts once, under present.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from roomctl.domain.lines import seen
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
        if not seen(self.name):
            raise BadInput(
                tr("姓名里没有看得见的字", "nothing of the name can be seen"),
                mend=tr("请重新输入姓名", "type the name again"),
            )
        if len(self.name.strip()) > MAX_NAME:
            raise BadInput(
                tr(f"姓名“{self.name[:MAX_NAME]}…”太长", f"the name '{self.name[:MAX_NAME]}…' is too long"),
                tr(f"最多 {MAX_NAME} 个字", f"{MAX_NAME} characters at most"),
            )

    @property
    def line(self) -> str:
        """Unit and duty beside the name: 市审计局　副局长."""
        return "　".join(filter(None, (self.unit, self.duty)))


MAX_NAME = 40
"""Characters."""

# Kinds of event, as they stand in the log.
SIGNED_IN = "attendance.signed_in"
LEFT = "attendance.left"
ENTERED = "attendance.entered"
EXITED = "attendance.exited"
"""An observer comes in for an item, and goes out; see `visits`."""
LEAVE_REQUESTED = "attendance.leave_requested"
LEAVE_DECIDED = "attendance.leave_decided"
UNDONE = "attendance.undone"
AT_THE_DOOR = frozenset({SIGNED_IN, LEFT, ENTERED, EXITED})
"""Coming and going. The others speak of a leave, which is not for everybody to take back."""


@dataclass(frozen=True, slots=True)
class Fact:
    """An attendance event as the derivation reads it: the log's row without its chain.

    Attributes:
        at: when it happened at the door; a terminal that was cut off tells of it later.
        by: who did it, as the log writes an actor.

    """

    id: str
    kind: str
    at: datetime
    data: Mapping[str, Any]
    by: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """How an act reached the host. A terminal that was cut off sends it again, until it is answered.

    Attributes:
        key: of the act, made where it was done; the same key is the same event, however often it is sent.
        ago: seconds since it was done, by the clock of who sends it, so that a wrong clock does no harm.

    """

    key: str = ""
    ago: float = 0.0

    def __post_init__(self) -> None:
        if not 0.0 <= self.ago <= LONGEST_CUT_OFF or len(self.key) > MAX_KEY:
            raise BadInput(
                tr("签到记录的编号或时间不对", "the key or the age of this act is wrong"),
                tr("最多 24 小时之前，编号最多 64 个字符", "at most 24 h ago, and 64 characters for the key"),
            )


LONGEST_CUT_OFF = 24 * 3600.0
"""Seconds that a terminal may have been without the host, and its acts still count."""
MAX_KEY = 64
"""Characters of an act's key."""
HERE = Sent()
"""Done where the host is told at once."""


class Question(StrEnum):
    """What happened at the door and a decision contradict each other. The event stays; the secretary is asked."""

    PROXY_NOT_APPROVED = "代会人已签到，但代会没有批准"
    BOTH_CAME = "本人和代会人都签到了"

    @property
    def label(self) -> str:
        return tr(self.value, _QUESTIONS[self])


_QUESTIONS = {
    Question.PROXY_NOT_APPROVED: "the proxy signed in, but is not approved",
    Question.BOTH_CAME: "both the member and the proxy signed in",
}


@dataclass(frozen=True, slots=True)
class Leave:
    """The newest 请假 of one person.

    Attributes:
        proxy, proxy_duty: 代替人选; empty where nobody comes instead.
        granted: None until the approver has decided.
        by, note: who decided, and why it was refused.

    """

    reason: str
    proxy: str = ""
    proxy_duty: str = ""
    granted: bool | None = None
    by: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """How one person stands.

    Attributes:
        arrived: instant of the first sign-in that was not undone.
        proxy: name of the approved 代会 person, if any; `proxy_arrived` when that person signed in.
        reason, approver: of an approved leave; `leave` is the newest one, decided or not.
        signature: name of the file with what was signed on glass, without its ending.
        questions: for the secretary.

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
    leave: Leave | None = None
    signature: str = ""
    questions: tuple[Question, ...] = ()

    @property
    def here(self) -> bool:
        """Present, and has not left."""
        return self.present and self.left is None

    @property
    def came(self) -> datetime | None:
        """When the person, or the proxy, signed in."""
        return self.arrived or self.proxy_arrived

    @property
    def present(self) -> bool:
        """The person, or the proxy, was there: also late, or not to the end."""
        return self.presence in {Presence.PRESENT, Presence.LATE, Presence.LEFT_EARLY}

    @property
    def written(self) -> str:
        """The name as the record writes it: 刘伟（代陈志强）."""
        return f"{self.proxy}（代{self.person.name}）" if self.proxy_arrived else self.person.name


@dataclass(frozen=True, slots=True)
class Counts:
    """How many people: expected = present + leave + absent, over members; late, left_early, proxy: parts of present.

    Observers, of whom those in the room are counted, stand outside all sums.
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
        """Of one person. Raises: NotFound."""
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
    by_person: dict[str, list[Fact]] = {}
    for fact in standing_facts(facts):
        by_person.setdefault(str(fact.data["person"]), []).append(fact)
    people = sorted(roster, key=by_rank)
    return Attendance(tuple(_standing(person, by_person.get(person.id, ()), began_at, ended) for person in people))


def standing_facts(facts: Iterable[Fact]) -> Sequence[Fact]:
    """Those that nobody has undone, each once, in the order in which they happened."""
    every = sorted({fact.id: fact for fact in facts}.values(), key=lambda fact: (fact.at, fact.id))
    undone: set[str] = set()
    for fact in reversed(every):  # the newest first: an undo that was itself undone takes nothing back
        if fact.kind == UNDONE and fact.id not in undone:
            undone.add(str(fact.data["event"]))
    return [fact for fact in every if fact.id not in undone and fact.kind != UNDONE]


def undoable(facts: Iterable[Fact], *, key: str = "", leave: bool = False) -> Sequence[Fact]:
    """What may be taken back, the newest last. Args: key: of the one that is meant; leave: those of a leave too."""
    wanted = (fact for fact in standing_facts(facts) if leave or fact.kind in AT_THE_DOOR)
    return [fact for fact in wanted if not key or fact.data.get("key") == key]


@dataclass(slots=True)
class _Told:
    """What the facts of one person say, the later over the earlier."""

    arrived: datetime | None = None
    proxy_arrived: datetime | None = None
    left: datetime | None = None
    signature: str = ""
    asked: Mapping[str, Any] = field(default_factory=dict)
    decision: Mapping[str, Any] = field(default_factory=dict)

    def take(self, fact: Fact) -> None:
        match fact.kind:
            case "attendance.signed_in" | "attendance.entered":
                if fact.data.get("proxy"):
                    self.proxy_arrived = self.proxy_arrived or fact.at
                else:
                    self.arrived = self.arrived or fact.at
                self.left = None
                self.signature = str(fact.data.get("signature") or self.signature)
            case "attendance.left" | "attendance.exited":
                self.left = fact.at
            case "attendance.leave_requested":
                self.asked, self.decision = fact.data, {}
            case "attendance.leave_decided":
                self.decision = fact.data
            case _:
                pass

    @property
    def leave(self) -> Leave | None:
        if not self.asked:
            return None
        return Leave(
            reason=str(self.asked.get("reason") or ""),
            proxy=str(self.asked.get("proxy") or ""),
            proxy_duty=str(self.asked.get("proxy_duty") or ""),
            granted=self.decision.get("granted") is True if self.decision else None,
            by=str(self.decision.get("by") or ""),
            note=str(self.decision.get("note") or ""),
        )


def _standing(person: Person, facts: Iterable[Fact], began_at: datetime | None, ended: bool) -> Standing:  # noqa: FBT001
    told = _Told()
    for fact in facts:
        told.take(fact)
    leave, arrived, proxy_arrived = told.leave, told.arrived, told.proxy_arrived
    approved = leave if leave and leave.granted else Leave("")
    questions: tuple[Question, ...] = ()
    if proxy_arrived and not approved.proxy:
        questions = (Question.PROXY_NOT_APPROVED,)
        proxy_arrived = None  # refused, or taken back: nobody stands for this member any more
    elif proxy_arrived and arrived:
        questions = (Question.BOTH_CAME,)
    came = arrived or proxy_arrived
    left = told.left if came else None
    if came is not None:
        presence = _of_who_came(person, came, left, began_at)
    elif leave and leave.granted:
        presence = Presence.ON_LEAVE
    else:
        presence = Presence.ABSENT if ended else Presence.EXPECTED
    return Standing(
        person=person,
        presence=presence,
        arrived=arrived,
        left=left,
        proxy=approved.proxy,
        proxy_duty=approved.proxy_duty,
        proxy_arrived=None if arrived else proxy_arrived,
        reason=approved.reason,
        approver=approved.by,
        pending_leave=leave is not None and leave.granted is None,
        leave=leave,
        signature=told.signature if came else "",
        questions=questions,
    )


def _of_who_came(person: Person, came: datetime, left: datetime | None, began_at: datetime | None) -> Presence:
    if person.role is Role.OBSERVER:
        return Presence.PRESENT  # comes for an item and goes after it: neither is late or early
    if left:
        return Presence.LEFT_EARLY
    return Presence.LATE if began_at is not None and came > began_at else Presence.PRESENT


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
