"""When captions give way: what a machine that is short can take. Pure; the clock comes from outside."""

from collections import deque

FAR = 3.0
"""Seconds that captions may lie behind the sound; who is further behind skips to the newest."""
OFTEN, WITHIN = 3, 60.0
"""So many skips within so many seconds mean that the machine is short for longer."""
FIRST_REST, LONGEST_REST = 10.0, 300.0
"""Seconds of rest; doubled each time, and short again after a time without any skip."""
CALM = 120.0


class Pressure:
    """Told how far behind the captions are, it says when to skip and when to rest."""

    def __init__(self) -> None:
        self._skips: deque[float] = deque(maxlen=OFTEN)
        self._rest, self._last = FIRST_REST, 0.0

    def look(self, behind: float, now: float) -> float | None:
        """None to go on; else skip to the newest sound after so many seconds of rest, mostly 0.

        Args:
            behind: seconds of sound that wait; now: seconds of any clock.

        """
        if behind <= FAR:
            if self._last and now - self._last > CALM + self._rest:
                self._rest, self._last = FIRST_REST, 0.0
            return None
        self._skips.append(now)
        self._last = now
        if len(self._skips) < OFTEN or now - self._skips[0] > WITHIN:
            return 0.0
        self._skips.clear()
        rest, self._rest = self._rest, min(2 * self._rest, LONGEST_REST)
        return rest
