"""Who is in whose way, and the days of a month."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomctl.domain.calendar import Entry, clashes, month_after, side_by_side, week_of, weeks_of_month
from roomctl.domain.lifecycle import State
from roomctl.domain.meeting import Meeting, MeetingId
from roomctl.domain.secrecy import Level

NONE = timedelta(0)
days = st.dates(date(2000, 1, 1), date(2099, 12, 1))


def entry(at="09:00", minutes=60, **facts):
    known = {
        "id": f"m{at}", "title": "专题会议", "zone": "Asia/Shanghai", "kind": "", "place": "", "chair": "",
        "state": State.PLANNED, "level": Level.OPEN,
    }  # fmt: skip
    starts = datetime.fromisoformat(f"2026-11-12T{at}")
    return Entry(**{**known, "starts": starts, "planned_minutes": minutes, **facts})


def in_the_way(wanted, *others, buffer=NONE):
    return [one.id for one in clashes(wanted, others, room="第一会议室", buffer=buffer)]


@pytest.mark.parametrize(
    ("at", "minutes"), [("08:30", 31), ("09:00", 60), ("09:30", 5), ("09:59", 60), ("08:00", 180)]
)
def test_two_meetings_that_overlap_are_in_each_others_way(at, minutes):
    assert in_the_way(entry(id="new"), entry(at, minutes))


@pytest.mark.parametrize(("at", "minutes"), [("08:00", 60), ("10:00", 60)])
def test_meetings_that_follow_each_other_are_not_unless_time_is_to_be_kept_between(at, minutes):
    assert not in_the_way(entry(id="new"), entry(at, minutes))
    assert in_the_way(entry(id="new"), entry(at, minutes), buffer=timedelta(minutes=1))


def test_another_place_is_free_and_no_place_is_the_room_itself():
    assert not in_the_way(entry(id="new", place="二楼报告厅"), entry())
    assert in_the_way(entry(id="new", place=" 第一会议室 "), entry())


@pytest.mark.parametrize("state", [State.CANCELLED, State.ADJOURNED, State.ARCHIVED])
def test_a_meeting_that_is_over_holds_no_room(state):
    assert not in_the_way(entry(id="new"), entry(state=state))


def test_a_meeting_is_not_in_its_own_way():
    assert not in_the_way(entry(), entry())


def test_a_meeting_past_midnight_is_in_the_way_of_the_next_day():
    late = entry("23:00", 180)
    assert in_the_way(entry("01:00", id="new", starts=datetime(2026, 11, 13, 1, 0)), late)


@given(st.integers(0, 1439), st.integers(1, 1440), st.integers(0, 1439), st.integers(1, 1440), st.integers(0, 60))
def test_it_does_not_matter_who_asks(first, long, second, short, buffer):
    midnight = datetime(2026, 11, 12)
    one = entry(id="a", starts=midnight + timedelta(minutes=first), minutes=long)
    two = entry(id="b", starts=midnight + timedelta(minutes=second), minutes=short)
    apart = timedelta(minutes=buffer)
    assert bool(in_the_way(one, two, buffer=apart)) == bool(in_the_way(two, one, buffer=apart))


def test_hours_are_counted_by_time_that_passes_and_not_by_a_clock_that_is_put_back():
    night = datetime(2026, 10, 25, 1, 30)  # in Berlin three o'clock becomes two
    long = entry(id="a", starts=night, minutes=120, zone="Europe/Berlin")
    assert long.to_instant - long.from_instant == timedelta(hours=2)
    assert in_the_way(entry(id="b", starts=datetime(2026, 10, 25, 1, 15), minutes=30, zone="UTC"), long) == ["a"]
    assert in_the_way(entry(id="c", starts=datetime(2026, 10, 25, 1, 30), minutes=30, zone="UTC"), long) == []
    held = Meeting(id=MeetingId("m"), room="r", title="例会", starts=night, zone="Europe/Berlin", planned_minutes=120)
    assert held.ends_at.isoformat() == "2026-10-25T02:30:00+01:00"


@given(days)
def test_a_week_begins_on_monday_and_holds_its_day(day):
    week = week_of(day)
    assert week[0].weekday() == 0
    assert day in week
    assert len(week) == 7


@given(days)
def test_a_month_is_whole_weeks_that_hold_all_its_days(day):
    shown = [one for week in weeks_of_month(day) for one in week]
    inside = [one for one in shown if (one.year, one.month) == (day.year, day.month)]
    assert inside[0].day == 1
    assert (inside[-1] + timedelta(days=1)).month != day.month
    assert all(any(one in inside for one in week) for week in weeks_of_month(day))
    assert shown == sorted(set(shown))


@given(days)
def test_a_month_on_and_back_is_the_same_month(day):
    assert month_after(month_after(day), -1) == day.replace(day=1)


spans = st.lists(st.tuples(st.integers(0, 1400), st.integers(1, 300)), max_size=12)


@given(spans)
def test_entries_of_one_lane_never_overlap_and_each_has_one_lane(drawn):
    midnight = datetime(2026, 11, 12)
    entries = [
        entry(id=f"m{n}", starts=midnight + timedelta(minutes=at), minutes=long) for n, (at, long) in enumerate(drawn)
    ]
    laid = side_by_side(entries)
    assert sorted(one.entry.id for one in laid) == sorted(one.id for one in entries)
    assert all(0 <= one.place < one.lanes for one in laid)
    for one in laid:
        for other in laid:
            if one is not other and one.place == other.place:
                assert one.entry.ends <= other.entry.starts or other.entry.ends <= one.entry.starts


def test_a_meeting_alone_has_the_whole_width():
    alone, left, right = side_by_side([entry("14:00"), entry("09:00"), entry("09:30")])[-1:] + side_by_side(
        [entry("09:00"), entry("09:30")]
    )
    assert (alone.lanes, left.lanes, right.place) == (1, 2, 1)
