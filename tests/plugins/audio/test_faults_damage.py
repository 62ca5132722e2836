"""What is on disk was damaged afterwards: the commands say so in one line each, and what is sound stays sound."""

import random
import shutil

import numpy as np
import pytest
import typer
from roomctl_audio.cli.commands import build
from roomctl_audio.journal import journal
from roomctl_audio.recorder import AudioRecorder
from typer.testing import CliRunner

from roomctl.api import RecorderState, RoomctlError
from tests.plugins.audio.faults import order
from tests.plugins.audio.sound import TRACKS, expected, sound
from tests.waiting import until

FRAMES, PART = 19_200, 4_800


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    """Two tracks in four segments, sealed."""
    recorder = AudioRecorder(tmp_path_factory.mktemp("whole") / "rec")
    recorder.arm(order(realtime=False, segment_seconds=PART / 48_000, watch=False))
    recorder.start(limit=FRAMES)
    until(lambda: recorder.status().state is RecorderState.SEALED)
    return recorder.folder


@pytest.fixture
def recorder(original, tmp_path):
    return AudioRecorder(shutil.copytree(original, tmp_path / "rec"))


def asked(command, folder):
    """(exit code, lines that a person reads) of `roomctl recording <command>`."""
    app = typer.Typer()
    app.add_typer(build(None)["recording"], name="recording")
    said = CliRunner().invoke(app, ["recording", command, str(folder)], env={"COLUMNS": "400"})
    if isinstance(said.exception, RoomctlError):
        return said.exception.exit_code, str(said.exception).splitlines()
    assert said.exception is None or isinstance(said.exception, SystemExit), said.exception
    return said.exit_code, said.output.strip().splitlines()


def sound_is_whole(recorder):
    report = recorder.report()
    assert report.frames == FRAMES
    for track in range(1, TRACKS + 1):
        assert np.array_equal(sound(recorder.folder, report, track), expected(FRAMES)[:, track - 1])


def flip(path, bit):
    data = bytearray(path.read_bytes())
    data[bit // 8] ^= 1 << bit % 8
    path.write_bytes(data)


@pytest.mark.parametrize("n", range(6))
def test_a_bit_of_the_journal_that_flips_is_found_and_put_back(recorder, n):
    path = recorder.folder / journal.NAME
    chance = random.Random(n)
    flip(path, chance.randrange(path.stat().st_size * 8))
    code, lines = asked("verify", recorder.folder)
    assert code == 1
    assert any(journal.NAME in line for line in lines)
    flipped = path.read_bytes()
    assert asked("recover", recorder.folder)[0] == 0  # the chain's hashes tell which bit it was
    assert asked("verify", recorder.folder)[0] == 0
    assert (recorder.folder / f"{journal.NAME}.damaged-1").read_bytes() in flipped  # kept as proof
    sound_is_whole(recorder)
    assert len(list(recorder.folder.glob("*.flac"))) == TRACKS * FRAMES // PART  # nothing is deleted


def test_a_segment_that_was_removed_is_named_and_the_others_are_whole(recorder):
    (recorder.folder / "t02-0002.flac").unlink()
    for command in ("verify", "recover", "verify"):
        code, lines = asked(command, recorder.folder)
        assert code == 1
        assert [line for line in lines if line.startswith("t02-0002.flac")]
    report = recorder.report()
    assert np.array_equal(sound(recorder.folder, report, 1), expected(FRAMES)[:, 0])


def test_a_bit_of_a_segment_that_flips_is_named(recorder):
    path = recorder.folder / "t01-0003.flac"
    flip(path, path.stat().st_size * 4)
    code, lines = asked("verify", recorder.folder)
    assert code == 1
    assert [line for line in lines if line.startswith("t01-0003.flac")]


def test_two_segments_that_were_exchanged_are_named(recorder):
    one, other, aside = (recorder.folder / name for name in ("t01-0001.flac", "t01-0002.flac", "aside"))
    one.rename(aside)
    other.rename(one)
    aside.rename(other)
    code, lines = asked("verify", recorder.folder)
    assert code == 1
    assert {line.partition(":")[0] for line in lines} >= {"t01-0001.flac", "t01-0002.flac"}


def test_a_folder_without_its_journal_gets_one_back_for_the_sound_that_is_there(recorder):
    (recorder.folder / journal.NAME).unlink()
    code, lines = asked("verify", recorder.folder)
    assert code != 0
    assert len(lines) == 1
    asked("recover", recorder.folder)
    sound_is_whole(recorder)
