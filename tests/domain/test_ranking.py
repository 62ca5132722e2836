from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomctl.domain.attendance import Person
from roomctl.domain.ranking import RankTable, as_the_table, out_of_place, ranked

TABLE = RankTable(
    leaders=(("张建国",), ("市长",), ("副市长",)),
    secretaries=(("秘书长",), ("副秘书长",)),
    units=(("政府办公室",), ("发展和改革委员会", "发改委"), ("财政局",), ("公安局",)),
    districts=(("江北区",), ("江南区",)),
)


def person(name, unit="", duty=""):
    return Person(id=name, name=name, unit=unit, duty=duty)


people = st.lists(
    st.builds(
        person,
        st.text("甲乙丙丁", min_size=1, max_size=3),
        st.sampled_from(["", "市财政局", "市发改委", "江南区", "某公司"]),
        st.sampled_from(["", "局长", "副局长", "科长", "副市长", "市委常委、副市长"]),
    ),
    max_size=8,
    unique_by=lambda one: one.id,
)


def test_leaders_then_secretaries_then_units_then_districts_then_the_rest():
    mixed = [
        person("己", "某公司", "总经理"), person("戊", "江南区", "区长"), person("丁", "市财政局", "局长"),
        person("丙", "市发改委", "主任"), person("乙", "市政府", "副秘书长"),
        person("甲", "市政府", "市委常委、副市长"),
        person("张建国", "市政府", "党组成员"),
    ]  # fmt: skip
    assert [one.name for one in ranked(mixed, TABLE)] == ["张建国", "甲", "乙", "丙", "丁", "戊", "己"]


def test_within_a_unit_the_head_comes_before_the_deputy_and_equals_stay_as_they_came():
    unit = [
        person("科", "市财政局", "预算科科长"), person("副二", "市财政局", "副局长"),
        person("正", "市财政局", "党组书记、局长"), person("副一", "市财政局", "副局长"),
    ]  # fmt: skip
    assert [one.name for one in ranked(unit, TABLE)] == ["正", "副二", "副一", "科"]


@pytest.mark.parametrize(
    ("unit", "first", "second", "third"),
    [
        ("市公安局", "党委副书记、局长", "党委副书记、副局长", "科长"),
        ("市财政局", "局长兼党组副书记", "副局长、机关党委书记", "办公室主任"),
        ("市财政局", "党组书记", "副局长（主持工作）", "预算科科长"),
        ("市政府办公室", "党组成员、办公室主任", "副主任、工会主席", "机关党委书记"),
        ("江南区", "区委副书记、区长", "副区长", "区政府办公室主任"),
        ("市财政局", "市财政局局长", "党组成员、副局长", "党组成员"),
    ],
)
def test_a_head_is_known_by_any_of_the_duties_but_not_by_one_of_a_part_of_the_unit(unit, first, second, third):
    mixed = [person("丙", unit, third), person("乙", unit, second), person("甲", unit, first)]
    assert [one.name for one in ranked(mixed, TABLE)] == ["甲", "乙", "丙"]


@given(people=people)
def test_everybody_is_ranked_once_from_1_and_ranking_again_changes_nothing(people):
    once = ranked(people, TABLE)
    assert sorted(one.id for one in once) == sorted(one.id for one in people)
    assert [one.rank for one in once] == list(range(1, len(people) + 1))
    assert ranked(once, TABLE) == once


@pytest.mark.parametrize(("duty", "leader"), [("副市长", True), ("市委常委、副市长", True), ("副市长助理", False)])
def test_a_leader_is_known_by_any_of_the_duties(duty, leader):
    assert TABLE.is_leader(person("某", "市政府", duty)) is leader


def test_who_stands_elsewhere_in_the_table_is_told_beside_whom_and_as_few_as_can_be():
    given = [
        replace(person(name, unit, duty), rank=rank)
        for rank, (name, unit, duty) in enumerate(
            [("甲", "市财政局", "副局长"), ("乙", "市政府", "副市长"), ("丙", "某公司", "总经理"),
             ("丁", "市财政局", "局长"), ("戊", "市公安局", "局长"), ("己", "市发改委", "主任")], 1)
    ]  # fmt: skip
    found = [(one.person.name, one.other.name, one.before) for one in out_of_place(given, TABLE)]
    assert found == [("甲", "丁", False), ("己", "丁", True)]
    assert [one.rank for one in as_the_table(given, TABLE)] == [5, 1, 3, 4, 6, 2]


@given(people=people, data=st.data())
def test_as_the_table_has_them_nobody_is_out_of_place_and_who_is_not_told_was_right(people, data):
    given = [replace(one, rank=data.draw(st.integers(0, 4))) for one in people]
    told, wanted = out_of_place(given, TABLE), as_the_table(given, TABLE)
    assert not out_of_place(wanted, TABLE)
    assert sorted(one.rank for one in wanted) == sorted(one.rank for one in given)
    assert told or list(wanted) == given
    left = [one for one in given if one not in [row.person for row in told]]
    assert not out_of_place(left, TABLE)
    for row in told:
        place, other = TABLE.place(row.person), TABLE.place(row.other)
        assert row.before is (place < other) is (row.person.rank >= row.other.rank)
