"""A state secret goes to a registered medium, and a stub of it to the ordinary archive."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from roomctl_archive import bag, media, package, stub, ways
from roomctl_archive.cli import archive
from roomctl_archive.config import TargetConfig
from roomctl_archive.service import ArchiveService
from roomctl_archive.verify import STUB_FILE, kind_of, verify
from typer.testing import CliRunner

from roomctl.api import BadInput, Damaged, NotFound, Receipt, Refused, State, secrecy
from roomctl.api.custody import LABEL, MEDIUM, Medium, Way
from roomctl.domain.custody import label_of


@pytest.fixture
def secret(room, tmp_path):
    """The closed meeting as a state secret, a registered medium that is mounted, and its context."""
    room.meeting = replace(room.meeting, secrecy=secrecy.parse("秘密★3年"))
    room.services.held[room.meeting.id] = room.meeting
    room.mount = tmp_path / "medium"
    room.mount.mkdir()
    (room.mount / LABEL).write_text(label_of("光盘-01"), encoding="utf-8")
    level = secrecy.Level.SECRET
    room.services.registered["光盘-01"] = Medium(
        serial="光盘-01", label="", level=level, keeper="机要室", by="王保密", at=room.clock.now()
    )
    room.ctx = room.context({"nas": {"kind": "folder", "path": "nas"}})
    return room


def sign(room, number=1):
    handed = room.services.receive(number, "档案员")
    room.services.add_receipt(
        room.meeting.id,
        Receipt(
            package=handed.package, target=MEDIUM, key=handed.medium, files=handed.files, bytes=handed.bytes,
            manifest_sha256=handed.manifest_sha256, at=room.clock.now(),
        ),
    )  # fmt: skip
    return handed


def test_a_state_secret_goes_to_its_medium_and_its_stub_to_the_archive(secret):
    service = ArchiveService(secret.ctx)
    assert service.push(secret.meeting, lambda _: None) == 0  # no ordinary target takes it
    (made,) = secret.services.packages(secret.meeting.id)
    assert made.targets == (MEDIUM,)
    assert not list((secret.services.data / "nas").rglob("*"))
    (handed,) = media.hand_over(secret.ctx, secret.meeting, secret.mount, by="赵敏")
    assert verify(secret.mount / secret.meeting.id / made.id).ok
    assert not package.due(secret.ctx, secret.meeting)  # before the other side has signed there is no stub
    sign(secret)
    assert service.push(secret.meeting, lambda _: None) == 1
    (folder,) = (secret.services.data / "nas" / secret.meeting.id).iterdir()
    told = json.loads((folder / "data" / STUB_FILE).read_text(encoding="utf-8"))
    assert told == {
        "number": 1, "meeting": secret.meeting.id, "date": "2026-11-12", "secrecy": "秘密★3年", "keeper": "机要室",
        "medium": "光盘-01", "package": handed.package, "manifest_sha256": made.manifest_sha256, "title": None,
    }  # fmt: skip
    everything = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    for word in (secret.meeting.title, secret.meeting.chair):
        assert word.encode() not in everything
    assert secret.services.meeting(secret.meeting.id).state is State.DEPOSITED
    assert not package.due(secret.ctx, secret.services.meeting(secret.meeting.id))
    assert not service.failures()


def test_a_title_that_is_no_secret_stands_in_the_stub(secret):
    package.build(secret.ctx, secret.meeting)
    media.hand_over(secret.ctx, secret.meeting, secret.mount, by="赵敏", open_title=True)
    sign(secret)
    made = package.build(secret.ctx, secret.meeting)
    told = json.loads((secret.services.data / made.path / "data" / STUB_FILE).read_text(encoding="utf-8"))
    assert told["title"] == secret.meeting.title


def test_verify_says_that_it_is_a_stub_and_finds_one_that_is_none(secret):
    package.build(secret.ctx, secret.meeting)
    media.hand_over(secret.ctx, secret.meeting, secret.mount, by="赵敏")
    made = package.build(secret.ctx, secret.meeting) or stub.build(secret.ctx, secret.meeting, sign(secret))
    folder = secret.services.data / made.path
    assert kind_of(folder) == "stub"
    done = CliRunner().invoke(archive.build(secret.ctx), ["verify", str(folder), "--json"])
    assert (done.exit_code, json.loads(done.stdout)["kind"]) == (0, "stub")
    extra = secret.services.data / "extra.txt"
    extra.write_text("x", encoding="utf-8")
    info = {"Roomctl-Package-Format": "2", "Roomctl-Package-Kind": "stub"}
    more = bag.write(
        folder.parent / "more",
        [bag.PackageFile(STUB_FILE, folder / "data" / STUB_FILE), bag.PackageFile("more.txt", extra)],
        info=info,
        tags={},
    ).folder
    assert "data/more.txt" in {fault.file for fault in verify(more).problems}
    other = bag.write(folder.parent / "other", [bag.PackageFile(STUB_FILE, extra)], info=info, tags={}).folder
    assert f"data/{STUB_FILE}" in {fault.file for fault in verify(other).problems}


def test_a_killed_stub_is_registered_as_one(secret):
    package.build(secret.ctx, secret.meeting)
    media.hand_over(secret.ctx, secret.meeting, secret.mount, by="赵敏")
    sign(secret)
    made = package.build(secret.ctx, secret.meeting)
    secret.services.sealed[secret.meeting.id].remove(made)
    again = package.build(secret.ctx, secret.meeting)
    assert (again.id, again.targets) == (made.id, ("nas",))


@pytest.mark.parametrize("spoil", ["no label", "empty label", "unknown", "withdrawn", "too low"])
def test_nothing_is_written_onto_a_medium_that_may_not_carry_it(secret, spoil):
    package.build(secret.ctx, secret.meeting)
    known = secret.services.registered
    if spoil == "no label":
        (secret.mount / LABEL).unlink()
    elif spoil == "empty label":
        (secret.mount / LABEL).write_bytes(b"\xff serial:")
    elif spoil == "unknown":
        known.clear()
    elif spoil == "withdrawn":
        known["光盘-01"] = replace(known["光盘-01"], withdrawn=secret.clock.now())
    else:
        secret.services.held[secret.meeting.id] = secret.meeting = replace(
            secret.meeting, secrecy=secrecy.parse("机密★3年")
        )
    with pytest.raises((BadInput, NotFound, Refused)):
        media.hand_over(secret.ctx, secret.meeting, secret.mount, by="赵敏")
    assert {path.name for path in secret.mount.iterdir()} <= {LABEL}
    assert not secret.services.handed


def test_a_medium_for_state_secrets_takes_nothing_else(secret):
    secret.services.held[secret.meeting.id] = secret.meeting = replace(secret.meeting, secrecy=secrecy.OPEN)
    package.build(secret.ctx, secret.meeting)
    with pytest.raises(secrecy.SecrecyRefused):
        media.hand_over(secret.ctx, secret.meeting, secret.mount, by="赵敏")


@pytest.mark.usefixtures("declared")
def test_what_is_handed_over_is_handed_over_once(secret):
    package.build(secret.ctx, secret.meeting)
    done = CliRunner().invoke(
        archive.build(secret.ctx),
        ["hand-over", secret.meeting.id, "--medium", str(secret.mount), "--by", "赵敏", "--json"],
    )
    assert json.loads(done.stdout)["handovers"][0]["handed_by"] == "赵敏"
    with pytest.raises(NotFound):
        media.hand_over(secret.ctx, secret.meeting, secret.mount, by="赵敏")


def test_a_medium_that_lies_gets_no_list(secret, monkeypatch):
    package.build(secret.ctx, secret.meeting)
    monkeypatch.setattr("roomctl_archive.delivery._Run.read_back", lambda *_: "00")
    with pytest.raises(Damaged, match="光盘-01"):
        media.hand_over(secret.ctx, secret.meeting, secret.mount, by="赵敏")
    assert not secret.services.handed


def test_the_copy_on_the_declared_machine_is_not_given_up_by_itself(secret):
    made = package.build(secret.ctx, secret.meeting)
    secret.ctx.config.keep_local_days = 1
    secret.services.held[secret.meeting.id] = replace(secret.meeting, state=State.ARCHIVED)
    secret.clock.advance(timedelta(days=9).total_seconds())
    service = ArchiveService(secret.ctx)
    service._workers[-1].work(secret.services.meeting(secret.meeting.id))
    assert (secret.services.data / made.path).is_dir()
    assert made.id not in secret.services.pruned_packages()


# --- the office's own storage


@pytest.mark.parametrize(
    ("section", "own"),
    [
        ({"kind": "folder", "path": "/mnt/nas"}, True),
        ({"kind": "folder", "path": "/mnt/cloud", "office": False}, False),
        ({"kind": "sftp", "host": "10.1.2.3"}, True),
        ({"kind": "sftp", "host": "nas"}, True),
        ({"kind": "sftp", "host": "nas.lan."}, True),
        ({"kind": "sftp", "host": "203.0.113.0"}, True),  # a test network (RFC 5737) is routed nowhere
        ({"kind": "sftp", "host": "8.8.8.8"}, False),
        ({"kind": "sftp", "host": "archive.example.org"}, False),
        ({"kind": "sftp", "host": "archive.example.org", "office": True}, True),
        ({"kind": "s3", "endpoint": "http://127.0.0.1:8333"}, True),
        ({"kind": "s3", "endpoint": "https://[fd00::1]:9000"}, True),
        ({"kind": "s3", "endpoint": "https://s3.example.org"}, False),
        ({"kind": "s3"}, False),  # Amazon's own
    ],
)
def test_whether_a_storage_is_the_offices_own(section, own):
    assert (ways.way_of(TargetConfig.model_validate(section)) is Way.TARGET) is own


def test_a_work_secret_waits_for_no_storage_outside_and_is_not_sent_there(room):
    ctx = room.context({"nas": {"kind": "folder", "path": "nas"}, "cloud": {"path": "cloud", "office": False}})
    room.services.held[room.meeting.id] = meeting = replace(room.meeting, secrecy=secrecy.parse("内部"))
    ArchiveService(ctx).push(meeting, lambda _: None)
    assert [one.targets for one in room.services.packages(meeting.id)] == [("nas",)]
    assert not (room.services.data / "cloud").exists()
    (made,) = room.services.packages(meeting.id)
    cloud = next(one for one in ArchiveService(ctx)._couriers if one.name == "cloud")
    with pytest.raises(secrecy.SecrecyRefused):
        cloud.deliver(made)
