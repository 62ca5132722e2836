"""Tracked changes as Word writes them: read, accepted, refused; and files that are not taken."""

import zipfile
from datetime import UTC, datetime

import docx as reader
import pytest
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from hypothesis import given, settings
from hypothesis import strategies as st
from roomctl_records.render import docx, template
from roomctl_records.revising import deciding, incoming, tracked

from roomctl.api import BadInput, Document, record
from roomctl.testing.fakes import A_MORNING

BY = 'w:id="9" w:author="市住建局 李晓明" w:date="2026-11-13T09:30:00Z"'


def run(text, name="t"):
    return f'<w:r><w:{name} xml:space="preserve">{text}</w:{name}></w:r>'


def inserted(text):
    return f"<w:ins {BY}>{run(text)}</w:ins>"


def deleted(text):
    return f"<w:del {BY}>{run(text, 'delText')}</w:del>"


def paragraph(*inside, mark=""):
    form = f"<w:pPr><w:rPr><w:{mark} {BY}/></w:rPr></w:pPr>" if mark else ""
    return f"<w:p {nsdecls('w')}>{form}{''.join(inside)}</w:p>"


@pytest.fixture
def sent_back(tmp_path):
    def make(*paragraphs):
        paper = Document(kind="会议纪要", title="停车场专题会议纪要", blocks=(record.Paragraph("首段。"),))
        docx.write(paper, tmp_path / "a.docx", template.load("", tmp_path), at=A_MORNING)
        file = reader.Document(tmp_path / "a.docx")
        end = file.element.body[-1]
        for one in paragraphs:
            end.addprevious(parse_xml(one))
        file.save(tmp_path / "a.docx")
        return tmp_path / "a.docx"

    return make


def after(path, decided):
    target = path.with_name("b.docx")
    tracked.settle(path, target, decided)
    return tracked.lines(target)[2:]


def test_a_replaced_word_is_one_change_with_author_time_and_the_words_beside_it(sent_back):
    path = sent_back(paragraph(run("由市住建局于"), deleted("年底"), inserted("10月底"), run("前完成。")))
    (change,) = tracked.review(path).changes
    assert (change.removed, change.added, change.author) == ("年底", "10月底", "市住建局 李晓明")
    assert change.at == datetime(2026, 11, 13, 9, 30, tzinfo=UTC)
    assert (change.before, change.after) == ("由市住建局于", "前完成。")
    assert after(path, {"1": True}) == ["由市住建局于10月底前完成。"]
    assert after(path, {"1": False}) == ["由市住建局于年底前完成。"]


def test_what_is_not_decided_stays_open(sent_back):
    path = sent_back(paragraph(run("甲"), inserted("乙"), run("丙"), deleted("丁")))
    first, second = tracked.review(path).changes
    assert (first.id, first.added, second.id, second.removed) == ("1", "乙", "2", "丁")
    tracked.settle(path, path, {"1": True})
    (left,) = tracked.review(path).changes
    assert (left.removed, left.author) == ("丁", "市住建局 李晓明")


def test_a_paragraph_that_came_is_one_change_and_is_gone_whole_when_it_is_refused(sent_back):
    path = sent_back(paragraph(inserted("新增一段。"), mark="ins"), paragraph(run("末段。")))
    (change,) = tracked.review(path).changes
    assert (change.added, change.format) == ("新增一段。", "")
    assert after(path, {"1": True}) == ["新增一段。", "末段。"]
    before = len(reader.Document(path).paragraphs)
    assert after(path, {"1": False}) == ["末段。"]
    assert len(reader.Document(path.with_name("b.docx")).paragraphs) == before - 1


def test_a_paragraph_that_was_split_runs_on_again_when_that_is_refused(sent_back):
    path = sent_back(paragraph(run("会议听取了汇报。"), mark="ins"), paragraph(run("会议议定如下。")))
    (change,) = tracked.review(path).changes
    assert change.format == "新分段"
    assert after(path, {"1": False}) == ["会议听取了汇报。会议议定如下。"]


def test_a_move_is_decided_once(sent_back):
    def moved(end):
        return f"<w:{end} {BY}>{run('整句移动。')}</w:{end}>"

    path = sent_back(paragraph(run("一"), moved("moveFrom")), paragraph(run("二"), moved("moveTo")))
    (change,) = tracked.review(path).changes
    assert change.format == "移动"
    assert after(path, {"1": True}) == ["一", "二整句移动。"]
    assert after(path, {"1": False}) == ["一整句移动。", "二"]


def test_a_changed_form_is_told_and_given_back_when_it_is_refused(sent_back):
    look = f"<w:rPr><w:b/><w:rPrChange {BY}><w:rPr><w:i/></w:rPr></w:rPrChange></w:rPr>"
    path = sent_back(paragraph(f"<w:r>{look}<w:t>加粗</w:t></w:r>"))
    (change,) = tracked.review(path).changes
    assert change.format == "格式"
    tracked.settle(path, path, {"1": False})
    (kept,) = reader.Document(path).paragraphs[-1].runs
    assert (kept.bold, kept.italic) == (None, True)


def test_rows_that_came_or_went(sent_back):
    def row(text, mark=""):
        marked = f"<w:trPr><w:{mark} {BY}/></w:trPr>" if mark else ""
        return f"<w:tr>{marked}<w:tc><w:tcPr/><w:p>{run(text)}</w:p></w:tc></w:tr>"

    table = f"<w:tbl {nsdecls('w')}><w:tblPr/><w:tblGrid><w:gridCol/></w:tblGrid>"
    path = sent_back(f"{table}{row('甲')}{row('乙', 'ins')}{row('丙', 'del')}</w:tbl>", paragraph())
    assert [one.format for one in tracked.review(path).changes] == ["新的一行", "删去一行"]
    assert after(path, {"1": True, "2": True}) == ["甲", "乙"]
    assert after(path, {"1": False, "2": False}) == ["甲", "丙"]


def test_comments_are_told_with_what_they_are_about(sent_back):
    path = sent_back(paragraph(run("请补"), inserted("预算")))
    file = reader.Document(path)
    file.add_comment(file.paragraphs[-1].runs, text="请财政局核对金额", author="王芳", initials="王")
    file.save(path)
    (comment,) = tracked.review(path).comments
    assert (comment.author, comment.text, comment.on) == ("王芳", "请财政局核对金额", "请补")
    tracked.settle(path, path, {"1": True})
    assert tracked.review(path).comments == ()


def test_a_change_that_is_not_there_is_told(sent_back):
    path = sent_back(paragraph(inserted("乙")))
    with pytest.raises(BadInput, match="没有修订 7"):
        tracked.settle(path, path, {"7": True})


PIECES = st.lists(
    st.tuples(st.sampled_from(["same", "ins", "del"]), st.text("甲乙丙", min_size=1, max_size=3)), max_size=6
)


@settings(max_examples=10, deadline=None)
@given(written=st.lists(PIECES, min_size=1, max_size=4))
def test_all_accepted_is_the_new_text_and_all_refused_the_old(tmp_path_factory, written):
    folder = tmp_path_factory.mktemp("any")
    file = reader.Document()
    makers = {"same": run, "ins": inserted, "del": deleted}
    for pieces in written:
        file.element.body[-1].addprevious(parse_xml(paragraph(*(makers[kind](text) for kind, text in pieces))))
    path = folder / "a.docx"
    file.save(path)
    for accept, gone in ((True, "del"), (False, "ins")):
        expected = ["".join(text for kind, text in pieces if kind != gone) for pieces in written]
        assert tracked.lines(path, accepted=accept) == [one for one in expected if one]
        changes = tracked.review(path).changes
        tracked.settle(path, folder / "b.docx", {one.id: accept for one in changes})
        assert tracked.review(folder / "b.docx").changes == ()
        assert tracked.lines(folder / "b.docx") == [one for one in expected if one]


@pytest.fixture
def zipped(tmp_path):
    def make(parts):
        path = tmp_path / "sent.docx"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
            for name, content in parts.items():
                file.writestr(name, content)
        return path

    return make


TEXT = {"word/document.xml": "<w/>"}
FROM_AFAR = (
    '<Relationship Type="http://x/relationships/attachedTemplate" Target="http://x/a.dotm" TargetMode="External"/>'
)


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ({"a.txt": "b"}, "不是 docx"),
        (TEXT | {"word/vbaProject.bin": b"x"}, "宏"),
        (TEXT | {"word/embeddings/run.exe": b"x"}, "宏或程序"),
        (TEXT | {"word/bomb.xml": b"0" * (65 << 20)}, "太大"),
        (TEXT | {f"p{n}.xml": b"" for n in range(2001)}, "压缩炸弹"),
        (TEXT | {"word/a.xml": '<!DOCTYPE x [<!ENTITY a "b">]><x/>'}, "实体"),
        (TEXT | {"word/_rels/settings.xml.rels": FROM_AFAR}, "外部模板"),
    ],
)
def test_what_could_hurt_is_refused_in_words(zipped, parts, told):
    with pytest.raises(BadInput, match=told) as error:
        incoming.look(zipped(parts))
    assert "\n" not in str(error.value)


def test_what_is_no_docx_is_refused_in_words(tmp_path):
    for content, told in (
        (b"", "不是完整"),
        (b"PK\x03\x04half", "不是完整"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "密码"),
    ):
        (tmp_path / "a.docx").write_bytes(content)
        with pytest.raises(BadInput, match=told):
            incoming.look(tmp_path / "a.docx")
    with (tmp_path / "a.docx").open("wb") as file:
        file.truncate(100 << 20)
    with pytest.raises(BadInput, match="64 MB"):
        incoming.look(tmp_path / "a.docx")


def with_notes(path, *paragraphs):
    """Footnotes as Word keeps them: in a part of their own."""
    notes = f'<w:footnotes {nsdecls("w")}><w:footnote w:id="2">{"".join(paragraphs)}</w:footnote></w:footnotes>'
    file = reader.Document(path)
    kind = CONTENT_TYPE.WML_FOOTNOTES
    part = Part(PackURI("/word/footnotes.xml"), kind, notes.encode(), file.part.package)
    file.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
    file.save(path)
    return path


def test_headers_footers_and_notes_are_told_without_the_number_of_the_page(sent_back):
    path = sent_back()
    before = tracked.around(path)
    file = reader.Document(path)
    file.sections[0].header.paragraphs[0].add_run("内部资料")
    number = file.sections[0].footer.paragraphs[0]
    begin, between, end = (f"<w:fldChar w:fldCharType='{name}'/>" for name in ("begin", "separate", "end"))
    for inside in (begin, "<w:instrText>PAGE</w:instrText>", between, "<w:t>17</w:t>", end):
        number._p.append(parse_xml(f"<w:r {nsdecls('w')}>{inside}</w:r>"))
    file.save(path)
    with_notes(path, paragraph(run("据市统计局"), inserted("年报"), run("。")))
    now = tracked.around(path)
    assert [one for one in now if one not in before] == ["页眉：内部资料", "脚注：据市统计局年报。"]
    assert "脚注：据市统计局。" in tracked.around(path, accepted=False)
    assert not [one for one in now if "17" in one]


def test_what_is_tracked_in_a_note_is_decided_as_well(sent_back):
    path = with_notes(sent_back(), paragraph(run("据市统计局"), inserted("年报"), run("。")))
    (change,) = tracked.review(path).changes
    assert change.added == "年报"
    target = path.with_name("b.docx")
    tracked.settle(path, target, {change.id: False})
    assert tracked.review(target).changes == ()
    assert "脚注：据市统计局。" in tracked.around(target)


def test_what_is_tracked_in_a_header_is_decided_as_well(sent_back):
    path = sent_back(paragraph(run("前"), inserted("甲")))
    paper = reader.Document(path)
    paper.sections[0].footer.is_linked_to_previous = False
    paper.sections[0].footer._element.append(parse_xml(paragraph(run("页脚"), inserted("乙"))))
    paper.save(path)
    assert [one.added for one in tracked.review(path).changes] == ["甲", "乙"]
    tracked.settle(path, path.with_name("b.docx"), {"1": True, "2": False})
    assert tracked.review(path.with_name("b.docx")).changes == ()
    foot = reader.Document(path.with_name("b.docx")).sections[0].footer
    assert foot.paragraphs[-1].text == "页脚"


@pytest.mark.parametrize("lacks", ["author", "id"])
def test_a_comment_that_is_not_whole_is_refused_in_words(sent_back, lacks):
    path = sent_back()
    paper = reader.Document(path)
    comment = paper.add_comment(paper.paragraphs[-1].runs, "批", author="甲")
    del comment._comment_elm.attrib[qn(f"w:{lacks}")]
    paper.save(path)
    with pytest.raises(BadInput, match="批注不完整"):
        tracked.review(path)


def test_thousands_of_changes_in_one_paragraph_are_decided_in_time_that_grows_with_them(sent_back, monkeypatch):
    seen = 0
    told_again = deciding._told_again

    def counted(run):
        nonlocal seen
        seen += 1
        told_again(run)

    monkeypatch.setattr(deciding, "_told_again", counted)
    path = sent_back(paragraph(*(inserted("甲") + run("乙") for _ in range(300))))
    assert tracked.lines(path)[-1] == "甲乙" * 300
    assert seen <= 2 * 300


def test_a_paper_of_ours_is_taken(sent_back):
    incoming.look(sent_back(paragraph(inserted("乙"))))
