"""Seconds of each stage of `roomctl demo`; its transcription against the bare engine in the same run.

    python -m tests.bench.demo [--rounds 5]

The two take turns, and the median of their ratios is told: one turn alone says 1.2 or 1.6 on the same machine.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from roomctl_models.store import Store

from tests.bench import Bench, Goal

BENCH = Bench(
    __file__,
    {
        # Short utterances and second tries cost, and lose least text.
        "transcribe": Goal(
            "the demo's transcription",
            "<=",
            1.4,
            "×",
            "faster-whisper base int8 on the whole clip, same options, loading included",
        )
    },
    needs=("model:faster-whisper-base",),
)

BARE = """
import sys, time
from faster_whisper import WhisperModel
began = time.perf_counter()
model = WhisperModel(sys.argv[1], device="cpu", compute_type="int8", cpu_threads=2, local_files_only=True)
segments, _ = model.transcribe(
    sys.argv[2], language="zh", beam_size=5, vad_filter=True, condition_on_previous_text=False, word_timestamps=True
)
list(segments)
print(time.perf_counter() - began)
"""


def main(rounds: int) -> None:
    turns = sorted((turn() for _ in range(rounds)), key=lambda one: one["ratio"])
    ratios = [one.pop("ratio") for one in turns]
    BENCH.tell("transcribe", statistics.median(ratios), ratios=ratios, **turns[len(turns) // 2])


def turn() -> dict[str, Any]:
    """The demo, and then the bare engine."""
    clip = Path(__file__).parents[2] / "roomctl/demo/clip/demo_60s.flac"
    model = Store.here().folder("faster-whisper-base")
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        run = subprocess.run(
            [sys.executable, "-m", "roomctl", "demo", "--workdir", folder, "--json"],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        wall = time.perf_counter() - began
    told = json.loads(run.stdout)
    bare = float(
        subprocess.run([sys.executable, "-c", BARE, model, clip], capture_output=True, text=True, check=True).stdout
    )
    seconds = told["seconds"]
    ratio = round(seconds["transcribe"] / bare, 3)
    return {"ratio": ratio, "wall_s": round(wall, 2), "stages_s": seconds, "baseline_s": round(bare, 2)}


if __name__ == "__main__":
    BENCH.run(main, __doc__, rounds=(5, 1))
