"""Who speaks when, against taking everybody for one (single track) or the loudest track (a microphone a seat).

    python -m tests.bench.speakers [--only NAME]

Three figures a recording: the shipped clip, a meeting of voices that espeak-ng reads, and every recording of
../shared/speech where it lies beside the checkout. The diarisation error rate is the time that is missed, spoken by
nobody, or given to the wrong person, over the time spoken (NIST RT-09, section 6), with the usual quarter of a second
left out around each beginning and end; people are matched with voices as is best for the side that is measured. The
time is that of the speaker model and the grouping against voice activity detection on the same sound in the same run.
"""

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, permutations
from pathlib import Path
from time import process_time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the worker sets it

import numpy as np
import soundfile
import soxr
from roomctl_models import store
from roomctl_transcript.audio import BLOCK_FRAMES, POWER_FRAMES, RATE, Block, mixed
from roomctl_transcript.cutting import Span, VoiceActivity, runs, utterances
from roomctl_transcript.talkers import Talkers
from roomctl_transcript.voices import MODEL
from roomctl_transcript.voices.campplus import CamPlus
from roomctl_transcript.voices.prints import prints, unpack
from roomctl_transcript.voices.step import MOST, Timeline, grouped

from tests.bench import Bench, Goal

ONE, LOUDEST = "everybody is one", "the loudest track"
BENCH = Bench(
    __file__,
    {
        "voices": Goal("diarisation error on a single track", "<=", 0.3, "×", ONE),
        "seats": Goal("diarisation error with a microphone a seat", "<=", 0.75, "×", LOUDEST),
        "real_time": Goal("real-time factor of speakers on a single track", "<=", 0.1, "", "voice activity"),
    },
    needs=("model:campplus-zh-en", "espeak-ng"),
)

ROOT = Path(__file__).parent.parent.parent
SHARED = ROOT.parent / "shared" / "speech"
CLIP = ROOT / "roomctl" / "demo" / "clip" / "demo_60s.flac"
STEP = 0.02
COLLAR = 0.25
ESPEAK = {"A": ("cmn+m3", 40, 165), "B": ("cmn+f2", 60, 170), "C": ("cmn+m7", 30, 160), "D": ("cmn+f4", 45, 175)}
SAYINGS = (
    "现在开会，今天研究老旧小区改造和政务服务大厅的事情。",
    "一共改造了二十三个小区，涉及居民八千多户，资金已经到位。",
    "我同意刚才的意见，下一步要抓紧时间，年底之前全部完工。",
    "停车位不够的问题群众反映比较多，建议先做试点，再全面推开。",
    "财政这边没有困难，第一笔资金下个星期就可以拨下去。",
    "关于电梯加装，有三个小区的居民意见还不统一，需要再做工作。",
    "我补充一点，施工期间一定要注意安全，噪声也要控制。",
)


@dataclass(frozen=True, slots=True)
class Turn:
    who: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Case:
    """Sound at 16 kHz, shape (n, tracks), and who speaks when."""

    name: str
    sound: np.ndarray
    turns: Sequence[Turn]


def corpus() -> Iterator[Case]:
    yield Case("demo_60s", _read(CLIP), _turns(CLIP.with_name("demo_60s_ref.json")))
    yield from espeak()
    if not SHARED.is_dir():
        return
    for name in ("meeting_clean", "meeting_room", "meeting_4ch"):
        yield Case(name, _read(SHARED / f"{name}.flac"), _turns(SHARED / "meeting_ref.json"))
    yield at_once()


def _read(path: Path) -> np.ndarray:
    sound, rate = soundfile.read(path, dtype="float32", always_2d=True)
    return soxr.resample(sound, rate, RATE).astype(np.float32)


def _turns(path: Path) -> list[Turn]:
    rows = json.loads(path.read_text(encoding="utf-8"))
    return [Turn(row["speaker"], row["start_s"], row["end_s"]) for row in rows]


def espeak() -> Iterator[Case]:
    """Four voices that no other recording has: with pauses, and without any between one and the next."""
    rng = np.random.default_rng(7)
    spoken = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "said.wav"
        for who, (voice, pitch, pace) in ESPEAK.items():
            for number, text in enumerate(SAYINGS):
                argv = ["espeak-ng", "-v", voice, "-p", str(pitch), "-s", str(pace), "-w", str(path), text]
                subprocess.run(argv, check=True)
                sound = _read(path)[:, 0]
                loud = np.flatnonzero(np.abs(sound) > 0.01)
                spoken[who, number] = sound[loud[0] : loud[-1] + 1]
    for name, pauses in (("espeak", (0.25, 1.0)), ("espeak_without_pauses", (0.0, 0.0))):
        parts, said, at, last = [np.zeros(RATE // 2)], [], 0.5, ""
        for turn in range(28):
            who = str(rng.choice([one for one in ESPEAK if one != last]))
            voice, gap = spoken[who, turn * 5 % len(SAYINGS)], np.zeros(int(rng.uniform(*pauses) * RATE))
            said.append(Turn(who, at, at + len(voice) / RATE))
            at, last = at + (len(voice) + len(gap)) / RATE, who
            parts += [voice, gap]
        whole = np.concatenate(parts)
        noisy = whole + 1e-3 * rng.standard_normal(len(whole))
        yield Case(name, noisy.astype(np.float32)[:, None], said)


def at_once() -> Case:
    """The meeting with a microphone a seat, and half a minute later the same meeting over it; one of the microphones
    is 12 dB louder than the others and one 12 dB softer.
    """
    sound, said = _read(SHARED / "meeting_4ch.flac"), _turns(SHARED / "meeting_ref.json")
    later = 30
    sound[later * RATE :] += sound[: -later * RATE].copy()
    end = len(sound) / RATE
    said += [Turn(one.who, one.start + later, min(end, one.end + later)) for one in said if one.start + later < end]
    return Case("meeting_4ch_at_once", sound * np.float32([1, 4, 0.25, 1]), said)


# --- the two sides


def single(case: Case) -> tuple[np.ndarray, np.ndarray, dict[str, float]]:
    """(ours, everybody is one) as activity by step and voice; seconds of the processor."""
    pcm = case.sound[:, 0]
    began = process_time()
    speech = runs(VoiceActivity()(pcm))
    heard = process_time() - began
    model = CamPlus(next(store.folder(MODEL).glob("*.pt")))
    blocks = (
        Block(pcm[at : at + BLOCK_FRAMES], np.zeros((0, 1)), case.sound) for at in range(0, len(pcm), BLOCK_FRAMES)
    )
    began = process_time()
    windows = [one for _, made in prints(blocks, utterances(speech, 20.0), model, 0.0) for one in made]
    labels = grouped(windows, unpack(one.vector for one in windows), MOST)
    line = Timeline(windows, labels.tolist())
    took = process_time() - began
    steps = int(len(pcm) / RATE / STEP)
    ours, one = np.zeros((steps, int(labels.max()) + 1), bool), np.zeros((steps, 1), bool)
    for step in (step for run in speech for step in range(int(run.start / STEP), min(steps, int(run.end / STEP)))):
        voice = line.at((step + 0.5) * STEP)
        one[step] = True
        if voice is not None:
            ours[step, voice] = True
    return ours, one, {"baseline": "voice activity", "ours_s": took, "baseline_s": heard}


def seats(case: Case) -> tuple[np.ndarray, np.ndarray, dict[str, float]]:
    """(ours, the loudest track where somebody speaks)."""
    block = mixed(case.sound)
    speech = _as_steps(runs(VoiceActivity()(block.pcm)), len(block.powers))
    talkers, size = Talkers(), BLOCK_FRAMES // POWER_FRAMES
    began = process_time()
    ours = np.concatenate([talkers(block.powers[at : at + size]) for at in range(0, len(block.powers), size)])
    took = process_time() - began
    began = process_time()
    loudest = block.powers.argmax(axis=1)[:, None] == np.arange(block.powers.shape[1])
    return (
        ours,
        loudest & speech[:, None],
        {
            "baseline": LOUDEST,
            "ours_s": took,
            "baseline_s": process_time() - began,
        },
    )


def _as_steps(speech: Sequence[Span], steps: int) -> np.ndarray:
    made = np.zeros(steps, bool)
    for run in speech:
        made[int(run.start / STEP) : int(run.end / STEP)] = True
    return made


# --- the measure


def der(said: Sequence[Turn], found: np.ndarray, *, matched: bool) -> dict[str, float]:
    """Shares of the time spoken, and the number of voices; `matched`: the voices have their people's numbers."""
    people = sorted({one.who for one in said})
    true, counted = np.zeros((len(found), len(people)), bool), np.ones(len(found), bool)
    for one in said:
        true[int(one.start / STEP) : int(one.end / STEP), people.index(one.who)] = True
        for edge in (one.start, one.end):
            counted[max(0, int((edge - COLLAR) / STEP)) : int((edge + COLLAR) / STEP)] = False
    true, found = true[counted], found[counted]
    spoken = true.sum()
    together = (true[:, :, None] & found[:, None, :]).sum(axis=0)
    hits = int(np.trace(together)) if matched else _best(together)
    here, there = true.sum(axis=1), found.sum(axis=1)
    both = np.minimum(here, there).sum()
    return {
        "der": round(float((np.maximum(here, there).sum() - hits) / spoken), 4),
        "missed": round(float((here - there).clip(0).sum() / spoken), 4),
        "nobody": round(float((there - here).clip(0).sum() / spoken), 4),
        "wrong": round(float((both - hits) / spoken), 4),
        "voices": int(found.any(axis=0).sum()),
    }


def _best(together: np.ndarray) -> int:
    """Steps that are right where people and voices are matched best; of many voices the eight that speak most."""
    few, many = min((together, together.T), key=len), max(together.shape)
    kept = few[:, np.argsort(-few.sum(axis=0))[: min(many, 8)]]
    return max(
        sum(int(kept[at, column]) for at, column in enumerate(columns))
        for columns in permutations(range(kept.shape[1]), len(kept))
    )


def measure(case: Case) -> None:
    several = case.sound.shape[1] > 1
    ours, base, took = (seats if several else single)(case)
    mine, theirs = (der(case.turns, found, matched=several) for found in (ours, base))
    seconds = len(case.sound) / RATE
    BENCH.tell(
        "seats" if several else "voices",
        mine["der"] / theirs["der"],
        case=case.name,
        seconds=round(seconds, 1),
        people=len({one.who for one in case.turns}),
        turns=len(list(groupby(case.turns, key=lambda one: one.who))),
        ours=mine,
        of_baseline=theirs,
    )
    if not several:
        BENCH.tell(
            "real_time",
            took["ours_s"] / seconds,
            ratio=took["ours_s"] / max(took["baseline_s"], 1e-6),
            case=case.name,
        )


def main(only: str) -> None:
    for case in corpus():
        if only in case.name:
            measure(case)


if __name__ == "__main__":
    BENCH.run(main, __doc__, only=("", "espeak"))
