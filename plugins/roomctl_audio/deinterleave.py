"""Raw sound by track, in one pass: what the finisher and the watch both begin with."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from roomctl_audio.pcm import Layout


def deinterleave(raw: NDArray[np.uint8], layout: Layout) -> NDArray[Any]:
    """Samples as `pcm.unpack` gives them, but of shape (tracks, frames), each track contiguous.

    Args: raw: bytes of whole frames, behind one byte more, of any value.
    """
    frames = (len(raw) - 1) // layout.frame
    if layout.bits == 16:  # noqa: PLR2004 - the width itself
        return np.ascontiguousarray(raw[1:].view("<i2").reshape(frames, layout.tracks).T)
    # every third byte begins a word of four, whose lowest byte is the neighbour's and is masked off
    words = np.ndarray((layout.tracks, frames), "<u4", raw.data, strides=(3, layout.frame))
    masked = np.empty((layout.tracks, frames), "<u4")
    np.bitwise_and(words, np.uint32(0xFFFFFF00), out=masked)
    return masked.view("<i4")
