"""Error rate and time of the pipeline against the bare engine, one JSON line a file.

    python tests/bench/transcribe.py [--only NAME] [--threads 2]

Measures the shipped clip, and every recording of ../shared/speech where it lies beside the checkout. The bare engine
is faster-whisper over the whole file with its own voice activity filter; both sides run in this one process, one
after the other, with the same model, beam and threads, loading left out.
"""

import argparse
import json
import resource
import sys
import tempfile
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from time import perf_counter, process_time

import av
import numpy as np
from roomctl_models import store
from roomctl_stt_whisper.engine import Whisper
from roomctl_transcript.audio import RATE, Piece, blocks
from roomctl_transcript.listen import Settings, listen
from roomctl_transcript.sentences import Prior, Writer
from roomctl_transcript.simplify import simplify

from roomctl.demo.score import score

ROOT = Path(__file__).parent.parent.parent
SHARED = ROOT.parent / "shared" / "speech"
CLIP = ROOT / "roomctl" / "demo" / "clip" / "demo_60s.flac"
PEOPLE = (("张建国", "市长"), ("李晓明", "市住建局局长"), ("王海燕", "行政审批局局长"), ("陈志强", "市财政局局长"))


def corpus() -> Iterator[tuple[str, list[tuple[Path, str]]]]:
    """(name, [(file, what is said)])."""
    yield "demo_60s", [(CLIP, _said(CLIP.with_name("demo_60s_ref.json")))]
    if SHARED.is_dir():
        for name in ("meeting_clean", "meeting_room", "meeting_4ch"):
            yield name, [(SHARED / f"{name}.flac", _said(SHARED / "meeting_ref.json"))]
        rows = json.loads((SHARED / "sentences" / "ref.json").read_text(encoding="utf-8"))
        yield "sentences", [(SHARED / "sentences" / row["file"], row["text"]) for row in rows]


def _said(path: Path) -> str:
    return "".join(row["text"] for row in json.loads(path.read_text(encoding="utf-8")))


def pcm(path: Path) -> np.ndarray:
    resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
    with av.open(str(path)) as container:
        parts = [out.to_ndarray()[0] for frame in container.decode(audio=0) for out in resampler.resample(frame)]
    return np.concatenate(parts)


def bare(engine: Whisper, path: Path, beam: int) -> str:
    found, _ = engine._model.transcribe(
        pcm(path), language="zh", beam_size=beam, vad_filter=True, condition_on_previous_text=False
    )
    return "".join(one.text for one in found)


def ours(engine: Whisper, path: Path) -> tuple[str, str, int]:
    """(raw, final, utterances tried again)."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        rate, frames, tracks = (
            stream.rate,
            round(float(stream.duration * stream.time_base) * stream.rate),
            stream.channels,
        )
    with tempfile.TemporaryDirectory() as folder:
        piece = Piece(tuple(_split(path, Path(folder))) if tracks > 1 else (path,), 0, frames, rate)
        writer = Writer("r1", "bench", rate, Prior(PEOPLE))
        rows, again = [], 0
        for heard in listen(
            blocks([piece], 0.0, lambda error: print(error, file=sys.stderr)),
            engine,
            Settings(),
            gate=lambda _: True,
            progress=lambda _: None,
        ):
            rows += [row for row in writer.write(heard) if not row["dropped"]]
            again += heard.retried
    return "".join(row["raw"] for row in rows), "".join(row["text"] for row in rows), again


def _split(path: Path, folder: Path) -> Iterator[Path]:
    """One file per channel, as the recorder keeps them."""
    import soundfile  # noqa: PLC0415 - only for files with several channels

    data, rate = soundfile.read(path, dtype="int16", always_2d=True)
    for channel in range(data.shape[1]):
        to = folder / f"t{channel + 1:02}.flac"
        soundfile.write(to, data[:, channel], rate)
        yield to


def measure(engine: Whisper, clips: list[tuple[Path, str]], beam: int) -> dict[str, object]:
    said = "".join(text for _, text in clips)
    clock, cpu = perf_counter(), process_time()
    plain = "".join(bare(engine, path, beam) for path, _ in clips)
    bare_wall, bare_cpu = perf_counter() - clock, process_time() - cpu
    clock, cpu = perf_counter(), process_time()
    results = [ours(engine, path) for path, _ in clips]
    wall, cpu = perf_counter() - clock, process_time() - cpu
    raw, final = ("".join(one[index] for one in results) for index in (0, 1))
    names = {name: (said.count(name), final.count(name)) for name, _ in PEOPLE if name in said}
    return {
        "bare": _row(said, plain),
        "raw": _row(said, raw),
        "final": _row(said, final),
        "names_right": sum(min(pair) for pair in names.values()),
        "names_said": sum(pair[0] for pair in names.values()),
        "names_false": sum(
            max(0, found - there) for there, found in ((said.count(n), final.count(n)) for n, _ in PEOPLE)
        ),
        "tried_again": sum(one[2] for one in results),
        "wall_s": round(wall, 1),
        "wall_ratio": round(wall / bare_wall, 2),
        "cpu_ratio": round(cpu / bare_cpu, 2),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def _row(said: str, heard: str) -> dict[str, object]:
    """Edits over the characters said; with the corpus's own scorer where it is there."""
    if SHARED.is_dir():
        sys.path.insert(0, str(SHARED / "make"))
        found = import_module("cer").cer(said, heard)
        return {"cer": round(found["cer"], 4), "sub": found["sub"], "del": found["del"], "ins": found["ins"]}
    result = score(said, simplify(heard)[0])
    return {
        "cer": round(result.rate, 4),
        "sub": result.substitutions,
        "del": result.deletions,
        "ins": result.insertions,
    }


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--only", default="")
    options.add_argument("--threads", type=int, default=2)
    options.add_argument("--beam", type=int, default=5)
    given = options.parse_args()
    engine = Whisper(store.folder("faster-whisper-base"), {"threads": given.threads, "beam": given.beam})
    engine.decode(np.zeros(RATE, np.float32), RATE)
    for name, clips in corpus():
        if given.only in name:
            print(json.dumps({"file": name, **measure(engine, clips, given.beam)}, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
