"""Macros that run when a meeting comes into a state: once, at the right state, and never because of a restart."""

import threading
from dataclasses import replace
from datetime import datetime

import pytest
from roomctl_av_check.scenes import LifeCycle, entered

from roomctl.api import BadInput, Macro, Meeting, MeetingId, State
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
    assert entered({}, [meeting]) == [meeting], "made and opened between two looks"
    assert entered({}, [replace(meeting, state=State.PLANNED)]) == []


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


@pytest.fixture
def life(tmp_path):
    """A meeting that was approved at the last look, and is open now."""
    services = FakeServices(tmp_path)
    meeting = a_meeting()
    services.held[meeting.id] = replace(meeting, state=State.APPROVED)
    made = LifeCycle(FakeContext("av_check", tmp_path, services=services))
    made.look()
    services.held[meeting.id] = meeting
    made.services, made.meeting = services, meeting
    return made


def test_a_file_that_cannot_be_read_costs_no_macro(life):
    life.services.scenes = [macro("start", State.OPEN)]
    read = life.services.macros

    def broken():
        raise BadInput("macros.toml")

    life.services.macros = broken
    with pytest.raises(BadInput):
        life.look()
    life.services.macros = read
    life.look()
    life.wait(30)
    assert life.services.played == [("start", "m1")]


@pytest.mark.parametrize(
    ("first", "state", "ends"),
    [
        (State.OPEN, State.IN_SESSION, False),
        (State.OPEN, State.ADJOURNED, True),
        (State.ADJOURNED, State.CLOSED, False),
    ],
)
def test_the_end_of_a_meeting_ends_what_began_it_and_they_never_run_at_once(life, first, state, ends):
    life.services.scenes = [macro("on", first), macro("then", state)]
    life.services.held["m1"] = replace(life.meeting, state=first)
    began, go, log = threading.Event(), threading.Event(), []

    def run(name, *, cancelled, **_):
        log.append(f"{name} begins")
        if name == "on":
            began.set()
            while not go.wait(0.01) and not cancelled.is_set():
                pass
        log.append(f"{name} {'cancelled' if cancelled.is_set() else 'done'}")

    life.services.run_macro = run
    life.look()
    assert began.wait(30)
    life.services.held["m1"] = replace(life.meeting, state=state)
    life.look()
    if not ends:
        go.set()
    life.wait(30)
    assert log == ["on begins", "on cancelled" if ends else "on done", "then begins", "then done"]
