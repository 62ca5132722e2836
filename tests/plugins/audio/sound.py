"""The numbered tone as it comes out of a recording."""

from pathlib import Path

import numpy as np
import soundfile
from roomctl_audio.sound.pcm import Layout
from roomctl_audio.sources.tone import PITCH, tone

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


PERIOD = 1 << 23
"""Frames after which the numbers of the 24-bit tone begin anew: 174 s."""


def numbers(samples: np.ndarray) -> np.ndarray:
    """The number that each frame of track 1 carries, modulo `PERIOD`. Args: samples: int32, as `sound` gives."""
    step = (PERIOD * PITCH // RATE) | 1
    return ((samples.astype(np.int64) >> 8) + PERIOD // 2) * pow(step, -1, PERIOD) % PERIOD
