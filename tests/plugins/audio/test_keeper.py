"""What is kept of a device, written by hand into the ring: what the disk does not take is declared to the frame."""

import errno
import os
from dataclasses import asdict
from itertools import pairwise

import pytest
from roomctl_audio.capture import capacity, keeper
from roomctl_audio.capture.keeper import Keeper
from roomctl_audio.journal import journal
from roomctl_audio.journal.file import JournalFile, load
from roomctl_audio.sound.part import Part
from roomctl_audio.sound.pcm import Layout, pack
from roomctl_audio.sources.ring import Loss, Ring
from roomctl_audio.sources.tone import tone

from roomctl.api import Order
from tests.waiting import until

LAYOUT = Layout(1, 16, 8_000)
BLOCK = 800
RING_SECONDS = 2


class Device:
    """A source that cannot wait. `owed`: frames that it owes, since it is gone."""

    layout, waits, overflows, lag, name = LAYOUT, False, 0, 0.0, "mic:desk"
    owed = 0

    def missing(self, now: float) -> Loss:  # noqa: ARG002 - the test says what it owes
        owed, self.owed = self.owed, 0
        return Loss(owed, "device")


class Desk:
    """A keeper, and what goes into it."""

    def __init__(self, folder, segment_seconds: float = 0.5) -> None:
        folder.mkdir()
        self.folder, self.device, self.closed, self.said = folder, Device(), [], 0
        self.rows = JournalFile(folder)
        self.ring = Ring(RING_SECONDS * LAYOUT.second, LAYOUT.frame, waits=False, rate=LAYOUT.rate)
        self.reserve = capacity.Reserve(folder, capacity.reserve_bytes(60, LAYOUT, segment_seconds))
        order = Order(source="mic:desk", sample_rate=8_000, bits=16, segment_seconds=segment_seconds)
        self.keeper = Keeper(
            folder,
            order,
            self.device,
            self.ring,
            self.rows,
            self.reserve,
            opened=lambda _: None,
            closed=lambda part, _: self.closed.append(part),
        )
        self.rows.write("opened", order=asdict(order), tracks=1, bits=16, sample_rate=8_000, waits=False)
        self.keeper.begin()

    def say(self, seconds: float, *lost: Loss, source: str = "mic:desk") -> None:
        """So much sound; each frame carries its number."""
        for n in range(round(seconds * LAYOUT.rate / BLOCK)):
            self.ring.put(pack(tone(self.said, BLOCK, LAYOUT), 16), lost if n == 0 else (), source)
            self.said += BLOCK
        self.keeper.keep()

    def keep(self) -> None:
        for _ in range(20):
            self.keeper.keep()

    @property
    def sound(self) -> bytes:
        return b"".join(path.read_bytes() for path in sorted(self.folder.glob("*.part")))

    @property
    def gaps(self) -> list[tuple[int, int, str]]:
        return [(gap.first_frame, gap.frames, gap.reason) for gap in self.keeper.gaps]


@pytest.fixture
def desk(tmp_path) -> Desk:
    return Desk(tmp_path / "rec")


def numbered(first: int, frames: int) -> bytes:
    return pack(tone(first, frames, LAYOUT), 16)


def test_on_a_full_disk_what_the_ring_cannot_hold_is_declared_to_the_frame_and_it_goes_on(small_disk):
    desk = Desk(small_disk.folder / "rec")
    assert desk.reserve.make()
    desk.say(0.8)
    small_disk.fill()
    until(lambda: desk.say(0.1) or desk.keeper.full)
    full = desk.keeper.frames
    assert "\n" not in desk.keeper.problem
    assert desk.keeper.part is None  # closed, so that it is sealed
    assert desk.sound == numbered(0, full)
    desk.say(RING_SECONDS + 3)
    assert desk.keeper.frames == full
    assert not (desk.folder / capacity.RESERVE).exists()
    small_disk.empty()
    until(lambda: desk.keep() or not desk.keeper.problem)
    said = desk.said
    desk.say(0.1)
    desk.keep()
    ((held, lost, reason),) = desk.gaps
    assert held >= full + RING_SECONDS * LAYOUT.rate  # what the ring holds is kept
    assert (held + lost, reason) == (said, "disk")
    assert desk.sound == numbered(0, held) + numbered(said, BLOCK)
    assert (desk.folder / capacity.RESERVE).exists()
    assert journal.gaps(load(desk.folder).rows) == tuple(desk.keeper.gaps)


def test_stopped_on_a_full_disk_what_was_heard_and_is_not_there_is_declared(small_disk):
    desk = Desk(small_disk.folder / "rec")
    assert desk.reserve.make()
    desk.say(0.3)
    small_disk.fill()
    until(lambda: desk.say(0.1) or desk.keeper.full)
    full = desk.keeper.frames
    desk.say(1.5)
    desk.keeper.finish()
    assert desk.gaps == [(full, desk.said - full, "disk")]
    assert desk.sound == numbered(0, full)


def test_after_a_gap_of_the_device_a_new_part_begins_so_that_each_has_one_time(desk):
    desk.say(0.2)
    desk.say(0.2, Loss(4_000, "device"))
    assert desk.gaps == [(1_600, 4_000, "device")]
    assert [part.frames for part in desk.closed] == [1_600]
    parts = list(journal.of_kind(desk.rows.rows, "part"))
    assert [part["first_frame"] for part in parts] == [0, 1_600]
    assert all(before["monotonic"] <= after["monotonic"] for before, after in pairwise(parts))


def test_another_source_is_a_row_at_its_first_frame(desk):
    desk.say(0.2)
    desk.say(0.2, source="mic:spare")
    desk.say(0.1, source="mic:spare")
    desk.keep()
    switches = [(row["source"], row["frame"]) for row in journal.of_kind(desk.rows.rows, "source")]
    assert switches == [("mic:spare", 1_600)]


def test_what_a_missing_device_owes_at_the_end_is_declared(desk):
    desk.say(0.2)
    desk.device.owed = 8_000
    desk.keeper.finish()
    assert desk.gaps == [(1_600, 8_000, "device")]


def test_what_a_missing_device_owes_in_a_pause_is_part_of_the_pause(desk):
    desk.say(0.2)
    desk.keeper.finish()
    desk.keeper.begin_discarding()
    desk.ring.put(numbered(0, BLOCK), [Loss(100, "device")])
    assert desk.keeper.discard() == numbered(0, BLOCK)
    desk.device.owed = 50
    assert desk.keeper.unkept() == BLOCK + 150
    assert desk.gaps == []


def test_a_folder_that_was_moved_away_for_long_is_made_again_and_the_sound_goes_on(desk, monkeypatch):
    monkeypatch.setattr(keeper, "MOVED_SECONDS", 0.0)
    monkeypatch.setattr(keeper, "SYNC_SECONDS", 0.0)
    desk.say(0.2)
    desk.folder.rename(desk.folder.with_name("elsewhere"))
    desk.say(0.1)
    assert str(desk.folder) in desk.keeper.problem
    until(lambda: desk.keep() or not desk.keeper.problem)
    desk.say(0.1)
    assert desk.sound == numbered(0, 4 * BLOCK)
    assert [row["kind"] for row in load(desk.folder).rows] == ["opened", "part", "restored"]
    assert desk.gaps == []


@pytest.fixture
def broken(monkeypatch):
    """Errors that the next syncs of a part tell, and how often one was asked for."""
    told, sync = [], Part.sync

    def fail(part: Part) -> None:
        if told:
            raise OSError(told[0], os.strerror(told[0]))
        sync(part)

    monkeypatch.setattr(Part, "sync", fail)
    monkeypatch.setattr(keeper, "SYNC_SECONDS", 0.0)
    monkeypatch.setattr(keeper, "RETRY_SECONDS", 0.0)
    return told


def test_a_disk_that_is_full_only_when_it_syncs_is_told_as_full(desk, broken):
    broken.append(errno.ENOSPC)
    desk.say(0.1)
    assert desk.keeper.full
    assert desk.keeper.problem
    assert desk.sound == numbered(0, BLOCK)


def test_after_a_failed_sync_it_goes_on_only_when_a_sync_has_worked_and_with_a_new_part(desk, broken):
    broken.append(errno.EIO)
    desk.say(0.1)
    assert os.strerror(errno.EIO) in desk.keeper.problem
    desk.keep()
    assert desk.keeper.problem
    broken.clear()
    desk.say(0.1)
    assert desk.keeper.problem == ""
    desk.keep()
    assert [part.frames for part in desk.closed] == [BLOCK]  # sealed anew from what was written
    assert desk.sound == numbered(0, 2 * BLOCK)
    assert desk.gaps == []


def test_what_the_disk_did_not_take_of_a_file_is_declared_when_it_pauses(tmp_path, monkeypatch):
    monkeypatch.setattr(Device, "waits", True)
    monkeypatch.setattr(Part, "write", lambda *_: 0)
    desk = Desk(tmp_path / "rec")
    desk.say(0.1)
    assert desk.keeper.full
    desk.keeper.finish()
    assert desk.gaps == [(0, BLOCK, "disk")]
    assert journal.gaps(load(desk.folder).rows) == tuple(desk.keeper.gaps)
