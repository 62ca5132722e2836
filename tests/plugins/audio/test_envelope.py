"""`levels.bin`: what is written is read again, and what is not there is silence."""

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from roomctl_audio.sound import envelope
from roomctl_audio.sound.envelope import SILENCE, Writer, decode, encode

from roomctl.api import Level, RecorderState, RecorderStatus

RATE = 48_000


def record(*pairs: tuple[float, float]) -> bytes:
    """Args: pairs: peak and RMS of each track, in dBFS."""
    return bytes(encode(level) for pair in pairs for level in pair)


@pytest.mark.parametrize(
    ("dbfs", "told"),
    [(0.0, 0.0), (-0.2, 0.0), (-6.02, -6.0), (-127.0, -127.0), (-128.0, SILENCE), (SILENCE, SILENCE)],
)
def test_a_level_is_kept_to_half_a_decibel(dbfs, told):
    assert decode(encode(dbfs)) == told


def test_the_last_record_is_told_by_track(tmp_path):
    writer = Writer(tmp_path, 2)
    writer.write(record((-1, -2), (-3, -4)) + record((-10, -20), (SILENCE, SILENCE)))
    assert envelope.last(tmp_path, 2) == (Level(-10, -20), Level(SILENCE, SILENCE))


def test_where_nothing_was_written_there_is_no_last_record(tmp_path):
    assert envelope.last(tmp_path, 2) == ()
    (tmp_path / envelope.NAME).write_bytes(b"\x01\x02\x03")
    assert envelope.last(tmp_path, 2) == ()


def test_half_a_record_at_the_end_is_not_read_and_is_cut_off_before_more_is_written(tmp_path):
    path = tmp_path / envelope.NAME
    path.write_bytes(record((-1, -2)) + b"\x09")
    assert envelope.last(tmp_path, 1) == (Level(-1, -2),)
    writer = Writer(tmp_path, 1)
    assert writer.records == 1
    writer.write(record((-3, -4)))
    assert path.read_bytes() == record((-1, -2)) + record((-3, -4))


def test_a_point_is_the_loudest_of_its_records(tmp_path):
    writer = Writer(tmp_path, 2)
    for n in range(8):
        writer.write(record((-n, -50), (-40 - n, -50)))
    found = envelope.read(tmp_path, 2, RATE, 0.2, 0.8, 3)
    assert (found.start, found.seconds) == (pytest.approx(0.2), pytest.approx(0.2))
    assert found.peaks == ((-2, -4, -6), (-42, -44, -46))


@given(
    st.lists(st.integers(0, 255), min_size=1, max_size=900),
    st.integers(0, 40),
    st.integers(1, 60),
    st.integers(1, 40),
)
def test_any_stretch_in_any_number_of_points_is_the_loudest_of_each(tmp_path_factory, bytes_, begin, length, points):
    folder = tmp_path_factory.mktemp("levels")
    (folder / envelope.NAME).write_bytes(b"".join(bytes([byte, 0]) for byte in bytes_))
    found = envelope.read(folder, 1, RATE, begin / 10, (begin + 20 * length) / 10, points)
    each = round(found.seconds * 10)
    assert len(found.peaks[0]) <= points
    assert len(found.peaks[0]) * each >= 20 * length
    wanted = bytes_[begin : begin + 20 * length]
    for n, peak in enumerate(found.peaks[0]):
        assert peak == decode(min(wanted[n * each : (n + 1) * each], default=255))


def test_a_missing_file_is_silence_as_long_as_the_recording(tmp_path):
    found = envelope.read(tmp_path, 2, RATE, 0, 6, 6)
    assert found.peaks == ((SILENCE,) * 6,) * 2


def test_a_file_shorter_than_the_recording_is_silent_after_its_end(tmp_path):
    writer = Writer(tmp_path, 1)
    writer.write(record((-5, -9)) * 20)
    assert envelope.read(tmp_path, 1, RATE, 0, 4, 4).peaks == ((-5, -5, SILENCE, SILENCE),)


def test_a_stretch_of_nothing_has_no_points(tmp_path):
    assert envelope.read(tmp_path, 1, RATE, 3, 3, 100).peaks == ((),)
    assert envelope.read(tmp_path, 1, RATE, 5, 3, 100).peaks == ((),)


def test_nothing_is_made_before_the_first_record(tmp_path):
    Writer(tmp_path, 1)
    assert list(tmp_path.iterdir()) == []


def test_what_a_folder_lost_that_was_taken_away_is_nothing_there(tmp_path):
    folder = tmp_path / "rec"
    folder.mkdir()
    writer = Writer(folder, 1)
    writer.write(record((-5, -9)) * 2)
    folder.rename(tmp_path / "elsewhere")
    with pytest.raises(FileNotFoundError):
        writer.write(record((-6, -9)))
    folder.mkdir()
    writer.write(record((-6, -9)))
    assert envelope.read(folder, 1, RATE, 0, 0.3, 3).peaks == ((SILENCE, SILENCE, -6),)


def test_an_envelope_goes_no_further_than_the_recording(tmp_path):
    writer = Writer(tmp_path, 1)
    writer.write(record((-5, -9)) * 100)
    status = RecorderStatus(state=RecorderState.RECORDING, tracks=1, frames=2 * RATE, sample_rate=RATE)
    assert len(envelope.of(tmp_path, status, first=0, last=None, points=600).peaks[0]) == 20
    assert len(envelope.of(tmp_path, status, first=1, last=9, points=600).peaks[0]) == 10


def test_eight_hours_of_sixteen_tracks_are_read_in_no_time(tmp_path):
    chance = random.Random(1)
    minute = bytes(min(255, max(0, round(chance.gauss(90, 40)))) for _ in range(600 * 32))
    (tmp_path / envelope.NAME).write_bytes(minute * 480)
    began = time.process_time()
    found = envelope.read(tmp_path, 16, RATE, 0, 8 * 3600, 600)
    assert time.process_time() - began < 1  # it takes 0.03 s; the plain way takes ten times that
    assert [len(points) for points in found.peaks] == [600] * 16
