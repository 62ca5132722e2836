"""What a camera's picture is like: pure measures on arrays.

A picture is a two-dimensional array of luma, 0 (black) to 255 (white), rows first.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]

BLOCKS = 8
"""A picture is compared in so many rows and columns of blocks: who walks through it changes some of them, and the
median stays."""
FLAT = 3.0
"""Standard deviation of luma below which a block has nothing to be compared by: a wall, and the camera's noise."""
TEXTURED = 8
"""Blocks with something in them below which two pictures cannot be compared."""


def brightness(picture: Picture) -> float:
    """Luma that 99 % of the pixels stay below: one lamp makes no dark room light."""
    return float(np.percentile(picture, 99))


def sharpness(picture: Picture) -> float:
    """Variance of the Laplacian, in dB above that of one step of luma; 0 is the least.

    It falls where edges are smeared (Pech-Pacheco et al., ICPR 2000, “LAPV”). In dB a view with few edges and one
    with many lose the same by the same blur.
    """
    luma = picture.astype(np.float32)
    inner = luma[1:-1, 1:-1]
    laplacian = luma[:-2, 1:-1] + luma[2:, 1:-1] + luma[1:-1, :-2] + luma[1:-1, 2:] - 4 * inner
    return float(10 * np.log10(max(float(laplacian.var()), 1.0)))


def motion(one: Picture, other: Picture) -> float:
    """Steps of luma by which two pictures differ in the median block; a clock written into one does not count.

    To be asked of pictures that were encoded alone. A camera that lives has the noise of its sensor in each; of one
    that hangs, an encoder in its stride makes the same picture again to the last bit. Between them it takes the noise
    out, or draws the same view better and better.
    """
    steps = np.abs(one.astype(np.int16) - other)
    return float(np.median([block.mean() for block in _blocks(steps)]))


@dataclass(frozen=True, slots=True)
class Likeness:
    """How one picture stands to another of the same view.

    Attributes:
        match: 1 is the same view, 0 another; light and exposure do not count.
        right, down: percent of width and height by which the view has moved, as far as it is the same.

    """

    match: float
    right: float
    down: float


def likeness(picture: Picture, taught: Picture) -> Likeness | None:
    """Against the one that was taken when the preset was taught; None where either shows too little to tell.

    Raises: ValueError, where their sizes differ.
    """
    if picture.shape != taught.shape:
        raise ValueError(f"{picture.shape} against {taught.shape}")
    matches = [_correlation(one, other) for one, other in zip(_blocks(picture), _blocks(taught), strict=True)]
    told = [match for match in matches if match is not None]
    if len(told) < TEXTURED:
        return None
    right, down = _shift(picture, taught)
    return Likeness(match=round(max(0.0, float(np.median(told))), 3), right=right, down=down)


def _blocks(picture: NDArray[np.integer[Any]]) -> list[NDArray[np.float32]]:
    luma = picture.astype(np.float32)
    return [block for row in np.array_split(luma, BLOCKS) for block in np.array_split(row, BLOCKS, axis=1)]


def _correlation(one: NDArray[np.float32], other: NDArray[np.float32]) -> float | None:
    """Pearson's, so that neither gain nor offset counts. None where nothing is in either; 0 where only one has it."""
    left, right = one - one.mean(), other - other.mean()
    spreads = float(left.std()), float(right.std())
    if max(spreads) < FLAT:
        return None
    if min(spreads) < FLAT:
        return 0.0
    return float((left * right).mean() / (spreads[0] * spreads[1]))


def _shift(picture: Picture, taught: Picture) -> tuple[float, float]:
    """Percent to the right and down, by phase correlation (Kuglin and Hines 1975)."""
    height, width = picture.shape
    window = np.outer(np.hanning(height), np.hanning(width)).astype(np.float32)
    here, there = (np.fft.rfft2((one - one.mean(dtype=np.float32)) * window) for one in (picture, taught))
    cross = here * np.conj(there)
    peaks = np.fft.irfft2(cross / np.maximum(np.abs(cross), 1e-9), s=picture.shape)
    down, right = np.unravel_index(int(np.argmax(peaks)), peaks.shape)
    signed = (int(right) + width // 2) % width - width // 2, (int(down) + height // 2) % height - height // 2
    return round(100 * signed[0] / width, 1), round(100 * signed[1] / height, 1)
