"""Seconds of each stage of `roomctl demo`; its transcription against the bare engine in the same run.

python -m tests.bench.demo
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from roomctl_models.store import Store

GOAL = 1.4  # of the bare engine's wall on the whole file; short utterances and second tries cost, and lose least text

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


def main() -> None:
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
    ratio = told["seconds"]["transcribe"] / bare
    print(
        json.dumps(
            {
                "bench": "demo",
                "wall_s": round(wall, 2),
                "stages_s": told["seconds"],
                "baseline": "faster-whisper base int8 on the whole clip, same options, model load included",
                "baseline_s": round(bare, 2),
                "ratio_transcribe": round(ratio, 3),
                "goal": f"<= {GOAL}",
                "met": ratio <= GOAL,
            }
        )
    )


if __name__ == "__main__":
    main()
