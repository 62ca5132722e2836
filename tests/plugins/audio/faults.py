"""Fault driver: records the numbered tone, kills a process at a random moment, recovers, compares frame by frame.

By hand: `python -m tests.plugins.audio.faults --count 200`.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil
import soundfile
from roomctl_audio import control
from roomctl_audio.pcm import Layout
from roomctl_audio.recorder import AudioRecorder
from roomctl_audio.tone import tone

from roomctl.api import Order, RecordingReport

VICTIMS = ("capture", "finisher", "controller")
TRACKS = 2


def until(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    """Waits for a condition, with a bound."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s")
        time.sleep(0.02)


def sound(folder: Path, report: RecordingReport, track: int = 1) -> np.ndarray:
    """What the segments of a track decode to: int32, 24 bits at the upper end."""
    files = [folder / segment.path for segment in report.segments if segment.track == track]
    return np.concatenate([soundfile.read(path, dtype="int32")[0] for path in files])


def expected(frames: int, bits: int = 24, tracks: int = TRACKS, first: int = 0) -> np.ndarray:
    return tone(first, frames, Layout(tracks, bits, 48_000))


def capture(folder: Path) -> psutil.Process:
    card = control.read_card(folder)
    assert card is not None
    return psutil.Process(card.process.pid)


def finisher(folder: Path) -> psutil.Process | None:
    """The finisher of a capture that lives; None in the moment between two of them."""
    children = capture(folder).children()
    return next((child for child in children if "roomctl_audio.finisher" in _command(child)), None)


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def commands(folder: Path) -> list[str]:
    """Command lines of all processes that work in a recording's folder."""
    lines = (_command(process) for process in psutil.process_iter())
    return [" ".join(line) for line in lines if str(folder) in line]


def controller(folder: Path) -> subprocess.Popen[bytes]:
    """A process that starts a recording and then only waits."""
    child = subprocess.Popen(
        [sys.executable, "-P", __file__, "--control", str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert child.stdout is not None
    assert child.stdout.readline() == b"started\n"
    return child


def order(**changes: object) -> Order:
    """Two tracks of the numbered tone in real time, in short segments."""
    facts = {"source": f"tone:{TRACKS}", "realtime": True, "segment_seconds": 0.4, "planned_seconds": 120.0}
    return Order(**{**facts, **changes})


@dataclass(frozen=True)
class Outcome:
    """Of one fault: what had been on disk before it, what is there after it, and what was declared."""

    victim: str
    before: int
    frames: int
    equal: bool
    declared: bool
    problems: tuple[str, ...]

    @property
    def good(self) -> bool:
        """Nothing that was on disk is missing; a crash of the capture is declared, another costs nothing."""
        crashed = self.victim == "capture"
        return self.equal and self.frames >= self.before and self.declared == crashed and not self.problems


def strike(folder: Path, victim: str, seed: int) -> Outcome:
    """One recording, one kill at a random moment."""
    chance = random.Random(seed)
    recorder = AudioRecorder(folder)
    starter = None
    if victim == "controller":
        starter = controller(folder)
    else:
        recorder.arm(order())
        recorder.start()
    moment = chance.randrange(5_000, 50_000)
    until(lambda: recorder.status().frames >= moment)
    before = recorder.status().frames
    if starter:
        starter.kill()
        starter.communicate()
    elif victim == "capture":
        process = capture(folder)
        process.kill()
        until(lambda: not process.is_running() or process.status() == psutil.STATUS_ZOMBIE)
    elif child := finisher(folder):
        child.kill()
    if victim != "capture":
        until(lambda: recorder.status().frames >= before + 4_800)
        before += 4_800
    report = recorder.stop()
    checked = recorder.verify()
    equal = all(
        np.array_equal(sound(folder, report, track), expected(report.frames)[:, track - 1])
        for track in range(1, TRACKS + 1)
    )
    declared = any(gap.reason == "crash" and gap.first_frame == report.frames for gap in report.gaps)
    problems = tuple(f"{problem.file}: {problem.what}" for problem in (*report.problems, *checked.problems))
    return Outcome(victim, before, report.frames, equal, declared, problems)


def run(count: int, seed: int, folder: Path, victims: Sequence[str] = VICTIMS) -> list[Outcome]:
    """`count` faults, a few at a time: a recording in real time mostly waits."""
    with ThreadPoolExecutor(5) as pool:
        jobs = [pool.submit(strike, folder / f"{n:04d}", victims[n % len(victims)], seed + n) for n in range(count)]
        return [job.result() for job in jobs]


def _control(folder: Path) -> None:
    recorder = AudioRecorder(folder)
    recorder.arm(order())
    recorder.start()
    print("started", flush=True)
    sys.stdin.read()


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    parser.add_argument("--control", type=Path)
    given = parser.parse_args()
    if given.control:
        _control(given.control)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        outcomes = run(given.count, given.seed, Path(folder))
    bad = [outcome for outcome in outcomes if not outcome.good]
    print(json.dumps({"count": len(outcomes), "seed": given.seed, "bad": [str(outcome) for outcome in bad]}))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
