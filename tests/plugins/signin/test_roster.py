import csv
import io
import zipfile

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from roomctl_signin.roster import read, written

from roomctl.api import BadInput, Role

PLAIN = "姓名,单位,职务\n张建国,市政府,副市长\n李晓明,市住建局,局长\n"


def file_of(tmp_path, text, encoding="utf-8", name="roster.csv"):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


def xlsx_of(tmp_path, *rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(tmp_path / "roster.xlsx")
    return tmp_path / "roster.xlsx"


def names(path):
    return [person.name for person in read(path)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_a_csv_is_read_whatever_program_wrote_it(tmp_path, encoding):
    assert names(file_of(tmp_path, PLAIN, encoding)) == ["张建国", "李晓明"]


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "，"])
def test_the_delimiter_is_found(tmp_path, delimiter):
    people = read(file_of(tmp_path, PLAIN.replace(",", delimiter)))
    assert [(person.unit, person.duty) for person in people] == [("市政府", "副市长"), ("市住建局", "局长")]


def test_every_column_of_an_xlsx_arrives(tmp_path):
    path = xlsx_of(
        tmp_path,
        ["姓名", "单位", "职务", "手机", "座位", "身份", "议题", "排序"],
        ["孙丽", "停车公司", "总经理", 13800138000.0, 6, "列席", "1、3", 7],
    )
    (person,) = read(path)
    assert (person.phone, person.seat, person.role, person.items, person.rank) == (
        "13800138000", "6", Role.OBSERVER, (1, 3), 7,
    )  # fmt: skip


def test_a_title_above_the_heads_and_empty_rows_do_no_harm(tmp_path):
    path = xlsx_of(
        tmp_path,
        ["专题会议参会人员名单"],
        [],
        ["序号", "姓 名", "单位（全称）", "职务", "备注"],
        [1, "张建国", "市政府", "副市长", "主持"],
        [],
        [2, "李晓明", "市住建局", "局长", None],
    )
    assert [(person.rank, person.name) for person in read(path)] == [(1, "张建国"), (2, "李晓明")]


def test_what_is_merged_over_several_rows_is_said_of_each_of_them(tmp_path):
    book = openpyxl.Workbook()
    book.create_sheet("名单")  # the one before it is empty
    sheet = book.worksheets[1]
    for row in [
        ["参会名单"],
        ["姓名", "单位", "职务"],
        ["张建国", "市住建局", "局长"],
        ["李晓明", None, "副局长"],
        [None, None, None],
        ["王芳", None, "科长"],
    ]:
        sheet.append(row)
    sheet.merge_cells("A1:C1")
    sheet.merge_cells("B3:B5")
    book.save(tmp_path / "roster.xlsx")
    assert [(person.name, person.unit) for person in read(tmp_path / "roster.xlsx")] == [
        ("张建国", "市住建局"),
        ("李晓明", "市住建局"),
        ("王芳", ""),
    ]


def test_the_marks_of_a_title_are_not_those_between_the_cells(tmp_path):
    assert names(file_of(tmp_path, f"参会名单，2026年\n{PLAIN}")) == ["张建国", "李晓明"]


def test_english_heads_are_read(tmp_path):
    (person,) = read(file_of(tmp_path, "Name,Unit,Title,Role\nZhang Wei,City Hall,Deputy Mayor,observer\n"))
    assert (person.name, person.duty, person.role) == ("Zhang Wei", "Deputy Mayor", Role.OBSERVER)


def test_without_a_rank_the_order_of_the_file_is_the_rank(tmp_path):
    assert [person.rank for person in read(file_of(tmp_path, PLAIN))] == [1, 2]


def test_every_person_has_an_id_of_their_own(tmp_path):
    people = read(file_of(tmp_path, PLAIN))
    assert len({person.id for person in people}) == 2
    assert [person.id for person in people] == sorted(person.id for person in people)


@pytest.mark.parametrize("name", ["𠮷田", "㛃", "阿卜杜拉·买买提", "一", "长" * 40, "𪚥龘"])
def test_rare_minority_short_and_long_names_are_kept(tmp_path, name):
    assert names(file_of(tmp_path, f"姓名,单位,职务\n{name},某局,科员\n")) == [name]


@pytest.mark.parametrize(
    ("told", "stored"),
    [("张　伟", "张伟"), (" 李 明 ", "李明"), ("阿卜杜拉•买买提", "阿卜杜拉·买买提"), ("John  Smith", "John Smith")],
)
def test_a_name_spread_over_a_place_card_is_the_same_name(told, stored):
    assert written(told) == stored


@given(st.text(max_size=40))
def test_a_stored_name_is_stored_the_same_again(name):
    assert written(written(name)) == written(name)


def test_a_missing_column_is_named_with_those_that_were_found(tmp_path):
    with pytest.raises(BadInput) as told:
        read(file_of(tmp_path, "姓名,单位,备注\n张建国,市政府,\n"))
    assert "职务" in str(told.value)
    assert "姓名、单位、备注" in str(told.value)
    assert "\n" not in str(told.value)


def test_a_table_without_names_says_which_columns_it_has(tmp_path):
    with pytest.raises(BadInput, match=r"姓名.*物品、数量"):
        read(file_of(tmp_path, "物品,数量\n话筒,4\n"))


def test_equal_names_are_told_apart_by_unit_or_duty(tmp_path):
    text = "姓名,单位,职务\n王伟,财政局,科长\n王伟,教育局,科长\n王伟,教育局,副科长\n"
    assert names(file_of(tmp_path, text)) == ["王伟"] * 3


def test_the_same_person_twice_is_refused_with_both_rows(tmp_path):
    text = "姓名,单位,职务\n王伟,财政局,科长\n李强,财政局,科员\n\n王　伟,财政局,科长\n"
    with pytest.raises(BadInput, match=r"2 .*5 "):
        read(file_of(tmp_path, text))


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (",财政局,科长,,", "3 "),
        ("长" * 41 + ",财政局,科长,,", "41"),
        ("王伟,财政局,科长,旁听,", "旁听"),
        ("王伟,财政局,科长,列席,全部", "全部"),
    ],
)
def test_a_wrong_cell_names_its_row(tmp_path, row, told):
    path = file_of(tmp_path, f"姓名,单位,职务,身份,议题\n李强,财政局,科员,出席,\n{row}\n")
    with pytest.raises(BadInput, match=told) as error:
        read(path)
    assert "3" in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("rank", ["0", "-1", "一", "1.5"])
def test_a_rank_that_is_no_number_is_refused(tmp_path, rank):
    with pytest.raises(BadInput, match=rf"2 .*{rank}"):
        read(file_of(tmp_path, f"姓名,单位,职务,排序\n李强,财政局,科员,{rank}\n"))


def a_picture():
    return b"\x89PNG\r\n\x1a\n" + bytes(64)


def half_an_xlsx():
    out = io.BytesIO()
    openpyxl.Workbook().save(out)
    return out.getvalue()[:2000]


def a_zip_that_is_no_workbook():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("readme.txt", "hello")
    return out.getvalue()


def a_zip_bomb():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/workbook.xml", "w") as member:
        for _ in range(110):
            member.write(bytes(1 << 20))
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"", b" \r\n ", a_picture(), half_an_xlsx(), a_zip_that_is_no_workbook(), a_zip_bomb(),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), b"\xff\xfe\x00", bytes(range(128, 256)),
        b'"' + b"a" * 200_000,
    ],
    ids=["empty", "blank", "png", "half-xlsx", "zip", "bomb", "xls", "bad-utf16", "binary", "open-quote"],
)  # fmt: skip
def test_a_wrong_file_is_told_in_one_line(tmp_path, content):
    path = tmp_path / "名单.xlsx"
    path.write_bytes(content)
    with pytest.raises(BadInput) as told:
        read(path)
    assert str(path) in str(told.value)
    assert "\n" not in str(told.value)


def test_a_missing_file_is_told_by_name(tmp_path):
    with pytest.raises(BadInput, match=r"nobody\.csv"):
        read(tmp_path / "nobody.csv")


@given(st.binary(max_size=400))
def test_no_rubbish_breaks_the_reader(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("any") / "roster"
    path.write_bytes(content)
    with pytest.raises(BadInput) as told:
        read(path)
    assert "\n" not in str(told.value)


word = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=10)


@given(st.lists(st.tuples(word, word, word), min_size=1, max_size=8, unique=True))
def test_what_an_office_writes_is_what_it_gets(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("any") / "roster.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["姓名", "单位", "职务"])
        writer.writerows(rows)
    assert [(person.name, person.unit, person.duty) for person in read(path)] == rows


def test_the_demo_roster_has_five_members_and_an_observer(demo_clip):
    people = read(demo_clip.parent / "roster.csv")
    assert sum(person.role is Role.MEMBER for person in people) == 5
    assert [person.items for person in people if person.role is Role.OBSERVER] == [(1,)]
