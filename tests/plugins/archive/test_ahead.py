"""Segments that are sent while the meeting goes on: they count only if they are still the same at close."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from roomctl_archive import package
from roomctl_archive.courier import Courier
from roomctl_archive.folder_target import FolderTarget
from roomctl_archive.verify import verify

from roomctl.api import PackageFile, State, secrecy
from roomctl.api.deliveries import FIRST_RETRY
from roomctl.domain import digests


@pytest.fixture
def live(room, sound, tmp_path):
    """A meeting in session with two sealed segments, and a target that notes what is put."""
    room.services.sound[room.meeting.id] = [replace(sound, folder="source")]
    put = []

    class Noting(FolderTarget):
        def put(self, key, stream, sha256):
            put.append(key.rpartition("/")[2])
            return super().put(key, stream, sha256)

    room.services.targets["folder"] = lambda config: Noting.from_config(config, room.services.data, room.clock.sleep)
    (tmp_path / "nas").mkdir()
    ctx = room.context({"nas": {"kind": "folder", "path": str(tmp_path / "nas")}})
    ctx.config = ctx.config.model_copy(update={"send_ahead": True})

    def in_state(state, **changes):
        room.services.held[room.meeting.id] = replace(room.meeting, state=state, **changes)
        return room.services.held[room.meeting.id]

    courier = Courier(ctx, "nas", chance=lambda: 0.5, stop=lambda: None)
    return SimpleNamespace(ctx=ctx, courier=courier, put=put, state=in_state, root=tmp_path / "nas")


def close(live, room):
    """Closes the meeting, packages it, delivers it; gives the package."""
    meeting = live.state(State.CLOSED)
    made = package.build(live.ctx, meeting)
    live.put.clear()
    live.courier.work(meeting)
    assert verify(live.root / made.meeting / made.id).ok
    assert len(room.services.receipts(meeting.id)) == 1
    return made


def test_what_was_sent_during_the_meeting_is_not_sent_again(live, room):
    live.courier.work(live.state(State.IN_SESSION))
    assert live.put == ["t01-0001.flac", "t01-0002.flac"]
    live.courier.work(live.state(State.RECESS))
    assert len(live.put) == 2
    close(live, room)
    assert "manifest-sha256.txt" in live.put
    assert not [name for name in live.put if name.endswith(".flac")]


def test_it_is_off_unless_the_office_wants_it(live, room):
    live.ctx.config = live.ctx.config.model_copy(update={"send_ahead": False})
    live.courier.work(live.state(State.IN_SESSION))
    assert live.put == []
    close(live, room)
    assert live.put.count("t01-0001.flac") == 1


def test_a_segment_that_is_another_one_by_then_is_sent_again(live, room, files):
    live.courier.work(live.state(State.IN_SESSION))
    content = files[0].source.read_bytes()[:-1] + b"?"
    files[0].source.chmod(0o644)
    files[0].source.write_bytes(content)
    room.services.payload[room.meeting.id][0] = PackageFile(
        files[0].path, files[0].source, digests.sha256(content), digests.sm3(content)
    )
    close(live, room)
    assert [name for name in live.put if name.endswith(".flac")] == ["t01-0001.flac"]


def test_a_segment_that_the_target_lost_meanwhile_is_sent_again(live, room):
    live.courier.work(live.state(State.IN_SESSION))
    next(live.root.rglob("t01-0002.flac")).unlink()
    close(live, room)
    assert [name for name in live.put if name.endswith(".flac")] == ["t01-0002.flac"]


def test_a_target_that_is_away_during_the_meeting_is_no_trouble_and_is_put_off(live, room):
    live.root.rmdir()
    meeting = live.state(State.IN_SESSION)
    live.courier.work(meeting)
    assert live.courier.troubles() == {}
    live.root.mkdir()
    live.put.clear()
    live.courier.work(meeting)
    assert live.put == []
    room.clock.advance(2 * FIRST_RETRY)
    live.courier.work(meeting)
    assert len(live.put) == 2


def test_nothing_of_a_state_secret_leaves_the_room(live):
    live.courier.work(live.state(State.IN_SESSION, secrecy=secrecy.parse("秘密★3年")))
    assert live.put == []
    assert list(live.root.iterdir()) == []
