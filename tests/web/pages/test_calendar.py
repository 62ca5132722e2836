"""The calendar's shapes, and what a reader finds in it."""

from dataclasses import dataclass, field, replace
from datetime import datetime

import pytest

from roomctl.domain.access import Role, User
from roomctl.domain.lifecycle import State
from roomctl.domain.secrecy import Level, Secrecy
from roomctl.i18n import speaking
from roomctl.web.pages.board import Board
from roomctl.web.pages.calendar.desk import SHEET, Desk
from roomctl.web.pages.visitor import Visitor


@dataclass
class Seat:
    """Somebody at the calendar."""

    rest: object
    view: str = "week"
    day: str = "2026-11-12"
    text: str = ""
    role: Role = Role.SECRETARY
    desk: Desk = field(init=False)

    def __post_init__(self):
        user = User("孙丽", frozenset({self.role}))
        visitor = Visitor(user, "zh", False, Board(self.rest.host), None, "")  # noqa: FBT003
        self.desk = Desk(visitor, self.view, self.day, self.text)

    @property
    def html(self):
        return "".join(part.html for part in (self.desk.head(), self.desk.bar(), self.desk.body()))

    def press(self, name):
        presses = self.desk.head().presses | dict(self.desk.body().presses)
        presses[name]({})


@pytest.fixture(autouse=True)
def chinese():
    with speaking("zh"):
        yield


@pytest.fixture
def busy(rest):
    rest.meeting(title="早会", starts=datetime(2026, 11, 12, 7, 0))
    rest.meeting(title="<b>专题</b>", starts=datetime(2026, 11, 12, 7, 30))
    rest.meeting(title="月末例会", starts=datetime(2026, 11, 30, 23, 30), planned_minutes=120)
    return rest


@pytest.mark.parametrize("view", ["day", "week", "month", "list"])
def test_each_shape_shows_what_is_held(busy, view):
    html = Seat(busy, view).html
    assert "早会" in html
    assert "&lt;b&gt;专题" in html
    assert ("月末例会" in html) == (view in {"month", "list"})


def test_what_is_held_early_or_past_midnight_is_inside_its_day(busy):
    assert "07:00" in Seat(busy).html
    assert "月末例会" in Seat(busy, day="2026-11-30").html


def test_meetings_of_one_hour_stand_side_by_side(busy):
    assert Seat(busy, "day").html.count("width:50.00%") == 2


def test_one_goes_from_week_to_week_and_to_a_day_of_the_month(busy):
    seat = Seat(busy)
    seat.press("after")
    assert "早会" not in seat.html
    seat.press("before")
    assert "早会" in seat.html
    seat.press("view month")
    seat.press("day 2026-11-30")
    assert "2026年11月30日 星期一" in seat.html
    assert seat.desk.address == "?view=day&day=2026-11-30"


def test_the_ends_of_the_calendar_are_ends(rest):
    seat = Seat(rest, "month", "2099-12-31")
    seat.press("after")
    assert seat.desk.day.year == 2099


@pytest.mark.parametrize(
    ("view", "day"), [("year", "2026-13-40"), ("", ""), ("week", "9999-12-31"), ("day", "x" * 999)]
)
def test_an_address_that_makes_no_sense_shows_today(rest, view, day):
    assert "没有会议" in Seat(rest, view, day).html


def test_a_list_is_turned_page_by_page(rest):
    for n in range(SHEET + 3):
        rest.meeting(title=f"第{n}场", starts=datetime(2026, 1, 1, 9, 0))
    seat = Seat(rest, "list")
    assert f"共 {SHEET + 3} 场" in seat.html
    seat.press("page after")
    assert seat.html.count("rc-line") < 10
    seat.desk.choose("text", "第7场")
    assert "共 1 场" in seat.html


def test_what_is_no_choice_changes_nothing(rest):
    seat = Seat(rest, "list")
    for name, value in (("state", "gone"), ("level", "很密"), ("day", "昨天"), ("page", "9"), ("view", "x")):
        seat.desk.choose(name, value)
    assert (seat.desk.state, seat.desk.level, seat.desk.page) == ("", "", 0)


def test_a_meeting_that_one_may_not_open_stands_in_no_shape(rest):
    meeting = replace(rest.meeting(title="人事安排"), secrecy=Secrecy(Level.SECRET, 3))
    with rest.application.open_uow() as uow:
        uow.meetings.save(meeting)
        uow.commit()
    for view in ("day", "week", "month", "list"):
        assert "人事安排" not in Seat(rest, view, role=Role.ADMIN).html
        assert "人事安排" in Seat(rest, view).html


def test_who_plans_no_meetings_is_offered_none(rest):
    assert "/meetings/new" not in Seat(rest, role=Role.USHER).html


def test_a_meeting_is_found_by_initials_and_by_state(busy):
    moved = busy.meeting(title="城区停车场", starts=datetime(2026, 11, 13, 9, 0))
    busy.use.transition(moved.id, State.APPROVED)
    assert "城区停车场" in Seat(busy, "", text="CQTC").html
    seat = Seat(busy)
    seat.desk.choose("state", "approved")
    assert "城区停车场" in seat.html
    assert "早会" not in seat.html
