# ruff: noqa: ARG002 - a broken implementation leaves out what it should have used
"""One recorder that keeps its word, and one for each way of breaking it. Its clock is how often it is asked."""

import hashlib
import wave
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from roomctl.api import (
    BadInput,
    Busy,
    Gap,
    Marker,
    MarkKind,
    Problem,
    RecorderState,
    RecorderStatus,
    RecordingReport,
    Refused,
    Segment,
)
from roomctl.testing.contracts import RecorderContract

STEP = 4800
BUSY = {RecorderState.ARMED, RecorderState.RECORDING, RecorderState.PAUSED}


@dataclass
class Capture:
    """What goes on in one folder, whoever looks at it."""

    state: RecorderState = RecorderState.IDLE
    file: bytes | None = None
    frames: int = 0
    gaps: tuple[Gap, ...] = ()
    markers: tuple[Marker, ...] = ()
    report: RecordingReport | None = None
    extra: int = field(default=0)
    limit: int | None = None


CAPTURES: dict[Path, Capture] = {}


class Simulated:
    def __init__(self, folder):
        self.folder = folder
        self.capture = CAPTURES.setdefault(folder, Capture())

    def arm(self, order):
        kind, _, name = order.source.partition(":")
        if kind not in {"tone", "file"}:
            raise BadInput(f"unknown source {order.source}")
        self.claim()
        self.folder.mkdir()
        if kind == "file":
            with wave.open(name) as file:
                self.capture.file = file.readframes(file.getnframes())
        self.capture.state = RecorderState.ARMED
        return self.status()

    def claim(self):
        if self.capture.state in BUSY:
            raise Busy("somebody records here")

    def start(self, *, limit=None):
        if self.capture.state is not RecorderState.ARMED:
            raise Refused("not armed")
        self.capture.limit = limit
        self.capture.state = RecorderState.RECORDING
        return 0

    def pause(self, *, until=None):
        self.capture.state = RecorderState.PAUSED
        return self.capture.frames

    def resume(self):
        self.capture.state = RecorderState.RECORDING
        self.capture.gaps += (Gap(self.capture.frames, STEP, "pause"),)
        return self.capture.frames

    def mark(self, kind, note="", *, back=0.0, of=0):
        frame = max(0, self.capture.frames - round(back * 48_000))
        self.capture.markers += (Marker(MarkKind(kind), frame, note, of),)
        return frame

    def status(self):
        if self.capture.state is RecorderState.RECORDING:
            self.hear()
        ended = self.capture.file is not None and self.capture.frames * 3 == len(self.capture.file)
        return RecorderStatus(state=self.capture.state, tracks=1, frames=self.capture.frames, ended=ended)

    def hear(self):
        self.capture.frames += STEP
        if self.capture.file is not None:
            self.capture.frames = min(self.capture.frames, len(self.capture.file) // 3)
        if self.capture.limit is not None:
            self.capture.frames = min(self.capture.frames, self.capture.limit)

    def sound(self):
        return self.capture.file if self.capture.file is not None else bytes(self.capture.frames * 3)

    def disarm(self):
        if self.capture.state in {RecorderState.RECORDING, RecorderState.PAUSED}:
            raise Refused("it goes on")
        self.stop()

    def stop(self):
        if self.capture.report is None:
            self.capture.state = RecorderState.SEALED
            self.capture.report = self.seal()
        return self.capture.report

    def seal(self):
        sound = self.sound()
        path = self.folder / "t01-0001.pcm"
        path.write_bytes(sound)
        digest = hashlib.sha256(sound).hexdigest()
        segment = Segment(
            track=1,
            seq=1,
            path=path.name,
            first_frame=0,
            frames=self.capture.frames,
            utc=datetime(2026, 11, 12, tzinfo=UTC),
            monotonic=0.0,
            sha256_pcm=digest,
            sha256_file=digest,
            sm3_file="",
        )
        return RecordingReport(
            tracks=1,
            sample_rate=48_000,
            frames=self.capture.frames,
            gaps=self.capture.gaps,
            markers=self.capture.markers,
            segments=(segment,),
        )

    def recover(self):
        return self.report()

    def report(self):
        return self.capture.report

    def verify(self):
        bad = [
            Problem(one.path, "changed")
            for one in self.capture.report.segments
            if hashlib.sha256((self.folder / one.path).read_bytes()).hexdigest() != one.sha256_file
        ]
        return replace(self.capture.report, problems=tuple(bad))


class HoldsItsDevice(Simulated):
    def disarm(self):
        if self.capture.state is not RecorderState.ARMED:
            super().disarm()


class LetsGoOfAny(Simulated):
    def disarm(self):
        self.stop()


class LosesFrames(Simulated):
    def seal(self):
        self.capture.frames -= 1
        return super().seal()


class HidesFramesFromItsSegments(Simulated):
    def seal(self):
        report = super().seal()
        return replace(report, segments=(replace(report.segments[0], frames=report.frames - 1),))


class ChangesSamples(Simulated):
    def sound(self):
        return bytes(byte & 0xFE for byte in super().sound())


class StandsStill(Simulated):
    def hear(self):
        self.capture.frames = STEP


class IgnoresTheLimit(Simulated):
    def start(self, *, limit=None):
        return super().start()

    def hear(self):
        self.capture.frames += STEP + 1


class RecordsWhenArmed(Simulated):
    def start(self, *, limit=None):
        self.capture.state = RecorderState.ARMED
        return super().start()

    def status(self):
        self.hear()
        return super().status()


class KeepsThePause(Simulated):
    def status(self):
        if self.capture.state is RecorderState.PAUSED:
            self.hear()
        return super().status()


class JumpsOverThePause(Simulated):
    def resume(self):
        self.capture.frames += STEP
        return super().resume()


class ForgetsThePause(Simulated):
    def resume(self):
        self.capture.state = RecorderState.RECORDING
        return self.capture.frames


class ForgetsMarks(Simulated):
    def mark(self, kind, note="", *, back=0.0, of=0):
        return self.capture.frames


class MarksTooLate(Simulated):
    def mark(self, kind, note="", *, back=0.0, of=0):
        return super().mark(kind, note, of=of)


class TakesAnySource(Simulated):
    def arm(self, order):
        known = order.source.startswith("file:")
        return super().arm(order if known else replace(order, source="tone"))


class TalksOnTwoLines(Simulated):
    def arm(self, order):
        if order.source.startswith("no-such-source"):

            class Long(BadInput):
                def __str__(self):
                    return "unknown source no-such-source:\nTraceback"

            raise Long("x")
        return super().arm(order)


class SharesItsFolder(Simulated):
    def claim(self):
        self.folder.mkdir(exist_ok=True)
        self.folder.rmdir()


class StopsOnce(Simulated):
    def stop(self):
        if self.capture.report is not None:
            raise Refused("stopped already")
        return super().stop()


class SeesNoDamage(Simulated):
    def verify(self):
        return self.report()


class RecoversWhatIsWhole(Simulated):
    def recover(self):
        self.capture.report = replace(self.capture.report, recovered=1)
        return self.capture.report


class KnowsOnlyItself(Simulated):
    def __init__(self, folder):
        super().__init__(folder)
        self.capture = Capture()


def suite(kind, seconds=30.0):
    class Suite(RecorderContract):
        bound = seconds

        @pytest.fixture
        def factory(self):
            return kind

    return Suite


TestSimulated = suite(Simulated)
TestHoldsItsDevice = suite(HoldsItsDevice)
TestLetsGoOfAny = suite(LetsGoOfAny)
TestLosesFrames = suite(LosesFrames)
TestHidesFramesFromItsSegments = suite(HidesFramesFromItsSegments)
TestChangesSamples = suite(ChangesSamples)
TestStandsStill = suite(StandsStill, seconds=0.05)
TestIgnoresTheLimit = suite(IgnoresTheLimit)
TestRecordsWhenArmed = suite(RecordsWhenArmed)
TestKeepsThePause = suite(KeepsThePause)
TestJumpsOverThePause = suite(JumpsOverThePause)
TestForgetsThePause = suite(ForgetsThePause)
TestForgetsMarks = suite(ForgetsMarks)
TestMarksTooLate = suite(MarksTooLate)
TestTakesAnySource = suite(TakesAnySource)
TestTalksOnTwoLines = suite(TalksOnTwoLines)
TestSharesItsFolder = suite(SharesItsFolder)
TestStopsOnce = suite(StopsOnce)
TestSeesNoDamage = suite(SeesNoDamage)
TestRecoversWhatIsWhole = suite(RecoversWhatIsWhole)
TestKnowsOnlyItself = suite(KnowsOnlyItself)
