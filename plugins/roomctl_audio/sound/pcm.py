"""Samples as bytes: interleaved little-endian integers of 2 or 3 bytes, as they lie in a `.part`."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from roomctl_audio.sound.layout import MAX_TRACKS, WIDTHS, Layout

__all__ = ["MAX_TRACKS", "WIDTHS", "Layout", "pack", "unpack"]


def unpack(data: bytes, layout: Layout) -> NDArray[Any]:
    """Samples of whole frames, shape (frames, tracks): int16, or int32 with 24 bits at the upper end."""
    if layout.bits == 16:  # noqa: PLR2004 - the width itself
        return np.frombuffer(data, "<i2").reshape(-1, layout.tracks)
    # every third byte begins a word of four, whose lowest byte is the neighbour's and is masked off
    beside = np.empty(len(data) + 1, np.uint8)
    beside[0], beside[1:] = 0, np.frombuffer(data, np.uint8)
    words = np.ndarray((len(data) // 3,), "<u4", beside.data, strides=(3,))
    return (words & np.uint32(0xFFFFFF00)).view("<i4").reshape(-1, layout.tracks)


def pack(samples: NDArray[Any], bits: int) -> bytes:
    """The inverse of `unpack`; of int32 the upper `bits` are kept."""
    if bits == 16:  # noqa: PLR2004
        return (samples >> 16 if samples.dtype.itemsize == 4 else samples).astype("<i2").tobytes()  # noqa: PLR2004
    wide = np.ascontiguousarray(samples, "<i4").view(np.uint8).reshape(-1, 4)
    packed = np.empty((len(wide), 3), np.uint8)
    for byte in range(3):  # a column at a time: four times as fast as rows of three
        packed[:, byte] = wide[:, byte + 1]
    return packed.tobytes()
