"""The clock of a recording: it goes on while the machine sleeps, and no step of the date moves it."""

import sys
import time

if sys.platform == "linux":

    def now() -> float:
        """Seconds since the machine started, its sleep included (clock_gettime(2), CLOCK_BOOTTIME)."""
        return time.clock_gettime(time.CLOCK_BOOTTIME)

elif sys.platform == "darwin":

    def now() -> float:
        """Seconds since the machine started; on macOS it is `time.monotonic` that stands still in sleep."""
        return time.clock_gettime(time.CLOCK_MONOTONIC)

else:

    def now() -> float:
        """Seconds since the machine started; the system's tick count includes sleep."""
        return time.monotonic()
