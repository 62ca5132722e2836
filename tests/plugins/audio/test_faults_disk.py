"""The disk fills up, cannot be written to, or is taken away while a meeting is recorded."""

from contextlib import suppress

import numpy as np
import pytest
from roomctl_audio.recorder import AudioRecorder

from roomctl.api import AlarmKind, RecorderState, RoomctlError
from tests.plugins.audio.faults import order
from tests.plugins.audio.sound import RATE, TRACKS, expected, sound
from tests.waiting import until


@pytest.fixture
def recorder(small_disk):
    """Recording onto a disk that is about to become too small."""
    made = AudioRecorder(small_disk.folder / "rec")
    made.arm(order(planned_seconds=30.0))
    made.start()
    until(lambda: made.status().frames > 10_000)
    return made


def alarms(recorder):
    return {alarm.kind for alarm in recorder.status().alarms}


def whole(recorder, report):
    return all(
        np.array_equal(sound(recorder.folder, report, track), expected(report.frames)[:, track - 1])
        for track in range(1, TRACKS + 1)
    )


def one_line(text):
    return bool(text) and "\n" not in text


def test_a_full_disk_raises_an_alarm_and_all_goes_on_when_there_is_room(recorder, small_disk):
    small_disk.resize(20)
    small_disk.fill()
    until(lambda: AlarmKind.DISK_FULL in alarms(recorder))
    full = recorder.status()
    assert full.state is RecorderState.RECORDING
    assert one_line(full.problem)
    small_disk.empty()
    until(lambda: recorder.status().frames > full.frames + 10_000)
    until(lambda: AlarmKind.DISK_FULL not in alarms(recorder))
    assert recorder.status().problem == ""
    report = recorder.stop()
    assert (report.gaps, report.recovered, report.problems) == ((), 0, ())
    assert whole(recorder, report)
    assert recorder.verify().ok


def test_stopped_on_a_full_disk_all_up_to_there_is_kept(recorder, small_disk):
    small_disk.resize(20)
    small_disk.fill()
    until(lambda: recorder.status().problem != "")
    frames = recorder.status().frames
    with suppress(RoomctlError):  # one line, where the end itself finds no room
        recorder.stop()
    small_disk.empty()
    report = recorder.recover()
    assert report.ok
    assert report.frames >= frames
    assert {gap.reason for gap in report.gaps} <= {"disk"}  # of what was heard, and the disk never took
    assert report.dropped < RATE
    assert whole(recorder, report)
    assert recorder.verify().ok


def test_a_disk_that_is_full_before_the_start_is_refused_with_the_numbers(small_disk):
    small_disk.resize(20)
    with pytest.raises(RoomctlError, match="MB") as refused:
        AudioRecorder(small_disk.folder / "rec").arm(order(planned_seconds=3600.0))
    assert one_line(str(refused.value))
    assert list(small_disk.folder.iterdir()) == []


def test_a_folder_that_cannot_be_written_to_any_more_is_told_and_loses_nothing(recorder, small_disk):
    small_disk.protect()
    until(lambda: recorder.status().problem != "")
    told = recorder.status()
    assert one_line(told.problem)
    small_disk.release()
    with suppress(RoomctlError):
        recorder.stop()
    report = recorder.recover()
    assert report.ok
    assert report.frames >= told.frames
    assert whole(recorder, report)
    assert recorder.verify().ok


def test_a_folder_that_vanished_is_told_and_what_it_holds_is_whole(recorder, small_disk):
    elsewhere = recorder.folder.rename(small_disk.folder / "moved")
    until(lambda: recorder.status().problem != "")
    told = recorder.status()
    assert one_line(told.problem)
    assert told.state is not RecorderState.SEALED
    elsewhere.rename(recorder.folder)
    with suppress(RoomctlError):
        recorder.stop()
    report = recorder.recover()
    assert report.ok
    assert report.frames > 10_000
    assert whole(recorder, report)
    assert recorder.verify().ok
