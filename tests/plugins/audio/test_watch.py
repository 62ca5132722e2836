"""The watch's process, in this one: what it makes of parts that grow, end and vanish."""

import queue
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from roomctl_audio.sound import envelope
from roomctl_audio.sound.pcm import Layout, pack
from roomctl_audio.watch.watcher import AT_ONCE, Watch, run

from roomctl.api import AlarmKind

RATE = 8_000
STEP = RATE // 10
STEREO = Layout(2, 16, RATE)


def square(frames: int, *amplitudes: float, bits: int = 16) -> bytes:
    """A square wave, one amplitude (0 to 1) a track; its peak is its RMS. 308 Hz: no hum."""
    signs = np.where(np.arange(frames) // 13 % 2, 1.0, -1.0)[:, None]
    samples = (signs * np.array(amplitudes) * (2**31 - 2**17)).astype(np.int32)
    return pack(samples, bits)


def levels(folder: Path, tracks: int) -> list[tuple[float, ...]]:
    """Peaks by record."""
    data, width = (folder / envelope.NAME).read_bytes(), 2 * tracks
    assert len(data) % width == 0
    return [tuple(envelope.decode(b) for b in data[at : at + width : 2]) for at in range(0, len(data), width)]


class Room:
    """A recording's folder with its watch, and what that said."""

    def __init__(self, folder: Path, layout: Layout = STEREO) -> None:
        self.folder, self.layout = folder, layout
        self.said: list[dict[str, object]] = []
        self.watch = Watch(folder, layout, self.said.append)

    def grow(self, seq: int, data: bytes) -> None:
        with (self.folder / f"{seq:04d}.part").open("ab") as file:
            file.write(data)

    def settle(self) -> None:
        while self.watch.turn():
            pass

    @property
    def alarms(self) -> list[tuple[str, int, bool]]:
        return [(said["alarm"]["kind"], said["alarm"]["track"], said["on"]) for said in self.said]


@pytest.fixture
def rooms() -> Iterator[Callable[..., Room]]:
    """Makes rooms, whose watches end with the test."""
    made: list[Room] = []

    def make(*facts: Any) -> Room:
        made.append(Room(*facts))
        return made[-1]

    yield make
    for room in made:
        room.watch.close()


@pytest.fixture
def room(tmp_path, rooms):
    return rooms(tmp_path)


@pytest.mark.parametrize("bits", [16, 24])
def test_every_tenth_of_a_second_is_a_record_of_peak_and_rms(tmp_path, rooms, bits):
    room = rooms(tmp_path, Layout(2, bits, RATE))
    room.grow(1, square(STEP, 1.0, 0.5, bits=bits) + square(STEP, 0.1, 0.0, bits=bits))
    room.watch.told({"part": 1, "first": 0})
    room.settle()
    assert levels(tmp_path, 2) == [(0.0, -6.0), (-20.0, envelope.SILENCE)]
    last = envelope.last(tmp_path, 2)
    assert last[0].rms == last[0].peak


def test_a_growing_part_is_followed_and_half_a_frame_is_left_for_later(room):
    sound = square(2 * STEP, 0.5, 0.25)
    room.watch.told({"part": 1, "first": 0})
    for at in range(0, len(sound), 1_001):
        room.grow(1, sound[at : at + 1_001])
        room.settle()
    assert levels(room.folder, 2) == [(-6.0, -12.0)] * 2


def test_a_record_goes_over_the_border_of_two_parts(room):
    room.grow(1, square(STEP // 4, 0.5, 0.5))
    room.grow(2, square(STEP, 0.25, 0.25))
    room.watch.told({"part": 1, "first": 0})
    room.watch.told({"part": 2, "first": STEP // 4})
    room.settle()
    room.settle()
    assert levels(room.folder, 2) == [(-6.0, -6.0)]
    assert room.watch.frame == STEP + STEP // 4
    room.watch.close()
    assert levels(room.folder, 2) == [(-6.0, -6.0), (-12.0, -12.0)]


def test_a_later_watch_goes_on_where_the_file_ends(room, rooms):
    room.grow(1, square(5 * STEP, 0.5, 0.5) + square(5 * STEP, 0.25, 0.25))
    room.watch.told({"part": 1, "first": 0})
    room.settle()
    path = room.folder / envelope.NAME
    path.write_bytes(path.read_bytes()[: 4 * 4 + 1])  # as a kill leaves it
    again = rooms(room.folder)
    again.watch.told({"part": 1, "first": 0})
    again.settle()
    assert levels(room.folder, 2) == [(-6.0, -6.0)] * 5 + [(-12.0, -12.0)] * 5


def test_what_was_sealed_meanwhile_is_nothing_there(room):
    room.grow(3, square(2 * STEP, 0.5, 0.5))
    room.watch.told({"part": 2, "first": 0})  # gone already
    room.watch.told({"part": 3, "first": 3 * STEP})
    room.settle()
    room.settle()
    assert levels(room.folder, 2) == [(envelope.SILENCE,) * 2] * 3 + [(-6.0, -6.0)] * 2


@pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be unlinked")
def test_a_part_that_is_sealed_before_it_was_read_to_its_end_is_read_all_the_same(room):
    room.grow(1, square(3 * STEP, 0.5, 0.5))
    room.grow(2, square(STEP, 0.25, 0.25))
    room.watch.told({"part": 1, "first": 0})
    room.watch.told({"part": 2, "first": 3 * STEP})
    (room.folder / "0001.part").unlink()
    room.watch.close()
    assert levels(room.folder, 2) == [(-6.0, -6.0)] * 3 + [(-12.0, -12.0)]


@pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be moved")
def test_a_part_that_was_written_anew_is_followed(room):
    room.grow(1, square(2 * STEP, 0.5, 0.5))
    room.watch.told({"part": 1, "first": 0})
    room.settle()
    (room.folder / "0001.part").rename(room.folder / "aside")
    room.grow(1, square(2 * STEP, 0.5, 0.5) + square(STEP, 0.25, 0.25))
    room.settle()
    room.settle()
    assert levels(room.folder, 2) == [(-6.0, -6.0)] * 2 + [(-12.0, -12.0)]


def test_a_hole_that_begins_and_ends_within_records_leaves_the_sound_in_its_place(room):
    room.grow(1, square(STEP + 10, 0.5, 0.5))
    room.watch.told({"part": 1, "first": 0})
    room.settle()
    room.grow(3, square(STEP, 0.25, 0.25))
    room.watch.told({"part": 3, "first": 3 * STEP - 10})
    room.settle()
    room.settle()
    room.watch.close()
    assert levels(room.folder, 2) == [(-6.0, -6.0), (-6.0, -6.0), (-12.0, -12.0), (-12.0, -12.0)]
    assert room.watch.frame == 4 * STEP


def test_dead_tracks_are_alarms_with_their_frame_and_end_when_the_sound_comes(room):
    room.grow(1, square(30 * STEP, 0.1, 0.0) + square(30 * STEP, 0.1, 0.1))
    room.watch.told({"part": 1, "first": 0})
    room.settle()
    assert room.alarms == [("zeros", 2, True), ("zeros", 2, False)]
    raised = room.said[0]["alarm"]
    assert raised == {"kind": "zeros", "track": 2, "frame": 20 * STEP, "value": None, "detail": ""}


def test_an_alarm_left_standing_is_ended_by_the_next_watch_and_not_raised_twice(room):
    room.watch.told({"standing": "zeros", "track": 1})
    room.watch.told({"standing": "stuck", "track": 2})
    room.grow(1, square(40 * STEP, 0.0, 0.1))
    room.watch.told({"part": 1, "first": 0})
    room.settle()
    assert room.alarms == [("stuck", 2, False)]
    assert (AlarmKind.ZEROS, 0) in set(room.watch._signals.standing())


def test_sound_of_long_ago_is_measured_and_raises_nothing(room):
    seconds = 40
    room.grow(1, square(seconds * RATE, 0.1, 0.0))
    room.watch.told({"part": 1, "first": 0})
    room.settle()
    assert len(levels(room.folder, 2)) == 10 * seconds
    assert room.alarms == [("zeros", 2, True)]
    frame = room.said[0]["alarm"]["frame"]
    assert frame > (seconds - 11) * RATE


def test_a_turn_takes_no_more_than_its_share(room):
    room.grow(1, square(35 * STEP, 0.1, 0.1))
    room.watch.told({"part": 1, "first": 0})
    assert room.watch.turn() == AT_ONCE * STEP
    assert len(levels(room.folder, 2)) == AT_ONCE


@pytest.mark.skipif(sys.platform == "win32", reason="no limit on the size of files")
def test_a_full_disk_costs_no_record_and_no_alarm(room):
    import resource  # noqa: PLC0415 - only where there is one

    room.grow(1, square(25 * STEP, 0.0, 0.1))
    room.watch.told({"part": 1, "first": 0})
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (7, before[1]))  # one record and three quarters of the next
    try:
        room.settle()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert room.alarms == [("zeros", 1, True)]
    assert levels(room.folder, 2) == []
    room.grow(1, square(STEP, 0.0, 0.1))
    room.settle()
    assert len(levels(room.folder, 2)) == 26


def test_it_says_how_far_it_is_and_ends_with_what_is_left(room):
    room.grow(1, square(STEP + 5, 0.5, 0.5))
    inbox: queue.Queue[str | None] = queue.Queue()
    for text in ('{"part": 1, "first": 0}', None):
        inbox.put(text)
    run(room.watch, inbox, room.said.append)
    assert room.said == [{"frame": 0}]
    assert len(levels(room.folder, 2)) == 2
