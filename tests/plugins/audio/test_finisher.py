import hashlib
import json
import subprocess
import sys
import threading

import numpy as np
import pytest
import soundfile
from cryptography.hazmat.primitives import hashes
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from roomctl_audio.sealing.finisher import BLOCK_SAMPLES, Unequal, _compare, _encode, answer, examine, seal
from roomctl_audio.sealing.finishing import Finisher
from roomctl_audio.sound import envelope
from roomctl_audio.sound.pcm import Layout, pack, unpack

from roomctl.api import Damaged, Level
from tests.waiting import until


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(1, 16), st.sampled_from([16, 24]), st.integers(1, 400), st.integers(0, 1 << 30))
def test_every_track_comes_out_bit_for_bit(tmp_path_factory, tracks, bits, frames, seed):
    folder, layout = tmp_path_factory.mktemp("seal"), Layout(tracks, bits, 48_000)
    raw = np.random.default_rng(seed).bytes(frames * layout.frame)
    (folder / "0001.part").write_bytes(raw + b"\x01" * (layout.frame - 1))  # half a frame, as a crash leaves it
    said = seal(folder, "0001.part", 1, layout, {})
    assert said["frames"] == frames
    for track, row in enumerate(said["tracks"]):
        mono = soundfile.read(folder / row["path"], dtype="int16" if bits == 16 else "int32")[0]
        assert np.array_equal(mono, unpack(raw, layout)[:, track])


def test_hashes_are_of_the_samples_and_of_the_file(tmp_path):
    raw = bytes(range(240))
    (tmp_path / "0003.part").write_bytes(raw)
    (row,) = seal(tmp_path, "0003.part", 3, Layout(1, 24, 48_000), {1: "主席"})["tracks"]
    file = (tmp_path / "t01-0003.flac").read_bytes()
    sm3 = hashes.Hash(hashes.SM3())
    sm3.update(file)
    assert row == {
        "track": 1,
        "path": "t01-0003.flac",
        "sha256_pcm": hashlib.sha256(raw).hexdigest(),
        "sha256_file": hashlib.sha256(file).hexdigest(),
        "sm3_file": sm3.finalize().hex(),
    }


@pytest.mark.parametrize("bits", [16, 24])
def test_a_part_of_several_blocks_comes_out_whole(tmp_path, bits):
    layout = Layout(2, bits, 48_000)
    frames = BLOCK_SAMPLES // 2 * 2 + 77
    raw = np.random.default_rng(1).bytes(frames * layout.frame)
    (tmp_path / "0001.part").write_bytes(raw)
    said = seal(tmp_path, "0001.part", 1, layout, {})
    assert said["frames"] == frames
    for track, row in enumerate(said["tracks"]):
        wanted = pack(np.ascontiguousarray(unpack(raw, layout)[:, track]), bits)
        assert row["sha256_pcm"] == hashlib.sha256(wanted).hexdigest()
        assert examine(tmp_path / row["path"])["sha256_pcm"] == row["sha256_pcm"]


@pytest.mark.parametrize("bits", [16, 24])
def test_levels_are_told_where_they_are_asked_for(tmp_path, bits):
    layout = Layout(2, bits, 8_000)
    steps = 2 * (BLOCK_SAMPLES // 1_600) + 4  # two blocks of them, and some
    loud = np.repeat([0.5, 0.25], steps * 400)[: steps * 800 - 100, None] * [1.0, 0.1]
    (tmp_path / "0002.part").write_bytes(pack((loud * 2**31).astype(np.int32), bits))
    seal(tmp_path, "0002.part", 2, layout, {})
    assert not (tmp_path / envelope.NAME).exists()
    seal(tmp_path, "0002.part", 2, layout, {}, levels_from=1_600)
    found = envelope.read(tmp_path, 2, 8_000, 0, steps / 10 + 0.2, 10_000)
    half = (-6.0,) * (steps // 2) + (-12.0,) * (steps - steps // 2)
    assert found.peaks[0] == (envelope.SILENCE,) * 2 + half
    assert found.peaks[1] == (envelope.SILENCE,) * 2 + tuple(peak - 20 for peak in half)
    assert envelope.last(tmp_path, 2)[0] == Level(-12.0, -12.5)  # the last record is an eighth short


@pytest.mark.parametrize("change", ["one bit", "a frame less", "a frame more"])
@pytest.mark.parametrize("bits", [16, 24])
def test_one_bit_or_one_frame_that_differs_from_the_part_is_found(tmp_path, bits, change):
    layout = Layout(2, bits, 48_000)
    raw = bytearray(np.random.default_rng(2).bytes(70_000 * layout.frame))
    part, files = tmp_path / "0001.part", [tmp_path / "a.flac", tmp_path / "b.flac"]
    part.write_bytes(raw)
    _encode(part, 70_000, files, layout, {})
    _compare(part, 70_000, files, layout)
    frames = 70_000 + {"one bit": 0, "a frame less": -1, "a frame more": 1}[change]
    if change == "one bit":
        raw[65_537 * layout.frame] ^= 1  # the lowest bit of a sample of track 1
    part.write_bytes(bytes(raw) + bytes(layout.frame))
    with pytest.raises(Unequal, match=r"a\.flac"):
        _compare(part, frames, files, layout)


def test_the_seat_stands_in_the_metadata(tmp_path):
    (tmp_path / "0001.part").write_bytes(bytes(600))
    seal(tmp_path, "0001.part", 1, Layout(2, 24, 48_000), {2: "主席"})
    with soundfile.SoundFile(tmp_path / "t02-0001.flac") as file:
        assert file.title == "主席"


def test_a_failure_is_an_answer_and_leaves_nothing_behind(tmp_path):
    request = {"do": "seal", "part": "0009.part", "seq": 9, "tracks": 1, "bits": 24, "rate": 48_000}
    assert "0009.part" in answer(tmp_path, request)["error"]
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_file_is_an_answer_too(tmp_path):
    (tmp_path / "t01-0001.flac").write_bytes(b"fLaC nothing of the kind")
    assert answer(tmp_path, {"do": "examine", "path": "t01-0001.flac"})["error"]


def test_the_finisher_ends_when_its_pipe_closes(tmp_path):
    child = subprocess.run(
        [sys.executable, "-P", "-m", "roomctl_audio.sealing.finisher", str(tmp_path)],
        input=b"",
        timeout=30,
        check=False,
    )
    assert child.returncode == 0


def test_a_finisher_that_was_killed_is_started_again_and_asked_again(tmp_path):
    (tmp_path / "0001.part").write_bytes(bytes(300))
    request = {"do": "seal", "part": "0001.part", "seq": 1, "tracks": 1, "bits": 24, "rate": 48_000}
    with Finisher(tmp_path) as finisher:
        finisher.start()
        child = finisher._child
        child.kill()
        child.wait()
        assert finisher.ask(request)["frames"] == 100
    assert examine(tmp_path / "t01-0001.flac")["frames"] == 100


def test_a_finisher_killed_in_the_middle_leaves_no_half_file_and_the_part_is_sealed_all_the_same(tmp_path):
    layout = Layout(8, 24, 48_000)
    raw = np.random.default_rng(3).bytes(960_000 * layout.frame)
    (tmp_path / "0001.part").write_bytes(raw)
    request = {"do": "seal", "part": "0001.part", "seq": 1, "tracks": 8, "bits": 24, "rate": 48_000}
    said = []
    with Finisher(tmp_path) as finisher:
        finisher.start()
        asker = threading.Thread(target=lambda: said.append(finisher.ask(request)))
        asker.start()
        until(lambda: any(path.stat().st_size for path in tmp_path.glob(".t08-*.tmp")))
        finisher._child.kill()
        asker.join(60)
    assert said[0]["frames"] == 960_000
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "0001.part", *(f"t{track:02d}-0001.flac" for track in range(1, 9))
    ]  # fmt: skip


def test_a_request_that_kills_it_each_time_is_given_up(tmp_path):
    with Finisher(tmp_path) as finisher, pytest.raises(Damaged, match=r"finisher|编码进程"):
        finisher.ask({"do": "seal", "part": "x"} | json.loads('{"tracks": 1}'))
