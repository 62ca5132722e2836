"""A child of capture dies over everything it is asked, or hangs: the recording goes on, and nothing of it is lost."""

import json
import os
import signal
from contextlib import suppress

import numpy as np
import psutil
import pytest
from roomctl_audio.capture.machine import UNSEALED_SECONDS
from roomctl_audio.sealing import finishing
from roomctl_audio.watch import watching

from roomctl.api import AlarmKind, Order, RecorderState
from tests.plugins.audio.faults import capture, order
from tests.plugins.audio.house import command, interpose, kill
from tests.plugins.audio.sound import TRACKS, expected, sound
from tests.waiting import until


def child(recorder, module):
    found = [one for one in capture(recorder.folder).children() if module in command(one)]
    return found[0] if found else None


def alarms(recorder):
    return {alarm.kind for alarm in recorder.status().alarms}


def whole(recorder, report):
    assert (report.gaps, report.problems) == ((), ())
    for track in range(1, TRACKS + 1):
        assert np.array_equal(sound(recorder.folder, report, track), expected(report.frames)[:, track - 1])
    assert recorder.verify().ok


@pytest.fixture
def ill(record, tmp_path, monkeypatch):
    """A recording whose finisher dies over each request, until `cure` is called."""
    disease = tmp_path / "disease"
    disease.touch()
    recorder = record()
    told = {"module": "roomctl_audio.sealing.finisher", "folder": str(recorder.folder), "at": 1, "only": str(disease)}
    interpose(monkeypatch, FAULT=json.dumps(told))
    recorder.arm(order(segment_seconds=1.0, planned_seconds=600.0))  # longer than any test waits
    recorder.start()
    recorder.cure = disease.unlink
    until(lambda: recorder.status().problem != "")
    return recorder


def test_a_finisher_that_dies_each_time_is_told_and_the_sound_goes_on_into_parts(ill):
    told = ill.status()
    assert told.state is RecorderState.RECORDING
    assert "\n" not in told.problem
    until(lambda: ill.status().frames > told.frames + 50_000)
    assert ill.status().segments == 0
    assert len(list(ill.folder.glob("*.part"))) > 1
    ill.cure()
    until(lambda: ill.status().segments > 0)
    until(lambda: ill.status().problem == "")
    report = ill.stop()
    assert report.frames > told.frames + 50_000
    whole(ill, report)


def test_stopped_with_a_finisher_that_dies_each_time_the_parts_stay_and_recovery_seals_them(ill):
    frames = ill.status().frames
    report = ill.stop()
    assert not report.ok  # of each part that is not sealed it is said so
    assert all("\n" not in problem.what for problem in report.problems)
    assert list(ill.folder.glob("*.part"))
    ill.cure()
    report = ill.recover()
    assert report.frames >= frames
    whole(ill, report)


@pytest.mark.long
@pytest.mark.timeout(400)
def test_parts_that_wait_too_long_raise_an_alarm(ill):
    until(lambda: AlarmKind.UNSEALED in alarms(ill), UNSEALED_SECONDS + 60)
    ill.cure()
    until(lambda: AlarmKind.UNSEALED not in alarms(ill))
    whole(ill, ill.stop())


@pytest.fixture
def watched(record):
    recorder = record()
    recorder.arm(order(segment_seconds=0.3))
    recorder.start()
    until(lambda: child(recorder, "roomctl_audio.watch.watcher"))
    until(lambda: recorder.status().segments > 0)
    return recorder


def test_a_watch_that_hangs_costs_nothing_and_holds_up_no_end(watched):
    watch = child(watched, "roomctl_audio.watch.watcher")
    os.kill(watch.pid, signal.SIGSTOP)
    frames = watched.status().frames
    until(lambda: watched.status().frames > frames + 20_000)
    report = watched.stop()
    whole(watched, report)
    until(lambda: not watch.is_running() or watch.status() == psutil.STATUS_ZOMBIE)


@pytest.mark.long
def test_a_watch_that_hangs_is_replaced(watched):
    watch = child(watched, "roomctl_audio.watch.watcher")
    os.kill(watch.pid, signal.SIGSTOP)
    until(
        lambda: (now := child(watched, "roomctl_audio.watch.watcher")) and now.pid != watch.pid,
        watching.SILENT_SECONDS + 30,
    )
    whole(watched, watched.stop())


def test_a_watch_that_is_killed_again_and_again_costs_nothing(watched):
    for _ in range(3):
        until(lambda: child(watched, "roomctl_audio.watch.watcher"))
        with suppress(psutil.Error):
            kill(child(watched, "roomctl_audio.watch.watcher"))
    whole(watched, watched.stop())


def test_a_finisher_that_hangs_holds_up_no_sound(record):
    recorder = record()
    recorder.arm(order(segment_seconds=0.5))
    recorder.start()
    until(lambda: recorder.status().segments > 0)
    finisher = child(recorder, "roomctl_audio.sealing.finisher")
    os.kill(finisher.pid, signal.SIGSTOP)
    try:
        frames = recorder.status().frames
        until(lambda: recorder.status().frames > frames + 30_000)
    finally:
        os.kill(finisher.pid, signal.SIGCONT)
    whole(recorder, recorder.stop())


def test_a_finisher_that_hangs_is_killed_and_asked_again(tmp_path, monkeypatch):
    monkeypatch.setattr(finishing, "PATIENCE_SECONDS", 5.0)
    (tmp_path / "0001.part").write_bytes(bytes(300))
    with finishing.Finisher(tmp_path) as finisher:
        finisher.start()
        os.kill(finisher.pid, signal.SIGSTOP)
        said = finisher.ask({"do": "seal", "part": "0001.part", "seq": 1, "tracks": 1, "bits": 24, "rate": 48_000})
    assert said["frames"] == 100


def test_a_reader_of_a_file_that_is_killed_costs_no_frame(record, noise):
    frames = 20 * 48_000  # twice of what is read ahead
    path, samples = noise(1, 24, frames)
    recorder = record()
    recorder.arm(Order(source=f"file:{path}", segment_seconds=5.0, planned_seconds=20.0))
    kill(child(recorder, "roomctl_audio.sources.reader"))
    recorder.start()
    until(lambda: recorder.status().state is RecorderState.SEALED)
    report = recorder.report()
    assert (report.frames, report.gaps, recorder.status().problem) == (frames, (), "")
    assert np.array_equal(sound(recorder.folder, report), samples[:, 0])
