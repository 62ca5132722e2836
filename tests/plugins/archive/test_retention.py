import pytest
from roomctl_archive import retention

from roomctl.api import BadInput


@pytest.fixture
def office(tmp_path):
    """Lays a table of that text beside the shipped one."""

    def lay(text):
        (tmp_path / "own.toml").write_text(text, encoding="utf-8")
        return retention.load("own.toml", tmp_path)

    return lay


@pytest.mark.parametrize(
    ("path", "kind", "term"),
    [
        ("records/minutes-v1.docx", "会议记录", "永久"),
        ("records/summary-v1.docx", "会议纪要", "永久"),
        ("records/sheet.docx", "签到表", "永久"),
        ("records/attendance.csv", "", "永久"),
        ("records/signatures/5a5d120d451f5888.svg", "", "永久"),
        ("plan/plan.json", "", "永久"),
        ("plan/x.docx", "会议通知", "永久"),
        ("plan/notice.pdf", "", "永久"),
        ("plan/speech.docx", "发言材料", "30年"),
        ("plan/whatever.pdf", "", "30年"),
        ("plan/not-passed/scheme.pdf", "", "10年"),
        ("audio/r1/t01-0001.flac", "录音", "最长"),
        ("x/unknown.bin", "", "不详"),
        ("records/other.docx", "没有规定的文种", "不详"),
    ],
)
def test_the_shipped_table(tmp_path, path, kind, term):
    assert retention.load("", tmp_path).of(path, kind).term == term


def test_a_file_without_a_kind_of_its_own_gets_the_one_of_its_place(tmp_path):
    table = retention.load("", tmp_path)
    assert table.of("records/attendance.csv").kind == "参会名单"
    assert table.of("records/signatures/5a5d120d451f5888.svg").kind == "签到签名"
    assert table.of("plan/whatever.pdf").kind == "会议材料"
    assert table.of("x/unknown.bin").kind == "不详"


def test_the_office_is_asked_first_and_the_shipped_table_for_the_rest(office):
    table = office('[[rule]]\nkinds = ["签到表"]\nterm = "10年"\n')
    assert table.of("records/sheet.docx", "签到表").term == "10年"
    assert table.of("records/minutes.docx", "会议记录").term == "永久"


def test_an_office_may_give_sound_a_term_of_its_own(office):
    assert office('[[rule]]\nkinds = ["录音"]\nterm = "30年"\n').of("audio/r1/t01-0001.flac", "录音").term == "30年"


@pytest.mark.parametrize(
    ("terms", "longest"),
    [
        (["10年", "30年"], "30年"),
        (["30年", "永久", "100年"], "永久"),
        (["最长", "不详"], "不详"),
        ([], "不详"),
    ],
)
def test_sound_is_kept_as_long_as_the_longest_of_what_it_supports(terms, longest):
    assert retention.settle("最长", terms) == longest
    assert retention.settle("10年", terms) == "10年"


@pytest.mark.parametrize(
    "text",
    [
        '[[rule]]\nkinds = ["a"]\nterm = "很久"\n',
        '[[rule]]\nterm = "永久"\n',
        "",
        "rule = 1",
        "not toml",
        "[[rule]]\nx=1",
    ],
)
def test_a_table_that_cannot_be_used_is_told(office, text):
    with pytest.raises(BadInput, match=r"own\.toml"):
        office(text)


def test_a_table_that_is_not_there_is_told(tmp_path):
    with pytest.raises(BadInput, match=r"none\.toml"):
        retention.load("none.toml", tmp_path)
