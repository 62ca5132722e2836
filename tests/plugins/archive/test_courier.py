"""One target: what the outbox says of it, what is tried when, and what a kill leaves."""

import resource
import signal
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import ClassVar

import pytest
from roomctl_archive import package
from roomctl_archive.config import TargetConfig
from roomctl_archive.courier import Courier, alone
from roomctl_archive.folder_target import FolderTarget
from roomctl_archive.verify import verify

from roomctl.api import Busy, Damaged, RoomctlError, State
from roomctl.api.deliveries import FIRST_RETRY, JITTER, DeliveryStep
from roomctl.api.words import speaking


class Killed(Exception):  # noqa: N818
    """Stands for the end of the process: nothing of ours catches it."""


@pytest.fixture
def nas(room, tmp_path):
    """A required target `nas`, its package, and couriers that begin anew with each call of `start`."""
    (tmp_path / "nas").mkdir()
    ctx = room.context({"nas": {"kind": "folder", "path": str(tmp_path / "nas")}})
    made = package.build(ctx, room.meeting)

    def start(*, chance=0.5, stop=lambda: None):
        return Courier(ctx, "nas", chance=lambda: chance, stop=stop)

    def row():
        (one,) = room.services.deliveries()
        return one

    arrived = tmp_path / "nas" / made.meeting / made.id
    return SimpleNamespace(start=start, row=row, package=made, arrived=arrived, root=tmp_path / "nas", ctx=ctx)


def test_a_row_tells_the_whole_way(nas, room):
    nas.start().work(room.meeting)
    row = nas.row()
    files = [path for path in nas.arrived.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files)
    assert (row.step, row.files, row.bytes) == (DeliveryStep.DONE, len(files), size)
    assert (row.sent_files, row.sent, row.checked_files, row.checked) == (len(files), size, len(files), size)


def test_a_failure_is_told_in_three_parts_and_put_off_with_jitter(nas, room):
    nas.root.rmdir()
    courier = nas.start(chance=1.0)
    courier.work(room.meeting)
    row = nas.row()
    assert "nas" in row.trouble.what
    assert row.trouble.why
    assert row.trouble.mend
    assert row.next_try == room.clock.now() + timedelta(seconds=FIRST_RETRY * (1 + JITTER))
    assert courier.troubles()[room.meeting.id] == str(row.trouble)
    assert courier.pause() == FIRST_RETRY * (1 + JITTER)


@pytest.mark.parametrize("office", ["zh", "en"])
def test_settings_that_are_wrong_are_told_in_the_readers_language(nas, room, office):
    nas.ctx.config.targets["nas"] = TargetConfig.model_validate({"kind": "folder", "paht": "nas"})
    with speaking(office):
        courier = nas.start()
        courier.work(room.meeting)
        told = courier.troubles()[room.meeting.id]
    with speaking("en"):
        assert "unknown: paht" in str(told)
        assert nas.row().trouble.as_json()["why"] == "unknown: paht"
    with speaking("zh"):
        assert "不认识的项：paht" in str(told)


def test_it_is_tried_for_days_and_arrives(nas, room):
    nas.root.rmdir()
    courier, began = nas.start(), room.clock.now()
    while room.clock.now() - began < timedelta(days=3):
        courier.work(room.meeting)
        room.clock.advance(courier.pause() + 1)
    assert 60 < nas.row().tries < 90  # about one an hour
    nas.root.mkdir()
    courier.work(room.meeting)
    assert room.services.meeting(room.meeting.id).state is State.DEPOSITED
    assert (nas.row().tries, nas.row().trouble, nas.row().next_try) == (0, None, None)


def test_before_its_time_nothing_is_tried_unless_somebody_asks(nas, room):
    nas.root.rmdir()
    courier = nas.start()
    courier.work(room.meeting)
    nas.root.mkdir()
    courier.work(room.meeting)
    assert nas.row().tries == 1
    room.services.retry_deliveries(room.meeting.id)
    courier.work(room.meeting)
    assert nas.row().done


def test_a_new_start_tries_at_once_whatever_was_agreed_before(nas, room):
    nas.root.rmdir()
    nas.start().work(room.meeting)
    nas.root.mkdir()
    again = nas.start()
    assert again.troubles() == {}
    again.work(room.meeting)
    assert nas.row().done


class Counting(FolderTarget):
    """Tells what it is asked for; may be killed at one of its acts."""

    acts: ClassVar[list[tuple[str, str]]] = []
    dies_at = None
    readers = 1  # one act is under way when it dies

    def _act(self, what, key):
        self.acts.append((what, key.rpartition("/")[2]))
        if self.dies_at is not None and len(self.acts) > self.dies_at:
            raise Killed

    def put(self, key, stream, sha256):
        self._act("put", key)
        return super().put(key, stream, sha256)

    @contextmanager
    def get(self, key):
        self._act("get", key)
        with super().get(key) as stream:
            yield stream


@pytest.fixture
def counted(room):
    Counting.acts, Counting.dies_at = [], None
    room.services.targets["folder"] = lambda config: Counting.from_config(
        config, room.services.data, room.clock.sleep
    )
    return Counting


def test_killed_anywhere_it_does_nothing_twice(nas, room, counted):
    """Every put and every reading back is a place to die; each is then done once and no more."""
    tries = 0
    while not room.services.receipts(room.meeting.id):
        counted.acts.append(("start", ""))
        counted.dies_at = len(counted.acts) + 1
        try:
            nas.start().work(room.meeting)
        except Killed:
            counted.acts.pop()
        tries += 1
    acts = [act for act in counted.acts if act[0] != "start"]
    assert len(acts) == len(set(acts)), acts
    assert tries == len(acts)
    assert verify(nas.arrived).ok
    assert len(room.services.receipts(room.meeting.id)) == 1


def test_what_was_read_back_before_a_kill_and_is_gone_since_is_sent_again(nas, room, counted):
    puts = sum(1 for path in (room.services.data / nas.package.path).rglob("*") if path.is_file())
    counted.dies_at = puts + 3
    with pytest.raises(Killed):
        nas.start().work(room.meeting)
    gone = next(path for path in nas.arrived.rglob("t01-0001.flac"))
    gone.unlink()
    counted.dies_at = None
    nas.start().work(room.meeting)
    assert nas.row().done
    assert verify(nas.arrived).ok


def test_a_read_back_that_differs_is_read_once_more_then_sent_again_alone(nas, room, counted):
    class Spoils(counted):
        spoilt = True

        def finish(self, key):
            if Spoils.spoilt:
                victim = next(nas.arrived.rglob("t01-0002.flac"))
                victim.write_bytes(b"\1" * victim.stat().st_size)
                Spoils.spoilt = False
            super().finish(key)

    room.services.targets["folder"] = lambda config: Spoils.from_config(config, room.services.data, room.clock.sleep)
    with pytest.raises(Damaged, match=r"t01-0002\.flac"):
        nas.start().deliver(nas.package)
    assert verify(room.services.data / nas.package.path).ok
    counted.acts.clear()
    nas.start().deliver(nas.package)
    assert counted.acts == [("get", "t01-0002.flac"), ("put", "t01-0002.flac"), ("get", "t01-0002.flac")]
    assert verify(nas.arrived).ok


def test_a_full_disk_is_told_with_its_mend_and_what_arrived_stays(nas):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (12_000, hard))  # the second master has 20 480 bytes
    try:
        with pytest.raises(RoomctlError, match="请腾出空间"):
            nas.start().deliver(nas.package)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
    assert (nas.arrived / "data/audio/r1/t01-0001.flac").exists()
    nas.start().deliver(nas.package)
    assert verify(nas.arrived).ok


def test_a_host_that_goes_down_leaves_no_row_that_says_it_is_being_sent(nas, room, counted):
    def stop():
        if len(counted.acts) > 3:
            raise Killed

    with pytest.raises(Killed):
        nas.start(stop=stop).work(room.meeting)
    assert (nas.row().step, nas.row().sent > 0, nas.row().trouble) == (DeliveryStep.WAITING, True, None)


def test_two_processes_never_write_one_target_at_once(nas, room):
    with alone(nas.ctx, "nas"), pytest.raises(Busy, match="nas"):
        nas.start().deliver(nas.package)
    nas.start().deliver(nas.package)
    assert not nas.start().deliver(nas.package)
    assert len(room.services.receipts(room.meeting.id)) == 1


@pytest.mark.parametrize("within", [False, True])
def test_what_had_arrived_before_does_not_make_the_line_look_fast(nas, room, counted, within):
    """A line of 1000 bytes a second; the attempt before has brought half of the files, or a part of one."""

    class Line:
        def __init__(self, stream):
            self.stream = stream

        def read(self, size=-1):
            chunk = self.stream.read(min(size, 1000) if size >= 0 else size)
            room.clock.advance(len(chunk) / 1000)
            if counted.dies_at is not None and within and self.stream.tell() > 8000:
                raise OSError(5, "cut")
            return chunk

        def __getattr__(self, name):
            return getattr(self.stream, name)

    class Slow(counted):
        def put(self, key, stream, sha256):
            return super().put(key, Line(stream), sha256)

        @contextmanager
        def get(self, key):
            with super().get(key) as stream:
                yield Line(stream)

    room.services.targets["folder"] = lambda config: Slow.from_config(config, room.services.data, room.clock.sleep)
    counted.dies_at = 6
    with pytest.raises((Killed, RoomctlError)):
        nas.start().deliver(nas.package)
    counted.dies_at = None
    nas.start().deliver(nas.package)
    assert nas.row().rate == pytest.approx(1000, rel=0.05)


def test_what_was_given_up_here_meanwhile_is_not_sent_and_is_no_trouble(nas, room):
    nas.start().deliver(nas.package)
    room.services.prune_package(nas.package)
    (nas.root.parent / "usb").mkdir()
    ctx = room.context({"usb": {"kind": "folder", "path": str(nas.root.parent / "usb")}})
    courier = Courier(ctx, "usb", chance=lambda: 0.5, stop=lambda: None)
    assert not courier.deliver(nas.package)
    assert [row.target for row in room.services.deliveries()] == ["nas"]
    assert courier.troubles() == {}


def test_an_archived_meeting_that_lacks_nothing_costs_no_query_any_more(nas, room, monkeypatch):
    courier, asked = nas.start(), []
    courier.work(room.meeting)
    held = room.services.held[room.meeting.id] = replace(room.meeting, state=State.ARCHIVED)
    courier.work(held)
    for name in ("deliveries", "packages", "receipts", "pruned_packages"):
        monkeypatch.setattr(room.services, name, lambda *_, name=name, **__: asked.append(name))
    courier.work(held)
    assert courier.progress(held) is None
    assert asked == []


def test_progress_is_noted_once_a_second_for_other_processes(nas, room, counted):
    seen = []

    class Slow(counted):
        def put(self, key, stream, sha256):
            room.clock.advance(1.5)
            stored = super().put(key, stream, sha256)
            seen.append((nas.row().sent_files, nas.row().rate > 0))
            return stored

    room.services.targets["folder"] = lambda config: Slow.from_config(config, room.services.data, room.clock.sleep)
    nas.start().deliver(nas.package)
    assert seen == sorted(seen)
    assert seen[-1][0] >= len(seen) - 2
    assert seen[-1][1]
