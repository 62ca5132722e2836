"""座位: who sits where. Pure: derived from events, as the sign-in is; an undo is an event too.

A proxy sits where the member would; who is on leave and sends nobody leaves no gap, unless the office keeps the seat.
Observers (列席) whose items do not meet share a place, one after the other.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from roomctl.domain.attendance import Person, Presence, Role, Standing, by_rank
from roomctl.domain.layouts import Layout, Place, Shape, Sizes, Template
from roomctl.errors import BadInput, NotFound, Refused
from roomctl.i18n import tr

LAID = "seats.laid"
SET = "seats.set"
LOCKED = "seats.locked"
WIRED = "seats.wired"
UNDONE = "seats.undone"
"""The newest of the others that stands is taken back."""
KINDS = (LAID, SET, LOCKED, WIRED, UNDONE)

MAX_CHANNEL = 64
"""Of the microphones of one room."""


@dataclass(frozen=True, slots=True)
class Seats:
    """What the events say.

    Attributes:
        template, sizes: of the layout, as they were when it was laid; no template: no plan was made.
        sitting: place → people there; more than one are observers of different items.
        locked: places that a new proposal leaves as they are.
        channels: place → channel of its microphone, from 1.
        version: number of events; who changes the plan says which one he saw.
        steps: how many of them can be taken back.

    """

    template: Template | None = None
    sizes: Sizes = field(default_factory=Sizes)
    sitting: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    locked: frozenset[str] = frozenset()
    channels: Mapping[str, int] = field(default_factory=dict)
    version: int = 0
    steps: int = 0

    def place_of(self, person: str) -> str:
        """Id of the person's place; empty where there is none."""
        return next((place for place, people in self.sitting.items() if person in people), "")


@dataclass(frozen=True, slots=True)
class Chart:
    """Who sits where, to be printed or shown; without a layout no seats were laid out.

    Attributes:
        sitting: place → people there, as they stand; channels: place → channel of its microphone, from 1.
        away: ids of those who will not come: on leave, they send nobody, and the office keeps them no seat.

    """

    layout: Layout | None = None
    sitting: Mapping[str, tuple[Standing, ...]] = field(default_factory=dict)
    channels: Mapping[str, int] = field(default_factory=dict)
    away: frozenset[str] = frozenset()

    def coming(self, place: str) -> tuple[Standing, ...]:
        """Who will sit there."""
        return tuple(one for one in self.sitting.get(place, ()) if one.person.id not in self.away)

    @property
    def seated_away(self) -> tuple[Standing, ...]:
        """Who has a place, and will not come."""
        return tuple(one for people in self.sitting.values() for one in people if one.person.id in self.away)

    def place_of(self, person: str) -> Place | None:
        """Where somebody sits; None: nowhere yet."""
        if self.layout is None:
            return None
        ids = (place for place, people in self.sitting.items() if any(one.person.id == person for one in people))
        return next((self.layout.places[one] for one in ids), None)


def seated_name(one: Standing) -> str:
    """Of who sits there: the approved proxy, else the person."""
    return one.proxy or one.person.name


def derive(rows: Iterable[tuple[str, Mapping[str, Any]]]) -> Seats:
    """Args: rows: kind and data of the meeting's events of `KINDS`, in the order of the log."""
    states, version = [Seats()], 0
    for version, (kind, data) in enumerate(rows, 1):  # noqa: B007 - it is wanted below
        if kind == UNDONE:
            if len(states) > 1:
                states.pop()
        else:
            states.append(_after(states[-1], kind, data))
    return replace(states[-1], version=version, steps=len(states) - 1)


def _after(before: Seats, kind: str, data: Mapping[str, Any]) -> Seats:
    match kind:
        case "seats.laid":
            kept = {str(place): tuple(people) for place, people in data["sitting"].items()}
            told, sizes = data["template"], Sizes(**data["sizes"])
            return replace(
                before,
                template=Template(told["id"], tuple(told["title"]), Shape(told["shape"]), sizes, told["head"]),
                sizes=sizes,
                sitting=kept,
                locked=before.locked & frozenset(data["places"]),
                channels={place: n for place, n in before.channels.items() if place in data["places"]},
            )
        case "seats.set":
            sitting = {**before.sitting, **{str(k): tuple(v) for k, v in data["sitting"].items()}}
            return replace(before, sitting={place: people for place, people in sitting.items() if people})
        case "seats.locked":
            places = frozenset(data["places"])
            return replace(before, locked=before.locked | places if data["locked"] else before.locked - places)
        case _:
            channels = {**before.channels, **data["channels"]}
            return replace(before, channels={place: n for place, n in channels.items() if n})


def expected(standings: Iterable[Standing], *, keep_leave: bool = False) -> tuple[Person, ...]:
    """Those for whom there must be a seat, by rank; members first.

    Args:
        keep_leave: also for members on leave who send nobody.

    """
    people = [one.person for one in standings if keep_leave or one.presence is not Presence.ON_LEAVE or one.proxy]
    return tuple(sorted(people, key=lambda one: (one.role is Role.OBSERVER, *by_rank(one))))


def room_for(found: Layout, people: Sequence[Person]) -> None:
    """Raises: Refused: how many seats are missing, and for whom."""
    members = sum(one.role is Role.MEMBER for one in people)
    lacking = members - len(found.honour)
    if lacking > 0:
        raise Refused(
            tr(f"座位不够：少 {lacking} 个", f"too few seats: {lacking} are missing"),
            tr(f"出席 {members} 人，座位 {len(found.honour)} 个", f"{members} members, {len(found.honour)} seats"),
            tr("请加座位，或换一种布局", "add seats, or take another layout"),
        )
    observers = shared([one for one in people if one.role is Role.OBSERVER])
    if len(observers) > len(found.observers):
        lacking = len(observers) - len(found.observers)
        raise Refused(
            tr(f"列席座位不够：少 {lacking} 个", f"too few seats for observers: {lacking} are missing"),
            mend=tr("请加列席座位", "add seats for observers"),
        )


def shared(observers: Iterable[Person]) -> tuple[tuple[Person, ...], ...]:
    """Observers by the seat that they share: those of one seat attend different items. The first ones keep theirs."""
    seats: list[list[Person]] = []
    for person in observers:
        fitting = (seat for seat in seats if person.items and all(_apart(person, one) for one in seat))
        seat = next(fitting, None)
        if seat is None:
            seats.append([person])
        else:
            seat.append(person)
    return tuple(tuple(seat) for seat in seats)


def _apart(one: Person, other: Person) -> bool:
    return bool(one.items and other.items) and not set(one.items) & set(other.items)


def proposed(found: Layout, seats: Seats, people: Sequence[Person]) -> dict[str, tuple[str, ...]]:
    """Everybody's place by rank; locked places stay as they are.

    Args:
        people: as `expected` gives them.

    Raises:
        Refused: there are too few seats.

    """
    room_for(found, people)
    kept = {place: seats.sitting.get(place, ()) for place in seats.locked if place in found.places}
    seated = {person for sitters in kept.values() for person in sitters}
    free = [place for place in found.honour if place not in kept]
    members = [one for one in people if one.role is Role.MEMBER and one.id not in seated]
    made = dict(kept)
    made |= {place: (person.id,) for place, person in zip(free, members, strict=False)}
    behind = [place for place in found.observers if place not in kept]
    rest = shared([one for one in people if one.role is Role.OBSERVER and one.id not in seated])
    made |= {place: tuple(one.id for one in sitters) for place, sitters in zip(behind, rest, strict=False)}
    left = len(members) - len(free), len(rest) - len(behind)
    if max(left) > 0:
        raise Refused(
            tr("座位不够：锁定的空位太多", "too few seats: too many empty ones are locked"),
            mend=tr("请解锁几个空位", "unlock some of them"),
        )
    return {place: sitters for place, sitters in made.items() if sitters}


def moved(
    found: Layout, seats: Seats, people: Sequence[Person], person: str, place: str
) -> dict[str, tuple[str, ...]]:
    """What changes when a person takes a place; who sits there takes the other's. Place empty: he sits nowhere.

    Who would share the other's place with somebody of the same item has none instead.

    Raises:
        NotFound: no such person or place. Refused: the place is locked.

    """
    who = next((one for one in people if one.id == person), None)
    if who is None:
        raise NotFound(tr("名单里没有这个人", "nobody on the roster has this id"), person)
    here = seats.place_of(person)
    if place == here:
        return {}
    if place and place not in found.places:
        raise NotFound(
            tr(f"没有座位 {place}", f"there is no seat {place}"),
            mend=tr("布局改过了，请刷新", "the layout was changed: load it again"),
        )
    for one in (here, place):
        if one in seats.locked:
            raise Refused(
                tr(f"{found.places[one].label}已锁定", f"{found.places[one].label} is locked"),
                mend=tr("请先解锁", "unlock it first"),
            )
    there = seats.sitting.get(place, ()) if place else ()
    by_id = {one.id: one for one in people}
    if there and place in found.observers and all(_apart(who, by_id[one]) for one in there if one in by_id):
        stay: tuple[str, ...] = there
        back: tuple[str, ...] = ()
    else:
        stay, back = (), there
    changed: dict[str, tuple[str, ...]] = {}
    if here:
        rest = tuple(one for one in seats.sitting[here] if one != person)
        fit = all(_apart(by_id[a], by_id[b]) for a in rest for b in back if a in by_id and b in by_id)
        changed[here] = rest + back if fit else rest
    if place:
        changed[place] = (*stay, person)
    return changed


def wired(seats: Seats, places: Mapping[str, Place], place: str, channel: int) -> dict[str, int]:
    """What changes when a place's microphone is this channel; 0: it has none. Another place loses it.

    Raises:
        NotFound: no such place. BadInput: no such channel.

    """
    if place not in places:
        raise NotFound(tr(f"没有座位 {place}", f"there is no seat {place}"))
    if not 0 <= channel <= MAX_CHANNEL:
        raise BadInput(
            tr(f"话筒 {channel} 不对", f"channel {channel} is wrong"),
            tr(f"应为 0 至 {MAX_CHANNEL}，0 表示没有话筒", f"0 to {MAX_CHANNEL}; 0: no microphone"),
        )
    taken = {other: 0 for other, number in seats.channels.items() if channel and number == channel and other != place}
    return taken | {place: channel}


def names_of_seats(found: Layout, seats: Seats) -> dict[str, str]:
    """Person → what the roster writes as the seat: the microphone's channel where there is one, else its name.

    The recorder, the operator's keys and the transcript know people by it.
    """
    return {
        person: str(seats.channels[place]) if place in seats.channels else found.places[place].written
        for place, sitters in seats.sitting.items()
        if place in found.places
        for person in sitters
    }
