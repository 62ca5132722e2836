"""Sound over REST: played from anywhere, by those who may hear it."""

from dataclasses import replace

import pytest

from roomctl.domain.access import Role
from roomctl.domain.recording import Marker, MarkKind, Segment
from roomctl.domain.transcript import Transcript, TranscriptSegment
from roomctl.services.identity import new_id
from roomctl.testing.fakes import A_MORNING
from roomctl.web.rest.sound import MOST_PLAYERS, stretch

pytestmark = pytest.mark.needs("python:fastapi")

RATE = 48_000
SIZE = 44 + 2 * 3 * RATE


@pytest.fixture
def sound(rest):
    """The path of a meeting with three seconds of sound, its recording's id, and a secretary."""
    meeting = rest.in_session()
    (recording,) = rest.use.recordings(meeting.id)
    machine = rest.application.plugins.newest
    machine.segments = [
        Segment(
            track=1, seq=n + 1, path=f"t01-{n + 1:04d}.flac", first_frame=n * RATE, frames=RATE, utc=A_MORNING,
            monotonic=0.0, sha256_pcm="", sha256_file="", sm3_file="",
        )
        for n in range(3)
    ]  # fmt: skip
    rest.use.adjourn(meeting.id)
    rest.use.settle_recording(recording.id)
    folder = rest.use.data / rest.use.find_recording(meeting.id, recording.id).folder
    folder.mkdir(parents=True, exist_ok=True)
    for one in machine.segments:
        (folder / one.path).touch()
    rest.use.put_transcript(
        Transcript(
            id=new_id(), meeting=meeting.id, version=1, engine="e", model="m",
            segments=(TranscriptSegment(
                id="r1-t1-0001", recording=recording.id, track=1, start=1.0, end=2.0, first_frame=RATE,
                last_frame=2 * RATE - 1, raw="同意。", text="同意。",
            ),),
        )
    )  # fmt: skip
    return f"/api/v1/meetings/{meeting.id}", recording.id, rest.as_(Role.SECRETARY, name="王敏")


def test_the_length_is_told_and_the_bytes_are_as_many(sound):
    path, recording, client = sound
    answer = client.get(f"{path}/recordings/{recording}/sound")
    assert (answer.status_code, answer.headers["accept-ranges"]) == (200, "bytes")
    assert (int(answer.headers["content-length"]), len(answer.content)) == (SIZE, SIZE)
    assert answer.content[:4] == b"RIFF"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [("bytes=0-", 0, SIZE - 1), ("bytes=100-199", 100, 199), ("bytes=200000-", 200_000, SIZE - 1),
     ("bytes=-77", SIZE - 77, SIZE - 1), ("bytes=287000-99999999", 287_000, SIZE - 1), ("bytes=45-45", 45, 45)],
)  # fmt: skip
def test_a_part_is_the_same_bytes_as_in_the_whole(sound, asked, first, last):
    path, recording, client = sound
    url = f"{path}/recordings/{recording}/sound"
    answer = client.get(url, headers={"Range": asked})
    assert answer.status_code == 206
    assert answer.headers["content-range"] == f"bytes {first}-{last}/{SIZE}"
    assert int(answer.headers["content-length"]) == last - first + 1
    assert answer.content == client.get(url).content[first : last + 1]


@pytest.mark.parametrize("asked", ["bytes=288044-", f"bytes={10**17}-", "bytes=-0"])
def test_a_part_behind_the_end_is_416(sound, asked):
    path, recording, client = sound
    answer = client.get(f"{path}/recordings/{recording}/sound", headers={"Range": asked})
    assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{SIZE}")


@pytest.mark.parametrize(
    "asked", ["bytes=5-1", "bytes=0-1,5-6", "frames=1-2", "bytes=-", "bytes=x-2", "", "bytes=1-2-3"]
)
def test_what_is_no_range_gives_all_of_it(asked):
    assert stretch(asked, 1000) is None


def test_a_player_that_holds_an_older_file_gets_all_of_the_new_one(sound):
    path, recording, client = sound
    url = f"{path}/recordings/{recording}/sound"
    tag = client.get(url, headers={"Range": "bytes=0-1"}).headers["etag"]
    assert client.get(url, headers={"Range": "bytes=0-1", "If-Range": tag}).status_code == 206
    assert client.get(url, headers={"Range": "bytes=0-1", "If-Range": '"old"'}).status_code == 200


def test_a_sentence_is_played_with_a_little_beside_it(sound):
    path, recording, client = sound
    url = f"{path}/transcript/sentences/r1-t1-0001/sound"
    answer = client.get(url, params={"before": 0, "after": 0})
    same = client.get(f"{path}/recordings/{recording}/sound", params={"first": 1, "last": 2})
    assert answer.content == same.content
    assert len(client.get(url).content) == 44 + 2 * round(1.5 * RATE)
    assert client.get(url, params={"version": 1, "track": 1}).status_code == 200
    assert client.get(url, params={"version": 2}).status_code == 404
    assert client.get(url, params={"track": 2}).status_code == 422
    assert client.get(url.replace("0001", "0009")).status_code == 404


@pytest.mark.parametrize("params", [{"first": -1}, {"first": 4}, {"last": 0}, {"track": 0}, {"first": "nan"}])
def test_what_is_not_there_is_refused(sound, params):
    path, recording, client = sound
    answer = client.get(f"{path}/recordings/{recording}/sound", params=params)
    assert answer.status_code == 422


def test_only_those_who_may_hear_hear(sound, rest):
    path, recording, _ = sound
    for role in (Role.TECHNICIAN, Role.ARCHIVIST):
        client = rest.as_(role)
        assert client.get(f"{path}/recordings/{recording}/sound").status_code == 403
        assert client.get(f"{path}/transcript/sentences/r1-t1-0001/sound").status_code == 403


def test_who_plays_is_told_once_in_an_hour_however_often_they_seek(sound, rest):
    path, recording, client = sound
    url = f"{path}/recordings/{recording}/sound"

    def told():
        return [row.kind for row in rest.use.events(kinds=["recording.listened"])]

    for at in (0, 1000, 2000):
        client.get(url, headers={"Range": f"bytes={at}-{at + 10}"})
    assert len(told()) == 1
    rest.as_(Role.OPERATOR, name="赵敏").get(url, headers={"Range": "bytes=0-1"})
    assert len(told()) == 2
    rest.clock.advance(3601)
    client.get(url, headers={"Range": "bytes=0-1"})
    assert len(told()) == 3


def test_too_many_players_are_told_so(sound, rest):
    path, recording, client = sound
    rest.web.state.players.open = MOST_PLAYERS
    answer = client.get(f"{path}/recordings/{recording}/sound")
    assert answer.status_code == 409
    rest.web.state.players.open = 0
    client.get(f"{path}/recordings/{recording}/sound")
    assert rest.web.state.players.open == 0


def test_off_the_record_is_silent(sound, rest):
    path, recording, client = sound
    found = rest.use.find_recording(path.rpartition("/")[2], recording)
    off, on = Marker(MarkKind.OFF_RECORD, RATE), Marker(MarkKind.ON_RECORD, 2 * RATE)
    with rest.application.open_uow() as uow:
        uow.recordings.put(replace(found, markers=(off, on)))
        uow.commit()
    data = client.get(f"{path}/recordings/{recording}/sound").content[44:]
    assert data[2 * RATE : 4 * RATE] == bytes(2 * RATE)
    assert b"\0\0" not in (data[2 * RATE - 2 : 2 * RATE], data[4 * RATE : 4 * RATE + 2])
