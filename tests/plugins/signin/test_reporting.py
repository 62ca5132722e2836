"""T−15: the report is told by itself, once, whatever happens to the host meanwhile."""

import threading
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from roomctl_signin.config import Config
from roomctl_signin.reporting import Reporting

from roomctl.api import Meeting, MeetingId, Method, Person, State
from roomctl.testing.fakes import FakeContext, FakeServices
from tests.waiting import until

MEETING = Meeting(
    id=MeetingId("m1"), room="r", title="专题会议", starts=datetime(2026, 11, 12, 9, 30), state=State.OPEN
)
PEOPLE = [
    Person(id=str(n), name=name, phone=f"1380000000{n}", rank=n)
    for n, name in enumerate(("张建国", "李晓明", "王芳"), 1)
]


@pytest.fixture
def ctx(tmp_path):
    services = FakeServices(tmp_path)
    services.hold(MEETING, PEOPLE)
    return FakeContext("signin", tmp_path, Config(), services=services)


def told(ctx):
    return [one.data for one in ctx.published if one.kind == "x.signin.report"]


def test_it_is_told_a_quarter_of_an_hour_before_and_not_before_that(ctx):
    service, clock = Reporting(ctx), ctx.clock
    service.look()
    assert not told(ctx)
    clock.advance(16 * 60)
    ctx.services.sign_in("m1", "张建国", method=Method.DESK)
    service.look()
    (data,) = told(ctx)
    assert data["said"] == "应到 3　实到 1　请假 0　未到 2"
    assert data["read_out"].endswith("未到：李晓明、王芳。")
    assert data["absent"] == ["李晓明", "王芳"]
    assert "1380000000" not in str(data)


def test_a_restart_at_any_moment_tells_nothing_twice_and_forgets_nothing(ctx):
    ctx.clock.advance(20 * 60)
    for _ in range(3):
        Reporting(ctx).look()
    assert len(told(ctx)) == 1
    ctx.store("m1").delete("report")  # killed between the event and the note of it
    Reporting(ctx).look()
    assert len(told(ctx)) == 1


@pytest.mark.parametrize(
    ("changes", "minutes"), [({"state": State.PLANNED}, 20), ({"state": State.IN_SESSION}, 20), ({}, 31), ({}, 5)]
)
def test_nothing_is_told_of_a_meeting_that_is_not_about_to_begin(ctx, changes, minutes):
    ctx.services.hold(replace(MEETING, **changes))
    ctx.clock.advance(minutes * 60)
    Reporting(ctx).look()
    assert not told(ctx)


def test_without_a_roster_it_waits_until_there_is_one(ctx):
    late = replace(MEETING, id=MeetingId("m2"), starts=MEETING.starts + timedelta(minutes=5))
    ctx.services.hold(late)
    ctx.clock.advance(22 * 60)
    service = Reporting(ctx)
    service.look()
    assert len(told(ctx)) == 1
    ctx.services.hold(late, [Person(id="x", name="刘芳")])
    service.look()
    assert told(ctx)[-1]["said"].startswith("应到 1")


def test_the_office_may_have_none(ctx):
    ctx.clock.advance(20 * 60)
    quiet = FakeContext("signin", ctx.services.data, Config(report_minutes=0), services=ctx.services)
    Reporting(quiet).look()
    assert not told(quiet)


def test_it_runs_as_a_service_and_ends(ctx):
    ctx.clock.advance(20 * 60)
    service = Reporting(ctx)
    service.start()
    until(lambda: told(ctx))
    service.stop(10)
    assert service.health().ok
    assert not [one for one in threading.enumerate() if one.name == "report"]
