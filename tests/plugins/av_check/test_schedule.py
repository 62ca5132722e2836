"""Checks that come by themselves, on a clock that is turned by hand."""

import threading
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from roomctl_av_check import roomctl_services
from roomctl_av_check.acoustics.config import AcousticsConfig
from roomctl_av_check.config import AvCheckConfig
from roomctl_av_check.schedule import AGAIN, Schedule, due

from roomctl.api import BadInput, Macro, Meeting, MeetingId, MissingPart, State, checks
from roomctl.domain.macros import MacroStep
from roomctl.testing.fakes import FakeContext, FakeServices
from tests.waiting import until

RunPurpose = checks.RunPurpose
STARTS = datetime(2026, 11, 12, 11, 0)
"""In Shanghai, two hours after the clock's beginning."""


@pytest.fixture
def services(tmp_path):
    made = FakeServices(tmp_path)
    made.hold(Meeting(id=MeetingId("m1"), room=made.room.id, title="专题会议", starts=STARTS, state=State.APPROVED))
    return made


@pytest.fixture
def ctx(tmp_path, services):
    return FakeContext("av_check", tmp_path, AvCheckConfig(), services=services, clock=services.clock)


def minutes(services, number):
    """Minute by minute, each with a look of a schedule that has just been started: a restart forgets nothing."""
    for _ in range(number):
        services.clock.advance(60)
        yield


def test_the_devices_are_checked_an_hour_and_a_quarter_before_once_each(services, ctx):
    when = []
    for _ in minutes(services, 130):
        before = len(services.checked)
        Schedule(ctx).look()
        when += [(services.clock.now(), purpose) for _, purpose in services.checked[before:]]
    starts = services.held["m1"].starts_at
    assert [(starts - at, purpose) for at, purpose in when] == [
        (timedelta(minutes=60), RunPurpose.HOUR_BEFORE),
        (timedelta(minutes=15), RunPurpose.QUARTER_BEFORE),
    ]


@pytest.mark.parametrize("scheduled", [True, False])
def test_a_sound_is_made_an_hour_before_alone_and_only_where_it_is_wanted(services, tmp_path, scheduled):
    config = AvCheckConfig(acoustics=AcousticsConfig(scheduled=scheduled))
    ctx = FakeContext("av_check", tmp_path, config, services=services, clock=services.clock)
    for _ in minutes(services, 130):
        Schedule(ctx).look()
    services.hold(replace(services.held["m1"], state=State.IN_SESSION))
    Schedule(ctx).look()
    assert services.sounded == ([RunPurpose.HOUR_BEFORE] if scheduled else [])


def test_a_host_that_was_down_makes_up_for_the_nearest_alone(services, ctx):
    services.clock.advance(110 * 60)  # ten minutes before
    Schedule(ctx).look()
    Schedule(ctx).look()
    assert services.checked == [("m1", RunPurpose.QUARTER_BEFORE)]


@given(st.integers(-180, 180), st.sets(st.sampled_from(list(RunPurpose))))
def test_nothing_is_due_twice_nor_after_the_start(left, done):
    starts = Meeting(id=MeetingId("m"), room="r", title="会", starts=STARTS)
    purpose = due(starts, starts.starts_at - timedelta(minutes=left), frozenset(done))
    assert purpose not in done or purpose is None
    assert purpose is None or 0 <= left <= 60
    assert purpose is not RunPurpose.HAND


@pytest.mark.parametrize("state", [State.PLANNED, State.CANCELLED, State.ADJOURNED])
def test_a_meeting_that_is_not_coming_is_not_checked(services, ctx, state):
    services.hold(replace(services.held["m1"], state=state))
    services.clock.advance(100 * 60)
    Schedule(ctx).look()
    assert services.checked == []
    assert services.looked == []


def test_the_watch_looks_while_the_meeting_runs(services, ctx):
    services.hold(replace(services.held["m1"], state=State.IN_SESSION))
    schedule = Schedule(ctx)
    for _ in range(13):
        schedule.look()
        services.clock.advance(5)
    assert services.looked == ["m1"] * 3, "at once, and every 30 seconds"
    services.hold(replace(services.held["m1"], state=State.ADJOURNED))
    services.clock.advance(60)
    schedule.look()
    assert len(services.looked) == 3


def test_both_can_be_switched_off(services, tmp_path):
    config = AvCheckConfig(schedule=False, watch_seconds=0)
    ctx = FakeContext("av_check", tmp_path, config, services=services, clock=services.clock)
    services.clock.advance(110 * 60)
    Schedule(ctx).look()
    services.hold(replace(services.held["m1"], state=State.IN_SESSION))
    Schedule(ctx).look()
    assert (services.checked, services.looked) == ([], [])


def test_the_service_runs_says_what_is_wrong_once_and_stops(services, ctx, caplog):
    services.clock.advance(110 * 60)
    (service,) = roomctl_services(ctx)

    def broken(meeting_id, *, purpose, sound):
        assert not sound
        raise MissingPart(f"cannot check {meeting_id} {purpose}")

    services.check = broken
    service.start()
    for _ in range(3):
        service.wake()
        until(lambda: not service.health().ok)
    assert "cannot check m1" in service.health().why
    del services.check
    services.clock.advance(AGAIN)
    service.wake()
    until(lambda: service.health().ok)
    assert [record.message for record in caplog.records].count("checks: cannot check m1 t15") == 1
    service.stop(5)
    assert service.progress() == []


@pytest.fixture
def two(services):
    """One that runs, and one that is due for a check."""
    services.clock.advance(110 * 60)
    services.hold(replace(services.held["m1"], id=MeetingId("m2"), state=State.IN_SESSION))
    return services


def test_what_fails_costs_neither_the_other_checks_nor_the_watch(two, ctx):
    two.hold(replace(two.held["m1"], id=MeetingId("m0")))
    tried, check = [], two.check

    def broken(meeting_id, **more):
        tried.append(meeting_id)
        if meeting_id == "m1":
            raise MissingPart("cannot check")
        return check(meeting_id, **more)

    def unreadable():
        raise BadInput("macros.toml")

    two.check = broken
    schedule = Schedule(ctx)
    schedule._scenes.look()
    two.macros = unreadable
    two.hold(replace(two.held["m2"], state=State.RECESS))
    with pytest.raises(BadInput):
        schedule.look()
    assert sorted(tried) == ["m0", "m1"]
    assert two.looked == ["m2"]


def test_a_check_that_cannot_be_made_is_not_tried_at_each_look(two, ctx):
    tried = []

    def broken(meeting_id, **_):
        tried.append(meeting_id)
        raise MissingPart("cannot check")

    two.check = broken
    schedule = Schedule(ctx)
    for _ in range(3):
        with pytest.raises(MissingPart):
            schedule.look()
    assert (tried, two.looked) == (["m1"], ["m2"])
    two.clock.advance(AGAIN)
    with pytest.raises(MissingPart):
        schedule.look()
    assert tried == ["m1"] * 2


def test_a_long_run_keeps_neither_the_macros_nor_the_watch_waiting(two, ctx):
    going, over = threading.Event(), threading.Event()
    check = two.check

    def long(meeting_id, **more):
        going.set()
        over.wait(60)
        return check(meeting_id, **more)

    two.check = long
    two.scenes = [Macro(id="pause", title=("休会", ""), on=State.RECESS, steps=(MacroStep(wait=1.0),))]
    schedule = Schedule(ctx)
    schedule.start()
    schedule.wake()
    try:
        assert going.wait(60)
        until(lambda: two.looked == ["m2"])
        until(lambda: schedule._scenes._before)
        two.hold(replace(two.held["m2"], state=State.RECESS))
        schedule.wake()
        until(lambda: two.played == [("pause", "m2")])
    finally:
        over.set()
        schedule.stop(60)
