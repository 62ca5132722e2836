"""The form of a meeting: planned with all its facts, changed later, and what stands in its way."""

from dataclasses import dataclass, field, replace

import pytest

from roomctl.domain.access import Role, User
from roomctl.domain.lifecycle import State
from roomctl.domain.secrecy import Level, Secrecy
from roomctl.errors import BadInput, Forbidden, NotFound
from roomctl.i18n import speaking
from roomctl.web.pages.board import Board
from roomctl.web.pages.planning.desk import Desk
from roomctl.web.pages.planning.typed import Row, facts, secrecy_of
from roomctl.web.pages.visitor import Visitor

PLAN = {
    "title": "财源建设专题会议", "kind": "专题会议", "starts": "2026-11-20T09:30", "minutes": "90",
    "place": "第一会议室", "scope": "各区县",
    "chair": "张建国", "minute_taker": "孙丽", "contact": "孙丽 88886666", "multimedia": "投影",
    "press": "", "catering": "工作餐 30 份", "special": "", "secrecy": "非密", "term": "", "basis": "", "by": "",
    "recorded": "no", "recording_approved_by": "王海燕", "item0_title": "停车场建设", "item0_unit": "城管局",
    "item0_presenter": "李晓明", "item0_minutes": "30", "item0_observers": "吴刚、郑爽", "item0_secrecy": "内部",
    "item0_term": "",
}  # fmt: skip


@dataclass
class Seat:
    """Somebody at the form."""

    rest: object
    meeting: str = ""
    role: Role = Role.SECRETARY
    desk: Desk = field(init=False)

    def __post_init__(self):
        user = User("孙丽", frozenset({self.role}))
        self.desk = Desk(Visitor(user, "zh", False, Board(self.rest.host), None, ""), self.meeting)  # noqa: FBT003
        self.desk.draw()

    @property
    def html(self):
        return self.desk.draw().html

    def press(self, name, **typed):
        return self.desk.draw().presses[name](typed)

    def save(self, **typed):
        return self.press("save plan", **typed)


@pytest.fixture(autouse=True)
def chinese():
    with speaking("zh"):
        yield


def test_what_nobody_sees_fills_no_field():
    unseen = "\u200b\u202e"
    assert facts({"title": unseen, "chair": unseen, "special": unseen}, None) == {
        "title": "",
        "chair": "",
        "special": "",
    }
    item = Row(title="甲", unit=unseen, presenter=unseen, observers=f"{unseen}、陈志强\u200b").item(1)
    assert (item.unit, item.presenter, item.observers) == ("", "", ("陈志强",))
    with pytest.raises(BadInput, match="没有题目"):
        Row(title=unseen).item(1)


@pytest.mark.parametrize(("term", "mark"), [("3", "秘密★3年"), ("3年", "秘密★3年"), ("公布前", "秘密★公布前")])
def test_a_term_is_typed_as_it_is_written_on_paper_or_in_years(term, mark):
    assert secrecy_of("秘密", term).mark == mark


@pytest.mark.parametrize(
    ("level", "term"), [({"secrecy": "秘密"}, {"term": "99"}), ({"item0_secrecy": "机密"}, {"item0_term": "21年"})]
)
def test_a_term_that_is_too_long_is_refused_and_stays_in_the_form(rest, level, term):
    seat = Seat(rest)
    assert seat.save(**{**PLAN, **level, **term}) is None
    assert "保守国家秘密法第二十条" in seat.html
    assert all(f'value="{one}"' in seat.html for one in term.values())
    assert not rest.use.meetings()


def made(rest, **changes):
    path = Seat(rest).save(**{**PLAN, **changes})
    assert path
    return rest.use.meeting(path.rpartition("/")[2])


def test_every_fact_of_the_form_is_kept(rest):
    meeting = made(rest)
    assert (meeting.scope, meeting.catering, meeting.contact) == ("各区县", "工作餐 30 份", "孙丽 88886666")
    assert (meeting.recorded, meeting.recording_approved_by) == (False, "王海燕")
    (item,) = meeting.agenda
    assert (item.unit, item.presenter, item.minutes, item.observers) == ("城管局", "李晓明", 30, ("吴刚", "郑爽"))


def test_the_meeting_takes_the_highest_level_of_its_items(rest):
    assert made(rest).highest_secrecy.level is Level.INTERNAL
    assert made(rest, starts="2026-11-21T09:30").secrecy.level is Level.OPEN


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"title": "　"}, "没有主题"),
        ({"starts": "明天"}, "开始时间不对"),
        ({"starts": "0001-01-01T00:00"}, "开始时间不对"),
        ({"minutes": "-5"}, "时长不对"),
        ({"minutes": "²"}, "时长不对"),
        ({"item0_title": ""}, "第 1 项议题没有题目"),
        ({"item0_minutes": "9" * 40}, "第 1 项议题的时长不对"),
        ({"item0_observers": "长" * 41}, "列席人员写法不对"),
        ({"secrecy": "秘密"}, "密级"),
        ({"secrecy": "绝密"}, "绝密"),
        ({"chair": "王" * 201}, "太长"),
        ({"scope": "\x00"}, "不能显示"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(rest, typed, said):
    seat = Seat(rest)
    assert seat.save(**{**PLAN, "catering": "盒饭", **typed}) is None
    assert said in seat.html
    assert "盒饭" in seat.html
    assert not rest.use.meetings()


def test_script_in_a_field_is_text(rest):
    seat = Seat(rest)
    seat.save(**{**PLAN, "minutes": "", "title": "<script>alert(1)</script>", "item0_title": '"><img src=x>'})
    assert "<script" not in seat.html
    assert "<img" not in seat.html


def test_items_are_added_taken_off_and_moved_and_keep_what_was_typed(rest):
    seat = Seat(rest)
    seat.press("add item", **PLAN)
    seat.press("up 1", **PLAN, item1_title="老旧小区", item1_secrecy="非密")
    assert seat.html.index("老旧小区") < seat.html.index("停车场建设")
    seat.press("drop 0", **{**PLAN, "item0_title": "老旧小区"}, item1_title="停车场建设", item1_secrecy="非密")
    assert "老旧小区" not in seat.html


def test_a_meeting_is_changed_and_its_start_kept_to_the_second(rest):
    meeting = rest.meeting(title="例会", starts=rest.meeting().starts.replace(second=30, hour=15))
    typed = {**PLAN, "starts": f"{meeting.starts:%Y-%m-%dT%H:%M}", "title": "安全生产例会"}
    assert Seat(rest, meeting.id).save(**typed) == f"/meetings/{meeting.id}"
    after = rest.use.meeting(meeting.id)
    assert (after.title, after.starts) == ("安全生产例会", meeting.starts)


def test_what_is_fixed_stands_there_as_text(rest):
    meeting = rest.in_session()
    html = Seat(rest, meeting.id).html
    assert 'name="starts"' not in html
    assert 'name="recorded"' not in html
    assert 'name="chair"' in html
    assert "drop 0" not in html


def test_nothing_can_be_typed_where_all_is_fixed(rest):
    meeting = replace(rest.meeting(), state=State.ARCHIVED)
    with rest.application.open_uow() as uow:
        uow.meetings.save(meeting)
        uow.commit()
    seat = Seat(rest, meeting.id)
    assert "<input" not in seat.html
    seat.save(title="别的")
    assert rest.use.meeting(meeting.id).title == meeting.title


def test_who_saw_an_older_version_is_told_and_shown_the_new_one(rest):
    meeting = rest.meeting()
    seat = Seat(rest, meeting.id)
    Seat(rest, meeting.id).save(**PLAN)
    seat.save(**{**PLAN, "chair": "陈志强"})
    assert "别人刚刚改过" in seat.html
    assert rest.use.meeting(meeting.id).chair == "张建国"
    seat.press("read again")
    assert "财源建设专题会议" in seat.html


def test_a_room_that_is_taken_is_named_and_taken_all_the_same_with_a_reason(rest):
    made(rest, title="常务会议")
    seat = Seat(rest)
    seat.save(**PLAN)
    assert "常务会议" in seat.html
    assert 'name="share_room"' in seat.html
    assert seat.save(**PLAN, share_room="前一场提前结束")


def test_a_meeting_that_one_may_not_open_is_not_shown_for_change(rest):
    meeting = replace(rest.meeting(), secrecy=Secrecy(Level.SECRET, 3))
    with rest.application.open_uow() as uow:
        uow.meetings.save(meeting)
        uow.commit()
    with pytest.raises(Forbidden):
        Seat(rest, meeting.id, Role.ADMIN)
    with pytest.raises(NotFound):
        Seat(rest, "0" * 36)


def test_who_lost_the_right_while_the_form_was_open_saves_nothing(rest):
    seat = Seat(rest)
    seat.desk._visitor.user = User("周强", frozenset({Role.USHER}))
    seat.save(**PLAN)
    assert not rest.use.meetings()
