"""How the seats of a room stand: 主席台, 课桌式, 长条桌, 回字形. Pure geometry.

Drawn as seen from the audience (台下视角): the platform, or the side of the chair, is on top. Lengths are in seats:
two neighbours are 1 apart. Whoever sits on top looks down, so that his left is the right of the drawing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import chain, zip_longest
from math import ceil, sqrt

from roomctl.domain.checks import Title
from roomctl.errors import BadInput
from roomctl.i18n import tr


class Shape(StrEnum):
    """What the seats form."""

    ROWS = "rows"
    """主席台, 课桌式: a platform, and rows that look at it."""
    TABLE = "table"
    """长条桌: a table with two long sides, and seats at its ends."""
    HOLLOW = "hollow"
    """回字形: four sides around an empty middle."""


class Even(StrEnum):
    """Where nos. 1 and 2 sit when a row has an even number of seats; an office's own rule."""

    TWO_LEFT = "two_left"
    """No. 2 on the left of no. 1, as in an odd row."""
    TWO_RIGHT = "two_right"
    """No. 2 on the right of no. 1, no. 3 on his left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """Numbers of seats.

    Attributes:
        platform: on the platform (ROWS), on the side of the chair (TABLE, HOLLOW).
        rows, columns: of the audience (ROWS).
        opposite: on the side opposite to the chair (TABLE, HOLLOW).
        sides: at each end of a TABLE, at each side of a HOLLOW.
        observers: behind the others, for 列席.

    """

    platform: int = 0
    rows: int = 0
    columns: int = 0
    opposite: int = 0
    sides: int = 0
    observers: int = 0

    def __post_init__(self) -> None:
        for name, most in MOST.items():
            if not 0 <= getattr(self, name) <= most:
                raise BadInput(
                    tr(f"座位数 {name} 不对", f"the number of seats {name} is wrong"),
                    tr(f"应为 0 至 {most}", f"0 to {most}"),
                )

    def as_dict(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in MOST}


MOST = {"platform": 60, "rows": 60, "columns": 60, "opposite": 60, "sides": 60, "observers": 300}


@dataclass(frozen=True, slots=True)
class Template:
    """A layout that an office uses.

    Attributes:
        head: who is first on a TABLE: False, the middle of the long side on top; True, the end on the left.

    """

    id: str
    title: Title
    shape: Shape
    sizes: Sizes
    head: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """One seat.

    Attributes:
        id: stays the same while the layout does: P1, R2-3, O4.
        zone: Chinese and English name of its row or side; number: within it, from the left of the drawing.
        x, y: of its middle, in seats from the upper left corner.
        turn: degrees clockwise that whoever sits there looks away from the bottom of the drawing.
        observers: kept for 列席.

    """

    id: str
    zone: Title
    number: int
    x: float
    y: float
    turn: int = 0
    observers: bool = False

    @property
    def label(self) -> str:
        """前排 1 号座."""
        return tr(f"{self.zone[0]} {self.number} 号座", f"{self.zone[1]}, seat {self.number}")

    @property
    def written(self) -> str:
        """前排1号座, as the roster and the papers have it, whoever reads them."""
        return f"{self.zone[0]}{self.number}号座"


@dataclass(frozen=True, slots=True)
class Layout:
    """A room full of seats.

    Attributes:
        honour: ids of the places for members, the best first; observers: of those for 列席.
        tables: x, y, width, height of each table that is drawn.

    """

    places: Mapping[str, Place]
    honour: tuple[str, ...]
    observers: tuple[str, ...]
    width: float
    height: float
    tables: tuple[tuple[float, float, float, float], ...] = field(default=())

    def turned(self) -> "Layout":
        """The same room from the platform (台上视角): half a turn."""
        return replace(
            self,
            places={
                one.id: replace(one, x=self.width - one.x, y=self.height - one.y, turn=(one.turn + 180) % 360)
                for one in self.places.values()
            },
            tables=tuple((self.width - x - w, self.height - y - h, w, h) for x, y, w, h in self.tables),
        )


def middle_out(line: Sequence[str], even: Even = Even.TWO_LEFT) -> tuple[str, ...]:
    """A row's places by honour: no. 1 in the middle, no. 2 on his left, no. 3 on his right, and so on.

    Args:
        line: from the left hand of who sits there to the right hand.

    """
    count = len(line)
    two_left = count % 2 == 1 or even is Even.TWO_LEFT
    first = count // 2 if two_left else (count - 1) // 2
    lower, upper = line[:first][::-1], line[first + 1 :]
    before, after = (lower, upper) if two_left else (upper, lower)
    pairs = chain.from_iterable(zip_longest(before, after))
    return (*line[first : first + 1], *(place for place in pairs if place is not None))


_DEEP = 1.6
"""Rows of seats for each column that a hall has at most before it grows wider: from further back nobody is seen."""


def fitted(template: Template, members: int, observers: int) -> Sizes:
    """The template's sizes, grown until everybody has a seat, as far as there may be seats.

    Sizes that an office set are never made smaller.
    """
    sizes = template.sizes
    wanted = {"observers": observers}
    match template.shape:
        case Shape.ROWS:
            seats = members - sizes.platform
            wanted |= {"columns": ceil(sqrt(max(seats, 1) / _DEEP))}
            wanted |= {"rows": ceil(seats / max(sizes.columns, wanted["columns"]))}
        case Shape.TABLE:
            half = ceil((members - sizes.sides * 2) / 2)
            wanted |= {"platform": half, "opposite": half}
        case Shape.HOLLOW:
            more = ceil((members - sizes.platform - sizes.opposite - sizes.sides * 2) / 4)
            wanted |= {name: getattr(sizes, name) + more for name in ("platform", "opposite", "sides")}
    grown = {name: min(max(getattr(sizes, name), number), MOST[name]) for name, number in wanted.items()}
    return replace(sizes, **grown)


def layout(template: Template, sizes: Sizes, even: Even = Even.TWO_LEFT) -> Layout:
    """The seats of a template at these sizes.

    Raises:
        BadInput: there is no seat at all.

    """
    match template.shape:
        case Shape.ROWS:
            made = _rows(sizes, even)
        case Shape.TABLE:
            made = _table(sizes, even, head=template.head)
        case Shape.HOLLOW:
            made = _hollow(sizes, even)
    if not made.places:
        raise BadInput(tr("没有座位", "there are no seats"), mend=tr("请填写座位数", "say how many seats there are"))
    return made


_PLATFORM: Title = ("主席台", "Platform")
_HEAD: Title = ("主位", "Chair's side")
_OPPOSITE: Title = ("对面", "Opposite")
_LEFT: Title = ("左侧", "Left side")
_RIGHT: Title = ("右侧", "Right side")
_OBSERVERS: Title = ("列席席", "Observers")
_AISLE = 1.4
"""Between the platform and the first row, and before the observers."""


def _rows(sizes: Sizes, even: Even) -> Layout:
    width = max(sizes.platform, sizes.columns, _wide(sizes.observers), 1)
    top = list(_line("P", _PLATFORM, sizes.platform, width, 0.5))
    y = 0.5 + (_AISLE if top else 0)
    rows: list[list[Place]] = []
    for row in range(1, sizes.rows + 1):
        rows.append(list(_line(f"R{row}-", _row_name(row, sizes.rows), sizes.columns, width, y, turn=180)))
        y += 1.0
    honour = middle_out([one.id for one in reversed(top)], even)
    for line in rows:
        honour += middle_out([one.id for one in line], even)
    return _whole([*top, *chain.from_iterable(rows)], honour, sizes, width, y)


def _table(sizes: Sizes, even: Even, *, head: bool) -> Layout:
    """The table lies; `sides` are its two ends."""
    ends, long = sizes.sides, max(sizes.platform, sizes.opposite, 1)
    deep = max(ends, 1)
    left = 1.0 if ends else 0.0
    width = long + 2 * left
    top = list(_line("P", _HEAD, sizes.platform, width, 0.5))
    bottom = list(_line("B", _OPPOSITE, sizes.opposite, width, deep + 1.5, turn=180))
    west = list(_column("L", _LEFT, ends, 0.5, 1.0, turn=270))
    east = list(_column("E", _RIGHT, ends, width - 0.5, 1.0, turn=90))
    up, down = [one.id for one in top], [one.id for one in bottom]
    at_west = middle_out([one.id for one in west], even)
    at_east = middle_out([one.id for one in reversed(east)], even)
    if head:  # who sits at the end on the left looks right: his left hand is the side on top
        honour = (*at_west, *_in_turns(up, down), *at_east)
    else:
        honour = (*middle_out(up[::-1], even), *middle_out(down, even), *_in_turns(at_west, at_east))
    table = (left, 1.0, float(long), float(deep))
    return _whole([*top, *west, *east, *bottom], honour, sizes, width, deep + 2.5, table)


def _hollow(sizes: Sizes, even: Even) -> Layout:
    long, sides = max(sizes.platform, sizes.opposite, 1), sizes.sides
    width, deep = long + 2.0, max(sides, 1)
    top = list(_line("P", _HEAD, sizes.platform, width, 0.5))
    west = list(_column("L", _LEFT, sides, 0.5, 1.0, turn=270))
    east = list(_column("E", _RIGHT, sides, width - 0.5, 1.0, turn=90))
    bottom = list(_line("B", _OPPOSITE, sizes.opposite, width, deep + 1.5, turn=180))
    # The sides run away from the chair; whoever sits on his left, the right of the drawing, comes first.
    beside = _in_turns([one.id for one in east], [one.id for one in west])
    honour = (
        *middle_out([one.id for one in reversed(top)], even),
        *beside,
        *middle_out([one.id for one in bottom], even),
    )
    table = (1.0, 1.0, float(long), float(deep))
    return _whole([*top, *west, *east, *bottom], honour, sizes, width, deep + 2.5, table)


def _whole(
    members: list[Place],
    honour: tuple[str, ...],
    sizes: Sizes,
    width: float,
    y: float,
    *tables: tuple[float, float, float, float],
) -> Layout:
    """With the observers behind, in rows."""
    behind: list[Place] = []
    left, number = sizes.observers, 0
    wide = max(int(width), 1)
    y += _AISLE - 1.0 if left else 0.0
    rows = ceil(left / wide)
    for row in range(rows):
        here = min(wide, left - row * wide)
        line = _line("O", _OBSERVERS, here, width, y + row, turn=180, after=number)
        behind += [replace(one, observers=True) for one in line]
        number += here
    bottom = max((one.y for one in chain(members, behind)), default=0.0) + 0.5
    places = {one.id: one for one in chain(members, behind)}
    return Layout(places, honour, tuple(one.id for one in behind), float(width), bottom, tables)


def _line(
    prefix: str, zone: Title, count: int, width: float, y: float, *, turn: int = 0, after: int = 0
) -> Iterator[Place]:
    """In the middle of the width, from the left of the drawing."""
    left = (width - count) / 2 + 0.5
    for n in range(count):
        yield Place(f"{prefix}{after + n + 1}", zone, after + n + 1, left + n, y, turn)


def _column(prefix: str, zone: Title, count: int, x: float, y: float, *, turn: int) -> Iterator[Place]:
    """From the top of the drawing."""
    for n in range(count):
        yield Place(f"{prefix}{n + 1}", zone, n + 1, x, y + 0.5 + n, turn)


def _row_name(row: int, rows: int) -> Title:
    if rows == 2:  # noqa: PLR2004 - two rows are 前排 and 后排
        return ("前排", "Front row") if row == 1 else ("后排", "Back row")
    return (f"第 {row} 排", f"Row {row}")


def _in_turns(first: Iterable[str], second: Iterable[str]) -> tuple[str, ...]:
    return tuple(one for one in chain.from_iterable(zip_longest(first, second)) if one is not None)


def _wide(observers: int) -> int:
    """So many beside each other where nothing else says how wide the room is."""
    return min(observers, 10)
