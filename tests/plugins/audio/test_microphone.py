"""A real PortAudio device: the monitor of a PulseAudio null sink, into which speech is played."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import psutil
import pytest
import soundfile
from roomctl_audio.journal import journal
from roomctl_audio.journal.file import load
from roomctl_audio.sound.levels import SILENCE
from roomctl_audio.sources.listen import SourceCheck
from roomctl_audio.sources.pulse import MAPPED

from roomctl.api import AlarmKind, BadInput, CheckState, NotFound, Order, RecorderState
from tests.plugins.audio.faults import capture, sound
from tests.plugins.audio.soundserver import SoundServer, sound_server
from tests.waiting import PATIENCE, until

pytestmark = pytest.mark.needs("portaudio", "pulseaudio")


SPARE = "sink_name=spare channels=2"
ROOM = "sink_name=room channels=4"


@pytest.fixture
def room(tmp_path) -> Iterator[SoundServer]:
    """A sound server of its own, with two sources: `room.monitor`, which is the default, and `spare.monitor`."""
    with sound_server(tmp_path / "run", ROOM, SPARE) as server:
        yield server
        socket = tmp_path / "run" / "native"
        until(lambda: not listeners(socket))  # while the server still runs: its end would end them too


def listeners(socket: Path) -> list[int]:
    """Processes that ask this server for its news."""
    found = []
    for each in psutil.process_iter():
        with suppress(psutil.Error):
            if each.cmdline() == ["pactl", "subscribe"] and str(socket) in each.environ().get("PULSE_SERVER", ""):
                found.append(each.pid)
    return found


def arm(recorder, source: str = "mic", **changes: object):
    return recorder.arm(Order(source=source, segment_seconds=2.0, planned_seconds=60, **changes))


def kinds(recorder) -> list[AlarmKind]:
    return [alarm.kind for alarm in recorder.status().alarms]


@pytest.fixture
def speech(demo_clip, tmp_path) -> Iterator[None]:
    """The demo clip, played into the room; `room` comes first."""
    wav = tmp_path / "speech.wav"
    samples, rate = soundfile.read(demo_clip, dtype="int16")
    soundfile.write(wav, samples[5 * rate :], rate)
    with playing(wav):
        yield


@contextmanager
def playing(wav: Path) -> Iterator[None]:
    player = subprocess.Popen(["paplay", "--device=room", str(wav)])
    yield
    player.terminate()
    player.wait(PATIENCE)


@pytest.mark.usefixtures("room", "speech")
def test_speech_in_the_room_is_recorded(record):
    recorder = record()
    armed = recorder.arm(Order(source="mic:pulse", segment_seconds=1.0, planned_seconds=60))
    assert armed.state is RecorderState.ARMED
    assert (armed.tracks, armed.source) == (1, "mic:pulse:room.monitor")
    until(lambda: max(recorder.status().peak_dbfs, default=-200.0) > -60)
    recorder.start()
    until(lambda: recorder.status().frames >= 2 * 48_000)
    until(lambda: max(recorder.status().peak_dbfs, default=-200.0) > -40)
    report = recorder.stop()
    assert report.dropped == 0
    assert recorder.verify().ok
    heard = sound(recorder.folder, report) / 2.0**31
    assert abs(heard).max() > 0.02


@pytest.mark.usefixtures("room", "speech")
def test_a_pause_of_a_microphone_is_as_long_as_what_was_not_kept(record):
    recorder = record()
    armed = recorder.arm(Order(source="mic:pulse", channels=((2, "主席"), (4, "记录席")), planned_seconds=60))
    assert armed.tracks == 4
    recorder.start()
    until(lambda: recorder.status().frames >= 12_000)
    frame = recorder.pause()
    level = recorder.status().peak_dbfs
    until(lambda: recorder.status().peak_dbfs != level)
    assert recorder.resume() == frame
    until(lambda: recorder.status().frames >= frame + 12_000)
    gaps = recorder.stop().gaps
    (pause,) = (gap for gap in gaps if gap.reason == "pause")
    assert (pause.first_frame, pause.frames > 0) == (frame, True)
    assert {gap.reason for gap in gaps} <= {"pause", "overflow"}, "the other: where this machine has too much to do"


@pytest.mark.usefixtures("room")
def test_the_check_hears_a_silent_room_and_says_so():
    results = list(SourceCheck(Order(source="mic:pulse"), -60.0).run(None))
    assert [(result.state, result.value) for result in results] == [
        (CheckState.OK, "mic:pulse"),
        (CheckState.CRIT, SILENCE),
    ]


@pytest.mark.usefixtures("room")
def test_an_unknown_microphone_lists_the_known_ones(record):
    recorder = record()
    with pytest.raises(NotFound, match="pulse"):
        recorder.arm(Order(source="mic:no such thing"))
    assert not recorder.folder.exists()


@pytest.mark.usefixtures("room")
def test_more_channels_than_there_are_are_refused_with_the_numbers(record):
    recorder = record()
    with pytest.raises(BadInput, match=r"6.*4"):
        arm(recorder, tracks=6)
    assert not recorder.folder.exists()


@pytest.mark.usefixtures("room")
def test_a_stand_by_that_is_not_there_is_refused_before_the_start(record):
    with pytest.raises(NotFound, match=r"spare\.monitor"):
        arm(record(), standby="mic:nowhere")


def test_when_the_systems_default_changes_the_one_that_was_armed_is_recorded_on(record, room, noise):
    recorder = record()
    with playing(noise(1, 16, 20 * 48_000)[0]):
        assert arm(recorder).source == "mic:pulse:room.monitor"
        recorder.start()
        until(lambda: recorder.status().frames > 12_000)
        room.control("set-default-source", "spare.monitor")
        frames = recorder.status().frames
        until(lambda: recorder.status().frames > frames + 48_000)
        assert recorder.status().source == "mic:pulse:room.monitor"
        report = recorder.stop()
    heard = sound(recorder.folder, report)
    assert abs(heard[-24_000:]).max() > 0  # in the spare one it is as still as can be
    assert {gap.reason for gap in report.gaps} <= {"device"}


@pytest.mark.usefixtures("room")
def test_a_capture_that_is_kept_from_running_loses_nothing(record):
    recorder = record()
    arm(recorder)
    recorder.start()
    until(lambda: recorder.status().frames > 12_000)
    process = capture(recorder.folder)
    process.suspend()
    time.sleep(2.5)  # longer than the buffers of PortAudio and of the pipe hold
    process.resume()
    frames = recorder.status().frames
    until(lambda: recorder.status().frames > frames + 3 * 48_000)
    assert AlarmKind.DEVICE not in kinds(recorder)
    assert recorder.stop().gaps == ()
    assert recorder.verify().ok


def test_the_named_stand_by_is_recorded_in_place_of_the_missing_one(record, room):
    recorder = record()
    assert arm(recorder, "mic:room", standby="mic:spare").standby == "mic:pulse:spare.monitor"
    recorder.start()
    until(lambda: recorder.status().frames > 12_000)
    room.unplug(ROOM)
    until(lambda: AlarmKind.STANDBY in kinds(recorder))
    frames = recorder.status().frames
    until(lambda: recorder.status().frames > frames)
    assert recorder.status().source == "mic:pulse:spare.monitor"
    recorder.stop()
    (switch,) = journal.of_kind(load(recorder.folder).rows, "source")
    assert switch["source"] == "mic:pulse:spare.monitor"
    assert 0 < switch["frame"] <= frames
    assert recorder.verify().ok


def test_each_microphone_of_an_interface_is_on_its_own_track_whatever_the_server_calls_their_places(record, tmp_path):
    places = ",".join(f"aux{n}" for n in range(6))
    sink = f"sink_name=room format=s16le rate=48000 channels=6 channel_map={places}"
    levels = np.arange(1, 7, dtype="<i2") * 1000
    np.tile(levels, (30 * 48_000, 1)).tofile(tmp_path / "levels.raw")
    shape = ("--format=s16le", "--rate=48000", "--channels=6", f"--channel-map={places}", "--raw")
    with sound_server(tmp_path / "run", sink) as server:
        player = subprocess.Popen(["pacat", "--device=room", *shape, tmp_path / "levels.raw"])
        recorder = record()
        recorder.arm(Order(source="mic:pulse:room.monitor", tracks=4, segment_seconds=1.0, planned_seconds=60))
        until(lambda: max(recorder.status().peak_dbfs, default=-200.0) > -60)
        recorder.start()
        until(lambda: recorder.status().frames >= 48_000)
        report = recorder.stop()
        last = [sound(recorder.folder, report, track)[-1] >> 16 for track in (1, 2, 3, 4)]
        player.kill()
        player.wait(PATIENCE)
        assert last == [1000, 2000, 3000, 4000]
        until(lambda: MAPPED not in server.control("list", "short", "modules"))  # nothing is left in the server
        until(lambda: not listeners(tmp_path / "run" / "native"))
