"""What a room sounds like when nobody speaks, through level, voice activity and the real engine: no text comes of it.

And what is quiet, but said: it reads as if it had been said aloud.
"""

import json

import numpy as np
import pytest
import roomctl_stt_whisper
import soundfile
from roomctl_transcript.engines import choose
from roomctl_transcript.runner import Runner, one_file
from roomctl_transcript.sentences import Prior

from roomctl.demo.score import score
from roomctl.testing.fakes import FakeContext, FakeServices

RATE = 16_000
SECONDS = 5
FRAMES = SECONDS * RATE
LEVELS = (-48, -30, -18)
"""dB RMS."""

pytestmark = pytest.mark.needs("model:faster-whisper-base", "python:faster_whisper")


def shaped(dice, response):
    """Noise whose spectrum is `response(frequency)`."""
    frequencies = np.fft.rfftfreq(FRAMES, 1 / RATE)
    return np.fft.irfft(np.fft.rfft(dice.standard_normal(FRAMES)) * response(frequencies), FRAMES)


def struck(dice, per_second, length, decay):
    """Clicks at random moments, each dying away; lengths in frames."""
    sound = np.zeros(FRAMES + length)
    fade = np.exp(-np.arange(length) / decay)
    for at in dice.integers(0, FRAMES, per_second * SECONDS):
        sound[at : at + length] += dice.standard_normal(length) * fade * dice.uniform(0.2, 1)
    return sound[:FRAMES]


def chords():
    """A piano's four chords."""
    seconds = np.arange(RATE) / RATE
    fade = np.exp(-1.5 * seconds)
    bars = [
        sum(fade * np.sin(2 * np.pi * tone * k * seconds) / k**1.5 for tone in chord for k in range(1, 6))
        for chord in ((262, 330, 392), (220, 262, 330), (175, 220, 262), (196, 247, 294))
    ]
    return np.concatenate((bars * 2)[:SECONDS])


def melody():
    """One voice of strings with vibrato: as near to singing as an instrument comes."""
    seconds = np.arange(RATE // 4) / RATE
    bent = seconds + 0.0003 * np.sin(2 * np.pi * 6 * seconds)
    bow = np.minimum(1, 40 * seconds) * np.minimum(1, 40 * (0.25 - seconds))
    tones = [392, 440, 494, 523, 587, 523, 494, 440] * SECONDS
    notes = [sum(bow * np.sin(2 * np.pi * tone * k * bent) / k for k in range(1, 9)) for tone in tones]
    return np.concatenate(notes)[:FRAMES]


def hum(dice):
    seconds = np.arange(FRAMES) / RATE
    mains = sum(np.sin(2 * np.pi * 50 * k * seconds) / k for k in range(1, 9))
    return mains + dice.normal(0, 0.01, FRAMES)


SOUNDS = {
    "white": lambda dice: dice.standard_normal(FRAMES),
    "ventilation": lambda dice: shaped(dice, lambda f: (np.maximum(f, 60) / 60) ** -0.8),
    "hum": hum,
    "chords": lambda _: chords(),
    "melody": lambda _: melody(),
    "keyboard": lambda dice: struck(dice, 7, 800, 60),
    "applause": lambda dice: struck(dice, 80, 1600, 120),
    "chair": lambda dice: shaped(dice, lambda f: sum(np.exp(-(((f - peak) / 80) ** 2)) for peak in (350, 900, 2300))),
}


@pytest.fixture(scope="module")
def transcribe(tmp_path_factory):
    """Segments of a sound, in the real worker."""
    from roomctl_models import store  # noqa: PLC0415 - only where the model is asked for

    tmp_path = tmp_path_factory.mktemp("noise")
    services = FakeServices(tmp_path)
    services.models["faster-whisper-base"] = store.folder("faster-whisper-base")
    services.offers = [*roomctl_stt_whisper.roomctl_transcribers(FakeContext("stt_whisper", tmp_path)).values()]
    runner = Runner(FakeContext("transcript", tmp_path, services=services))

    def run(sound):
        path = tmp_path / "sound.flac"
        soundfile.write(path, np.clip(sound, -1, 1), RATE)
        (tmp_path / "work.jsonl").unlink(missing_ok=True)
        prior = Prior((("李晓明", "市住建局局长"), ("王海燕", "行政审批局局长"), ("陈志强", "市财政局局长")))
        return runner.run(one_file(path, tmp_path / "work.jsonl", {}, prior), choose(services)).segments

    yield run
    runner.stop()


def at(sound, level):
    """The sound at a level in dB RMS."""
    return sound / np.sqrt(np.square(sound).mean()) * 10 ** (level / 20)


@pytest.mark.parametrize("name", SOUNDS)
def test_nothing_is_written_where_nobody_speaks(transcribe, name):
    sound = SOUNDS[name](np.random.default_rng(11))
    quiet = np.zeros(RATE)
    parts = [part for level in LEVELS for part in (at(sound, level), quiet)]
    shown = [one for one in transcribe(np.concatenate(parts)) if not one.dropped]
    assert [(one.start, one.raw) for one in shown] == []


def test_noise_before_speech_is_not_written_either_and_the_speech_is(transcribe, demo_clip):
    clip, _ = soundfile.read(demo_clip, frames=int(7.4 * RATE))
    room = at(SOUNDS["ventilation"](np.random.default_rng(2)), -38)
    shown = [one for one in transcribe(np.concatenate([room, room, clip, room])) if not one.dropped]
    assert shown
    assert all(2 * SECONDS - 0.3 <= one.start <= one.end <= 2 * SECONDS + 7.8 for one in shown)


TOLERANCE = 0.03
"""Of the error rate, between a microphone at working level and one that is far too quiet."""


def test_quiet_microphones_read_as_loud_ones(transcribe, demo_clip):
    """−48 dB RMS, with the noise of a room 25 dB below and 16 bits to hold it all."""
    clip, _ = soundfile.read(demo_clip, frames=int(31 * RATE))
    rows = json.loads(demo_clip.with_name("demo_60s_ref.json").read_text(encoding="utf-8"))
    said = "".join(row["text"] for row in rows if row["end_s"] < 31)
    noise = np.random.default_rng(4).standard_normal(len(clip))
    room = at(clip, -20) + at(noise, -45)
    rates = {}
    for level in (-23, -48):
        shown = [one for one in transcribe(at(room, level)) if not one.dropped]
        rates[level] = score(said, "".join(one.text for one in shown)).rate
    assert rates[-48] <= rates[-23] + TOLERANCE, rates
    assert rates[-23] < 0.1, rates
