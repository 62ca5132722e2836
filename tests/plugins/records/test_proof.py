"""零差错检查: what it finds, and what it leaves alone."""

from dataclasses import replace

import pytest
from roomctl_records import proof
from roomctl_records.drafting import wording
from roomctl_records.proof import plan, seats, tables

from roomctl.api import BadInput, Document, Person, record
from roomctl.api.seating import Chart
from roomctl.domain.layouts import Shape, Sizes, Template, layout

from .conftest import MEETING


@pytest.fixture
def shipped(tmp_path):
    return tables.load("", tmp_path)


@pytest.fixture
def found(facts, shipped):
    def read(*blocks, title="题", own=None, **more):
        parts = tuple(record.Paragraph(one) if isinstance(one, str) else one for one in blocks)
        document = Document(kind="会议纪要", title=title, blocks=parts, **more)
        return proof.read(document, facts.meeting, facts.services.attendance(MEETING), own or shipped)

    return read


def told(findings):
    return [(one.rule, one.text, one.hint) for one in findings]


@pytest.mark.parametrize(
    ("text", "rule", "words", "hint"),
    [
        ("2026年11月12日（星期五）上午", "weekday", "2026年11月12日（星期五", "星期四"),
        ("2026年11月12日 星期日", "weekday", "2026年11月12日 星期日", "星期四"),
        ("2026年2月30日前完成", "date", "2026年2月30日", ""),
        ("31月15日前制定", "date", "31月15日", ""),
        ("新建停车场共12个，其中新建8个、改造5个。", "sum", "共12个，其中新建8个、改造5个", ""),
        ("总投资合计4600万元，其中市级2000万元，区级2500万元。", "sum", None, ""),
        ("工期5-6天", "figure", "-", "～"),
        ("11月30号前", "figure", "11月30号", ""),
        ("26年11月前", "figure", "26年", ""),
        ("共3十个", "figure", "3十", ""),
        ("会议决定,原则同意", "punctuation", ",", "，"),
        ("“甲”、“乙”", "punctuation", "、", ""),
        ("《甲》、《乙》", "punctuation", "、", ""),
        ("会议决定，，同意", "punctuation", "，，", ""),
        ("（会议决定同意", "punctuation", "（", "）"),
        ("会议决定同意）", "punctuation", "）", "（"),
        ("由市住建局牵头", "unit", "市住建局", "市住房城乡建设局"),
        ("截止目前", "phrase", "截止目前", "截至目前"),
        ("其它事项", "phrase", "其它", "其他"),
        ("请张建围同志讲话", "name", "张建围", "张建国"),
    ],
)
def test_what_is_wrong_is_found_with_its_place(found, text, rule, words, hint):
    (finding,) = found(text)
    assert finding.rule == rule
    assert words is None or finding.text == words
    assert finding.hint == hint
    assert text[finding.at : finding.at + len(finding.text)] == finding.text
    assert finding.said


@pytest.mark.parametrize(
    "text",
    [
        "2026年11月12日（星期四）上午",
        "2月29日前、12月31日前完成",
        "2026年11月12日上午，副市长张建国主持召开专题会议。",
        "新建停车场共12个，其中新建8个、改造4个。",
        "共12个，其中新建8个、涉及5家单位。",
        "国发〔2026〕12号文件、电话0571-8765432、2026-11-12",
        "工期5～6天，增长3.5%，比例为1:2",
        "由市住房城乡建设局牵头，市发展改革委、市财政局配合。",
        "原则同意《停车场建设方案》《资金安排方案》，“一张图”“一张网”同步推进。",
        "截至目前，已完成八成；“十四五”时期新增3500个车位。",
        "建国以来，李晓东村的停车场建成。",
        "请张建国同志讲话。",
        "一是加快进度；二是保证质量。三十二个小区、二〇二六年。",
    ],
)
def test_what_is_right_is_left_alone(found, text):
    assert told(found(text)) == []


def test_lists_are_held_against_the_roster(found):
    findings = found(
        record.Labelled("出席", ("李晓明　市住建局局长", "张建国　市政府副市长", "王芳　市规划局局长", "赵六　某局")),
        own=tables.Tables(units={}, phrases={}),
    )
    there = [one for one in findings if one.rule != "missing"]
    assert [(one.rule, one.entry) for one in there] == [("order", 1), ("post", 2), ("name", 3)]
    assert there[1].hint == "市规划局副局长"
    assert [one.hint for one in findings if one.rule == "missing"] == ["陈志强"]


def test_two_of_one_name_and_a_name_within_another_are_told_apart(facts):
    attendance = facts.services.attendance(MEETING)
    model = attendance.members[0]
    people = [("张伟", "市政府", "副市长", 1), ("张伟明", "市住建局", "局长", 2), ("张伟", "市财政局", "局长", 3)]
    came = tuple(
        replace(model, person=Person(id=str(rank), name=name, unit=unit, duty=duty, rank=rank))
        for name, unit, duty, rank in people
    )
    lines = tuple(f"{wording.spaced(name)}　{unit}{duty}" for name, unit, duty, _ in people)
    rows = tuple((str(rank), name, unit + duty) for name, unit, duty, rank in people)

    def read(*blocks):
        document = Document(kind="会议记录", title="题", blocks=blocks)
        own = tables.Tables(units={}, phrases={})
        return [
            (one.rule, one.entry, one.hint)
            for one in proof.read(document, facts.meeting, replace(attendance, standings=came), own)
        ]

    assert read(record.Labelled("出席", lines)) == []
    assert read(record.Labelled("出席", ("张　伟　张伟明　张　伟",))) == []
    assert read(record.Table(("序号", "姓名", "单位及职务"), rows, (1, 1, 1))) == []
    both = "市政府副市长、市财政局局长"
    assert read(record.Labelled("出席", (*lines[:2], "张　伟　市审计局局长"))) == [("post", 2, both)]
    assert read(record.Labelled("出席", lines[1:2])) == [("missing", 0, "张伟")] * 2


@pytest.mark.parametrize(
    ("lists", "missing"),
    [
        ({"出席": ("张　伟　市政府副市长", "张　伟　市财政局局长")}, 0),
        ({"出席": ("张　伟　市政府副市长",)}, 1),
        ({"出席": ("张　伟　副市长", "张　伟　副市长")}, 1),  # one of them twice
        ({"出席": ("张　伟　李　娜　张　伟",)}, 0),
        ({"出席": ("李　娜　张　伟",)}, 1),
        ({"出席": ("张　伟　市政府副市长",), "请假": ("张　伟",)}, 0),
        ({"出席": ("张　伟",), "列席": ("张　伟　市审计局处长",)}, 1),  # that one is the observer
        ({"出席": ("张　伟",), "列席": ("张　伟",)}, 1),
        ({"出席": ("张　伟　张　伟",), "列席": ("张　伟",)}, 0),
    ],
)
def test_of_two_of_one_name_each_stands_on_a_list(facts, lists, missing):
    attendance = facts.services.attendance(MEETING)
    member, observer = attendance.members[0], next(one for one in attendance.observers if one.present)

    def called(like, number, unit, duty):
        return replace(like, person=replace(like.person, id=str(number), name="张伟", unit=unit, duty=duty, rank=0))

    came = (
        called(member, 1, "市政府", "副市长"),
        called(member, 2, "市财政局", "局长"),
        called(observer, 3, "市审计局", "处长"),
    )
    blocks = tuple(record.Labelled(label, entries) for label, entries in lists.items())
    document = Document(kind="会议纪要", title="题", blocks=blocks)
    found = proof.read(
        document, facts.meeting, replace(attendance, standings=came), tables.Tables(units={}, phrases={})
    )
    assert [one.said for one in found if one.rule == "missing"] == ["名单里有 2 位张伟，稿子里少一位"] * missing


def test_a_chair_who_is_not_the_planned_one_is_told(found):
    (finding,) = found(record.Labelled("主持人", ("李晓明　市住房城乡建设局局长",)))
    assert (finding.rule, finding.hint) == ("name", "张建国")


def test_the_records_own_draft_is_clean_but_for_the_units_of_the_roster(facts, shipped):
    findings = proof.read(facts.draft(), facts.meeting, facts.services.attendance(MEETING), shipped)
    assert {one.rule for one in findings} <= {"unit"}


def test_somebodys_own_words_keep_the_spoken_names_of_units(facts, shipped):
    said = record.Paragraph("由市住建局牵头。", segment="r1-t1-0001")
    document = Document(kind="会议记录", title="题", blocks=(said, replace(said, segment="")))
    findings = proof.read(document, facts.meeting, facts.services.attendance(MEETING), shipped)
    assert [one.block for one in findings] == [1]


def test_the_copies_and_the_title_are_read_too(found):
    imprint = record.Imprint("分送", ("市住建局",), "办公室", "2026年11月15日")
    assert [one.block for one in found("同意。", title="关于其它事项的会议", imprint=imprint)] == [-1, 1]


def test_an_office_lays_its_own_tables_over_and_takes_lines_out(tmp_path):
    (tmp_path / "own.toml").write_text(
        '[units]\n"市住建局" = "市住建局"\n"市林园局" = "市园林局"\n[phrases]\n"其它" = "其它"\n', encoding="utf-8"
    )
    own = tables.load("own.toml", tmp_path)
    assert "市住建局" not in own.units
    assert own.units["市林园局"] == "市园林局"
    assert "其它" not in own.phrases
    assert own.units["市发改委"] == "市发展改革委"


@pytest.mark.parametrize("content", ["[units", '[units]\n"" = "x"\n', "units = 3\n", '[others]\n"a" = "b"\n'])
def test_tables_that_cannot_be_are_refused_in_one_line(tmp_path, content):
    (tmp_path / "own.toml").write_text(content, encoding="utf-8")
    with pytest.raises(BadInput, match=r"own\.toml") as refused:
        tables.load("own.toml", tmp_path)
    assert "\n" not in str(refused.value)
    with pytest.raises(BadInput):
        tables.load("missing.toml", tmp_path)


def test_a_unit_in_its_right_form_is_not_found_within_it(found):
    own = tables.Tables(units={"市国资委": "市政府国资委", "国资委": "市国资委"}, phrases={})
    assert told(found("由市国资委负责", own=own)) == [("unit", "市国资委", "市政府国资委")]


def test_leaders_are_held_against_the_list_of_the_office(found, tmp_path):
    text = '[leaders]\n"张建国" = "副市长"\n"孙立新" = "市长"\n'
    (tmp_path / "record-tables.toml").write_text(text, encoding="utf-8")
    own = tables.load("", tmp_path)
    assert told(found("市长张建国强调，抓紧落实。", own=own)) == [("post", "市长", "副市长")]
    assert told(found("副市长张建围强调。", own=own))[-1] == ("name", "张建围", "张建国")
    assert told(found("副市长张建国、市长孙立新出席。", own=own)) == []


def test_the_sign_in_sheet_is_held_against_the_roster(found):
    head, widths = ("序号", "姓名", "单位及职务"), (1, 1, 1)
    rows = (
        ("1", "李晓明", "市住建局局长"),
        ("2", "张建国", "市政府副市长"),
        ("3", "王芳", "市规划局局长"),
        ("4", "赵六", ""),
    )
    findings = found(record.Table(head, rows, widths), own=tables.Tables(units={}, phrases={}))
    assert [(one.rule, one.entry, one.hint) for one in findings] == [
        ("order", 1, ""), ("post", 2, "市规划局副局长"), ("name", 3, ""),
    ]  # fmt: skip


def test_who_has_something_to_do_gets_a_copy(facts, shipped):
    imprint = record.Imprint("分送", ("市财政局",), "办公室", "2026年11月15日")
    document = Document(kind="会议纪要", title="题", blocks=(), imprint=imprint)
    attendance, points = facts.services.attendance(MEETING), facts.transcript.points
    read = proof.read(document, facts.meeting, attendance, shipped, points)
    assert [one.hint for one in read if one.rule == "copies"] == ["市住房城乡建设局", "市规划局"]
    everybody = replace(document, imprint=replace(imprint, to=("有关单位",)))
    assert proof.read(everybody, facts.meeting, attendance, shipped, points) == []


def test_what_is_wrong_in_the_plan_is_told_as_of_the_plan(facts, shipped):
    agenda = (replace(facts.meeting.agenda[0], presenter="李小明"), facts.meeting.agenda[1])
    meeting = replace(facts.meeting, agenda=agenda, chair="赵六")
    findings = list(plan.check(meeting, facts.services.attendance(MEETING), shipped))
    assert {one.paper for one in findings} == {"方案"}
    assert [(one.block, one.text) for one in findings if one.rule == "name"] == [(-1, "赵六"), (0, "李小明")]
    assert ("unit", "市住建局") in {(one.rule, one.text) for one in findings}


def test_place_cards_are_held_against_who_comes(facts):
    attendance = facts.services.attendance(MEETING)
    people = {one.person.name: one for one in attendance.members}
    assert list(seats.check(Chart(), attendance)) == []
    room = layout(
        Template("t", ("课桌式", ""), Shape.ROWS, Sizes()), Sizes(platform=1, rows=1, columns=5, observers=2)
    )
    sitting = dict(
        zip(room.honour, [(people[name],) for name in ("张建国", "李晓明", "陈志强", "王芳")], strict=False)
    )
    away = frozenset({people["王芳"].person.id})
    found = list(seats.check(Chart(room, sitting, away=away), attendance))
    assert {one.paper for one in found} == {"座签"}
    assert sorted((one.text, "请假" in one.said) for one in found) == [("周涛", False), ("王芳", True)]
