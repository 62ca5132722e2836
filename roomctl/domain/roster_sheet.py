"""A roster as an office keeps it in a table, read as people; what is wrong is told by the cell.

Columns: 姓名, 单位, 职务; optional 手机, 座位, 身份 (出席, 列席), 议题, 排序, 卡号; English heads too. A title above
the heads, other columns, and empty rows do no harm.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from roomctl.domain.attendance import MAX_NAME, Person, Role
from roomctl.domain.lines import bare, seen
from roomctl.domain.ranking import OutOfPlace, RankTable, as_the_table, out_of_place
from roomctl.i18n import tr

HEADS: Final[Mapping[str, tuple[str, ...]]] = {
    "name": ("姓名", "名字", "参会人员", "name", "full name"),
    "unit": ("单位", "工作单位", "单位名称", "部门", "unit", "organization", "organisation", "department"),
    "duty": ("职务", "职位", "职务职级", "duty", "title", "position", "post"),
    "phone": ("手机", "手机号", "手机号码", "电话", "联系电话", "phone", "mobile", "telephone"),
    "seat": ("座位", "座位号", "座次", "席位", "seat"),
    "role": ("身份", "角色", "参会身份", "出列席", "role"),
    "items": ("议题", "列席议题", "议题序号", "items", "item", "agenda"),
    "rank": ("排序", "位次", "序号", "rank", "order", "no", "no."),
    "card": ("卡号", "工卡号", "card", "badge"),
}
REQUIRED = ("name", "unit", "duty")
HEAD_ROWS = 10
"""Rows among which the heads are looked for: above them stands a title, a date, a unit."""
ROLES = {
    "": Role.MEMBER,
    "出席": Role.MEMBER,
    "member": Role.MEMBER,
    "列席": Role.OBSERVER,
    "observer": Role.OBSERVER,
}
LONGEST = 200
"""Characters of a cell that is no name."""

HIGHEST_RANK = 10_000
"""Of 排序; 1 stands first."""
_FIRST_CJK = 0x2E80  # CJK radicals, the first block of Chinese writing in Unicode
_DOTS = str.maketrans(dict.fromkeys("•‧∙⋅・･", "·"))
"""The mark between the parts of a minority name is U+00B7 (GB/T 15834-2011, 间隔号); input methods give others."""

_ROW = tuple[int, Sequence[str]]
"""Number of the row as the user's program shows it, and its cells."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something about one cell.

    Attributes:
        row: as the user's program shows it; column: from 0, or None where it is the whole row.
        wrong: the row cannot be taken in as it is; else it is only to be looked at.

    """

    row: int
    column: int | None
    what: str
    mend: str = ""
    wrong: bool = True

    @property
    def cell(self) -> str:
        """`B7`, or `7` for the row."""
        return f"{letters(self.column) if self.column is not None else ''}{self.row}"


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column is what.

    Attributes:
        first: index of the first row below the heads; heads: the cells of that row, as they are written.
        of: key of `HEADS` → column, from 0.

    """

    first: int
    heads: tuple[str, ...]
    of: Mapping[str, int]

    @property
    def missing(self) -> tuple[str, ...]:
        """Those that have to be there and are not."""
        return tuple(key for key in REQUIRED if key not in self.of)


@dataclass(frozen=True, slots=True)
class Drafted:
    """Somebody who can be taken in; `row` is where he stands."""

    row: int
    person: Person
    card: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """What a table gives: people in the order of the file, and what is to be looked at.

    Attributes:
        reordered: the same people with the ranks of the office's table (`ranking.as_the_table`), where their 排序
            disagrees with it; else empty.

    """

    columns: Columns
    drafted: tuple[Drafted, ...] = ()
    problems: tuple[Problem, ...] = field(default=())
    reordered: tuple[Drafted, ...] = ()

    def people(self, *, by_table: bool) -> list[Person]:
        """As they are taken in.

        Args:
            by_table: where the file and the table of rank disagree, the table's order counts.

        """
        return [one.person for one in (by_table and self.reordered) or self.drafted]

    @property
    def reranked(self) -> int:
        """How many would have another rank by the table."""
        pairs = zip(self.drafted, self.reordered, strict=False)
        return sum(given.person.rank != wanted.person.rank for given, wanted in pairs)

    @property
    def wrong(self) -> tuple[Problem, ...]:
        """What keeps a person off the roster."""
        return tuple(one for one in self.problems if one.wrong)

    @property
    def wrong_rows(self) -> int:
        """How many rows of the table have something wrong in them."""
        return len({one.row for one in self.wrong})


def written(name: str) -> str:
    """A name as it is stored: 张　伟, spread over a place card, is 张伟; foreign names keep single spaces."""
    parts = bare(name).translate(_DOTS).split()
    chinese = all(ord(char) >= _FIRST_CJK or char == "·" for part in parts for char in part)
    return ("" if chinese else " ").join(parts)


def letters(column: int) -> str:
    """`A`, `Z`, `AA`: how a spreadsheet calls a column, which is counted from 0 here."""
    text, n = "", column + 1
    while n:
        n, rest = divmod(n - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def find_columns(rows: Sequence[_ROW]) -> Columns:
    """The heads, among the first rows; where none are found, the first row is taken for them."""
    for start, (_n, cells) in enumerate(rows[:HEAD_ROWS], 1):
        heads = [_head(cell) for cell in cells]
        of = {
            key: heads.index(wanted)
            for key, names in HEADS.items()
            for wanted in reversed([name for name in names if name in heads])
        }
        if "name" in of or len(of) >= len(REQUIRED) - 1:
            return Columns(start, tuple(cells), of)
    return Columns(1, tuple(rows[0][1]), {})


def read(
    rows: Sequence[_ROW],
    columns: Columns,
    *,
    new_id: Callable[[], str],
    items: int | None = None,
    here: Iterable[Person] = (),
    ranks: RankTable | None = None,
) -> Draft:
    """People, and what is wrong or worth a look.

    Args:
        items: how many the agenda has, where that is known.
        here: who is on the roster already; the same person again is left out, with a note.
        ranks: the office's table. Whom it does not know, and the file gives no 排序, is pointed at; so is whose 排序
            is another than the table's order. What the file gives stands: `Draft.reordered` has the other.

    """
    reader = _Reader(columns, new_id, items, {_same(person) for person in here}, ranks)
    for n, cells in rows[columns.first :]:
        reader.take(n, cells)
    return reader.draft()


class _Reader:
    """Row by row."""

    def __init__(
        self,
        columns: Columns,
        new_id: Callable[[], str],
        items: int | None,
        here: set[tuple[str, str, str]],
        ranks: RankTable | None,
    ) -> None:
        self._columns, self._new_id, self._items, self._here = columns, new_id, items, here
        self._ranks = ranks
        self._drafted: list[Drafted] = []
        self._problems: list[Problem] = []
        self._seen: dict[tuple[str, str, str], int] = {}
        self._cards: dict[str, int] = {}
        self._position = 0

    def take(self, n: int, cells: Sequence[str]) -> None:
        at = self._columns.of.get("name")
        if at is not None and at < len(cells) and _head(cells[at]) in HEADS["name"]:
            return  # the heads again, as on the next printed page; or below themselves, in merged cells
        row = _Row(n, cells, self._columns.of, self._problems)
        self._position += 1
        name = row.name()
        unit, duty, phone, seat = (row.line(key) for key in ("unit", "duty", "phone", "seat"))
        role, rank = row.role(), row.rank(self._position)
        items, card = row.items(self._items), row.line("card").upper()  # readers differ in how they write hexadecimal
        same = (name, unit, duty)
        if not row.bad and same in self._seen:
            row.say("name", *_twice(self._seen[same], n, name))
        if not row.bad and card and card in self._cards:
            row.say(
                "card",
                tr(
                    f"第 {n} 行的卡号和第 {self._cards[card]} 行重复",
                    f"row {n}: the card is that of row {self._cards[card]}",
                ),
                tr("一张卡只能是一个人的", "a card is one person's alone"),
            )
        if row.bad:
            return
        self._seen[same] = n
        if card:
            self._cards[card] = n
        if same in self._here:
            row.say(
                "name", tr(f"{name}已在名单上", f"{name} is on the roster"), tr("不再加", "left out"), wrong=False
            )
            return
        facts = {"unit": unit, "duty": duty, "phone": phone, "seat": seat}
        person = Person(id=self._new_id(), name=name, role=role, rank=rank, items=items, **facts)
        if self._ranks is not None and not row.cell("rank") and not self._ranks.knows(person):
            row.say("duty" if duty else "unit", *_unranked(person), wrong=False)
        self._drafted.append(Drafted(n, person, card))

    def draft(self) -> Draft:
        names = Counter(one.person.name for one in self._drafted)
        column = self._columns.of.get("name")
        for one in self._drafted:
            if names[one.person.name] > 1:
                told = tr(
                    f"有 {names[one.person.name]} 位“{one.person.name}”",
                    f"{names[one.person.name]} people of this name",
                )
                self._problems.append(
                    Problem(one.row, column, told, tr("按单位、职务区分", "told apart by unit and duty"), wrong=False)
                )
        reordered = self._compared()
        return Draft(
            self._columns,
            tuple(self._drafted),
            tuple(sorted(self._problems, key=lambda p: (p.row, p.column or 0))),
            reordered,
        )

    def _compared(self) -> tuple[Drafted, ...]:
        """Points at whoever stands elsewhere in the table of rank; everybody as it wants them, where there is one."""
        column = self._columns.of.get("rank")
        if self._ranks is None or column is None:
            return ()
        people = [one.person for one in self._drafted]
        rows = {one.person.id: one.row for one in self._drafted}
        found = out_of_place(people, self._ranks)
        self._problems += [Problem(rows[one.person.id], column, *_elsewhere(one), wrong=False) for one in found]
        if not found:
            return ()
        wanted = as_the_table(people, self._ranks)
        return tuple(replace(one, person=person) for one, person in zip(self._drafted, wanted, strict=True))


def _elsewhere(one: OutOfPlace) -> tuple[str, str]:
    zh, en = ("前", "before") if one.before else ("后", "after")
    return (
        tr(f"按排序表应在{one.other.name}之{zh}", f"comes {en} {one.other.name} in the table of rank"),
        tr("照文件的排序导入；也可以选按排序表", "the file's rank is kept, unless the table's is chosen"),
    )


def _unranked(person: Person) -> tuple[str, str]:
    who = f"{person.unit}{person.duty}" or person.name
    return (
        tr(f"排序表里没有“{who}”", f"the table of rank does not have {who}"),
        tr(
            "按表排序时排在最后；可填“排序”列，或补进排序表",
            "comes last where it is put in order; fill the column 排序, or add it to the table",
        ),
    )


def _twice(first: int, n: int, name: str) -> tuple[str, str]:
    return (
        tr(
            f"第 {first} 行和第 {n} 行都是“{name}”，单位和职务也相同",
            f"rows {first} and {n} are both {name}, of the same unit and duty",
        ),
        tr("请删去一行，或写明各自的单位、职务", "remove one, or tell them apart by unit or duty"),
    )


class _Row:
    """One row: its cells by key, each read with what is wrong about it."""

    def __init__(self, n: int, cells: Sequence[str], of: Mapping[str, int], problems: list[Problem]) -> None:
        self._n, self._cells, self._of, self._problems = n, cells, of, problems
        self.bad = False

    def say(self, key: str, what: str, mend: str = "", *, wrong: bool = True) -> None:
        self._problems.append(Problem(self._n, self._of.get(key), what, mend, wrong))
        self.bad = self.bad or wrong

    def cell(self, key: str) -> str:
        column = self._of.get(key)
        given = self._cells[column] if column is not None and column < len(self._cells) else ""
        text = bare(given).strip()
        if text.startswith("=") and not self.bad:
            self.say(
                key,
                tr("这是公式，不是文字", "this is a formula, not a text"),
                tr("请复制后“粘贴为数值”", "paste it as values"),
            )
        elif any(ord(char) < ord(" ") and char not in "\n\t\r" for char in text):
            self.say(
                key,
                tr("有不能显示的字符", "a character that cannot be shown"),
                tr("请重新输入这一格", "type it again"),
            )
        return text

    def name(self) -> str:
        name = written(self.cell("name"))
        if self.bad:
            return name
        if not seen(name):
            self.say(
                "name",
                tr(f"第 {self._n} 行没有姓名", f"row {self._n} has no name"),
                tr("请写上姓名，或删去这一行", "write the name, or remove the row"),
            )
        elif len(name) > MAX_NAME:
            self.say(
                "name",
                tr(
                    f"第 {self._n} 行的姓名有 {len(name)} 个字，最多 {MAX_NAME} 个",
                    f"row {self._n}: a name of {len(name)} characters, {MAX_NAME} at most",
                ),
                tr("这一格只写一个人的姓名", "write one person's name alone"),
            )
        return name

    def line(self, key: str) -> str:
        text = " ".join(self.cell(key).split())
        if len(text) > LONGEST:
            said = tr(f"有 {len(text)} 个字，最多 {LONGEST} 个", f"{len(text)} characters, {LONGEST} at most")
            self.say(key, said, tr("请写短", "make it shorter"))
        return text

    def role(self) -> Role:
        text = self.cell("role").lower()
        if text not in ROLES:
            self.say(
                "role",
                tr(f"第 {self._n} 行的身份“{text[:20]}”不认识", f"row {self._n}: role {text[:20]!r} is unknown"),
                tr("请写 出席 或 列席", "write 出席 or 列席 (member, observer)"),
            )
        return ROLES.get(text, Role.MEMBER)

    def rank(self, position: int) -> int:
        """排序 where the column is there and filled; else the place in the list, which is how offices mean it."""
        text = self.cell("rank")
        if not text:
            if "rank" not in self._of:
                return position
            self.say("rank", tr("没有排序", "no rank"), tr("排在最后", "comes last"), wrong=False)
            return 0
        if not (text.isascii() and text.isdigit()) or not 1 <= int(text[:9]) <= HIGHEST_RANK:
            self.say(
                "rank",
                tr(
                    f"第 {self._n} 行的排序“{text[:20]}”不是正整数",
                    f"row {self._n}: rank {text[:20]!r} is no number from 1",
                ),
                tr(
                    f"请写 1 至 {HIGHEST_RANK} 的数字，或空着", f"write a number from 1 to {HIGHEST_RANK}, or nothing"
                ),
            )
            return 0
        return int(text)

    def items(self, many: int | None) -> tuple[int, ...]:
        """`1`, `1、3`, `议题2`; empty means all."""
        text = self.cell("items")
        numbers = sorted({int(number) for number in re.findall(r"\d{1,3}", text)} - {0})
        if text and not numbers:
            self.say(
                "items",
                tr(f"第 {self._n} 行的议题“{text[:20]}”没有序号", f"row {self._n}: item {text[:20]!r} has no number"),
                tr("请写议题的序号，如 1 或 1、3", "write the numbers of the items: 1, or 1、3"),
            )
        if many is not None and numbers and numbers[-1] > many:
            self.say(
                "items",
                tr(f"没有第 {numbers[-1]} 项议题", f"there is no item {numbers[-1]}"),
                tr(f"这次会议有 {many} 项", f"the agenda has {many}"),
            )
        return tuple(numbers)


def _head(cell: str) -> str:
    """`姓 名`, `职务（职级）` and `Name *` are heads too."""
    head = re.split(r"[（(*]", bare(cell), maxsplit=1)[0]
    return " ".join(head.lower().split()) if head.isascii() else "".join(head.split())


def _same(person: Person) -> tuple[str, str, str]:
    return person.name, person.unit, person.duty
