"""The watch as capture has it: a child that may die or hang at any moment."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
from roomctl_audio.sound import envelope
from roomctl_audio.sound.pcm import Layout
from roomctl_audio.watch.watching import Heard, Watching

from tests.waiting import until

RATE = 8_000
LAYOUT = Layout(1, 16, RATE)


class Recording:
    """A part that grows, and what is heard about it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.heard: list[tuple[str, bool]] = []
        self.watching = Watching(folder, LAYOUT, self._hear)

    def _hear(self, heard: Heard) -> None:
        self.heard.append((heard.alarm["kind"], heard.on))

    def grow(self, seq: int, seconds: float, *, dead: bool = False) -> None:
        noise = np.random.default_rng(seq).integers(-300, 300, round(seconds * RATE)).astype("<i2")
        with (self.folder / f"{seq:04d}.part").open("ab") as file:
            file.write((noise * (not dead)).tobytes())

    @property
    def records(self) -> int:
        try:
            return (self.folder / envelope.NAME).stat().st_size // 2
        except FileNotFoundError:
            return 0


@pytest.fixture
def recording(tmp_path) -> Iterator[Recording]:
    made = Recording(tmp_path)
    made.watching.start()
    yield made
    made.watching.close()
    assert made.watching.pid is None


def kill(recording: Recording) -> None:
    until(lambda: recording.watching.pid is not None)
    psutil.Process(recording.watching.pid).kill()


def test_levels_are_written_and_alarms_heard_while_the_part_grows(recording):
    recording.grow(1, 1.0)
    recording.watching.follow(1, 0)
    until(lambda: recording.records == 10)
    recording.grow(1, 3.0, dead=True)
    until(lambda: recording.heard == [("zeros", True)])
    recording.grow(1, 2.0)
    until(lambda: recording.heard == [("zeros", True), ("zeros", False)])
    until(lambda: recording.records == 60)


def test_a_killed_watch_goes_on_where_it_was_and_loses_no_record(recording):
    recording.grow(1, 3.0)
    recording.watching.follow(1, 0)
    until(lambda: recording.records > 0)
    kill(recording)
    recording.grow(1, 3.0)
    recording.grow(2, 1.0)
    recording.watching.follow(2, 6 * RATE)
    until(lambda: recording.records == 70)
    assert envelope.SILENCE not in envelope.read(recording.folder, 1, RATE, 0, 7, 70).peaks[0]


def test_an_alarm_outlives_the_watch_that_raised_it_and_is_told_once(recording):
    recording.grow(1, 4.0, dead=True)
    recording.watching.follow(1, 0)
    until(lambda: recording.heard == [("zeros", True)])
    before = recording.watching.pid
    kill(recording)
    until(lambda: recording.watching.pid not in {None, before})
    recording.grow(1, 4.0, dead=True)
    until(lambda: recording.records == 80)
    assert recording.heard == [("zeros", True)]
    recording.grow(1, 2.0)
    until(lambda: recording.heard == [("zeros", True), ("zeros", False)])


def test_an_alarm_whose_cause_ended_while_nobody_watched_is_ended(recording):
    recording.grow(1, 4.0, dead=True)
    recording.watching.follow(1, 0)
    until(lambda: recording.heard == [("zeros", True)])
    kill(recording)
    recording.grow(1, 3.0)
    until(lambda: recording.heard == [("zeros", True), ("zeros", False)])


@pytest.mark.skipif(sys.platform == "win32", reason="no way to stop a process there")
def test_a_watch_that_hangs_is_replaced(tmp_path):
    recording = Recording(tmp_path)
    recording.watching.silent = 5.0
    recording.watching.start()
    until(lambda: recording.watching.pid is not None)
    hung = recording.watching.pid
    recording.grow(1, 1.0)
    recording.watching.follow(1, 0)
    until(lambda: recording.records == 10)
    os.kill(hung, signal.SIGSTOP)
    until(lambda: recording.watching.pid not in {None, hung})
    recording.grow(1, 1.0)
    until(lambda: recording.records == 20)
    recording.watching.close()
    assert not psutil.pid_exists(hung)


def test_closing_looks_at_what_is_left(tmp_path):
    recording = Recording(tmp_path)
    recording.watching.start()
    until(lambda: recording.watching.pid is not None)
    recording.grow(1, 2.05)
    recording.watching.follow(1, 0)
    recording.watching.close()
    assert recording.records == 21
    recording.watching.close()


def test_closing_one_that_was_never_started_is_nothing(tmp_path):
    Recording(tmp_path).watching.close()
