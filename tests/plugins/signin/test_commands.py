"""`roomctl roster` and `roomctl signin` as the desk uses them."""

import json
from dataclasses import replace
from datetime import datetime

import pytest
from roomctl_signin import roomctl_identify
from roomctl_signin.cli import roster, signin
from roomctl_signin.config import Config
from typer.testing import CliRunner

from roomctl.api import BadInput, Meeting, MeetingId, NotFound, Refused, State
from roomctl.testing.fakes import FakeContext, FakeServices

MEETING = "0199f000-0000-7000-8000-000000000001"
ROSTER = """姓名,单位,职务,手机,座位,身份,议题,卡号
张建国,市政府,副市长,,1,出席,,0001
李晓明,市住建局,局长,138 0013 8000,2,出席,,
陈志强,市财政局,局长,,3,出席,,
周明,市发改委,主任,,4,出席,,
孙丽,停车公司,总经理,,5,列席,1,
"""


class Desk:
    def __init__(self, folder):
        services = FakeServices(folder)
        meeting = Meeting(
            id=MeetingId(MEETING),
            room=services.room.id,
            title="停车治理专题会议",
            starts=datetime(2026, 11, 12, 9, 5),
            state=State.OPEN,
        )
        services.hold(meeting)
        self.ctx = FakeContext("signin", folder, services=services)
        self.roster_file = folder / "roster.csv"
        self.roster_file.write_text(ROSTER, encoding="utf-8")

    def run(self, group, *argv):
        app = {"roster": roster.build, "signin": signin.build}[group](self.ctx)
        result = CliRunner().invoke(app, [str(word) for word in argv])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == 0, result.stderr
        return result

    def signin(self, *argv):
        return json.loads(self.run("signin", *argv, "--json").stdout)

    @property
    def counts(self):
        return self.ctx.services.attendance(MEETING).counts


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


@pytest.fixture
def seated(desk):
    desk.run("roster", "import", MEETING, desk.roster_file)
    return desk


def test_importing_twice_adds_nobody_twice(desk):
    first = json.loads(desk.run("roster", "import", MEETING, desk.roster_file, "--json").stdout)
    again = json.loads(desk.run("roster", "import", MEETING, desk.roster_file, "--json").stdout)
    assert (first["added"], first["already"]) == (5, 0)
    assert (again["added"], again["already"]) == (0, 5)


def test_a_bad_roster_adds_nobody(desk):
    desk.roster_file.write_text(ROSTER + "周明,市发改委,主任,,,,,\n", encoding="utf-8")
    with pytest.raises(BadInput):
        desk.run("roster", "import", MEETING, desk.roster_file)
    assert desk.ctx.services.roster(MEETING) == []


def test_a_table_of_rank_that_cannot_be_read_is_told_before_anybody_is_added(desk, tmp_path):
    own = tmp_path / "ranks.toml"
    own.write_text("leaders = [")
    desk.ctx.config = Config(ranks=own)
    with pytest.raises(BadInput, match=r"ranks\.toml"):
        desk.run("roster", "import", MEETING, desk.roster_file)
    assert desk.ctx.services.roster(MEETING) == []


def test_whose_rank_differs_from_the_table_is_pointed_at_by_the_cell(desk, tmp_path):
    desk.ctx.config = Config(ranks=tmp_path / "ranks.toml")
    desk.ctx.config.ranks.write_text('units = ["市发改委", "市财政局"]', encoding="utf-8")
    text = "姓名,单位,职务,排序\n陈志强,市财政局,局长,1\n周明,市发改委,主任,2\n"
    desk.roster_file.write_text(text, encoding="utf-8")
    told = desk.run("roster", "import", MEETING, desk.roster_file, "--order", "file", "--json")
    (pointed,) = json.loads(told.stdout)["problems"]
    assert pointed["cell"] == "D2"
    assert pointed["what"] == "按排序表应在周明之后"
    assert f"D2 {pointed['what']}，照文件的排序导入" in told.stderr
    assert [one.name for one in desk.ctx.services.roster(MEETING)] == ["陈志强", "周明"]
    for order in ((), ("--order", "table")):
        other = Desk(tmp_path)
        other.ctx.config = desk.ctx.config
        other.roster_file.write_text(text, encoding="utf-8")
        told = other.run("roster", "import", MEETING, other.roster_file, *order, "--json")
        assert json.loads(told.stdout)["problems"] == []
        assert [one.name for one in other.ctx.services.roster(MEETING)] == ["周明", "陈志强"]


def test_an_unknown_meeting_is_told_before_the_file_is_read(desk):
    with pytest.raises(NotFound):
        desk.run("roster", "import", "nothing", desk.roster_file)


def test_show_lists_everybody_for_people_and_for_scripts(seated):
    assert "孙丽" in seated.run("roster", "show", MEETING).stderr
    people = json.loads(seated.run("roster", "show", MEETING, "--json").stdout)["people"]
    assert [person["name"] for person in people] == ["张建国", "李晓明", "陈志强", "周明", "孙丽"]


def test_signing_in_needs_meeting_and_name_only(seated):
    told = seated.run("signin", MEETING, "张建国")
    assert "张建国" in told.stderr
    assert seated.counts.present == 1


def test_the_end_of_a_meetings_id_is_enough(seated):
    assert seated.signin(MEETING[-6:], "张建国")["meeting"] == MEETING


def test_an_end_that_fits_two_meetings_is_refused(seated):
    meeting = seated.ctx.services.meeting(MEETING)
    seated.ctx.services.hold(replace(meeting, id=MeetingId(f"1{MEETING[1:]}")))
    with pytest.raises(BadInput):
        seated.run("signin", MEETING[-6:], "张建国")


def test_options_may_stand_before_the_name(seated):
    told = seated.run("signin", "--json", MEETING, "张建国")
    assert json.loads(told.stdout)["person"]["presence"] == "到会"


def test_whoever_comes_late_is_not_told_so(seated):
    began = seated.ctx.clock.now()
    seated.ctx.clock.advance(3600)
    seated.ctx.services.held[MEETING] = replace(
        seated.ctx.services.meeting(MEETING), state=State.IN_SESSION, started_at=began
    )
    assert "迟到" not in seated.run("signin", MEETING, "张建国").stderr
    assert seated.counts.late == 1


def test_a_proxy_signs_in_when_the_leave_was_granted(seated):
    seated.signin("leave", MEETING, "陈志强", "--reason", "出差", "--proxy", "刘伟", "--proxy-duty", "副局长")
    with pytest.raises(Refused):
        seated.run("signin", MEETING, "陈志强", "--proxy")
    seated.signin("decide", MEETING, "陈志强", "--grant", "--by", "张建国")
    assert "刘伟（代陈志强）" in seated.run("signin", MEETING, "陈志强", "--proxy").stderr
    assert (seated.counts.present, seated.counts.proxy, seated.counts.leave) == (1, 1, 0)


def test_a_proxy_may_give_their_own_name(seated):
    seated.signin("leave", MEETING, "陈志强", "--reason", "出差", "--proxy", "刘伟")
    seated.signin("decide", MEETING, "陈志强", "--grant", "--by", "张建国")
    assert seated.signin(MEETING, "刘伟")["person"]["written"] == "刘伟（代陈志强）"


def test_a_refused_leave_leaves_the_person_expected(seated):
    seated.signin("leave", MEETING, "周明", "--reason", "会议冲突")
    seated.signin("decide", MEETING, "周明", "--refuse", "--by", "张建国", "--reason", "须本人参加")
    assert seated.counts.leave == 0


def test_a_decision_says_which(seated):
    seated.signin("leave", MEETING, "周明", "--reason", "会议冲突")
    with pytest.raises(BadInput, match="--grant"):
        seated.run("signin", "decide", MEETING, "周明", "--by", "张建国")


def test_leaving_and_undoing(seated):
    seated.signin(MEETING, "周明")
    assert seated.signin("left", MEETING, "周明")["person"]["presence"] == "早退"
    assert seated.signin("undo", MEETING, "周明")["person"]["presence"] == "到会"


@pytest.mark.parametrize(
    ("option", "text", "name"),
    [("--card", "0001", "张建国"), ("--phone", "+86 138-0013-8000", "李晓明"), ("--seat", "4", "周明")],
)
def test_a_card_a_telephone_or_a_seat_stands_for_the_person(seated, option, text, name):
    assert seated.signin("sign", MEETING, option, text)["person"]["name"] == name


def test_an_unknown_card_asks_for_the_name(seated):
    with pytest.raises(NotFound, match="9999"):
        seated.run("signin", "sign", MEETING, "--card", "9999")


def test_a_card_can_be_noted_at_the_desk(seated):
    seated.run("signin", "card", MEETING, "孙丽", "7777")
    meeting = seated.ctx.services.meeting(MEETING)
    sunli = next(person for person in seated.ctx.services.roster(MEETING) if person.name == "孙丽")
    assert roomctl_identify(seated.ctx, meeting, {"card": "7777"}) == sunli.id
    with pytest.raises(Refused):
        seated.run("signin", "card", MEETING, "周明", "7777")
    with pytest.raises(BadInput):
        seated.run("signin", "card", MEETING, "周明", "7-7")
    assert [one.data["name"] for one in seated.ctx.published if one.kind == "x.signin.card_enrolled"] == ["孙丽"]


def test_a_roster_with_a_card_of_somebody_else_brings_nobody_in(seated):
    before = len(seated.ctx.services.roster(MEETING))
    seated.roster_file.write_text("姓名,单位,职务,卡号\n赵敏,市审计局,局长,\n钱进,市审计局,副局长,0001\n", "utf-8")
    with pytest.raises(Refused):
        seated.run("roster", "import", MEETING, seated.roster_file)
    assert len(seated.ctx.services.roster(MEETING)) == before


def test_two_of_one_name_are_told_apart_by_card_and_by_code(seated):
    seated.roster_file.write_text("姓名,单位,职务\n周明,市审计局,科长\n", "utf-8")
    seated.run("roster", "import", MEETING, seated.roster_file)
    with pytest.raises(Refused):
        seated.run("signin", "card", MEETING, "周明", "8888")
    seated.ctx.config = Config(phone="http://192.168.1.20:8470")
    codes = seated.signin("codes", MEETING)["codes"]
    assert [one["name"] for one in codes].count("周明") == 2
    assert len({one["url"] for one in codes}) == len(codes) == 6


def test_evidence_that_points_to_two_people_names_nobody(seated):
    meeting = seated.ctx.services.meeting(MEETING)
    assert roomctl_identify(seated.ctx, meeting, {"card": "0001", "seat": "2"}) is None
    assert roomctl_identify(seated.ctx, meeting, {}) is None
    assert roomctl_identify(seated.ctx, meeting, {"phone": ""}) is None


def test_status_counts_members_and_keeps_observers_apart(seated):
    for name in ("张建国", "孙丽"):
        seated.signin(MEETING, name)
    told = seated.run("signin", "status", MEETING)
    assert "孙丽" in told.stderr
    answer = json.loads(seated.run("signin", "status", MEETING, "--json").stdout)
    assert (answer["counts"]["expected"], answer["counts"]["present"], answer["counts"]["observer"]) == (4, 1, 1)


def test_the_one_who_did_it_is_optional_and_the_person_must_be_known(seated):
    seated.signin(MEETING, "周明", "--by", "会务员小王")
    with pytest.raises(NotFound, match="赵六"):
        seated.run("signin", MEETING, "赵六")
    with pytest.raises(BadInput, match="姓名没有填写"):
        seated.run("signin", MEETING, "陈志强", "--by", "\u200b")
    assert seated.counts.present == 1


def test_observers_come_in_and_go_out_by_command(seated):
    observer = next(one.name for one in seated.ctx.services.roster(MEETING) if one.role.value == "列席")
    assert observer in seated.signin("waiting", MEETING, "--item", 1)["enter"]
    assert seated.signin("in", MEETING, observer, "--item", 1)["person"]["present"]
    assert observer in seated.signin("waiting", MEETING, "--item", 1)["stay"]
    assert seated.signin("out", MEETING, observer)["person"]["left"]


def test_a_roster_is_put_into_the_order_of_the_table(seated):
    told = json.loads(seated.run("roster", "rank", MEETING, "--json").stdout)
    assert [one["rank"] for one in told["people"]] == [1, 2, 3, 4, 5]


def test_the_report_names_who_is_to_be_called(seated):
    told = json.loads(seated.run("signin", "report", MEETING, "--json").stdout)
    assert len(told["absent"]) == seated.counts.absent
    shown = seated.run("signin", "report", MEETING).stderr
    assert all(one["name"] in shown and one["phone"] in shown for one in told["absent"])


def test_personal_codes_are_told_for_the_notice_and_a_revoked_one_is_another(seated):
    with pytest.raises(Refused, match="手机签到"):
        seated.signin("codes", MEETING)
    seated.ctx.config = Config(phone="http://192.168.1.20:8470")
    before, after = (
        {one["name"]: one["url"] for one in seated.signin("codes", MEETING, *more)["codes"]}
        for more in ((), ("--revoke", "周明"))
    )
    assert before["周明"].startswith(f"http://192.168.1.20:8470/s/signin/phone/{MEETING}?c=")
    assert {name for name, url in after.items() if url != before[name]} == {"周明"}
