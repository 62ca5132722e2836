"""What a file from elsewhere is, when it was recorded, and in which order parts follow."""

import wave
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from roomctl_audio.exchange import importing
from roomctl_audio.exchange.importing import KnownBy, Part

from roomctl.api import BadInput, NotFound

SHANGHAI = timezone(timedelta(hours=8))
NINE = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""09:00 in Shanghai."""


@pytest.mark.parametrize(
    ("metadata", "name", "moment", "by"),
    [
        ({"creation_time": "2026-03-02T01:00:00.000000Z"}, "a.m4a", NINE, KnownBy.METADATA),
        ({"creation_time": "2026-03-02T09:00:00"}, "a.m4a", NINE, KnownBy.METADATA),  # local where it names no zone
        ({"date": "2026-03-02 09:00:00"}, "a.mp3", NINE, KnownBy.METADATA),
        ({"date": "2026-03-02", "creation_time": "09:00:00"}, "a.wav", NINE, KnownBy.METADATA),  # Broadcast Wave
        ({"DATE": "2026"}, "260302_090000.mp3", NINE, KnownBy.NAME),
        ({"creation_time": "1904-01-01T00:00:00Z"}, "R20260302-090000.wav", NINE, KnownBy.NAME),
        ({"creation_time": "1970-01-01T00:00:00Z"}, "x.m4a", None, None),
        ({}, "2026-03-02 09.00.00.m4a", NINE, KnownBy.NAME),
        ({}, "会议_20260302_090000_001.wav", NINE, KnownBy.NAME),
        ({}, "20261302_090000.wav", None, None),
        ({}, "录音 3.mp3", None, None),
        ({"creation_time": "rubbish"}, "x", None, None),
    ],
)
def test_when_it_was_recorded_stands_in_it_or_in_its_name(metadata, name, moment, by):
    assert importing.when(metadata, name, SHANGHAI) == (moment, by)


def part(name: str, began: float | None = None, seconds: float | None = 60.0, modified: float = 0.0) -> Part:
    """Times in seconds from nine."""
    return Part(
        path=Path(name),
        bytes=1,
        tracks=1,
        codec="mp3",
        seconds=seconds,
        began=None if began is None else NINE + timedelta(seconds=began),
        known_by=None if began is None else KnownBy.METADATA,
        modified=NINE + timedelta(seconds=modified),
    )


@pytest.mark.parametrize(
    ("parts", "names", "gaps", "by"),
    [
        ([part("b", 0), part("a", 90)], ["b", "a"], [0, 30], KnownBy.METADATA),
        ([part("1", 61), part("2", 0)], ["2", "1"], [0, 0], KnownBy.METADATA),  # whole seconds are told
        ([part("1", 0), part("2", 50)], ["1", "2"], [0, -10], KnownBy.METADATA),
        ([part("1", 0, None), part("2", 50)], ["1", "2"], [0, None], KnownBy.METADATA),
        ([part("R10.mp3"), part("R2.mp3")], ["R2.mp3", "R10.mp3"], [0, None], KnownBy.NAME),
        ([part("R10.mp3", 0), part("R2.mp3")], ["R2.mp3", "R10.mp3"], [0, None], KnownBy.NAME),
        ([part("am", modified=9), part("pm", modified=3)], ["pm", "am"], [0, None], KnownBy.MODIFIED),
        ([part("only")], ["only"], [0], KnownBy.MODIFIED),
    ],
)
def test_parts_follow_by_their_times_else_names_else_modification(parts, names, gaps, by):
    placed, known_by = importing.order(parts)
    assert [each.part.path.name for each in placed] == names
    assert [each.gap for each in placed] == gaps
    assert known_by is by


def test_a_gap_that_nobody_knows_is_said_to_be_unknown():
    assert importing.gap_text(None)
    assert "0:01:30" in importing.gap_text(90)
    assert "0:00:10" in importing.gap_text(-10)
    assert importing.gap_text(0) == ""


@given(st.lists(st.integers(0, 5_000), unique=True, max_size=20))
def test_numbers_in_names_count_as_numbers(numbers):
    names = [f"rec {number} x.mp3" for number in numbers]
    assert sorted(names, key=importing.natural) == [f"rec {number} x.mp3" for number in sorted(numbers)]


def encode(path: Path, codec: str, form: str, *, seconds: float = 2.0, tags: dict[str, str] | None = None) -> Path:
    """A tone of 440 Hz in any format that FFmpeg writes."""
    sound = (np.sin(np.arange(round(seconds * 44_100)) * 2 * np.pi * 440 / 44_100) * 12_000).astype(np.int16)
    with av.open(str(path), "w", format=form) as container:
        container.metadata.update(tags or {})
        stream = container.add_stream(codec, rate=44_100, layout="mono")
        for at in range(0, len(sound), 1024):
            frame = av.AudioFrame.from_ndarray(sound[None, at : at + 1024], format="s16", layout="mono")
            frame.sample_rate, frame.pts = 44_100, at
            for packet in stream.encode(frame):
                container.mux(packet)
        for packet in stream.encode(None):
            container.mux(packet)
    return path


@pytest.mark.parametrize(
    ("name", "codec", "form"),
    [
        ("a.wav", "pcm_s16le", "wav"),
        ("a.mp3", "libmp3lame", "mp3"),
        ("a.m4a", "aac", "ipod"),
        ("a.mp4", "aac", "mp4"),
        ("a.flac", "flac", "flac"),
    ],
)
def test_a_file_says_what_it_is(tmp_path, name, codec, form):
    path = encode(tmp_path / name, codec, form, tags={"creation_time": "2026-03-02T01:00:00Z"})
    found = importing.probe(path, SHANGHAI)
    assert (found.tracks, found.cut) == (1, "")
    assert found.seconds == pytest.approx(2.0, abs=0.1)
    assert found.codec in codec.replace("libmp3lame", "mp3float mp3")
    if form in {"ipod", "mp4"}:
        assert (found.began, found.known_by) == (NINE, KnownBy.METADATA)


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("gone.wav", None, NotFound),
        ("empty.wav", b"", BadInput),
        ("letter.mp3", b"dear all, " * 500, BadInput),
        ("picture.m4a", b"\x89PNG\r\n\x1a\n" + bytes(5_000), BadInput),
        ("head.wav", b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(16) + b"data\x00\x00\x00\x00", BadInput),
    ],
)
def test_what_is_no_audio_is_refused_with_the_reason(tmp_path, name, content, error):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(error) as told:
        importing.probe(tmp_path / name, SHANGHAI)
    assert name in told.value.what
    assert told.value.why
    assert "\n" not in str(told.value)


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(BadInput):
        importing.probe(tmp_path, SHANGHAI)


def test_a_wav_that_lost_its_end_is_told(tmp_path):
    path = tmp_path / "x.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8_000, 0, "NONE", ""))
        file.writeframes(bytes(32_000))
    assert importing.cut_off(path) == ""
    path.write_bytes(path.read_bytes()[:8_044])
    assert "25%" in importing.cut_off(path)
    assert importing.probe(path, SHANGHAI).seconds == pytest.approx(0.5, abs=0.1)


def test_an_mp4_that_its_device_did_not_finish_is_told_as_such(tmp_path):
    path = encode(tmp_path / "x.m4a", "aac", "ipod")
    data = path.read_bytes()
    assert not importing.unfinished(path)
    path.write_bytes(data[: data.index(b"moov") - 4])
    with pytest.raises(BadInput, match=r"index|索引"):
        importing.probe(path, SHANGHAI)


@given(st.binary(max_size=64))
def test_whatever_is_no_mp4_is_no_unfinished_one(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("x") / "x"
    path.write_bytes(content.replace(b"ftyp", b"type"))
    assert not importing.unfinished(path)
