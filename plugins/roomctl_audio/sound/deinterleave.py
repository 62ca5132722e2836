"""Raw sound by track, in one pass: what the finisher and the watch both begin with."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from roomctl_audio.sound.pcm import Layout

LOW_BYTE_OFF = np.uint32(0xFFFFFF00)


def room(tracks: int, frames: int, layout: Layout) -> NDArray[Any]:
    """An array for so many samples: shape (tracks, frames), int16 or int32."""
    return np.empty((tracks, frames), "<i2" if layout.bits == 16 else "<i4")  # noqa: PLR2004 - the width itself


def deinterleave(raw: NDArray[np.uint8], layout: Layout, into: NDArray[Any] | None = None) -> NDArray[Any]:
    """Samples as `pcm.unpack` gives them, but of shape (tracks, frames), each track contiguous.

    Args:
        raw: bytes of whole frames, behind one byte more, of any value.
        into: as of `room`, with at least so many frames: fresh memory costs as much as the work itself.

    """
    frames = (len(raw) - 1) // layout.frame
    samples = room(layout.tracks, frames, layout) if into is None else into[:, :frames]
    if layout.bits == 16:  # noqa: PLR2004
        np.copyto(samples, raw[1:].view("<i2").reshape(frames, layout.tracks).T)
        return samples
    # every third byte begins a word of four, whose lowest byte is the neighbour's and is masked off
    words = np.ndarray((layout.tracks, frames), "<u4", raw.data, strides=(3, layout.frame))
    np.bitwise_and(words, LOW_BYTE_OFF, out=samples.view("<u4"))
    return samples


def pack_into(mono: NDArray[Any], packed: NDArray[np.uint8]) -> memoryview:
    """Samples of one track as little-endian integers of their own width, as `pcm.pack` gives them.

    Args: packed: shape (at least so many, 3), written to where they are of 24 bits.
    """
    if mono.dtype.itemsize == 2:  # noqa: PLR2004 - bytes of 16 bits
        return mono.data
    wide = mono.view(np.uint8).reshape(-1, 4)
    for byte in range(3):  # a column at a time: four times as fast as rows of three
        packed[: len(wide), byte] = wide[:, byte + 1]
    return packed[: len(wide)].data
