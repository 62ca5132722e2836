"""What of the page can be measured in type: sizes, the colour of the mark, indents, columns, widow headings.

Rendered from the docx by LibreOffice and as PDF by typst; points.
"""

import re
import shutil
import subprocess
from dataclasses import dataclass
from html import unescape

import pytest
from roomctl_records.drafting import wording

from roomctl.api import Document, record
from tests.plugins.records.test_page import LEFT, from_docx, from_typst

CHARACTER = 315 / 20
NAMES = ("张建国", "王芳", "欧阳文华", "李晓明", "陈志强", "周涛", "孙丽", "赵云", "刘伟")
HEADS = ("一、停车场建设", "（一）选址方案", "1. 资金安排", "（1）市级资金")
OFFICE = "滨江市人民政府办公室"
PAPER = Document(
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
        pytest.param(from_docx, marks=pytest.mark.needs("soffice", "pdftohtml"), id="docx"),
        pytest.param(from_typst, marks=pytest.mark.needs("pdftohtml"), id="pdf"),
    ],
)
def pages(tmp_path_factory, request):
    folder = tmp_path_factory.mktemp("measures")
    request.param(PAPER, folder)
    argv = ["-xml", "-i", "-q", "-zoom", str(_SCALE), folder / "page.pdf", folder / "page"]
    subprocess.run([shutil.which("pdftohtml"), *argv], check=True, capture_output=True)
    xml = (folder / "page.xml").read_text(encoding="utf-8")
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
