"""How soon a fault of a microphone is an alarm in the journal, against the detectors alone.

    python -m tests.bench.alarms [--rounds 5]

A real recorder plays speech on six tracks at its own pace; at one moment five of them go wrong, each in its way. The
delay runs from that moment to the row of the journal. The detectors alone are fed the same sound from memory, so that
theirs is how much sound they need to be sure. A minute and a half in full size, in real time.
"""

import statistics
import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import numpy as np
import soundfile
import soxr
from roomctl_audio.journal import journal
from roomctl_audio.journal.file import load
from roomctl_audio.recorder import AudioRecorder
from roomctl_audio.sound.envelope import step
from roomctl_audio.watch.signals import Signals

from roomctl.api import AlarmKind, Order
from tests.bench import Bench, Goal
from tests.waiting import until

BENCH = Bench(
    __file__,
    {
        "told": Goal(
            "until a fault is an alarm in the journal", "<=", 3.0, "s", "the detectors alone, in seconds of sound"
        )
    },
)
RATE = 48_000
WELL, ILL = 8, 9
"""Seconds before and after the moment."""
SPOKEN = 6
"""Second of the shipped clip from which somebody speaks without a pause of length."""
CLIP = Path(__file__).parents[2] / "roomctl" / "demo" / "clip" / "demo_60s.flac"
FAULTS = (AlarmKind.ZEROS, AlarmKind.STUCK, AlarmKind.CLIPPING, AlarmKind.HUM, AlarmKind.SILENCE)
"""By track; the sixth stays well."""


def sound() -> np.ndarray:
    """Shape (frames, 6): speech over the noise of preamplifiers, until each goes wrong."""
    clip, rate = soundfile.read(CLIP, dtype="float32")
    spoken = soxr.resample(clip, rate, RATE)[SPOKEN * RATE :][: (WELL + ILL) * RATE]
    spoken *= 0.1 / np.sqrt(np.mean(spoken**2))
    noise = np.random.default_rng(1).normal(0, 10 ** (-70 / 20), (len(spoken), len(FAULTS) + 1)).astype(np.float32)
    made = noise + spoken[:, None]
    ill = slice(WELL * RATE, None)
    mains = sum(10 ** (-35 / 20) * np.sin(2 * np.pi * hz * np.arange(ILL * RATE) / RATE) for hz in (50, 100, 150))
    made[ill, 0] = 0
    made[ill, 1] = 0.01
    made[ill, 2] *= 12
    made[ill, 3] += mains
    made[ill, 4] = noise[ill, 4]
    return np.clip(made, -1, 1 - 2**-23)


def alone(samples: np.ndarray) -> Mapping[AlarmKind, float]:
    """Seconds of sound that the detectors need."""
    signals, block, found = Signals(samples.shape[1], RATE), step(RATE), {}
    whole = np.round(samples.T.astype(np.float64) * (1 << 31)).astype(np.int32)
    for at in range(0, whole.shape[1] - block + 1, block):
        for change in signals.feed(signals.measure(np.ascontiguousarray(whole[:, at : at + block]))):
            if change.on and change.track < len(FAULTS) and change.kind is FAULTS[change.track]:
                found.setdefault(change.kind, (at + block) / RATE - WELL)
    return found


def recorded(path: Path, folder: Path) -> Mapping[AlarmKind, float]:
    """Seconds from the moment until the row of the journal."""
    recorder = AudioRecorder(folder)
    recorder.arm(Order(source=f"file:{path}", realtime=True, planned_seconds=WELL + ILL, segment_seconds=600))
    recorder.start()
    until(lambda: recorder.status().ended, WELL + ILL + 60)
    recorder.stop()
    rows = load(folder).rows
    moment = datetime.fromisoformat(next(journal.of_kind(rows, "part"))["utc"]).timestamp() + WELL
    told = [row for row in journal.of_kind(rows, "alarm") if row["on"] and row["track"]]
    found: dict[AlarmKind, float] = {}
    for row in told:
        kind, track = AlarmKind(row["alarm"]), row["track"] - 1
        if track < len(FAULTS) and kind is FAULTS[track]:
            found.setdefault(kind, datetime.fromisoformat(row["at"]).timestamp() - moment)
    return found


def main(rounds: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        samples = sound()
        soundfile.write(folder / "faults.wav", samples, RATE, subtype="PCM_24")
        bare = alone(samples)
        seen = [recorded(folder / "faults.wav", folder / str(number)) for number in range(rounds)]
    for kind in FAULTS:
        told = [one[kind] for one in seen if kind in one]
        if len(told) < rounds:
            raise LookupError(f"{kind.value} was told in {len(told)} of {rounds} rounds")
        latest, needed = max(told), bare[kind]
        BENCH.tell(
            "told",
            latest,
            ratio=latest / needed,
            case=kind.value,
            median=round(statistics.median(told), 2),
            alone=needed,
        )


if __name__ == "__main__":
    BENCH.run(main, __doc__, rounds=(5, 1))
