from dataclasses import replace
from datetime import UTC, datetime

import pytest
from roomctl_records.drafting import minutes, wording

from roomctl.api import AgendaItem, Edit, MarkKind, Method, Person, State, record, secrecy

from .conftest import MEETING, mark, segment


def labelled(document):
    return {block.label: block.entries for block in document.blocks if isinstance(block, record.Labelled)}


def headings(document):
    return [block.text for block in document.blocks if isinstance(block, record.Heading)]


def spoken(document):
    return [(block.lead, block.text) for block in document.blocks if isinstance(block, record.Paragraph)]


def test_the_head_names_time_place_and_people_in_order_of_rank(facts):
    assert labelled(facts.draft()) == {
        "时间": ("2026年11月12日 星期四 上午9:00",),
        "地点": ("第一会议室",),
        "主持人": ("张建国　市政府副市长",),
        "出席": ("张建国　市政府副市长", "李晓明　市住建局局长", "刘伟（代陈志强）　市财政局副局长"),
        "请假": ("王　芳　市规划局副局长（参加培训）",),
        "列席": ("欧阳文华　市档案馆馆长", "孙　丽　市停车公司总经理（第一项议题）"),
        "缺席": ("周　涛　市城管局局长",),
        "记录人": ("赵　云",),
        "议题": ("1. 停车场建设", "2. 老旧小区改造"),
    }


def test_a_proxy_never_gets_the_duty_of_the_one_they_stand_for(facts):
    services = facts.services
    services.held[MEETING], kept = replace(services.held[MEETING], state=State.IN_SESSION), services.held[MEETING]
    services.request_leave(MEETING, "陈志强", reason="出差", proxy="刘伟")
    services.decide_leave(MEETING, "陈志强", granted=True, by="张建国")
    services.sign_in(MEETING, "陈志强", method=Method.DESK, proxy=True)
    services.held[MEETING] = kept
    assert labelled(facts.draft())["出席"][-1] == "刘伟（代陈志强）　市财政局"


def test_of_two_who_have_the_chairs_name_the_one_of_the_higher_rank_is_meant(facts):
    facts.services.people[MEETING].append(Person(id="x", name="张建国", unit="市审计局", duty="科长", rank=9))
    assert labelled(facts.draft())["主持人"] == ("张建国　市政府副市长",)


def test_nobody_missing_leaves_no_empty_label(facts):
    for name in ("王芳", "周涛"):
        facts.services.people[MEETING] = [one for one in facts.services.people[MEETING] if one.name != name]
    assert {"请假", "缺席"} & labelled(facts.draft()).keys() == set()


def test_many_people_are_names_alone(facts):
    facts.services.people[MEETING] += [Person(id=f"x{n}", name=f"缺席{n}", rank=9) for n in range(30)]
    line = wording.SPACE.join(labelled(facts.draft())["缺席"])
    assert line.startswith("周　涛　缺席0　")


def test_the_rooms_name_stands_in_for_a_place(facts):
    assert labelled(facts.draft(replace(facts.meeting, place=""), place="三楼会议室"))["地点"] == ("三楼会议室",)


def test_before_it_started_the_planned_time_is_written(facts):
    planned = replace(facts.meeting, started_at=None)
    assert labelled(facts.draft(planned))["时间"] == ("2026年11月12日 星期四 上午9:00",)


@pytest.mark.parametrize(
    ("title", "written"),
    [("停车专题会议", "停车专题会议记录"), ("停车调研", "停车调研会议记录"), ("停车会议记录", "停车会议记录")],
)
def test_the_title_says_that_it_is_a_record(facts, title, written):
    assert facts.draft(replace(facts.meeting, title=title)).title == written


def test_item_marks_part_the_text(facts):
    assert headings(facts.draft()) == [
        "一、停车场建设",
        "（一）发言",
        "（二）决定",
        "（三）落实事项",
        "二、老旧小区改造",
        "（一）发言",
        "（二）决定",
    ]


def test_the_words_stand_under_their_speaker_one_paragraph_a_turn(facts):
    assert spoken(facts.draft())[:6] == [
        ("张建国：", "现在开会。"),
        ("汇报：", "市住建局　李晓明"),
        ("李晓明：", "我市停车位缺口四万个。今年新建八个停车场。"),
        ("刘伟：", "财政局同意安排资金。"),
        (f"{minutes.UNKNOWN}：", "公司年底前开工。"),
        ("张建国：", "会议决定，原则同意建设方案。由市住建局牵头，市财政局配合，12月底前完成选址。"),
    ]


def test_decisions_are_numbered_within_their_item_and_actions_say_who_and_when(facts):
    texts = [text for _, text in spoken(facts.draft())]
    assert "1. 原则同意建设方案。" in texts
    assert "1. 同意改造计划。" in texts
    assert "1. 完成选址（责任单位：市住建局；配合单位：市财政局、市规划局；时限：12月底前）。" in texts


def test_every_spoken_paragraph_leads_to_its_place_in_the_sound(facts):
    document = facts.draft()
    known = {one.id for one in facts.transcript.segments}
    assert set(document.segments) <= known
    said = [block for block in document.blocks if isinstance(block, record.Paragraph) and block.lead != "汇报："]
    assert all(block.segment in known for block in said)


def test_no_word_is_lost_and_none_is_added(facts):
    document = facts.draft()
    text = "".join(text for _, text in spoken(document))
    assert all(text.count(one.text) >= 1 for one in facts.transcript.shown)


def test_a_long_turn_is_broken_and_the_speaker_named_once(facts):
    long = replace(
        facts.transcript,
        segments=tuple(segment(100 + n, "周涛", "改造小区三十个，涉及居民五千户。" * 5) for n in range(8)),
        points=(),
    )
    parts = [(lead, len(text)) for lead, text in spoken(facts.draft(transcript=long)) if "五千户" in text]
    assert [lead for lead, _ in parts] == ["周涛："] + [""] * (len(parts) - 1)
    assert len(parts) > 1
    assert all(length <= minutes.PARAGRAPH for _, length in parts)


def test_without_marks_it_is_one_text_by_time(facts, without_marks):
    assert headings(facts.draft(recordings=(without_marks,))) == ["一、发言", "二、决定", "三、落实事项"]


def test_without_any_speaker_nobody_is_led_in(facts, without_marks):
    nobody = replace(
        facts.transcript, segments=tuple(replace(one, speaker=None) for one in facts.transcript.segments)
    )
    document = facts.draft(recordings=(without_marks,), transcript=nobody)
    assert {lead for lead, _ in spoken(document)} == {""}


def test_an_item_that_comes_up_twice_is_one_section(facts):
    back = replace(facts.recording, markers=(*facts.recording.markers, mark(MarkKind.ITEM, 65, "1")))
    document = facts.draft(recordings=(back,))
    assert [text for text in headings(document) if "、" in text] == ["一、停车场建设", "二、老旧小区改造"]
    assert ("张建国：", "同意改造计划。") in spoken(document)


def test_an_item_outside_the_agenda_has_a_heading_of_its_own(facts):
    extra = replace(facts.recording, markers=(*facts.recording.markers, mark(MarkKind.ITEM, 65, "7")))
    assert "三、第七项议题" in headings(facts.draft(recordings=(extra,)))


def test_what_was_decided_before_the_first_item_mark_is_kept(facts):
    late = replace(facts.recording, markers=(mark(MarkKind.ITEM, 60, "2"),))
    document = facts.draft(recordings=(late,))
    assert headings(document)[-3:] == ["二、其他议定事项", "（一）决定", "（二）落实事项"]
    assert "1. 原则同意建设方案。" in [text for _, text in spoken(document)]


def test_a_mark_that_names_no_item_parts_nothing(facts):
    odd = replace(facts.recording, markers=(mark(MarkKind.ITEM, 10, "茶歇"),))
    assert headings(facts.draft(recordings=(odd,)))[0] == "一、发言"


def test_an_item_goes_on_into_the_next_recording(facts):
    second = replace(facts.recording, id="r2", number=2, markers=())
    more = segment(5, "周涛", "补充一点。", id="r2-t1-0005", recording="r2")
    transcript = replace(facts.transcript, segments=(*facts.transcript.segments, more))
    document = facts.draft(recordings=(facts.recording, second), transcript=transcript)
    assert len([text for text in headings(document) if text == "二、老旧小区改造"]) == 1
    assert spoken(document)[-2] == ("周涛：", "补充一点。")


def test_what_is_off_the_record_is_nowhere_not_even_as_a_decision(facts):
    hidden = replace(
        facts.recording,
        markers=(*facts.recording.markers, mark(MarkKind.OFF_RECORD, 30), mark(MarkKind.ON_RECORD, 41)),
    )
    text = str(facts.draft(recordings=(hidden,)))
    assert "原则同意" not in text
    assert "选址" not in text
    assert "财政局同意安排资金" in text


def test_an_invention_of_the_engine_is_left_out(facts):
    invented = replace(facts.transcript.segments[3], dropped=True)
    segments = tuple(invented if one.id == invented.id else one for one in facts.transcript.segments)
    assert "安排资金" not in str(facts.draft(transcript=replace(facts.transcript, segments=segments, points=())))


def test_one_line_says_that_it_was_recorded(facts):
    assert [block for block in facts.draft().blocks if isinstance(block, record.Note)]
    silent = facts.draft(recordings=(), transcript=None)
    assert not [block for block in silent.blocks if isinstance(block, record.Note)]


def test_without_a_transcript_the_agenda_waits_for_the_secretary(facts):
    document = facts.draft(recordings=(), transcript=None)
    assert headings(document) == ["一、停车场建设", "二、老旧小区改造"]
    assert ("", "（待补记）") in spoken(document)


def test_the_signatures_are_for_the_hand(facts):
    assert facts.draft().blocks[-1] == record.Signatures(("主持人", "记录人"))


def test_the_highest_secrecy_is_the_mark(facts):
    item = AgendaItem(1, "停车场建设", secrecy=secrecy.parse("内部"))
    assert facts.draft(replace(facts.meeting, agenda=(item,))).mark == "内部"
    assert facts.draft().mark == ""


def test_the_same_facts_give_the_same_record(facts):
    shuffled = replace(facts.transcript, segments=tuple(reversed(facts.transcript.segments)))
    assert facts.draft() == facts.draft(transcript=shuffled)


def test_an_agenda_of_one_item_needs_no_mark(facts, without_marks):
    one = replace(facts.meeting, agenda=facts.meeting.agenda[:1])
    drafted = facts.draft(one, recordings=(without_marks,))
    assert "一、停车场建设" in headings(drafted)
    assert "（待补记）" not in [text for _, text in spoken(drafted)]


def test_no_name_of_a_long_list_breaks_at_the_end_of_a_line():
    names = [f"王{'建国' if n % 2 else '　伟'}" for n in range(30)] + ["阿卜杜热合曼·买买提·艾力"]
    lines = wording.flow(names)
    assert wording.SPACE.join(lines) == wording.SPACE.join(names)
    assert len(lines) > 1
    assert max(map(len, lines)) <= wording.LINE
    assert all(line[0] in "王阿" for line in lines)


def test_the_record_of_an_urgent_meeting_says_so_and_what_was_filled_in_afterwards(facts):
    urgent = replace(facts.meeting, urgent=True, urgent_reason="防汛会商。")
    late = Edit(datetime(2026, 11, 12, 3, 0, tzinfo=UTC), "person:赵云", ("title",), late=True)
    early = replace(late, late=False)

    def notes(*edits):
        document = minutes.draft(urgent, facts.services.attendance(MEETING), [], None, edits=edits)
        return [block.text for block in document.blocks if isinstance(block, record.Note)]

    assert notes(early) == ["本次会议紧急召开，会前未经审批。事由：防汛会商。"]
    assert notes(early, late) == [
        "本次会议紧急召开，会前未经审批。事由：防汛会商。会议有关事项于2026年11月12日补充登记。"
    ]
    assert not any("紧急" in block.text for block in facts.draft().blocks if isinstance(block, record.Note))
