"""What every recorder must do: no frame is lost, and what is missing is declared."""

import hashlib
import random
import time
import wave
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from roomctl.api import (
    Busy,
    Order,
    Recorder,
    RecorderFactory,
    RecorderState,
    RecorderStatus,
    RecordingReport,
    Refused,
    RoomctlError,
)

RATE = 48_000

CLIP_FRAMES = RATE + 17
"""Of the clip: a second and a bit, a multiple of no block."""

Start = Callable[..., Recorder]


def clip_bytes() -> bytes:
    """Noise of 24 bits, mono, little-endian: no two frames are alike by rule, so none can go missing unseen."""
    return random.Random(24).randbytes(CLIP_FRAMES * 3)  # noqa: S311 - test data


class RecorderContract:
    """Give it a fixture `factory`; and a fixture `order`, where the recorder cannot play a tone.

    The order's source never ends by itself and runs at its own pace. A recorder that reads no files gives a fixture
    `clip` that is None, and is then spared the frame by frame comparison.
    """

    bound = 30.0
    """Seconds that a busy machine may need for what takes a fraction of one."""

    @pytest.fixture
    def factory(self) -> RecorderFactory:
        raise LookupError("give a fixture `factory`")

    @pytest.fixture
    def order(self) -> Order:
        return Order(source="tone", sample_rate=RATE, realtime=True, segment_seconds=0.5, planned_seconds=60)

    @pytest.fixture
    def clip(self, tmp_path: Path) -> Order | None:
        path = tmp_path / "clip.wav"
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(3)
            file.setframerate(RATE)
            file.writeframes(clip_bytes())
        return Order(source=f"file:{path}", sample_rate=RATE, bits=24, planned_seconds=60, segment_seconds=60)

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        return tmp_path / "recording"

    @pytest.fixture
    def start(self, factory: RecorderFactory, folder: Path, order: Order) -> Iterator[Start]:
        """Arms and starts one; whatever the test does, it is stopped in the end."""
        running: list[Recorder] = []

        def begin(asked: Order = order) -> Recorder:
            recorder = factory(folder)
            running.append(recorder)
            recorder.arm(asked)
            recorder.start()
            return recorder

        yield begin
        for recorder in running:
            with suppress(RoomctlError):
                recorder.stop()

    def until(self, what: str, condition: Callable[[], Any]) -> None:
        """Waits for a condition, with a bound."""
        end = time.monotonic() + self.bound
        while not condition():
            assert time.monotonic() < end, f"{what}: not within {self.bound:g} s"
            time.sleep(0.02)

    def grows(self, recorder: Recorder) -> RecorderStatus:
        """The status, once more is kept than at the call."""
        before = recorder.status().frames
        self.until("more frames are kept", lambda: recorder.status().frames > before)
        return recorder.status()

    # --- before ---------------------------------------------------------------------------------------------------

    def test_an_unknown_source_is_refused_on_one_line(
        self, factory: RecorderFactory, folder: Path, order: Order
    ) -> None:
        with pytest.raises(RoomctlError) as caught:
            factory(folder).arm(replace(order, source="no-such-source:x"))
        said = str(caught.value)
        assert "no-such-source" in said, "the error does not name the source"
        assert "\n" not in said, "more than one line"

    def test_armed_is_nothing_kept(self, factory: RecorderFactory, folder: Path, order: Order) -> None:
        recorder = factory(folder)
        try:
            status = recorder.arm(order)
            assert status.state is RecorderState.ARMED, f"{status.state} after arm"
            assert status.frames == 0, "frames are kept before start"
            assert status.tracks >= 1, "no track"
        finally:
            recorder.stop()

    def test_what_is_only_armed_is_let_go_of(self, factory: RecorderFactory, folder: Path, order: Order) -> None:
        recorder = factory(folder)
        recorder.arm(order)
        try:
            factory(folder).disarm()
            assert recorder.status().state is not RecorderState.ARMED, "it holds its device still"
            with pytest.raises(RoomctlError):
                recorder.start()
            recorder.disarm()
            assert recorder.report().frames == 0, "something is kept"
        finally:
            recorder.stop()

    def test_start_needs_arm(self, factory: RecorderFactory, folder: Path) -> None:
        with pytest.raises(RoomctlError):
            factory(folder).start()

    # --- during ---------------------------------------------------------------------------------------------------

    def test_frames_grow_while_it_records(self, start: Start) -> None:
        recorder = start()
        assert recorder.status().state is RecorderState.RECORDING
        self.grows(recorder)
        self.grows(recorder)

    def test_no_more_is_kept_than_the_limit(self, factory: RecorderFactory, folder: Path, order: Order) -> None:
        recorder = factory(folder)
        limit = recorder.arm(order).sample_rate // 5
        recorder.start(limit=limit)
        try:
            self.until("as much is kept as was asked for", lambda: recorder.status().frames >= limit)
        finally:
            report = recorder.stop()
        assert report.frames == limit, f"{report.frames} frames are kept, {limit} were asked for"
        whole(report)

    def test_pause_keeps_nothing_and_is_declared(self, start: Start) -> None:
        recorder = start()
        self.grows(recorder)
        paused = recorder.pause()
        assert recorder.status().state is RecorderState.PAUSED
        self.until("what was heard before the pause is on disk", lambda: recorder.status().frames >= paused)
        assert recorder.status().frames == paused, "frames are kept during a pause"
        resumed = recorder.resume()
        assert resumed == paused, "frame numbers jump over a pause"
        assert recorder.status().state is RecorderState.RECORDING
        self.grows(recorder)
        report = recorder.stop()
        pauses = [gap for gap in report.gaps if gap.reason == "pause"]
        assert [gap.first_frame for gap in pauses] == [paused], f"the pause is not declared: {report.gaps}"
        assert report.dropped == 0, "a pause counts as lost sound"

    def test_marks_stand_at_their_frames(self, start: Start) -> None:
        recorder = start()
        self.grows(recorder)
        frames = [recorder.mark("item", "1"), recorder.mark("mark", "决定")]
        report = recorder.stop()
        found = [(marker.kind.value, marker.frame, marker.note) for marker in report.markers]
        assert found == [("item", frames[0], "1"), ("mark", frames[1], "决定")]
        assert 0 < frames[0] <= frames[1] <= report.frames, f"marks at {frames} of {report.frames}"

    def test_a_mark_may_stand_earlier_than_it_is_made(self, start: Start) -> None:
        recorder = start()
        seen = self.grows(recorder)
        early = recorder.mark("off_record", back=0.01)
        assert early < recorder.mark("on_record"), "a mark made later stands earlier"
        assert recorder.mark("mark", back=3600.0) == 0, "a mark stands before the recording"
        last = 3
        recorder.mark("undo", of=last)
        report = recorder.stop()
        assert report.markers[0].frame == early
        assert report.markers[-1].of == last, "nobody knows what was taken back"
        assert early >= seen.frames - seen.sample_rate // 100, "it stands earlier than was asked for"

    def test_a_running_recording_is_adopted(self, start: Start, factory: RecorderFactory, folder: Path) -> None:
        recorder = start()
        self.grows(recorder)
        other = factory(folder)
        assert other.status().state is RecorderState.RECORDING, "a second object does not see the running capture"
        frames = other.stop().frames
        assert frames > 0
        assert recorder.stop().frames == frames

    def test_two_recordings_in_one_folder_are_refused(
        self, start: Start, factory: RecorderFactory, folder: Path, order: Order
    ) -> None:
        recorder = start()
        with pytest.raises(Busy):
            factory(folder).arm(order)
        self.grows(recorder)

    def test_what_was_started_is_not_let_go_of(self, start: Start, factory: RecorderFactory, folder: Path) -> None:
        recorder = start()
        self.grows(recorder)
        with pytest.raises(Refused):
            factory(folder).disarm()
        self.grows(recorder)
        recorder.pause()
        with pytest.raises(Refused):
            recorder.disarm()
        assert recorder.status().state is RecorderState.PAUSED, "a pause was ended by it"

    # --- after ----------------------------------------------------------------------------------------------------

    def test_stop_tells_all_that_was_kept(self, start: Start) -> None:
        recorder = start()
        seen = self.grows(recorder).frames
        report = recorder.stop()
        assert report.ok, f"problems: {report.problems}"
        assert report.frames >= seen, f"{report.frames} frames after {seen} were seen on disk"
        assert report.dropped == 0, f"{report.dropped} frames lost"
        assert recorder.status().state is RecorderState.SEALED
        whole(report)

    def test_stop_may_be_called_again(self, start: Start) -> None:
        recorder = start()
        self.grows(recorder)
        first, second = recorder.stop(), recorder.stop()
        assert (first.frames, first.segments) == (second.frames, second.segments)

    def test_a_finished_recording_verifies(self, start: Start) -> None:
        recorder = start()
        self.grows(recorder)
        frames = recorder.stop().frames
        assert recorder.report().frames == frames, "the journal tells of another number of frames"
        verified = recorder.verify()
        assert verified.ok, f"problems: {verified.problems}"
        assert verified.frames == frames

    def test_a_changed_file_is_found_and_named(self, start: Start, folder: Path) -> None:
        recorder = start()
        self.grows(recorder)
        segment = recorder.stop().segments[0]
        path = folder / segment.path
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 0x01
        path.write_bytes(content)
        verified = recorder.verify()
        assert not verified.ok, "a changed file goes unseen"
        assert any(Path(segment.path).name in problem.file for problem in verified.problems), "it is not named"

    def test_recover_of_what_is_whole_changes_nothing(self, start: Start) -> None:
        recorder = start()
        self.grows(recorder)
        before = recorder.stop()
        for _ in range(2):
            after = recorder.recover()
            assert (after.frames, after.segments, after.recovered) == (before.frames, before.segments, 0)
        assert recorder.verify().ok

    def test_a_file_is_kept_frame_by_frame(self, start: Start, clip: Order | None) -> None:
        if clip is None:
            return
        recorder = start(clip)
        self.until("the file has been read", lambda: recorder.status().ended)
        report = recorder.stop()
        assert report.frames == CLIP_FRAMES, f"{report.frames} frames of {CLIP_FRAMES}"
        assert report.dropped == 0
        assert not report.gaps
        assert [one.sha256_pcm for one in report.segments] == [hashlib.sha256(clip_bytes()).hexdigest()], (
            "the samples are not those of the source"
        )


def whole(report: RecordingReport) -> None:
    """Each track's segments follow each other without a jump, and hold all frames together."""
    tracks = {segment.track for segment in report.segments}
    assert tracks == set(range(1, report.tracks + 1)), f"tracks {tracks} of {report.tracks}"
    for track in tracks:
        expected = 0
        for segment in sorted((one for one in report.segments if one.track == track), key=lambda one: one.seq):
            assert segment.first_frame == expected, f"{segment.path} begins at {segment.first_frame}, not {expected}"
            expected += segment.frames
        assert expected == report.frames, f"track {track} holds {expected} of {report.frames} frames"
