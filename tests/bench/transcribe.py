"""Transcript against the bare engine: how true it is, what each step gains, what it costs.

    python -m tests.bench.transcribe [--only NAME] [--audio FOLDER] [--threads 2] [--beam 5] [--decoding]

Measures the shipped clip, every recording of ../shared/speech where it lies beside the checkout, and those of
tests/bench/speech that were made into FOLDER (see the README there). The bare engine is faster-whisper over the whole
file with its own voice activity filter; over the pieces that the pipeline gives it, it is timed where it is called:
no noise of a second run is in that ratio, and what is left is reading, mixing, cutting, and writing down. All in this
one process, first the pipeline and then the bare engine, with the same model, beam and threads, loading left out. The
peak of memory is of the pipeline. What was counted of each is a line on stderr.
`--decoding` decodes again without the second try, and without the level, as it is and at −46 dB RMS.
"""

import json
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from time import perf_counter, process_time
from typing import Any
from unittest import mock

import av
import numpy as np
from roomctl_models import store
from roomctl_stt_whisper.engine import Whisper
from roomctl_transcript.audio import RATE, Piece, blocks
from roomctl_transcript.listen import Heard, Settings, listen
from roomctl_transcript.roster import roster
from roomctl_transcript.sentences import Prior, Sentence, Writer
from roomctl_transcript.worker import Later

from roomctl.api import Word
from roomctl.api.process import few_arenas, give_back
from tests.bench import Bench, Goal
from tests.bench.speech import fidelity

WHOLE = "faster-whisper base int8 on the whole file"
PIECES = "faster-whisper base int8 on the same pieces of sound"
SAID = "what was said"
BENCH = Bench(
    __file__,
    {
        "characters": Goal("errors of characters, the worst recording", "<=", 0.75, "×", WHOLE),
        "deletions": Goal("characters left out, the worst recording", "<=", 1.0, "%", WHOLE),
        "names": Goal("names that are right", ">=", 95, "%", SAID),
        "names_false": Goal("false names", "<=", 1.0, "in 1,000 characters", SAID),
        "figures": Goal("figures that are right", ">=", 95, "%", SAID),
        "wall_to_pieces": Goal("transcription, seconds by the clock, the worst recording", "<=", 1.05, "×", PIECES),
        "wall_to_whole": Goal("transcription, seconds by the clock, the worst recording", "<=", 1.4, "×", WHOLE),
        "cpu_to_pieces": Goal("transcription, the processor's seconds, the worst", "<=", 1.05, "×", PIECES),
        "cpu_to_whole": Goal("transcription, the processor's seconds, the worst", "<=", 1.4, "×", WHOLE),
        "memory": Goal("memory at its peak", "<=", 1.2, "×", "the engine alone, after its first sound"),
    },
    needs=("model:faster-whisper-base",),
)

ROOT = Path(__file__).parent.parent.parent
SHARED = ROOT.parent / "shared" / "speech"
OTHERS = Path(__file__).parent / "speech"
CLIP = ROOT / "roomctl" / "demo" / "clip" / "demo_60s.flac"
PEOPLE = (("张建国", "市长"), ("李晓明", "市住建局局长"), ("王海燕", "行政审批局局长"), ("陈志强", "市财政局局长"))
LEFT_OUT = ("punctuation", "expected", "slips", "names", "numbers")
"""Steps whose gain is measured. Without the first, simplified characters, everything after it is blind."""


@dataclass(frozen=True)
class Recording:
    """Files with what is said in them, and the roster."""

    name: str
    clips: tuple[tuple[Path, str], ...]
    people: tuple[tuple[str, str], ...] = PEOPLE


def corpus(made: Path | None) -> Iterator[Recording]:
    yield Recording("demo_60s", ((CLIP, _said(CLIP.with_name("demo_60s_ref.json"))),))
    if SHARED.is_dir():
        for name in ("meeting_clean", "meeting_room", "meeting_4ch"):
            yield Recording(name, ((SHARED / f"{name}.flac", _said(SHARED / "meeting_ref.json")),))
        rows = json.loads((SHARED / "sentences" / "ref.json").read_text(encoding="utf-8"))
        yield Recording("sentences", tuple((SHARED / "sentences" / row["file"], row["text"]) for row in rows))
    if made:
        for script in sorted(OTHERS.glob("*.txt")):
            for kind in ("clean", "room"):
                clip = (made / f"{script.stem}_{kind}.flac", _said(made / f"{script.stem}_ref.json"))
                yield Recording(f"{script.stem}_{kind}", (clip,), roster(script.with_suffix(".csv")))


def _said(path: Path) -> str:
    return "".join(row["text"] for row in json.loads(path.read_text(encoding="utf-8")))


def pcm(path: Path) -> np.ndarray:
    resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
    with av.open(str(path)) as container:
        parts = [out.to_ndarray()[0] for frame in container.decode(audio=0) for out in resampler.resample(frame)]
    return np.concatenate(parts)


class Timed:
    """The engine with what it took: seconds by the clock, seconds of the processor."""

    def __init__(self, engine: Whisper) -> None:
        self.engine = engine
        self.wall = self.cpu = 0.0

    def decode(self, sound: np.ndarray, rate: int) -> Any:
        words, wall, cpu = timed(lambda: self.engine.decode(sound, rate))
        self.wall, self.cpu = self.wall + wall, self.cpu + cpu
        return words


def whole(engine: Whisper, path: Path, beam: int) -> str:
    found, _ = engine._model.transcribe(
        pcm(path), language="zh", beam_size=beam, vad_filter=True, condition_on_previous_text=False
    )
    return "".join(one.text for one in found)


@contextmanager
def recorded(path: Path) -> Iterator[Piece]:
    """The file as the recorder keeps it: one for each channel."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        rate, tracks = stream.rate, stream.channels
        frames = round(float(stream.duration * stream.time_base) * rate)
    with tempfile.TemporaryDirectory() as folder:
        yield Piece(tuple(_split(path, Path(folder))) if tracks > 1 else (path,), 0, frames, rate)


def hear(engine: Any, piece: Piece, settings: Settings = Settings()) -> list[Heard]:  # noqa: B008 - frozen
    sound = blocks([piece], 0.0, lambda error: print(error, file=sys.stderr))
    return list(listen(sound, engine, settings, gate=lambda _: True, progress=lambda _: None))


def _split(path: Path, folder: Path) -> Iterator[Path]:
    import soundfile  # noqa: PLC0415 - only for files with several channels

    data, rate = soundfile.read(path, dtype="int16", always_2d=True)
    for channel in range(data.shape[1]):
        to = folder / f"t{channel + 1:02}.flac"
        soundfile.write(to, data[:, channel], rate)
        yield to


def write(files: Iterable[list[Heard]], prior: Prior, without: str = "") -> tuple[str, str]:
    """Raw and final text; `without` one step."""
    rows = []
    for heard in files:
        writer = Writer("r1", "bench", RATE, prior)
        writer.steps.pop(without, None)
        rows += [row for one in heard for row in writer.write(one) if not row["dropped"]]
    return "".join(row["raw"] for row in rows), "".join(row["text"] for row in rows)


def timed(work: Any) -> tuple[Any, float, float]:
    """Result, seconds by the clock, seconds of the processor."""
    clock, cpu = perf_counter(), process_time()
    result = work()
    return result, perf_counter() - clock, process_time() - cpu


def measure(engine: Whisper, one: Recording) -> dict[str, Any]:
    """All but what is beside the bare engine; seconds are rounded when that is there."""
    said, prior = "".join(text for _, text in one.clips), Prior(one.people)
    alone = Timed(engine)
    with ExitStack() as stack:
        pieces = [stack.enter_context(recorded(path)) for path, _ in one.clips]

        def ours() -> tuple[list[list[Heard]], str, str]:
            files = [hear(Later(lambda: alone), piece) for piece in pieces]
            return files, *write(files, prior)

        begin_peak()
        (files, raw, final), wall, cpu = timed(ours)
        peak = peak_mb()
    quality = _quality(said, final, one)
    return {
        "file": one.name,
        "raw": characters(said, raw),
        "final": quality.pop("characters"),
        **quality,
        "gains": {step: _gain(said, write(files, prior, step)[1], final, one) for step in LEFT_OUT},
        "tried_again": sum(heard.retried for file in files for heard in file),
        "wall": {"seconds": wall, "to_pieces": round(wall / alone.wall, 3)},
        "cpu": {"seconds": cpu, "to_pieces": round(cpu / alone.cpu, 3)},
        "peak_mb": round(peak),
    }


def beside(engine: Whisper, one: Recording, beam: int, row: dict[str, Any]) -> None:
    """Adds what the bare engine makes of it, and the ratios to that."""
    plain, wall, cpu = timed(lambda: "".join(whole(engine, path, beam) for path, _ in one.clips))
    row["bare"] = characters("".join(text for _, text in one.clips), plain)
    for of, bare in (("wall", wall), ("cpu", cpu)):
        row[of] |= {"seconds": round(row[of]["seconds"], 1), "to_whole": round(row[of]["seconds"] / bare, 2)}


def decoded(engine: Whisper, one: Recording) -> dict[str, Any]:
    """Edits of the raw text with all that comes before it, and without; at the level of the file, and quiet."""
    said, prior = "".join(text for _, text in one.clips), Prior(one.people)

    def edits(files: list[list[Heard]]) -> dict[str, Any]:
        return characters(said, write(files, prior)[0])

    found = {}
    with tempfile.TemporaryDirectory() as folder:
        quiet = [_quiet(path, Path(folder) / f"{index}.flac") for index, (path, _) in enumerate(one.clips)]
        for level, paths in (("as_it_is", [path for path, _ in one.clips]), ("quiet", quiet)):
            with ExitStack() as stack:
                pieces = [stack.enter_context(recorded(path)) for path in paths]
                found[level] = {
                    "all": edits([hear(engine, piece) for piece in pieces]),
                    "no_second_try": edits([hear(engine, piece, Settings(slowest=0, pace=0)) for piece in pieces]),
                }
                with mock.patch("roomctl_transcript.listen.Leveller", Unlevelled):
                    found[level]["no_level"] = edits([hear(engine, piece) for piece in pieces])
    return {"file": one.name, "decoding": found}


class Unlevelled:
    """Sound as it is."""

    gain_db = 0.0

    def __init__(self, gain_db: float | None = None) -> None:
        pass

    def __call__(self, sound: np.ndarray, rate: int) -> np.ndarray:  # noqa: ARG002 - as what it stands for
        return sound


def _quiet(path: Path, to: Path) -> Path:
    """The same at −46 dB RMS, in 16 bits, as a far microphone without gain gives it."""
    import soundfile  # noqa: PLC0415 - as above

    data, rate = soundfile.read(path, always_2d=True)
    soundfile.write(to, data / np.sqrt(np.square(data).mean()) * 10 ** (-46 / 20), rate, subtype="PCM_16")
    return to


def _quality(said: str, text: str, one: Recording) -> dict[str, Any]:
    return {
        "characters": characters(said, text),
        "names": asdict(fidelity.names(said, text, (name for name, _ in one.people))),
        "figures": asdict(fidelity.figures(said, text)),
        "written": asdict(fidelity.written(said, text)),
        "deadlines": asdict(fidelity.deadlines(said, text)),
        "marks_f1": fidelity.marks(said, text),
        "ends_f1": fidelity.marks(said, text, ends=True),
    }


def _gain(said: str, without: str, final: str, one: Recording) -> dict[str, float]:
    """What is lost without a step: edits, names, figures, figures as minutes write them, share of marks."""
    less, more = _quality(said, without, one), _quality(said, final, one)
    edits = [sum(row["characters"][key] for key in ("sub", "del", "ins")) for row in (less, more)]
    return {
        "edits": edits[0] - edits[1],
        "names": more["names"]["right"] - less["names"]["right"],
        "figures": more["figures"]["right"] - less["figures"]["right"],
        "written": more["written"]["right"] - less["written"]["right"],
        "marks_f1": round(more["marks_f1"] - less["marks_f1"], 3),
    }


def characters(said: str, text: str) -> dict[str, Any]:
    """Edits over the characters said; with the corpus's own scorer where it is there."""
    if not SHARED.is_dir():
        return fidelity.characters(said, text)
    sys.path.insert(0, str(SHARED / "make"))
    found = import_module("cer").cer(said, text)
    return {**found, "cer": round(found["cer"], 4)}


def tell(rows: list[dict[str, Any]], alone_mb: float) -> None:
    """The worst file where a goal is for each; on a busy machine the processor's seconds say more."""
    named = [row for row in rows if row["names"]["said"]]
    spoken = sum(row["final"]["chars"] for row in rows)

    def worst(value: Any, of: list[dict[str, Any]]) -> tuple[float, str]:
        row = max(of, key=value)
        return value(row), row["file"]

    def right(what: str) -> float:
        return sum(row[what]["right"] for row in rows) / sum(row[what]["said"] for row in rows)

    cer, file = worst(lambda row: row["final"]["cer"] / row["bare"]["cer"], named)
    BENCH.tell("characters", cer, worst=file, files={row["file"]: row["final"]["cer"] for row in rows})
    left_out, file = worst(lambda row: row["final"]["del"] / row["final"]["chars"], rows)
    bare = next(row["bare"] for row in rows if row["file"] == file)
    BENCH.tell("deletions", 100 * left_out, ratio=left_out * bare["chars"] / max(bare["del"], 1), worst=file)
    BENCH.tell("names", 100 * right("names"), ratio=right("names"), said=sum(row["names"]["said"] for row in rows))
    false = sum(row["names"]["false"] for row in named)
    BENCH.tell("names_false", 1000 * false / spoken, ratio=false / spoken, false=false, characters=spoken)
    BENCH.tell("figures", 100 * right("figures"), ratio=right("figures"))
    for of in ("wall", "cpu"):
        for to in ("to_pieces", "to_whole"):
            ratio, file = worst(lambda row, of=of, to=to: row[of][to], rows)
            BENCH.tell(f"{of}_{to}", ratio, worst=file)
    peak = max(row["peak_mb"] for row in rows)
    BENCH.tell("memory", peak / alone_mb, mb=peak, alone_mb=round(alone_mb))


def begin_peak() -> None:
    """Give back what is not used any more, and count from here."""
    give_back()
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def peak_mb() -> float:
    """Of this process; what its parent had is not counted, as `getrusage` would."""
    rows = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines())
    return int(rows["VmHWM"].split()[0]) / 1024


def main(only: str, audio: str, threads: int, beam: int, decoding: bool) -> None:  # noqa: FBT001 - an option
    few_arenas(1)  # as the worker
    engine = Whisper(store.folder("faster-whisper-base"), {"threads": threads, "beam": beam})
    engine.decode(pcm(CLIP)[: 30 * RATE], RATE)
    alone = peak_mb()
    with recorded(CLIP) as clip:
        hear(engine, clip)  # loads voice activity
    Writer("r1", "bench", RATE, Prior(PEOPLE)).finish(
        Sentence([Word("请市政府办公室", 0.0, 1.0, 0.5)])
    )  # dictionaries
    wanted = [one for one in corpus(Path(audio) if audio else None) if only in one.name]
    rows = [decoded(engine, one) if decoding else measure(engine, one) for one in wanted]
    for one, row in zip(wanted, rows, strict=True):
        if not decoding:
            beside(engine, one, beam, row)
        print(json.dumps(row, ensure_ascii=False), file=sys.stderr, flush=True)
    if rows and not decoding:
        tell(rows, alone)


if __name__ == "__main__":
    BENCH.run(main, __doc__, only=("", "demo"), audio="", threads=2, beam=5, decoding=False)
