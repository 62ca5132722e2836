"""The system's clock is stepped while a meeting is recorded. Frames are counted, so nothing may change."""

from itertools import pairwise

import numpy as np
import pytest
from roomctl_audio.journal import journal
from roomctl_audio.journal.file import load

from roomctl.api import Order, RecorderState
from tests.plugins.audio.faults import order
from tests.plugins.audio.house import interpose
from tests.plugins.audio.sound import RATE, expected, numbers, sound
from tests.plugins.audio.soundserver import runs, sound_server
from tests.waiting import until

HOUR = 3600.0


@pytest.fixture
def clock(tmp_path, monkeypatch):
    """Sets the system's clock wrong by so many seconds, for the processes of a recording."""
    file = tmp_path / "clock"
    file.write_text("0")
    interpose(monkeypatch, CLOCK=str(file))
    return lambda seconds: file.write_text(str(seconds))


def stepped(recorder, clock):
    """A recording whose clock goes an hour ahead, then two back, with a part begun in each."""
    recorder.start()
    for seconds in (0.0, HOUR, -HOUR):
        clock(seconds)
        had = begun(recorder)
        until(lambda had=had: begun(recorder) >= had + 2)
    assert recorder.status().state is RecorderState.RECORDING
    assert recorder.status().alarms == ()
    return recorder.stop()


def begun(recorder):
    """Parts; the sealing of those from before the step may still be going on."""
    return len(list(journal.of_kind(load(recorder.folder).rows, "part")))


def held(recorder, report):
    """Whatever the clock said, frame numbers and the monotonic clock go on, and nothing counts as lost."""
    assert (report.gaps, report.dropped, report.problems) == ((), 0, ())
    rows = list(journal.of_kind(load(recorder.folder).rows, "part"))
    assert all(a["first_frame"] < b["first_frame"] and a["monotonic"] < b["monotonic"] for a, b in pairwise(rows))
    jumps = [(b["utc"][:13], a["utc"][:13]) for a, b in pairwise(rows) if a["utc"][:13] != b["utc"][:13]]
    assert len(jumps) >= 2, "the clock was stepped, or this tests nothing"
    verified = recorder.verify()
    assert verified.ok, verified.problems


def test_a_step_of_the_clock_changes_no_frame_of_a_tone(record, clock):
    recorder = record()
    recorder.arm(order(segment_seconds=0.3))
    report = stepped(recorder, clock)
    held(recorder, report)
    assert np.array_equal(sound(recorder.folder, report), expected(report.frames)[:, 0])


@pytest.mark.needs("portaudio", "pulseaudio")
def test_a_step_of_the_clock_changes_no_frame_of_a_device(record, clock, tmp_path):
    with sound_server(tmp_path / "run") as server:
        server.play_numbers()
        recorder = record()
        recorder.arm(Order(source="mic:pulse", channels=((1, "主席"),), segment_seconds=0.5, planned_seconds=60.0))
        report = stepped(recorder, clock)
    held(recorder, report)
    found = runs(numbers(sound(recorder.folder, report)))
    assert sum(length for _, _, length in found) > report.frames - RATE // 2  # the player had begun a little late
    assert all(b[1] - a[1] == b[0] - a[0] for a, b in pairwise(found))
