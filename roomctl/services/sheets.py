"""Rows of text out of a CSV or xlsx file, whatever program wrote it; and an xlsx out of rows."""

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any

from roomctl.errors import BadInput
from roomctl.i18n import tr

MAX_BYTES = 20_000_000
"""A roster of 10,000 people is below one megabyte."""
MAX_UNPACKED = 100_000_000
MAX_ROWS, MAX_COLUMNS = 20_000, 200
ENCODINGS = ("utf-8-sig", "gb18030")
"""UTF-8, with or without its mark; then GBK, GB2312 and GB 18030, which Excel writes on a Chinese Windows."""
DELIMITERS = ",\t;，"
_TOP = 20
"""Lines that tell what sets the cells apart: a title above the heads has marks of its own."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; `n` is its number as the user's program shows it, from 1."""

    n: int
    cells: tuple[str, ...]


def read(path: Path) -> tuple[Row, ...]:
    """All rows that are not empty, each cell stripped.

    Raises:
        BadInput: no such file, too large, neither CSV nor xlsx, damaged.

    """
    try:
        size = path.stat().st_size
        content = path.read_bytes() if size <= MAX_BYTES else b""
    except OSError as error:
        raise BadInput(
            tr(f"打不开名单 {path}", f"cannot open roster {path}"),
            error.strerror or str(error),
            tr("请核对路径", "check the path"),
        ) from error
    if size > MAX_BYTES:
        raise _unusable(str(path), tr(f"文件有 {size >> 20} MB，太大", f"{size >> 20} MB is too large"))
    return rows_of(content, str(path))


def rows_of(content: bytes, name: str) -> tuple[Row, ...]:
    """The same of a file that was sent. Args: name: as it is called where something is wrong."""
    rows = _xlsx_rows(name, content) if content.startswith(b"PK") else _csv_rows(name, content)
    found = []
    for n, cells in rows:
        if n > MAX_ROWS:
            raise _unusable(name, tr(f"超过 {MAX_ROWS} 行", f"more than {MAX_ROWS} rows"))
        if any(cells):
            found.append(Row(n, tuple(cells)))
    if not found:
        raise _unusable(name, tr("文件是空的", "the file is empty"))
    return tuple(found)


def _csv_rows(name: str, content: bytes) -> Iterator[tuple[int, list[str]]]:
    text = _decoded(name, content)
    lines = list(islice(io.StringIO(text), _TOP))
    delimiter = max(DELIMITERS, key=lambda mark: max((line.count(mark) for line in lines), default=0))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            yield reader.line_num, [cell.strip() for cell in cells[:MAX_COLUMNS]]
    except csv.Error as error:
        raise _unusable(
            name,
            tr(
                f"到第 {reader.line_num} 行读不下去：引号没有成对，或一格太长",
                f"reading ends at line {reader.line_num}: a quotation mark without its pair, or too long a cell",
            ),
        ) from error


def _decoded(name: str, content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):  # what Excel calls Unicode text
        candidates: Sequence[str] = ("utf-16",)
    elif b"\0" in content or content.startswith(b"\xd0\xcf\x11\xe0"):  # the latter is the old xls
        candidates = ()
    else:
        candidates = ENCODINGS
    for encoding in candidates:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _unusable(name, tr("既不是 CSV 也不是 xlsx", "it is neither CSV nor xlsx"))


def _xlsx_rows(name: str, content: bytes) -> Iterator[tuple[int, list[str]]]:
    import openpyxl  # noqa: PLC0415 - slow, and most rosters are asked for by other commands

    try:
        _no_bomb(name, content)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and extensions, none of which is read
            values, formulas = (
                openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=data) for data in (True, False)
            )
            try:
                for pair in zip(values.worksheets, formulas.worksheets, strict=True):
                    found = _sheet_rows(*pair)
                    first = next((row for row in found if any(row[1])), None)
                    if first is not None:  # an empty sheet before it is none that anybody means
                        yield from _merged(chain([first], found), _tall(pair[0], content))
                        return
            finally:
                values.close()
                formulas.close()
    except BadInput:
        raise
    except Exception as error:  # openpyxl lets whatever its XML and zip parts raise come through
        raise _unusable(name, tr("xlsx 已损坏或不是工作簿", "the xlsx is damaged, or no workbook")) from error


def _sheet_rows(values: Any, formulas: Any) -> Iterator[tuple[int, list[str]]]:
    for sheet in (values, formulas):
        sheet.reset_dimensions()  # some programs write a wrong extent
    sides = (sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS) for sheet in (values, formulas))
    for n, (cells, written) in enumerate(zip(*sides, strict=False), 1):
        yield n, [_text(_shown(*pair)) for pair in zip(cells, written, strict=False)]
        if n > MAX_ROWS:
            return


def _tall(sheet: Any, content: bytes) -> Mapping[tuple[int, int], int]:
    """Cells merged over several rows of one column: first row, and column from 0 → last row.

    A sheet that is read row by row does not tell of them; its XML does (`mergeCell`, ECMA-376 part 1, 18.3.1.54).
    """
    from openpyxl.utils import column_index_from_string  # noqa: PLC0415

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        text = archive.read(sheet._worksheet_path)  # noqa: SLF001 - nothing else says which part it is
    return {
        (int(top), column_index_from_string(left.decode("ascii")) - 1): int(bottom)
        for left, top, right, bottom in _MERGED.findall(text)
        if left == right
    }


_MERGED = re.compile(rb"""<(?:\w+:)?mergeCell\s[^>]*?ref=["']([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})["']""")


def _merged(
    rows: Iterable[tuple[int, list[str]]], tall: Mapping[tuple[int, int], int]
) -> Iterator[tuple[int, list[str]]]:
    """With what stands in a merged cell in each of its rows, as a reader sees it; an empty row stays empty."""
    said: dict[int, tuple[str, int]] = {}  # column → text, last row
    for n, cells in rows:
        filled = list(cells)
        for column, cell in enumerate(cells if tall else ()):
            if (bottom := tall.get((n, column))) is not None:
                said[column] = cell, bottom
            elif column in said and n <= said[column][1] and any(cells):
                filled[column] = said[column][0]
        yield n, filled


def _shown(value: object, written: object) -> object:
    """What a reader sees; a formula that no program has worked out yet, as it is written."""
    return written if value is None and isinstance(written, str) and written.startswith("=") else value


def _no_bomb(name: str, content: bytes) -> None:
    """Neither by its zip, nor by entities of its XML: a workbook has no document type (ECMA-376 part 2, 8.1.4)."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = archive.infolist()
        unpacked = sum(member.file_size for member in members)
        if unpacked > MAX_UNPACKED:
            raise _unusable(name, tr(f"解开后有 {unpacked >> 20} MB", f"it would unpack to {unpacked >> 20} MB"))
        for member in members:
            if member.filename.endswith((".xml", ".rels")):
                text = archive.read(member)
                if any(mark in text for mark in _DOCTYPES):
                    raise _unusable(
                        name, tr("里面有不该有的声明", "it holds a declaration that belongs in no workbook")
                    )


_DOCTYPES = tuple("<!DOCTYPE".encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be"))


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))  # a telephone number, which Excel keeps as a number
    return "" if cell is None else str(cell).strip()


def _unusable(name: str, why: str) -> BadInput:
    return BadInput(
        tr(f"名单 {name} 不能使用", f"cannot use roster {name}"),
        why,
        tr("请另存为 xlsx 或 CSV（UTF-8 或 GBK）", "save it as xlsx, or as CSV in UTF-8 or GBK"),
    )


def xlsx_of(rows: Iterable[Sequence[str]], widths: Sequence[int]) -> bytes:
    """A workbook of one sheet, its first row the heads; every cell is text, and none a formula (CWE-1236).

    Args:
        widths: of the columns, in characters.

    """
    import openpyxl  # noqa: PLC0415 - slow, and seldom asked for
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell  # noqa: PLC0415
    from openpyxl.styles import Font  # noqa: PLC0415
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    book = openpyxl.Workbook()
    sheet = book.active
    if sheet is None:
        raise RuntimeError("a new workbook has a sheet")
    for n, row in enumerate(rows, 1):
        cells = []
        for column, text in enumerate(row, 1):
            cell = Cell(sheet, n, column, ILLEGAL_CHARACTERS_RE.sub("", text))
            cell.data_type = "s"
            if n == 1:
                cell.font = Font(bold=True)
            cells.append(cell)
        sheet.append(cells)
    for column, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
