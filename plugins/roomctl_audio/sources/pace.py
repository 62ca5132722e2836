"""Frames against the clock: what was lost, and by how much a source's clock is fast or slow. Pure.

A read comes late, never early; so of several reads the one with the least lag tells the truth.
"""

from collections import deque

LOSS_SECONDS = 0.1
"""Frames later than this against the clock, and never made up for, are lost."""
WINDOW_SECONDS = 2.0
POINT_SECONDS = 5.0
POINTS = 720
"""An hour: within it a room's temperature, and with it a crystal's pace, hardly changes."""
LEAST_POINTS = 12
KNOWN_PPM = 20.0
"""A drift is told once its standard error is no larger."""


class ClockWatch:
    """Tells lost frames by the clock, since PortAudio's own flag cannot be relied on.

    A stall that is made up for loses nothing, so the least lag of a window counts, not the lag of one read. Slow
    drift of the device's clock moves the measure along; a jump is a loss.
    """

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._began: float | None = None
        self._frames = 0
        self._least: float | None = None
        self._before: float | None = None
        self._until = 0.0

    def observe(self, frames: int, now: float) -> int:
        """After a read of `frames` at `now` seconds. Gives how many frames were lost, seen at a window's end."""
        if self._began is None:
            self._began, self._until = now, now + WINDOW_SECONDS
            return 0
        self._frames += frames
        lag = (now - self._began) - self._frames / self._rate
        self._least = lag if self._least is None else min(self._least, lag)
        if now < self._until:
            return 0
        least, before = self._least, self._before
        self._before, self._least, self._until = least, None, now + WINDOW_SECONDS
        if before is None or least - before <= LOSS_SECONDS:
            return 0
        return round((least - before) * self._rate)


class Drift:
    """By how many ppm a source's clock is fast (positive) or slow: least squares over the least lags.

    After a loss it begins anew, since nobody knows to the frame how long a loss was; until there is enough again,
    what was known before holds.
    """

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self.ppm: float | None = None
        self.restart()

    def restart(self) -> None:
        """Something is missing here, or another stream begins."""
        self._points: deque[tuple[float, float]] = deque(maxlen=POINTS)
        self._began: float | None = None
        self._frames = 0
        self._least: tuple[float, float] | None = None
        self._until = 0.0

    def observe(self, frames: int, now: float) -> None:
        """After a read of `frames` at `now` seconds."""
        if self._began is None:
            self._began, self._until = now, now + POINT_SECONDS
            return
        self._frames += frames
        lag = (now - self._began) - self._frames / self._rate
        if self._least is None or lag < self._least[1]:
            self._least = now, lag
        if now >= self._until:
            self._points.append(self._least)
            self._least, self._until = None, now + POINT_SECONDS
            self._fit()

    def _fit(self) -> None:
        count = len(self._points)
        if count < LEAST_POINTS:
            return
        middle = sum(at for at, _ in self._points) / count
        level = sum(lag for _, lag in self._points) / count
        spread = sum((at - middle) ** 2 for at, _ in self._points)
        slope = sum((at - middle) * (lag - level) for at, lag in self._points) / spread
        rest = sum((lag - level - slope * (at - middle)) ** 2 for at, lag in self._points)
        error = (rest / (count - 2) / spread) ** 0.5
        if error * 1e6 <= KNOWN_PPM:
            self.ppm = round(-slope * 1e6, 1)
