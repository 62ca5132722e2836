import docx as reader
import pytest
from roomctl_records import offers
from roomctl_records.render import docx, template

from roomctl.api import BadInput, Document
from roomctl.testing.fakes import A_MORNING


def test_the_shipped_page_holds_22_lines_of_28_characters(tmp_path):
    page = template.load("", tmp_path).page
    assert (page.height - page.top - page.bottom) // page.line == 22
    assert (page.width - page.left - page.right) // page.character == 28


def test_an_office_lays_its_own_values_over_the_shipped_ones(tmp_path):
    (tmp_path / "own.toml").write_text('[type]\nbody = "宋体"\n', encoding="utf-8")
    own = template.load("own.toml", tmp_path)
    assert (own.type.body, own.type.title) == ("宋体", "方正小标宋简体")


@pytest.mark.parametrize(
    "text",
    [
        "[type\n",
        '[type]\nfont = "x"\n',
        "[page]\nline = 0\n",
        "page = 3\n",
        "[extra]\nx = 1\n",
        "[type]\nheading = []\n",
        b"\xff",
    ],
)
def test_a_template_that_cannot_be_used_is_told_in_one_line(tmp_path, text):
    (tmp_path / "own.toml").write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(BadInput, match=r"own\.toml") as told:
        template.load("own.toml", tmp_path)
    assert "\n" not in str(told.value)


def test_a_template_that_is_not_there_is_told(tmp_path):
    with pytest.raises(BadInput, match=r"gone\.toml"):
        template.load("gone.toml", tmp_path)


FAULTY = """[page]
line = 580
colour = "#fff"

[type]
body_size = 300
heading = ["黑体"]

[phrases]
decided = "会议议定。"

[kinds."签到表".type]
body_size = "大"

[kinds."通知".type]
body_size = 14
"""


def test_every_fault_is_told_with_line_key_and_what_is_expected():
    told = {(one.line, one.key): one.expected for one in template.check(FAULTY)}
    assert told[15, "kinds.通知"].startswith("会议记录、")
    rest = FAULTY.partition('[kinds."通知"')[0]
    told = {(one.line, one.key): one for one in template.check(rest)}
    assert "character" in told[3, "page.colour"].expected
    assert told[6, "type.body_size"].expected == "≤96.0"
    assert "{text}" in told[10, "phrases.decided"].said
    assert 7 in {line for line, _ in told}
    only = 'x = 1\n[kinds."签到表".type]\nbody_size = "大"\n'
    assert [(one.line, one.key) for one in template.check(only)] == [(1, "x")]
    assert [(one.line, one.key) for one in template.check(only.removeprefix("x = 1\n"))] == [
        (2, "kinds.签到表.type.body_size")
    ]


def test_what_is_no_toml_is_told_with_its_line():
    (fault,) = template.check("[page]\nline = \n")
    assert fault.line == 2


def test_the_shipped_template_is_its_own_best_example():
    assert template.check(template.shipped()) == []
    assert template.check("") == []


def test_a_kind_of_paper_may_have_values_of_its_own(tmp_path):
    text = '[type]\nbody = "宋体"\n[kinds."签到表".type]\nbody_size = 14\n[kinds."签到表".page]\ncharacter = 280\n'
    (tmp_path / template.OWN).write_text(text, encoding="utf-8")
    sheet, record = template.load("", tmp_path, "签到表"), template.load("", tmp_path, "会议记录")
    assert (sheet.type.body, sheet.type.body_size, sheet.page.character) == ("宋体", 14, 280)
    assert (record.type.body, record.type.body_size) == ("宋体", 16)


def test_a_document_says_which_template_it_was_made_with(tmp_path):
    paper = Document(kind="会议记录", title="题", blocks=())
    docx.write(paper, tmp_path / "a.docx", template.load("", tmp_path), at=A_MORNING)
    assert reader.Document(tmp_path / "a.docx").core_properties.version == "roomctl template shipped"
    (tmp_path / "own.toml").write_text('[type]\nbody = "宋体"\n', encoding="utf-8")
    docx.write(paper, tmp_path / "b.docx", template.load("own.toml", tmp_path), at=A_MORNING)
    assert "own.toml sha256:" in reader.Document(tmp_path / "b.docx").core_properties.version


def test_every_paper_that_is_drafted_may_have_values_of_its_own():
    assert {one.name for one in offers.KINDS} == set(template.KINDS)
