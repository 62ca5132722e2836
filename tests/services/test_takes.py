"""Test takes, and sound that was recorded elsewhere."""

import hashlib
import json
from dataclasses import replace

import pytest

from roomctl.domain.events import Actor
from roomctl.domain.lifecycle import Need, State
from roomctl.domain.meeting import Objected, Overrule
from roomctl.domain.recording import Envelope, Order, Purpose, RecorderState
from roomctl.domain.transcript import Transcript
from roomctl.errors import BadInput, Refused, RoomctlError
from roomctl.services.identity import new_id
from roomctl.testing.dummies import DummyRecorder

SECOND = 48_000


class Tape(DummyRecorder):
    """A file of three seconds comes to its end by itself."""

    def __init__(self, folder):
        super().__init__(folder)
        self.length = 3 * SECOND


class Loud(DummyRecorder):
    """Can be looked at."""

    def envelope(self, *, first=0.0, last=None, points=600):  # noqa: ARG002 - the port's shape
        return Envelope(start=first, seconds=1.0, peaks=((-30.0, -12.5, -40.0), (-200.0, -200.0, -200.0)))

    def listen(self, *, track=None, behind=2.0):  # noqa: ARG002 - the port's shape
        raise AssertionError("nobody listens to it here")


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "录音笔.wav"
    path.write_bytes(b"RIFF" * 1000)
    return path


def told(house, meeting, kind):
    return [json.loads(row.data) for row in house.events(meeting.id) if row.kind == kind]


# --- 试录


def test_a_test_take_lasts_as_long_as_was_asked_and_is_sealed(house):
    meeting = house.opened()
    take = house.use.test_take(meeting.id, seconds=4)
    assert (take.recording.purpose, take.recording.state) == (Purpose.TEST, RecorderState.SEALED)
    assert take.recording.frames == 4 * SECOND
    assert house.plugins.newest.limit == 4 * SECOND  # also where whoever asked dies over it


def test_a_test_take_says_how_loud_each_track_was(house):
    house.plugins.made = Loud
    assert house.use.test_take(house.opened().id).peaks == (-12.5, -200.0)


def test_a_recorder_without_envelope_tells_the_peaks_that_it_showed(house):
    meeting = house.opened()

    def made(folder):
        recorder = DummyRecorder(folder)
        recorder.told = {"peak_dbfs": (-20.0, -7.0)}
        return recorder

    house.plugins.made = made
    assert house.use.test_take(meeting.id).peaks == (-20.0, -7.0)


def test_a_test_take_is_none_of_the_meetings_recordings(house):
    meeting = house.opened()
    for _ in range(2):
        house.use.test_take(meeting.id)
    assert house.use.recordings(meeting.id) == []
    assert [one.number for one in house.use.test_takes(meeting.id)] == [1, 2]
    assert house.use.current_recording(meeting.id) is None
    house.use.arm(meeting.id, Order(source="tone"))
    house.use.start(meeting.id)
    assert [one.number for one in house.use.recordings(meeting.id)] == [1]
    house.plugins.newest.crash()
    assert house.use.continue_recording(meeting.id).number == 2


def test_the_recorder_is_armed_after_a_test_take_that_somebody_left_behind(house):
    meeting = house.opened()
    house.use.test_take(meeting.id)
    left = house.plugins.newest
    left.told["state"] = RecorderState.ARMED  # its process was killed before it began
    (take,) = house.use.test_takes(meeting.id)
    with house.use._open() as uow:
        uow.recordings.put(replace(take, state=RecorderState.ARMED))
        uow.commit()
    house.use.arm(meeting.id, Order(source="tone"))
    assert left.heard[-1] == "stop"


@pytest.mark.parametrize("seconds", [0.5, 61, float("nan")])
def test_a_test_take_has_a_length(house, seconds):
    with pytest.raises(BadInput, match="1 至 60 秒"):
        house.use.test_take(house.opened().id, seconds=seconds)


def test_no_test_take_is_made_beside_a_recording_of_the_room(house):
    other = house.opened()
    house.use.arm(other.id, Order(source="tone"))
    meeting = house.opened()
    with pytest.raises(Refused, match=r"录音已经准备好.*roomctl meetings stop"):
        house.use.test_take(meeting.id)
    house.use.start(other.id)
    with pytest.raises(Refused, match="本会议室正在录音"):
        house.use.test_take(meeting.id)


def test_a_recording_whose_folder_never_comes_back_keeps_nobody_from_a_test_take(house):
    """What is written down of it stays: its disk may be found again."""
    meeting = house.in_session()
    lost = house.plugins.newest
    lost.journal = "a1"
    before = house.use.sync_recording(house.use.current_recording(meeting.id).id)
    lost.journal, lost.told = "", {"state": RecorderState.IDLE, "frames": 0}
    assert house.use.test_take(house.opened().id).recording.frames
    assert house.use.recordings(meeting.id) == [before]


def test_a_test_take_is_made_before_the_meeting_and_only_where_it_is_to_be_recorded(house):
    with pytest.raises(Refused, match="“录音”为“否”"):
        house.use.test_take(house.opened(recorded=False).id)
    meeting = house.opened()
    house.use.start(meeting.id, overrule=Overrule("张建国", "先开"))
    with pytest.raises(Refused, match=r"会中.*只在开会之前"):
        house.use.test_take(meeting.id)
    assert house.use.test_take(house.meeting().id).recording.frames


def test_a_device_that_refuses_leaves_no_test_take_running(house):
    class Mute(DummyRecorder):
        def __init__(self, folder):
            super().__init__(folder)
            self.refuses.add("start")

    house.plugins.made = Mute
    meeting = house.opened()
    with pytest.raises(Refused, match="refuses to start"):
        house.use.test_take(meeting.id)
    assert house.use.running_recordings() == []


# --- import


def adjourned(house):
    meeting = house.in_session()
    house.use.adjourn(meeting.id)
    house.plugins.made = Tape
    return meeting


def test_a_file_becomes_a_recording_with_its_hashes_in_the_log(house, file):
    meeting = adjourned(house)
    seen = []
    made = house.use.import_recording(meeting.id, file, seen=lambda done, whole: seen.append((done, whole)))
    assert (made.purpose, made.number, made.seconds) == (Purpose.IMPORT, 2, 3.0)
    assert house.plugins.newest.order.source == f"file:{file}"
    assert not house.plugins.newest.order.realtime
    (event,) = told(house, meeting, "recording.imported")
    assert (event["file"], event["bytes"]) == ("录音笔.wav", 4000)
    assert event["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert len(event["sm3"]) == 64
    assert seen[-1] == (3.0, 3.0)
    assert [one.id for one in house.use.recordings(meeting.id)][-1] == made.id


def test_who_imports_stands_in_the_event(house, file):
    meeting = adjourned(house)
    house.use.import_recording(meeting.id, file, actor=Actor.person("王芳"))
    rows = [row.actor for row in house.events(meeting.id) if row.kind == "recording.imported"]
    assert rows == ["person:王芳"]


def test_what_was_transcribed_whole_is_so_no_longer_and_close_waits_for_it(house, file):
    meeting = adjourned(house)
    words = Transcript(id=new_id(), meeting=meeting.id, version=1, engine="w", model="m", complete=True)
    house.use.put_transcript(words)
    house.use.clear(meeting.id)
    house.use.import_recording(meeting.id, file)
    assert not house.use.transcript(meeting.id).complete
    assert Need.TRANSCRIPT not in house.use.meeting(meeting.id).facts
    with pytest.raises(Refused, match="转写还没有完成"):
        house.use.transition(meeting.id, State.CLOSED)
    house.use.put_transcript(words)
    assert house.use.transition(meeting.id, State.CLOSED).state is State.CLOSED
    assert house.kinds(meeting.id).count("transcript.completed") == 2


def test_an_import_whose_caller_died_is_told_by_whoever_looks_next(house, file):
    meeting = adjourned(house)

    class KilledError(Exception):
        pass

    def die(_done, _whole):
        raise KilledError

    house.plugins.newest.length = 0

    class Slow(Tape):
        def status(self):
            said = super().status()
            return replace(said, state=RecorderState.RECORDING, ended=False) if self.heard[-1] == "start" else said

        def stop(self):
            if self.heard[-1] == "start":
                self.heard.append("gone")  # the capture lives on
                self.told["state"] = RecorderState.RECORDING
            return self.report()

    house.plugins.made = Slow
    with pytest.raises(KilledError):
        house.use.import_recording(meeting.id, file, seen=die)
    assert told(house, meeting, "recording.imported") == []
    (running,) = house.use.running_recordings()
    house.use.clear(meeting.id)
    house.use.waive_transcript(meeting.id, by="赵敏", reason="设备故障")
    with pytest.raises(Objected, match="导入还没有封存"):
        house.use.transition(meeting.id, State.CLOSED)
    house.plugins.newest.told["state"] = RecorderState.SEALED
    house.use.sync_recording(running.id)
    (event,) = told(house, meeting, "recording.imported")
    assert event["file"] == "录音笔.wav"


def test_a_file_that_breaks_on_the_way_is_told_with_what_is_kept(house, file):
    meeting = adjourned(house)

    class Torn(Tape):
        def __init__(self, folder):
            super().__init__(folder)
            self.told = {"problem": "invalid data", "ended": False}

    house.plugins.made = Torn
    with pytest.raises(RoomctlError, match=r"录音笔.wav 没有完整导入.*invalid data.*前 3.0 秒"):
        house.use.import_recording(meeting.id, file)
    assert told(house, meeting, "recording.imported")[0]["problem"] == "invalid data"


def test_a_file_that_is_not_there_is_no_recording(house, tmp_path):
    meeting = adjourned(house)
    with pytest.raises(BadInput, match="无法读取"):
        house.use.import_recording(meeting.id, tmp_path / "no.wav")
    assert len(house.use.recordings(meeting.id)) == 1


def test_when_a_file_may_come_in(house, file):
    house.plugins.made = Tape
    with pytest.raises(Refused, match="“录音”为“否”"):
        house.use.import_recording(house.opened(recorded=False).id, file)
    with pytest.raises(Refused, match=r"拟定.*meetings open"):
        house.use.import_recording(house.meeting().id, file)
    assert house.use.import_recording(house.opened().id, file).frames
    house.plugins.made = DummyRecorder
    meeting = house.in_session()
    with pytest.raises(Refused, match=r"正在录音.*休息时"):
        house.use.import_recording(meeting.id, file)
    house.use.pause(meeting.id)
    house.plugins.made = Tape
    house.use.import_recording(meeting.id, file)
    assert house.use.current_recording(meeting.id).number == 1
    house.use.resume(meeting.id)
    house.use.adjourn(meeting.id)
    house.use.clear(meeting.id)
    house.use.waive_transcript(meeting.id, by="赵敏", reason="设备故障")
    house.use.transition(meeting.id, State.CLOSED)
    with pytest.raises(Refused, match="补充归档"):
        house.use.import_recording(meeting.id, file)
