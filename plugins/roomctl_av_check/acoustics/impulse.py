"""What one impulse response tells: when the sound arrives, which way round, and what was added to it."""

import math
from dataclasses import dataclass

import numpy as np

from roomctl_av_check.acoustics.sweep import Impulse, Samples, Sweep

ONSET_DB = 20.0
"""Below the maximum: there the direct sound begins (as ISO 3382-1:2009, Annex A, has it)."""
NEAR = 0.001
"""Seconds after the onset in which the direct sound has its peak."""
CLEAR = 10.0
"""Times the median of the response, by which its peak has to stand out: noise alone reaches about 7."""
TOLD = 1.25
"""Factor by which one sign has to outweigh the other, to call it the polarity."""
HARMONICS = (2, 3, 4, 5)
GATE_BEFORE, GATE = 0.005, 0.2
"""Seconds of each impulse that are looked at for distortion: direct sound and early reflections."""
DISTORTION_HZ = (200.0, 4_000.0)
"""Of the excitation, over which distortion is averaged: what speech is made of."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """The direct sound.

    Attributes:
        seconds: after it was played: buffers, converters and the way through the air.
        peak: of the band-limited response there, with its sign.

    """

    seconds: float
    peak: float


def arrival(impulse: Impulse, longest: float) -> Arrival | None:
    """Latency, s: the peak of the direct sound, which begins where the response first is within 20 dB of its maximum.

    Args:
        longest: seconds after which nothing is expected any more.

    Returns:
        None where no peak stands out of the noise: nothing was heard.

    """
    values = impulse.cut(0, longest)
    size = np.abs(values)
    highest = float(size.max(initial=0.0))
    typical = float(np.median(size))
    if highest <= CLEAR * max(typical, 1e-12):
        return None
    onset = int(np.argmax(size >= highest * 10 ** (-ONSET_DB / 20)))
    near = size[onset : onset + max(2, round(NEAR * impulse.rate))]
    at = onset + int(np.argmax(near))
    return Arrival(at / impulse.rate, float(values[at]))


def polarity(impulse: Impulse, heard: Arrival) -> int | None:
    """+1: pressure follows voltage; −1: reversed; None: the direct sound has no clear sign.

    The sign of the larger of the positive and the negative peak within 0.5 ms of the arrival. The first excursion,
    by which polarity is defined, drowns in the ripple of a band-limited impulse; the larger one does not.
    """
    near = impulse.cut(heard.seconds - NEAR / 2, heard.seconds + NEAR / 2)
    up, down = max(float(near.max()), 0.0), max(-float(near.min()), 0.0)
    if max(up, down) < TOLD * min(up, down):
        return None
    return 1 if up > down else -1


def distortion(impulse: Impulse, sweep: Sweep, heard: Arrival) -> float:
    """Total harmonic distortion, %: √Σ Hₖ² / H₁, k = 2…5, over 200 Hz–4 kHz of excitation.

    Hₖ(k f) is the spectrum of the k-th impulse, which the deconvolution puts L ln k before the first (Farina 2000).
    Referred to the fundamental, as THD is in IEC 60268-3; it is that of loudspeaker, room and microphone together.
    The power of noise, as it stands before all the impulses, is taken off.

    """
    size = 1 << round((GATE + GATE_BEFORE) * impulse.rate).bit_length()
    frequencies = np.fft.rfftfreq(size, 1 / impulse.rate)
    top = min(sweep.high, 0.49 * impulse.rate) / 1.2

    def power(shift: float, order: int, gate: float) -> float:
        part = impulse.cut(heard.seconds - shift - GATE_BEFORE, heard.seconds - shift + gate)
        spectrum = np.abs(np.fft.rfft(_gated(part, impulse.rate), size)) ** 2
        low, high = DISTORTION_HZ[0] * order, min(DISTORTION_HZ[1] * order, top)
        return float(spectrum[(frequencies >= low) & (frequencies <= high)].mean())

    last = HARMONICS[-1] + 1
    total = 0.0
    for order in HARMONICS:
        gate = min(GATE, 0.8 * (sweep.ahead(order) - sweep.ahead(order - 1)) - GATE_BEFORE)
        silent = power(sweep.ahead(last + 1) + gate, order, gate)  # before all of them: noise alone
        total += max(0.0, power(sweep.ahead(order), order, gate) - silent) / power(0.0, 1, gate)
    return 100 * math.sqrt(total)


def _gated(part: Samples, rate: int) -> Samples:
    """With soft ends, so that what is cut off makes no frequencies of its own."""
    shaped = part.copy()
    rise, fall = round(GATE_BEFORE / 2 * rate), len(part) // 4
    shaped[:rise] *= 0.5 - 0.5 * np.cos(math.pi * np.arange(rise) / rise)
    shaped[-fall:] *= 0.5 + 0.5 * np.cos(math.pi * np.arange(fall) / fall)
    return shaped
