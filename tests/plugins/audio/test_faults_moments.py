"""Capture and finisher are killed just before each thing that they do to a file; what is on disk then recovers."""

import json
import re
from contextlib import suppress

import numpy as np
import pytest
import soundfile
from roomctl_audio import control
from roomctl_audio.journal import journal
from roomctl_audio.journal.file import load
from roomctl_audio.recorder import AudioRecorder
from roomctl_audio.sound.pcm import Layout

from roomctl.api import RecorderState, RoomctlError
from tests.plugins.audio.faults import order
from tests.plugins.audio.house import interpose
from tests.plugins.audio.sound import RATE, TRACKS, expected, sound
from tests.waiting import until

PART = 4_800
FRAMES = 3 * PART
CAPTURE, FINISHER = "roomctl_audio.capture", "roomctl_audio.sealing.finisher"


CALLS = {
    CAPTURE: [
        "link a", "open capture.json", "open journal.jsonl", "write journal.jsonl", "open N.part", "write N.part",
        "ftruncate N.part", "unlink N.part", "unlink capture.json",
    ],
    FINISHER: ["fsync tN-N.tmp", "replace tN-N.tmp", "unlink tN-N.tmp"],
}  # fmt: skip
"""Of each process, what changes the files of a recording, from its start to its end."""


def recorded(folder, monkeypatch, **fault):
    """A recording of three short parts, until it is sealed or its capture is dead."""
    with monkeypatch.context() as patch:
        interpose(patch, FAULT=json.dumps({"folder": str(folder), **fault}))
        recorder = AudioRecorder(folder)
        asked = order(realtime=False, segment_seconds=PART / RATE, planned_seconds=2.0, watch=False)
        try:
            recorder.arm(asked)
        except RoomctlError:  # killed while it was armed
            assert "at" in fault
            assert not folder.exists()
            recorder.arm(asked)
        card = control.read_card(folder)
        with suppress(RoomctlError):  # killed over the first row
            recorder.start(limit=FRAMES)
        until(lambda: not card.alive)
        return recorder


def kind(line):
    """`open .t01-0002.flac.4711.tmp` → `open tN-N.tmp`."""
    return re.sub(r"\d+", "N", re.sub(r"\.(t\d+-\d+)\.flac\.\d+\.", r"\1.", line))


@pytest.fixture(scope="module")
def calls(tmp_path_factory):
    """Of each process its calls in order, when nobody is killed."""
    logged = {}
    for module in CALLS:
        folder = tmp_path_factory.mktemp("calls")
        with pytest.MonkeyPatch.context() as patch:
            assert recorded(folder / "rec", patch, module=module, log=str(folder / "log")).report().frames == FRAMES
        logged[module] = [kind(line) for line in (folder / "log").read_text().splitlines()]
    return logged


def on_disk(folder):
    """Frames that a recording has on disk, by its files alone."""
    sealed = {int(path.stem[-4:]): soundfile.info(path).frames for path in folder.glob("t01-*.flac")}
    size = Layout(TRACKS, 24, RATE).frame
    open_ones = {int(path.stem): path.stat().st_size // size for path in folder.glob("*.part")}
    return sum({**sealed, **open_ones}.values())


def recovers(recorder, frames):
    """Nothing that was on disk is lost or out of order, and no trace of the crash is left."""
    report = recorder.recover()
    assert report.ok, report.problems
    assert report.frames == frames
    for track in range(1, TRACKS + 1):
        assert np.array_equal(sound(recorder.folder, report, track), expected(frames)[:, track - 1])
    assert recorder.verify().ok
    left = {path.name for path in recorder.folder.iterdir() if path.suffix not in {".flac", ".bin"}}
    assert {name for name in left if ".torn-" not in name} <= {"journal.jsonl", "capture.log"}


@pytest.mark.parametrize(("module", "call"), [(module, call) for module, found in CALLS.items() for call in found])
def test_a_kill_before_it_loses_nothing_that_is_on_disk(calls, tmp_path, monkeypatch, module, call):
    numbers = [n for n, each in enumerate(calls[module], 1) if each == call]
    assert numbers, f"nothing does that any more: {sorted(set(calls[module]))}"
    at, once = numbers[len(numbers) // 2], tmp_path / "killed"
    recorder = recorded(tmp_path / "rec", monkeypatch, module=module, at=at, once=str(once))
    assert once.exists()
    frames = on_disk(recorder.folder)
    if module == FINISHER:  # its death costs nothing: the recording went on to its end
        assert (recorder.status().state, frames) == (RecorderState.SEALED, FRAMES)
    recovers(recorder, frames)


@pytest.mark.parametrize("call", ["write journal.jsonl", "write N.part"])
def test_half_a_write_loses_no_whole_frame(calls, tmp_path, monkeypatch, call):
    numbers = [n for n, each in enumerate(calls[CAPTURE], 1) if each == call]
    more = {"at": numbers[len(numbers) // 2], "half": True, "once": str(tmp_path / "killed")}
    recorder = recorded(tmp_path / "rec", monkeypatch, module=CAPTURE, **more)
    recovers(recorder, on_disk(recorder.folder))


@pytest.mark.long
@pytest.mark.timeout(1_200)
@pytest.mark.parametrize("module", list(CALLS))
def test_a_kill_before_each_single_call_loses_nothing_that_is_on_disk(calls, tmp_path, monkeypatch, module):
    for at in range(1, len(calls[module]) + 1):
        once = tmp_path / f"killed{at}"
        recorder = recorded(tmp_path / f"rec{at}", monkeypatch, module=module, at=at, once=str(once))
        if journal.first(load(recorder.folder).rows, "opened"):
            recovers(recorder, on_disk(recorder.folder))
        else:  # nothing was recorded
            assert recorder.recover().ok
