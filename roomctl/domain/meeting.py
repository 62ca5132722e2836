"""A meeting: what was planned, where it stands, and what it must hold before it goes on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, NewType
from zoneinfo import ZoneInfo

from roomctl.domain.events import Actor, Event
from roomctl.domain.lifecycle import Need, State, find, ways_out
from roomctl.domain.lines import seen
from roomctl.domain.secrecy import OPEN, Secrecy
from roomctl.errors import BadInput, Refused
from roomctl.i18n import several, tr

MeetingId = NewType("MeetingId", str)
"""UUIDv7 as text; also the name of the meeting's folder and of its event stream."""

DEFAULT_ZONE = "Asia/Shanghai"


@dataclass(frozen=True, slots=True)
class Room:
    """Where roomctl runs. There is one row of it, and every event carries its id."""

    id: str
    name: str
    zone: str = DEFAULT_ZONE


@dataclass(frozen=True, slots=True)
class AgendaItem:
    """议题.

    Attributes:
        n: from 1, the order of the agenda.
        unit: 汇报单位.
        presenter: 汇报人.
        minutes: planned.
        observers: names of the 列席 people of this item.

    """

    n: int
    title: str
    unit: str = ""
    presenter: str = ""
    minutes: int = 0
    observers: tuple[str, ...] = ()
    secrecy: Secrecy = OPEN


@dataclass(frozen=True, slots=True)
class Objection:
    """A plugin's word against a transition; `by` is the plugin. One that is firm can be overruled by nobody."""

    by: str
    text: str
    hint: str = ""
    firm: bool = False


@dataclass(frozen=True, slots=True)
class Overrule:
    """A named person takes the objections upon himself, with a reason."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """One meeting. A change gives a new value and the event that tells of it.

    Attributes:
        starts: planned start, local time of `zone`, without offset.
        planned_minutes: planned length.
        chair: 主持人; minute_taker: 记录人; contact: 联系人; scope: 范围, who is to come.
        multimedia, press, catering, special: 多媒体, 媒体报道, 用餐, 特殊要求, as the office words them.
        recorded: 录音 是/否; where it is no, arming is refused. recording_approved_by: who approved either.
        urgent: opened without approval; `urgent_reason` is asked for before close.
        facts: needs that are met, see `lifecycle.Need`.
        version: rises by one with each save; a save of an old value is refused.

    """

    id: MeetingId
    room: str
    title: str
    starts: datetime
    zone: str = DEFAULT_ZONE
    planned_minutes: int = 60
    kind: str = "专题会议"
    place: str = ""
    chair: str = ""
    minute_taker: str = ""
    contact: str = ""
    scope: str = ""
    multimedia: str = ""
    press: str = ""
    catering: str = ""
    special: str = ""
    secrecy: Secrecy = OPEN
    recorded: bool = True
    recording_approved_by: str = ""
    agenda: tuple[AgendaItem, ...] = ()
    state: State = State.PLANNED
    urgent: bool = False
    urgent_reason: str = ""
    facts: frozenset[Need] = frozenset()
    started_at: datetime | None = None
    adjourned_at: datetime | None = None
    version: int = 0

    def __post_init__(self) -> None:
        if not seen(self.title):
            raise BadInput(
                tr("会议没有主题", "the meeting has no title"),
                mend=tr("写一个主题（命令行用 --title）", "give it one (on the command line: --title)"),
            )
        if self.starts.tzinfo is not None:
            raise BadInput(
                tr("计划时间应为当地时间", "the planned time is local time"),
                tr("不带时区偏移", "no UTC offset belongs to it"),
            )

    @property
    def starts_at(self) -> datetime:
        """Planned start as an instant."""
        return self.starts.replace(tzinfo=ZoneInfo(self.zone))

    @property
    def ends_at(self) -> datetime:
        """Planned end as an instant: so many minutes later, whatever the zone does to its clocks meanwhile."""
        end = self.starts_at.astimezone(UTC) + timedelta(minutes=self.planned_minutes)
        return end.astimezone(self.starts_at.tzinfo)

    @property
    def highest_secrecy(self) -> Secrecy:
        """The meeting takes the highest 密级 of itself and its items."""
        return max(self._secrecies, key=lambda one: one.rank(self.starts.date()))

    def need_lawful_terms(self) -> None:
        """Whether each 解密时间, its own and its items', is lawful on its day. Raises: BadInput."""
        for one in self._secrecies:
            one.need_lawful(self.starts.date())

    @property
    def _secrecies(self) -> tuple[Secrecy, ...]:
        return (self.secrecy, *(item.secrecy for item in self.agenda))

    def unmet(self, target: State) -> frozenset[Need]:
        """Needs of the transition that the meeting does not hold yet."""
        step = find(self.state, target)
        held = self.facts if self.urgent and not self.urgent_reason else self.facts | {Need.URGENT_REASON}
        return step.needs - held if step else frozenset()

    def allow(
        self, target: State, objections: Iterable[Objection] = (), overrule: Overrule | None = None, reason: str = ""
    ) -> None:
        """Whether the transition may be taken now.

        Raises:
            Refused: no such transition, a need is unmet, a reason is missing, or a plugin objects and nobody
                has overruled it, or nobody can.

        """
        step = find(self.state, target)
        if step is None:
            ways = tr("、", ", ").join(f"{row.target.label} ({row.verb})" for row in ways_out(self.state))
            raise Refused(
                tr(
                    f"会议现在是“{self.state.label}”，不能转为“{target.label}”",
                    f"the meeting is {self.state.label!r} and cannot become {target.label!r}",
                ),
                mend=tr(f"现在可以：{ways}", f"possible now: {ways}") if ways else "",
            )
        if missing := self.unmet(target):
            raise Refused(
                tr(f"不能转为“{target.label}”", f"cannot become {target.label!r}"),
                several(need.label for need in sorted(missing)),
                tr("先办完这些", "settle this first"),
            )
        if step.reason and not seen(reason):
            raise Refused(
                tr(f"“{target.label}”要写原因", f"{target.label!r} needs a reason"),
                mend=tr("写明原因（命令行用 --reason）", "say why (on the command line: --reason)"),
            )
        standing = tuple(objections)
        overruled = overrule and seen(overrule.name) and seen(overrule.reason)
        if any(one.firm for one in standing) or (standing and not overruled):
            raise Objected(target, standing)

    def move(
        self,
        target: State,
        *,
        actor: Actor,
        at: datetime,
        objections: Iterable[Objection] = (),
        overrule: Overrule | None = None,
        reason: str = "",
        data: Mapping[str, Any] | None = None,
    ) -> tuple["Meeting", Event]:
        """Takes the transition, after checking it again.

        Args:
            data: what else the event tells, such as the recorder's frame number.

        Raises:
            Refused, Objected: as `allow` does.

        """
        standing = tuple(objections)
        self.allow(target, standing, overrule, reason)
        step = find(self.state, target)
        if step is None:
            raise Refused(tr("没有这一步", "there is no such step"))
        told: dict[str, Any] = {**(data or {}), "from": self.state.value, "to": target.value}
        if reason:
            told["reason"] = reason
        if standing and overrule:
            told["overruled"] = {
                "by": overrule.name,
                "reason": overrule.reason,
                "objections": [f"{o.by}: {o.text}" for o in standing],
            }
        after = replace(
            self,
            state=target,
            urgent=self.urgent or (self.state is State.PLANNED and target is State.OPEN),
            urgent_reason=reason if self.state is State.PLANNED and target is State.OPEN else self.urgent_reason,
            started_at=at if target is State.IN_SESSION and self.started_at is None else self.started_at,
            adjourned_at=at if target is State.ADJOURNED else self.adjourned_at,
        )
        event = Event(stream=self.id, kind=f"meeting.{step.event}", actor=actor, at=at, data=told)
        return after, event

    def hold(self, need: Need) -> "Meeting":
        """The same meeting with one more need met."""
        return replace(self, facts=self.facts | {need})

    def lack(self, need: Need) -> "Meeting":
        """The same meeting with a need that is no longer met."""
        return replace(self, facts=self.facts - {need})


class Objected(Refused):
    """Plugins object, and nobody has overruled them, or nobody can."""

    def __init__(self, target: State, objections: tuple[Objection, ...]) -> None:
        self.target, self.objections = target, objections
        super().__init__(
            tr(f"不能转为“{target.label}”", f"cannot become {target.label!r}"),
            several(_with_hint(o) for o in objections),
            tr("先处理；其中有任何人都不能放行的", "mend it: some of this can be overruled by nobody")
            if self.firm
            else tr(
                "先处理；或由负责人写明理由放行（命令行用 --overrule 姓名 --reason 理由）",
                "mend it, or let a named person overrule it (on the command line: --overrule NAME --reason WHY)",
            ),
        )

    @property
    def firm(self) -> bool:
        """Whether something is among them that nobody can overrule."""
        return any(one.firm for one in self.objections)


def _with_hint(one: Objection) -> str:
    return tr(f"{one.text}（{one.hint}）", f"{one.text} ({one.hint})") if one.hint else one.text
