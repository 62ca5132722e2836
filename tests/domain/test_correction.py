"""What a person puts right stays, and is found again in the next version."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomctl.domain.correction import (
    NamePutIn,
    as_heard,
    as_named,
    beside,
    by_machine,
    carry_over,
    confirm,
    confirmed,
    correct,
    corrected,
    name_speaker,
    names_put_in,
    take_back,
)
from roomctl.domain.transcript import Change, SpeakerKnownBy, Transcript, TranscriptSegment


def said(text, start=0.0, end=5.0, recording="r", n=1, **more):
    return TranscriptSegment(
        id=f"r1-t1-{n:04d}", recording=recording, track=1, start=start, end=end,
        first_frame=round(start * 48_000), last_frame=round(end * 48_000) - 1, raw=text, text=text, **more,
    )  # fmt: skip


def version(*segments, n=1):
    return Transcript(id=f"v{n}", meeting="m", version=n, engine="e", model="m", segments=segments)


def texts(segments):
    return [segment.text for segment in segments]


def test_a_correction_keeps_what_stood_there_and_who_changed_it():
    one = correct(said("由市发改为负责。"), "由市发改委负责。", by="王敏")
    assert (one.raw, one.text, by_machine(one)) == ("由市发改为负责。", "由市发改委负责。", "由市发改为负责。")
    assert one.changes[-1].reason == "王敏"
    assert corrected(one)


def test_the_same_text_is_no_correction():
    one = said("散会。")
    assert correct(one, "散会。 ", by="王敏") is one


def test_corrections_are_taken_back_one_by_one_and_nothing_is_forgotten():
    one = correct(correct(said("一"), "二", by="甲"), "三", by="乙")
    back = take_back(one, by="甲")
    assert back.text == "二"
    first = take_back(back, by="甲")
    assert (first.text, corrected(first)) == ("一", False)
    assert take_back(first, by="甲") is first
    assert len(first.changes) == 4


@pytest.mark.parametrize(
    ("heard", "right", "again", "expected"),
    [
        # the new engine makes the same mistake, another mistake, or none
        ("由市发改为负责。", "由市发改委负责。", ["由市发改为负责。"], ["由市发改委负责。"]),
        ("由市发改为负责。", "由市发改委负责。", ["由市发改围负责。"], ["由市发改委负责。"]),
        ("由市发改为负责。", "由市发改委负责。", ["由市发改委负责。"], ["由市发改委负责。"]),
        # what the new one heard better elsewhere in the sentence stays
        (
            "请李小明汇报停车厂建设。",
            "请李晓明汇报停车厂建设。",
            ["请李小明汇报停车场建设。"],
            ["请李晓明汇报停车场建设。"],
        ),
        # the rest of the word is heard otherwise too
        ("请李小明汇报。", "请李晓明汇报。", ["请李小名汇报。"], ["请李晓明汇报。"]),
        # words put in, and words left out
        ("会议决定两件事。", "会议决定以下两件事。", ["会议决定两件事。"], ["会议决定以下两件事。"]),
        ("那个那个会议决定两件事。", "会议决定两件事。", ["那个那个会议决定两件事。"], ["会议决定两件事。"]),
        # cut otherwise
        (
            "第一由住建局牵头，第二由财政局宝障。",
            "第一由住建局牵头，第二由财政局保障。",
            ["第一由住建局牵头。", "第二由财政局宝障。"],
            ["第一由住建局牵头。", "第二由财政局保障。"],
        ),
        # something else was said there, as the new one hears it: nothing is forced into it
        ("由市发改为负责。", "由市发改委负责。", ["大家辛苦了，谢谢！"], ["大家辛苦了，谢谢！"]),
    ],
)
def test_a_correction_lives_on_in_the_next_version(heard, right, again, expected):
    old = version(correct(said(heard), right, by="王敏"))
    length = 5.0 / len(again)
    new = [said(text, i * length, (i + 1) * length, n=i + 1) for i, text in enumerate(again)]
    made = carry_over(old, new)
    assert texts(made) == expected
    assert all(
        one.changes[-1].reason == "王敏" for one, before in zip(made, new, strict=True) if one.text != before.text
    )


def test_a_correction_is_made_only_at_its_own_time_and_recording():
    old = version(correct(said("由市发改为负责。", 0, 5), "由市发改委负责。", by="王敏"))
    new = [said("由市发改为负责。", 60, 65), said("由市发改为负责。", 0, 5, recording="other", n=2)]
    assert texts(carry_over(old, new)) == texts(new)


def test_what_a_person_corrected_in_the_new_version_is_left_alone():
    old = version(correct(said("一二三四五六"), "一二三四五陆", by="甲"))
    new = [correct(said("一二三四五六"), "壹二三四五六", by="乙")]
    assert texts(carry_over(old, new)) == ["壹二三四五六"]


def test_a_correction_stays_with_its_own_sentence_where_another_has_the_same_words():
    longer, short = said("好，我同意。", 0, 2, n=1), replace(said("好，", 1, 1.5, n=2), track=2)
    old = version(longer, correct(short, "好的，", by="王敏"))
    new = [replace(longer, id="r9-t1-0001"), replace(short, id="r9-t2-0002")]
    assert texts(carry_over(old, new)) == ["好，我同意。", "好的，"]


@given(st.text(st.sampled_from("会议决定由市局负责甲乙丙丁，。"), min_size=1, max_size=30), st.data())
def test_the_same_words_heard_again_are_corrected_to_the_same_words(heard, data):
    right = data.draw(st.text(st.sampled_from("会议决定由市局负责甲乙丙丁，。"), min_size=1, max_size=30)).strip()
    old = version(correct(said(heard), right, by="甲")) if right else version(said(heard))
    assert texts(carry_over(old, [said(heard)])) == texts(old.segments)


def test_two_versions_stand_side_by_side_by_their_time():
    old = version(said("第一句。", 0, 2), said("第二句很长。", 2, 8, n=2), said("第三句。", 9, 10, n=3))
    new = version(said("第一句。", 0, 2), said("第二句。", 2, 5, n=2), said("很长。", 5, 8, n=3), n=2)
    rows = beside(old, new)
    assert [(texts(row.old), texts(row.new), row.same) for row in rows] == [
        (["第一句。"], ["第一句。"], True),
        (["第二句很长。"], ["第二句。", "很长。"], False),
        (["第三句。"], [], False),
    ]


@given(st.lists(st.tuples(st.floats(0, 60), st.floats(0.1, 9)), max_size=8), st.lists(st.floats(0, 60), max_size=8))
def test_every_sentence_of_both_versions_stands_in_one_row_in_order(some, others):
    old = version(*(said("甲", a, a + b, n=i) for i, (a, b) in enumerate(sorted(some))))
    new = version(*(said("乙", a, a + 2, n=i) for i, a in enumerate(sorted(others))), n=2)
    rows = beside(old, new)
    assert [s for row in rows for s in row.old] == list(old.shown)
    assert [s for row in rows for s in row.new] == list(new.shown)


def test_a_sentence_is_right_as_long_as_it_stands():
    one = confirm(said("散会。"), by="王敏")
    assert (one.text, one.changes[-1].reason, confirmed(one), corrected(one)) == ("散会。", "王敏", True, False)
    assert confirm(one, by="甲") is one
    assert not confirmed(correct(one, "散会！", by="甲"))
    assert confirmed(take_back(correct(one, "散会！", by="甲"), by="甲"))


def test_what_a_person_said_of_a_sentence_lives_on_where_the_words_are_the_same():
    old = version(name_speaker(confirm(said("同意。", 0, 2), by="王敏"), "李晓明"), said("散会。", 4, 6, n=2))
    same, other = carry_over(old, [said("同意。", 0.2, 2.1, n=7), said("散会。", 4, 6, n=8)])
    assert (same.speaker, same.known_by, confirmed(same)) == ("李晓明", SpeakerKnownBy.PERSON, True)
    assert (other.speaker, confirmed(other)) == (None, False)
    (differs,) = carry_over(old, [said("不同意。", 0, 2)])
    assert (differs.speaker, confirmed(differs)) == ("李晓明", False)


def named(text, *changes, n=1):
    return said(
        text, n * 5.0, n * 5.0 + 4, n=n, changes=tuple(Change("names", a, b, "roster", at) for a, b, at in changes)
    )


def test_a_name_goes_and_comes_back_as_often_as_somebody_wants():
    one = named("请李晓明汇报。", ("李小明", "李晓明", 1))
    for _ in range(3):
        gone = as_heard(one, "李晓明", by="甲")
        assert gone.text == "请李小明汇报。"
        assert as_heard(gone, "李晓明", by="甲") is gone
        one = as_named(gone, "李晓明", by="甲")
        assert one.text == "请李晓明汇报。"


def test_a_name_comes_back_only_where_it_was_taken_back():
    by_hand = correct(named("请李晓明汇报。", ("李小明", "李晓明", 1)), "请李小敏汇报。", by="甲")
    assert as_named(by_hand, "李晓明", by="乙") is by_hand
    assert as_heard(by_hand, "李晓明", by="乙") is by_hand
    right = confirm(named("请李晓明汇报。", ("李小明", "李晓明", 1)), by="甲")
    assert as_heard(right, "李晓明", by="乙") is right


def test_what_the_roster_put_in_is_listed_with_what_was_heard():
    text = version(
        named("请李晓明汇报。", ("李小明", "李晓明", 1)),
        named("由李晓明负责。", ("李小名", "李晓明", 1), n=2),
        as_heard(named("给李晓明。", ("李小明", "李晓明", 1), n=3), "李晓明", by="甲"),
        named("王敏。", ("汪敏", "王敏", 0), n=4),
        said("李晓明。", 25, 26, n=5),
    )
    assert names_put_in(text) == (
        NamePutIn("李晓明", ("李小明", "李小名"), standing=2, undone=1),
        NamePutIn("王敏", ("汪敏",), standing=1, undone=0),
    )
