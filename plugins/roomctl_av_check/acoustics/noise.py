"""What is heard while nobody speaks: the floor, its hum, its class."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from roomctl_av_check.acoustics.bands import OCTAVES, decibel, density, levels
from roomctl_av_check.acoustics.sweep import Samples

MAINS = 50.0
"""Hz, GB/T 15945-2008."""
HARMONICS = 10
"""Of the mains: up to 500 Hz."""
LINE = 3
"""Bins of a Hann window that one line fills."""
AROUND = 12
"""Bins on either side of a line, from which the noise beneath it is taken."""

NC: Mapping[int, tuple[int, ...]] = {
    15: (47, 36, 29, 22, 17, 14, 12, 11),
    20: (51, 40, 33, 26, 22, 19, 17, 16),
    25: (54, 44, 37, 31, 27, 24, 22, 21),
    30: (57, 48, 41, 35, 31, 29, 28, 27),
    35: (60, 52, 45, 40, 36, 34, 33, 32),
    40: (64, 56, 50, 45, 41, 39, 38, 37),
    45: (67, 60, 54, 49, 46, 44, 43, 42),
    50: (71, 64, 58, 54, 51, 49, 48, 47),
    55: (74, 67, 62, 58, 56, 54, 53, 52),
    60: (77, 71, 67, 63, 61, 59, 58, 57),
    65: (80, 75, 71, 68, 66, 64, 63, 62),
    70: (83, 79, 75, 72, 71, 70, 69, 68),
}
"""dB SPL in the octaves 63 Hz to 8 kHz (ANSI/ASA S12.2-2008, NC curves)."""


@dataclass(frozen=True, slots=True)
class Hum:
    """Lines at 50 Hz and its multiples.

    Attributes:
        level: of all of them together, dB re full scale.
        prominence: dB by which the strongest stands above the noise around it.
        line: Hz of the strongest.

    """

    level: float
    prominence: float
    line: int


def rms(samples: Samples) -> float:
    """Level, dBFS: 20 log₁₀ of the root mean square, re a full-scale constant; a full-scale sine has −3.01."""
    return decibel(float(np.mean(np.square(samples)))) if len(samples) else -200.0


def octaves(samples: Samples, rate: int) -> Mapping[int, float]:
    """Level of each octave band of a stretch of noise, dB re full scale (bands of IEC 61260-1:2014)."""
    return levels(*density(samples, rate, _size(samples, rate)), OCTAVES, 1)


def hum(samples: Samples, rate: int) -> Hum:
    """Power of each line over that of the noise beneath it, taken from the bins around, k · 50 Hz, k = 1…10.

    At least 2 s of noise: then a bin is 1 Hz wide or narrower, and the noise around is that of a few Hz.
    """
    size = _size(samples, rate)
    frequencies, power = density(samples, rate, size)
    step = float(frequencies[1])
    total, best, at = 0.0, 0.0, int(MAINS)
    for order in range(1, HARMONICS + 1):
        centre = round(order * MAINS / step)
        if centre + AROUND >= len(power):
            break
        inside = power[centre - LINE : centre + LINE + 1]
        around = np.concatenate([power[centre - AROUND : centre - LINE], power[centre + LINE + 1 : centre + AROUND]])
        beneath = float(np.mean(around))
        line = max(0.0, float(inside.sum()) - beneath * len(inside)) * step
        total += line
        if (ratio := line / max(beneath * step * len(inside), 1e-20)) > best:
            best, at = ratio, round(order * MAINS)
    return Hum(decibel(total), decibel(best), at)


def criterion(spl: Mapping[int, float]) -> int:
    """NC class: the highest that the spectrum touches in any octave (tangency), between the curves by interpolation.

    Args:
        spl: dB re 20 µPa for each octave: of a calibrated microphone only.

    Returns:
        15 also stands for anything below it, and 70 for anything above.

    """
    curves = sorted(NC)
    touched = [
        np.interp(level, [NC[one][OCTAVES.index(octave)] for one in curves], curves)
        for octave, level in spl.items()
        if octave in OCTAVES
    ]
    return int(np.ceil(round(float(max(touched, default=curves[0])), 3)))


def waterfall(samples: Samples, rate: int, rows: int = 12) -> tuple[Mapping[int, float], ...]:
    """Octave levels of so many stretches of equal length, the oldest first."""
    length = len(samples) // rows
    size = 1 << min(13, max(8, length.bit_length() - 1))
    return tuple(
        levels(*density(samples[at * length : (at + 1) * length], rate, size), OCTAVES, 1)
        for at in range(rows)
        if length >= size
    )


def _size(samples: Samples, rate: int) -> int:
    """Of a window: two seconds, or all there is."""
    return min(len(samples), 2 * rate)
