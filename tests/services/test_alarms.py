"""Alarms of a recording: each row of the journal is one event, once each way; somebody acknowledges them."""

import json
import threading
from datetime import timedelta

import pytest

from roomctl.domain.alarms import Alarm, AlarmKind, AlarmTurn
from roomctl.domain.events import Actor
from roomctl.errors import NotFound

RAISED, ENDED = "recording.alarm_raised", "recording.alarm_ended"


@pytest.fixture
def meeting(house):
    return house.in_session()


@pytest.fixture
def turn(house):
    """Writes a row into the journal of the recorder that runs."""

    def write(kind, *, on=True, track=None, value=None):
        at = house.clock.now()
        alarm = Alarm(kind=AlarmKind(kind), since=at, track=track, value=value, frame=48_000)
        house.plugins.newest.turns.append(AlarmTurn(alarm, on, at))

    return write


def sync(house, meeting):
    return house.use.sync_recording(house.use.current_recording(meeting.id).id)


def told(house, meeting):
    rows = [row for row in house.events(meeting.id) if row.kind.startswith("recording.alarm")]
    return [(row.kind, json.loads(row.data)["alarm"], json.loads(row.data)["track"]) for row in rows]


def test_each_row_is_one_event_however_often_one_looks(house, meeting, turn):
    turn("hum", track=2, value=50.0)
    for _ in range(3):
        sync(house, meeting)
    assert told(house, meeting) == [(RAISED, "hum", 2)]
    turn("hum", on=False, track=2)
    turn("drift", value=12.5)
    for _ in range(3):
        sync(house, meeting)
    assert told(house, meeting) == [(RAISED, "hum", 2), (ENDED, "hum", 2), (RAISED, "drift", None)]


def test_what_came_and_went_while_the_host_was_down_is_told_too(house, meeting, turn):
    turn("device")
    turn("device", on=False)
    turn("device")
    assert [one.alarm.kind for one in house.use.alarms(meeting.id)] == [AlarmKind.DEVICE]
    assert [kind for kind, _, _ in told(house, meeting)] == [RAISED, ENDED, RAISED]


def test_two_processes_that_look_at_once_tell_it_once(house, meeting, turn):
    for n in range(1, 9):
        turn("low", track=n)
    looks = [threading.Thread(target=sync, args=(house, meeting)) for _ in range(6)]
    for look in looks:
        look.start()
    for look in looks:
        look.join()
    assert sorted(track for _, _, track in told(house, meeting)) == list(range(1, 9))


def test_an_alarm_is_acknowledged_by_name_until_it_ends(house, meeting, turn):
    turn("hum", track=2, value=50.0)
    (alarm,) = house.use.alarms(meeting.id)
    assert (alarm.alarm.track, alarm.alarm.value, alarm.acknowledged_by) == (2, 50.0, "")
    (seen,) = house.use.acting_as(Actor.person("王芳")).acknowledge_alarms(meeting.id, AlarmKind.HUM, 2)
    assert (seen.acknowledged_by, seen.acknowledged_at) == ("王芳", house.clock.now())
    turn("hum", track=2, value=100.0)  # told again, not ended
    (still,) = house.use.alarms(meeting.id)
    assert (still.acknowledged_by, still.alarm.value) == ("王芳", 100.0)
    turn("hum", on=False, track=2)
    assert house.use.alarms(meeting.id) == ()
    turn("hum", track=2)
    assert house.use.alarms(meeting.id)[0].acknowledged_by == ""


def test_all_are_acknowledged_at_once_and_nobody_is_named_twice(house, meeting, turn):
    turn("low", track=1)
    turn("low", track=2)
    house.use.alarms(meeting.id)
    house.use.acting_as(Actor.person("王芳")).acknowledge_alarms(meeting.id, AlarmKind.LOW, 1)
    seen = house.use.acknowledge_alarms(meeting.id)
    assert {one.alarm.track: one.acknowledged_by for one in seen} == {1: "王芳", 2: "赵敏"}
    assert house.kinds(meeting.id).count("recording.alarm_acknowledged") == 2


def test_an_alarm_that_does_not_stand_cannot_be_acknowledged(house, meeting, turn):
    with pytest.raises(NotFound, match="现在没有告警"):
        house.use.acknowledge_alarms(meeting.id)
    turn("low", track=1, value=-50)
    house.use.alarms(meeting.id)
    with pytest.raises(NotFound, match="第 1 路声音偏低"):
        house.use.acknowledge_alarms(meeting.id, AlarmKind.LOW, 2)


def test_what_still_stands_ends_with_the_recording(house, meeting, turn):
    turn("overtime", value=15.0)
    sync(house, meeting)
    house.use.adjourn(meeting.id)
    assert told(house, meeting) == [(RAISED, "overtime", None), (ENDED, "overtime", None)]
    assert house.use.alarms(meeting.id) == ()


def test_a_value_that_json_cannot_hold_is_left_out(house, meeting, turn):
    turn("low", track=1, value=float("-inf"))
    (alarm,) = house.use.alarms(meeting.id)
    assert alarm.alarm.value is None


def test_the_newest_alarm_comes_first_with_when_it_began(house, meeting, turn):
    first = house.clock.now()
    turn("low", track=1)
    house.clock.advance(60)
    turn("hum", track=2)
    found = house.use.alarms(meeting.id)
    assert [(one.alarm.kind.value, one.alarm.since - first) for one in found] == [
        ("hum", timedelta(seconds=60)),
        ("low", timedelta(0)),
    ]
