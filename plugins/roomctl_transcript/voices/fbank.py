"""Mel filter banks as Kaldi computes them: what speaker models of that family were trained on."""

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RATE = 16_000
BINS = 80
LENGTH, SHIFT = 400, 160
"""Frames of one window, 25 ms, and between two, 10 ms."""
FFT = 512
LOWEST = 20.0
"""Hz; the highest is half of the rate."""
PREEMPHASIS = 0.97


def fbank(pcm: "NDArray[np.float32]") -> "NDArray[np.float32]":
    """Logarithmic energies, each bin's mean over the time taken off (which takes off level and microphone).

    Args:
        pcm: shape (windows, n), 16 kHz, each window by itself.

    Returns:
        Shape (windows, (n − 400) // 160 + 1, 80).

    """
    import numpy as np  # noqa: PLC0415 - only in the worker

    frames = np.lib.stride_tricks.sliding_window_view(pcm, LENGTH, axis=1)[:, ::SHIFT]
    frames = frames - frames.mean(axis=2, keepdims=True)
    before = np.concatenate([frames[..., :1], frames[..., :-1]], axis=2)
    spectrum = np.fft.rfft((frames - PREEMPHASIS * before) * _povey(), FFT)
    power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32)
    energies = np.log(np.maximum(power @ _mel(), np.finfo(np.float32).eps))
    made: NDArray[np.float32] = (energies - energies.mean(axis=1, keepdims=True)).astype(np.float32)
    return made


@lru_cache(maxsize=1)
def _povey() -> "NDArray[np.float32]":
    import numpy as np  # noqa: PLC0415

    return (np.hanning(LENGTH) ** 0.85).astype(np.float32)


@lru_cache(maxsize=1)
def _mel() -> "NDArray[np.float32]":
    """Triangles that are even on the mel scale, shape (257, 80)."""
    import numpy as np  # noqa: PLC0415

    def mel(hertz: "NDArray[np.float64]") -> "NDArray[np.float64]":
        return 1127.0 * np.log1p(hertz / 700.0)

    edges = np.linspace(mel(np.array(LOWEST)), mel(np.array(RATE / 2)), BINS + 2)
    at = mel(np.arange(FFT // 2 + 1) * RATE / FFT)[:, None]
    rising = (at - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - at) / (edges[2:] - edges[1:-1])
    banks = np.maximum(0.0, np.minimum(rising, falling))
    banks[-1] = 0.0  # Kaldi leaves the last line of the spectrum out
    return banks.astype(np.float32)
