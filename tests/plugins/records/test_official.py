"""The mark above the title and the 版记 at the foot, in both files, as a reader sees them. Points."""

import shutil
import subprocess

import pytest
from PIL import Image

from roomctl.api import Document, record
from tests.plugins.records.test_page import BOTTOM, LEFT, RIGHT, TOP, from_docx, from_typst

MM = 72 / 25.4
DPI = 144
PAPER = Document(
    kind="会议纪要",
    title="研究停车场建设工作专题会议纪要",
    masthead=record.Masthead("滨江市人民政府专题会议纪要", "第12期", "滨江市人民政府办公室", "2026年11月15日"),
    imprint=record.Imprint(
        "分送",
        ("市长、副市长", "市发展改革委、市财政局、市住房城乡建设局、市城管局"),
        "市政府办公室",
        "2026年11月15日",
    ),
    blocks=(
        record.Heading(1, "一、停车场建设"),
        record.Paragraph("会议听取了汇报。" * 60),
        record.Table(("序号", "姓名"), (("1", "张建国"),), (1, 3)),
    ),
)


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(from_docx, marks=pytest.mark.needs("soffice", "pdftoppm"), id="docx"),
        pytest.param(from_typst, marks=pytest.mark.needs("pdftoppm"), id="pdf"),
    ],
)
def pictures(tmp_path_factory, request):
    folder = tmp_path_factory.mktemp("official")
    request.param(PAPER, folder)
    subprocess.run(
        [shutil.which("pdftoppm"), "-r", str(DPI), "-png", folder / "page.pdf", folder / "page"],
        check=True,
        capture_output=True,
    )
    return [Image.open(path).convert("RGB") for path in sorted(folder.glob("page-*.png"))]


def rows_where(picture, wanted):
    """Heights in points at which a pixel is as wanted, from the top."""
    width, height = picture.size
    pixels = picture.load()
    return [y * 72 / DPI for y in range(height) if any(wanted(pixels[x, y]) for x in range(0, width, 2))]


def red(pixel):
    return pixel[0] > 200 and max(pixel[1:]) < 90


def dark(pixel):
    return max(pixel) < 140


def test_the_mark_is_red_and_its_top_35_mm_below_the_text_area(pictures):
    rows = rows_where(pictures[0], red)
    assert rows[0] == pytest.approx(TOP + 35 * MM, abs=2 * MM)  # a face does not fill its square to the top
    assert not [row for picture in pictures[1:] for row in rows_where(picture, red)]


def test_the_mark_stands_on_one_line_between_the_margins(pictures):
    picture = pictures[0]
    pixels = picture.load()
    top = rows_where(picture, red)[0] * DPI / 72
    columns = [
        x * 72 / DPI
        for x in range(picture.width)
        if any(red(pixels[x, y]) for y in range(round(top), round(top + 36 * DPI / 72)))
    ]
    assert columns[0] >= LEFT - 1
    assert columns[-1] <= RIGHT + 1


def test_the_imprint_stands_at_the_foot_of_the_last_page_between_its_rules(pictures):
    last = pictures[-1]
    pixels = last.load()
    ruled = [
        y * 72 / DPI
        for y in range(last.height)
        if sum(dark(pixels[x, y]) for x in range(last.width)) > 0.95 * (RIGHT - LEFT) * DPI / 72
    ]
    rules = [y for place, y in enumerate(ruled) if place == 0 or y - ruled[place - 1] > 2]
    assert len(rules) >= 3
    assert rules[-1] == pytest.approx(BOTTOM, abs=2 * MM)


def test_the_red_rule_below_number_and_issuer_is_as_wide_as_the_text(pictures):
    """版头中的分隔线 is as wide as the text area (GB/T 9704-2012 clause 7.2.7)."""
    first = pictures[0]
    pixels = first.load()
    wide = [sum(red(pixels[x, y]) for x in range(first.width)) for y in range(first.height)]
    rule = max(range(first.height), key=wide.__getitem__)
    columns = [x * 72 / DPI for x in range(first.width) if red(pixels[x, rule])]
    assert columns[0] == pytest.approx(LEFT, abs=MM)
    assert columns[-1] == pytest.approx(RIGHT, abs=MM)
