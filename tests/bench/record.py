"""What recording costs: processor, memory, dropped frames, seal time, and how soon a frame is safe on the disk.

    python -m tests.bench.record [--minutes 5] [--channels 8 16] [--hours 2] [--folder FOLDER]

Idle for each number of channels, and with all cores busy for the first. `cpu`: seconds of capture and finisher,
watch off, 24 bits, 48 kHz, as fast as it goes, against ffmpeg `channelsplit` of the same sound into as many mono
24-bit FLAC files, in turns; the ratio is the median. The process that decodes the file is in neither: a room has a
microphone. Live: half a minute of it in real time, for what the watch costs once it is loaded, how soon a frame is
durable and a part sealed. Long: so many hours of a tone of two tracks as fast as the disk takes it, for the memory
alone; with 0 left out. All of it takes about five minutes on two cores that have nothing else to do.

A frame counts as durable when an fsync of its part returns: a `sitecustomize` of this bench notes each in capture.
"""

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import soundfile
from roomctl_audio import capture, control
from roomctl_audio.journal import journal
from roomctl_audio.journal.file import load
from roomctl_audio.recorder import AudioRecorder
from roomctl_audio.sealing import finisher
from roomctl_audio.tap import Tap
from roomctl_audio.watch import watcher

from roomctl.api import Order, RecordingReport, Refused
from tests.bench import Bench, Goal

RATE = 48_000
BENCH = Bench(
    __file__,
    {
        "cpu": Goal(
            "processor's seconds of capture and finisher, watch off",
            "<=",
            1.2,
            "×",
            "ffmpeg channelsplit to mono FLAC",
        ),
        "memory": Goal("memory of capture and finisher, at its peak", "<=", 150, "MB", "ffmpeg at its peak"),
        "dropped": Goal("frames dropped", "<=", 0, "", "frames of the source"),
        "watch": Goal("processor of the watch", "<=", 1.0, "% of a core a channel", "capture and finisher beside it"),
        "durable": Goal("until a frame is safe on the disk, p99", "<=", 1.0, "s", "the moment when it was due"),
        "readable": Goal(
            "until a frame can be read beside the recorder, p95", "<=", 0.2, "s", "the moment when it was due"
        ),
        "sealed": Goal("until a part is sealed, p99", "<=", 15.0, "s", "seconds of sound in a part"),
        "long": Goal("memory of the last tenth of some hours", "<=", 1.05, "×", "the second tenth"),
    },
    needs=("ffmpeg",),
)
LAYOUTS = {2: "stereo", 4: "quad", 8: "7.1", 16: "hexadecagonal"}
"""ffmpeg's names; which channel is which does not matter."""
LOOK_SECONDS = 0.1
LOADING_SECONDS = 2.0
READ_SECONDS = 0.005
"""Between two looks of who reads along."""
LIVE_SECONDS, SEGMENT_SECONDS = 30.0, 10.0
LONG_TRACKS = 2
TURNS = 3
OURS = ("capture", "finisher")
PROCESSES = {capture.__name__: "capture", finisher.__name__: "finisher", watcher.__name__: "watch"}
"""What is measured, by the module that it runs."""

NOTE_SYNCS = """
import json, os, stat, time
def noting(sync):
    def synced(handle):
        sync(handle)
        found = os.fstat(handle)
        if stat.S_ISREG(found.st_mode) and os.readlink(f"/proc/self/fd/{handle}").endswith(".part"):
            row = {"part": os.readlink(f"/proc/self/fd/{handle}"), "size": found.st_size, "at": time.time()}
            with open(os.environ["BENCH_SYNCS"], "a") as file:
                file.write(json.dumps(row) + chr(10))
    return synced
if os.environ.get("BENCH_SYNCS"):
    os.fsync, os.fdatasync = noting(os.fsync), noting(os.fdatasync)
"""


def make_sound(path: Path, channels: int, seconds: float) -> None:
    """Something like people who speak: noise of a voice's colour in syllables, over the noise of a preamplifier."""
    chance = np.random.default_rng(1)
    with soundfile.SoundFile(path, "w", RATE, channels, subtype="PCM_24", format="RF64") as file:
        left = round(seconds * RATE)
        while left:
            frames = min(left, 10 * RATE)
            at = np.arange(frames)[:, None] / RATE
            white = chance.standard_normal((frames + 400, channels)).astype(np.float32)
            sums = np.cumsum(white, axis=0)
            voice = (sums[40 : frames + 40] - sums[:frames]) / 6.3  # mostly below 1 kHz
            syllables = np.clip(np.sin(2 * np.pi * (3 * at + np.arange(channels) / channels)), 0, 1)
            file.write(0.1 * voice * syllables + 10 ** (-85 / 20) * white[:frames])
            left -= frames


def ffmpeg(source: Path, channels: int, folder: Path) -> tuple[float, float]:
    """CPU seconds of splitting and encoding it, and the most memory in MB."""
    names = [f"c{n}" for n in range(channels)]
    layout = LAYOUTS[channels]
    split = f"[0:a]aformat=channel_layouts={layout},channelsplit=channel_layout={layout}" + "".join(
        f"[{name}]" for name in names
    )
    argv = ["ffmpeg", "-y", "-v", "error", "-channel_layout", layout, "-i", str(source), "-filter_complex", split]
    for name in names:
        argv += ["-map", f"[{name}]", "-c:a", "flac", "-sample_fmt", "s32", str(folder / f"{name}.flac")]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    megabytes = 0.0
    with psutil.Popen(argv, stdin=subprocess.DEVNULL) as process:
        while process.poll() is None:
            with suppress(psutil.Error):
                megabytes = max(megabytes, process.memory_info().rss / 1e6)
            time.sleep(LOOK_SECONDS)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, argv)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    for name in names:
        (folder / f"{name}.flac").unlink()
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, megabytes


@dataclass
class Seen:
    """What was seen of a recording's processes: by name, CPU seconds and the most memory in MB, at every look."""

    cpu: dict[str, float] = field(default_factory=dict)
    memory: dict[str, float] = field(default_factory=dict)
    loading: float = 0.0
    """CPU seconds before the start: both load their libraries while it is armed."""
    watch_loading: float = 0.0
    """The same of the watch."""
    over_time: list[float] = field(default_factory=list)

    def look(self, parent: psutil.Process) -> bool:
        """Args: parent: capture. False once it has ended."""
        try:
            if parent.status() == psutil.STATUS_ZOMBIE:
                return False
            family = [parent, *parent.children()]
        except psutil.NoSuchProcess:
            return False
        now = 0.0
        for process in family:
            with suppress(psutil.Error, StopIteration):
                name = next(PROCESSES[word] for word in process.cmdline() if word in PROCESSES)
                self.cpu[name] = max(self.cpu.get(name, 0), sum(process.cpu_times()[:2]))
                size = process.memory_info().rss / 1e6
                self.memory[name] = max(self.memory.get(name, 0), size)
                now += size * (name in OURS)
        self.over_time.append(now)
        return True

    def need(self, *names: str) -> None:
        """Raises: LookupError, where one was never seen: no figure is better than one of nothing."""
        if missing := set(names) - set(self.cpu):
            raise LookupError(f"never seen while it was recorded: {', '.join(sorted(missing))}")

    @property
    def ours(self) -> float:
        return sum(self.cpu.get(name, 0) for name in OURS)

    @property
    def megabytes(self) -> float:
        return sum(self.memory.get(name, 0) for name in OURS)


class Reader(threading.Thread):
    """Reads along, as captions and meters do; notes when it had read how far."""

    def __init__(self, folder: Path) -> None:
        super().__init__(daemon=True)
        self._folder, self._ended = folder, threading.Event()
        self.read: list[tuple[float, int]] = []

    def run(self) -> None:
        tap: Tap | None = None
        while not self._ended.wait(READ_SECONDS):
            with suppress(Refused):
                tap = tap or Tap({"folder": str(self._folder)})
                if len(tap.read()):
                    self.read.append((time.time(), tap.at))

    def end(self) -> None:
        self._ended.set()
        self.join()


def record(folder: Path, order: Order, limit: int | None = None) -> tuple[Seen, RecordingReport]:
    """Records it to its end, or up to so many frames."""
    recorder, seen = AudioRecorder(folder), Seen()
    recorder.arm(order)
    card = control.read_card(folder)
    assert card is not None
    process = psutil.Process(card.process.pid)
    time.sleep(LOADING_SECONDS)
    seen.look(process)
    seen.loading, seen.watch_loading = seen.ours, seen.cpu.get("watch", 0.0)
    recorder.start(limit=limit)
    while seen.look(process):
        time.sleep(LOOK_SECONDS)
    seen.need(*OURS, *(["watch"] if order.watch else []))
    return seen, recorder.report()


@contextmanager
def busy(load: str) -> Iterator[None]:
    """On a busy machine each core has a process that never rests."""
    cores = (os.cpu_count() or 1) if load == "busy" else 0
    burners = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(cores)]
    try:
        yield
    finally:
        for burner in burners:
            burner.kill()
            burner.wait()


def p99(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=100)[98] if len(values) > 1 else max(values, default=0.0)


def fast(source: Path, channels: int, folder: Path, load: str) -> None:
    """CPU against ffmpeg, as fast as it goes, in turns."""
    seconds = soundfile.info(source).duration
    order = Order(source=f"file:{source}", watch=False, planned_seconds=seconds)
    turns: list[tuple[float, Seen]] = []
    dropped, plain_mb = 0, 0.0
    with busy(load):
        for _ in range(TURNS):
            baseline, megabytes = ffmpeg(source, channels, folder)
            plain_mb = max(plain_mb, megabytes)
            seen, report = record(folder / "rec", order)
            dropped += report.dropped + round(seconds * RATE) - report.frames
            turns.append((baseline, seen))
            shutil.rmtree(folder / "rec")
    ratio = statistics.median(seen.ours / baseline for baseline, seen in turns)
    lasting = statistics.median((seen.ours - seen.loading) / baseline for baseline, seen in turns)
    memory = max(seen.megabytes for _, seen in turns)
    case = f"{channels} tracks, {load}"
    BENCH.tell(
        "cpu",
        ratio,
        case=case,
        sound_s=round(seconds),
        turns=TURNS,
        cpu_s={name: round(statistics.median(seen.cpu.get(name, 0) for _, seen in turns), 2) for name in OURS},
        of_which_loading_s=round(statistics.median(seen.loading for _, seen in turns), 2),
        baseline_s=round(statistics.median(baseline for baseline, _ in turns), 2),
        ratio_without_loading=round(lasting, 3),
    )
    BENCH.tell("memory", memory, ratio=memory / plain_mb, case=case, baseline_mb=round(plain_mb))
    BENCH.tell("dropped", dropped, ratio=dropped / (TURNS * seconds * RATE), case=f"{case}, as fast as it goes")


def live(source: Path, channels: int, folder: Path, load: str) -> None:
    """In real time, with the watch: what it costs, how soon a frame is durable, how soon a part is sealed."""
    seconds, syncs = min(LIVE_SECONDS, soundfile.info(source).duration), folder / "syncs.jsonl"
    (folder / "sitecustomize.py").write_text(NOTE_SYNCS)
    os.environ.update(PYTHONPATH=str(folder), BENCH_SYNCS=str(syncs))
    order = Order(source=f"file:{source}", realtime=True, planned_seconds=seconds, segment_seconds=SEGMENT_SECONDS)
    reader = Reader(folder / "rec")
    reader.start()
    try:
        with busy(load):
            seen, report = record(folder / "rec", order, round(seconds * RATE))
    finally:
        reader.end()
        del os.environ["PYTHONPATH"], os.environ["BENCH_SYNCS"]
    rows = load_rows(folder / "rec")
    synced = [json.loads(line) for line in syncs.read_text().splitlines()]
    late = p99(list(delays(rows, synced_frames(rows, synced, channels))))
    heard = statistics.quantiles(delays(rows, reader.read), n=20)[-1]
    sealing = list(seal_seconds(rows))
    shutil.rmtree(folder / "rec")
    syncs.unlink()
    watched = seen.cpu["watch"] - seen.watch_loading
    watch = 100 * watched / seconds / channels
    case = f"{channels} tracks, {load}"
    BENCH.tell(
        "watch",
        watch,
        ratio=watched / (seen.ours - seen.loading),
        case=case,
        sound_s=round(seconds),
        mb=round(seen.memory.get("watch", 0)),
        of_which_loading_s=round(seen.watch_loading, 2),
        capture_and_finisher_percent=round(100 * (seen.ours - seen.loading) / seconds, 1),
    )
    BENCH.tell("durable", late, case=case)
    BENCH.tell("readable", heard, case=case)
    BENCH.tell("sealed", p99(sealing), ratio=p99(sealing) / SEGMENT_SECONDS, case=case, seals=len(sealing))
    dropped = report.dropped + round(seconds * RATE) - report.frames
    BENCH.tell("dropped", dropped, ratio=dropped / (seconds * RATE), case=f"{case}, real time")


def load_rows(folder: Path) -> Sequence[journal.Row]:
    return load(folder).rows


def synced_frames(
    rows: Sequence[journal.Row], syncs: Sequence[dict[str, Any]], channels: int
) -> Iterator[tuple[float, int]]:
    """Of each sync, when it ended and how far the recording was safe then."""
    parts = {f"{row['seq']:04d}.part": row for row in journal.of_kind(rows, "part")}
    for sync in syncs:
        yield sync["at"], parts[Path(sync["part"]).name]["first_frame"] + sync["size"] // (3 * channels)


def delays(rows: Sequence[journal.Row], reached: Iterable[tuple[float, int]]) -> Iterator[float]:
    """Of a frame each tenth of a second: from when it was due to when it was reached."""
    began, done = datetime.fromisoformat(next(journal.of_kind(rows, "part"))["utc"]).timestamp(), 0
    for moment, frame in reached:
        while done < frame:
            yield moment - (began + done / RATE)
            done += RATE // 10


def seal_seconds(rows: Sequence[journal.Row]) -> Iterator[float]:
    """From a part's last frame to its row."""
    for row in journal.of_kind(rows, "segments"):
        heard = datetime.fromisoformat(row["utc"]).timestamp() + row["frames"] / RATE
        yield datetime.fromisoformat(row["at"]).timestamp() - heard


def long(hours: float, channels: int, folder: Path) -> None:
    """A tone of that length as fast as the disk takes it: the memory of the last tenth against the second."""
    order = Order(source=f"tone:{channels}", watch=False, planned_seconds=3600 * hours)
    began = time.monotonic()
    seen, report = record(folder / "rec", order)
    took = time.monotonic() - began
    shutil.rmtree(folder / "rec")
    tenth = max(1, len(seen.over_time) // 10)
    early, end = max(seen.over_time[tenth : 2 * tenth]), max(seen.over_time[-tenth:])
    BENCH.tell(
        "long",
        end / early,
        case=f"{channels} tracks",
        sound_h=hours,
        took_s=round(took),
        mb_early=round(early),
        mb_at_the_end=round(end),
        mb=round(seen.megabytes),
    )
    dropped = report.dropped + round(3600 * hours * RATE) - report.frames
    BENCH.tell(
        "dropped", dropped, ratio=dropped / (3600 * hours * RATE), case=f"{channels} tracks, {hours:g} h of a tone"
    )


def main(minutes: float, channels: list[int], hours: float, folder: str) -> None:
    with tempfile.TemporaryDirectory(dir=folder or None) as name:
        place = Path(name)
        for number in channels:
            source = place / f"sound{number}.wav"
            make_sound(source, number, 60 * minutes)
            for load in ("idle", "busy") if number == channels[0] else ("idle",):
                fast(source, number, place, load)
                live(source, number, place, load)
            source.unlink()
        if hours:
            long(hours, LONG_TRACKS, place)


if __name__ == "__main__":
    BENCH.run(main, __doc__, minutes=(5.0, 0.5), channels=([8, 16], [2]), hours=(2.0, 0.2), folder="")
