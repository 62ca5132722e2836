"""Macros that run when a meeting comes into a state: once, at the right state, and never because of a restart."""

from dataclasses import replace
from datetime import datetime

from roomctl_av_check.scenes import LifeCycle, entered

from roomctl.api import Macro, Meeting, MeetingId, State
from roomctl.domain.macros import MacroStep
from roomctl.testing.fakes import FakeContext, FakeServices


def a_meeting():
    starts = datetime(2026, 11, 12, 11, 0)
    return Meeting(id=MeetingId("m1"), room="r", title="专题会议", starts=starts, state=State.OPEN)


def macro(name, on):
    return Macro(id=name, title=(name, ""), on=on, steps=(MacroStep(wait=1.0),))


def test_only_what_changed_since_the_last_look_has_been_entered():
    meeting = a_meeting()
    assert entered(None, [meeting]) == ()
    assert entered({meeting.id: State.OPEN}, [meeting]) == []
    assert entered({meeting.id: State.APPROVED}, [meeting]) == [meeting]
    assert entered({}, [meeting]) == []


def test_each_runs_once_at_its_state(tmp_path):
    services = FakeServices(tmp_path)
    services.scenes = [macro("start", State.IN_SESSION), macro("end", State.ADJOURNED), macro("hand", None)]
    meeting = a_meeting()
    services.held[meeting.id] = meeting
    life = LifeCycle(FakeContext("av_check", tmp_path, services=services))
    life.look()
    for state in (State.IN_SESSION, State.IN_SESSION, State.ADJOURNED):
        services.held[meeting.id] = replace(meeting, state=state)
        life.look()
        life.wait(30)
    assert services.played == [("start", meeting.id), ("end", meeting.id)]
    again = LifeCycle(FakeContext("av_check", tmp_path, services=services))
    again.look()
    assert len(services.played) == 2
