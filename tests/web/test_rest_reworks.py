"""Over REST: a transcript done again, its holes seen and tried."""

import pytest

from roomctl.domain.access import Role
from roomctl.domain.transcript import Hole, Transcript, TranscriptSegment
from roomctl.services.identity import new_id
from roomctl.services.offers import EngineOffer

pytestmark = pytest.mark.needs("python:fastapi")


@pytest.fixture
def done(rest):
    """The path of a meeting that is transcribed, and a secretary."""
    meeting = rest.in_session()
    rest.use.adjourn(meeting.id)
    (recording,) = rest.use.recordings(meeting.id)
    rest.use.settle_recording(recording.id)
    rest.application.plugins.offers = [EngineOffer(name="vosk", entry="x:Y", models=("m",))]
    rest.use.put_transcript(
        Transcript(
            id=new_id(), meeting=meeting.id, version=1, engine="vosk", model="m", complete=True, speech=60.0,
            segments=(TranscriptSegment(
                id="r1-t1-0001", recording=recording.id, track=1, start=2, end=6, first_frame=0, last_frame=9,
                raw="同意。", text="同意。",
            ),),
            holes=(Hole(recording.id, 1, 12.0, 16.0),),
        )
    )  # fmt: skip
    return f"/api/v1/meetings/{meeting.id}/transcript", rest.as_(Role.SECRETARY, name="王敏")


def test_holes_are_listed_with_what_stands_around_them(done):
    path, client = done
    (hole,) = client.get(f"{path}/holes").json()
    assert (hole["number"], hole["start"], hole["before"], hole["tried"]) == (1, 12.0, "同意。", 0)
    assert hole["reason"]


def test_a_transcript_is_asked_for_again_followed_and_cancelled(done):
    path, client = done
    asked = client.post(f"{path}/reworks", json={"kind": "again", "engine": "vosk"})
    assert asked.status_code == 202
    (wish,) = client.get(f"{path}/reworks").json()
    assert wish == asked.json()
    assert (wish["state"], wish["engine"], wish["by"]) == ("waiting", "vosk", "王敏")
    assert client.post(f"{path}/reworks", json={"kind": "holes"}).status_code == 409
    assert client.delete(f"{path}/reworks").json()["state"] == "cancelled"
    assert client.delete(f"{path}/reworks").status_code == 404


def test_holes_are_asked_for_by_their_number(done):
    path, client = done
    asked = client.post(f"{path}/reworks", json={"kind": "holes", "holes": [1]}).json()
    assert [hole["start"] for hole in asked["holes"]] == [12.0]


@pytest.mark.parametrize(
    "body",
    [{}, {"kind": "else"}, {"kind": "again", "engine": "nonesuch"}, {"kind": "holes", "holes": [7]},
     {"kind": "holes", "holes": [0]}, {"kind": "again", "by": "x"}, {"kind": "again", "engine": "长" * 101}],
)  # fmt: skip
def test_what_nobody_can_do_is_refused(done, body):
    path, client = done
    answer = client.post(f"{path}/reworks", json=body)
    assert 400 <= answer.status_code < 500
    assert client.get(f"{path}/reworks").json() == []
