"""A paper read back is the paper that was written, and then what somebody made of it."""

import zipfile
from dataclasses import replace

import docx as word
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from hypothesis import given, settings
from hypothesis import strategies as st
from roomctl_records.render import docx, reading, template

from roomctl.api import BadInput, Document, record
from roomctl.testing.fakes import A_MORNING
from tests.plugins.records.test_official import PAPER


@pytest.fixture(scope="module")
def shipped(tmp_path_factory):
    return template.load("", tmp_path_factory.mktemp("none"))


@pytest.fixture
def written(tmp_path, shipped):
    def write(document):
        docx.write(document, tmp_path / "a.docx", shipped, at=A_MORNING)
        return tmp_path / "a.docx"

    return write


def as_bookmarked(document):
    """With the bookmark's name in place of the segment's id; the second of one segment has a number behind it."""
    blocks, seen = [], []
    for block in document.blocks:
        if isinstance(block, record.Paragraph) and block.segment:
            name = docx.bookmark(block.segment)
            seen.append(name)
            count = seen.count(name)
            blocks.append(replace(block, segment=name if count == 1 else f"{name}_{count}"))
        else:
            blocks.append(block)
    return replace(document, blocks=tuple(blocks))


def without_widths(document):
    return replace(
        document,
        blocks=tuple(
            replace(block, widths=(1,) * len(block.header)) if isinstance(block, record.Table) else block
            for block in document.blocks
        ),
    )


def test_a_record_read_back_is_the_record(facts, written):
    document = facts.draft()
    assert reading.read(written(document)) == as_bookmarked(document)


def test_mark_table_and_imprint_are_read_back(written):
    assert without_widths(reading.read(written(PAPER))) == without_widths(PAPER)


words = st.text(st.characters(categories=["L", "N"], max_codepoint=0xFFFF), min_size=1, max_size=12)


@settings(max_examples=30, deadline=None)
@given(
    blocks=st.lists(
        st.one_of(
            st.builds(record.Heading, st.integers(1, 4), words),
            st.builds(record.Paragraph, words, st.one_of(st.just(""), words.map(lambda w: w + "："))),
            st.builds(record.Note, words),
        ),
        max_size=8,
    ),
    title=words,
)
def test_any_paper_read_back_is_that_paper(tmp_path_factory, shipped, blocks, title):
    path = tmp_path_factory.mktemp("any") / "a.docx"
    document = Document(kind="会议记录", title=title, blocks=tuple(blocks))
    docx.write(document, path, shipped, at=A_MORNING)
    assert reading.read(path) == document


def test_what_somebody_wrote_by_hand_is_read(facts, written):
    path = written(facts.draft())
    paper = word.Document(str(path))
    paper.add_paragraph("另：会后补充材料。")
    paper.save(str(path))
    assert reading.read(path).blocks[-1] == record.Paragraph("另：会后补充材料。")


def test_a_table_that_somebody_took_cells_out_of_is_read(written):
    rows = (("1", "张建国", "副市长"), ("2", "李晓明", "局长"))
    whole = record.Table(("序号", "姓名", "职务"), rows, (1, 1, 1))
    path = written(Document(kind="签到表", title="题", blocks=(whole,)))
    paper = word.Document(str(path))
    table = paper.tables[0]
    for row, gone in ((0, 2), (1, 2), (2, 0)):
        line = table.rows[row]._tr
        line.remove(line.tc_lst[gone])
    before = parse_xml(f'<w:trPr {nsdecls("w")}><w:gridBefore w:val="1"/></w:trPr>')
    line.replace(line.trPr, before)
    paper.save(str(path))
    (read,) = reading.read(path).blocks
    assert read.header == ("序号", "姓名", "")
    assert read.rows == (("1", "张建国", ""), ("", "李晓明", "局长"))
    assert len(read.widths) == len(read.header)


def test_tracked_changes_read_as_if_taken(written, tmp_path):
    path = written(Document(kind="k", title="题", blocks=(record.Paragraph("甲乙"),)))
    changed = tmp_path / "b.docx"
    tracked = (
        b'<w:del w:id="1" w:author="x"><w:r><w:delText>\xe7\x94\xb2</w:delText></w:r></w:del>'
        b'<w:ins w:id="2" w:author="x"><w:r><w:t>\xe4\xb8\x99</w:t></w:r></w:ins>'
        b"<w:r><w:t>\xe4\xb9\x99</w:t></w:r>"
    )
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            body = old.read(name)
            if name == "word/document.xml":
                assert b"<w:r><w:t>\xe7\x94\xb2\xe4\xb9\x99</w:t></w:r>" in body
                body = body.replace(b"<w:r><w:t>\xe7\x94\xb2\xe4\xb9\x99</w:t></w:r>", tracked)
            new.writestr(name, body)
    assert reading.read(changed).blocks == (record.Paragraph("丙乙"),)


@pytest.mark.parametrize("rubbish", [b"", b"not a zip", b"PK\x03\x04 cut"])
def test_a_file_that_is_no_docx_is_refused_in_one_line(tmp_path, rubbish):
    (tmp_path / "a.docx").write_bytes(rubbish)
    with pytest.raises(BadInput, match=r"a\.docx") as refused:
        reading.read(tmp_path / "a.docx")
    assert "\n" not in str(refused.value)
