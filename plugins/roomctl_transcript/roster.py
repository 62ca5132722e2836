"""Who is expected, and words to be known: a roster from CSV, xlsx or plain text, terms from a list."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeVar
from zipfile import BadZipFile

from roomctl.api import BadInput, tr
from roomctl_transcript.papers import plain

T = TypeVar("T")

HEADS = {
    "name": ("姓名", "名字", "name"),
    "unit": ("单位", "部门", "unit", "department", "organisation", "organization"),
    "duty": ("职务", "职位", "duty", "title", "position"),
}
MOST = 20_000
"""Rows of a roster or lines of a list; more is another kind of file."""


def roster(path: Path) -> tuple[tuple[str, str], ...]:
    """(name, unit and duty) from CSV, xlsx, or plain text with one name a line.

    Raises:
        BadInput: missing, unreadable, no column of names, or nobody in it.

    """
    rows = _xlsx(path) if path.suffix.lower() == ".xlsx" else _csv(path)
    if not rows:
        raise BadInput(tr(f"名单 {path.name} 是空的", f"roster {path.name} is empty"), mend=_how_roster())
    heads = [cell.strip().lower() for cell in rows[0]]
    column = {key: next((heads.index(one) for one in known if one in heads), None) for key, known in HEADS.items()}
    if column["name"] is None:
        if len(rows[0]) > 1 and any(len(row) > 1 for row in rows):
            raise BadInput(
                tr(f"名单 {path.name} 没有“姓名”一列", f"roster {path.name} has no column 姓名 (name)"),
                tr(f"只有：{'、'.join(rows[0])}", f"it has: {', '.join(rows[0])}"),
                _how_roster(),
            )
        return tuple((row[0].strip(), "") for row in rows if row and row[0].strip())
    people = []
    for row in rows[1:]:
        name, unit, duty = (_cell(row, column[key]) for key in ("name", "unit", "duty"))
        if name:
            people.append((name, unit + duty if not duty.startswith(unit) else duty))
    if not people:
        raise BadInput(tr(f"名单 {path.name} 里没有人", f"nobody in roster {path.name}"), mend=_how_roster())
    return tuple(people)


def lines(path: Path) -> tuple[str, ...]:
    """Terms, one a line; empty lines and what follows # left out."""
    return tuple(
        term for line in plain(path).splitlines()[:MOST] if (term := line.split("#")[0].strip().strip("、，,；;"))
    )


def _cell(row: Sequence[str], index: int | None) -> str:
    return row[index].strip() if index is not None and index < len(row) else ""


def _how_roster() -> str:
    return tr(
        "第一行写 姓名,单位,职务，或每行一个姓名", "first row 姓名,单位,职务 (name,unit,duty), or one name a line"
    )


def _csv(path: Path) -> list[list[str]]:
    text = plain(path)
    first = text.splitlines()[0] if text.strip() else ""
    comma = "\t" if "\t" in first else "；" if "；" in first else ";" if ";" in first else ","
    return [row for row in _limited(csv.reader(text.splitlines(), delimiter=comma)) if any(map(str.strip, row))]


def _xlsx(path: Path) -> list[list[str]]:
    from openpyxl import load_workbook  # noqa: PLC0415 - heavy, and only for xlsx

    if not path.is_file():
        raise BadInput(
            tr(f"不能读取名单 {path}", f"cannot read roster {path}"),
            tr("没有这个文件", "no such file"),
            tr("请检查文件名", "check the file's name"),
        )
    try:
        book = load_workbook(path, read_only=True, data_only=True)
        try:
            sheet = book.worksheets[0]
            rows = [
                ["" if cell is None else str(cell) for cell in row]
                for row in _limited(sheet.iter_rows(values_only=True))
            ]
        finally:
            book.close()
    except (OSError, BadZipFile, KeyError, ValueError, IndexError) as error:
        raise BadInput(
            tr(f"不能读取名单 {path}", f"cannot read roster {path}"),
            tr("xlsx 已损坏，或不能读", "the xlsx is damaged, or cannot be read"),
            tr("请另存为 xlsx 或 csv", "save it as xlsx or csv"),
        ) from error
    return [row for row in rows if any(map(str.strip, row))]


def _limited(rows: Iterable[T]) -> Iterable[T]:
    for index, row in enumerate(rows):
        if index >= MOST:
            return
        yield row
