"""Octave and third-octave bands: a spectrum as an ear, or a standard, sums it up."""

from collections.abc import Mapping, Sequence

import numpy as np

from roomctl_av_check.acoustics.sweep import Impulse, Samples

OCTAVES = (63, 125, 250, 500, 1000, 2000, 4000, 8000)
THIRDS = (
    100, 125, 160, 200, 250, 315, 400, 500, 630, 800, 1000, 1250, 1600, 2000, 2500, 3150, 4000, 5000, 6300, 8000,
    10000,
)  # fmt: skip
"""Nominal midband frequencies, Hz (IEC 61260-1:2014, 5.5 and Annex E)."""
RESPONSE_SECONDS = 0.35
"""Of the response, from the direct sound on: what is heard as the sound itself, and its room."""


def middle(nominal: int, fraction: int) -> float:
    """Exact midband frequency, Hz: 1000 · 10^(0.3 x / b) (IEC 61260-1:2014, 5.2 and 5.4; b odd)."""
    number = round(fraction * np.log10(nominal / 1000) / 0.3)
    return float(1000 * 10 ** (0.3 * number / fraction))


def edges(nominal: int, fraction: int) -> tuple[float, float]:
    """Band edges, Hz: f · 10^(±0.3 / 2b) (IEC 61260-1:2014, 5.6)."""
    half = 10 ** (0.3 / (2 * fraction))
    return middle(nominal, fraction) / half, middle(nominal, fraction) * half


def response(impulse: Impulse, start: float) -> Mapping[int, float]:
    """Frequency response: mean of |H(f)|² over each third of an octave, in dB; 0 dB is a wire.

    Args:
        start: seconds at which the direct sound arrives.

    """
    part = impulse.cut(start - 0.005, start + RESPONSE_SECONDS)
    size = 1 << len(part).bit_length()
    spectrum = np.abs(np.fft.rfft(part, size)) ** 2
    frequencies = np.fft.rfftfreq(size, 1 / impulse.rate)
    found = {}
    for nominal in THIRDS:
        low, high = edges(nominal, 3)
        inside = spectrum[(frequencies >= low) & (frequencies < high)]
        if inside.size and high < impulse.rate / 2:
            found[nominal] = decibel(float(inside.mean()))
    return found


def differences(now: Mapping[int, float], baseline: Mapping[int, float]) -> Mapping[int, float]:
    """Of two responses, dB in each band both have, less their mean: a turned knob is not a changed response."""
    both = [one for one in now if one in baseline]
    raw = {one: now[one] - baseline[one] for one in both}
    mean = sum(raw.values()) / len(raw) if raw else 0.0
    return {one: value - mean for one, value in raw.items()}


def density(samples: Samples, rate: int, size: int) -> tuple[Samples, Samples]:
    """Frequencies, Hz, and power per Hz: Welch's mean of Hann windows that overlap by half; full scale is 1."""
    window = np.hanning(size)
    starts = range(0, len(samples) - size + 1, size // 2)
    blocks = np.stack([samples[at : at + size] * window for at in starts])
    power = 2 * np.mean(np.abs(np.fft.rfft(blocks, axis=1)) ** 2, axis=0) / (rate * float((window**2).sum()))
    return np.fft.rfftfreq(size, 1 / rate), np.asarray(power)


def levels(frequencies: Samples, power: Samples, nominals: Sequence[int], fraction: int) -> Mapping[int, float]:
    """Level of each band in dB re full scale, from a power density."""
    step = float(frequencies[1] - frequencies[0])
    found = {}
    for nominal in nominals:
        low, high = edges(nominal, fraction)
        if high < frequencies[-1]:
            inside = (frequencies >= low) & (frequencies < high)
            found[nominal] = decibel(float(power[inside].sum()) * step)
    return found


def decibel(power: float) -> float:
    """10 log₁₀ of a power; no lower than −200, which is nothing at all."""
    return float(10 * np.log10(max(power, 1e-20)))
