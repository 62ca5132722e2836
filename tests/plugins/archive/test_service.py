"""The service end to end, on real threads and the clock of the test."""

import threading
from dataclasses import replace

import pytest
from roomctl_archive import package
from roomctl_archive.folder_target import FolderTarget
from roomctl_archive.service import ArchiveService
from roomctl_archive.verify import verify

from roomctl.api import PackageFile, RecordFile, RoomctlError, State, events, secrecy
from roomctl.api.deliveries import FIRST_RETRY
from tests.waiting import until

BOUND = 10  # seconds until a test gives up


@pytest.fixture
def running(room):
    """Starts services, and stops them after the test."""
    started = []

    def start(targets=None):
        service = ArchiveService(room.context(targets))
        service.start()
        started.append(service)
        return service

    yield start
    for service in started:
        service.stop(BOUND)


def state(room):
    return room.services.meeting(room.meeting.id).state


def folder(path, **more):
    return {"kind": "folder", "path": str(path), **more}


def test_a_closed_meeting_is_packaged_delivered_and_deposited(room, running):
    service = running()
    until(lambda: state(room) is State.DEPOSITED)
    (made,) = room.services.packages(room.meeting.id)
    assert verify(room.services.data / made.path).ok
    assert verify(room.services.data / "archive" / made.meeting / made.id).ok
    until(lambda: not service.progress())
    assert (dict(service.failures()), service.health().ok) == ({}, True)


def test_a_meeting_closed_later_is_found_when_woken(room, running):
    room.services.held[room.meeting.id] = replace(room.meeting, state=State.ADJOURNED)
    service = running()
    until(lambda: not service.progress())
    assert not room.services.packages(room.meeting.id)
    room.services.held[room.meeting.id] = room.meeting
    service.wake()
    until(lambda: state(room) is State.DEPOSITED)


def test_a_dead_target_does_not_stop_the_other_and_is_told_in_one_line(room, running, tmp_path):
    service = running({"nas": folder(tmp_path / "away"), "local": folder("archive")})
    until(lambda: [one.target for one in room.services.receipts(room.meeting.id)] == ["local"])
    until(lambda: room.meeting.id in service.failures())
    line = service.failures()[room.meeting.id]
    assert "away" in line
    assert "\n" not in line
    assert [row.meeting for row in service.progress()] == [room.meeting.id]
    assert (state(room), service.health().ok) == (State.CLOSED, False)


def test_a_dead_target_is_tried_again_after_a_while_and_catches_up(room, running, tmp_path):
    service = running({"nas": folder(tmp_path / "nas")})
    until(lambda: room.meeting.id in service.failures())
    (tmp_path / "nas").mkdir()
    service.wake()
    room.clock.advance(2 * FIRST_RETRY)
    service.wake()
    until(lambda: state(room) is State.DEPOSITED)
    assert not service.failures()


def test_a_hanging_target_does_not_stop_the_other(room, running, tmp_path):
    released = threading.Event()

    class Hanging(FolderTarget):
        def put(self, *_):
            released.wait(BOUND)
            raise RoomctlError("let go")

    room.services.targets["hanging"] = lambda _: Hanging(tmp_path, room.clock.sleep)
    running({"first": {"kind": "hanging"}, "second": folder("archive")})
    until(lambda: [one.target for one in room.services.receipts(room.meeting.id)] == ["second"])
    released.set()


def test_a_target_that_is_not_required_is_not_waited_for(room, running, tmp_path):
    running({"local": folder("archive"), "nas": folder(tmp_path / "away", required=False)})
    until(lambda: state(room) is State.DEPOSITED)


def test_a_lying_target_never_deposits(room, running, tmp_path):
    class Lying(FolderTarget):
        def get(self, key):
            return super().get(key if not key.endswith(".flac") else key.replace("0001", "0002"))

    room.services.targets["lying"] = lambda _: Lying(tmp_path / "lies", room.clock.sleep, make=True)
    service = running({"lies": {"kind": "lying"}})
    until(lambda: room.meeting.id in service.failures())
    assert "t01-0001.flac" in service.failures()[room.meeting.id]
    assert (state(room), list(room.services.receipts(room.meeting.id))) == (State.CLOSED, [])


def test_a_build_that_was_killed_is_done_anew(room, running):
    home = room.context().folder(room.meeting.id)
    (home / "01993333-dead.partial" / "data").mkdir(parents=True)
    (home / "01993333-dead.partial" / "data" / "half").write_bytes(b"half")
    running()
    until(lambda: state(room) is State.DEPOSITED)
    assert [path.name for path in home.iterdir() if path.is_dir()] == [room.services.packages(room.meeting.id)[0].id]


def test_a_package_that_was_finished_just_before_the_kill_is_taken_as_it_is(room, running):
    """Killed between the rename and the row: the package is whole, only nobody knows of it."""
    made = package.build(room.context(), room.meeting)
    room.services.sealed.clear()
    running()
    until(lambda: state(room) is State.DEPOSITED)
    assert room.services.packages(room.meeting.id) == (made,)


def test_a_delivery_that_was_killed_goes_on_with_one_receipt(room, running, tmp_path):
    """Killed in the middle of a delivery: the next start brings the rest."""
    put = []

    class Dying(FolderTarget):
        def put(self, key, stream, sha256):
            if len(put) == 3:
                raise RoomctlError("killed")
            put.append(key)
            return super().put(key, stream, sha256)

    room.services.targets["dying"] = lambda _: Dying(tmp_path / "nas", room.clock.sleep, make=True)
    first = running({"nas": {"kind": "dying"}})
    until(first.failures)
    first.stop(BOUND)
    room.services.targets["dying"] = lambda _: FolderTarget(tmp_path / "nas", room.clock.sleep, make=True)
    before = {key: (tmp_path / "nas" / key).stat().st_mtime_ns for key in put}
    running({"nas": {"kind": "dying"}})
    until(lambda: state(room) is State.DEPOSITED)
    assert {key: (tmp_path / "nas" / key).stat().st_mtime_ns for key in put} == before
    assert len(room.services.receipts(room.meeting.id)) == 1


def sign(room, tmp_path, content):
    path = tmp_path / "data" / "source" / "signed.docx"
    path.write_bytes(content)
    digest = events.sha256(content)
    room.services.payload[room.meeting.id].append(PackageFile("records/signed.docx", path, digest))
    room.services.papers[room.meeting.id] = [
        RecordFile(
            id="d1", meeting=room.meeting.id, kind="会议记录", version=2, path="x", sha256=digest,
            at=room.clock.now(), signed_by="王秘书", signed_at=room.clock.now(),
        )
    ]  # fmt: skip


def test_what_is_signed_after_the_package_comes_as_a_supplement(room, running, tmp_path):
    service = running()
    until(lambda: state(room) is State.DEPOSITED)
    sign(room, tmp_path, b"signed")
    service.wake()
    until(lambda: len(room.services.receipts(room.meeting.id)) == 2)
    first, second = room.services.packages(room.meeting.id)
    assert second.supplement_to == first.id
    payload = room.services.data / second.path / "data"
    assert sorted(p.relative_to(payload).as_posix() for p in payload.rglob("*") if p.is_file()) == [
        "events.jsonl",
        "records/signed.docx",
    ]
    until(lambda: not service.progress())


def test_what_was_signed_before_is_in_the_package_and_needs_no_supplement(room, running, tmp_path):
    sign(room, tmp_path, b"signed")
    service = running()
    until(lambda: state(room) is State.DEPOSITED)
    until(lambda: not service.progress())
    (made,) = room.services.packages(room.meeting.id)
    assert made.documents == ("d1",)


def test_a_draft_that_was_packaged_and_then_signed_as_it_was_comes_again_as_signed(room, running, tmp_path):
    sign(room, tmp_path, b"minutes")
    (paper,) = room.services.papers[room.meeting.id]
    room.services.papers[room.meeting.id] = [replace(paper, signed_by="", signed_at=None)]
    service = running()
    until(lambda: state(room) is State.DEPOSITED)
    room.services.papers[room.meeting.id] = [paper]
    service.wake()
    until(lambda: len(room.services.receipts(room.meeting.id)) == 2)
    assert [one.documents for one in room.services.packages(room.meeting.id)] == [(), ("d1",)]


def test_a_signed_document_that_nobody_gives_is_told(room, running, tmp_path):
    service = running()
    until(lambda: state(room) is State.DEPOSITED)
    sign(room, tmp_path, b"signed")
    room.services.payload[room.meeting.id].pop()
    service.wake()
    until(lambda: "会议记录" in service.failures().get(room.meeting.id, ""))


def test_what_is_held_on_no_machine_is_never_packaged(room, running):
    room.services.held[room.meeting.id] = replace(room.meeting, secrecy=secrecy.parse("绝密"))
    service = running()
    until(lambda: room.meeting.id in service.failures())
    assert not list(room.context().folder(room.meeting.id).iterdir())


def test_a_source_that_is_gone_is_told_and_its_return_is_enough(room, running, files):
    kept = files[0].source.read_bytes()
    files[0].source.unlink()
    service = running()
    until(lambda: room.meeting.id in service.failures())
    assert "t01-0001.flac" in service.failures()[room.meeting.id]
    files[0].source.write_bytes(kept)
    room.clock.advance(2 * FIRST_RETRY)
    service.wake()
    until(lambda: state(room) is State.DEPOSITED)


def test_a_required_target_that_left_the_settings_is_told(room):
    package.build(room.context({"nas": folder("nas")}), room.meeting)
    line = ArchiveService(room.context()).failures()[room.meeting.id]
    assert "nas" in line


def test_progress_counts_bytes_while_it_waits(room):
    service = ArchiveService(room.context())
    made = package.build(room.context(), room.meeting)
    (row,) = service.progress()
    assert (row.unit, row.total) == ("B", 2 * made.bytes)
