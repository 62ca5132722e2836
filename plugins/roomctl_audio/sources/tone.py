"""A test tone whose every frame carries its own number, so that a recording can be compared frame by frame.

It is a saw-tooth of about 440 Hz at -6 dBFS: sample = frame × step (mod 2^(bits-1)), and the step is odd, so that no
value comes twice in 2^(bits-1) frames (174 s at 24 bits and 48 kHz).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from roomctl_audio.sound.pcm import Layout

PITCH = 440
TRACK_SHIFT = 1009  # a prime: tracks differ, each by a number of frames that stands out


def tone(first: int, frames: int, layout: Layout) -> NDArray[Any]:
    """Samples of frames `first` to `first + frames`, shape (frames, tracks), as `pcm.pack` takes them."""
    period = 1 << (layout.bits - 1)
    step = (period * PITCH // layout.rate) | 1
    numbers = np.arange(first, first + frames, dtype=np.int64)[:, None]
    shifted = numbers + np.arange(layout.tracks, dtype=np.int64)[None, :] * TRACK_SHIFT
    values = (shifted * step) % period - period // 2
    return (values << (32 - layout.bits)).astype(np.int32)
