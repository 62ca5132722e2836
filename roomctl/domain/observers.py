"""列席 people come for an 议题 and go after it. Each entry and exit is an event at a frame of the recording."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from roomctl.domain.attendance import ENTERED, EXITED, LEFT, Fact, Person, Role, by_rank, standing_facts


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the sound; both empty where nothing was recorded, or where it was told of later.

    Attributes:
        recording: its id; frame: of its sample clock.

    """

    recording: str = ""
    frame: int | None = None

    @classmethod
    def told(cls, data: Mapping[str, Any]) -> "Place":
        """As the event has it."""
        return cls(str(data.get("recording") or ""), data.get("frame"))


@dataclass(frozen=True, slots=True)
class Visit:
    """One stay in the room.

    Attributes:
        item: number of the agenda item, 0 where none was named.
        left, left_at: None while the person is inside.

    """

    item: int
    entered: datetime
    entered_at: Place
    left: datetime | None = None
    left_at: Place | None = None


@dataclass(frozen=True, slots=True)
class Moves:
    """What happens at the door when an item begins: 请进, 请退场, 候会. Each in order of rank."""

    item: int
    enter: tuple[Person, ...] = ()
    leave: tuple[Person, ...] = ()
    stay: tuple[Person, ...] = ()
    wait: tuple[Person, ...] = ()


def visits(facts: Iterable[Fact]) -> Mapping[str, tuple[Visit, ...]]:
    """By person, in the order of time. Who enters for another item has left the one before."""
    found: dict[str, list[Visit]] = {}
    for fact in standing_facts(facts):
        if fact.kind not in {ENTERED, EXITED, LEFT}:
            continue
        own = found.setdefault(str(fact.data["person"]), [])
        item, place = int(fact.data.get("item") or 0), Place.told(fact.data)
        inside = bool(own) and own[-1].left is None
        if inside and fact.kind == ENTERED and own[-1].item == item:
            continue  # two ushers saw it
        if inside:
            own[-1] = replace(own[-1], left=fact.at, left_at=place)
        if fact.kind == ENTERED:
            own.append(Visit(item, fact.at, place))
    return {person: tuple(own) for person, own in found.items() if own}


def moves(people: Iterable[Person], facts: Iterable[Fact], item: int) -> Moves:
    """Who comes in and who goes out for an item; an observer without items is there for all of them.

    Args:
        item: number of the item that begins, or is under way; 0 before the first.

    """
    seen = visits(facts)
    sides: dict[str, list[Person]] = {"enter": [], "leave": [], "stay": [], "wait": []}
    for person in sorted(people, key=by_rank):
        if person.role is not Role.OBSERVER:
            continue
        own = seen.get(person.id, ())
        inside, meant = bool(own) and own[-1].left is None, item > 0 and (not person.items or item in person.items)
        if meant:
            sides["stay" if inside else "enter"].append(person)
        elif inside:
            sides["leave"].append(person)
        elif not person.items or max(person.items) > item:
            sides["wait"].append(person)
    return Moves(item, **{side: tuple(whom) for side, whom in sides.items()})
