import io
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from roomctl_archive import durable
from roomctl_archive.folder_target import FolderTarget

from roomctl.api import BadInput, Damaged, MissingPart, NotFound, RoomctlError, events


@pytest.fixture
def target(tmp_path, room):
    return FolderTarget(tmp_path / "nas", room.clock.sleep, make=True)


def put(target, key, content, digest=None):
    return target.put(key, io.BytesIO(content), digest or events.sha256(content))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=300))
def test_what_is_put_is_got_back(target, content):
    put(target, "m/p/data/a.bin", content)
    with target.get("m/p/data/a.bin") as stream:
        assert stream.read() == content
    assert target.stat("m/p/data/a.bin").bytes == len(content)


def test_what_is_not_there_has_no_state_and_cannot_be_got(target):
    assert target.stat("m/p/nothing") is None
    with pytest.raises(NotFound), target.get("m/p/nothing"):
        pass


def test_bytes_that_are_not_those_of_the_hash_leave_the_old_ones(target):
    put(target, "m/a", b"old")
    with pytest.raises(Damaged):
        put(target, "m/a", b"new", events.sha256(b"other"))
    with target.get("m/a") as stream:
        assert stream.read() == b"old"


class Torn(io.BytesIO):
    """Breaks off, as a disk or a killed process does; counts what was read of it."""

    def __init__(self, content, breaks_at=None):
        super().__init__(content)
        self.breaks_at, self.taken = breaks_at, 0

    def read(self, size=-1):
        if self.breaks_at is not None and self.tell() >= self.breaks_at:
            raise OSError(5, "Input/output error")
        chunk = super().read(min(size, 1000) if size >= 0 else size)
        self.taken += len(chunk)
        return chunk


CONTENT = bytes(range(256)) * 20


def test_a_broken_stream_leaves_no_name(target):
    with pytest.raises(RoomctlError, match="Input/output"):
        target.put("m/a", Torn(CONTENT, 3000), events.sha256(CONTENT))
    assert target.stat("m/a") is None


def test_it_goes_on_at_the_byte_where_it_broke_off(target, tmp_path):
    with pytest.raises(RoomctlError):
        target.put("m/a", Torn(CONTENT, 3000), events.sha256(CONTENT))
    again = Torn(CONTENT)
    target.put("m/a", again, events.sha256(CONTENT))
    assert again.taken == len(CONTENT) - 3000
    assert [path.read_bytes() for path in (tmp_path / "nas" / "m").iterdir()] == [CONTENT]


@pytest.mark.parametrize("spoilt", [bytes(3000), CONTENT + b"more", b"x"])
def test_what_was_spoilt_since_it_broke_off_is_sent_afresh(target, tmp_path, spoilt):
    with pytest.raises(RoomctlError):
        target.put("m/a", Torn(CONTENT, 3000), events.sha256(CONTENT))
    (partial,) = (tmp_path / "nas" / "m").iterdir()
    partial.write_bytes(spoilt)
    target.put("m/a", Torn(CONTENT), events.sha256(CONTENT))
    assert [path.read_bytes() for path in (tmp_path / "nas" / "m").iterdir()] == [CONTENT]


def test_a_partial_file_of_other_bytes_is_left_alone(target):
    with pytest.raises(RoomctlError):
        target.put("m/a", Torn(CONTENT, 3000), events.sha256(CONTENT))
    put(target, "m/a", b"other")
    with target.get("m/a") as stream:
        assert stream.read() == b"other"


@pytest.mark.parametrize("key", ["../x", "/etc/x", "a/../../x", ""])
def test_a_key_that_leads_out_is_refused(target, key):
    with pytest.raises(BadInput):
        put(target, key, b"")


def test_a_share_that_is_away_is_told_and_never_made(tmp_path, room):
    target = FolderTarget.from_config({"kind": "folder", "path": str(tmp_path / "mnt")}, tmp_path, room.clock.sleep)
    for act in (target.probe, lambda: put(target, "m/a", b"x"), lambda: target.stat("m/a")):
        with pytest.raises(MissingPart, match="mnt"):
            act()
    assert not (tmp_path / "mnt").exists()


@pytest.mark.parametrize("config", [{}, {"path": ""}, {"path": "a", "pth": 1}])
def test_settings_that_make_no_folder_are_refused_in_one_line(tmp_path, room, config):
    with pytest.raises(BadInput) as told:
        FolderTarget.from_config(config, tmp_path, room.clock.sleep)
    assert "\n" not in str(told.value)


def test_a_probe_leaves_nothing_and_knows_the_free_space(target, tmp_path):
    assert target.probe() > 0
    assert list((tmp_path / "nas").iterdir()) == []


class Held:
    """A path that somebody holds for some tries, as a virus scanner does."""

    def __init__(self, path, times):
        self.path, self.times = path, times

    def replace(self, target):
        if self.times:
            self.times -= 1
            raise PermissionError(13, "held by another program")
        return self.path.replace(target)


def test_what_is_finished_may_be_read_only(target, tmp_path):
    put(target, "m/p/a", b"x")
    (tmp_path / "nas/m/p/a").chmod(0o444)
    target.finish("m/p")


def test_a_rename_that_fails_is_tried_again(tmp_path, room):
    (tmp_path / "a").write_bytes(b"x")
    held = Held(tmp_path / "a", 2)
    durable.tried(lambda: held.replace(tmp_path / "b"), room.clock.sleep)
    assert (tmp_path / "b").read_bytes() == b"x"
    assert room.clock.slept == list(durable.RETRIES[:2])


def test_a_rename_that_keeps_failing_ends(tmp_path, room):
    (tmp_path / "a").write_bytes(b"x")
    held = Held(tmp_path / "a", 99)
    with pytest.raises(PermissionError):
        durable.tried(lambda: held.replace(tmp_path / "b"), room.clock.sleep)
    assert (tmp_path / "a").exists()


with suppress(ImportError):
    from roomctl.testing.contracts import ArchiveTargetContract

    class TestContract(ArchiveTargetContract):
        @pytest.fixture
        def target(self, tmp_path):
            return FolderTarget(tmp_path / "nas", lambda _: None, make=True)
