"""Two clocks: how far that of the microphone runs ahead of the loudspeaker's, and the recording without it.

One chirp before the sweeps and the same one behind them go the same way through the room: what lies between their
arrivals beyond what lay between them when they were played is the clocks' own.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from roomctl_av_check.acoustics.sweep import Samples, Sweep

CHIRP_SECONDS, CHIRP_HZ = 0.25, (500.0, 6_000.0)
"""Where loudspeakers and microphones of every kind hear; long enough to stand out of the noise of a room."""
GAP = 1.0
"""Seconds behind a chirp, in which the room dies away."""
FARTHEST = 2_000.0
"""Parts per million, beyond which it is no clock: a crystal is off by 100, and sound that slipped jumps."""
CLEAR = 8.0
"""Times the median of the correlation by which its peak has to stand out, as in `impulse.CLEAR`."""
MOST = 1.25
"""Seconds after it was played, in which a chirp arrives."""


@dataclass(frozen=True)
class Marks:
    """The two chirps of a program.

    Attributes:
        rate: frames a second; peak_dbfs: of the chirp.
        first, last: frames at which they are played.

    """

    rate: int
    peak_dbfs: float
    first: int
    last: int

    @cached_property
    def signal(self) -> Samples:
        """One chirp."""
        low, high = CHIRP_HZ
        sweep = Sweep(
            rate=self.rate, seconds=CHIRP_SECONDS, low=low, high=min(high, 0.4 * self.rate), peak_dbfs=self.peak_dbfs
        )
        return sweep.signal

    def drift(self, recorded: Samples) -> float | None:
        """Parts per million by which the recording is longer than what was played, of one microphone.

        Args:
            recorded: from the moment at which the program began to be played.

        Returns:
            None where a chirp is not heard.

        """
        first, last = self._arrival(recorded, self.first), self._arrival(recorded, self.last)
        if first is None or last is None:
            return None
        apart = self.last - self.first
        return 1e6 * (last - first - apart) / apart

    def _arrival(self, recorded: Samples, played: int) -> float | None:
        """Frame, with its fraction, at which a chirp arrives."""
        window = recorded[played : played + round(MOST * self.rate) + len(self.signal)]
        size = 1 << (len(window) + len(self.signal)).bit_length()
        spectrum = np.fft.rfft(window, size) * np.conj(np.fft.rfft(self.signal, size))
        found = np.abs(_analytic(spectrum, size))[: max(len(window) - len(self.signal), 3)]
        at = int(found.argmax())
        if found[at] <= CLEAR * max(float(np.median(found)), 1e-15) or not 0 < at < len(found) - 1:
            return None
        before, peak, after = np.log(np.maximum(found[at - 1 : at + 2], 1e-30))
        return played + at + float(0.5 * (before - after) / (before - 2 * peak + after))


def _analytic(spectrum: NDArray[np.complexfloating[Any]], size: int) -> NDArray[np.complexfloating[Any]]:
    """The analytic signal, whose magnitude is the envelope: a room's carrier has many peaks, its envelope one."""
    whole = np.zeros(size, complex)
    whole[: len(spectrum)] = 2 * spectrum
    return np.asarray(np.fft.ifft(whole))


def agreed(drifts: list[float | None]) -> float | None:
    """Of several microphones of one device, which have one clock. None where none hears, or it is no clock's."""
    known = [one for one in drifts if one is not None]
    if not known:
        return None
    middle = float(np.median(known))
    return middle if abs(middle) <= FARTHEST else math.copysign(math.inf, middle)


def without(recorded: Samples, drift: float, rate: int) -> Samples:
    """The recording as the loudspeaker's clock would have made it; as long as before.

    Args:
        recorded: shape (microphones, frames). drift: parts per million.

    """
    import soxr  # noqa: PLC0415 - of the extra that sound needs

    even = soxr.resample(recorded.T, rate * (1 + drift * 1e-6), rate, quality="VHQ").T
    lacking = max(recorded.shape[1] - even.shape[1], 0)
    return np.asarray(np.pad(even, ((0, 0), (0, lacking)))[:, : recorded.shape[1]])
