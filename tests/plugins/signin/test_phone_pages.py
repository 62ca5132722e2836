"""What a telephone shows, without a browser."""

from datetime import date, datetime

import pytest
from roomctl_signin.phone import plan
from roomctl_signin.phone.pages import Pages
from roomctl_signin.terminal.sight import ChartShape, SpotShape

from roomctl.api import Meeting, MeetingId

MEETING = Meeting(id=MeetingId("m1"), room="r", title="专题会议", starts=datetime(2026, 11, 12, 10, 0))
SPOT = SpotShape(x=0.5, y=0.5, zone=("前排", "Front row"), number=1, channel=0, people=["1"])


@pytest.mark.parametrize(("today", "said"), [(date(2026, 11, 12), "今天 10:00"), (date(2026, 11, 11), "11-12 10:00")])
def test_the_day_of_the_meeting_is_called_today_where_it_is(today, said):
    pages = Pages(MEETING, "第一会议室", at="/a", files="/f", titled=True, today=today)
    assert f"{said}　第一会议室" in pages.closed("09:40")


@pytest.mark.parametrize("named", [True, False])
def test_a_plan_names_the_others_only_where_a_terminal_does(named):
    beside = SPOT.model_copy(update={"x": 1.5, "number": 2, "people": ["2"]})
    chart = ChartShape(width=2, height=1, tables=[], named=named, places=[SPOT, beside])
    html = plan.drawn(chart, "1", "张<建>国", {"1": "张建国", "2": "李晓明"}).html
    assert "张&lt;建&gt;国" in html
    assert ("李晓明" in html) is named


def test_who_has_no_seat_of_the_plan_gets_none():
    chart = ChartShape(width=1, height=1, tables=[], named=True, places=[SPOT])
    assert plan.drawn(chart, "3", "赵健", {}) is None
    assert plan.drawn(None, "1", "张建国", {}) is None
