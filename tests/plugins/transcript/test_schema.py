"""The JSON is as its schema says."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest
import roomctl_transcript
from roomctl_transcript import formats
from roomctl_transcript.cli.transcribe import build

from roomctl.api import Beside, Change, Doubt, DraftPoint, Hole, PointKind, SpeakerKnownBy, Transcript, Word

SCHEMA = json.loads((Path(roomctl_transcript.__file__).parent / "transcript.schema.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def check():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    return jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker()).validate


@pytest.fixture
def full(segment):
    """A transcript in which nothing is left out."""
    one = segment(
        "共86个。", 1, 1.0, 2.0, words=(Word("共", 1.0, 1.2, 0.5), Word("86个", 1.2, 2.0)), speaker="李晓明",
        known_by=SpeakerKnownBy.SEAT, changes=(Change("numbers", "八十六", "86", "number", 1),),
        beside=Beside("a.docx", "共68个。", 0.9), doubts=(Doubt(at=1, said="86个", paper="68个", file="a.docx"),),
    )  # fmt: skip
    return Transcript(
        id="t", meeting="m", version=2, engine="e", model="m", model_sha256="a" * 64,
        at=datetime(2026, 11, 12, tzinfo=UTC), duration=9.0, speech=3.0, covered=2.0, rtf=0.1, complete=True,
        segments=(one,), holes=(Hole("rec", 1, 3.0, 4.0),),
        points=(DraftPoint(kind=PointKind.ACTION, text="由市发改委负责。", segment=one.id, owner="市发改委",
                           support=("市财政局",), deadline="12月31日前", what="负责"),),
        report={"changes": {"numbers": 1}},
    )  # fmt: skip


def test_a_transcript_with_everything_in_it_fits(check, full):
    check(json.loads(formats.summary_json(full)))


def test_one_of_nothing_fits(check):
    check(json.loads(formats.summary_json(Transcript(id="t", meeting=None, version=1, engine="", model=""))))


def test_the_schema_describes_every_field_that_there_is(full):
    told = json.loads(formats.summary_json(full))
    assert set(told) == set(SCHEMA["properties"])
    parts = {
        "segment": told["segments"][0],
        "word": told["segments"][0]["words"][0],
        "change": told["segments"][0]["changes"][0],
        "beside": told["segments"][0]["beside"],
        "doubt": told["segments"][0]["doubts"][0],
        "hole": told["holes"][0],
        "point": told["points"][0],
    }
    assert set(parts) == set(SCHEMA["$defs"])
    for name, part in parts.items():
        assert set(part) == set(SCHEMA["$defs"][name]["properties"]), name


@pytest.mark.parametrize("change", [{"version": 0}, {"model_sha256": "x"}, {"speech": -1.0}])
def test_what_does_not_fit_is_found(check, full, change):
    with pytest.raises(jsonschema.ValidationError):
        check(json.loads(formats.summary_json(replace(full, **change))))


def test_what_the_command_prints_fits(check, ctx, services, offer, demo_clip, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    services.offers = [offer()]
    build(ctx)(demo_clip, as_json=True)
    told = json.loads(capsys.readouterr().out)
    check(told)
    assert told["segments"][0]["words"]
