"""Real recordings, each by its own capture process."""

import errno
import os
import queue
import shutil
import threading
from itertools import pairwise
from pathlib import Path

import numpy as np
import psutil
import pytest
import soundfile
from roomctl_audio import control
from roomctl_audio.capture.session import Session
from roomctl_audio.journal import file as journal_file
from roomctl_audio.journal import journal
from roomctl_audio.journal.file import load
from roomctl_audio.sources.source import open_source

from roomctl.api import BadInput, Order, RecorderState, Refused
from tests.plugins.audio.faults import capture, expected, finisher, order, sound
from tests.waiting import PATIENCE, until


@pytest.mark.parametrize(("tracks", "bits"), [(1, 16), (2, 24), (16, 24), (16, 16)])
def test_what_comes_out_is_bit_for_bit_what_went_in(record, noise, tracks, bits):
    path, samples = noise(tracks, bits, 30_011)
    recorder = record()
    armed = recorder.arm(Order(source=f"file:{path}", bits=bits, segment_seconds=0.25))
    assert (armed.state, armed.tracks, armed.total_frames) == (RecorderState.ARMED, tracks, 30_011)
    recorder.start()
    until(lambda: recorder.status().state is RecorderState.SEALED)
    report = recorder.report()
    assert (report.frames, report.dropped, report.gaps) == (30_011, 0, ())
    assert len(report.segments) == 3 * tracks
    for track in range(tracks):
        assert np.array_equal(sound(recorder.folder, report, track + 1), samples[:, track])
    assert recorder.verify().ok


def test_armed_means_levels_and_nothing_written(record, demo_clip):
    recorder = record()
    status = recorder.arm(Order(source=f"file:{demo_clip}"))
    assert status.peak_dbfs[0] > -100
    assert status.seconds_left > 0
    assert {path.name for path in recorder.folder.iterdir()} == {"capture.json", "capture.log"}
    assert recorder.report().segments == ()


def test_an_order_that_was_only_armed_leaves_no_recording(record):
    recorder = record()
    recorder.arm(order())
    assert recorder.stop().frames == 0
    assert list(recorder.folder.iterdir()) == []


def test_an_armed_capture_whose_folder_is_gone_ends(record):
    recorder = record()
    recorder.arm(order())
    card = control.read_card(recorder.folder)
    shutil.rmtree(recorder.folder)
    until(lambda: not card.alive)


def test_another_rate_is_converted_to_the_master(record, demo_clip):
    recorder = record()
    recorder.arm(Order(source=f"file:{demo_clip}"))
    recorder.start()
    until(lambda: recorder.status().state is RecorderState.SEALED)
    source, status = soundfile.info(demo_clip), recorder.status()
    assert status.ended
    assert recorder.report().frames == pytest.approx(source.frames * 48_000 / source.samplerate, abs=48)


def test_a_later_recording_goes_on_where_an_earlier_one_ended(record, noise):
    path, samples = noise(1, 24, 40_000)
    recorder = record()
    recorder.arm(Order(source=f"file:{path}", skip_frames=25_000))
    recorder.start()
    until(lambda: recorder.status().state is RecorderState.SEALED)
    assert np.array_equal(sound(recorder.folder, recorder.report()), samples[25_000:, 0])


def test_a_limit_is_kept_to_the_frame(record):
    recorder = record()
    recorder.arm(order(realtime=False))
    recorder.start(limit=30_001)
    until(lambda: recorder.status().state is RecorderState.SEALED)
    report = recorder.report()
    assert report.frames == 30_001
    assert np.array_equal(sound(recorder.folder, report), expected(30_001)[:, 0])


def test_while_it_records_status_shows_frames_and_levels(record):
    recorder = record()
    recorder.arm(order(segment_seconds=60.0))  # no part goes before the watch is up
    recorder.start()
    until(lambda: max(recorder.status().peak_dbfs, default=-200.0) > -100)
    status = recorder.status()
    assert status.state is RecorderState.RECORDING
    assert status.peak_dbfs == pytest.approx((-6.0, -6.0), abs=0.5)
    assert [level.rms for level in status.levels] == pytest.approx([-10.8, -10.8], abs=0.5)  # of a saw-tooth
    before = status.frames
    until(lambda: recorder.status().frames > before)


def test_pause_keeps_nothing_and_is_a_gap(record):
    recorder = record()
    recorder.arm(order())
    recorder.start()
    until(lambda: recorder.status().frames > 5_000)
    paused = recorder.pause()
    assert recorder.status().state is RecorderState.PAUSED
    assert recorder.status().frames == paused
    assert recorder.resume() == paused
    until(lambda: recorder.status().frames > paused + 5_000)
    report = recorder.stop()
    (gap,) = report.gaps
    assert (gap.first_frame, gap.reason, report.dropped) == (paused, "pause", 0)
    assert [s.gap_before for s in report.segments if s.first_frame == paused] == [gap.frames] * 2
    assert np.array_equal(sound(recorder.folder, report), expected(report.frames)[:, 0])


def test_marks_stand_at_their_frame(record):
    recorder = record()
    recorder.arm(order())
    recorder.start()
    until(lambda: recorder.status().frames > 2_000)
    first, second = recorder.mark("item", "1"), recorder.mark("speaker", "王芳")
    with pytest.raises(BadInput, match="nonsense"):
        recorder.mark("nonsense")
    marks = recorder.stop().markers
    assert [(m.kind.value, m.frame, m.note) for m in marks] == [("item", first, "1"), ("speaker", second, "王芳")]


def test_segments_say_when_their_first_frame_was_heard(record):
    recorder = record()
    recorder.arm(order())
    recorder.start()
    until(lambda: recorder.status().frames > 45_000)
    segments = [s for s in recorder.stop().segments if s.track == 1]
    for before, after in pairwise(segments):
        assert after.first_frame == before.first_frame + before.frames
        assert after.utc > before.utc
        assert after.monotonic > before.monotonic


def test_steps_out_of_order_are_refused(record):
    recorder = record()
    with pytest.raises(Refused):
        recorder.start()
    recorder.arm(order())
    with pytest.raises(Refused, match="已就绪"):
        recorder.resume()
    recorder.start()
    with pytest.raises(Refused, match="正在录音"):
        recorder.start()


def test_a_folder_takes_one_recording(record):
    recorder = record()
    recorder.arm(order(realtime=False))
    recorder.start(limit=1_000)
    until(lambda: recorder.status().state is RecorderState.SEALED)
    with pytest.raises(Refused, match="rec"):
        record().arm(order())


def test_a_stopped_capture_is_gone_with_its_card(record):
    recorder = record()
    recorder.arm(order())
    recorder.start()
    process = capture(recorder.folder)
    recorder.stop()
    until(lambda: not process.is_running() or process.status() == psutil.STATUS_ZOMBIE)
    assert not (recorder.folder / "capture.json").exists()


def test_a_killed_finisher_costs_nothing(record):
    recorder = record()
    recorder.arm(order(segment_seconds=0.2))
    recorder.start()
    for _ in range(3):
        until(lambda: finisher(recorder.folder) is not None)
        sealed = recorder.status().segments
        finisher(recorder.folder).kill()
        until(lambda sealed=sealed: recorder.status().segments > sealed)  # the next one has done what it died over
    report = recorder.stop()
    assert (report.dropped, report.recovered) == (0, 0)
    assert np.array_equal(sound(recorder.folder, report, 2), expected(report.frames)[:, 1])
    assert recorder.verify().ok


def test_sigterm_is_a_normal_stop(record):
    recorder = record()
    recorder.arm(order())
    recorder.start()
    until(lambda: recorder.status().frames > 1_000)
    capture(recorder.folder).terminate()
    until(lambda: recorder.status().state is RecorderState.SEALED)
    assert recorder.verify().ok


def test_a_file_that_breaks_off_is_kept_up_to_there_and_said(record, noise, tmp_path):
    path, _ = noise(1, 24, 200_000)
    whole = tmp_path / "whole.flac"
    soundfile.write(whole, soundfile.read(path)[0], 48_000, subtype="PCM_24")
    cut = tmp_path / "cut.flac"
    data = whole.read_bytes()
    cut.write_bytes(data[: len(data) // 2] + bytes(1000) + data[len(data) // 2 : -5_000])
    recorder = record()
    recorder.arm(Order(source=f"file:{cut}"))
    recorder.start()
    until(lambda: recorder.status().state is RecorderState.SEALED)
    assert recorder.report().frames > 48_000
    assert recorder.verify().ok
    shutil.rmtree(recorder.folder)


def test_an_end_that_somebody_asked_for_is_told_from_one_that_befell(record):
    """A machine that shuts down ends captures by a signal; after it the meeting is recorded on."""
    asked, befallen = record("asked"), record("befallen")
    for recorder in (asked, befallen):
        recorder.arm(order())
        recorder.start()
        until(lambda recorder=recorder: recorder.status().frames > 4_800)
    asked.stop()
    process = capture(befallen.folder)
    process.terminate()
    process.wait(30)
    assert (asked.status().state, asked.status().stopped) == (RecorderState.SEALED, True)
    assert (befallen.status().state, befallen.status().stopped) == (RecorderState.SEALED, False)


class Room:
    """A recording in this very process, step by step."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder, self.said = folder, queue.Queue()
        asked = order(watch=False, segment_seconds=0.2)
        self.session = Session(folder, asked, open_source(asked), self.said.put)
        threading.Thread(target=self.session.source.run, args=(self.session.ring,), daemon=True).start()
        self.session.ring.wait(PATIENCE)
        self.session.armed()

    def reached(self, frames: int) -> bool:
        self.session.tick()
        return self.session.frames > frames

    def sealed(self) -> None:
        """One part is finished, and its outcome is heard."""
        until(lambda: self.reached(0) and not self.said.empty())
        self.session.sealed(self.said.get())

    def end(self) -> None:
        self.session.stop()
        while not self.session.over:
            self.session.sealed(self.said.get(timeout=30))
        self.session.leave()

    def rows(self, kind: str) -> list[journal.Row]:
        return list(journal.of_kind(load(self.folder).rows, kind))


@pytest.fixture
def room(tmp_path):
    made = Room(tmp_path / "rec")
    yield made
    if made.session.state is not RecorderState.SEALED:
        made.end()


def full(*_):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_pause_whose_end_was_refused_counts_once(room, monkeypatch):
    room.session.start()
    until(lambda: room.reached(4_000))
    room.session.pause()
    with monkeypatch.context() as disk:
        disk.setattr(journal_file, "append", full)
        with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
            room.session.resume()
    assert room.session.state is RecorderState.PAUSED
    room.session.resume()
    room.end()
    assert [row["reason"] for row in room.rows("gap")] == ["pause"]
    assert len(room.rows("resume")) == 1


def test_the_row_of_a_finished_part_is_written_when_there_is_room_again(room, monkeypatch):
    room.session.start()
    with monkeypatch.context() as disk:
        until(lambda: room.reached(0) and not room.said.empty())
        disk.setattr(journal_file, "append", full)
        room.session.sealed(room.said.get())
        assert os.strerror(errno.ENOSPC) in room.session.what_is_wrong()
        assert room.session.status()["sealed_frames"] == 0
        assert (room.folder / "0001.part").exists()
    until(lambda: room.reached(0) and room.session.what_is_wrong() == "")
    assert [row["seq"] for row in room.rows("segments")] == [1]
    assert room.session.status()["sealed_frames"] == room.rows("segments")[0]["frames"]
    assert not (room.folder / "0001.part").exists()


def test_a_sealed_part_whose_file_cannot_be_taken_away_counts_as_sealed_and_is_no_trouble(room, monkeypatch):
    room.session.start()
    with monkeypatch.context() as held:
        held.setattr(Path, "unlink", full)
        room.sealed()
    assert (room.folder / "0001.part").exists()
    assert room.session.what_is_wrong() == ""
    assert room.session.status()["sealed_frames"] == room.rows("segments")[0]["frames"]
    room.end()
    assert room.session.state is RecorderState.SEALED


@pytest.mark.parametrize(
    "wrong",
    [{"of": "x"}, {"of": -1}, {"of": True}, {"back": "1"}, {"back": -1.0}, {"back": float("nan")}, {"back": 1e300}],
)
def test_a_mark_with_a_field_that_makes_no_sense_is_refused_and_not_in_the_journal(room, wrong):
    room.session.start()
    with pytest.raises(BadInput):
        room.session.mark("undo", **wrong)
    assert room.rows("mark") == []


@pytest.mark.parametrize("limit", ["5", 1.5, True, 0, -3])
def test_a_limit_that_is_no_number_of_frames_is_refused_and_it_can_still_be_started(room, limit):
    with pytest.raises(BadInput):
        room.session.start(limit)
    assert room.session.start(4_000) == {"frame": 0}
