"""A secretary puts the transcript right over REST."""

from dataclasses import replace

import pytest

from roomctl.domain.access import Role
from roomctl.domain.transcript import Change, Doubt, DraftPoint, PointKind, Transcript, TranscriptSegment
from roomctl.services.identity import new_id

pytestmark = pytest.mark.needs("python:fastapi")


@pytest.fixture
def words(rest):
    """Its path, a secretary, and how the transcript is written again."""
    meeting = rest.in_session()
    (recording,) = rest.use.recordings(meeting.id)
    made = Transcript(id=new_id(), meeting=meeting.id, version=1, engine="vosk", model="m")

    def write(*texts, of=made, changes=()):
        rest.use.put_transcript(replace(of, segments=tuple(
            TranscriptSegment(
                id=f"r1-t1-{n:04d}", recording=recording.id, track=1, start=n * 5, end=n * 5 + 4, first_frame=0,
                last_frame=9, raw=text, text=text, changes=changes,
                doubts=(Doubt(at=0, said="86个", paper="68个", file="a.docx"),),
            )
            for n, text in enumerate(texts, 1)
        )))  # fmt: skip

    return f"/api/v1/meetings/{meeting.id}", rest.as_(Role.SECRETARY, name="王敏"), write, made


def test_a_sentence_is_corrected_and_the_correction_taken_back(words):
    path, client, write, _ = words
    write("由市发改为负责。")
    sentence = f"{path}/transcript/sentences/r1-t1-0001"
    put = client.put(sentence, json={"text": "由市发改委负责。", "seen": "由市发改为负责。"})
    assert (put.status_code, put.json()["text"]) == (200, "由市发改委负责。")
    assert put.json()["doubts"][0]["paper"] == "68个"
    late = client.put(sentence, json={"text": "由发改委负责。", "seen": "由市发改为负责。"})
    assert late.status_code == 409
    assert "王敏" in late.json()["title"]
    assert client.delete(f"{sentence}/correction").json()["text"] == "由市发改为负责。"


def test_somebody_has_heard_it_and_it_is_right(words):
    path, client, write, _ = words
    write("同意。")
    sentence = f"{path}/transcript/sentences/r1-t1-0001"
    assert client.put(f"{sentence}/confirmation").json()["confirmed"]
    assert not client.put(sentence, json={"text": "不同意。"}).json()["confirmed"]
    (shown,) = client.get(f"{path}/transcript").json()["sentences"]
    assert (shown["corrected"], shown["confirmed"]) == (True, False)


def test_somebody_says_who_speaks(words):
    path, client, write, _ = words
    write("同意。")
    said = client.put(f"{path}/transcript/sentences/r1-t1-0001/speaker", json={"name": "李晓明"}).json()
    assert (said["speaker"], said["known_by"]) == ("李晓明", "person")


def test_a_name_goes_everywhere_at_once_and_versions_stand_side_by_side(words):
    path, client, write, made = words
    write("请李晓明汇报。", "由李晓明负责。", changes=(Change("names", "李小明", "李晓明", "roster", 1),))
    assert client.post(f"{path}/transcript/undone-names", json={"name": "李晓明"}).json() == {"sentences": 2}
    (put_in,) = client.get(f"{path}/transcript/names").json()
    assert put_in == {"name": "李晓明", "heard": ["李小明"], "standing": 0, "undone": 2}
    assert client.post(f"{path}/transcript/restored-names", json={"name": "李晓明"}).json() == {"sentences": 2}
    assert client.post(f"{path}/transcript/undone-names", json={"name": "李晓明"}).json() == {"sentences": 2}
    write("请李小明汇报。", "由李小明负责了。", of=replace(made, id=new_id(), version=2))
    rows = client.get(f"{path}/transcripts/1/beside/2").json()
    assert [row["same"] for row in rows] == [True, False]
    assert client.get(f"{path}/transcripts/1/beside/7").status_code == 404


def test_corrections_suggest_words_for_the_glossary(words):
    path, client, write, _ = words
    write("云西街道负责。")
    client.put(f"{path}/transcript/sentences/r1-t1-0001", json={"text": "云溪街道负责。"})
    (found,) = client.get(f"{path}/transcript/suggestions").json()
    assert (found["heard"], found["meant"]) == ("云西街道", "云溪街道")


@pytest.mark.parametrize(
    "body", [{"text": ""}, {"text": "一\n二"}, {"text": "长" * 2001}, {}, {"text": "好", "by": "x"}]
)
def test_what_is_no_sentence_is_refused(words, body):
    path, client, write, _ = words
    write("会议决定。")
    answer = client.put(f"{path}/transcript/sentences/r1-t1-0001", json=body)
    assert 400 <= answer.status_code < 500


def test_what_is_not_there_is_told(words):
    path, client, _, _ = words
    answer = client.put(f"{path}/transcript/sentences/r1-t1-0001", json={"text": "一。"})
    assert answer.status_code == 404
    assert answer.json()["mend"]


def test_who_speaks_is_said_of_many_sentences_in_one_step(words, rest):
    path, client, write, _ = words
    write("甲。", "乙。", "丙。")
    ids = ["r1-t1-0001", "r1-t1-0003", "r1-t1-0099"]
    answer = client.post(f"{path}/transcript/speakers", json={"name": "李晓明", "sentences": ids})
    assert answer.json() == {"sentences": 2}
    found = client.get(f"{path}/transcript").json()["sentences"]
    assert [one["speaker"] for one in found] == ["李晓明", None, "李晓明"]
    assert found[0]["known_by"] == "person"
    kinds = [row.kind for row in rest.use.events(stream=path.split("/")[-1], limit=3)]
    assert kinds.count("transcript.speakers_named") == 1
    assert client.post(f"{path}/transcript/speakers", json={"name": "李", "sentences": []}).status_code == 422


def test_a_sentence_is_made_two_and_one_again(words):
    path, client, write, made = words
    write("同意。散会。", "再见。")
    sentence = f"{path}/transcript/sentences/r1-t1-0001"
    stale = client.post(f"{sentence}/split", json={"at": 3, "seen": "同意。"})
    assert (stale.status_code, stale.json()["title"]) == (409, "The transcription has just changed this sentence")
    assert client.post(f"{sentence}/split", json={"at": 6}).status_code == 422
    first, second = client.post(
        f"{sentence}/split", json={"at": 3, "seen": "同意。散会。", "speaker": "李晓明"}
    ).json()
    assert (first["text"], second["text"], second["speaker"]) == ("同意。", "散会。", "李晓明")
    shown = client.get(f"{path}/transcript").json()["sentences"]
    assert [one["text"] for one in shown] == ["同意。", "散会。", "再见。"]
    write("同意。散会。", "再见。", "走吧。", of=replace(made, complete=True))  # the machine writes on
    shown = client.get(f"{path}/transcript").json()["sentences"]
    assert [(one["text"], one["speaker"]) for one in shown[:2]] == [("同意。", None), ("散会。", "李晓明")]
    far = client.post(f"{sentence}/merge", json={"following": "r1-t1-0002"})
    assert (far.status_code, "no longer follow" in far.json()["title"]) == (409, True)
    stale = client.post(f"{sentence}/merge", json={"following": second["id"], "seen": ["同意。", "不散会。"]})
    assert stale.status_code == 409
    whole = client.post(f"{sentence}/merge", json={"following": second["id"], "seen": ["同意。", "散会。"]}).json()
    assert (whole["text"], whole["speaker"]) == ("同意。散会。", "李晓明")
    assert client.post(f"{sentence}/merge", json={"following": "r9"}).status_code == 404


def test_points_are_written_added_and_struck_out(words):
    path, client, write, made = words
    own = DraftPoint(
        kind=PointKind.ACTION, text="由市财正局负责，拨付。", segment="r1-t1-0001", owner="市财正局", what="拨付"
    )
    write("由市财正局负责，拨付。", of=replace(made, points=(own,)))
    client.put(f"{path}/transcript/sentences/r1-t1-0001", json={"text": "由市财政局负责，拨付。"})
    (point,) = client.get(f"{path}/transcripts/1/notes").json()["points"]
    assert (point["name"], point["owner"], point["text"]) == ("r1-t1-0001", "市财政局", "由市财政局负责，拨付。")
    seen = {"kind": "action", "what": "拨付", "owner": "市财政局"}
    mine = {**seen, "person": "陈志强", "support": ["市发改委"], "seen": seen}
    one = f"{path}/transcript/points/r1-t1-0001"
    assert client.put(one, json=mine).json()["by"] == "王敏"
    client.put(f"{path}/transcript/sentences/r1-t1-0001", json={"text": "由市财政局负责拨付。"})
    (point,) = client.get(f"{path}/transcripts/1/notes").json()["points"]
    assert (point["by"], point["text"], point["now"]) == ("王敏", "由市财政局负责，拨付。", "由市财政局负责拨付。")
    client.delete(f"{path}/transcript/sentences/r1-t1-0001/correction")
    (point,) = client.get(f"{path}/transcripts/1/notes").json()["points"]
    assert (point["by"], point["now"]) == ("王敏", "")
    late = client.put(one, json=mine)
    assert (late.status_code, late.json()["title"]) == (409, "王敏 has just changed this point")
    assert client.post(f"{one}/strike", json={"seen": seen}).status_code == 409
    assert client.post(f"{one}/strike").json()["struck"]
    assert client.get(f"{path}/transcripts/1/notes").json()["points"] == []
    added = {"kind": "决定", "what": "原则同意", "segment": "r1-t1-0001"}
    assert client.post(f"{path}/transcript/points", json=added).status_code == 201
    assert client.post(f"{path}/transcript/points", json={**added, "segment": "r9"}).status_code == 404
    assert client.put(f"{path}/transcript/points/nix", json=seen).status_code == 404
    (left,) = client.get(f"{path}/transcripts/1/notes").json()["points"]
    assert (left["what"], left["by"]) == ("原则同意", "王敏")
