"""A whole day in the real worker with the real engine (pytest -m long)."""

import os

import numpy as np
import psutil
import pytest
import roomctl_stt_whisper
import soundfile
from roomctl_transcript.engines import choose
from roomctl_transcript.runner import Runner, one_file
from roomctl_transcript.sentences import Prior

from roomctl.testing.fakes import FakeContext, FakeServices

RATE = 16_000
HOURS = 8
EVERY = 300
"""Seconds from one piece of speech to the next; what lies between is a quiet room."""
SPOKEN = 8
MB = 1_000_000

pytestmark = [
    pytest.mark.long,
    pytest.mark.needs("model:faster-whisper-base", "python:faster_whisper"),
    pytest.mark.timeout(3600),
]


@pytest.fixture
def day(demo_clip, tmp_path):
    """Eight hours: the clip piece after piece, at levels from near to far, over the noise of a converter."""
    clip, _ = soundfile.read(demo_clip, dtype="float32")
    dice = np.random.default_rng(5)
    path = tmp_path / "day.flac"
    with soundfile.SoundFile(path, "w", RATE, 1, "PCM_16") as file:
        for number in range(HOURS * 3600 // EVERY):
            sound = dice.normal(0, 10 ** (-80 / 20), EVERY * RATE).astype(np.float32)
            start = number * SPOKEN * RATE % (len(clip) - SPOKEN * RATE)
            sound[: SPOKEN * RATE] += clip[start : start + SPOKEN * RATE] * 10 ** (-dice.uniform(0, 24) / 20)
            file.write(sound)
    return path


@pytest.fixture
def transcribe(tmp_path):
    """Runs one file, and gives what was gathered and (seconds done, process, bytes) of the worker at every step."""
    from roomctl_models import store  # noqa: PLC0415 - only where the model is asked for

    services = FakeServices(tmp_path)
    services.models["faster-whisper-base"] = store.folder("faster-whisper-base")
    services.offers = [*roomctl_stt_whisper.roomctl_transcribers(FakeContext("stt_whisper", tmp_path)).values()]
    runner = Runner(FakeContext("transcript", tmp_path, services=services))

    def run(path, recycle):
        held = []

        def seen(gathered):
            children = psutil.Process(os.getpid()).children()
            held.extend((gathered.seconds, child.pid, child.memory_info().rss) for child in children)

        work = one_file(path, tmp_path / f"{path.stem}.jsonl", {}, Prior((("李晓明", "局长"),)), recycle=recycle)
        return runner.run(work, choose(services), seen=seen), held

    yield run
    runner.stop()


def test_memory_is_flat_over_a_day_and_nothing_is_made_up_in_the_quiet(transcribe, day):
    gathered, held = transcribe(day, 0)
    assert gathered.finished
    assert gathered.seconds == pytest.approx(HOURS * 3600, abs=1)
    quarter = HOURS * 3600 / 4
    second, last = (
        max(size for done, _, size in held if first <= done <= first + quarter) for first in (quarter, 3 * quarter)
    )
    print(f"worker: {second / MB:.0f} MB in the second quarter, {last / MB:.0f} MB in the last")
    assert last < 1.1 * second
    shown = [one for one in gathered.segments if not one.dropped]
    assert len(shown) >= HOURS * 3600 // EVERY
    assert all((one.start + 0.5) % EVERY < SPOKEN + 1.5 for one in shown)


def test_a_child_over_its_mark_is_recycled_and_the_text_stays(transcribe, demo_clip, tmp_path):
    clip, _ = soundfile.read(demo_clip, dtype="float32", frames=24 * RATE)
    for name in ("calm", "small"):
        soundfile.write(tmp_path / f"{name}.flac", clip, RATE)
    calm, _ = transcribe(tmp_path / "calm.flac", 0)
    small, held = transcribe(tmp_path / "small.flac", 100 * MB)
    assert len({pid for _, pid, _ in held}) >= 2
    assert "".join(one.text for one in small.segments)[:40] == "".join(one.text for one in calm.segments)[:40]
