"""排序: one table of who comes before whom, which serves the list, the seats, the record and 分送.

Rank is a number of each person (`Person.rank`); this is where it comes from, unless the roster says it itself.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from roomctl.domain.attendance import Person

Names = tuple[str, ...]
"""Ways to write one thing: 市发展和改革委员会, 市发改委."""

HEADS = (
    "书记", "局长", "主任", "厅长", "行长", "区长", "县长", "镇长", "市长", "院长", "检察长", "校长", "主席", "会长",
    "董事长", "总经理", "台长", "社长", "支队长",
)  # fmt: skip
"""What the head (正职) of a unit is called."""
_PART = re.compile(r"机关|直属|(?:工会|妇联|团委|支部|科|处|室|所|中心)$")
"""Whose head (机关党委书记, 办公室主任) heads a part of the unit, not the unit."""
_LAST = (4, 0, 0)
"""Behind the districts: who is in no group."""


@dataclass(frozen=True, slots=True)
class RankTable:
    """The order, the highest first.

    Attributes:
        leaders: 市领导, by name or by duty; secretaries: 秘书长 and 副秘书长 likewise.
        units: 部门; districts: 区县.

    """

    leaders: tuple[Names, ...] = ()
    secretaries: tuple[Names, ...] = ()
    units: tuple[Names, ...] = ()
    districts: tuple[Names, ...] = ()

    def is_leader(self, person: Person) -> bool:
        """Whether the person is one of the 市领导."""
        return _by_person(person, self.leaders) is not None

    def knows(self, person: Person) -> bool:
        """Whether the person is in any group; who is not comes last."""
        return self.place(person) < _LAST

    def place(self, person: Person) -> tuple[int, int, int]:
        """Group, place within it, and head before deputy before others. Who is in no group comes last."""
        for group, rows in enumerate((self.leaders, self.secretaries)):
            if (found := _by_person(person, rows)) is not None:
                return group, found, 0
        for group, rows in enumerate((self.units, self.districts), 2):
            if (found := _by_unit(person.unit, rows)) is not None:
                return group, found, _level(person)
        return _LAST


def ranked(people: Iterable[Person], table: RankTable) -> tuple[Person, ...]:
    """Everybody with the rank that the table gives, from 1. Equals stay in the order in which they come."""
    ordered = sorted(people, key=table.place)
    return tuple(replace(person, rank=rank) for rank, person in enumerate(ordered, 1))


@dataclass(frozen=True, slots=True)
class OutOfPlace:
    """Somebody whose rank is not the table's order: there the person comes before the other one, or after."""

    person: Person
    other: Person
    before: bool


def out_of_place(people: Iterable[Person], table: RankTable) -> tuple[OutOfPlace, ...]:
    """As few as have to go elsewhere for the others to stand as the table wants, by their rank.

    Who has no rank, or is not known to the table, stands nowhere wrong; nor does anybody beside an equal.
    """
    known = _ranked_and_known(people, table)
    places = [table.place(one) for one in known]
    kept = _longest_rising(places)
    held = [places[n] for n in kept]
    found = []
    for n in sorted(set(range(len(known))) - set(kept)):
        behind = bisect_right(held, places[n])  # the first of those who stay and come later in the table
        before = behind < len(kept) and kept[behind] < n
        other = kept[behind if before else bisect_left(held, places[n]) - 1]
        found.append(OutOfPlace(known[n], known[other], before))
    return tuple(found)


def as_the_table(people: Sequence[Person], table: RankTable) -> tuple[Person, ...]:
    """In the order in which they come: those whom the table knows share out the ranks that they have as it wants.
    Equals keep theirs, and so does who has no rank or is not known.
    """
    known = _ranked_and_known(people, table)
    wanted = sorted(known, key=table.place)
    rank_of = {one.id: old.rank for one, old in zip(wanted, known, strict=True)}
    return tuple(replace(one, rank=rank_of.get(one.id, one.rank)) for one in people)


def _ranked_and_known(people: Iterable[Person], table: RankTable) -> list[Person]:
    """By their rank; of those who share one, as the table has them."""
    known = [one for one in people if one.rank and table.knows(one)]
    return sorted(known, key=lambda one: (one.rank, table.place(one)))


def _longest_rising(places: Sequence[tuple[int, int, int]]) -> list[int]:
    """Indices of a longest part of it that never falls: patience sorting."""
    tails: list[tuple[int, int, int]] = []  # of the parts of each length, the least that one ends with
    ends: list[int] = []  # where that stands
    before: list[int] = []  # of each place, the index of that which it follows; -1: it begins
    for n, place in enumerate(places):
        at = bisect_right(tails, place)
        before.append(ends[at - 1] if at else -1)
        tails[at : at + 1], ends[at : at + 1] = [place], [n]
    found, n = [], ends[-1] if ends else -1
    while n >= 0:
        found.append(n)
        n = before[n]
    return found[::-1]


def _by_person(person: Person, rows: tuple[Names, ...]) -> int | None:
    """By name, or by any duty: 市委常委、副市长 has two; with the unit before it or without."""
    duties = _duties(person)
    known = {person.name, *duties, *(person.unit + duty for duty in duties)}
    return next((place for place, names in enumerate(rows) if known & set(names)), None)


def _by_unit(unit: str, rows: tuple[Names, ...]) -> int | None:
    """The unit itself, or one written with its city before it: the longest name that fits."""
    fits = [(len(name), -place) for place, names in enumerate(rows) for name in names if unit and unit.endswith(name)]
    return -max(fits)[1] if fits else None


def _duties(person: Person) -> list[str]:
    """党委副书记、局长 are two, so are 局长兼党组书记; what stands in brackets (主持工作) is none."""
    bare = re.sub(r"[（(][^）)]*[）)]", "", person.duty)
    return [part for part in re.split(r"[、,，;；兼\s]+", bare) if part]


def _level(person: Person) -> int:
    """0 head, 1 deputy, 2 others: the highest of the duties, as 党委副书记、局长 is a head."""
    return min((_level_of(duty, person.unit) for duty in _duties(person)), default=2)


def _level_of(duty: str, unit: str) -> int:
    before, deputy, _ = duty.partition("副")
    if not deputy:
        title = next((head for head in HEADS if duty.endswith(head)), "")
        if not title:
            return 2
        before = duty.removesuffix(title)
    if _PART.search(before) and not unit.endswith(before):
        return 2
    return 1 if deputy else 0
