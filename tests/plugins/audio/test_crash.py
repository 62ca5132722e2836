"""What is left after a process was killed, or a disk has lied."""

import random
import shutil
from pathlib import Path

import numpy as np
import psutil
import pytest
from roomctl_audio import control
from roomctl_audio.integrity.recovery import recover, verify
from roomctl_audio.journal import journal
from roomctl_audio.recorder import AudioRecorder, restarted
from roomctl_audio.timing import now

from roomctl.api import Busy, NotFound, RecorderState
from roomctl.api.process import boot
from roomctl.host.platform import LINUX
from tests.plugins.audio.faults import capture, commands, expected, order, run, sound
from tests.waiting import until


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    recorder = AudioRecorder(tmp_path_factory.mktemp("killed") / "rec")
    recorder.arm(order())
    recorder.start()
    until(lambda: recorder.status().frames > 25_000)
    process = capture(recorder.folder)
    process.kill()
    until(lambda: not process.is_running() or process.status() == psutil.STATUS_ZOMBIE)
    until(lambda: not any("roomctl_audio.sealing.finisher" in text for text in commands(recorder.folder)))
    return recorder.folder


@pytest.fixture
def crashed(killed, tmp_path):
    """A recording whose capture was killed in its second part."""
    return AudioRecorder(shutil.copytree(killed, tmp_path / "rec"))


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    recorder = AudioRecorder(tmp_path_factory.mktemp("whole") / "rec")
    recorder.arm(order(realtime=False, segment_seconds=0.1))
    recorder.start(limit=9_600)
    until(lambda: recorder.status().state is RecorderState.SEALED)
    return recorder.folder


@pytest.fixture
def sealed(whole, tmp_path):
    """A recording that ended as it should: two tracks, two segments."""
    return shutil.copytree(whole, tmp_path / "rec")


def test_whoever_is_killed_no_frame_on_disk_is_lost(tmp_path):
    outcomes = run(9, random.randrange(1 << 30), tmp_path)
    assert [outcome for outcome in outcomes if not outcome.good] == []


def test_after_a_kill_the_status_says_so(crashed):
    status = crashed.status()
    assert status.state is RecorderState.STOPPING
    assert status.realtime, "what follows it is played at the same pace"
    assert "recover" in status.problem
    assert status.restarted is (False if LINUX else None), "nobody took the power away"


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"boot": "of yesterday", "monotonic": 1.0}, True),
        ({"boot": boot(), "monotonic": 1.0}, False if LINUX else None),
        ({"monotonic": now() + 3600}, True),  # no name is known, but the clock began again
        ({"monotonic": 1.0}, None),
        ({}, None),
    ],
)
def test_a_power_cut_is_what_the_journal_and_the_machine_agree_on(row, told):
    assert restarted([{"kind": "opened", **row}]) is told


def test_recovery_seals_what_lay_open_and_declares_the_crash(crashed):
    report = crashed.recover()
    assert report.ok
    assert report.recovered > 0
    assert report.frames > 25_000
    assert [(gap.first_frame, gap.reason) for gap in report.gaps] == [(report.frames, "crash")]
    assert np.array_equal(sound(crashed.folder, report), expected(report.frames)[:, 0])
    assert list(crashed.folder.glob("*.part")) == []
    assert crashed.verify().ok


def test_recovery_takes_the_dead_captures_socket_away(record):
    recorder = record()
    recorder.arm(order())
    recorder.start()
    socket, process = Path(control.read_card(recorder.folder).address), capture(recorder.folder)
    process.kill()
    until(lambda: not process.is_running() or process.status() == psutil.STATUS_ZOMBIE)
    recorder.recover()
    assert not socket.exists()
    assert control.read_card(recorder.folder) is None


def test_recovery_twice_is_recovery_once(crashed):
    first = crashed.recover()
    files = {path.name: path.read_bytes() for path in crashed.folder.iterdir()}
    assert crashed.recover() == first
    assert {path.name: path.read_bytes() for path in crashed.folder.iterdir()} == files


def test_half_a_row_is_cut_off_and_kept_aside(crashed):
    path = crashed.folder / journal.NAME
    whole = path.read_bytes()
    path.write_bytes(whole[:-20])
    last = whole[:-1].rfind(b"\n") + 1
    report = crashed.recover()
    assert report.ok
    assert (crashed.folder / "journal.jsonl.torn-1").read_bytes() == whole[last:-20]
    assert np.array_equal(sound(crashed.folder, report), expected(report.frames)[:, 0])
    assert crashed.verify().ok


def test_what_a_dead_finisher_left_half_made_is_swept_away(crashed):
    (crashed.folder / ".t01-0002.flac.99.tmp").write_bytes(b"fLaC")
    crashed.recover()
    assert crashed.verify().ok


def test_half_a_frame_at_the_end_is_no_frame(crashed):
    part = max(crashed.folder.glob("*.part"))
    with part.open("ab") as file:
        file.write(b"\x01\x02\x03\x04")
    report = crashed.recover()
    assert np.array_equal(sound(crashed.folder, report), expected(report.frames)[:, 0])


def test_a_part_that_was_sealed_but_not_yet_removed_is_no_second_segment(sealed):
    before = verify(sealed)
    (sealed / "0002.part").write_bytes(bytes(600))
    after = recover(sealed)
    assert after.segments == before.segments
    assert not (sealed / "0002.part").exists()


def test_a_part_whose_files_are_gone_makes_them_anew(sealed):
    samples = expected(9_600)
    from roomctl_audio.sound.pcm import pack  # noqa: PLC0415 - only here is a part made by hand

    (sealed / "0002.part").write_bytes(pack(samples[4_800:], 24))
    (sealed / "t02-0002.flac").unlink()
    report = recover(sealed)
    assert report.ok
    assert np.array_equal(sound(sealed, report, 2), samples[:, 1])


def test_a_living_capture_is_not_recovered(record):
    recorder = record()
    recorder.arm(order())
    recorder.start()
    with pytest.raises(Busy):
        recorder.recover()


def test_a_recording_verifies_while_it_is_made(record):
    recorder = record()
    recorder.arm(order(segment_seconds=0.2))
    recorder.start()
    until(lambda: recorder.status().segments >= 2)
    assert recorder.verify().ok


def test_verify_finds_a_flipped_byte(sealed):
    path = sealed / "t01-0002.flac"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 4
    path.write_bytes(data)
    assert [problem.file for problem in verify(sealed).problems] == ["t01-0002.flac"]


def test_verify_and_recover_find_a_missing_segment(sealed):
    (sealed / "t02-0001.flac").unlink()
    assert [problem.file for problem in verify(sealed).problems] == ["t02-0001.flac"]
    assert [problem.file for problem in recover(sealed).problems] == ["t02-0001.flac"]


def test_verify_finds_a_file_that_does_not_belong(sealed):
    (sealed / "t03-0001.flac").write_bytes(b"x")
    assert [problem.file for problem in verify(sealed).problems] == ["t03-0001.flac"]


def test_verify_finds_a_changed_row(sealed):
    path = sealed / journal.NAME
    path.write_bytes(path.read_bytes().replace(b'"frames":4800', b'"frames":4806', 1))
    assert journal.NAME in [problem.file for problem in verify(sealed).problems]
    assert not recover(sealed).ok


def test_verify_finds_rows_cut_off_at_the_end(sealed):
    path = sealed / journal.NAME
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-2]))
    files = {problem.file for problem in verify(sealed).problems}
    assert files == {journal.NAME, "t01-0002.flac", "t02-0002.flac"}


def test_what_is_no_recording_is_not_verified(tmp_path):
    with pytest.raises(NotFound):
        verify(tmp_path / "nowhere")
    with pytest.raises(NotFound):
        verify(tmp_path)
