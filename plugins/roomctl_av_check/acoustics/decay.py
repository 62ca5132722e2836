"""How the sound dies away: Schroeder's backward integration, and the reverberation time from it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from roomctl_av_check.acoustics.bands import edges
from roomctl_av_check.acoustics.sweep import Impulse, Samples, band

BANDS = (500, 1000)
"""Octaves, Hz, over which the single number is averaged (ISO 3382-1:2009, A.3.1 Table A.2)."""
BLOCK = 0.005
"""Seconds over which the squared response is averaged to find where it meets the noise."""
ABOVE_NOISE = 10.0
"""dB by which the noise has to be below the lower end of the evaluated range (ISO 3382-1:2009, 5.3.3)."""
T20 = (-5.0, -25.0)
EDT = (0.0, -10.0)
"""dB of the decay curve between which a line is fitted (ISO 3382-1:2009, clause 6; A.2.2)."""
ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Decay:
    """One octave band.

    Attributes:
        t20, edt: seconds for 60 dB, by the slope of either range; None where the noise does not allow it.
        curve: the decay in dB, at each `BLOCK` seconds from the direct sound on, up to where the noise begins.

    """

    t20: float | None
    edt: float | None
    curve: tuple[float, ...]


def decay(impulse: Impulse, start: float, nominal: int, longest: float) -> Decay:
    """Reverberation time of one octave band.

    E(t) = ∫ₜ^t₁ p²(τ) dτ + C (ISO 3382-1:2009, 5.3.3): t₁ is where the response meets the noise; of what is behind
    it, C = p²(t₁) T / (6 ln 10), as if it went on falling as before; the noise's own power is taken off first.
    Octave by a filter of linear phase.

    Args:
        start: seconds at which the direct sound arrives; longest: seconds of the response that are looked at.

    """
    squared = _filtered(impulse, nominal, start, longest) ** 2
    step = round(BLOCK * impulse.rate)
    blocks = squared[: len(squared) // step * step].reshape(-1, step).mean(axis=1)
    noise = float(blocks[-len(blocks) // 5 :].mean())
    slope, knee = _knee(blocks, noise)
    if slope is None:
        return Decay(None, None, ())
    clean = blocks[:knee] - noise
    rest = max(float(clean[-4:].mean()), 0.0) / -slope  # ∫ of exp(slope · n) from the knee on, in blocks
    energy = np.cumsum(clean[::-1])[::-1] + rest
    whole = energy[energy > 0]
    curve = 10 * np.log10(whole / whole[0])
    room = 10 * math.log10(max(float(blocks.max()), 1e-30) / max(noise, 1e-30))
    return Decay(
        _time(curve, *T20) if room >= -T20[1] + ABOVE_NOISE else None,
        _time(curve, *EDT) if room >= -EDT[1] + ABOVE_NOISE else None,
        tuple(float(one) for one in curve),
    )


def reverberation(decays: Mapping[int, Decay]) -> tuple[float | None, float | None]:
    """T20 and EDT of the room, s: the means of 500 Hz and 1 kHz (ISO 3382-1:2009, Table A.2)."""
    t20 = [decays[one].t20 for one in BANDS if one in decays]
    edt = [decays[one].edt for one in BANDS if one in decays]
    return _mean(t20), _mean(edt)


def _mean(values: Sequence[float | None]) -> float | None:
    known = [one for one in values if one is not None]
    return sum(known) / len(known) if known and len(known) == len(values) else None


def _filtered(impulse: Impulse, nominal: int, start: float, longest: float) -> Samples:
    low, high = edges(nominal, 1)
    before = 0.05  # what the filter smears ahead of the direct sound is left behind
    part = impulse.cut(start - before, start + longest)
    size = 1 << len(part).bit_length()
    frequencies = np.fft.rfftfreq(size, 1 / impulse.rate)
    shaped = np.fft.irfft(np.fft.rfft(part, size) * band(frequencies, low / 1.1, high * 1.1, 1.2), size)
    return np.asarray(shaped[round(before * impulse.rate) : len(part)])


def _knee(blocks: Samples, noise: float) -> tuple[float | None, int]:
    """Slope of ln p² for a block, and the block at which the decay meets the noise, by turns (Lundeby 1995)."""
    above = np.flatnonzero(blocks < noise * 10)  # 10 dB above the noise
    knee = int(above[0]) if above.size else len(blocks)
    slope: float | None = None
    for _ in range(ROUNDS):
        clean = blocks[: max(knee, 0)] - noise
        if knee < 4 or not (clean > 0).all():  # noqa: PLR2004 - a line through fewer blocks is none
            positive = np.flatnonzero(clean <= 0)
            knee = int(positive[0]) if positive.size else knee
            clean = blocks[:knee] - noise
            if knee < 4:  # noqa: PLR2004
                return None, 0
        at = np.arange(knee)
        slope, height = (float(one) for one in np.polyfit(at, np.log(clean), 1))
        if slope >= 0:
            return None, 0
        meets = (math.log(max(noise, 1e-30)) - height) / slope
        after = max(4, min(len(blocks), int(meets)))
        if after == knee:
            break
        knee = after
    return slope, knee


def _time(curve: Samples, top: float, bottom: float) -> float | None:
    """60 dB over the slope of the line through the curve between two of its heights, by least squares."""
    inside = np.flatnonzero((curve <= top) & (curve >= bottom))
    if len(inside) < 3 or curve[-1] > bottom:  # noqa: PLR2004
        return None
    slope = float(np.polyfit(inside * BLOCK, curve[inside], 1)[0])
    return -60 / slope if slope < 0 else None
