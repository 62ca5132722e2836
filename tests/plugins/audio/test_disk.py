"""A disk that is full keeps what is there, and the recording goes on when there is room again."""

import shutil
import subprocess
import sys
from contextlib import suppress

import numpy as np
import pytest
from roomctl_audio import control
from roomctl_audio.recorder import AudioRecorder

from roomctl.api import RecorderState, RoomctlError
from tests.plugins.audio.faults import capture, expected, order, sound, until


@pytest.fixture
def disk(tmp_path):
    """80 MB of a file system of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    argv = [mount or "mount", "-t", "tmpfs", "-o", "size=80m", "tmpfs", str(folder)]
    if sys.platform != "linux" or not mount or subprocess.run(argv, capture_output=True, check=False).returncode:
        pytest.skip("no small disk can be mounted here")
    yield folder
    card = control.read_card(folder / "rec")
    if card and card.alive:
        capture(folder / "rec").kill()
    subprocess.run([shutil.which("umount") or "umount", "--lazy", str(folder)], check=True)


def test_a_full_disk_loses_nothing_of_what_can_wait(disk):
    recorder = AudioRecorder(disk / "rec")
    recorder.arm(order(planned_seconds=3.0))
    ballast = disk / "ballast"
    ballast.write_bytes(bytes(shutil.disk_usage(disk).free - 300_000))
    recorder.start()
    until(lambda: recorder.status().problem != "")
    full = recorder.status()
    assert full.state is RecorderState.RECORDING
    ballast.unlink()
    until(lambda: recorder.status().frames > full.frames + 20_000)
    assert recorder.status().problem == ""
    report = recorder.stop()
    assert (report.gaps, report.recovered) == ((), 0)
    assert np.array_equal(sound(recorder.folder, report, 2), expected(report.frames)[:, 1])
    assert recorder.verify().ok


def test_what_a_full_disk_could_not_seal_is_sealed_by_the_recovery_without_a_loss(disk):
    recorder = AudioRecorder(disk / "rec")
    recorder.arm(order(planned_seconds=3.0))
    ballast = disk / "ballast"
    ballast.write_bytes(bytes(shutil.disk_usage(disk).free - 300_000))
    recorder.start()
    until(lambda: recorder.status().problem != "")
    frames = recorder.status().frames
    with suppress(RoomctlError):  # not even the recovery's own row may find room
        recorder.stop()
    ballast.unlink()
    report = recorder.recover()
    assert report.ok
    assert report.frames >= frames
    assert report.dropped == 0
    assert np.array_equal(sound(recorder.folder, report, 2), expected(report.frames)[:, 1])
    assert recorder.verify().ok
