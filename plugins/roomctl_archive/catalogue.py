"""归档文件目录 as a workbook that prints on A4: the columns of DA/T 22-2015 clause 5.5, in its order."""

from collections.abc import Sequence
from math import ceil
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell, MergedCell
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from roomctl.api import tr
from roomctl.api.durations import hms
from roomctl.api.registration import CatalogueRow

COLUMNS = (
    ("序号", 6), ("档号", 30), ("文号", 18), ("责任者", 18), ("题名", 44), ("日期", 11), ("密级", 10), ("页数", 7),
    ("备注", 22),
)  # fmt: skip
"""With their widths in characters. The columns are as the standard is described in public, not as it is printed."""

FIRST = 4
"""Row of the first 件: a title, a line of what it is, the head."""

_LINE_HEIGHT = 16.0  # points, for type of 11
_HIGHEST = 409.0  # points; a spreadsheet takes no higher row
_MARGIN = 2  # characters of a column that a cell keeps free
_LINE = Side(style="thin")
_BORDER = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_CENTRED = {"序号", "日期", "密级", "页数"}


def write(rows: Sequence[CatalogueRow], target: Path, *, title: str, organization: str = "", fonds: str = "") -> None:
    """Raises: OSError: it cannot be written."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)  # noqa: S101 - a new workbook has one
    sheet.title = "归档文件目录"
    _head(sheet, title, organization, fonds)
    for place, row in enumerate(rows, FIRST):
        sheet.row_dimensions[place].height = min(_HIGHEST, _LINE_HEIGHT * _lines(_cells(row)))
        for column, value in enumerate(_cells(row), 1):
            cell = sheet.cell(place, column)
            _put(cell, value)
            cell.font = Font(name="仿宋", size=11)
            cell.border = _BORDER
            middle = COLUMNS[column - 1][0] in _CENTRED
            cell.alignment = Alignment(horizontal="center" if middle else "left", vertical="center", wrap_text=True)
    _page(sheet)
    book.save(target)


def _lines(cells: Sequence[str | int | None]) -> int:
    """That the fullest cell of a row takes: a program that opens the sheet does not lay out rows by itself."""
    widths = (2 * sum(not one.isascii() for one in str(cell)) + sum(map(str.isascii, str(cell))) for cell in cells)
    return max(ceil(width / (column - _MARGIN)) for width, (_, column) in zip(widths, COLUMNS, strict=True)) or 1


def _put(cell: Cell | MergedCell, value: str | float | None) -> None:
    """A title that begins with = is a title."""
    if isinstance(cell, Cell):
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", value) if isinstance(value, str) else value
        if isinstance(value, str):
            cell.data_type = "s"


def _head(sheet: Worksheet, title: str, organization: str, fonds: str) -> None:
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(COLUMNS))
    sheet["A1"] = "归档文件目录"
    sheet["A1"].font = Font(name="黑体", size=18)
    sheet["A1"].alignment = Alignment(horizontal="center", vertical="center")
    sheet.row_dimensions[1].height = 32
    sheet.merge_cells(start_row=2, start_column=1, end_row=2, end_column=len(COLUMNS))
    about = [
        f"全宗名称：{organization}" if organization else "",
        f"全宗号：{fonds}" if fonds else "",
        f"会议：{title}",
    ]
    _put(sheet["A2"], "　　".join(filter(None, about)))
    sheet["A2"].font = Font(name="仿宋", size=11)
    for column, (name, width) in enumerate(COLUMNS, 1):
        cell = sheet.cell(FIRST - 1, column, name)
        cell.font = Font(name="黑体", size=11)
        cell.border = _BORDER
        cell.alignment = Alignment(horizontal="center", vertical="center")
        sheet.column_dimensions[cell.column_letter].width = width


def _cells(row: CatalogueRow) -> Sequence[str | int | None]:
    """Dates are eight digits (clause 5.5); what nobody knows stays empty."""
    return (
        row.number, row.code, row.document_number, row.responsible, row.title, f"{row.formed:%Y%m%d}", row.secrecy,
        row.pages, _remark(row),
    )  # fmt: skip


def _remark(row: CatalogueRow) -> str:
    whole = round(row.seconds)
    parts = [
        f"保管期限{row.term}",
        f"时长{hms(whole)}" if whole else "",
        f"{row.files}个文件" if row.files > 1 else "",
        "补充归档" if row.supplement else "",
    ]
    return "，".join(filter(None, parts))


def _page(sheet: Worksheet) -> None:
    """A4, lying; as wide as the paper, the head again on each page, pages numbered."""
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.orientation = sheet.ORIENTATION_LANDSCAPE
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = f"{FIRST - 1}:{FIRST - 1}"
    sheet.print_options.horizontalCentered = True
    sheet.oddFooter = HeaderFooterItem(center=_HeaderFooterPart(text=tr("第 &P 页，共 &N 页", "page &P of &N")))
    sheet.freeze_panes = f"A{FIRST}"
