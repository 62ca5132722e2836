"""A roster sent as a table, looked at, taken in, taken back; and the office's people."""

import io
import zipfile

import openpyxl
import pytest

from roomctl.domain.access import Right, Role
from roomctl.domain.attendance import Method
from roomctl.domain.ranking import RankTable
from roomctl.errors import BadInput
from roomctl.web.rosters import KEPT, MOST

CSV = "姓名,单位,职务,身份\n张建国,市政府,副市长,\n李晓明,住建局,局长,旁听\n孙丽,市政府,科长,列席\n"


def xlsx(*rows):
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def send(client, meeting, content=CSV, name="名单.csv"):
    body = content.encode() if isinstance(content, str) else content
    return client.post(f"/api/v1/meetings/{meeting.id}/roster-files", params={"name": name}, content=body)


def take(client, meeting, sent, **how):
    return client.post(f"/api/v1/meetings/{meeting.id}/roster-files/{sent.json()['file']}/people", json=how)


def names(rest, meeting):
    return [one.name for one in rest.use.roster(meeting.id)]


def test_what_is_wrong_is_told_by_the_cell_and_nobody_comes_before_a_press(rest):
    client, meeting = rest.as_(Role.SECRETARY), rest.meeting()
    told = send(client, meeting).json()
    assert (told["people"], told["wrong_rows"], told["columns"]["role"]) == (2, 1, 3)
    (problem,) = told["problems"]
    assert (problem["cell"], problem["wrong"]) == ("D3", True)
    assert problem["mend"]
    assert names(rest, meeting) == []


class Ranks:
    """A plugin's table of rank; one without leaders cannot be read."""

    def __init__(self, *leaders):
        self.leaders = leaders

    def table(self):
        if not self.leaders:
            raise BadInput("ranks.toml")
        return RankTable(leaders=tuple((one,) for one in self.leaders))


def test_who_has_no_rank_is_pointed_at_and_taken_in_also_where_the_table_cannot_be_read(rest):
    client, meeting = rest.as_(Role.SECRETARY), rest.meeting()
    for ranks, cells in ((Ranks("副市长"), ["D3", "C4"]), (Ranks(), ["D3"])):
        rest.application.plugins.ranks = ranks
        assert [one["cell"] for one in send(client, meeting).json()["problems"]] == cells
    rest.application.plugins.ranks = Ranks("副市长")
    assert take(client, meeting, send(client, meeting), skip_wrong=True).json()["added"] == 2


def test_the_files_rank_stands_unless_the_tables_is_chosen_and_there_is_one(rest):
    client, meeting = rest.as_(Role.SECRETARY), rest.meeting()
    table = "姓名,单位,职务,排序\n孙丽,市政府,副市长,1\n张建国,市政府,市长,2\n"
    sent = send(client, meeting, table)
    assert sent.json()["reordered"] == 0
    assert take(client, meeting, sent, order="table").status_code == 409
    assert names(rest, meeting) == []
    rest.application.plugins.ranks = Ranks("市长", "副市长")
    assert [one["cell"] for one in send(client, meeting, table).json()["problems"]] == ["D2"]
    take(client, meeting, sent, order="table")
    assert names(rest, meeting) == ["张建国", "孙丽"]
    other = rest.meeting()
    take(client, other, send(client, other, table))
    assert names(rest, other) == ["孙丽", "张建国"]


def test_a_wrong_row_keeps_everybody_out_unless_it_is_to_be_skipped(rest):
    client, meeting = rest.as_(Role.SECRETARY), rest.meeting()
    sent = send(client, meeting)
    refused = take(client, meeting, sent)
    assert refused.status_code == 409
    assert "D3" in refused.json()["detail"]
    assert names(rest, meeting) == []
    done = take(client, meeting, sent, skip_wrong=True, remember=True)
    assert done.json() == {"added": 2, "skipped_rows": 1, "remembered": 2}
    assert names(rest, meeting) == ["张建国", "孙丽"]
    assert take(client, meeting, sent).status_code == 404  # it was taken in


def test_columns_may_be_chosen_by_the_reader(rest):
    client, meeting = rest.as_(Role.SECRETARY), rest.meeting()
    sent = send(client, meeting, "参加的人,来自,干什么\n张建国,市政府,副市长\n")
    assert sent.json()["missing"] == ["name", "unit", "duty"]
    assert take(client, meeting, sent).status_code == 409
    assert take(client, meeting, sent, columns={"name": 9}).status_code == 422
    assert take(client, meeting, sent, columns={"nonsense": 0}).status_code == 422
    assert take(client, meeting, sent, columns={"name": 0, "unit": 1, "duty": 2}).status_code == 201
    assert rest.use.roster(meeting.id)[0].line == "市政府　副市长"


def test_an_import_is_taken_back_until_something_was_done_with_it(rest):
    client, meeting = rest.as_(Role.SECRETARY), rest.opened("王海燕")
    take(client, meeting, send(client, meeting), skip_wrong=True)
    path = f"/api/v1/meetings/{meeting.id}/roster-imports"
    (one,) = client.get(path).json()
    assert (one["source"], one["people"]) == ("名单.csv", 2)
    rest.use.sign_in(meeting.id, "孙丽", method=Method.DESK)
    assert client.delete(f"{path}/{one['id']}").status_code == 409
    rest.use.undo_attendance(meeting.id, "孙丽")
    assert client.delete(f"{path}/{one['id']}").status_code == 409  # what happened at the door is told for ever
    assert "王海燕" in names(rest, meeting)


@pytest.mark.parametrize("content", [b"", b"\x00\x01", b"PK\x03\x04broken", b"\xd0\xcf\x11\xe0old", b"\xff" * 50])
def test_what_is_no_table_is_refused_in_words(rest, content):
    client, meeting = rest.as_(Role.SECRETARY), rest.meeting()
    answer = send(client, meeting, content, "名单.xlsx")
    assert answer.status_code == 422
    assert answer.json()["mend"]


def test_a_bomb_is_not_unpacked(rest):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("xl/worksheets/sheet1.xml", b"0" * 120_000_000)
    client, meeting = rest.as_(Role.SECRETARY), rest.meeting()
    assert send(client, meeting, out.getvalue(), "b.xlsx").status_code == 422


def test_entities_that_grow_are_not_grown(rest):
    good = xlsx(["姓名", "单位", "职务"], ["张建国", "市政府", "副市长"])
    out = io.BytesIO()
    lol = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    with zipfile.ZipFile(io.BytesIO(good)) as old, zipfile.ZipFile(out, "w") as new:
        for member in old.infolist():
            content = old.read(member)
            if member.filename == "xl/worksheets/sheet1.xml":
                body = content.decode().partition("?>")[2] if content.startswith(b"<?xml") else content.decode()
                content = f'<!DOCTYPE x [<!ENTITY l0 "lol">{lol}]>{body.replace("<v>", "<v>&l9;", 1)}'.encode()
            new.writestr(member, content)
    client, meeting = rest.as_(Role.SECRETARY), rest.meeting()
    assert send(client, meeting, out.getvalue(), "b.xlsx").status_code == 422


def test_a_hundred_megabytes_are_not_read(rest):
    client, meeting = rest.as_(Role.SECRETARY), rest.meeting()
    path = f"/api/v1/meetings/{meeting.id}/roster-files?name=x"
    assert client.post(path, content=b"x", headers={"Content-Length": str(100 << 20)}).status_code == 413


def test_a_formula_is_no_name_and_comes_out_as_text(rest):
    client, meeting = rest.as_(Role.SECRETARY), rest.meeting()
    told = send(client, meeting, xlsx(["姓名", "单位", "职务"], ['=HYPERLINK("http://x","张建国")', "a", "b"])).json()
    assert told["problems"][0]["cell"] == "A2"
    client.post(f"/api/v1/meetings/{meeting.id}/roster", json=[{"name": "=1+1", "unit": "@x", "duty": "-1"}])
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"/api/v1/meetings/{meeting.id}/roster.xlsx").content))
    cells = [cell for cell in book.active[2] if cell.value]
    assert "=1+1" in [cell.value for cell in cells]
    assert {cell.data_type for cell in cells} == {"s"}


def test_what_is_exported_is_read_again(rest):
    client, meeting, second = rest.as_(Role.SECRETARY), rest.meeting(), rest.meeting()
    people = [
        {
            "name": "𠮷田·㛃",
            "unit": "民宗局",
            "duty": "处长",
            "phone": "13800000000",
            "rank": 2,
            "role": "列席",
            "items": [1],
        },
        {"name": "名" * 40, "rank": 1},
    ]
    client.post(f"/api/v1/meetings/{meeting.id}/roster", json=people)
    made = client.get(f"/api/v1/meetings/{meeting.id}/roster.xlsx").content
    take(client, second, send(client, second, made, "名单.xlsx"))
    both = [[(one.name, one.line, one.phone, one.rank, one.role, one.items) for one in rest.use.roster(m.id)]
            for m in (meeting, second)]  # fmt: skip
    assert both[0] == both[1]


def test_telephones_are_not_in_the_table_of_who_may_not_edit_it(rest):
    meeting = rest.opened("张建国")
    rest.as_(Role.SECRETARY).post(
        f"/api/v1/meetings/{meeting.id}/roster", json=[{"name": "孙丽", "phone": "13800000000"}]
    )
    book = openpyxl.load_workbook(
        io.BytesIO(rest.as_(Role.USHER).get(f"/api/v1/meetings/{meeting.id}/roster.xlsx").content)
    )
    assert "13800000000" not in {cell.value for row in book.active for cell in row}


def test_a_file_is_taken_in_by_who_sent_it_for_the_meeting_it_was_sent_for(rest):
    client, meeting, other = rest.as_(Role.SECRETARY), rest.meeting(), rest.meeting()
    sent = send(client, meeting)
    assert take(rest.as_(Role.ADMIN), meeting, sent, skip_wrong=True).status_code == 404
    assert take(client, other, sent, skip_wrong=True).status_code == 404
    rest.clock.advance(KEPT + 1)
    assert take(client, meeting, sent, skip_wrong=True).status_code == 404


def test_files_that_nobody_takes_in_do_not_pile_up(rest):
    client, meeting = rest.as_(Role.SECRETARY), rest.meeting()
    first = send(client, meeting)
    for _ in range(MOST):
        send(client, meeting)
    assert take(client, meeting, first, skip_wrong=True).status_code == 404
    assert len(rest.web.state.rosters._kept) == MOST


def test_a_path_in_the_name_of_a_file_is_only_a_name(rest):
    client, meeting = rest.as_(Role.SECRETARY), rest.meeting()
    sent = send(client, meeting, name="../../etc/passwd\x07<b>")
    take(client, meeting, sent, skip_wrong=True)
    assert rest.use.imports(meeting.id)[0].source == "../../etc/passwd<b>"
    assert not (rest.application.data.parent / "etc").exists()


def test_a_name_of_which_nothing_is_seen_is_none_and_what_nobody_sees_is_no_part_of_one(rest):
    client, meeting = rest.as_(Role.SECRETARY), rest.meeting()
    people = f"/api/v1/meetings/{meeting.id}/roster"
    for name in ("\u200b", "\u202e\u00ad", "\u3164"):
        told = client.post(people, json=[{"name": "孙丽"}, {"name": name}])
        assert told.status_code == 422
        assert "nothing of it can be seen" in told.text
    assert client.post(people, json=[{"name": "孙\u200b丽"}]).status_code == 201
    assert [one.name for one in rest.use.roster(meeting.id)] == ["孙丽"]


# --- the office's people


def test_the_offices_people_are_found_put_in_and_taken_off(rest):
    client = rest.as_(Role.SECRETARY)
    people = [{"name": "李晓明", "unit": "住建局", "phone": "1"}, {"name": "王海燕"}]
    assert client.post("/api/v1/directory", json=people).json() == {"added": 2}
    (one,) = client.get("/api/v1/directory?text=ZJJ").json()
    assert one["name"] == "李晓明"
    assert client.delete(f"/api/v1/directory/{one['id']}").status_code == 204
    assert client.delete(f"/api/v1/directory/{one['id']}").status_code == 404
    assert rest.as_(Role.USHER).get("/api/v1/directory").status_code == 403


def test_a_token_that_reads_rosters_changes_none(rest):
    program, meeting = rest.token(Right.SEE_ROSTER), rest.meeting()
    assert send(program, meeting).status_code == 403
