"""Fault driver: records the numbered tone, kills a process at a random moment, recovers, compares frame by frame.

By hand: `python -m tests.plugins.audio.faults --count 200`. Each meeting is recorded on a real host and takes five
kills, of whatever runs: host, launcher, capture, finisher, watch, source, transcriber. With `--light` there is no
host, and each recording takes one kill. It prints a table, and what went wrong with the seed that repeats it.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil
from roomctl_audio import control
from roomctl_audio.recorder import AudioRecorder

from roomctl.api import Order
from tests.plugins.audio import ordeal
from tests.plugins.audio.ordeal import Hit, Ordeal
from tests.plugins.audio.sound import TRACKS, expected, sound
from tests.plugins.audio.soundserver import sound_server
from tests.waiting import until

__all__ = ["expected", "sound"]  # for the tests, beside what stands here

LIGHT = ("capture", "finisher", "controller")
AT_ONCE = 4
"""Meetings: they mostly wait."""


def capture(folder: Path) -> psutil.Process:
    card = control.read_card(folder)
    assert card is not None
    return psutil.Process(card.process.pid)


def finisher(folder: Path) -> psutil.Process | None:
    """The finisher of a capture that lives; None in the moment between two of them."""
    children = capture(folder).children()
    return next((child for child in children if "roomctl_audio.sealing.finisher" in _command(child)), None)


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


def run(count: int, seed: int, folder: Path, victims: Sequence[str] = LIGHT) -> list[Outcome]:
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


def hosted(
    count: int,
    seed: int,
    folder: Path,
    kinds: Sequence[str] = ordeal.VICTIMS,
    seen: Callable[[Sequence[Hit]], None] = lambda hits: None,  # noqa: ARG005 - a default that does nothing
) -> list[Hit]:
    """`count` kills in meetings on real hosts, a few meetings at a time. Args: seen: told of each that is over."""

    def one(plan: tuple[int, list[str]]) -> list[Hit]:
        place = folder / f"{plan[0]}"
        place.mkdir()
        hits = Ordeal(place, *plan, room=server).run()
        seen(hits)
        return hits

    with tempfile.TemporaryDirectory(prefix="rt-") as runtime, sound_server(Path(runtime) / "p") as server:
        server.play_numbers()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return [hit for hits in pool.map(one, ordeal.plans(count, seed, kinds)) for hit in hits]


def table(hits: Sequence[Hit]) -> str:
    """One row for each kind of victim."""
    rows = [("killed", "times", "lost at most", "declared", "back p50", "back max", "failed")]
    for kind in [kind for kind in ordeal.VICTIMS if any(hit.victim == kind for hit in hits)]:
        of = [hit for hit in hits if hit.victim == kind]
        back = sorted(hit.back for hit in of if hit.back)
        rows.append((
            kind, str(len(of)), f"{max(hit.lost for hit in of)} frames",
            str(sum(hit.declared for hit in of)) if kind in {"capture", "source"} else "–",
            f"{back[len(back) // 2]:.1f} s" if back else "–", f"{back[-1]:.1f} s" if back else "–",
            str(sum(bool(hit.faults) for hit in of)),
        ))  # fmt: skip
    return "\n".join("  ".join(f"{text:>12}" for text in row) for row in rows)


def _tell(hits: Sequence[Hit]) -> None:
    """A line for each kill of a meeting, as soon as the meeting is over."""
    for hit in hits:
        print(hit, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    parser.add_argument("--light", action="store_true", help="the recorder alone, without a host")
    parser.add_argument("--only", action="append", choices=ordeal.VICTIMS, help="kill nothing else; more than once")
    parser.add_argument("--keep", type=Path, help="leave what was recorded in this folder")
    parser.add_argument("--control", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.control:
        _control(given.control)
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.keep or Path(scratch)
        if given.light:
            outcomes = run(given.count, given.seed, folder)
            bad = [outcome for outcome in outcomes if not outcome.good]
            print(json.dumps({"count": len(outcomes), "seed": given.seed, "bad": [str(each) for each in bad]}))
        else:
            hits = hosted(given.count, given.seed, folder, given.only or ordeal.VICTIMS, _tell)
            bad = [hit for hit in hits if hit.faults]
            print(f"seed {given.seed}", table(hits), sep="\n")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
