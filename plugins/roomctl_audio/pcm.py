"""Samples as bytes: interleaved little-endian integers of 2 or 3 bytes, as they lie in a `.part`."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

WIDTHS = {16: 2, 24: 3}
MAX_TRACKS = 16


@dataclass(frozen=True, slots=True)
class Layout:
    """Shape of raw sound: channels interleaved, `bits` wide, `rate` frames a second."""

    tracks: int
    bits: int
    rate: int

    @property
    def width(self) -> int:
        """Bytes of one sample."""
        return WIDTHS[self.bits]

    @property
    def frame(self) -> int:
        """Bytes of one frame, which is one sample of every track."""
        return self.tracks * self.width

    @property
    def second(self) -> int:
        """Bytes of one second."""
        return self.frame * self.rate


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
