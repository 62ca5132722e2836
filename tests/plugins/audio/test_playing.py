"""Sealed sound for somebody's ears, decoded by a real child."""

import sys

import numpy as np
import psutil
import pytest
import soundfile
from roomctl_audio.playing import Reader

from tests.waiting import PATIENCE, until

RATE = 48_000


@pytest.fixture
def reader():
    made = Reader()
    yield made
    made.close()


def tape(path, seconds=2.0, seed=1, subtype="PCM_24"):
    """Noise, which no codec makes small; its upper 16 bits."""
    sound = (np.random.default_rng(seed).integers(-(1 << 23), 1 << 23, round(seconds * RATE)) << 8).astype(np.int32)
    soundfile.write(path, sound, RATE, subtype=subtype)
    return sound


def heard(data):
    return np.frombuffer(data, "<i2")


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24"])
def test_any_stretch_is_the_upper_bits_of_the_master(reader, tmp_path, subtype):
    sound = tape(tmp_path / "a.flac", subtype=subtype)
    for at, frames in ((0, 10), (50_001, 777), (95_990, 10)):
        got = heard(reader.samples([tmp_path / "a.flac"], at, frames))
        assert np.array_equal(got, (sound[at : at + frames] >> 16).astype(np.int16))


def test_tracks_side_by_side_are_their_mean(reader, tmp_path):
    one, two = tape(tmp_path / "1.flac", seed=1), tape(tmp_path / "2.flac", seed=2)
    got = heard(reader.samples([tmp_path / "1.flac", tmp_path / "2.flac"], 100, 5000))
    expected = np.rint(((one.astype(float) + two) / 2 / (1 << 16))[100:5100])
    assert np.abs(got - expected).max() <= 1


def test_the_rest_of_a_long_file_is_not_read(reader, tmp_path):
    path = tmp_path / "long.flac"
    tape(path, seconds=60)
    reader.samples([path], 10, 10)  # all that is loaded once is loaded
    child = psutil.Process(reader._child.pid)
    if not hasattr(child, "io_counters"):
        pytest.skip("this system does not count what a process reads")
    before = child.io_counters().read_chars
    for at in (0, 55 * RATE, 20 * RATE, 59 * RATE):
        reader.samples([path], at, RATE)
    read = child.io_counters().read_chars - before
    assert 4 * RATE < read < 0.5 * path.stat().st_size


def test_what_cannot_be_read_is_silence_of_its_length(reader, tmp_path):
    (tmp_path / "bad.flac").write_bytes(b"fLaC" + b"\xff" * 999)
    tape(tmp_path / "short.flac", seconds=0.1)
    assert reader.samples([tmp_path / "nowhere.flac"], 0, 100) == bytes(200)
    assert reader.samples([tmp_path / "bad.flac"], 0, 100) == bytes(200)
    short = reader.samples([tmp_path / "short.flac"], 4790, 100)
    assert len(short) == 200
    assert short[20:] == bytes(180)
    assert short[:20] != bytes(20)


def test_one_bad_track_leaves_the_others_to_be_heard(reader, tmp_path):
    sound = tape(tmp_path / "good.flac")
    got = heard(reader.samples([tmp_path / "gone.flac", tmp_path / "good.flac"], 0, 100))
    assert np.array_equal(got, (sound[:100] >> 16).astype(np.int16))


def test_a_file_damaged_in_the_middle_is_heard_before_and_behind(reader, tmp_path):
    path = tmp_path / "a.flac"
    sound = tape(path, seconds=10)
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 4000] = bytes(4000)
    path.write_bytes(data)
    reader.samples([path], 5 * RATE - 1000, RATE)
    for at in (0, 9 * RATE):
        assert np.array_equal(heard(reader.samples([path], at, 100)), (sound[at : at + 100] >> 16).astype(np.int16))


def test_a_child_that_dies_costs_one_answer(reader, tmp_path):
    tape(tmp_path / "a.flac")
    reader.samples([tmp_path / "a.flac"], 0, 10)
    child = psutil.Process(reader._child.pid)
    child.kill()
    child.wait(PATIENCE)
    assert reader.samples([tmp_path / "a.flac"], 0, 10) != bytes(20)
    assert reader._child.pid != child.pid


def test_a_decoder_that_is_killed_by_a_file_is_silence(tmp_path):
    killer = Reader([sys.executable, "-c", "import sys; sys.stdin.readline(); sys.exit(9)"])
    assert killer.samples([tmp_path / "a.flac"], 0, 10) == bytes(20)
    killer.close()


def test_nobody_asks_and_the_child_ends(tmp_path):
    tape(tmp_path / "a.flac")
    reader = Reader(idle=0.1)
    reader.samples([tmp_path / "a.flac"], 0, 10)
    until(lambda: reader._child is None)
    assert reader.samples([tmp_path / "a.flac"], 0, 10) != bytes(20)
    reader.close()
