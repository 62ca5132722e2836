"""Detectors over signals whose truth is known, and over speech, which must raise nothing."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest
import soundfile
from roomctl_audio.sound.pcm import Layout
from roomctl_audio.sources.tone import tone
from roomctl_audio.watch.signals import Signals

from roomctl.api import AlarmKind

SPEECH = Path(__file__).parents[3].parent / "shared" / "speech"
RATE = 16_000
CAUSE, END, LENGTH = 12.0, 27.0, 45.0
"""Seconds at which a fault begins and ends, and after which nothing more is looked at."""

needs_speech = pytest.mark.skipif(not SPEECH.is_dir(), reason="the recordings of speech are not here")


def seconds(of: float, rate: int = RATE) -> np.ndarray:
    return np.arange(round(of * rate)) / rate


def noise(of: float, dbfs: float, tracks: int = 1, rate: int = RATE, seed: int = 1) -> np.ndarray:
    """White, of that RMS: (tracks, samples), full scale 1."""
    return 10 ** (dbfs / 20) * np.random.default_rng(seed).standard_normal((tracks, round(of * rate)))


@cache
def voice(of: float, dbfs: float, rate: int = RATE, seed: int = 1) -> np.ndarray:
    """As of somebody who speaks: a wandering pitch, four syllables a second, a breath now and then."""
    at, chance = seconds(of, rate), np.random.default_rng(seed)
    pitch = 140 * 2 ** (0.25 * np.sin(2 * np.pi * 0.7 * at) + 0.1 * np.sin(2 * np.pi * 2.3 * at))
    phase = 2 * np.pi * np.cumsum(pitch) / rate
    sound = sum(np.sin(n * phase) / n for n in range(1, 8))
    syllables = np.clip(np.sin(2 * np.pi * 2 * at), 0, 1) ** 0.7
    breath = np.repeat(chance.random(int(of * 2) + 1) > 0.15, rate // 2)[: len(at)]
    sound = sound * syllables * breath
    sound *= 10 ** (dbfs / 20) / np.sqrt(np.mean(sound[syllables * breath > 0.1] ** 2))
    sound.flags.writeable = False  # several tests have it
    return sound


def mains(of: float, dbfs: float, *harmonics: float, rate: int = RATE) -> np.ndarray:
    """Args: harmonics: Hz of each line, each half as strong as the one before."""
    at = seconds(of, rate)
    lines = sum(0.5**n * np.sin(2 * np.pi * hz * at + n) for n, hz in enumerate(harmonics))
    return 10 ** (dbfs / 20) * lines / np.sqrt(np.mean(lines**2))


def during(fault: np.ndarray, sound: np.ndarray, rate: int = RATE) -> np.ndarray:
    """The fault between `CAUSE` and `END`, the sound before and after."""
    at = np.arange(sound.shape[-1]) / rate
    return np.where((at >= CAUSE) & (at < END), fault, sound)


@cache
def speech(name: str) -> tuple[np.ndarray, int]:
    """Shape (tracks, samples), full scale 1, and the rate."""
    data, rate = soundfile.read(SPEECH / f"{name}.flac", dtype="float64", always_2d=True)
    return data.T, rate


def watch(*tracks: np.ndarray, rate: int = RATE, bits: int = 24) -> list[tuple[float, AlarmKind, int, bool, float]]:
    """(second, kind, track, on, value) of all that is told over these tracks."""
    low = 1 << (bits - 1)
    samples = np.clip(np.round(np.atleast_2d(np.vstack(tracks)) * low), -low, low - 1).astype(np.int32) << (32 - bits)
    signals, step = Signals(len(samples), rate), rate // 10
    told = []
    for n in range(samples.shape[1] // step):
        block = signals.measure(np.ascontiguousarray(samples[:, n * step : (n + 1) * step]))
        told += [((n + 1) / 10, c.kind, c.track, c.on, c.value) for c in signals.feed(block)]
    return told


def raised(told) -> list[tuple[AlarmKind, int]]:
    return [(kind, track) for _, kind, track, on, _ in told if on]


def one(told, kind: AlarmKind, track: int = 0, *, within: float = 3.0, until: float) -> float:
    """Told once, and no other: raised `within` seconds of its cause, ended `until` seconds after. Gives its value."""
    assert [(k, t, on) for _, k, t, on, _ in told] == [(kind, track, True), (kind, track, False)]
    (began, *_, value), (ended, *_) = told
    assert CAUSE <= began <= CAUSE + within
    assert END < ended <= END + until
    return value


# --- nothing wrong ------------------------------------------------------------------------------------------------


@needs_speech
@pytest.mark.parametrize("gain", [-12.0, 0.0])
@pytest.mark.parametrize("name", ["meeting_clean", "meeting_room", "meeting_4ch", "demo_60s"])
def test_speech_raises_nothing(name, gain):
    sound, rate = speech(name)
    assert watch(10 ** (gain / 20) * sound, rate=rate, bits=16) == []


@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100, 48_000, 96_000])
def test_a_voice_and_the_noise_of_a_room_raise_nothing_at_any_rate(rate):
    assert watch(voice(20, -26, rate) + noise(20, -60, rate=rate), rate=rate) == []


def test_noise_alone_raises_nothing():
    assert watch(noise(40, -70, tracks=4)) == []


def test_a_quiet_room_and_a_fan_that_starts_are_no_speech():
    quiet, fan = noise(LENGTH, -75), noise(LENGTH, -45, seed=2)
    assert watch(during(fan, quiet), noise(LENGTH, -75, seed=3)) == []


def test_a_sine_just_below_full_scale_is_not_clipped():
    at = seconds(20)
    for hz in (31, 97, 440, 1_000, 4_000):
        assert watch(0.98 * np.sin(2 * np.pi * hz * at), bits=16) == []


# --- one fault each -----------------------------------------------------------------------------------------------


def test_clipping_is_told_and_ends():
    loud = voice(LENGTH, -20) * 10
    told = watch(during(np.clip(loud, -1, 1), voice(LENGTH, -20)))
    assert (AlarmKind.HIGH, 0) in raised(told)
    assert one([c for c in told if c[1] is AlarmKind.CLIPPING], AlarmKind.CLIPPING, until=12) == 0.0


@pytest.mark.parametrize("noisy", [-120, -70])
@pytest.mark.parametrize("ceiling", [0.9, 0.5, 0.3])
def test_flat_tops_below_full_scale_are_clipping_too(ceiling, noisy):
    sound = voice(LENGTH, -20) / 2
    flat = np.clip(sound * 8, -ceiling, ceiling) + noise(LENGTH, noisy)[0]
    told = watch(during(flat, sound))
    one([c for c in told if c[1] is AlarmKind.CLIPPING], AlarmKind.CLIPPING, until=12)


def test_one_bump_is_no_clipping():
    sound = voice(20, -26).copy()
    sound[160_000:160_400] = 1.0
    assert watch(sound) == []


def test_exact_zeros_are_told_on_their_track_alone():
    sound = noise(LENGTH, -80, tracks=3)
    sound[1] = during(np.zeros(sound.shape[1]), sound[1])
    assert one(watch(sound), AlarmKind.ZEROS, 1, within=2.2, until=1.2) is None


def test_a_stuck_value_is_told_and_an_offset_with_noise_on_it_is_not():
    sound = noise(LENGTH, -80, tracks=2) + 0.25
    sound[0] = during(np.full(sound.shape[1], 0.25), sound[0])
    assert one(watch(sound), AlarmKind.STUCK, within=2.2, until=1.2) == pytest.approx(-12, abs=0.1)


@pytest.mark.parametrize(
    ("lines", "hz"),
    [((50,), 50), ((60,), 60), ((50, 150, 250), 50), ((100, 200), 50), ((120, 240), 60), ((49.85, 149.55), 50)],
)
def test_hum_is_told_with_its_mains(lines, hz):
    sound = noise(LENGTH, -70)[0]
    assert one(watch(during(sound + mains(LENGTH, -45, *lines), sound)), AlarmKind.HUM, until=9) == hz


@pytest.mark.parametrize("lines", [(50, 150, 250), (60, 180)])
def test_hum_is_told_under_speech(lines):
    sound = voice(LENGTH, -26) + noise(LENGTH, -65)[0]
    told = watch(during(sound + mains(LENGTH, -42, *lines), sound))
    one(told, AlarmKind.HUM, until=9)


def test_hum_that_nobody_hears_is_not_told():
    assert watch(noise(30, -75) + mains(30, -65, 50, 150)) == []


def test_a_tone_that_is_no_mains_is_no_hum():
    assert watch(noise(30, -70) + mains(30, -30, 75, 137, 1_000)) == []


@pytest.mark.parametrize("hz", [1_760, 1_940, 2_050, 2_200, 4_100, 6_150])
def test_a_whistle_that_could_fold_back_onto_a_line_of_the_mains_is_no_hum(hz):
    assert watch(mains(10, -10, hz, rate=48_000), rate=48_000) == []


def test_the_numbered_tone_raises_nothing():
    layout = Layout(2, 24, 48_000)
    assert watch(tone(0, 48_000 * 10, layout).T / 2**31, rate=48_000) == []


def far(sound: np.ndarray, db: float = -18) -> np.ndarray:
    """What a seat hears of its neighbour."""
    return 10 ** (db / 20) * sound


def test_a_microphone_that_is_cut_off_while_others_speak_is_silent():
    spoken = voice(LENGTH, -26)
    working = far(spoken) + noise(LENGTH, -75)[0]
    told = watch(spoken + noise(LENGTH, -75, seed=2)[0], during(noise(LENGTH, -90)[0], working))
    one(told, AlarmKind.SILENCE, 1, within=3.5, until=3)  # of speech, which pauses


def test_a_microphone_that_hears_nobody_from_the_beginning_is_silent():
    told = watch(voice(30, -26), noise(30, -80))
    assert raised(told) == [(AlarmKind.SILENCE, 1)]
    assert told[0][0] <= 4


def test_a_seat_that_never_speaks_but_hears_the_room_is_not_silent():
    spoken = voice(60, -26)
    assert watch(spoken, far(spoken, -25) + noise(60, -70)[0], far(spoken, -30) + noise(60, -70, seed=3)[0]) == []


def test_nobody_is_silent_while_nobody_speaks():
    assert watch(noise(60, -70), noise(60, -90)) == []


def test_a_switch_that_people_use_is_told_twice_and_then_no_more():
    spoken = voice(120, -26)
    off = (np.arange(len(spoken)) / RATE) % 20 >= 10
    told = watch(spoken, np.where(off, noise(120, -90)[0], far(spoken)))
    assert raised(told) == [(AlarmKind.SILENCE, 1)] * 2
    assert len(told) == 4


def test_speech_that_is_too_quiet_is_low_and_ends():
    loud, quiet = voice(LENGTH, -26), voice(LENGTH, -52)
    told = watch(during(quiet, loud) + noise(LENGTH, -80)[0])
    value = one(told, AlarmKind.LOW, within=6, until=6)
    assert -50 < value < -42


def test_speech_that_is_too_loud_is_high_and_ends():
    told = watch(during(voice(LENGTH, -11), voice(LENGTH, -26)) + noise(LENGTH, -80)[0])
    assert one([c for c in told if c[1] is AlarmKind.HIGH], AlarmKind.HIGH, within=6, until=6) > -14


def test_what_a_seat_hears_of_its_neighbours_is_not_low():
    spoken = voice(60, -26)
    assert watch(spoken + noise(60, -80)[0], far(spoken, -25) + noise(60, -80, seed=2)[0]) == []


# --- on real speech -----------------------------------------------------------------------------------------------


@needs_speech
def test_a_seat_of_a_meeting_that_is_cut_off_is_told_and_its_neighbours_are_not_called_low():
    sound, rate = speech("meeting_4ch")
    sound = sound[:, : round(LENGTH * rate)].copy()
    sound[2] = during(noise(sound.shape[1] / rate, -90, rate=rate)[0][: sound.shape[1]], sound[2], rate)
    told = watch(sound, rate=rate)
    one(told, AlarmKind.SILENCE, 2, within=5, until=3)


@needs_speech
@pytest.mark.parametrize("name", ["meeting_clean", "meeting_room"])
def test_a_humming_line_under_a_meeting_is_told_once(name):
    sound, rate = speech(name)
    sound = sound[:, 18 * rate :][:, : round(LENGTH * rate)]  # a stretch with pauses: loud speech hides a hum
    hum = mains(sound.shape[1] / rate, -42, 50, 150, 250, rate=rate)[: sound.shape[1]]
    told = watch(during(sound[0] + hum, sound[0], rate), rate=rate)
    assert one(told, AlarmKind.HUM, until=9) == 50


# --- a later watch ------------------------------------------------------------------------------------------------


def test_an_alarm_that_stands_already_is_not_raised_again_and_ends_with_its_cause():
    signals, step = Signals(2, RATE), RATE // 10
    signals.stand(AlarmKind.ZEROS, 0)
    signals.stand(AlarmKind.CLIPPING, 1)
    told = []
    quiet = (noise(0.1, -70, tracks=2) * 2**31).astype(np.int32)
    quiet[0] = 0
    for _ in range(110):
        told += signals.feed(signals.measure(quiet))
    assert [(c.kind, c.track, c.on) for c in told] == [(AlarmKind.CLIPPING, 1, False)]
    assert step == quiet.shape[1]
    assert set(signals.standing()) == {(AlarmKind.ZEROS, 0)}
