import subprocess
import tempfile
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import numpy as np
import psutil
import pytest
import soundfile
import soxr
from roomctl_audio.recorder import AudioRecorder
from roomctl_transcript import Config
from roomctl_transcript.captions import boards
from roomctl_transcript.captions.service import CaptionService

from roomctl.api import EngineOffer, Marker, MarkKind, Meeting, Order, Person, RecorderState, Recording, State
from roomctl.services.time import SystemClock
from roomctl.testing.fakes import FakeContext
from tests.waiting import until

TITLE = "城市更新专题会议"
RATE = 16_000
HANGS = 8.0
"""Seconds of silence of a child that hangs."""
SPECIMENS = Path(__file__).parent / "specimens"


@pytest.fixture
def meeting(services):
    """Puts one into the house."""

    def make(**more):
        facts = {"id": "m1", "room": "r", "title": TITLE, "starts": datetime(2026, 11, 12, 9, 0)}
        people = [Person(id="p1", name="李晓明", unit="市住建局", duty="局长", seat="1", rank=1)]
        return services.hold(Meeting(**{**facts, "state": State.IN_SESSION, **more}), people)

    return make


@pytest.fixture
def stand_in(monkeypatch, services):
    """Offers a streaming engine that hears a character in each stretch of sound; the child imports it."""
    monkeypatch.setenv("PYTHONPATH", str(SPECIMENS))

    def offer(**options):
        services.models["standin-model"] = services.data
        made = EngineOffer(
            name="standin",
            entry="streaming_engine:Streaming",
            models=("standin-model",),
            streams=True,
            options=options,
        )
        services.offers = [made]
        return made

    return offer


@pytest.fixture(scope="session")
def read_out():
    """Korean speech by espeak-ng at 48 kHz, with quiet around it: the real model hears it."""

    def make(text, before=0.5, after=1.5):
        with tempfile.NamedTemporaryFile(suffix=".wav") as file:
            subprocess.run(["espeak-ng", "-v", "ko", "-s", "130", "-w", file.name, text], check=True)
            data, rate = soundfile.read(file.name, dtype="float32")
        return np.pad(soxr.resample(data, rate, 48_000), (round(before * 48_000), round(after * 48_000)))

    return make


@dataclass
class Room:
    """A real recorder that plays a file at its own pace, the captions' service beside it, and who looks at it.

    Attributes:
        seen: the boards that somebody who waits has seen, in order.

    """

    ctx: FakeContext
    folder: Path
    service: CaptionService = field(init=False)
    recorder: AudioRecorder = field(init=False)
    seen: list = field(default_factory=list)

    def __post_init__(self):
        self.service = CaptionService(self.ctx, heartbeat=HANGS)
        self.recorder = AudioRecorder(self.folder)
        self.ctx.services.recorders["audio"] = lambda _folder: self.recorder

    @property
    def board(self):
        return self.boards.board("m1")

    @property
    def boards(self):
        return boards.of(self.ctx)

    def wait(self, condition, what=""):
        def looked():
            if not self.seen or self.seen[-1] != self.board:
                self.seen.append(self.board)
            return condition()

        try:
            until(looked, what=what or "it")
        except AssertionError as error:
            pytest.fail(f"{error}: {self.board}")

    def play(self, sound, **order):
        """Records it; shape (frames,) or (frames, tracks), 48 kHz."""
        path = self.folder.with_suffix(".wav")
        soundfile.write(path, sound, 48_000)
        self.recorder.arm(Order(source=f"file:{path}", sample_rate=48_000, realtime=True, **order))
        self.recorder.start()
        self.note()

    def note(self, *markers, state=RecorderState.RECORDING):
        """What the database knows of the recording."""
        status = self.recorder.status()
        self.ctx.services.sound["m1"] = [
            Recording(
                id="rec1",
                meeting="m1",
                number=1,
                folder="rec",
                source="file:x",
                recorder="audio",
                state=state,
                tracks=status.tracks,
                frames=status.frames,
                markers=tuple(markers),
            )
        ]
        self.service.wake()

    def mark(self, kind: MarkKind, note=""):
        return Marker(kind, self.recorder.mark(kind, note), note)

    def on(self):
        self.service.start()
        self.boards.switch("m1", by="赵敏", on=True, confirm=TITLE)
        self.service.wake()

    @property
    def text(self):
        return "".join(one.text + one.unsure for one in self.board.lines)

    @property
    def child(self):
        return psutil.Process(self.ctx.children[-1].pid)

    def stop(self):
        self.service.stop(10)
        self.recorder.stop()
        self.ctx.close()


@pytest.fixture
def room(tmp_path, services, meeting, monkeypatch):
    """Its own runtime folder, in which the capture opens its socket."""
    with tempfile.TemporaryDirectory(prefix="rt-") as runtime:
        monkeypatch.setenv("XDG_RUNTIME_DIR", runtime)
        meeting()
        ctx = FakeContext("transcript", tmp_path, Config(), services=services)
        ctx.clock = SystemClock()
        made = Room(ctx, tmp_path / "rec")
        yield made
        made.stop()
