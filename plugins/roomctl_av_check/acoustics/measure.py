"""From one microphone's recording to all its figures."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from roomctl_av_check.acoustics import bands, decay, impulse, noise
from roomctl_av_check.acoustics.decay import Decay
from roomctl_av_check.acoustics.noise import Hum
from roomctl_av_check.acoustics.sweep import Samples, Sweep

TAIL = 2.0
"""Seconds of silence after a sweep, in which the room dies away."""
NOTHING = 1e-15
"""Power, −150 dB re full scale, below the last of 24 bits: a loop or a noise gate is so still, and no converter."""
DEAF = 6.0
"""dB of the sweep over the noise, below which nothing else is said of it."""


@dataclass(frozen=True, slots=True)
class Figures:
    """How one microphone hears one loudspeaker. None: it cannot be told.

    Attributes:
        heard: the sweep arrives at all; else only `level` and `peak` say something.
        level: of the sweep as recorded, dBFS (root mean square); peak: its largest sample, dBFS.
        snr: dB of the sweep over the noise floor; None too where that is exactly nothing.
        latency: s, from playing to the direct sound.
        polarity: +1 or −1.
        thd: %.
        t20, edt: s.
        response: dB in thirds of an octave; 0 dB is a wire.
        decays: by octave.

    """

    heard: bool
    level: float
    peak: float
    snr: float | None = None
    latency: float | None = None
    polarity: int | None = None
    thd: float | None = None
    t20: float | None = None
    edt: float | None = None
    response: Mapping[int, float] = field(default_factory=dict)
    decays: Mapping[int, Decay] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Floor:
    """What one microphone hears while nobody speaks: levels in dB re full scale."""

    level: float
    octaves: Mapping[int, float]
    hum: Hum
    waterfall: tuple[Mapping[int, float], ...]


def measure(recorded: Samples, silence: Samples, sweep: Sweep) -> Figures:
    """All figures of a recorded sweep.

    Args:
        recorded: from the moment at which the sweep began to be played, `TAIL` seconds longer than it.
        silence: of the same microphone, with nothing played.

    """
    peak = bands.decibel(float(np.max(np.square(recorded), initial=0.0)))
    response = sweep.deconvolve(recorded)
    direct = impulse.arrival(response, TAIL / 2)
    if direct is None:
        return Figures(heard=False, level=noise.rms(recorded), peak=peak)
    first = round(direct.seconds * sweep.rate)
    sounding = recorded[first : first + sweep.frames]
    both, alone = float(np.mean(sounding**2)), float(np.mean(silence**2))
    snr = bands.decibel(max(both - alone, 0.0)) - bands.decibel(alone) if alone > NOTHING else None
    if snr is not None and snr < DEAF:
        return Figures(heard=False, level=noise.rms(sounding), peak=peak, snr=snr)
    decays = {one: decay.decay(response, direct.seconds, one, TAIL - 0.1) for one in decay.BANDS}
    t20, edt = decay.reverberation(decays)
    return Figures(
        heard=True,
        level=noise.rms(sounding),
        peak=peak,
        snr=snr,
        latency=direct.seconds,
        polarity=impulse.polarity(response, direct),
        thd=impulse.distortion(response, sweep, direct),
        t20=t20,
        edt=edt,
        response=bands.response(response, direct.seconds),
        decays=decays,
    )


def floor(silence: Samples, rate: int) -> Floor:
    """The noise of one microphone; at least two seconds of it."""
    return Floor(
        noise.rms(silence), noise.octaves(silence, rate), noise.hum(silence, rate), noise.waterfall(silence, rate)
    )
