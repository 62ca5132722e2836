"""A disk that is full keeps what is there, and the recording goes on when there is room again."""

import shutil
import subprocess
import sys
from contextlib import suppress

import numpy as np
import pytest
from roomctl_audio import control
from roomctl_audio.capture import capacity
from roomctl_audio.recorder import AudioRecorder
from roomctl_audio.sound.layout import Layout

from roomctl.api import AlarmKind, RecorderState, RoomctlError
from tests.plugins.audio.faults import capture, expected, order, sound
from tests.waiting import until


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
    until(lambda: recorder.status().problem == "")  # told until the next try has sealed what waited
    report = recorder.stop()
    assert (report.gaps, report.recovered) == ((), 0)
    assert np.array_equal(sound(recorder.folder, report, 2), expected(report.frames)[:, 1])
    assert recorder.verify().ok


def test_what_a_full_disk_could_not_seal_is_sealed_in_the_end_and_what_it_never_took_is_declared(disk):
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
    assert {gap.reason for gap in report.gaps} <= {"disk"}
    assert report.dropped < 48_000
    assert np.array_equal(sound(recorder.folder, report, 2), expected(report.frames)[:, 1])
    assert recorder.verify().ok


def gone(folder):
    """Whether it could be deleted: while capture writes, a file may come between."""
    shutil.rmtree(folder, ignore_errors=True)
    return not folder.exists()


def test_a_folder_that_is_deleted_is_made_again_and_costs_only_what_was_sealed_in_it(record):
    recorder = record()
    recorder.arm(order(segment_seconds=60))
    recorder.start()
    until(lambda: recorder.status().frames > 20_000)
    until(lambda: gone(recorder.folder))
    until(lambda: AlarmKind.FOLDER in {alarm.kind for alarm in recorder.status().alarms})
    until(lambda: recorder.status().problem == "")
    kept = recorder.status().frames
    assert AudioRecorder(recorder.folder).status().state is RecorderState.RECORDING  # its card is there again
    until(lambda: recorder.status().frames > kept + 10_000)
    report = recorder.stop()
    assert (report.gaps, report.problems, report.dropped) == ((), (), 0)
    assert np.array_equal(sound(recorder.folder, report), expected(report.frames)[:, 0])
    assert recorder.verify().ok


def test_room_for_a_clean_end_is_held_back_while_it_records(record):
    recorder = record()
    recorder.arm(order(segment_seconds=0.4, planned_seconds=5.0))
    assert not (recorder.folder / capacity.RESERVE).exists()
    recorder.start()
    layout = Layout(2, 24, 48_000)
    size = (recorder.folder / capacity.RESERVE).stat().st_size
    assert size == capacity.reserve_bytes(5.0, layout, 0.4) > 0.4 * layout.second
    recorder.stop()
    assert not (recorder.folder / capacity.RESERVE).exists()


def test_the_plan_must_fit_twice_where_the_package_needs_a_copy():
    layout = Layout(8, 24, 48_000)
    once, twice = (capacity.needed(3600, layout, 60, copies=copies) for copies in (1, 2))
    assert twice - once == 3600 * layout.second
    assert once > (3600 + 3 * 60) * layout.second


def test_what_is_not_for_sound_is_a_twentieth_of_a_small_disk():
    assert capacity.margin(20_000_000) == 1_000_000
    assert capacity.margin(10**12) == capacity.MARGIN_BYTES


def test_probing_for_hard_links_leaves_nothing_behind(tmp_path):
    assert capacity.copies(tmp_path) in {1, 2}
    assert list(tmp_path.iterdir()) == []
