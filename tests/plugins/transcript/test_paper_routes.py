"""Papers of a meeting over REST."""

from dataclasses import replace

import pytest

from roomctl.api import Beside, Doubt, State, Transcript

pytestmark = pytest.mark.needs("python:fastapi")

PAPERS = "/meetings/m1/papers"
RAW = {"Content-Type": "application/octet-stream"}


@pytest.mark.usefixtures("meeting")
def test_a_paper_is_put_listed_fetched_and_removed(web, ctx):
    put = web.put(f"{PAPERS}/汇报材料.txt", content="局长李晓明汇报。".encode(), headers=RAW)
    assert (put.status_code, put.json()["characters"]) == (200, 8)
    assert web.get(PAPERS).json() == [put.json()]
    assert web.get(f"{PAPERS}/汇报材料.txt").content == "局长李晓明汇报。".encode()
    assert web.delete(f"{PAPERS}/汇报材料.txt").status_code == 204
    assert web.get(PAPERS).json() == []
    assert [one.data["by"] for one in ctx.published] == ["孙丽", "孙丽"]
    assert web.delete(f"{PAPERS}/汇报材料.txt").status_code == 404


@pytest.mark.usefixtures("meeting")
@pytest.mark.parametrize(
    ("name", "data"),
    [("a.docx", b"no docx"), ("a.exe", b"MZ"), ("a.txt", b""), ("%2e%2e%5ca.txt", b"x"), ("a.pdf", b"x")],
)
def test_a_bad_one_is_refused_with_what_to_do(web, name, data):
    answer = web.put(f"{PAPERS}/{name}", content=data, headers=RAW)
    assert answer.status_code == 422
    if data:
        assert answer.json()["mend"]
    assert web.get(PAPERS).json() == []


@pytest.mark.parametrize("role", ["operator", "technician", "usher"])
def test_only_those_who_may_see_the_transcript_see_them(web, meeting, role):
    assert meeting
    assert web.get(PAPERS, headers={"role": role}).status_code == 403
    assert web.put(f"{PAPERS}/a.txt", content=b"x", headers={"role": role, **RAW}).status_code == 403


def test_the_papers_of_a_closed_meeting_stay(web, services, meeting):
    services.held["m1"] = replace(meeting, state=State.CLOSED)
    assert web.put(f"{PAPERS}/a.txt", content=b"x", headers=RAW).status_code == 409


def test_what_was_said_beside_them_is_listed_with_the_figures_in_doubt(web, services, meeting, segment):
    doubt = Doubt(at=1, said="86个", paper="68个", file="a.docx")
    segments = (
        segment("共86个。", 1, beside=Beside("a.docx", "共68个。", 0.9), doubts=(doubt,)),
        segment("散会。", 2),
    )
    assert web.get("/meetings/m1/beside").json() == []
    services.put_transcript(
        Transcript(id="t1", meeting=meeting.id, version=1, engine="e", model="m", segments=segments)
    )
    (row,) = web.get("/meetings/m1/beside").json()
    assert (row["text"], row["beside"]["passage"]) == ("共86个。", "共68个。")
    assert row["doubts"][0]["paper"] == "68个"
