"""Over REST: a transcript done again, its holes seen and tried."""

import json

import pytest

from roomctl.domain.access import Role
from roomctl.domain.transcript import Hole, Transcript, TranscriptSegment
from roomctl.host.plugins import Report
from roomctl.services.identity import new_id
from roomctl.services.offers import EngineOffer, Health, Progress

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


class Busy:
    """Services that are at it: each look finds the next row; none is left at the end."""

    def __init__(self, meeting, *done, stuck=""):
        self.meeting, self.left, self.stuck, self.looks = meeting, list(done), stuck, 0

    def __call__(self):
        self.looks += 1
        done = self.left.pop(0) if self.left else None
        rows = [] if done is None else [Progress(self.meeting, "重新转写", done, 100.0, "s")]
        failures = {self.meeting: self.stuck} if self.stuck else {}
        return [
            Report("transcript", Health(ok=True), rows, failures),
            Report("archive", Health(ok=True), [Progress(self.meeting, "送存", 1, 2)], {}),
        ]


def test_how_far_it_is_is_told_with_the_time_left(done, rest):
    path, client = done
    rest.application.plugins.reports = Busy(path.split("/")[4], 0.0, 20.0, 20.0)
    (row,) = client.get(f"{path}/progress").json()
    assert (row["done"], row["total"], row["left"], row["stuck"]) == (0.0, 100.0, None, "")
    rest.clock.advance(10)
    (row,) = client.get(f"{path}/progress").json()
    assert (row["done"], row["left"]) == (20.0, 40.0)


def test_many_readers_are_one_look(done, rest):
    path, client = done
    rest.application.plugins.reports = asked = Busy(path.split("/")[4], 1.0, 2.0, 3.0)
    for _ in range(5):
        client.get(f"{path}/progress")
    assert asked.looks == 1


def test_what_is_stuck_says_why(done, rest):
    path, client = done
    rest.application.plugins.reports = Busy(path.split("/")[4], 1.0, stuck="没有模型。roomctl models pull x")
    (row,) = client.get(f"{path}/progress").json()
    assert "models pull" in row["stuck"]


def test_a_reader_follows_it_to_its_end(done, rest, monkeypatch):
    path, client = done
    monkeypatch.setattr("roomctl.web.rest.progress.EACH", 0.01)
    monkeypatch.setattr("roomctl.web.working.EACH", 0.0)
    rest.application.plugins.reports = Busy(path.split("/")[4], 10.0, 10.0, 60.0)
    text = client.get(f"{path}/progress/stream").text
    rows = [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: ")]
    assert [row[0]["done"] if row else None for row in rows[:-1]] == [10.0, 60.0, None]
    assert text.endswith("event: end\ndata: {}\n\n")


def test_a_hole_is_written_in_by_hand_or_is_none(done):
    path, client = done
    late = client.put(f"{path}/holes/1", json={"text": "由财政局配合。", "start": 3.0})
    assert late.status_code == 409
    said = client.put(f"{path}/holes/1", json={"text": "由财政局配合。", "speaker": "李晓明", "start": 12.0}).json()
    assert (said["text"], said["corrected"], said["speaker"]) == ("由财政局配合。", True, "李晓明")
    assert client.get(f"{path}/holes").json() == []
    assert client.put(f"{path}/holes/1", json={"text": "一。"}).status_code == 404


def test_a_hole_in_which_nobody_speaks_is_none(done):
    path, client = done
    assert client.post(f"{path}/holes/1/dismissal", json={"why": ""}).status_code == 422
    assert client.post(f"{path}/holes/1/dismissal", json={"why": "掌声"}).status_code == 204
    assert client.get(f"{path}/holes").json() == []
