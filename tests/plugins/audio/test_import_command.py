"""`roomctl recording import`, down the real chain: capture, finisher, journal, verify."""

import hashlib
import json
from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest
import soundfile
import typer
from roomctl_audio.cli.commands import build
from roomctl_audio.config import AudioConfig
from roomctl_audio.recorder import AudioRecorder
from typer.testing import CliRunner

from roomctl.api import BadInput, Meeting, NotFound, Order, RecorderState, Recording, Refused, RoomctlError
from roomctl.testing.fakes import FakeContext, FakeServices
from tests.plugins.audio.faults import sound
from tests.plugins.audio.test_importing import encode
from tests.waiting import until


class Services(FakeServices):
    """Imports as the host does, without its database."""

    def import_recording(self, meeting_id, path, *, actor=None, seen=lambda _done, _all: None):  # noqa: ARG002
        number = len(self.recordings(meeting_id)) + 1
        recorder = AudioRecorder(self.data / "meetings" / meeting_id / "audio" / f"r{number}")
        armed = recorder.arm(Order(source=f"file:{path}", segment_seconds=1.0))
        recorder.start()
        until(lambda: recorder.status().state is RecorderState.SEALED)
        status, report = recorder.status(), recorder.report()
        seen(report.frames / 48_000, None)
        made = Recording(
            id=f"r{number}",
            meeting=meeting_id,
            number=number,
            folder=recorder.folder.relative_to(self.data).as_posix(),
            source=f"file:{path}",
            recorder="audio",
        )
        facts = {name: getattr(report, name) for name in ("tracks", "frames", "dropped", "gaps", "segments")}
        self.sound.setdefault(meeting_id, []).append(replace(made, state=status.state, **facts))
        if status.problem:
            raise RoomctlError(f"{path.name} was not imported whole", status.problem)
        assert armed.tracks
        return self.sound[meeting_id][-1]


@pytest.fixture
def ctx(tmp_path):
    services = Services(tmp_path / "data")
    services.hold(Meeting(id="m1", title="例会", room="r1", starts=datetime(2026, 3, 2, 9, 0)))
    return FakeContext("audio", tmp_path / "data", AudioConfig(), services=services)


def run(ctx, *argv):
    app = typer.Typer()
    app.add_typer(build(ctx.config, ctx)["recording"])
    return CliRunner().invoke(app, ["import", *map(str, argv)])


def wav(path, seconds: float, seed: int = 1):
    samples = np.random.default_rng(seed).integers(-(1 << 23), 1 << 23, (round(48_000 * seconds), 2), np.int32) << 8
    soundfile.write(path, samples, 48_000, subtype="PCM_24")
    return samples


def folder(ctx, number: int = 1):
    return ctx.services.data / ctx.services.recordings("m1")[number - 1].folder


def test_a_wav_comes_in_bit_for_bit_and_what_it_was_is_told(ctx, tmp_path):
    path = tmp_path / "会议.wav"
    samples = wav(path, 1.5)
    done = run(ctx, "m1", path, "--json")
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    (one,) = said["recordings"]
    assert (said["ok"], one["file"], one["bytes"]) == (True, "会议.wav", path.stat().st_size)
    assert one["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    report = AudioRecorder(folder(ctx)).report()
    assert np.array_equal(sound(folder(ctx), report, 2), samples[:, 1])


def test_what_came_in_has_its_picture(ctx, tmp_path):
    """Of two segments, which go by faster than any watch: full scale, then a hundredth, then silence."""
    sound = np.concatenate([np.full(60_000, 0.99), np.full(36_000, 0.01), np.zeros(24_000)])
    soundfile.write(tmp_path / "a.wav", sound, 48_000, subtype="PCM_24")
    assert run(ctx, "m1", tmp_path / "a.wav").exit_code == 0
    found = AudioRecorder(folder(ctx)).envelope()
    assert found.seconds == pytest.approx(0.1)
    assert found.peaks == ((0.0,) * 12 + (0.0,) + (-40.0,) * 7 + (-200.0,) * 5,)


def test_parts_of_a_dictaphone_follow_by_their_times_and_what_is_between_is_declared(ctx, tmp_path):
    at = ["2026-03-02T01:00:00Z", "2026-03-02T01:00:32Z", "2026-03-02T01:00:34Z"]
    names = ["z.m4a", "b.m4a", "a.m4a"]
    for name, moment in zip(names, at, strict=True):
        encode(tmp_path / name, "aac", "ipod", seconds=2.0 + names.index(name) / 10, tags={"creation_time": moment})
    done = run(ctx, "m1", *(tmp_path / name for name in sorted(names)), "--json")
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert [each["file"] for each in said["recordings"]] == names
    assert said["recordings"][1]["gap_before"] == pytest.approx(30, abs=0.2)
    assert said["recordings"][2]["gap_before"] == 0
    assert "0:00:30" in done.stderr
    (told,) = ctx.published
    assert (told.kind, told.meeting) == ("x.audio.parts", "m1")
    assert told.data["ordered_by"] == "metadata"
    assert [each["gap_before"] for each in told.data["parts"]] == [each["gap_before"] for each in said["recordings"]]


def test_parts_without_a_time_say_that_the_gap_is_not_known(ctx, tmp_path):
    for number in (2, 10):
        wav(tmp_path / f"R{number}.wav", 0.2, seed=number)
    done = run(ctx, "m1", tmp_path / "R10.wav", tmp_path / "R2.wav", "--json")
    said = json.loads(done.stdout)
    assert [each["file"] for each in said["recordings"]] == ["R2.wav", "R10.wav"]
    assert [each["gap_before"] for each in said["recordings"]] == [0, None]
    assert said["ordered_by"] == "name"


def test_the_same_file_twice_is_refused_whatever_its_name_unless_it_is_asked_for(ctx, tmp_path):
    wav(tmp_path / "a.wav", 0.2)
    assert run(ctx, "m1", tmp_path / "a.wav").exit_code == 0
    (tmp_path / "a.wav").rename(tmp_path / "b.wav")
    twice = run(ctx, "m1", tmp_path / "b.wav")
    assert isinstance(twice.exception, Refused)
    assert "a.wav" in str(twice.exception)
    assert "--again" in str(twice.exception)
    assert run(ctx, "m1", tmp_path / "b.wav", "--again").exit_code == 0
    assert len(ctx.services.recordings("m1")) == 2


def test_where_the_second_of_two_is_refused_the_first_is_in_and_told_of(ctx, tmp_path, monkeypatch):
    for number in (1, 2):
        wav(tmp_path / f"{number}.wav", 0.2, seed=number)
    real = Services.import_recording

    def full(services, meeting_id, path, **facts):
        if path.name == "2.wav":
            raise BadInput("the disk does not hold it")
        return real(services, meeting_id, path, **facts)

    monkeypatch.setattr(Services, "import_recording", full)
    done = run(ctx, "m1", tmp_path / "1.wav", tmp_path / "2.wav")
    assert isinstance(done.exception, BadInput)
    (told,) = ctx.published
    assert [each["file"] for each in told.data["parts"]] == ["1.wav"]
    assert not ctx.store("m1").get(f"import.{hashlib.sha256((tmp_path / '2.wav').read_bytes()).hexdigest()}")


def test_an_import_that_was_broken_off_is_told_as_such(ctx, tmp_path, monkeypatch):
    wav(tmp_path / "a.wav", 0.2)

    def broken_off(*_args, **_facts):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Services, "import_recording", broken_off)
        assert run(ctx, "m1", tmp_path / "a.wav").exit_code == 130
    refused = str(run(ctx, "m1", tmp_path / "a.wav").exception)
    assert "broken off" in refused or "中断" in refused
    assert run(ctx, "m1", tmp_path / "a.wav", "--again").exit_code == 0


def test_two_files_that_are_the_same_are_refused(ctx, tmp_path):
    wav(tmp_path / "a.wav", 0.2)
    (tmp_path / "b.wav").write_bytes((tmp_path / "a.wav").read_bytes())
    assert isinstance(run(ctx, "m1", tmp_path / "a.wav", tmp_path / "b.wav").exception, BadInput)


def test_where_one_is_no_audio_nothing_is_imported(ctx, tmp_path):
    wav(tmp_path / "a.wav", 0.2)
    (tmp_path / "b.wav").write_text("dear all, " * 500)
    refused = run(ctx, "m1", tmp_path / "a.wav", tmp_path / "b.wav")
    assert isinstance(refused.exception, BadInput)
    assert "b.wav" in str(refused.exception)
    assert not ctx.services.recordings("m1")
    assert run(ctx, "m1", tmp_path / "a.wav").exit_code == 0  # and it does not count as imported


@pytest.mark.parametrize("names", [["gone.wav"], []])
def test_what_is_not_there_is_refused(ctx, tmp_path, names):
    done = run(ctx, "m1", *(tmp_path / name for name in names))
    assert done.exit_code != 0
    assert not ctx.services.recordings("m1")


def test_a_meeting_that_is_not_there(ctx, tmp_path):
    wav(tmp_path / "a.wav", 0.2)
    assert isinstance(run(ctx, "m9", tmp_path / "a.wav").exception, NotFound)


def test_damage_in_the_middle_costs_that_and_is_a_gap_at_its_place(ctx, tmp_path):
    path = encode(tmp_path / "x.flac", "flac", "flac", seconds=6)
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + len(data) // 12] = bytes(len(data) // 12)
    path.write_bytes(data)
    done = run(ctx, "m1", path, "--json")
    assert done.exit_code == 1, done.output
    (one,) = json.loads(done.stdout)["recordings"]
    (gap,) = one["gaps"]
    assert gap["reason"] == "damaged"
    assert gap["first_frame"] / 48_000 == pytest.approx(3, abs=0.4)
    assert one["frames"] + gap["frames"] == pytest.approx(6 * 48_000, abs=4_800)
    assert gap["frames"] > 10_000
    assert one["problem"] == ""
    assert AudioRecorder(folder(ctx)).verify().ok


def test_a_file_that_breaks_off_is_kept_up_to_there_and_is_a_finding(ctx, tmp_path):
    path = encode(tmp_path / "x.mp3", "libmp3lame", "mp3", seconds=6)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    done = run(ctx, "m1", path, "--json")
    assert done.exit_code == 1, done.output
    (one,) = json.loads(done.stdout)["recordings"]
    assert one["frames"] / 48_000 == pytest.approx(3, abs=0.3)
    assert one["problem"]
    assert isinstance(run(ctx, "m1", path).exception, Refused)  # it is in, as far as it goes


def test_a_wav_that_lost_its_end_is_kept_and_told(ctx, tmp_path):
    wav(tmp_path / "x.wav", 1.0)
    (tmp_path / "x.wav").write_bytes((tmp_path / "x.wav").read_bytes()[:-96_000])
    done = run(ctx, "m1", tmp_path / "x.wav", "--json")
    assert done.exit_code == 1
    assert "%" in json.loads(done.stdout)["recordings"][0]["problem"]
