"""确定会议: what may be changed in a plan, until when, and what the change does to an approval."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, Final

from roomctl.domain.attendance import Person
from roomctl.domain.events import Actor, Event
from roomctl.domain.lifecycle import BEGUN, OVER, REPLANNED, State
from roomctl.domain.meeting import AgendaItem, Meeting
from roomctl.domain.secrecy import Secrecy
from roomctl.errors import Refused
from roomctl.i18n import several, tr

EDITED = "meeting.edited"

ARRANGED: Final = frozenset({"minute_taker", "contact", "multimedia", "press", "catering", "special"})
"""What serves the meeting and needs nobody's approval again."""

APPROVED: Final = frozenset(
    {"title", "kind", "starts", "planned_minutes", "scope", "place", "chair", "agenda", "secrecy", "recorded",
     "recording_approved_by"}
)  # fmt: skip
"""What an approval stands for: changed after it, the meeting has to be approved again."""

FACTS: Final = ARRANGED | APPROVED
"""All that may be changed while a meeting is planned."""

_FIXED_WHEN_OPEN: Final = frozenset({"starts"})
_FIXED_WHEN_BEGUN: Final = frozenset({"starts", "recorded", "recording_approved_by"})

_NAMES: Final[Mapping[str, tuple[str, str]]] = {
    "title": ("主题", "title"),
    "kind": ("会议种类", "kind"),
    "starts": ("时间", "start"),
    "planned_minutes": ("时长", "length"),
    "scope": ("范围", "scope"),
    "place": ("场所", "place"),
    "chair": ("主持人", "chair"),
    "minute_taker": ("记录人", "minutes by"),
    "contact": ("联系人", "contact"),
    "multimedia": ("多媒体", "multimedia"),
    "press": ("媒体报道", "press"),
    "catering": ("用餐", "catering"),
    "special": ("特殊要求", "special requirements"),
    "agenda": ("议题", "agenda"),
    "secrecy": ("密级", "密级"),
    "recorded": ("录音", "recording"),
    "recording_approved_by": ("录音批准人", "who approved the recording"),
}


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of a plan, as the log tells of it.

    Attributes:
        by: as the log writes an actor; facts: names of what changed.
        late: the preparations had begun: it was filled in afterwards.

    """

    at: datetime
    by: str
    facts: tuple[str, ...]
    late: bool = False


def name_of(fact: str) -> str:
    """As a reader calls it."""
    return tr(*_NAMES[fact])


def open_facts(state: State) -> frozenset[str]:
    """What may still be changed: all before the preparations, then less, nothing once it is being deposited."""
    if state in {State.PLANNED, State.APPROVED}:
        return FACTS
    if state is State.OPEN:
        return FACTS - _FIXED_WHEN_OPEN
    if state in BEGUN:
        return FACTS - _FIXED_WHEN_BEGUN
    return frozenset()


def edit(meeting: Meeting, changes: Mapping[str, Any], *, actor: Actor, at: datetime) -> tuple[Meeting, Event | None]:
    """The meeting with other facts, and the event that tells of each, before and after.

    An approved meeting of which something changed that the approval stood for is planned again: it needs the
    approval anew. What is filled in after the preparations began is told as such (`late`).

    Args:
        changes: name of the attribute → its value; those that change nothing are left out.

    Returns:
        The same meeting and no event, where nothing changes.

    Raises:
        Refused: a fact that may no longer be changed, an item of the agenda that is gone, or a 密级 that is lower
            than what was said in the room.
        BadInput: the facts do not make a meeting.

    """
    differing = {name: value for name, value in changes.items() if getattr(meeting, name) != value}
    if not differing:
        return meeting, None
    _allow(meeting, frozenset(differing))
    after = replace(meeting, **differing)
    if meeting.state not in {State.PLANNED, State.APPROVED}:
        _keep(meeting, after)
    told: dict[str, Any] = {
        "changes": {name: [_told(getattr(meeting, name)), _told(value)] for name, value in sorted(differing.items())}
    }
    if meeting.state is REPLANNED.source and APPROVED & differing.keys():
        after = replace(after, state=REPLANNED.target)
        told |= {"from": REPLANNED.source.value, "to": REPLANNED.target.value}
    if meeting.state not in {State.PLANNED, State.APPROVED}:
        told["late"] = True
    return after, Event(stream=meeting.id, kind=EDITED, actor=actor, at=at, data=told)


def _allow(meeting: Meeting, wanted: frozenset[str]) -> None:
    shut = wanted - open_facts(meeting.state)
    if not shut:
        return
    over = meeting.state in OVER and meeting.state is not State.ADJOURNED
    raise Refused(
        tr(f"“{meeting.title}”不能再改", f"{meeting.title!r} can no longer be changed"),
        tr(
            f"会议是“{meeting.state.label}”，不能改：{several(map(name_of, sorted(shut)))}",
            f"the meeting is {meeting.state.label!r}; fixed: {several(map(name_of, sorted(shut)))}",
        ),
        tr("需要更正的写进记录", "put the correction into the record")
        if over
        else tr(
            "其余仍可改；改期请取消后重新拟定", "the rest may be changed; for another time cancel it and plan it anew"
        ),
    )


def renumbered(before: Sequence[AgendaItem], after: Sequence[AgendaItem]) -> Mapping[int, int]:
    """Number of each item → its number in the other agenda; those that are gone are left out.

    An item is known by its title; where a title is gone and a new one stands in its place, it was renamed.
    """
    places: dict[str, list[int]] = {}
    for item in after:
        places.setdefault(item.title, []).append(item.n)
    found = {item.n: places[item.title].pop(0) for item in before if places.get(item.title)}
    taken = set(found.values())
    there = {item.n for item in after}
    return found | {item.n: item.n for item in before if item.n not in found and item.n in there - taken}


def follow(
    people: Iterable[Person], before: Sequence[AgendaItem], after: Sequence[AgendaItem]
) -> Mapping[str, tuple[int, ...]]:
    """Observers whose items have other numbers now: id → the new ones. A number that no item had stays.

    Raises:
        Refused: all items of an observer are gone; without any he would be there for the whole meeting.

    """
    moved: dict[int, int | None] = {item.n: None for item in before} | dict(renumbered(before, after))
    found = {}
    for person in people:
        items = tuple(sorted(to for n in person.items if (to := moved.get(n, n)) is not None))
        if person.items and not items:
            raise Refused(
                tr("议题不能删去", "the item cannot be taken off"),
                tr(f"{person.name}只列席这一项", f"{person.name} comes for it alone"),
                tr("请先把他从名单上删去", "take him off the roster first"),
            )
        if items != tuple(sorted(person.items)):
            found[person.id] = items
    return found


def _keep(before: Meeting, after: Meeting) -> None:
    """Marks, papers and rosters name items by their number: none may go or move once the preparations have begun."""
    if any(old != new for old, new in renumbered(before.agenda, after.agenda).items()) or (
        len(after.agenda) < len(before.agenda)
    ):
        raise Refused(
            tr("议题不能再减少或调换", "no item can be taken off the agenda or moved now"),
            tr("录音标记、列席人员和材料按议题序号登记", "marks, observers and papers go by the number of the item"),
            tr("可以改名，或在后面加", "rename it, or add to the end"),
        )
    day = after.starts.date()
    if after.highest_secrecy.rank(day) < before.highest_secrecy.rank(day):
        raise Refused(
            tr("密级不能再降低", "the 密级 cannot be lowered now"),
            tr(
                f"会议是“{before.state.label}”，按“{before.highest_secrecy.level.value}”通知过",
                f"the meeting is {before.state.label!r}, and was announced as {before.highest_secrecy.level.value}",
            ),
            tr("请由保密员办理解密", "the security officer declassifies it"),
        )


def _told(value: Any) -> Any:
    """As the log keeps it."""
    match value:
        case datetime():
            return value.isoformat(timespec="minutes")
        case Secrecy():
            return {one.name: getattr(value, one.name) for one in fields(value) if getattr(value, one.name)}
        case tuple():
            return [_told(one) for one in value]
        case AgendaItem():
            kept = {one.name: getattr(value, one.name) for one in fields(value)}
            return {name: _told(one) for name, one in kept.items() if one}
        case _:
            return value
