"""PDF/A-2b: what the file says of itself, what it carries, and that no text is ever read as code."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from roomctl_records.render import pdf, template

from roomctl.api import BadInput, Document, record
from roomctl.testing.fakes import A_MORNING


@pytest.fixture(scope="module")
def shipped(tmp_path_factory):
    return template.load("", tmp_path_factory.mktemp("none"))


@pytest.fixture
def written(tmp_path, shipped):
    def write(document, name="a.pdf"):
        pdf.write(document, tmp_path / name, shipped, at=A_MORNING)
        return tmp_path / name

    return write


def told(path):
    return "".join(page.extract_text() for page in PdfReader(path).pages)


def test_it_says_that_it_is_pdf_a_2b_and_carries_its_fonts_and_colours(facts, written):
    reader = PdfReader(written(facts.draft()))
    xmp = reader.trailer["/Root"]["/Metadata"].get_data().decode()
    assert "<pdfaid:part>2</pdfaid:part>" in xmp
    assert "<pdfaid:conformance>B</pdfaid:conformance>" in xmp
    assert reader.trailer["/Root"]["/OutputIntents"][0]["/DestOutputProfile"]
    fonts = [font.get_object() for page in reader.pages for font in page["/Resources"]["/Font"].values()]
    assert fonts
    for font in fonts:
        described = font["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(described.keys())


def test_every_word_of_the_record_is_in_it(facts, written):
    document = facts.draft()
    text = "".join(told(written(document)).split())
    for block in document.blocks:
        if isinstance(block, record.Heading | record.Paragraph):
            assert "".join(block.text.split()) in text


def test_the_same_document_gives_the_same_bytes(facts, written):
    document = facts.draft()
    assert written(document).read_bytes() == written(document, "b.pdf").read_bytes()


@pytest.mark.parametrize(
    "words", ["#panic()", '$x$ *a* _b_ `c` <d> @e "f" \\', '#read("/etc/passwd")', "// 不是注释"]
)
def test_words_are_words_and_never_code(written, words):
    document = Document(kind="会议记录", title=words, blocks=(record.Paragraph(words), record.Heading(1, words)))
    assert "".join(told(written(document)).split()).count("".join(words.split())) == 3


@settings(max_examples=6, deadline=None)
@given(text=st.text(max_size=6))
def test_any_text_can_be_written(tmp_path_factory, shipped, text):
    path = tmp_path_factory.mktemp("any") / "a.pdf"
    document = Document(
        kind=text, title=text, blocks=(record.Paragraph(text, lead=text), record.Labelled(text, (text,)))
    )
    pdf.write(document, path, shipped, at=A_MORNING)
    assert PdfReader(path).pages


@pytest.mark.parametrize(
    "text",
    [
        "0\U0001f3fb",
        "\U0001f44d\U0001f3fb",
        "10\U0001f3fb年",
        "カ\uff9e\U000e0041",
        "\\\u0f8d",
        '"\u0f8d"',
        "0\ufe0e\u0f8d",
        "2\u0e33",
    ],
)
def test_a_mark_that_no_font_has_costs_neither_the_paper_nor_other_figures(tmp_path, shipped, text):
    document = Document(kind="会议记录", title="2026年10月", blocks=(record.Paragraph(text),))
    pdf.write(document, tmp_path / "a.pdf", shipped, at=A_MORNING)
    assert "2026年10月" in told(tmp_path / "a.pdf")


def test_what_stood_in_for_a_missing_font_is_told(tmp_path, shipped):
    document = Document(kind="会议记录", title="题", blocks=())
    none = shipped.model_copy(update={"type": shipped.type.model_copy(update={"title": "不在此机的字体"})})
    stood_in = pdf.write(document, tmp_path / "a.pdf", none, at=A_MORNING)
    assert stood_in["不在此机的字体"] in {"Noto Serif CJK SC", "Source Han Serif SC", "Noto Serif SC"}


def test_a_character_that_no_font_has_is_shown_as_the_printers_sign_and_told(tmp_path, shipped):
    document = Document(kind="会议记录", title="题", blocks=(record.Paragraph("张\u0378国"),))
    assert pdf.write(document, tmp_path / "a.pdf", shipped, at=A_MORNING)["\u0378"] == "〓"
    assert "张〓国" in told(tmp_path / "a.pdf")


def test_the_secrecy_stands_on_every_page(written):
    long = Document(kind="会议记录", title="题", mark="内部", blocks=(record.Paragraph("同意。" * 600),))
    pages = [page.extract_text() for page in PdfReader(written(long)).pages]
    assert len(pages) > 1
    assert [text.count("内部") for text in pages] == [1] * len(pages)


def test_a_mark_above_a_letter_that_no_font_has_costs_itself_alone(tmp_path, shipped):
    document = Document(kind="会议记录", title="题", blocks=(record.Paragraph("张Ó\u1ab0国"),))
    stood_in = pdf.write(document, tmp_path / "a.pdf", shipped, at=A_MORNING)
    assert [name for name, other in stood_in.items() if other == "〓"] == ["\u1ab0"]
    assert "张Ó〓国" in told(tmp_path / "a.pdf")


def test_a_machine_without_any_chinese_font_is_told_what_to_install(monkeypatch, tmp_path, shipped):
    monkeypatch.setattr(pdf, "_families", frozenset)
    with pytest.raises(BadInput, match="fonts-noto-cjk"):
        pdf.write(Document(kind="k", title="题", blocks=()), tmp_path / "a.pdf", shipped, at=A_MORNING)


def test_a_table_is_as_wide_everywhere():
    with pytest.raises(ValueError, match="columns"):
        record.Table(("a", "b"), (("1",),), (1, 1))
    assert replace(record.Table(("a",), (("1",),), (1,)), widths=(2,)).widths == (2,)
