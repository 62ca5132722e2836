"""The transcript as a file, the engines and the glossary over REST."""

import io
import json

import docx
import pytest

from roomctl.api import Transcript


@pytest.fixture
def said(services, meeting, segment):
    """A version with one sentence."""
    one = segment("由市发改委负责。", speaker="李晓明")
    services.put_transcript(
        Transcript(id="t1", meeting=meeting.id, version=1, engine="e", model="m", segments=(one,))
    )
    return f"/meetings/{meeting.id}/transcripts/1"


def test_a_version_is_taken_away_as_a_file_under_the_meetings_name(web, said, ctx):
    found = {form: web.get(f"{said}.{form}") for form in ("txt", "srt", "vtt", "json", "docx")}
    assert {answer.status_code for answer in found.values()} == {200}
    assert found["txt"].text == "李晓明：由市发改委负责。\n"
    assert "00:00:00,000 --> 00:00:01,000" in found["srt"].text
    assert found["vtt"].text.startswith("WEBVTT")
    assert json.loads(found["json"].content)["segments"][0]["text"] == "由市发改委负责。"
    paragraphs = docx.Document(io.BytesIO(found["docx"].content)).paragraphs
    assert [one.text for one in paragraphs] == ["李晓明：由市发改委负责。"]
    assert "filename*=UTF-8''%E5%81%9C" in found["txt"].headers["content-disposition"]
    assert dict(ctx.published[0].data) == {"by": "孙丽", "version": 1, "format": "txt"}


def test_what_cannot_be_exported_says_what_can(web, said):
    assert "docx" in web.get(f"{said}.pdf").json()["mend"]
    assert web.get(f"{said[:-1]}7.txt").status_code == 404
    assert web.get(f"{said}.txt", headers={"role": "operator"}).status_code == 403


def test_a_word_is_taken_into_the_glossary_once_and_by_name(web, ctx):
    for _ in range(2):
        assert web.post("/glossary", json={"term": "市发改委"}).json() == {"terms": ["市发改委"]}
    assert web.get("/glossary").json() == {"terms": ["市发改委"]}
    assert [dict(one.data) for one in ctx.published] == [{"by": "孙丽", "term": "市发改委"}]
    assert web.post("/glossary", json={"term": "市#发改委"}).status_code == 422
    assert web.post("/glossary", json={"term": "城投"}, headers={"role": "approver"}).status_code == 403


def test_an_engine_that_is_not_installed_says_what_is_missing(web, services, offer):
    services.offers = [offer()]
    assert web.get("/engines").json() == [{"name": "standin", "model": "standin-model", "ready": True, "why": ""}]
    services.models.clear()
    (one,) = web.get("/engines").json()
    assert (one["ready"], "standin-model" in one["why"]) == (False, True)
