"""What has arrived is looked after: read again, repaired from another copy, given up here only when it may be."""

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from roomctl_archive import package, places, reconcile
from roomctl_archive.courier import Courier, alone
from roomctl_archive.custodian import Custodian, Throttle
from roomctl_archive.folder_target import FolderTarget
from roomctl_archive.verify import verify

from roomctl.api import Damaged, RoomctlError, State
from roomctl.api.deliveries import LOCAL

FLAC = "data/audio/r1/t01-0001.flac"
DAY = timedelta(days=1).total_seconds()


@pytest.fixture
def kept(room, tmp_path, tampered):
    """A package here and at two targets, and a custodian over them."""

    def configured(**more):
        targets = {}
        for name in ("nas", "usb"):
            (tmp_path / name).mkdir(exist_ok=True)
            targets[name] = {"kind": "folder", "path": str(tmp_path / name)}
        ctx = room.context(targets)
        ctx.config = ctx.config.model_copy(update=more)
        return ctx

    ctx = configured()
    made = package.build(ctx, room.meeting)
    for name in ("nas", "usb"):
        Courier(ctx, name, chance=lambda: 0.5, stop=lambda: None).deliver(made)
    at = {name: tmp_path / name / made.meeting / made.id for name in ("nas", "usb")}
    at[LOCAL] = room.services.data / made.path

    def custodian(**more):
        return Custodian(configured(**more), stop=lambda: None)

    def spoil(place, path=FLAC):
        content = (at[place] / path).read_bytes()
        tampered(at[place] / path, bytes([content[0] ^ 1]) + content[1:])

    return SimpleNamespace(ctx=ctx, package=made, at=at, custodian=custodian, spoil=spoil)


def test_each_copy_is_read_again_on_schedule_and_not_before(kept, room):
    custodian = kept.custodian(verify_every_days=90)
    room.clock.advance(89 * DAY)
    custodian.work(room.meeting)
    assert room.services.fixity_checks() == []
    room.clock.advance(2 * DAY)
    custodian.work(room.meeting)
    files = sum(path.is_file() for path in kept.at[LOCAL].rglob("*"))
    assert [(one.place, one.files, one.ok) for one in room.services.fixity_checks()] == [
        (LOCAL, files, True), ("nas", files, True), ("usb", files, True),
    ]  # fmt: skip
    assert custodian.troubles() == {}
    room.clock.advance(2 * DAY)
    custodian.work(room.meeting)
    assert len({one.at.date() for one in room.services.fixity_checks()}) == 1


def test_an_office_that_wants_no_schedule_gets_none(kept, room):
    room.clock.advance(9999 * DAY)
    kept.custodian(verify_every_days=0).work(room.meeting)
    assert room.services.fixity_checks() == []


@pytest.mark.parametrize("place", [LOCAL, "nas"])
@pytest.mark.parametrize("path", [FLAC, "manifest-sha256.txt", "tagmanifest-sha256.txt", "metadata/meeting.json"])
def test_what_is_damaged_is_put_right_from_another_copy(kept, room, place, path):
    kept.spoil(place, path)
    check = kept.custodian().check(kept.package, place)
    assert check.ok, check.problems
    assert verify(kept.at[place], registered=kept.package.manifest_sha256).ok
    ((_, where, source, files),) = room.services.outbox.repairs
    assert (where, files) == (place, (path,))
    assert source != place


def wear_out(path):
    """Opens like a file and fails as a bad sector does: the page at 0 is never mapped (proc(5))."""
    path.unlink()
    path.symlink_to("/proc/self/mem")
    with path.open("rb") as stream, pytest.raises(OSError, match="Input/output"):
        stream.read()


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="Linux gives a file that cannot be read")
@pytest.mark.parametrize("place", [LOCAL, "nas"])
@pytest.mark.parametrize("path", [FLAC, "manifest-sha256.txt", "tagmanifest-sha256.txt"])
def test_a_file_that_can_no_longer_be_read_is_put_right_from_another_copy(kept, room, place, path):
    wear_out(kept.at[place] / path)
    told = kept.custodian().check(kept.package, place, repair=False)
    assert [(fault.file, "Input/output" in fault.what) for fault in told.problems] == [(path, True)]
    assert kept.custodian().check(kept.package, place).ok
    assert verify(kept.at[place], registered=kept.package.manifest_sha256).ok
    assert room.services.outbox.repairs[0][3] == (path,)


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="Linux gives a file that cannot be read")
def test_a_source_that_cannot_be_read_is_passed_over(kept, room):
    wear_out(kept.at[LOCAL] / FLAC)
    kept.spoil("nas")
    assert kept.custodian().check(kept.package, "nas").ok
    assert [source for _, _, source, _ in room.services.outbox.repairs] == ["usb"]


@pytest.mark.parametrize("place", [LOCAL, "usb"])
def test_a_copy_that_is_gone_altogether_is_made_anew(kept, place):
    shutil.rmtree(kept.at[place])
    assert kept.custodian().check(kept.package, place).ok
    assert verify(kept.at[place]).ok


def test_it_is_repaired_from_the_one_that_is_whole(kept, room):
    kept.spoil(LOCAL)
    kept.spoil("nas")
    assert kept.custodian().check(kept.package, "nas").ok
    assert [source for _, _, source, _ in room.services.outbox.repairs] == ["usb"]


def test_what_no_copy_has_whole_is_told_and_nothing_is_removed(kept, room):
    for place in kept.at:
        kept.spoil(place)
    custodian = kept.custodian()
    check = custodian.check(kept.package, "nas")
    assert [fault.file for fault in check.problems] == [FLAC]
    line = custodian.troubles()[room.meeting.id]
    assert FLAC in line
    assert "reverify" in line
    assert (kept.at["nas"] / FLAC).exists()


def test_a_place_that_is_being_written_to_is_repaired_the_next_day(kept, room):
    kept.spoil("nas")
    custodian = kept.custodian(verify_every_days=90)
    room.clock.advance(91 * DAY)
    with alone(kept.ctx, "nas"):
        custodian.work(room.meeting)
    assert room.services.outbox.repairs == []
    assert "nas" in custodian.troubles()[room.meeting.id]
    room.clock.advance(2 * DAY)
    custodian.work(room.meeting)
    assert [(where, files) for _, where, _, files in room.services.outbox.repairs] == [("nas", (FLAC,))]
    assert custodian.troubles() == {}


def test_two_repairs_of_one_package_do_not_share_what_they_fetch(kept, room):
    """The second begins while the first is just putting, as `reverify` beside `serve` does."""
    other = "data/events.jsonl"
    kept.spoil("nas")
    kept.spoil("usb", other)
    first = []

    class Beside(FolderTarget):
        def put(self, key, stream, sha256):
            if not first:
                first.append(key)
                assert kept.custodian().check(kept.package, "usb").ok
            return super().put(key, stream, sha256)

    room.services.targets["folder"] = lambda config: Beside.from_config(config, room.services.data, room.clock.sleep)
    assert kept.custodian().check(kept.package, "nas").ok
    assert {repair[1:] for repair in room.services.outbox.repairs} == {
        ("nas", LOCAL, (FLAC,)), ("usb", LOCAL, (other,)),
    }  # fmt: skip


def test_without_repair_it_only_tells(kept):
    kept.spoil("nas")
    check = kept.custodian().check(kept.package, "nas", repair=False)
    assert [fault.file for fault in check.problems] == [FLAC]


def test_a_file_that_was_added_is_told_and_left(kept):
    (kept.at["nas"] / "data" / "more.txt").write_text("x")
    check = kept.custodian().check(kept.package, "nas")
    assert [fault.file for fault in check.problems] == ["data/more.txt"]
    assert (kept.at["nas"] / "data" / "more.txt").exists()


def test_where_no_copy_has_its_manifests_that_is_told(kept):
    for folder in kept.at.values():
        (folder / "tagmanifest-sha256.txt").unlink()
    with pytest.raises(Damaged, match="清单"):
        kept.custodian().check(kept.package, "nas")


def test_a_place_that_is_away_is_told_and_tried_the_next_day(kept, room):
    shutil.rmtree(kept.at["nas"].parents[1])
    custodian = kept.custodian(verify_every_days=1)
    (kept.at["nas"].parents[1]).rmdir()
    room.clock.advance(2 * DAY)
    custodian.work(room.meeting)
    assert "nas" in custodian.troubles()[room.meeting.id]
    assert {one.place for one in room.services.fixity_checks()} == {LOCAL, "usb"}


def test_packages_that_the_database_does_not_know_are_found(kept, room):
    key = f"{kept.package.meeting}/{kept.package.id}"
    assert reconcile.ask(kept.ctx, "nas").unknown == ()
    room.services.sealed.clear()
    assert reconcile.ask(kept.ctx, "nas").unknown == (key,)
    assert reconcile.ask(kept.ctx, LOCAL).unknown == (key,)


def test_targets_are_asked_on_schedule_for_what_nobody_registered(kept, room):
    custodian = kept.custodian(verify_every_days=90)
    custodian.work(room.meeting)
    assert unknown(kept.ctx) == {}
    forgotten = room.services.sealed.pop(room.meeting.id)
    custodian.work(room.meeting)
    assert unknown(kept.ctx) == {}, "it was asked before its time"
    room.clock.advance(91 * DAY)
    custodian.work(room.meeting)
    key = f"{kept.package.meeting}/{kept.package.id}"
    assert unknown(custodian._ctx) == {LOCAL: (key,), "nas": (key,), "usb": (key,)}
    room.services.sealed[room.meeting.id] = forgotten
    reconcile.ask(custodian._ctx, "nas")
    assert unknown(custodian._ctx) == {LOCAL: (key,), "usb": (key,)}


def test_a_copy_that_is_gone_is_found_and_brought_back_from_another(kept, room):
    custodian = kept.custodian(verify_every_days=90)
    custodian.work(room.meeting)
    room.clock.advance(50 * DAY)
    for place in kept.at:
        custodian.check(kept.package, place)
    shutil.rmtree(kept.at["nas"])
    assert reconcile.ask(kept.ctx, "nas").gone == ((kept.package.meeting, kept.package.id),)
    room.clock.advance(91 * DAY)
    for place in (LOCAL, "usb"):
        custodian.check(kept.package, place)
    kept.ctx.store().put("reconciled:nas", None)
    custodian.work(room.meeting)
    assert reconcile.ask(kept.ctx, "nas").gone == ()


def unknown(ctx):
    return {one.place: one.unknown for one in reconcile.newest(ctx) if one.unknown}


def test_a_throttle_holds_to_its_rate(kept, room):
    tick, began = Throttle(1000, kept.ctx, lambda: None), room.clock.monotonic()
    for _ in range(100):
        tick(100)
    assert room.clock.monotonic() - began == pytest.approx(10, rel=0.01)
    assert max(room.clock.slept) <= 0.5


def archived(room):
    room.services.held[room.meeting.id] = replace(room.meeting, state=State.ARCHIVED)
    return room.services.held[room.meeting.id]


def test_the_local_copy_is_kept_unless_the_office_says_otherwise(kept, room):
    room.clock.advance(9999 * DAY)
    kept.custodian(verify_every_days=0).work(archived(room))
    assert kept.at[LOCAL].exists()


def test_the_local_copy_goes_when_it_is_archived_old_enough_and_every_target_shows_it(kept, room):
    custodian = kept.custodian(keep_local_days=30, verify_every_days=0)
    room.clock.advance(29 * DAY)
    custodian.work(archived(room))
    assert kept.at[LOCAL].exists()
    room.clock.advance(2 * DAY)
    custodian.work(room.meeting)
    assert kept.at[LOCAL].exists(), "it is not archived"
    room.clock.advance(DAY)
    custodian.work(archived(room))
    assert not kept.at[LOCAL].exists()
    assert list(room.services.pruned_packages()) == [kept.package.id]
    assert LOCAL not in places.places(kept.ctx, kept.package)
    assert all(verify(kept.at[name]).ok for name in ("nas", "usb"))


@pytest.mark.parametrize("path", [FLAC, "tagmanifest-sha256.txt"])
@pytest.mark.parametrize("left", [None, b""])
def test_the_local_copy_stays_where_a_target_lost_a_file_or_a_part_since_it_was_read(kept, room, path, left):
    custodian = kept.custodian(keep_local_days=30, verify_every_days=0)
    for name in ("nas", "usb"):
        assert custodian.check(kept.package, name).ok
    (kept.at["usb"] / path).unlink()
    if left is not None:
        (kept.at["usb"] / path).write_bytes(left)
    room.clock.advance(99 * DAY)
    custodian.work(archived(room))
    assert kept.at[LOCAL].exists()
    assert not room.services.pruned_packages()


@pytest.fixture
def read_only(kept, room):
    """As `kept`, with targets that give, and take nothing more."""

    class ReadOnly(FolderTarget):
        def put(self, *_):
            raise RoomctlError("read-only")

    room.services.targets["folder"] = lambda config: ReadOnly.from_config(
        config, room.services.data, room.clock.sleep
    )
    return kept


@pytest.mark.parametrize("every", [0, 90])
def test_the_local_copy_stays_where_a_target_is_damaged_and_cannot_be_repaired(read_only, room, every):
    read_only.spoil("usb")
    custodian = read_only.custodian(keep_local_days=30, verify_every_days=every)
    for _ in range(3):
        room.clock.advance(99 * DAY)
        custodian.work(archived(room))
    assert read_only.at[LOCAL].exists()
    assert not room.services.pruned_packages()
    assert FLAC in custodian.troubles()[room.meeting.id]


def test_the_local_copy_repairs_a_damaged_target_before_it_goes(kept, room):
    kept.spoil("usb")
    room.clock.advance(99 * DAY)
    kept.custodian(keep_local_days=30, verify_every_days=0).work(archived(room))
    assert not kept.at[LOCAL].exists()
    assert all(verify(kept.at[name]).ok for name in ("nas", "usb"))


def test_a_target_that_could_not_be_read_is_asked_the_next_day_and_then_the_local_copy_goes(kept, room):
    custodian = kept.custodian(keep_local_days=30, verify_every_days=0)
    away = kept.at["usb"].parents[1].rename(kept.at["usb"].parents[1].with_name("unplugged"))
    room.clock.advance(99 * DAY)
    custodian.work(archived(room))
    away.rename(kept.at["usb"].parents[1])
    room.clock.advance(DAY / 2)
    custodian.work(archived(room))
    assert kept.at[LOCAL].exists(), "it is put off"
    room.clock.advance(DAY)
    custodian.work(archived(room))
    assert not kept.at[LOCAL].exists()


def test_the_local_copy_stays_without_every_required_receipt(kept, room):
    room.services.proofs[room.meeting.id].pop()
    room.clock.advance(99 * DAY)
    kept.custodian(keep_local_days=30, verify_every_days=0).work(archived(room))
    assert kept.at[LOCAL].exists()


def test_a_stop_ends_a_reading(kept):
    def stop():
        raise RoomctlError("stopping")

    with pytest.raises(RoomctlError, match="stopping"):
        Throttle(1, kept.ctx, stop)(10)
