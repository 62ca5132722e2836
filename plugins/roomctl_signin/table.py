"""Rows of text out of a CSV or xlsx file, whatever program wrote it."""

import csv
import io
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from roomctl.api import BadInput, tr

MAX_BYTES = 20_000_000
"""A roster of 10,000 people is below one megabyte."""
MAX_UNPACKED = 100_000_000
MAX_ROWS, MAX_COLUMNS = 20_000, 200
ENCODINGS = ("utf-8-sig", "gb18030")
"""UTF-8, with or without its mark; then GBK, GB2312 and GB 18030, which Excel writes on a Chinese Windows."""
DELIMITERS = ",\t;，"


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
        raise _unusable(path, tr(f"文件有 {size >> 20} MB，太大", f"{size >> 20} MB is too large"))
    rows = _xlsx_rows(path, content) if content.startswith(b"PK") else _csv_rows(path, content)
    found = []
    for n, cells in rows:
        if n > MAX_ROWS:
            raise _unusable(path, tr(f"超过 {MAX_ROWS} 行", f"more than {MAX_ROWS} rows"))
        if any(cells):
            found.append(Row(n, tuple(cells)))
    if not found:
        raise _unusable(path, tr("文件是空的", "the file is empty"))
    return tuple(found)


def _csv_rows(path: Path, content: bytes) -> Iterator[tuple[int, list[str]]]:
    text = _decoded(path, content)
    first = next((line for line in text.splitlines() if any(mark in line for mark in DELIMITERS)), "")
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for cells in reader:
            yield reader.line_num, [cell.strip() for cell in cells[:MAX_COLUMNS]]
    except csv.Error as error:
        line = reader.line_num
        raise _unusable(path, tr(f"第 {line} 行：{error}", f"line {line}: {error}")) from error


def _decoded(path: Path, content: bytes) -> str:
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
    raise _unusable(path, tr("既不是 CSV 也不是 xlsx", "it is neither CSV nor xlsx"))


def _xlsx_rows(path: Path, content: bytes) -> Iterator[tuple[int, list[str]]]:
    import openpyxl  # noqa: PLC0415 - slow, and most rosters are asked for by other commands

    try:
        _no_bomb(path, content)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and extensions, none of which is read
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            try:
                sheet = book.worksheets[0]
                sheet.reset_dimensions()  # some programs write a wrong extent
                for n, cells in enumerate(sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS), 1):
                    yield n, [_text(cell) for cell in cells]
                    if n > MAX_ROWS:
                        return
            finally:
                book.close()
    except BadInput:
        raise
    except Exception as error:  # openpyxl lets whatever its XML and zip parts raise come through
        raise _unusable(path, tr("xlsx 已损坏或不是工作簿", "the xlsx is damaged, or no workbook")) from error


def _no_bomb(path: Path, content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        unpacked = sum(member.file_size for member in archive.infolist())
    if unpacked > MAX_UNPACKED:
        raise _unusable(path, tr(f"解开后有 {unpacked >> 20} MB", f"it would unpack to {unpacked >> 20} MB"))


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))  # a telephone number, which Excel keeps as a number
    return "" if cell is None else str(cell).strip()


def _unusable(path: Path, why: str) -> BadInput:
    return BadInput(
        tr(f"名单 {path} 不能使用", f"cannot use roster {path}"),
        why,
        tr("请另存为 xlsx 或 CSV（UTF-8 或 GBK）", "save it as xlsx, or as CSV in UTF-8 or GBK"),
    )
