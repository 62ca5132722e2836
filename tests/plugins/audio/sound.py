"""The numbered tone as it comes out of a recording."""

from pathlib import Path

import numpy as np
import soundfile
from roomctl_audio.pcm import Layout
from roomctl_audio.tone import PITCH, tone

from roomctl.api import RecordingReport

TRACKS = 2
RATE = 48_000


def sound(folder: Path, report: RecordingReport, track: int = 1) -> np.ndarray:
    """What the segments of a track decode to: int32, 24 bits at the upper end."""
    files = [folder / segment.path for segment in report.segments if segment.track == track]
    return np.concatenate([np.empty(0, "int32"), *(soundfile.read(path, dtype="int32")[0] for path in files)])


def expected(frames: int, bits: int = 24, tracks: int = TRACKS, first: int = 0) -> np.ndarray:
    """The numbered tone itself, shape (frames, tracks)."""
    return tone(first, frames, Layout(tracks, bits, RATE))


def numbers(samples: np.ndarray, bits: int = 24) -> np.ndarray:
    """The number that each frame of track 1 carries, modulo 2^(bits - 1). Args: samples: int32, as `sound` gives."""
    period = 1 << (bits - 1)
    step = (period * PITCH // RATE) | 1
    return ((samples.astype(np.int64) >> (32 - bits)) + period // 2) * pow(step, -1, period) % period
