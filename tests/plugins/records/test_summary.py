"""A 纪要 from the facts, and its number written into it."""

import stat
from dataclasses import replace
from datetime import date

import docx as word
import pytest
import roomctl_records
from roomctl_records.drafting import summary, wording
from roomctl_records.render import docx, docx_official, reading, template

from roomctl.api import BadInput, Document, record
from roomctl.testing.fakes import A_MORNING

from .conftest import MEETING


@pytest.fixture
def shipped(tmp_path):
    return template.load("", tmp_path)


@pytest.fixture
def drafted(facts, shipped):
    def draft(meeting=None, **more):
        return summary.draft(
            meeting or facts.meeting,
            facts.services.attendance(MEETING),
            [facts.recording],
            facts.transcript,
            shipped.phrases,
            **{"office": "滨江市人民政府办公室", **more},
        )

    return draft


def texts(document):
    return [block.text for block in document.blocks if isinstance(block, record.Paragraph)]


def labelled(document):
    return {block.label: block.entries for block in document.blocks if isinstance(block, record.Labelled)}


def test_it_opens_with_when_who_what(drafted):
    assert texts(drafted())[0] == (
        "2026年11月12日上午，副市长张建国主持召开停车场建设专题会议，研究停车场建设和老旧小区改造工作。"
        "现将会议议定事项纪要如下："
    )


def test_each_item_has_a_heading_what_was_heard_and_what_was_decided_with_its_sentence(drafted):
    document = drafted()
    assert [block.text for block in document.blocks if isinstance(block, record.Heading)] == [
        "一、停车场建设",
        "二、老旧小区改造",
    ]
    assert texts(document)[1:4] == [
        "会议听取了市住建局关于停车场建设情况的汇报。",
        "会议议定，原则同意建设方案。",
        "会议要求，由市住建局牵头，市财政局、市规划局配合，12月底前完成选址。",
    ]
    decided = next(block for block in document.blocks if getattr(block, "text", "").startswith("会议议定，原则"))
    assert decided.segment == "r1-t1-0031"


def test_who_was_there_stands_after_the_text(drafted):
    document = drafted()
    assert [type(block) for block in document.blocks[-4:]] == [record.Space, *[record.Labelled] * 3]
    people = labelled(document)
    assert "刘伟（代陈志强）" in people["出席"][0]
    assert people["请假"] == ("王　芳",)
    assert "孙　丽" in people["列席"][0]


def test_mark_and_imprint_name_the_office_and_the_units_each_once(drafted):
    document = drafted()
    assert document.masthead.mark == "滨江市人民政府办公室专题会议纪要"
    (to,) = document.imprint.to
    units = to.split("、")
    assert len(units) == len(set(units))
    assert {"市住建局", "市财政局", "市规划局"} <= set(units)
    assert drafted(mark="滨江市专题会议纪要").masthead.mark == "滨江市专题会议纪要"


def test_what_only_announces_decisions_is_none_and_courtesies_before_one_are_left_out(facts, drafted):
    said = {"原则同意建设方案。": "好，我同意，会议决定两件事。", "同意改造计划。": "好，会议决定，同意改造计划。"}
    points = tuple(replace(one, text=said.get(one.text, one.text)) for one in facts.transcript.points)
    facts.transcript = replace(facts.transcript, points=points)
    written = texts(drafted())
    assert not [text for text in written if "两件事" in text]
    assert "会议议定，同意改造计划。" in written


def test_a_point_that_somebody_has_struck_out_is_neither_said_nor_sent_to_anybody(facts, drafted):
    decided, asked, *rest = facts.transcript.points
    alone = replace(asked, owner="市审计局", support=())
    facts.transcript = replace(facts.transcript, points=(decided, alone, *rest))
    assert "市审计局" in str(drafted())
    gone = (replace(decided, struck=True), replace(alone, struck=True), *rest)
    facts.transcript = replace(facts.transcript, points=gone)
    said = str(drafted())
    assert "市审计局" not in said
    assert "原则同意建设方案" not in said
    assert "同意改造计划" in said


def test_without_words_it_says_what_is_to_be_added(facts, shipped):
    meeting = replace(facts.meeting, agenda=())
    document = summary.draft(meeting, facts.services.attendance(MEETING), [], None, shipped.phrases)
    assert "（待补记）" in texts(document)


@pytest.mark.parametrize(
    ("key", "phrase", "why"),
    [
        ("decided", "会议议定。", "text"),
        ("heard", "会议听取了{unit}关于{what}的汇报。", "what"),
        ("opening", "{when}开会", "meeting"),
    ],
)
def test_a_phrase_without_its_fields_is_refused_when_it_is_loaded(tmp_path, key, phrase, why):
    (tmp_path / "own.toml").write_text(f'[phrases]\n{key} = "{phrase}"\n', encoding="utf-8")
    with pytest.raises(BadInput, match=why):
        template.load("own.toml", tmp_path)


def written(document, path, shipped):
    docx.write(document, path, shipped, at=A_MORNING)
    return path


def test_number_and_date_go_into_the_paper_and_nothing_else_changes(drafted, tmp_path, shipped):
    path = written(drafted(), tmp_path / "a.docx", shipped)
    corrected = word.Document(str(path))
    corrected.paragraphs[8].add_run("（补充）").bold = True
    corrected.save(str(path))
    docx_official.number(path, tmp_path / "b.docx", "第12期", wording.day(date(2026, 11, 15)))
    before, after = reading.read(path), reading.read(tmp_path / "b.docx")
    assert after.masthead == replace(before.masthead, number="第12期", date="2026年11月15日")
    assert after.imprint == replace(before.imprint, printed="2026年11月15日")
    assert after.blocks == before.blocks
    bold = [run.text for one in word.Document(str(tmp_path / "b.docx")).paragraphs for run in one.runs if run.bold]
    assert "（补充）" in bold


def test_a_paper_whose_mark_was_taken_out_gets_no_number(tmp_path, shipped):
    path = written(Document(kind="会议纪要", title="题", blocks=()), tmp_path / "a.docx", shipped)
    with pytest.raises(BadInput, match="红头"):
        docx_official.number(path, tmp_path / "b.docx", "第1期", "2026年1月1日")
    assert not (tmp_path / "b.docx").exists()


def test_it_is_offered_on_demand_and_can_be_numbered(context, facts, tmp_path):
    offer = next(
        one
        for one in roomctl_records.roomctl_record_documents(context(office="市政府办公室"), facts.meeting)
        if one.on_demand
    )
    assert offer.kind == "会议纪要"
    offer.write(tmp_path / "a.docx")
    (tmp_path / "a.docx").chmod(stat.S_IRUSR)
    offer.finish(tmp_path / "a.docx", tmp_path / "b.docx", "第3期", date(2026, 11, 15))
    assert reading.read(tmp_path / "b.docx").masthead.number == "第3期"
