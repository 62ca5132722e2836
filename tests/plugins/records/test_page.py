"""The page as a reader sees it: rendered, then measured. Points; 1 pt is 20 twips."""

import re
import shutil
import subprocess
from html import unescape
from itertools import pairwise

import pytest
from roomctl_records.render import docx, pdf, template

from roomctl.api import Document, record
from roomctl.testing.fakes import A_MORNING

TOP, LEFT, RIGHT, BOTTOM = 2098 / 20, 1588 / 20, (11906 - 1474) / 20, (16838 - 1980) / 20
LINE = 580 / 20
HALF_MM = 72 / 25.4 / 2

_LINE = re.compile(r'<line xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)</line>', re.DOTALL)
_WORD = re.compile(r"<word [^>]*>(.*?)</word>")


DOCUMENT = Document(
    kind="会议记录",
    title="停车场建设专题会议记录",
    blocks=(record.Paragraph("国" * 28 * 22 * 3, segment="r1-t1-0001"),),
)


def from_docx(folder, **documents):
    """`page=DOCUMENT` becomes page.pdf; all of them in one run, since it takes long to start."""
    paths = [folder / f"{name}.docx" for name in documents]
    for path, document in zip(paths, documents.values(), strict=True):
        docx.write(document, path, template.load("", folder), at=A_MORNING)
    profile = f"-env:UserInstallation=file://{folder}/profile"
    argv = [shutil.which("soffice"), profile, "--headless", "--convert-to", "pdf", "--outdir", folder]
    subprocess.run([*argv, *paths], check=True, capture_output=True, timeout=100)


def from_typst(folder, **documents):
    for name, document in documents.items():
        pdf.write(document, folder / f"{name}.pdf", template.load("", folder), at=A_MORNING)


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(from_docx, marks=pytest.mark.needs("soffice", "pdftotext"), id="docx"),
        pytest.param(from_typst, marks=pytest.mark.needs("pdftotext"), id="pdf"),
    ],
)
def pages(tmp_path_factory, request):
    """Lines of each page: (left, top, right, bottom, text)."""
    folder = tmp_path_factory.mktemp("page")
    request.param(folder, page=DOCUMENT)
    tool = shutil.which("pdftotext")
    subprocess.run([tool, "-bbox-layout", folder / "page.pdf", folder / "page.html"], check=True, capture_output=True)
    html = (folder / "page.html").read_text(encoding="utf-8")
    return [
        sorted(
            (
                (*map(float, found.groups()[:4]), unescape("".join(_WORD.findall(found[5]))))
                for found in _LINE.finditer(page)
            ),
            key=lambda line: line[1],
        )
        for page in html.split("<page ")[1:]
    ]


def text_lines(page):
    return [line for line in page if set(line[4]) == {"国"}]


def test_a_full_page_has_22_lines_of_28_characters(pages):
    assert [len(line[4]) for line in text_lines(pages[1])] == [28] * 22


def test_the_first_line_of_a_paragraph_begins_two_characters_in(pages):
    first, second = text_lines(pages[0])[:2]
    assert len(first[4]) == 26
    assert first[0] - second[0] == pytest.approx(2 * 315 / 20, abs=0.5)


def test_the_text_fills_the_area_of_the_standard(pages):
    lines = text_lines(pages[1])
    assert min(line[0] for line in lines) == pytest.approx(LEFT, abs=HALF_MM)
    assert max(line[2] for line in lines) == pytest.approx(RIGHT, abs=2 * HALF_MM)
    middle = [(line[1] + line[3]) / 2 for line in lines]
    steps = [after - before for before, after in pairwise(middle)]
    assert steps == pytest.approx([LINE] * 21, abs=0.1)
    assert TOP < middle[0] < TOP + LINE
    assert BOTTOM - LINE < middle[-1] < BOTTOM


def test_page_numbers_stand_outside_and_below_the_text(pages):
    odd, even = (next(line for line in page if "—" in line[4]) for page in pages[:2])
    assert (odd[4].replace(" ", ""), even[4].replace(" ", "")) == ("—1—", "—2—")
    assert odd[2] == pytest.approx(RIGHT - 14, abs=2)
    assert even[0] == pytest.approx(LEFT + 14, abs=2)
    assert (odd[1] + odd[3]) / 2 == pytest.approx(BOTTOM + 397 / 20, abs=3)
