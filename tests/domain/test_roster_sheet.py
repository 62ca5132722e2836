"""A table read as people: by columns, and what is wrong by the cell."""

from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomctl.domain.attendance import MAX_NAME, Person, Role
from roomctl.domain.ranking import RankTable
from roomctl.domain.roster_sheet import Columns, find_columns, letters, read, written

HEADS = ("姓名", "单位", "职务", "手机", "身份", "议题", "排序")


def draft(*rows, heads=HEADS, **known):
    numbered = list(enumerate([heads, *rows], 1))
    ids = map(str, count())
    return read(numbered, find_columns(numbered), new_id=ids.__next__, **known)


def said(found):
    return [(one.cell, one.wrong) for one in found.problems]


def test_a_good_table_gives_everybody_in_its_order():
    found = draft(
        ("张　伟", "市政府", "市长", "", "", "", "1"), ("买买提•吐尔逊", "民宗局", "", "138", "列席", "议题2、3", "2")
    )
    assert [one.person.name for one in found.drafted] == ["张伟", "买买提·吐尔逊"]
    assert found.drafted[1].person.role is Role.OBSERVER
    assert found.drafted[1].person.items == (2, 3)
    assert not found.problems


@pytest.mark.parametrize(
    ("row", "cell"),
    [
        (("", "市政府", "", "", "", "", "1"), "A2"),
        (("长" * (MAX_NAME + 1), "", "", "", "", "", "1"), "A2"),
        (("张伟", "单" * 201, "", "", "", "", "1"), "B2"),
        (("张伟", "", "", "", "旁听", "", "1"), "E2"),
        (("张伟", "", "", "", "", "全部", "1"), "F2"),
        (("张伟", "", "", "", "", "9", "1"), "F2"),
        (("张伟", "", "", "", "", "", "第一"), "G2"),
        (("张伟", "", "", "", "", "", "²"), "G2"),
        (("张伟", "", "", "", "", "", "0"), "G2"),
        (('=HYPERLINK("http://x")', "", "", "", "", "", "1"), "A2"),
        (("张伟", "=1+1", "", "", "", "", "1"), "B2"),
        (("张\x07伟", "", "", "", "", "", "1"), "A2"),
    ],
)
def test_what_is_wrong_is_told_by_the_cell_and_keeps_its_row_out(row, cell):
    found = draft(row, ("李晓明", "", "", "", "", "", "2"), items=3)
    assert said(found) == [(cell, True)]
    assert [one.person.name for one in found.drafted] == ["李晓明"]
    assert found.wrong[0].what
    assert found.wrong[0].mend


def test_what_nobody_sees_is_no_part_of_a_name_a_number_or_a_head():
    found = draft(
        ("张\u200b伟", "市政府\u200e", "市长", "\u202d13800138000\u202c", "列席\u200b", "", "\ufeff1"),
        ("张伟", "市政府", "市长", "", "", "", "2"),
        ("\u200b", "市政府", "", "", "", "", "3"),
        heads=("\ufeff姓名", *HEADS[1:]),
    )
    assert said(found) == [("A3", True), ("A4", True)]  # the same person again, and nobody
    one = found.drafted[0].person
    assert (one.name, one.unit, one.phone, one.role, one.rank) == ("张伟", "市政府", "13800138000", Role.OBSERVER, 1)


def test_whom_the_table_of_rank_does_not_know_is_pointed_at_by_the_cell_unless_the_file_ranks_him():
    ranks = RankTable(leaders=(("张伟",), ("副市长",)), units=(("市财政局", "财政局"),))
    rows = (
        ("张伟", "市政府", "市长", "", "", "", ""),
        ("李晓明", "市财政局", "科员", "", "", "", ""),
        ("王海燕", "市气象局", "局长", "", "", "", ""),
        ("陈志强", "市气象局", "", "", "", "", ""),
        ("刘芳", "", "", "", "", "", ""),
        ("周敏", "市气象局", "副局长", "", "", "", "6"),
    )
    told = [one for one in draft(*rows, ranks=ranks).problems if one.column != HEADS.index("排序")]
    assert [(one.cell, one.wrong) for one in told] == [("C4", False), ("B5", False), ("B6", False)]
    assert "市气象局局长" in told[0].what
    assert "排序" in told[0].mend
    assert not [one for one in draft(*rows).problems if one.column != HEADS.index("排序")]


def test_a_rank_other_than_the_tables_is_pointed_at_by_its_cell_and_stands_unless_the_table_is_chosen():
    ranks = RankTable(units=(("市财政局",), ("市教育局",)))
    units = {"张伟": "市教育局", "李晓明": "市财政局", "王海燕": "某公司"}
    rows = [(name, unit, "负责人", "", "", "", str(n)) for n, (name, unit) in enumerate(units.items(), 1)]
    found = draft(*rows, ranks=ranks)
    assert said(found) == [("G2", False)]
    assert "李晓明" in found.problems[0].what
    assert [one.rank for one in found.people(by_table=False)] == [1, 2, 3]
    assert [one.rank for one in found.people(by_table=True)] == [2, 1, 3]
    assert found.reranked == 2
    agreed = draft(*rows[1:], ranks=ranks)
    assert not agreed.problems
    assert agreed.people(by_table=True) == agreed.people(by_table=False)
    assert not draft(*[row[:-1] for row in rows], heads=HEADS[:-1], ranks=ranks).reordered


def test_every_wrong_cell_is_told_at_once():
    found = draft(("", "", "", "", "旁听", "", "x"), ("张伟", "", "", "", "", "", "x"))
    assert said(found) == [("A2", True), ("E2", True), ("G2", True), ("G3", True)]
    assert found.wrong_rows == 2


def test_the_same_person_twice_is_wrong_and_two_of_one_name_are_only_pointed_at():
    same = ("张伟", "财政局", "科员", "", "", "", "1")
    found = draft(same, same, ("张伟", "教育局", "", "", "", "", "2"))
    assert said(found) == [("A2", False), ("A3", True), ("A4", False)]
    assert len(found.drafted) == 2


def test_who_is_on_the_roster_is_left_out_with_a_note():
    here = Person(id="p", name="张伟", unit="财政局")
    found = draft(("张伟", "财政局", "", "", "", "", "1"), here=[here])
    assert said(found) == [("A2", False)]
    assert not found.drafted


def test_a_card_that_two_people_have_is_wrong_however_it_is_written_and_its_number_is_not_told():
    found = draft(
        ("张伟", "a", "", "04ab77c1"), ("李晓明", "b", "", "04AB77C1"), heads=("姓名", "单位", "职务", "卡号")
    )
    assert said(found) == [("D3", True)]
    (what,) = [one.what for one in found.problems]
    assert ("row 3" in what, "row 2" in what, "77c1" in what.lower()) == (True, True, False)


def test_without_a_rank_the_order_is_the_rank_and_an_empty_one_is_pointed_at():
    assert [one.person.rank for one in draft(("张伟",), ("李晓明",), heads=("姓名", "单位", "职务")).drafted] == [
        1,
        2,
    ]
    found = draft(("张伟", "", "", "", "", "", ""))
    assert said(found) == [("G2", False)]
    assert found.drafted[0].person.rank == 0


def test_columns_without_heads_are_chosen_by_a_person():
    rows = [(1, ("张伟", "财政局")), (2, ("李晓明", "教育局"))]
    columns = find_columns(rows)
    assert columns.missing == ("name", "unit", "duty")
    found = read(rows, Columns(0, columns.heads, {"name": 0, "unit": 1}), new_id=map(str, count()).__next__)
    assert [one.person.unit for one in found.drafted] == ["财政局", "教育局"]


@given(st.integers(0, 20_000))
def test_a_column_is_called_as_a_spreadsheet_calls_it(column):
    back = 0
    for char in letters(column):
        back = back * 26 + ord(char) - ord("A") + 1
    assert back == column + 1


@given(st.text(max_size=60))
def test_writing_a_name_again_changes_nothing(name):
    assert written(written(name)) == written(name)


@given(st.lists(st.lists(st.text(max_size=12), min_size=3, max_size=7), max_size=8))
def test_any_table_is_read_without_a_trace_and_counts_each_row_once(rows):
    found = draft(*rows)
    taken = {one.row for one in found.drafted} | {one.row for one in found.wrong}
    assert taken == set(range(2, len(rows) + 2))


def test_heads_that_stand_there_again_are_nobody():
    rows = ("张伟", "财政局", "局长"), ("姓 名", "单位", "职务"), ("李晓明", "财政局", "科长")
    found = draft(*rows, heads=HEADS[:3])
    assert [one.person.name for one in found.drafted] == ["张伟", "李晓明"]
    assert not found.problems
