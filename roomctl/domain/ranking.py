"""排序: one table of who comes before whom, which serves the list, the seats, the record and 分送.

Rank is a number of each person (`Person.rank`); this is where it comes from, unless the roster says it itself.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from roomctl.domain.attendance import Person

Names = tuple[str, ...]
"""Ways to write one thing: 市发展和改革委员会, 市发改委."""

HEADS = (
    "书记", "局长", "主任", "厅长", "行长", "区长", "县长", "镇长", "市长", "院长", "检察长", "校长", "主席", "会长",
    "董事长", "总经理", "台长", "社长", "支队长",
)  # fmt: skip
"""What the head (正职) of a unit is called."""


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

    def place(self, person: Person) -> tuple[int, int, int]:
        """Group, place within it, and head before deputy before others. Who is in no group comes last."""
        for group, rows in enumerate((self.leaders, self.secretaries)):
            if (found := _by_person(person, rows)) is not None:
                return group, found, 0
        for group, rows in enumerate((self.units, self.districts), 2):
            if (found := _by_unit(person.unit, rows)) is not None:
                return group, found, _level(person.duty)
        return 4, 0, 0


def ranked(people: Iterable[Person], table: RankTable) -> tuple[Person, ...]:
    """Everybody with the rank that the table gives, from 1. Equals stay in the order in which they come."""
    ordered = sorted(people, key=table.place)
    return tuple(replace(person, rank=rank) for rank, person in enumerate(ordered, 1))


def _by_person(person: Person, rows: tuple[Names, ...]) -> int | None:
    """By name, or by any duty: 市委常委、副市长 has two; with the unit before it or without."""
    duties = [part.strip() for part in re.split(r"[、,，;；\s]+", person.duty) if part.strip()]
    known = {person.name, *duties, *(person.unit + duty for duty in duties)}
    return next((place for place, names in enumerate(rows) if known & set(names)), None)


def _by_unit(unit: str, rows: tuple[Names, ...]) -> int | None:
    """The unit itself, or one written with its city before it: the longest name that fits."""
    fits = [(len(name), -place) for place, names in enumerate(rows) for name in names if unit and unit.endswith(name)]
    return -max(fits)[1] if fits else None


def _level(duty: str) -> int:
    if "副" in duty:
        return 1
    return 0 if duty.endswith(HEADS) else 2
