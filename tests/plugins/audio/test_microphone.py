"""A real PortAudio device: the monitor of a PulseAudio null sink, into which speech is played."""

import subprocess
from collections.abc import Iterator

import pytest
import soundfile
from roomctl_audio.levels import SILENCE
from roomctl_audio.listen import SourceCheck

from roomctl.api import CheckState, NotFound, Order, RecorderState
from tests.plugins.audio.faults import sound, until

pytestmark = pytest.mark.needs("portaudio", "pulseaudio")


@pytest.fixture
def room(tmp_path, monkeypatch) -> Iterator[None]:
    """A sound server of its own with one null sink, `room`."""
    runtime = tmp_path / "run"
    runtime.mkdir(mode=0o700)
    for name in ("XDG_RUNTIME_DIR", "PULSE_RUNTIME_PATH", "PULSE_STATE_PATH", "HOME"):
        monkeypatch.setenv(name, str(runtime))
    socket = runtime / "native"
    monkeypatch.setenv("PULSE_SERVER", f"unix:{socket}")
    server = subprocess.Popen(
        [
            "pulseaudio",
            "--daemonize=no",
            "--exit-idle-time=-1",
            "-n",
            f"--load=module-native-protocol-unix auth-anonymous=1 socket={socket}",
            "--load=module-null-sink sink_name=room",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    until(socket.exists)
    yield
    server.terminate()
    server.wait(10)


@pytest.fixture
def speech(demo_clip, tmp_path) -> Iterator[None]:
    """The demo clip, played into the room; `room` comes first."""
    wav = tmp_path / "speech.wav"
    samples, rate = soundfile.read(demo_clip, dtype="int16")
    soundfile.write(wav, samples[5 * rate :], rate)
    player = subprocess.Popen(["paplay", "--device=room", str(wav)])
    yield
    player.terminate()
    player.wait(10)


@pytest.mark.usefixtures("room", "speech")
def test_speech_in_the_room_is_recorded(record):
    recorder = record()
    armed = recorder.arm(Order(source="mic:pulse", segment_seconds=1.0, planned_seconds=60))
    assert armed.state is RecorderState.ARMED
    assert armed.tracks == 1
    recorder.start()
    until(lambda: recorder.status().frames >= 2 * 48_000)
    assert recorder.status().peak_dbfs[0] > -40
    report = recorder.stop()
    assert report.dropped == 0
    assert recorder.verify().ok
    heard = sound(recorder.folder, report) / 2.0**31
    assert abs(heard).max() > 0.02


@pytest.mark.usefixtures("room", "speech")
def test_a_pause_of_a_microphone_is_as_long_as_what_was_not_kept(record):
    recorder = record()
    armed = recorder.arm(Order(source="mic:pulse", channels=((2, "主席"), (4, "记录席")), planned_seconds=60))
    assert armed.tracks == 4  # as many as the seats need, of the 32 that a sound server claims
    recorder.start()
    until(lambda: recorder.status().frames >= 12_000)
    frame = recorder.pause()
    level = recorder.status().peak_dbfs
    until(lambda: recorder.status().peak_dbfs != level)
    assert recorder.resume() == frame
    until(lambda: recorder.status().frames >= frame + 12_000)
    (gap,) = recorder.stop().gaps
    assert (gap.first_frame, gap.reason) == (frame, "pause")
    assert gap.frames > 0


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
