"""Two at once on one folder: to arm it, to recover it, to recover it while somebody arms."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from roomctl_audio import control
from roomctl_audio.recorder import AudioRecorder

from roomctl.api import RecorderState, RoomctlError
from tests.plugins.audio.conftest import working_in
from tests.plugins.audio.faults import capture, order
from tests.plugins.audio.house import kill
from tests.plugins.audio.sound import expected, sound
from tests.waiting import until

ARM = """
import sys
from pathlib import Path
from roomctl.api import RoomctlError
from roomctl_audio.recorder import AudioRecorder
from tests.plugins.audio.faults import order
sys.stdin.readline()
try:
    AudioRecorder(Path(sys.argv[1])).arm(order())
except RoomctlError as error:
    sys.exit(str(error))
"""
RECOVER = """
import sys
from pathlib import Path
from roomctl_audio.recorder import AudioRecorder
recorder = AudioRecorder(Path(sys.argv[1]))
sys.stdin.readline()
print(recorder.recover().ok)
"""


def at_once(script, folder, count=2):
    """(exit code, what was said) of so many processes that do the same at the same moment."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    racers = [subprocess.Popen([sys.executable, "-c", script, str(folder)], **pipes) for _ in range(count)]
    for racer in racers:
        racer.stdin.write("\n")
    with ThreadPoolExecutor(count) as pool:
        said = list(pool.map(lambda racer: racer.communicate(timeout=60), racers))
    return [(racer.returncode, "".join(texts).strip()) for racer, texts in zip(racers, said, strict=True)]


def test_of_two_that_arm_one_folder_one_is_refused_in_one_line(record):
    recorder = record()
    (won, _), (lost, why) = sorted(at_once(ARM, recorder.folder))
    assert (won, lost) == (0, 1)
    assert "\n" not in why
    assert str(recorder.folder) in why
    assert recorder.status().state is RecorderState.ARMED
    captures = [line for line in working_in(recorder.folder) if "roomctl_audio.capture" in line]
    assert len(captures) == 1
    recorder.start()
    until(lambda: recorder.status().frames > 10_000)
    report = recorder.stop()
    assert np.array_equal(sound(recorder.folder, report), expected(report.frames)[:, 0])
    assert recorder.verify().ok


@pytest.fixture
def crashed(record):
    """A recording whose capture was killed in its second part."""
    recorder = record()
    recorder.arm(order())
    recorder.start()
    until(lambda: recorder.status().frames > 25_000)
    kill(capture(recorder.folder))
    until(lambda: not working_in(recorder.folder))
    return recorder


def test_two_recoveries_at_once_are_one(crashed):
    said = at_once(RECOVER, crashed.folder, 3)
    assert [text for _, text in said] == ["True"] * 3
    assert crashed.verify().ok
    report = crashed.report()
    assert report.frames > 25_000
    assert np.array_equal(sound(crashed.folder, report), expected(report.frames)[:, 0])


def test_a_folder_that_holds_a_crashed_recording_cannot_be_armed_before_or_after_recovery(crashed):
    for _ in range(2):
        with pytest.raises(RoomctlError, match=str(crashed.folder)):
            AudioRecorder(crashed.folder).arm(order())
        crashed.recover()
    assert control.read_card(crashed.folder) is None
    assert crashed.verify().ok
