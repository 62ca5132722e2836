"""How loud it is: peak and RMS per track in dB below full scale."""

import math
from dataclasses import dataclass

import numpy as np

from roomctl_audio.pcm import Layout, unpack

SILENCE = -200.0
"""What exact zeros are told as: below anything that 24 bits can hold (-138 dBFS)."""


@dataclass(frozen=True, slots=True)
class Level:
    """Of one track, in dBFS: 0 is full scale, for the RMS of a square wave too."""

    peak: float
    rms: float


def levels(data: bytes, layout: Layout) -> tuple[Level, ...]:
    """Of each track over whole frames of raw sound; bytes of a half frame at the end are left out."""
    whole = len(data) - len(data) % layout.frame
    if not whole:
        return tuple(Level(SILENCE, SILENCE) for _ in range(layout.tracks))
    samples = unpack(data[:whole], layout)
    scaled = samples.astype(np.float64) / 2.0 ** (8 * samples.dtype.itemsize - 1)
    peaks = np.abs(scaled).max(axis=0)
    rms = np.sqrt(np.mean(scaled**2, axis=0))
    return tuple(Level(dbfs(float(p)), dbfs(float(r))) for p, r in zip(peaks, rms, strict=True))


def peaks(data: bytes, layout: Layout) -> tuple[float, ...]:
    """Loudest sample of each track, in dBFS."""
    return tuple(level.peak for level in levels(data, layout))


def dbfs(amplitude: float) -> float:
    """Of an amplitude from 0 to 1, to a tenth of a dB."""
    return round(20 * math.log10(amplitude), 1) if amplitude > 1e-10 else SILENCE  # noqa: PLR2004 - that is -200 dB
