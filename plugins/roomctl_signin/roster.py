"""The roster as an office keeps it, as people.

Columns: 姓名, 单位, 职务; optional 手机, 座位, 身份 (出席, 列席), 议题, 排序, 卡号; English heads too. A title above
the heads, other columns, and empty rows do no harm.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import uuid_utils

from roomctl.api import BadInput, Person, Role, tr
from roomctl.api import attendance as rules
from roomctl_signin import table
from roomctl_signin.table import Row

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
_FIRST_CJK = 0x2E80  # CJK radicals, the first block of Chinese writing in Unicode
_DOTS = str.maketrans(dict.fromkeys("•‧∙⋅・･", "·"))
"""The mark between the parts of a minority name is U+00B7 (GB/T 15834-2011, 间隔号); input methods give others."""


@dataclass(frozen=True, slots=True)
class Roster:
    """People in the order of the file; `cards` is card number → id of the person."""

    people: tuple[Person, ...]
    cards: Mapping[str, str]


def read(path: Path) -> tuple[Person, ...]:
    """The people of a roster file, each with a new id.

    Raises:
        BadInput: one line that names the file, and the column or the rows that are wrong.

    """
    return load(path).people


def load(path: Path) -> Roster:
    """People and their cards, see `read`."""
    rows = table.read(path)
    start, columns = _columns(path, rows)
    people: list[Person] = []
    cards: dict[str, str] = {}
    seen: dict[tuple[str, str, str], int] = {}
    for row in rows[start:]:
        person = _person(path, row, columns, position=len(people) + 1)
        same = (person.name, person.unit, person.duty)
        if same in seen:
            raise _wrong(
                path,
                tr(
                    f"第 {seen[same]} 行和第 {row.n} 行都是“{person.name}”，单位和职务也相同",
                    f"rows {seen[same]} and {row.n} are both {person.name}, of the same unit and duty",
                ),
                tr("请删去一行，或写明各自的单位、职务", "remove one, or tell them apart by unit or duty"),
            )
        seen[same] = row.n
        people.append(person)
        if card := _cell(row, columns, "card"):
            if card in cards:
                raise _wrong(path, tr(f"第 {row.n} 行的卡号 {card} 重复", f"row {row.n}: card {card} is there twice"))
            cards[card] = person.id
    if not people:
        raise _wrong(path, tr("只有表头，没有人", "there are heads, but nobody below them"))
    return Roster(tuple(people), cards)


def written(name: str) -> str:
    """A name as it is stored: 张　伟, spread over a place card, is 张伟; foreign names keep single spaces."""
    parts = name.translate(_DOTS).split()
    chinese = all(ord(char) >= _FIRST_CJK or char == "·" for part in parts for char in part)
    return ("" if chinese else " ").join(parts)


def _columns(path: Path, rows: tuple[Row, ...]) -> tuple[int, dict[str, int]]:
    """Index of the first row below the heads, and key → column."""
    for start, row in enumerate(rows[:HEAD_ROWS], 1):
        heads = [_head(cell) for cell in row.cells]
        columns = {
            key: heads.index(wanted)
            for key, names in HEADS.items()
            for wanted in reversed([name for name in names if name in heads])
        }
        if "name" not in columns and len(columns) < len(REQUIRED) - 1:
            continue
        if missing := [key for key in REQUIRED if key not in columns]:
            raise _no_column(path, missing, row)
        return start, columns
    raise _no_column(path, ["name"], rows[0])


def _head(cell: str) -> str:
    """`姓 名`, `职务（职级）` and `Name *` are heads too."""
    bare = re.split(r"[（(*]", cell, maxsplit=1)[0]
    return " ".join(bare.lower().split()) if bare.isascii() else "".join(bare.split())


def _no_column(path: Path, missing: list[str], row: Row) -> BadInput:
    wanted, found = "、".join(HEADS[key][0] for key in missing), "、".join(cell for cell in row.cells if cell)
    return _wrong(
        path,
        tr(f"缺少“{wanted}”列，找到的列：{found}", f"no column {wanted}; found: {found}"),
        tr("表头应有 姓名、单位、职务", "the heads are 姓名, 单位, 职务 (name, unit, duty)"),
    )


def _person(path: Path, row: Row, columns: Mapping[str, int], position: int) -> Person:
    name = written(_cell(row, columns, "name"))
    if not 1 <= len(name) <= rules.MAX_NAME:
        told = tr(f"第 {row.n} 行没有姓名", f"row {row.n} has no name")
        if name:
            told = tr(
                f"第 {row.n} 行的姓名有 {len(name)} 个字，最多 {rules.MAX_NAME} 个",
                f"row {row.n}: a name of {len(name)} characters, {rules.MAX_NAME} at most",
            )
        raise _wrong(path, told)
    role = _cell(row, columns, "role").lower()
    if role not in ROLES:
        raise _wrong(
            path,
            tr(f"第 {row.n} 行的身份“{role}”不认识", f"row {row.n}: role {role!r} is unknown"),
            tr("请写 出席 或 列席", "write 出席 or 列席 (member, observer)"),
        )
    return Person(
        id=str(uuid_utils.uuid7()),
        name=name,
        unit=_cell(row, columns, "unit"),
        duty=_cell(row, columns, "duty"),
        phone=_cell(row, columns, "phone"),
        seat=_cell(row, columns, "seat"),
        role=ROLES[role],
        rank=_rank(path, row, columns, position),
        items=_items(path, row, columns),
    )


def _rank(path: Path, row: Row, columns: Mapping[str, int], position: int) -> int:
    """排序 where the column is there and filled; else the place in the list, which is how offices mean it."""
    text = _cell(row, columns, "rank")
    if not text:
        return 0 if "rank" in columns else position
    if not text.isdecimal() or not int(text):
        raise _wrong(
            path, tr(f"第 {row.n} 行的排序“{text}”不是正整数", f"row {row.n}: rank {text!r} is no number from 1")
        )
    return int(text)


def _items(path: Path, row: Row, columns: Mapping[str, int]) -> tuple[int, ...]:
    """`1`, `1、3`, `议题2`; empty means all."""
    text = _cell(row, columns, "items")
    numbers = sorted({int(number) for number in re.findall(r"\d{1,3}", text)} - {0})
    if text and not numbers:
        raise _wrong(
            path,
            tr(f"第 {row.n} 行的议题“{text}”没有序号", f"row {row.n}: item {text!r} has no number"),
            tr("请写议题的序号，如 1 或 1、3", "write the numbers of the items: 1, or 1、3"),
        )
    return tuple(numbers)


def _cell(row: Row, columns: Mapping[str, int], key: str) -> str:
    column = columns.get(key)
    return row.cells[column] if column is not None and column < len(row.cells) else ""


def _wrong(path: Path, why: str, mend: str = "") -> BadInput:
    return BadInput(tr(f"名单 {path} 不能使用", f"cannot use roster {path}"), why, mend)
