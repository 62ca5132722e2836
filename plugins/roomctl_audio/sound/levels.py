"""How loud it is: peak and RMS per track in dB below full scale."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from roomctl.api import Level
from roomctl_audio.sound import envelope
from roomctl_audio.sound.deinterleave import deinterleave
from roomctl_audio.sound.pcm import Layout

SILENCE = envelope.SILENCE


def levels(data: bytes, layout: Layout) -> tuple[Level, ...]:
    """Of each track over whole frames of raw sound; bytes of a half frame at the end are left out."""
    whole = len(data) - len(data) % layout.frame
    if not whole:
        return tuple(Level(SILENCE, SILENCE) for _ in range(layout.tracks))
    samples = deinterleave(np.frombuffer(b"\0" + data[:whole], np.uint8), layout)
    scaled = samples.astype(np.float32) / np.float32(2.0 ** (8 * samples.dtype.itemsize - 1))
    peaks = np.abs(scaled).max(axis=1)
    rms = np.sqrt(np.einsum("tn,tn->t", scaled, scaled) / np.float32(scaled.shape[1]))
    return tuple(Level(dbfs(float(p)), dbfs(float(r))) for p, r in zip(peaks, rms, strict=True))


def records(samples: NDArray[Any], rate: int) -> bytes:
    """Records of `levels.bin`; of a rest that is shorter than a record the missing frames are silence.

    Args:
        samples: shape (tracks, frames), int16, or int32 with the sample at the upper end.

    """
    tracks, frames = samples.shape
    step = envelope.step(rate)
    scaled = np.zeros((tracks, -(-frames // step), step), np.float32)
    full = np.float32(2.0 ** (8 * samples.dtype.itemsize - 1))
    np.divide(samples, full, scaled.reshape(tracks, -1)[:, :frames], dtype=np.float32)
    peak = np.maximum(scaled.max(axis=2), -scaled.min(axis=2))
    power = np.einsum("trn,trn->tr", scaled, scaled) / np.float32(step)
    with np.errstate(divide="ignore"):
        return encoded(peak.T, 10 * np.log10(power.T))


def encoded(peak: NDArray[np.float32], rms: NDArray[np.float32]) -> bytes:
    """Records of `levels.bin`. Args: peak: 0 to 1, rms: dBFS; of shape (records, tracks)."""
    with np.errstate(divide="ignore"):
        both = np.stack([20 * np.log10(peak), rms], axis=-1)
    return np.clip(np.round(-2 * both), 0, envelope.NOTHING).astype(np.uint8).tobytes()


def peaks(data: bytes, layout: Layout) -> tuple[float, ...]:
    """Loudest sample of each track, in dBFS."""
    return tuple(level.peak for level in levels(data, layout))


def dbfs(amplitude: float) -> float:
    """Of an amplitude from 0 to 1, to a tenth of a dB."""
    return round(20 * math.log10(amplitude), 1) if amplitude > 1e-10 else SILENCE  # noqa: PLR2004 - that is -200 dB
