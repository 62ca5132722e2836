"""The exponential sweep, and the impulse response that it leaves behind.

Source: A. Farina, Simultaneous measurement of impulse response and distortion with a swept-sine technique, 108th AES
Convention, preprint 5093 (2000). The sweep is a deterministic excitation after ISO 18233:2006, Annex B.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.floating[Any]]
"""Shape (frames,); full scale is 1."""

FADE_IN, FADE_OUT = 0.05, 0.005
"""Seconds of raised cosine at both ends: without them the deconvolved impulse would ring."""
BLOCK = 1 << 14
"""Frames: a transform of a multiple of it is quick, and hardly longer than needed."""
EDGE = 1.15
"""Factor of frequency inside both ends from which on the deconvolution is whole."""


@dataclass(frozen=True)
class Sweep:
    """sin(2π f₁ L (exp(t / L) − 1)), L = T / ln(f₂ / f₁): from f₁ to f₂ in T seconds, so many octaves a second.

    Attributes:
        rate: frames a second; seconds: T; low, high: f₁ and f₂, Hz.
        peak_dbfs: of its largest sample.

    """

    rate: int = 48_000
    seconds: float = 5.0
    low: float = 50.0
    high: float = 20_000.0
    peak_dbfs: float = -12.0

    @property
    def growth(self) -> float:
        """L, seconds in which the frequency becomes e times as high."""
        return self.seconds / math.log(self.high / self.low)

    @property
    def frames(self) -> int:
        return round(self.seconds * self.rate)

    def ahead(self, order: int) -> float:
        """Seconds by which the impulse of a harmonic stands before that of the fundamental: L ln k (Farina 2000)."""
        return self.growth * math.log(order)

    @cached_property
    def signal(self) -> Samples:
        """What is played."""
        at = np.arange(self.frames) / self.rate
        wave = np.sin(2 * math.pi * self.low * self.growth * np.expm1(at / self.growth))
        for fade, end in ((FADE_IN, slice(None)), (FADE_OUT, slice(None, None, -1))):
            count = round(fade * self.rate)
            wave[end][:count] *= 0.5 - 0.5 * np.cos(math.pi * np.arange(count) / count)
        return np.asarray(wave * 10 ** (self.peak_dbfs / 20))

    def deconvolve(self, recorded: Samples) -> "Impulse":
        """The response to a unit impulse, within the band of the sweep.

        H(f) = Y(f) X*(f) / |X(f)|², tapered to nothing outside f₁…f₂: a division by the spectrum, which unlike the
        inverse filter of the paper is flat to both ends.

        Args:
            recorded: from the moment at which the first sample was played.

        """
        size = -(-(len(recorded) + self.frames) // BLOCK) * BLOCK
        played = np.fft.rfft(self.signal, size)
        frequencies = np.fft.rfftfreq(size, 1 / self.rate)
        power = np.abs(played) ** 2
        whole = band(frequencies, self.low, min(self.high, 0.49 * self.rate), EDGE)
        inside = whole > 0
        spectrum = np.zeros_like(played)
        spectrum[inside] = np.fft.rfft(recorded, size)[inside] * np.conj(played[inside]) / power[inside]
        return Impulse(np.fft.irfft(spectrum * whole, size), self.rate)


def band(frequencies: Samples, low: float, high: float, edge: float) -> Samples:
    """1 from `low · edge` to `high / edge`, 0 outside `low`…`high`, raised cosines of log f between."""
    with np.errstate(divide="ignore"):
        log = np.log(frequencies)
    rise = np.clip((log - math.log(low)) / math.log(edge), 0, 1)
    fall = np.clip((math.log(high) - log) / math.log(edge), 0, 1)
    return np.asarray((0.5 - 0.5 * np.cos(math.pi * rise)) * (0.5 - 0.5 * np.cos(math.pi * fall)))


@dataclass(frozen=True)
class Impulse:
    """A deconvolved response. It is circular: what came before time 0, the harmonics, stands at the end."""

    values: Samples
    rate: int

    def cut(self, start: float, stop: float) -> Samples:
        """From second `start` to `stop`, either of which may be before 0."""
        first, last = round(start * self.rate), round(stop * self.rate)
        return self.values[np.arange(first, last) % len(self.values)]
