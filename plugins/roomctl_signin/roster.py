"""The roster as an office keeps it in a file, as people: all of them, or the first thing that is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import uuid_utils

from roomctl.api import BadInput, Person, ranking, tr
from roomctl.api.rosters import roster_sheet, sheets

written = roster_sheet.written


@dataclass(frozen=True, slots=True)
class Roster:
    """What a file gives, nothing of it wrong; `cards` is card number → id of the person."""

    draft: roster_sheet.Draft
    cards: Mapping[str, str]


def read(path: Path) -> tuple[Person, ...]:
    """The people of a roster file, each with a new id.

    Raises:
        BadInput: one line that names the file, and the column or the rows that are wrong.

    """
    return tuple(load(path).draft.people(by_table=False))


def load(path: Path, ranks: ranking.RankTable | None = None) -> Roster:
    """People and their cards, see `read`; compared with the table of rank, where one is given."""
    rows = [(row.n, row.cells) for row in sheets.read(path)]
    columns = roster_sheet.find_columns(rows)
    if columns.missing:
        raise _no_column(path, columns)
    draft = roster_sheet.read(rows, columns, new_id=lambda: str(uuid_utils.uuid7()), ranks=ranks)
    for problem in draft.wrong:
        more = len(draft.wrong) - 1
        others = tr(f"（另有 {more} 处）", f" ({more} more)") if more else ""
        raise _wrong(path, problem.what + others, problem.mend)
    if not draft.drafted:
        raise _wrong(path, tr("只有表头，没有人", "there are heads, but nobody below them"))
    cards = {one.card: one.person.id for one in draft.drafted if one.card}
    return Roster(draft, cards)


def _no_column(path: Path, columns: roster_sheet.Columns) -> BadInput:
    missing = columns.missing if columns.of else ("name",)
    wanted = "、".join(roster_sheet.HEADS[key][0] for key in missing)
    found = "、".join(cell for cell in columns.heads if cell)
    return _wrong(
        path,
        tr(f"缺少“{wanted}”列，找到的列：{found}", f"no column {wanted}; found: {found}"),
        tr("表头应有 姓名、单位、职务", "the heads are 姓名, 单位, 职务 (name, unit, duty)"),
    )


def _wrong(path: Path, why: str, mend: str = "") -> BadInput:
    return BadInput(tr(f"名单 {path} 不能使用", f"cannot use roster {path}"), why, mend)
