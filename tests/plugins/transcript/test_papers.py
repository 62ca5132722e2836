"""The papers of a meeting: what is read of them, and what is left out with the reason."""

import io
import subprocess

import pytest
from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from roomctl_transcript import formats, papers
from roomctl_transcript.beside import Papers
from roomctl_transcript.carry import as_json, from_json
from roomctl_transcript.sentences import Prior

from roomctl.api import BadInput, Beside, Doubt, Transcript

REPORT = (
    "关于《云溪新区停车管理办法》的汇报",
    "云溪街道已经启动，由云溪街道负责。",
    "今年计划新建公共停车场12个，新增车位3500个，总投资4600万元，截至9月底已建成8个，完成投资68%，还有4个正在施工。",
    "市住建局局长李晓明汇报，请欧阳明德同志补充。",
)


def docx(path, paragraphs=REPORT):
    document = Document()
    for text in paragraphs:
        document.add_paragraph(text)
    table = document.add_table(1, 1)
    table.cell(0, 0).text = "滨江大道改造。建设滨江大道。"
    document.save(str(path))
    return path


def test_papers_give_their_names_and_what_is_quoted(tmp_path):
    docx(tmp_path / "a.docx")
    found = papers.folder(tmp_path)
    assert {"云溪街道", "云溪新区停车管理办法", "滨江大道"} <= set(found.terms)
    assert dict(found.people) == {"李晓明": "市住建局局长", "欧阳明德": ""}


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("出席：市长张建国，市委副书记赵永刚。", {"张建国": "市长", "赵永刚": "市委副书记"}),
        ("请王海燕同志发言", {"王海燕": ""}),
        ("各位同志，老同志，女同志", {}),
        ("会议由副主任主持召开", {}),
        ("局长办公会议研究", {}),
        ("要求各部门主任认真落实", {}),
        ("书记高度重视", {}),
    ],
)
def test_people_are_named_with_their_duty_or_as_comrades(text, people):
    assert dict(papers.people_of(text)) == people


@pytest.mark.needs("soffice")
def test_a_pdf_is_read_with_its_broken_lines_put_together(tmp_path):
    source = docx(tmp_path / "report.docx")
    profile = (tmp_path / "profile").as_uri()
    subprocess.run(
        ["soffice", f"-env:UserInstallation={profile}", "--headless", "--convert-to", "pdf",
         "--outdir", str(tmp_path), str(source)],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    text = papers.read(tmp_path / "report.pdf")
    assert REPORT[2] in text


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("c.pdf", b"%PDF-1.7 nothing else", "已损坏"),
        ("c.pdf", b"", "已损坏"),
        ("c.docx", b"PK no document", "不是 docx"),
        ("c.wps", b"\xd0\xcf\x11\xe0", "只支持"),
        ("c.txt", b"\x00\x01\xff\xfe\x02", "不是文本"),
    ],
)
def test_a_paper_that_cannot_be_read_is_left_out_with_the_reason(tmp_path, monkeypatch, name, data, why):
    monkeypatch.setenv("ROOMCTL_LANG", "zh")
    (tmp_path / name).write_bytes(data)
    docx(tmp_path / "a.docx")
    found = papers.folder(tmp_path)
    assert [file for file, _ in found.texts] == ["a.docx"]
    ((left, reason),) = found.left
    assert left == name
    assert why in reason


def test_a_docx_is_read_in_its_order_with_each_cell_once_and_what_stands_in_a_field(tmp_path):
    paper = Document()
    paper.add_paragraph("一、进展")
    table = paper.add_table(2, 3)
    table.cell(0, 0).merge(table.cell(1, 1)).text = "云溪污水处理工程"
    table.cell(0, 2).add_table(1, 1).cell(0, 0).text = "68个"
    paper.add_paragraph("二、问题")
    field = parse_xml(f"<w:sdt {nsdecls('w')}><w:sdtContent/></w:sdt>")
    field[0].append(paper.add_paragraph("三、打算")._p)
    paper.element.body.insert(-1, field)
    paper.save(tmp_path / "a.docx")
    text = papers.read(tmp_path / "a.docx")
    assert text.split() == ["一、进展", "云溪污水处理工程", "68个", "二、问题", "三、打算"]
    assert papers.terms_of(text) == ()  # a term that stands there once


def test_what_word_leaves_beside_an_open_document_is_no_paper(tmp_path):
    (tmp_path / "~$a.docx").write_bytes(b"x")
    docx(tmp_path / "a.docx")
    assert papers.folder(tmp_path).left == ()


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(BadInput):
        papers.folder(tmp_path / "none")


def test_what_is_beside_and_in_doubt_goes_to_the_worker_and_back(segment):
    prior = Prior((("李晓明", "局长"),), ("云溪街道",), (("a.docx", "文"),))
    assert Prior.of(prior.as_json()) == prior
    one = segment("共86个。", 1, 0.0, 2.0, beside=Beside("a.docx", "共68个。", 0.9), doubts=(DOUBT,))
    assert from_json(as_json(one)) == one


DOUBT = Doubt(at=1, said="86个", paper="68个", file="a.docx")


def test_a_word_document_has_a_comment_on_what_is_in_doubt(segment):
    made = Transcript(
        id="t", meeting=None, version=1, engine="e", model="m",
        segments=(segment("共86个。", 1, 0.0, 2.0, speaker="李晓明", doubts=(DOUBT,)),),
    )  # fmt: skip
    document = Document(io.BytesIO(formats.docx(made)))
    assert document.paragraphs[0].text == "李晓明：共86个。"
    (comment,) = document.comments
    assert "口述 86个，材料 68个" in comment.text


def test_a_long_report_is_followed_quickly_enough_to_be_beside_live_speech():
    """Not a time: the work of one sentence must not grow with the square of the papers."""
    filler = "".join(f"第{n}段说明各县区推进有关工作的情况，存在的困难和下一步打算。\n" for n in range(2000))
    many = Papers({"长.docx": filler + REPORT[2]})
    beside, doubts = many.beside("今年计划新建公共停车场12个，新增车位5300个，总投资4600万元")
    assert beside is not None
    assert [(doubt.said, doubt.paper) for doubt in doubts] == [("5300个", "3500个")]
