"""What cannot be recorded is refused before the start, on one line, and nothing is half made."""

import os

import pytest

from roomctl.api import BadInput, NotFound, Order, Refused
from tests.plugins.audio.faults import order


def refused(recorder, kind, order) -> str:
    with pytest.raises(kind) as caught:
        recorder.arm(order)
    text = str(caught.value)
    assert "\n" not in text
    assert not recorder.folder.exists()
    return text


def test_a_missing_file(record, tmp_path):
    assert "nowhere.wav" in refused(record(), NotFound, Order(source=f"file:{tmp_path / 'nowhere.wav'}"))


def test_an_empty_file(record, tmp_path):
    (tmp_path / "empty.wav").touch()
    assert "0" in refused(record(), BadInput, Order(source=f"file:{tmp_path / 'empty.wav'}"))


def test_a_file_that_is_no_audio(record, tmp_path):
    (tmp_path / "letter.wav").write_text("dear all, " * 500)
    assert "letter.wav" in refused(record(), BadInput, Order(source=f"file:{tmp_path / 'letter.wav'}"))


def test_a_folder_for_a_file(record, tmp_path):
    refused(record(), BadInput, Order(source=f"file:{tmp_path}"))


def test_more_channels_than_a_recording_has_tracks(record, noise):
    path, _ = noise(17, 16, 100)
    assert "17" in refused(record(), BadInput, Order(source=f"file:{path}"))


def test_nothing_left_after_what_an_earlier_recording_holds(record, noise):
    path, _ = noise(1, 16, 100)
    refused(record(), Refused, Order(source=f"file:{path}", skip_frames=100))


def test_a_disk_too_small_for_the_plan_with_the_numbers(record):
    text = refused(record(), BadInput, order(planned_seconds=1e9))
    assert "GB" in text
    assert "48000" in text


@pytest.mark.parametrize(
    "changes",
    [
        {"source": "radio"},
        {"source": "file:"},
        {"source": "tone:0"},
        {"source": "tone:17"},
        {"source": "tone:x"},
        {"bits": 20},
        {"sample_rate": 10},
        {"segment_seconds": 0},
        {"skip_frames": -1},
        {"standby": "mic:"},
        {"standby": "file:talk.wav"},
    ],
)
def test_an_order_that_makes_no_sense(record, changes):
    refused(record(), BadInput, order(**changes))


def test_a_folder_that_cannot_be_made(record, tmp_path):
    (tmp_path / "file").touch()
    recorder = record("file/rec")
    with pytest.raises(BadInput, match="file"):
        recorder.arm(order())
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.skipif(getattr(os, "geteuid", lambda: 0)() == 0, reason="root may write anywhere")
def test_a_folder_that_is_read_only(record, tmp_path):
    (tmp_path / "closed").mkdir(mode=0o500)
    with pytest.raises(BadInput, match="closed"):
        record("closed").arm(order())


def test_a_folder_that_was_there_before_stays(record):
    recorder = record()
    recorder.folder.mkdir()
    with pytest.raises(BadInput):
        recorder.arm(order(planned_seconds=1e9))
    assert list(recorder.folder.iterdir()) == []
