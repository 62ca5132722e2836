"""What is known before anybody speaks: roster, terms, and the papers of the meeting."""

import csv
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeVar
from zipfile import BadZipFile

from roomctl.api import BadInput, tr

T = TypeVar("T")

HEADS = {
    "name": ("姓名", "名字", "name"),
    "unit": ("单位", "部门", "unit", "department", "organisation", "organization"),
    "duty": ("职务", "职位", "duty", "title", "position"),
}
MOST = 20_000
"""Rows of a roster or lines of a list; more is another kind of file."""
REPEATED = 2
"""Times that a term stands in the papers before it counts, unless it is quoted."""

_ORGAN = re.compile(
    r"[\u4e00-\u9fff]{2,10}?(?:局|委员会|委|办公室|厅|学院|医院|公司|集团|中心|工程|项目|街道|社区|小区|园区|开发区|方案|条例|办法|规划|大道|大桥|水库)"
)
_QUOTED = re.compile(r"[《“「]([\u4e00-\u9fff]{3,16})[》”」]")
_LEADS = re.compile(
    r"^.*(?:的|和|与|及|由|在|对|将|把|向|请|是|按|为|了|关于|各|本|该|建设|推进|完成|研究|听取|启动)"
)


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
        term for line in _text(path).splitlines()[:MOST] if (term := line.split("#")[0].strip().strip("、，,；;"))
    )


def folder(path: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Terms of the meeting's papers (docx and txt) in a folder, and the files that were left out.

    Raises:
        BadInput: no such folder.

    """
    if not path.is_dir():
        raise BadInput(
            tr(f"没有文件夹 {path}", f"no folder {path}"),
            mend=tr("请用 --papers 给出材料文件夹", "give one with --papers DIR"),
        )
    texts, left = [], []
    for file in sorted(path.iterdir()):
        kind = file.suffix.lower()
        if kind == ".docx":
            texts.append(_docx(file))
        elif kind in {".txt", ".md"}:
            texts.append(_text(file))
        elif file.is_file():
            left.append(file.name)
    return terms_of("\n".join(texts)), tuple(left)


def terms_of(text: str) -> tuple[str, ...]:
    """Names of units, projects and papers in a text: what is quoted, and what ends like one and is repeated."""
    counts: dict[str, int] = {}
    for match in _ORGAN.finditer(text):
        term = _LEADS.sub("", match[0])
        if len(term) > 2:  # noqa: PLR2004 - two characters sound like too much
            counts[term] = counts.get(term, 0) + 1
    quoted = {match[1] for match in _QUOTED.finditer(text)}
    return tuple(sorted(quoted | {term for term, count in counts.items() if count >= REPEATED}))


def _cell(row: Sequence[str], index: int | None) -> str:
    return row[index].strip() if index is not None and index < len(row) else ""


def _how_roster() -> str:
    return tr(
        "第一行写 姓名,单位,职务，或每行一个姓名", "first row 姓名,单位,职务 (name,unit,duty), or one name a line"
    )


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadInput(
            tr(f"不能读取 {path}", f"cannot read {path}"),
            error.strerror or "",
            tr("请检查文件名", "check the file's name"),
        ) from error
    for encoding in ("utf-8-sig", "gb18030"):  # what Excel and WPS write
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise BadInput(
        tr(f"{path.name} 不是文本文件", f"{path.name} is no text"),
        mend=tr("请另存为 UTF-8 文本", "save it as UTF-8 text"),
    )


def _csv(path: Path) -> list[list[str]]:
    text = _text(path)
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


def _docx(path: Path) -> str:
    from docx import Document  # noqa: PLC0415 - heavy, and only for docx
    from docx.opc.exceptions import PackageNotFoundError  # noqa: PLC0415

    try:
        document = Document(str(path))
    except (PackageNotFoundError, KeyError, ValueError, BadZipFile) as error:
        raise BadInput(
            tr(f"不能读取材料 {path.name}", f"cannot read paper {path.name}"),
            tr("不是 docx 文件", "not a docx file"),
            tr("请另存为 docx", "save it as docx"),
        ) from error
    cells = (cell.text for table in document.tables for row in table.rows for cell in row.cells)
    return "\n".join((*(paragraph.text for paragraph in document.paragraphs), *cells))


def _limited(rows: Iterable[T]) -> Iterable[T]:
    for index, row in enumerate(rows):
        if index >= MOST:
            return
        yield row
