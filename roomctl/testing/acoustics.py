"""A room whose acoustics are known: what a measurement of it should find.

A loudspeaker that adds harmonics, a way through the air, walls that throw the sound back in a tail of noise that dies
away exponentially, a microphone, and what is heard besides.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float64]

TREBLE_HZ = 2_240.0
"""An edge between two thirds of an octave."""


@dataclass(frozen=True, slots=True)
class SimulatedRoom:
    """One way from a loudspeaker to a microphone, with its true values.

    Attributes:
        rate: frames a second.
        delay: seconds from playing to the direct sound.
        gain: dB of the direct sound.
        polarity: +1, or −1 for crossed wires.
        rt60: seconds in which the tail falls by 60 dB, in every band; 0: no walls.
        reverberant: dB of the tail's energy over that of the direct sound.
        snr: dB of the sound, while it is played, over white noise; None: no noise.
        harmonics: order and amplitude of each, of the fundamental's: (2, 0.01) is 1 %.
        hum: order and amplitude of 50 Hz and its multiples; full scale is 1.
        treble: dB by which everything above `TREBLE_HZ` is raised.
        seed: of the tail and the noise.

    """

    rate: int = 48_000
    delay: float = 0.02
    gain: float = -6.0
    polarity: int = 1
    rt60: float = 0.0
    reverberant: float = 0.0
    snr: float | None = None
    harmonics: tuple[tuple[int, float], ...] = ()
    hum: tuple[tuple[int, float], ...] = ()
    treble: float = 0.0
    seed: int = 1

    @property
    def thd(self) -> float:
        """True distortion, %: of all harmonics together, re the fundamental."""
        return 100 * math.sqrt(sum(height**2 for _, height in self.harmonics))

    @property
    def hum_dbfs(self) -> float:
        """True level of all lines together, dB re full scale."""
        return 10 * math.log10(sum(height**2 for _, height in self.hum) / 2)

    def response(self) -> Samples:
        """Its impulse response."""
        first = round(self.delay * self.rate)
        tail = round(1.5 * self.rt60 * self.rate)
        values = np.zeros(first + max(tail, 1))
        height = self.polarity * 10 ** (self.gain / 20)
        values[first] = height
        if tail:
            made = np.random.default_rng(self.seed).standard_normal(tail)
            made *= 10 ** (-3 * np.arange(tail) / self.rate / self.rt60)
            made *= height * 10 ** (self.reverberant / 20) / math.sqrt(float((made**2).sum()))
            values[first:] += made
        return _raised(values, self.rate, self.treble) if self.treble else values

    def hear(self, played: Samples) -> Samples:
        """What the microphone gives while this is played; as long as that.

        Harmonics are made by Chebyshev polynomials of the first kind: Tₖ(sin φ) is a pure k-th harmonic, for a sine
        whose amplitude is the largest sample of what is played.
        """
        clean = _convolve(self._driven(played), self.response())[: len(played)]
        heard = clean.copy()
        numbers = np.random.default_rng(self.seed + 1)
        if self.snr is not None:
            sounding = np.flatnonzero(played)
            first = sounding[0] + round(self.delay * self.rate)
            power = float(np.mean(clean[first : sounding[-1] + round(self.delay * self.rate)] ** 2))
            heard += numbers.standard_normal(len(played)) * math.sqrt(power) * 10 ** (-self.snr / 20)
        at = np.arange(len(played)) / self.rate
        for order, amplitude in self.hum:
            heard += amplitude * np.sin(2 * math.pi * 50 * order * at + order)
        return heard

    def _driven(self, played: Samples) -> Samples:
        peak = float(np.abs(played).max())
        made = played.copy()
        for order, amplitude in self.harmonics:
            polynomial = np.polynomial.Chebyshev.basis(order)
            rest = polynomial(0.0)  # of even ones: silence stays silent
            made += peak * amplitude * (polynomial(played / peak) - rest * (played == 0))
        return made


def _raised(values: Samples, rate: int, treble: float) -> Samples:
    size = 2 << len(values).bit_length()
    spectrum = np.fft.rfft(values, size)
    spectrum[np.fft.rfftfreq(size, 1 / rate) > TREBLE_HZ] *= 10 ** (treble / 20)
    return np.asarray(np.fft.irfft(spectrum, size)[: len(values) + rate // 20])


def _convolve(one: Samples, other: Samples) -> Samples:
    size = 1 << (len(one) + len(other)).bit_length()
    return np.asarray(np.fft.irfft(np.fft.rfft(one, size) * np.fft.rfft(other, size), size))
