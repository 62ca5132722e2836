"""The roster's page: a table looked at and taken in, people picked, one by hand."""

from dataclasses import dataclass, field

import pytest

from roomctl.domain.access import Role, User
from roomctl.domain.attendance import Person
from roomctl.domain.ranking import RankTable
from roomctl.i18n import speaking
from roomctl.services.identity import new_id
from roomctl.web.pages.board import Board
from roomctl.web.pages.roster.desk import Desk
from roomctl.web.pages.visitor import Visitor

CSV = "单位,姓名,职务\n市政府,张建国,副市长\n住建局,<b>李</b>,局长\n财政局,,\n"


@dataclass
class Seat:
    """Somebody at the roster."""

    rest: object
    meeting: str
    role: Role = Role.SECRETARY
    desk: Desk = field(init=False)

    def __post_init__(self):
        user = User("孙丽", frozenset({self.role}))
        visitor = Visitor(user, "zh", False, Board(self.rest.host), None, "")  # noqa: FBT003
        self.desk = Desk(visitor, self.meeting, self.rest.web.state.rosters)

    def send(self, text=CSV):
        sent = self.rest.web.state.rosters.keep(self.meeting, "孙丽", "名单.csv", text.encode())
        return self.press("file sent", file=sent.id)

    def press(self, button, /, **typed):
        self.desk.draw().presses[button](typed)
        return self.desk.draw().html

    @property
    def names(self):
        return [one.name for one in self.rest.use.roster(self.meeting)]


@pytest.fixture(autouse=True)
def chinese():
    with speaking("zh"):
        yield


@pytest.fixture
def seat(rest):
    return Seat(rest, rest.meeting().id)


def test_a_table_is_shown_before_it_is_taken_in(seat):
    html = seat.send()
    assert "可导入 2 人，1 行有错" in html
    assert ">B4<" in html
    assert seat.names == []
    assert "名单增加 2 人" in seat.press("take in", remember=True)
    assert seat.names == ["张建国", "<b>李</b>"]
    assert len(seat.rest.use.directory()) == 2


def test_where_the_file_and_the_table_of_rank_disagree_the_importer_chooses(seat):
    class Ranks:
        def table(self):
            return RankTable(leaders=(("市长",), ("副市长",)))

    text = "姓名,单位,职务,排序\n孙丽,市政府,副市长,1\n张建国,市政府,市长,2\n"
    assert 'name="order"' not in seat.send(text)
    seat.rest.application.plugins.ranks = Ranks()
    html = seat.send(text)
    assert ">D2<" in html
    assert "按排序表应在张建国之后" in html
    assert '<option value="file" selected>' in html
    seat.press("take in", order="table")
    assert seat.names == ["张建国", "孙丽"]


def test_script_in_a_table_is_text(seat):
    seat.send()
    assert "<b>李" not in seat.press("take in")


def test_another_column_is_chosen_and_what_is_no_column_is_not(seat):
    seat.send()
    seat.desk.choose("column_name", "0")
    seat.desk.choose("column_unit", "")
    seat.desk.choose("column_card", "1")
    seat.desk.choose("column_duty", "x")
    seat.press("take in")
    assert seat.names == ["市政府", "住建局", "财政局"]
    seat.send()
    seat.desk.choose("column_name", "99")
    assert "没有这样的列" in seat.desk.draw().html


def test_a_file_that_is_gone_is_said(seat):
    with pytest.raises(Exception, match="不在了"):
        seat.press("file sent", file="0" * 36)


def test_an_import_is_taken_back_on_the_page(seat):
    seat.send()
    seat.press("take in")
    (undo,) = (name for name in seat.desk.draw().presses if name.startswith("undo "))
    assert "已撤销，去掉 2 人" in seat.press(undo)
    assert seat.names == []


def test_people_are_picked_from_the_offices_list_by_initials(seat):
    known = [Person(id=new_id(), name=name, unit="住建局") for name in ("李晓明", "王海燕")]
    seat.rest.use.remember_people(known)
    seat.desk.choose("text", "lxm")
    (pick,) = (name for name in seat.desk.draw().presses if name.startswith("pick "))
    assert pick not in seat.press(pick)
    assert seat.names == ["李晓明"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": ""}, "姓名里没有看得见的字"),
        ({"name": "\u200b\u202e"}, "姓名里没有看得见的字"),
        ({"name": "名" * 41}, "太长"),
        ({"name": "张伟", "rank": "-1"}, "排序不对"),
        ({"name": "张伟", "unit": "单" * 201}, "太长"),
    ],
)
def test_somebody_who_cannot_be_added_by_hand_is_said(seat, typed, said):
    assert said in seat.press("add one", **typed)
    assert seat.names == []


def test_somebody_is_added_by_hand(seat):
    seat.press("add one", name="欧阳明月", unit="审计局", role="列席", rank="7")
    (one,) = seat.rest.use.roster(seat.meeting)
    assert (one.name, one.role.value, one.rank) == ("欧阳明月", "列席", 7)


def test_who_may_only_look_is_offered_nothing(rest):
    seat = Seat(rest, rest.opened("张建国").id, Role.USHER)
    part = seat.desk.draw()
    assert "张建国" in part.html
    assert not part.presses


def test_the_roster_of_a_meeting_that_is_over_is_only_looked_at(rest):
    meeting = rest.in_session()
    rest.use.adjourn(meeting.id)
    assert not Seat(rest, meeting.id).desk.draw().presses
