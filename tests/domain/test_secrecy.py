from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomctl.domain.meeting import AgendaItem, Meeting, MeetingId
from roomctl.domain.secrecy import OPEN, Level, Secrecy, SecrecyRefused, Way, admit, ask, may, parse
from roomctl.errors import BadInput, Forbidden

DAY = date(2026, 11, 12)
MARKS = [
    "非密",
    "内部",
    *(
        f"{level}★{term}"
        for level in ("秘密", "机密")
        for term in ("1年", "10年", "6个月", "长期", "公布前", "工程验收后", "2027年6月1日")
    ),
]


@pytest.mark.parametrize("mark", MARKS[1:])
def test_a_mark_reads_back_as_it_is_written(mark):
    assert parse(mark).mark == mark
    assert parse(f"  {mark} ") == parse(mark)


def test_an_open_meeting_has_no_mark():
    assert parse("非密") == OPEN
    assert OPEN.mark == ""


@pytest.mark.parametrize(
    "mark",
    ["", "秘密", "机密", "内部★3年", "非密★3年", "秘密★0年", "秘密★年", "秘密*3年", "公开", "秘密★3",
     "秘密★12个月", "秘密★三年", "秘密★三年后", "秘密★2099年1月1日前", "秘密★永久", "秘密★2027年2月30日",
     "秘密★2027年06月01日", "秘密★2027年6月", "秘密★2027-06-01", "内部★2027年6月1日", "秘密★公布前★3年", "内部★长期"],
)  # fmt: skip
def test_what_is_no_mark_is_bad_input_with_an_example(mark):
    with pytest.raises(BadInput) as refused:
        parse(mark)
    assert "秘密★" in refused.value.mend


@pytest.mark.parametrize(("level", "years"), [("秘密", 10), ("机密", 20), ("绝密", 30)])
def test_a_term_is_no_longer_than_the_law_has_it(level, years):
    assert parse(f"{level}★{years}年").years == years
    for longer in (years + 1, 99, 100, 9999):
        with pytest.raises(BadInput) as refused:
            parse(f"{level}★{longer}年")
        assert str(years) in refused.value.why
        assert f"{level}★长期" in refused.value.mend


def test_marks_stand_in_the_order_of_level_and_term():
    rising = ["内部", "秘密★2027年6月1日", "秘密★11个月", "秘密★1年", "秘密★2028年1月1日", "秘密★9年", "秘密★10年",
              "秘密★长期", "机密★1个月", "机密★公布前"]  # fmt: skip
    ranks = [parse(mark).rank(DAY) for mark in rising]
    assert ranks == sorted(set(ranks))
    assert parse("秘密★公布前").rank(DAY) == parse("秘密★10年").rank(DAY) == Secrecy(Level.SECRET, 99).rank(DAY)


@pytest.mark.parametrize(
    ("mark", "why"),
    [("秘密★2026年11月12日", "2026-11-12"), ("秘密★2020年1月1日", "2026-11-12"), ("秘密★2036年11月13日", "10"),
     ("机密★2047年1月1日", "20"), ("秘密★9999年12月31日", "10")],
)  # fmt: skip
def test_a_day_of_its_end_lies_in_the_term_that_the_law_allows(mark, why):
    with pytest.raises(BadInput) as refused:
        parse(mark).need_lawful(DAY)
    assert why in refused.value.why
    assert refused.value.mend
    for good in ("秘密★2026年11月13日", "秘密★2036年11月12日", "机密★2046年11月12日", "秘密★公布前", "内部"):
        parse(good).need_lawful(DAY)


def test_ten_years_after_a_leap_day_end_with_february():
    parse("秘密★2038年2月28日").need_lawful(date(2028, 2, 29))
    with pytest.raises(BadInput):
        parse("秘密★2038年3月1日").need_lawful(date(2028, 2, 29))


@given(mark=st.text())
def test_any_text_is_a_mark_or_bad_input(mark):
    with suppress(BadInput):
        assert parse(mark).level in Level


def test_work_secrets_never_carry_a_star():
    assert Secrecy(Level.INTERNAL, years=3).mark == "内部"


@pytest.mark.parametrize("level", [Level.OPEN, Level.INTERNAL])
def test_open_and_internal_meetings_are_admitted(level):
    admit(Secrecy(level))


@pytest.mark.parametrize("mark", ["秘密★3年", "机密★10年", "绝密", "绝密★30年"])
def test_state_secrets_are_refused_with_the_way_out(mark):
    with pytest.raises(Forbidden) as refused:
        admit(parse(mark))
    assert refused.value.mend


def test_a_meeting_takes_the_highest_level_of_itself_and_its_items():
    starts = datetime(2026, 11, 12, 9, 0)
    meeting = Meeting(id=MeetingId("m"), room="r", title="会", starts=starts, secrecy=Secrecy(Level.INTERNAL))
    assert meeting.highest_secrecy.level is Level.INTERNAL
    items = (AgendaItem(1, "甲"), AgendaItem(2, "乙", secrecy=parse("秘密★3年")))
    assert replace(meeting, agenda=items).highest_secrecy.mark == "秘密★3年"
    longer = (*items, AgendaItem(3, "丙", secrecy=parse("秘密★5年")))
    assert replace(meeting, agenda=longer).highest_secrecy.mark == "秘密★5年"
    day = (*longer, AgendaItem(4, "丁", secrecy=parse("秘密★2030年1月1日")))
    assert replace(meeting, agenda=day).highest_secrecy.mark == "秘密★5年"
    day = (*longer, AgendaItem(4, "丁", secrecy=parse("秘密★2032年1月1日")))
    assert replace(meeting, agenda=day).highest_secrecy.mark == "秘密★2032年1月1日"


# --- the table


@pytest.mark.parametrize("way", list(Way))
def test_no_way_leads_out_of_the_highest_level(way):
    with pytest.raises(SecrecyRefused):
        ask(Secrecy(Level.TOP), way)


@pytest.mark.parametrize("level", [Level.SECRET, Level.CONFIDENTIAL])
def test_a_state_secret_is_read_at_the_machine_and_leaves_on_a_registered_medium_alone(level):
    assert {way for way in Way if may(level, way)} == {Way.HERE, Way.REGISTERED}


def test_work_secrets_stay_in_the_office():
    assert {way for way in Way if may(Level.OPEN, way) and not may(Level.INTERNAL, way)} == {
        Way.SERVICE, Way.OUTSIDE_TARGET,
    }  # fmt: skip


@given(levels=st.tuples(st.sampled_from(Level), st.sampled_from(Level)), way=st.sampled_from(Way))
def test_a_higher_level_never_opens_a_way_but_the_registered_medium(levels, way):
    lower, higher = sorted(levels, key=lambda one: one.degree)
    assert way is Way.REGISTERED or may(lower, way) or not may(higher, way)


def test_every_way_has_a_name_in_words():
    assert len({way.label for way in Way}) == len(Way)


@pytest.mark.parametrize(
    ("mark", "declared", "holds"),
    [
        ("秘密★3年", Level.SECRET, True),
        ("秘密★3年", Level.CONFIDENTIAL, True),
        ("机密★3年", Level.SECRET, False),
        ("机密★3年", Level.CONFIDENTIAL, True),
        ("绝密", Level.CONFIDENTIAL, False),
    ],
)
def test_a_declared_machine_holds_up_to_its_level(mark, declared, holds):
    if holds:
        admit(parse(mark), declared)
        return
    with pytest.raises(SecrecyRefused) as refused:
        admit(parse(mark), declared)
    assert refused.value.level is parse(mark).level
