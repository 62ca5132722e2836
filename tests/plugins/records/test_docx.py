import re
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import docx as reader
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from roomctl_records.render import docx, layout, template

from roomctl.api import Document, record
from roomctl.testing.fakes import A_MORNING

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@pytest.fixture
def shipped(tmp_path):
    return template.load("", tmp_path)


@pytest.fixture
def written(tmp_path, shipped):
    def write(document):
        path = tmp_path / "minutes.docx"
        docx.write(document, path, shipped, at=A_MORNING)
        return path

    return write


def body(path):
    with zipfile.ZipFile(path) as archive:
        return ET.fromstring(archive.read("word/document.xml"))  # noqa: S314 - our own file


def test_the_secrecy_stands_on_every_page_and_the_first_is_numbered_as_well(facts, written):
    section = reader.Document(written(replace(facts.draft(), mark="内部"))).sections[0]
    heads = (section.first_page_header, section.header, section.even_page_header)
    assert section.different_first_page_header_footer
    assert ["".join(one.text for one in head.paragraphs) for head in heads] == ["", "内部", "内部"]
    assert "PAGE" in section.first_page_footer._element.xml
    assert (
        not reader.Document(written(replace(facts.draft(), mark=""))).sections[0].different_first_page_header_footer
    )


def test_word_and_python_read_back_every_word(facts, written):
    document = facts.draft()
    text = "\n".join(paragraph.text for paragraph in reader.Document(written(document)).paragraphs)
    assert document.title in text
    for block in document.blocks:
        match block:
            case record.Labelled(label, entries):
                assert f"{label}：{entries[0]}" in text
                assert all(entry in text for entry in entries)
            case record.Paragraph(words, lead):
                assert lead + words in text
            case record.Heading(_, words) | record.Note(words):
                assert words in text
            case record.Signatures(roles):
                assert all(f"{role}（签名）：" in text for role in roles)


def test_the_same_document_gives_the_same_bytes(facts, written):
    first = written(facts.draft()).read_bytes()
    assert written(facts.draft()).read_bytes() == first


def test_each_paragraph_is_found_by_its_segment(facts, written):
    document = facts.draft()
    root = body(written(document))
    names = [mark.get(f"{W}name") for mark in root.iter(f"{W}bookmarkStart")]
    assert {docx.bookmark(segment) for segment in document.segments} <= set(names)
    assert len(names) == len(set(names)) == len(list(document.segments))
    starts = [mark.get(f"{W}id") for mark in root.iter(f"{W}bookmarkStart")]
    assert starts == [mark.get(f"{W}id") for mark in root.iter(f"{W}bookmarkEnd")]


@given(st.text(min_size=1))
def test_any_segment_id_becomes_a_name_that_word_takes(segment):
    assert re.fullmatch(r"[A-Za-z][0-9A-Za-z_]{0,39}", docx.bookmark(segment))


def test_fonts_are_set_for_chinese_too(facts, written):
    with zipfile.ZipFile(written(facts.draft())) as archive:
        styles = ET.fromstring(archive.read("word/styles.xml"))  # noqa: S314 - our own file
    fonts = {}
    for style in styles.iter(f"{W}style"):
        found = style.find(f"{W}rPr/{W}rFonts")
        if found is not None:
            fonts[style.find(f"{W}name").get(f"{W}val")] = found.get(f"{W}eastAsia")
    assert fonts["Normal"] == "仿宋_GB2312"
    assert fonts["Title"] == "方正小标宋简体"
    assert [fonts[f"heading {n}"] for n in (1, 2, 3)] == ["黑体", "楷体_GB2312", "仿宋_GB2312"]


def test_what_may_stand_in_for_a_missing_font_is_told(facts, written):
    with zipfile.ZipFile(written(facts.draft())) as archive:
        table = ET.fromstring(archive.read("word/fontTable.xml"))  # noqa: S314 - our own file
    told = {
        font.get(f"{W}name"): (font.find(f"{W}altName").get(f"{W}val"), font.find(f"{W}charset").get(f"{W}val"))
        for font in table
    }
    assert told["仿宋_GB2312"] == ("仿宋,FangSong", "86")
    assert set(told) == {"方正小标宋简体", "仿宋_GB2312", "楷体_GB2312", "黑体", "宋体"}


def test_the_properties_tell_the_meeting_not_this_run(facts, written):
    core = reader.Document(written(facts.draft())).core_properties
    assert (core.title, core.created.isoformat()) == ("停车场建设专题会议记录", "2026-11-12T01:00:00+00:00")
    assert core.comments == ""


def test_a_mark_of_secrecy_stands_first(written):
    path = written(Document(kind="会议记录", title="会议记录", blocks=(), mark="内部"))
    assert reader.Document(path).paragraphs[0].text == "内部"


@settings(max_examples=20)  # each writes and reads a whole docx
@given(st.text())
def test_any_text_can_be_written(text):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "any.docx"
        blocks = (record.Paragraph(text, lead=text, segment=text), record.Labelled("出席", (text,)))
        values = template.load("", Path(folder))
        docx.write(Document(kind="k", title=text or "题", blocks=blocks, mark=text), path, values, at=A_MORNING)
        assert reader.Document(path).paragraphs


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("停车场建设专题会议记录", ["停车场建设专题会议记录"]),
        ("老旧小区改造和城区停车场建设工作专题会议记录", ["老旧小区改造和城区停车场建设工作", "专题会议记录"]),
        ("甲" * 30, ["甲" * 15, "甲" * 15]),
    ],
)
def test_a_long_title_breaks_where_a_reader_would(title, lines):
    assert layout.title_lines(title, 20) == lines


@given(st.text(), st.integers(1, 40))
def test_a_title_loses_nothing_to_its_lines(title, width):
    lines = layout.title_lines(title, width)
    assert "".join(lines) == title
