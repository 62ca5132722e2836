"""A 纪要 in both files as a reader sees it: mark, 版记, type, colours, indents, columns, widow headings. Points."""

import re
import shutil
import subprocess
from dataclasses import dataclass
from html import unescape

import pytest
from PIL import Image
from roomctl_records.drafting import wording

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


CHARACTER = 315 / 20
NAMES = ("张建国", "王芳", "欧阳文华", "李晓明", "陈志强", "周涛", "孙丽", "赵云", "刘伟")
HEADS = ("一、停车场建设", "（一）选址方案", "1. 资金安排", "（1）市级资金")
OFFICE = "滨江市人民政府办公室"
TYPED = Document(
    kind="会议纪要",
    title="研究停车场建设工作专题会议纪要",
    masthead=record.Masthead("滨江市人民政府纪要", "第12期", OFFICE, "2026年11月15日"),
    imprint=record.Imprint("分送", ("市财政局",), OFFICE, "2026年11月15日"),
    blocks=(
        *(record.Heading(level, text) for level, text in enumerate(HEADS, 1)),
        record.Paragraph("会议听取了汇报。" * 9),
        *(
            block
            for n in range(48)
            for block in (record.Heading(1 + n % 4, f"题{n}"), record.Paragraph("议定事项如下。" * (4 * (n % 5) + 2)))
        ),
        record.Space(),
        record.Labelled("出席", tuple(wording.flow([wording.spaced(name) for name in NAMES]))),
        record.Labelled("请假", tuple(wording.flow(["王　芳"]))),
        record.Labelled("列席", ("何　平",)),
    ),
)

_FONT = re.compile(r'<fontspec id="(\d+)" size="(-?\d+)" family="([^"]*)" color="([^"]*)"')
_TEXT = re.compile(
    r'<text top="(-?\d+)" left="(-?\d+)" width="(\d+)" height="(\d+)" font="(\d+)">(.*?)</text>', re.DOTALL
)
_SCALE = 3.0  # the most that pdftohtml takes


@dataclass(frozen=True)
class Run:
    """Text as it stands on a page."""

    top: float
    left: float
    size: float
    family: str
    colour: str
    text: str


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(from_docx, marks=pytest.mark.needs("soffice", "pdftoppm", "pdftohtml"), id="docx"),
        pytest.param(from_typst, marks=pytest.mark.needs("pdftoppm", "pdftohtml"), id="pdf"),
    ],
)
def rendered(tmp_path_factory, request):
    """The folder with both papers as PDF."""
    folder = tmp_path_factory.mktemp("official")
    request.param(folder, page=PAPER, typed=TYPED)
    return folder


@pytest.fixture(scope="module")
def pictures(rendered):
    subprocess.run(
        [shutil.which("pdftoppm"), "-r", str(DPI), "-png", rendered / "page.pdf", rendered / "page"],
        check=True,
        capture_output=True,
    )
    return [Image.open(path).convert("RGB") for path in sorted(rendered.glob("page-*.png"))]


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


@pytest.fixture(scope="module")
def pages(rendered):
    """Runs of each page of the second paper."""
    argv = ["-xml", "-i", "-q", "-zoom", str(_SCALE), rendered / "typed.pdf", rendered / "typed"]
    subprocess.run([shutil.which("pdftohtml"), *argv], check=True, capture_output=True)
    xml = (rendered / "typed.xml").read_text(encoding="utf-8")
    fonts = {found[1]: (int(found[2]) / _SCALE, found[3], found[4]) for found in _FONT.finditer(xml)}
    return [
        [
            Run(int(top) / _SCALE, int(left) / _SCALE, *fonts[font], unescape(re.sub(r"<[^>]+>", "", text)).strip())
            for top, left, _, _, font, text in _TEXT.findall(page)
            if re.sub(r"<[^>]+>|\s", "", text)
        ]
        for page in xml.split("<page ")[1:]
    ]


def rows(page):
    """Lines of a page: the first run of each, with the text of all."""
    found = {}
    for run in sorted(page, key=lambda run: run.left):
        top = next((top for top in found if abs(top - run.top) < 6), run.top)
        found.setdefault(top, []).append(run)
    return [(runs[0], "".join(run.text for run in runs).replace(" ", "")) for _, runs in sorted(found.items())]


def one(page, beginning):
    return next(first for first, text in rows(page) if text.startswith(beginning))


def test_sizes_are_those_of_the_standard(pages):
    sizes = {"滨江市人民政府纪要": 36, "研究停车场": 22, "第12期": 16, HEADS[0]: 16, "会议听取": 16, "—": 14}
    for beginning, size in sizes.items():
        assert one(pages[0], beginning).size == pytest.approx(size, abs=0.5), beginning


def test_the_mark_alone_is_red(pages):
    assert one(pages[0], "滨江市人民政府纪要").colour == "#ff0000"
    others = {run.colour for page in pages for run in page if run.text != "滨江市人民政府纪要"}
    assert others == {"#000000"}


def test_headings_of_every_level_begin_two_characters_in(pages):
    for head in HEADS:
        assert one(pages[0], head.replace(" ", "")).left == pytest.approx(LEFT + 2 * CHARACTER, abs=1.5), head


def test_no_heading_is_the_last_line_of_a_page(pages):
    assert len(pages) > 4
    for page in pages[:-1]:
        text = [line for _, line in rows(page) if "—" not in line]
        assert not re.fullmatch(r"题\d+", text[-1])


def test_names_stand_in_one_column_after_the_colon(pages):
    """Labels two characters in, over the width of three, then the colon; a second line begins below the first."""
    last = rows(pages[-1])
    labels = [first for first, text in last if re.match("(出席|请假|列席)：", text)]
    assert [first.left for first in labels] == pytest.approx([LEFT + 2 * CHARACTER] * 3, abs=1)
    column = LEFT + 6 * CHARACTER
    begins = [first.left for first, text in last if text.startswith("周")]
    begins += [run.left for run in pages[-1] if run.text.startswith(("张", "王", "何"))]
    assert begins == pytest.approx([column] * len(begins), abs=1)
    assert begins
