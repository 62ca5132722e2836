import io
from contextlib import contextmanager
from itertools import pairwise
from types import SimpleNamespace

import pytest
from roomctl_archive import delivery, package
from roomctl_archive.folder_target import FolderTarget
from roomctl_archive.verify import verify

from roomctl.api import Damaged, RoomctlError


@pytest.fixture
def sent(tmp_path, room):
    """A built package, and a way to deliver it."""
    made = package.build(room.context(), room.meeting)
    nas = FolderTarget(tmp_path / "nas", room.clock.sleep, make=True)

    def deliver(target=nas, **more):
        return delivery.deliver(made, room.services.data / made.path, target, name="nas", clock=room.clock, **more)

    local = room.services.data / made.path
    arrived = tmp_path / "nas" / made.meeting / made.id
    return SimpleNamespace(package=made, target=nas, deliver=deliver, arrived=arrived, local=local)


class Watched:
    """A target in between, that notes and may lie or fail.

    Attributes:
        lie: turns what is got into something else.
        fails_at: key part at which `put` fails.

    """

    def __init__(self, inner, *, lie=None, fails_at=""):
        self.inner, self.lie, self.fails_at = inner, lie, fails_at
        self.put_keys = []

    def put(self, key, stream, sha256):
        if self.fails_at and self.fails_at in key:
            raise RoomctlError("the line was cut")
        self.put_keys.append(key)
        return self.inner.put(key, stream, sha256)

    def stat(self, key):
        return self.inner.stat(key)

    @contextmanager
    def get(self, key):
        with self.inner.get(key) as stream:
            content = stream.read()
        yield io.BytesIO(self.lie(key, content) if self.lie else content)

    def finish(self, key):
        self.inner.finish(key)


def test_what_arrives_is_a_whole_package_and_the_receipt_says_so(sent):
    receipt = sent.deliver()
    assert verify(sent.arrived).ok
    assert (receipt.manifest_sha256, receipt.files) == (sent.package.manifest_sha256, sent.package.files)


def test_the_tag_manifest_comes_last_and_the_payload_first(sent):
    watched = Watched(sent.target)
    sent.deliver(watched)
    assert watched.put_keys[-1].endswith("/tagmanifest-sha256.txt")
    assert "/data/" in watched.put_keys[0]


def test_it_tells_how_far_it_is_there_and_back(sent):
    told = []
    sent.deliver(seen=lambda tally: told.append((tally.sent_files, tally.sent, tally.checked_files, tally.checked)))
    files = [path for path in sent.local.rglob("*") if path.is_file()]
    whole = sum(path.stat().st_size for path in files)
    assert all(before[1] <= after[1] and before[3] <= after[3] for before, after in pairwise(told))
    assert told[-1] == (len(files), whole, len(files), whole)


def test_a_cut_line_is_taken_up_where_it_broke(sent):
    with pytest.raises(RoomctlError, match="cut"):
        sent.deliver(Watched(sent.target, fails_at="minutes.docx"))
    again = Watched(sent.target)
    sent.deliver(again)
    assert not [key for key in again.put_keys if key.endswith(".flac")]
    assert verify(sent.arrived).ok


def test_what_went_bad_on_the_target_is_sent_again(sent):
    sent.deliver()
    bad = sent.arrived / "data/audio/r1/t01-0001.flac"
    bad.write_bytes(b"\0" * bad.stat().st_size)
    again = Watched(sent.target)
    sent.deliver(again)
    assert [key.rpartition("/")[2] for key in again.put_keys] == ["t01-0001.flac"]
    assert verify(sent.arrived).ok


@pytest.mark.parametrize("victim", ["t01-0001.flac", "tagmanifest-sha256.txt", "tagmanifest-sm3.txt", "meeting.json"])
def test_a_target_that_lies_gets_no_receipt_and_nothing_is_removed(sent, victim):
    def lie(key, content):
        return content[:-1] if key.endswith(victim) else content

    with pytest.raises(Damaged, match=victim):
        sent.deliver(Watched(sent.target, lie=lie))
    assert verify(sent.local).ok
    assert verify(sent.arrived).ok


def test_a_target_that_says_stored_and_has_nothing_gets_no_receipt(sent):
    class Forgetful(Watched):
        def put(self, key, stream, sha256):
            pass

    with pytest.raises(Damaged):
        sent.deliver(Forgetful(sent.target))


@pytest.mark.parametrize(
    "name", ["tagmanifest-sha256.txt", "manifest-sha256.txt", "data/records/minutes.docx", "bag-info.txt"]
)
def test_a_local_package_that_was_altered_is_not_delivered(sent, tampered, name):
    tampered(sent.local / name, (sent.local / name).read_bytes()[:-1] + b"?")
    with pytest.raises(Damaged):
        sent.deliver()


def test_a_local_file_that_is_gone_is_told(sent):
    (sent.local / "data/records/minutes.docx").unlink()
    with pytest.raises(Damaged, match=r"minutes\.docx"):
        sent.deliver()
