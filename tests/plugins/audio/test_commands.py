import io
import json
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
import typer
from rich.console import Console
from roomctl_audio import commands
from roomctl_audio.commands import build
from roomctl_audio.config import AudioConfig
from roomctl_audio.recorder import AudioRecorder
from typer.testing import CliRunner

from tests.plugins.audio.faults import capture, order, until

SCRIPT = """
import sys, typer
from roomctl_audio import commands
from roomctl_audio.commands import build
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


def test_export_by_the_command(app, tmp_path, noise):
    path, _ = noise(2, 24, 9_600)
    run(app, "record", "--source", f"file:{path}", "--dir", tmp_path / "r")
    exported = run(app, "recording", "export", tmp_path / "r", "--output", tmp_path / "x.flac", "--track", 2)
    assert exported.exit_code == 0
    assert (tmp_path / "x.flac").stat().st_size > 0


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
    armed = recorder.arm(order(planned_seconds=1.0))
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
