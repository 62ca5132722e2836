"""The sentences of a version as the secretary's page reads them."""

from dataclasses import replace

import pytest

from roomctl.domain.access import Role
from roomctl.domain.transcript import Hole, Transcript, TranscriptSegment, Word
from roomctl.services.identity import new_id

pytestmark = pytest.mark.needs("python:fastapi")


@pytest.fixture
def words(rest):
    """Its path, a secretary, and a version with two sentences of which the second is an invention."""
    meeting = rest.in_session()
    (recording,) = rest.use.recordings(meeting.id)
    said = TranscriptSegment(
        id="r1-t1-0001", recording=recording.id, track=1, start=5.0, end=9.0, first_frame=0, last_frame=9,
        raw="由市发该委负责", text="由市发改委负责。",
        words=(Word("由", 5.0, 5.2), Word("市", 5.2, 5.5), Word("负责", 7.5, 8.0, 0.3)),
    )  # fmt: skip
    others = [replace(said, id=f"r1-t1-000{n}", start=n * 9.0, end=n * 9.0 + 4) for n in (2, 3)]
    dropped = replace(said, id="r1-t1-0009", dropped=True)
    made = Transcript(
        id=new_id(), meeting=meeting.id, version=1, engine="vosk", model="m",
        segments=(said, *others, dropped), holes=(Hole(recording.id, 1, 10.0, 12.5),),
    )  # fmt: skip
    rest.use.put_transcript(made)
    return f"/api/v1/meetings/{meeting.id}/transcripts", rest.as_(Role.SECRETARY, name="王敏")


def test_a_word_is_found_in_the_text_and_in_the_sound(words):
    path, client = words
    first = client.get(f"{path}/1/lines").json()[0]
    assert first["words"] == [0, 0, 1, 20, 5, 250]
    assert first["unsure"] == [[5, 7]]
    assert first["raw"] == "由市发该委负责"


def test_inventions_are_left_out_and_what_is_known_already_need_not_be_sent_again(words):
    path, client = words
    assert [one["id"][-1] for one in client.get(f"{path}/1/lines").json()] == ["1", "2", "3"]
    assert [one["id"][-1] for one in client.get(f"{path}/1/lines?after=2").json()] == ["3"]
    assert client.get(f"{path}/1/lines/r1-t1-0009").status_code == 404


def test_one_sentence_says_that_a_person_has_changed_and_confirmed_it(words):
    path, client = words
    transcript = path.removesuffix("s")
    client.put(f"{transcript}/sentences/r1-t1-0002", json={"text": "由市发改委牵头负责。"})
    client.put(f"{transcript}/sentences/r1-t1-0002/confirmation")
    one = client.get(f"{path}/1/lines/r1-t1-0002").json()
    assert (one["corrected"], one["confirmed"], one["text"]) == (True, True, "由市发改委牵头负责。")


def test_holes_stand_beside_the_sentences(words):
    path, client = words
    assert client.get(f"{path}/1/notes").json()["holes"][0]["end"] == 12.5
    assert client.get(f"{path}/2/notes").status_code == 404
