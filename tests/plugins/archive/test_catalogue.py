"""归档文件目录 and 档号: the columns of the standard, and the rule in data."""

from datetime import date

import pytest
from openpyxl import load_workbook
from roomctl_archive import archival_code, catalogue

from roomctl.api import BadInput
from roomctl.api.registration import CatalogueRow, Entry

LONG = "长" * 600


def row(**more):
    facts = {
        "number": 1, "code": "X043-WS·2026-Y-0001", "document_number": "", "responsible": "市政府办公室",
        "title": "[停车场建设会议记录]", "formed": date(2026, 11, 12), "secrecy": "", "pages": 4, "term": "永久",
        "files": 2, "seconds": 0.0, "supplement": False,
    }  # fmt: skip
    return CatalogueRow(**facts | more)


def entry(**more):
    facts = {
        "number": "d1", "kind": "会议记录", "title": "t", "formed": date(2026, 11, 12), "term": "永久",
        "responsible": "", "secrecy": "", "files": 1, "bytes": 9,
    }  # fmt: skip
    return Entry(**facts | more)


def test_the_list_has_the_columns_of_the_standard_and_prints_its_head_on_each_page(tmp_path):
    path = tmp_path / "list.xlsx"
    sound = row(
        number=2, pages=None, seconds=3725.0, files=4, supplement=True, secrecy="内部", title=f"=1+1\x0b{LONG}"
    )
    catalogue.write([row(), sound], path, title="停车场建设专题会议", organization="市政府办公室", fonds="X043")
    sheet = load_workbook(path).active
    rows = list(sheet.iter_rows(min_row=3, values_only=True))
    assert rows[0] == ("序号", "档号", "文号", "责任者", "题名", "日期", "密级", "页数", "备注")
    assert (*rows[1][4:6], rows[1][7]) == ("[停车场建设会议记录]", "20261112", 4)
    assert rows[2][4] == f"=1+1{LONG}", "a title is no formula"
    assert sheet["E5"].data_type == "s"
    assert rows[2][8] == "保管期限永久，时长1:02:05，4个文件，补充归档"
    assert sheet.row_dimensions[5].height == 409, "a spreadsheet opens no sheet with a higher row"
    assert (sheet.print_title_rows, sheet.page_setup.paperSize) == ("$3:$3", int(sheet.PAPERSIZE_A4))


@pytest.mark.parametrize(
    ("more", "term", "office", "code"),
    [
        ({}, "永久", "", "X043-WS·2026-Y-0007"),
        ({}, "30年", "BGS", "X043-WS·2026-D30-BGS-0007"),
        ({"seconds": 1.0}, "10年", "", "X043-LY·2026-D10-0007"),
    ],
)
def test_a_code_is_put_together_by_the_shipped_rule(tmp_path, more, term, office, code):
    series = archival_code.load("", tmp_path).series(entry(**more), term, fonds="X043", office=office)
    assert series.code(7) == code


@pytest.mark.parametrize(("term", "fonds"), [("不详", "X043"), ("永久", "")])
def test_what_lacks_its_fonds_or_its_term_gets_no_code(tmp_path, term, fonds):
    assert archival_code.load("", tmp_path).series(entry(), term, fonds=fonds, office="") is None


OWN = """
joint = "."
parts = ["{fonds}", "{year}"]
digits = 2
[categories]
documents = "A"
sound = "B"
[terms]
"永久" = "1"
"""


def test_an_office_may_have_its_own_rule(tmp_path):
    (tmp_path / "own.toml").write_text(OWN, encoding="utf-8")
    series = archival_code.load("own.toml", tmp_path).series(entry(), "永久", fonds="J1", office="x")
    assert series.code(3) == "J1.2026.03"


@pytest.mark.parametrize(
    "text",
    ["", "parts = []", OWN.replace("{year}", "{jahr}"), OWN.replace("digits = 2", "digits = 0"), OWN + "more = 1",
     OWN.replace('sound = "B"', ""), OWN.replace("{year}", "{year.month}"), OWN.replace("{year}", "{")],
)  # fmt: skip
def test_a_rule_that_cannot_be_used_is_told_in_one_line(tmp_path, text):
    (tmp_path / "own.toml").write_text(text, encoding="utf-8")
    with pytest.raises(BadInput) as told:
        archival_code.load("own.toml", tmp_path)
    assert "\n" not in str(told.value)


def test_a_rule_that_is_not_there_is_told(tmp_path):
    with pytest.raises(BadInput):
        archival_code.load("none.toml", tmp_path)
