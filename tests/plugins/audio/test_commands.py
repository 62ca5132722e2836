import io
import json
import os
import shutil
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
import typer
from rich.console import Console
from roomctl_audio.cli import commands
from roomctl_audio.cli.commands import build
from roomctl_audio.cli.screen import bar
from roomctl_audio.config import AudioConfig
from roomctl_audio.recorder import AudioRecorder
from typer.testing import CliRunner

from roomctl.api import BadInput
from tests.plugins.audio.faults import capture, order
from tests.plugins.audio.made import Made, samples
from tests.waiting import until

SCRIPT = """
import sys, typer
from roomctl_audio.cli import commands
from roomctl_audio.cli.commands import build
app = typer.Typer()
app.command()(build(None)["record"])
app()
"""


@pytest.fixture
def app():
    made = typer.Typer()
    for name, command in build(AudioConfig(segment_seconds=0.25)).items():
        if isinstance(command, typer.Typer):
            made.add_typer(command, name=name)
        else:
            made.command(name)(command)
    return made


def run(app, *argv):
    return CliRunner().invoke(app, [str(arg) for arg in argv])


def test_record_then_verify_tell_the_same_recording_in_json(app, tmp_path, noise):
    path, _ = noise(2, 24, 30_000)
    folder = tmp_path / "rec"
    recorded = run(app, "record", "--source", f"file:{path}", "--dir", folder, "--json")
    assert recorded.exit_code == 0
    said = json.loads(recorded.stdout)
    assert said == {
        "dir": str(folder),
        "tracks": 2,
        "sample_rate": 48_000,
        "frames": 30_000,
        "dropped": 0,
        "gaps": [],
        "segments": 6,
    }
    verified = run(app, "recording", "verify", folder, "--json")
    assert verified.exit_code == 0
    assert json.loads(verified.stdout) == {**said, "ok": True, "recovered": 0, "problems": [], "drift_ppm": None}


def test_findings_are_exit_code_1(app, tmp_path):
    folder = tmp_path / "rec"
    run(app, "record", "--source", "tone", "--dir", folder, "--seconds", 0.2)
    (folder / "t01-0001.flac").unlink()
    verified = run(app, "recording", "verify", folder, "--json")
    assert verified.exit_code == 1
    assert json.loads(verified.stdout)["problems"][0]["file"] == "t01-0001.flac"
    assert run(app, "recording", "recover", folder).exit_code == 1


def test_seconds_are_kept_to_the_frame(app, tmp_path, noise):
    path, _ = noise(1, 16, 30_000)
    done = run(app, "record", "--source", f"file:{path}", "--dir", tmp_path / "r", "--seconds", 0.5, "--json")
    assert json.loads(done.stdout)["frames"] == 24_000


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A recording of two tracks, its second half off the record."""
    made = Made(tmp_path_factory.mktemp("made") / "rec")
    made.part(samples(4_800))
    made.mark("off_record")
    made.part(samples(4_800))
    return made.end()


def test_export_by_the_command(app, made, tmp_path):
    exported = run(app, "recording", "export", made, "--output", tmp_path / "x.flac", "--track", 2)
    assert exported.exit_code == 0
    assert "0.2 s" in exported.stderr or "0.2 秒" in exported.stderr
    assert (tmp_path / "x.flac").stat().st_size > 0


def test_export_tells_in_json_what_it_wrote_and_what_it_left_out(app, made, tmp_path):
    path = tmp_path / "x.opus"
    exported = run(app, "recording", "export", made, "--output", path, "--json")
    assert json.loads(exported.stdout) == {
        "path": str(path),
        "kind": "OPUS",
        "rate": 48_000,
        "channels": 1,
        "frames": 4_800,
        "bytes": path.stat().st_size,
        "whole": True,
        "left_out": 4_800,
        "drift_ppm": None,
    }
    assert "不入记录" in exported.stderr or "off the record" in exported.stderr
    whole = run(app, "recording", "export", made, "--output", tmp_path / "y.opus", "--with-off-record", "--json")
    assert json.loads(whole.stdout)["left_out"] == 0


def test_a_track_and_a_mix_exclude_each_other(app, made, tmp_path):
    refused = run(app, "recording", "export", made, "--output", tmp_path / "x.wav", "--track", 1, "--mix")
    assert isinstance(refused.exception, BadInput)


def test_a_damaged_journal_is_verified_recovered_and_stays_a_finding(app, made, tmp_path):
    folder = shutil.copytree(made, tmp_path / "rec")
    data = (folder / "journal.jsonl").read_bytes()
    (folder / "journal.jsonl").write_bytes(data.replace(b'"off_record"', b'"on_record!"'))
    assert run(app, "recording", "verify", folder).exit_code == 1
    recovered = run(app, "recording", "recover", folder, "--json")
    assert recovered.exit_code == 1
    assert json.loads(recovered.stdout)["frames"] == 9_600
    verified = run(app, "recording", "verify", folder)
    assert verified.exit_code == 1
    (line,) = [line for line in verified.stderr.splitlines() if line.startswith("journal.jsonl: ")]
    assert "damaged-1" in line


def test_verify_states_the_drift_where_it_is_known(app, tmp_path):
    made = Made(tmp_path / "rec")
    made.part(samples(4_800))
    made.journal.write("stop", frame=4_800, drift_ppm=-12.5)
    made.journal.write("sealed", frames=4_800, ended=False, problem="", recovered=False)
    verified = run(app, "recording", "verify", made.folder, "--json")
    assert json.loads(verified.stdout)["drift_ppm"] == -12.5
    assert "-12.5 ppm" in verified.stderr


def test_a_bar_shows_how_far_it_is_and_how_long_it_takes_and_only_on_a_terminal():
    screen, file = io.StringIO(), io.StringIO()
    with bar(Console(file=screen, force_terminal=True, width=100), "verifying") as at:
        for done in range(11):
            at(done, 10)
    assert "100%" in screen.getvalue()
    assert "0:00:0" in screen.getvalue()
    with bar(Console(file=file), "verifying") as at:
        at(1, 10)
    assert file.getvalue() == ""


def test_a_recording_whose_terminal_is_gone_is_stopped_by_another(app, tmp_path):
    recorder = AudioRecorder(tmp_path / "r")
    recorder.arm(order())
    recorder.start()
    until(lambda: recorder.status().frames > 0)
    stopped = run(app, "recording", "stop", tmp_path / "r", "--json")
    assert stopped.exit_code == 0
    assert json.loads(stopped.stdout)["frames"] == recorder.report().frames > 0


def test_on_a_terminal_one_sees_how_far_it_is_and_how_loud(record):
    recorder, screen = record(), io.StringIO()
    armed = recorder.arm(order(planned_seconds=4.0))
    recorder.start()
    commands._watch(recorder, armed, None, Console(file=screen, force_terminal=True, width=100))
    assert "%" in screen.getvalue()
    assert "-6.0 dBFS" in screen.getvalue()


def test_a_capture_that_dies_is_recovered_and_is_a_finding(app, tmp_path):
    folder = tmp_path / "r"
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(run, app, "record", "--source", "tone", "--dir", folder, "--seconds", 60, "--json")
        until(lambda: AudioRecorder(folder).status().frames > 2_000)
        capture(folder).kill()
        recorded = running.result(30)
    assert recorded.exit_code == 1
    said = json.loads(recorded.stdout)
    assert said["gaps"] == [{"first_frame": said["frames"], "frames": 0, "reason": "crash"}]


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to a child there")
def test_ctrl_c_is_a_normal_stop(tmp_path):
    folder = tmp_path / "rec"
    argv = [sys.executable, "-P", "-c", SCRIPT, "--source", "tone", "--dir", str(folder), "--json"]
    child = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    until(lambda: (folder / "0001.part").exists() and (folder / "0001.part").stat().st_size > 30_000)
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=30)
    assert child.returncode == 0, err.decode()
    assert json.loads(out)["frames"] > 9_000
    assert b"Traceback" not in err


def test_a_stop_is_raised_where_the_work_tells_how_far_it_is_and_the_second_one_at_once():
    with pytest.raises(KeyboardInterrupt), bar(Console(quiet=True), "x") as at:  # noqa: PT012 - the second signal too
        os.kill(os.getpid(), signal.SIGINT)  # nothing is raised in what a codec calls
        with pytest.raises(KeyboardInterrupt):
            at(1, 2)
        os.kill(os.getpid(), signal.SIGTERM)


def test_a_stop_after_the_last_step_ends_the_command_too():
    with pytest.raises(KeyboardInterrupt), bar(Console(quiet=True), "x"):
        os.kill(os.getpid(), signal.SIGINT)
