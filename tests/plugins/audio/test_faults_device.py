"""A real sound device that goes away, falls silent, or whose reader dies; the numbers say what is missing."""

import os
import signal
import time
from contextlib import suppress
from itertools import pairwise

import pytest

from roomctl.api import AlarmKind, Order, RecorderState
from tests.plugins.audio.faults import capture
from tests.plugins.audio.house import command, kill
from tests.plugins.audio.sound import RATE, numbers, sound
from tests.plugins.audio.soundserver import runs, sound_server
from tests.waiting import until

pytestmark = pytest.mark.needs("portaudio", "pulseaudio")

LUMPS = RATE // 2
"""Frames by which a gap may be off: a sound server delivers in lumps of up to half a second."""


@pytest.fixture
def server(tmp_path):
    with sound_server(tmp_path / "run") as made:
        yield made


@pytest.fixture
def recorder(server, record):
    """A second of the numbered tone is recorded from the device `pulse`, and more to come."""
    made = record()
    server.play_numbers()
    made.arm(Order(source="mic:pulse", channels=((1, "主席"),), segment_seconds=1.0, planned_seconds=60.0))
    made.start()
    until(lambda: made.status().frames > RATE)
    return made


def alarms(recorder):
    return {alarm.kind for alarm in recorder.status().alarms}


def others(recorder):
    """The children of capture that are neither finisher nor watch."""
    known = ("roomctl_audio.sealing.finisher", "roomctl_audio.watch.watcher")
    return [
        one for one in capture(recorder.folder).children() if (line := command(one)) and not set(known) & set(line)
    ]


def jumps(recorder, report):
    """(frame of the recording, frames that are missing there) by the numbers."""
    found = runs(numbers(sound(recorder.folder, report)))
    return [
        (after[0], after[1] - (before[1] + before[2]) - (after[0] - (before[0] + before[2])))
        for before, after in pairwise(found)
    ]


def declared(report):
    return sum(gap.frames for gap in report.gaps)


def test_a_device_that_is_pulled_out_and_put_back_leaves_a_gap_of_its_length(recorder, server):
    server.unplug()
    until(lambda: AlarmKind.DEVICE in alarms(recorder), 8)
    told = recorder.status()
    assert told.state is RecorderState.RECORDING
    (alarm,) = [one for one in told.alarms if one.kind is AlarmKind.DEVICE]
    assert alarm.severe
    assert "\n" not in alarm.what()
    assert "room.monitor" in told.problem
    server.plug()
    server.play_numbers()
    until(lambda: AlarmKind.DEVICE not in alarms(recorder))
    until(lambda: recorder.status().frames > told.frames + RATE)
    assert recorder.status().problem == ""
    report = recorder.stop()
    assert {gap.reason for gap in report.gaps} == {"device"}
    gap = report.gaps[0]
    assert [s.gap_before for s in report.segments if s.first_frame == gap.first_frame] == [gap.frames]
    assert [turn.on for turn in report.alarms if turn.alarm.kind is AlarmKind.DEVICE] == [True, False]
    assert abs(declared(report) - sum(missing for _, missing in jumps(recorder, report))) < 2 * LUMPS
    assert recorder.verify().ok


def test_a_source_child_that_is_killed_costs_a_gap_that_is_declared(recorder):
    (child,) = others(recorder)
    before = recorder.status().frames
    kill(child)
    until(lambda: others(recorder) and others(recorder)[0].pid != child.pid)
    until(lambda: recorder.status().frames > before + 2 * RATE)
    assert recorder.status().state is RecorderState.RECORDING
    report = recorder.stop()
    missing = sum(frames for _, frames in jumps(recorder, report))
    assert report.gaps
    assert abs(declared(report) - missing) < LUMPS
    assert recorder.verify().ok


def test_an_input_of_zeros_is_told_within_seconds_and_ends_with_sound(server, record):
    recorder = record()
    recorder.arm(Order(source="mic:pulse", channels=((1, "主席"),), planned_seconds=60.0))
    recorder.start()
    until(lambda: AlarmKind.ZEROS in alarms(recorder), 10)
    (alarm,) = [one for one in recorder.status().alarms if one.kind is AlarmKind.ZEROS]
    assert (alarm.track, alarm.severe) == (1, True)
    server.play_numbers()
    until(lambda: AlarmKind.ZEROS not in alarms(recorder), 10)
    report = recorder.stop()
    assert report.dropped == 0
    assert recorder.verify().ok


@pytest.mark.parametrize("seconds", [3.0, pytest.param(10.0, marks=pytest.mark.long)])
def test_what_a_machine_that_sleeps_misses_is_what_the_numbers_say(recorder, seconds):
    process = capture(recorder.folder)
    asleep = [process, *process.children(recursive=True)]
    _signal(asleep, signal.SIGSTOP)
    time.sleep(seconds)  # the sleep itself is the fault
    _signal(asleep, signal.SIGCONT)
    frames = recorder.status().frames
    until(lambda: recorder.status().frames > frames + 3 * RATE)
    assert recorder.status().state is RecorderState.RECORDING
    report = recorder.stop()
    missing = sum(frames for _, frames in jumps(recorder, report))
    assert abs(declared(report) - missing) < LUMPS
    assert recorder.verify().ok


def _signal(processes, number):
    for process in processes:
        with suppress(ProcessLookupError):
            os.kill(process.pid, number)
