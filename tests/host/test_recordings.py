"""What the host does for recordings by itself, second by second."""

import json
from dataclasses import replace
from datetime import datetime

import pytest

from roomctl.app import Application
from roomctl.domain.alarms import Alarm, AlarmKind, AlarmTurn
from roomctl.domain.lifecycle import State
from roomctl.domain.meeting import Meeting, MeetingId
from roomctl.domain.recording import Order, RecorderState
from roomctl.services.identity import new_id
from roomctl.serving import Host
from roomctl.testing.dummies import DummyPlugins, DummyRecorder
from roomctl.testing.fakes import FakeClock


@pytest.fixture
def application(tmp_path):
    made = Application(tmp_path / "data", clock=FakeClock())
    made.plugins = DummyPlugins()
    yield made
    made.database.close()


@pytest.fixture
def host(application):
    return Host(application)


@pytest.fixture
def meeting(application):
    """In session, and recorded."""
    use = application.usecases
    made = use.create(
        Meeting(id=MeetingId(new_id()), room=use.room.id, title="局长办公会", starts=datetime(2026, 11, 12, 9))
    )
    use.transition(made.id, State.OPEN)
    use.arm(made.id, Order(source="tone"))
    return use.start(made.id)


def kinds(application, meeting):
    return [row.kind for row in application.usecases.events(stream=meeting.id, newest=False)]


def test_an_alarm_becomes_an_event_by_itself_and_a_new_host_tells_it_no_second_time(application, host, meeting):
    at = application.clock.now()
    alarm = Alarm(kind=AlarmKind.OVERTIME, since=at, value=20.0)
    application.plugins.newest.turns.append(AlarmTurn(alarm, on=True, at=at))
    host.follow_recordings()
    Host(application).follow_recordings()
    rows = application.usecases.events(stream=meeting.id, kinds=["recording.alarm_raised"])
    assert [(row.actor, json.loads(row.data)["alarm"]) for row in rows] == [("system:host", "overtime")]


def test_a_recorder_that_dies_in_session_is_followed_by_another_one_while_the_host_lives(application, host, meeting):
    application.plugins.newest.crash()
    host.follow_recordings()
    first, second = application.usecases.recordings(meeting.id)
    assert (first.state, second.state) == (RecorderState.SEALED, RecorderState.RECORDING)
    assert kinds(application, meeting)[-3:] == ["recording.sealed", "recording.armed", "recording.continued"]
    application.plugins.newest.crash()  # each one dies at once: no flood of recordings
    for _ in range(5):
        host.follow_recordings()
    assert len(application.usecases.recordings(meeting.id)) == 2


def test_a_recording_that_somebody_stopped_is_begun_by_nobody(application, host, meeting):
    application.usecases.stop_recording(meeting.id)
    host.follow_recordings()
    assert application.recover(go_on=True)
    assert len(application.usecases.recordings(meeting.id)) == 1


def test_a_device_that_is_gone_is_tried_again_and_keeps_nothing_else_waiting(application, host, meeting):
    class Gone(DummyRecorder):
        def __init__(self, folder):
            super().__init__(folder)
            self.refuses.add("arm")

    application.plugins.newest.crash()
    application.plugins.made = Gone
    for _ in range(3):
        host.follow_recordings()
    (only,) = application.usecases.recordings(meeting.id)
    assert only.state is RecorderState.SEALED
    application.plugins.made = DummyRecorder
    assert application.recover(go_on=True)
    assert application.usecases.current_recording(meeting.id).number == 2


def test_a_wrong_setting_of_the_sound_is_told_by_its_plugin_and_breaks_no_order(application, meeting):
    application.settings.plugins["audio"] = {"source": "mic:USB", "sample_rate": "fast", "segment_seconds": []}
    order = application.usecases.order(meeting.id)
    assert (order.source, order.sample_rate, order.segment_seconds) == ("mic:USB", 48_000, 60.0)


def test_what_a_killed_command_left_behind_is_settled_at_the_hosts_start(application, meeting):
    use = application.usecases
    use.adjourn(meeting.id)
    other = use.create(
        Meeting(id=MeetingId(new_id()), room=use.room.id, title="专题会", starts=datetime(2026, 11, 12, 14))
    )
    use.test_take(other.id, seconds=1)
    left = application.plugins.newest
    left.told = {"state": RecorderState.ARMED}
    (take,) = use.test_takes(other.id)
    with application.open_uow() as uow:
        uow.recordings.put(replace(take, state=RecorderState.ARMED))
        uow.commit()
    assert application.recover(go_on=True)
    assert left.heard[-1] == "stop"
