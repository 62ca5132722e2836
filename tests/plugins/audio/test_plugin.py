"""The plugin as the host meets it."""

import subprocess
import sys
from datetime import UTC, datetime

import pytest
import roomctl_audio
from pydantic import ValidationError
from roomctl_audio.config import AudioConfig
from roomctl_audio.recorder import AudioRecorder
from roomctl_audio.sources.listen import SourceCheck

from roomctl.api import Meeting, Order, Recording, Segment
from roomctl.testing.contracts import DeviceCheckContract, RecorderContract
from roomctl.testing.fakes import FakeContext


class TestRecorder(RecorderContract):
    @pytest.fixture
    def factory(self):
        return AudioRecorder


class TestCheck(DeviceCheckContract):
    @pytest.fixture(params=["demo", "missing"])
    def check(self, request, demo_clip, tmp_path):
        path = demo_clip if request.param == "demo" else tmp_path / "gone.wav"
        return SourceCheck(Order(source=f"file:{path}"), -60.0)


HEAVY = ("numpy", "av", "soundfile", "miniaudio", "sounddevice", "pydantic", "typer", "rich")


def test_importing_the_plugin_loads_nothing_heavy():
    script = f"import sys, roomctl_audio; print([m for m in {HEAVY!r} if m in sys.modules])"
    child = subprocess.run([sys.executable, "-P", "-c", script], capture_output=True, text=True, check=True)
    assert child.stdout.strip() == "[]"


def test_the_recorder_that_the_host_commands_loads_no_audio_library():
    script = f"import sys, roomctl_audio.recorder; print([m for m in {HEAVY[:4]!r} if m in sys.modules])"
    child = subprocess.run([sys.executable, "-P", "-c", script], capture_output=True, text=True, check=True)
    assert child.stdout.strip() == "[]"


def test_a_stand_by_is_a_microphone_by_name():
    assert AudioConfig(standby="mic:Desk").standby == "mic:Desk"
    for wrong in ("mic", "mic:", "file:talk.wav"):
        with pytest.raises(ValidationError):
            AudioConfig(standby=wrong)


def test_an_unknown_setting_is_refused():
    with pytest.raises(ValidationError):
        roomctl_audio.roomctl_config_model()(volume=11)


def test_the_self_check_never_calls_a_missing_portaudio_fatal():
    assert [missing for missing in roomctl_audio.roomctl_self_check() if missing.fatal] == []


def test_it_offers_one_recorder_and_its_commands(tmp_path):
    ctx = FakeContext("audio", tmp_path, AudioConfig(source="tone"))
    assert isinstance(roomctl_audio.roomctl_recorders(ctx)["audio"](tmp_path / "rec"), AudioRecorder)
    assert set(roomctl_audio.roomctl_commands(ctx)) == {"record", "recording"}
    (check,) = roomctl_audio.roomctl_device_checks(ctx)
    assert [result.value for result in check.run(None)] == ["tone", -6.0]


def test_a_meetings_package_takes_its_segments_with_their_hashes_and_the_journal(tmp_path):
    ctx = FakeContext("audio", tmp_path, AudioConfig())
    meeting = Meeting(id="m1", title="例会", room="r1", starts=datetime(2026, 3, 2, 9, 0))
    segment = Segment(
        track=1,
        seq=1,
        path="t01-0001.flac",
        first_frame=0,
        frames=10,
        utc=datetime(2026, 3, 2, tzinfo=UTC),
        monotonic=0.0,
        sha256_pcm="a",
        sha256_file="b",
        sm3_file="c",
    )
    folder = tmp_path / "meetings/m1/audio/r9"
    folder.mkdir(parents=True)
    (folder / "journal.jsonl").touch()
    ctx.services.sound["m1"] = [
        Recording(
            id="r9",
            meeting="m1",
            number=1,
            folder="meetings/m1/audio/r9",
            source="tone",
            recorder="audio",
            segments=(segment,),
        )
    ]
    files = roomctl_audio.roomctl_package_files(ctx, meeting)
    assert [(file.path, file.source, file.sha256, file.sm3) for file in files] == [
        ("audio/r9/t01-0001.flac", folder / "t01-0001.flac", "b", "c"),
        ("audio/r9/journal.jsonl", folder / "journal.jsonl", "", ""),
    ]
