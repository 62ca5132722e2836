"""What is 不入记录: silent before anything hears it, and in no word's time."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from roomctl_transcript.audio import RATE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def kept(pcm: "NDArray[np.float32]", start: float, off: Sequence[tuple[float, float]]) -> "NDArray[np.float32]":
    """The block with what is not to be recorded made silent, before anything hears it."""
    inside = [(lower, upper) for lower, upper in off if lower < start + len(pcm) / RATE and upper > start]
    if inside:
        pcm = pcm.copy()
        for lower, upper in inside:
            pcm[max(0, int((lower - start) * RATE)) : max(0, int((upper - start) * RATE) + 1)] = 0
    return pcm


def kept_times(start: float, end: float, off: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """When a word is heard, in seconds, without what is off the record.

    One that is cut off there ends, for an engine, in the silence that was put in its place: who plays the sentence
    would hear what that hides.
    """
    for lower, upper in off:
        if start < lower < end <= upper or (lower <= start and end <= upper and start + end < lower + upper):
            start, end = min(start, lower), lower
        elif lower <= start < upper:
            start, end = upper, max(end, upper)
    return start, end
