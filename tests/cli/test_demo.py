"""The first command of the README, as a stranger runs it."""

import json
import subprocess
import sys

import numpy as np
import pytest
import soundfile

from tests.waiting import until

needs_engine = pytest.mark.needs("model:faster-whisper-base", "python:faster_whisper")

STAGES = ["会议方案", "设备检查", "签到", "录音", "转写", "会议记录", "散会、签字", "打包、送存、读回"]


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """One whole demo: its JSON, its words, its work dir."""
    folder = tmp_path_factory.mktemp("demo")
    run = subprocess.run(
        [sys.executable, "-m", "roomctl", "--lang", "zh", "demo", "--workdir", "w", "--json"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout), run.stderr, folder / "w"


@needs_engine
def test_a_meeting_goes_down_the_whole_chain(told):
    result, _, folder = told
    assert result["state"] == "archived"
    assert result["checks"]["crit"] == 0
    assert result["checks"]["ok"] >= 5
    assert result["recording"]["frames"] == pytest.approx(57.7 * 48_000, rel=0.01)
    assert (result["recording"]["dropped"], result["recording"]["gaps"]) == (0, [])
    assert result["transcript"]["engine"] == "whisper"
    assert (folder / result["transcript"]["path"]).read_text(encoding="utf-8")
    assert (folder / result["records"]["会议记录"]).stat().st_size > 5_000
    assert result["package"]["valid"]
    assert result["package"]["files"] > 8


@needs_engine
def test_who_was_there_adds_up(told):
    counts = told[0]["attendance"]
    assert counts == {
        "expected": 5, "present": 4, "late": 1, "left_early": 0, "proxy": 1, "leave": 0, "absent": 1, "observer": 1
    }  # fmt: skip


@needs_engine
def test_the_words_are_close_to_what_was_said(told):
    words = told[1]
    rate = float(words.partition("字错率 ")[2].partition("%")[0])
    assert rate < 12


@needs_engine
def test_the_transcript_names_the_right_people(told):
    result, _, folder = told
    text = (folder / result["transcript"]["path"]).read_text(encoding="utf-8")
    assert "李晓明" in text
    assert "王海燕" in text


@needs_engine
def test_every_stage_is_told_in_order(told):
    places = [told[1].index(f"✓ {stage}") for stage in STAGES]
    assert places == sorted(places)


@needs_engine
def test_the_package_verifies_without_the_database_and_the_log_is_whole(told, shell):
    result, _, folder = told
    assert shell("archive", "verify", folder / result["package"]["path"]).returncode == 0
    verified = shell("audit", "verify", "--json", ROOMCTL_DATA=str(folder))
    assert json.loads(verified.stdout)["ok"]


@needs_engine
def test_the_reference_validator_accepts_the_package(told):
    result, _, folder = told
    subprocess.run([sys.executable, "-m", "bagit", "--validate", folder / result["package"]["path"]], check=True)


@needs_engine
@pytest.mark.timeout(600)
def test_a_kill_after_any_stage_leaves_a_meeting_that_the_next_run_finishes(shell, demo_clip):
    rate = soundfile.info(demo_clip).samplerate
    sound, _ = soundfile.read(demo_clip, frames=20 * rate)  # a third of it goes down the chain as the whole does
    soundfile.write(shell.folder / "clip.wav", sound, rate)
    words = ("demo", "--audio", "clip.wav", "--workdir", "w")
    for stage in STAGES:
        told, done = shell.folder / f"{stage}.txt", f"✓ {stage}".encode()
        told.touch()
        run = shell.begin(*words, out=shell.folder / "out", err=told)
        until(lambda run=run, told=told, done=done: done in told.read_bytes() or run.exitcode is not None, 180)
        run.kill()
        run.join()
        assert done in told.read_bytes(), told.read_text()
    last = shell(*words, "--json")
    assert last.returncode == 0, last.stderr
    result = json.loads(last.stdout)
    assert result["state"] == "archived"
    assert result["recording"]["frames"] == pytest.approx(20 * 48_000, rel=0.01)
    assert result["package"]["valid"]
    listed = json.loads(shell("meetings", "list", "--json", ROOMCTL_DATA=str(shell.folder / "w")).stdout)
    assert len(listed["meetings"]) == 1


@needs_engine
def test_a_silent_source_is_refused_in_the_demos_own_words_and_nothing_stays_open(shell):
    soundfile.write(shell.folder / "silence.wav", np.zeros(48_000), 48_000)
    run = shell("demo", "--audio", "silence.wav", "--workdir", "w")
    assert run.returncode == 2
    assert "--audio 文件" in run.stderr.splitlines()[-1]
    assert "--overrule" not in run.stderr
    assert not list((shell.folder / "w").rglob("capture.json"))
