"""The real host on a clock that runs fast, for soaks: what waits for minutes or hours then happens in seconds.

ROOMCTL_DATA=DIR python -m roomctl.testing.hurried SPEED --port 8470

Hurried: whatever asks the application's clock, which is times and ages of events and backups, quotas, back-off, and
heartbeats of plugins' children; and the host looks as many times in a simulated minute as in a real one. Not hurried:
sound, deadlines of calls into plugins, the launcher, and the programs themselves.
"""

import sys
import time
from datetime import UTC, datetime, timedelta

from roomctl import host_process
from roomctl.errors import RoomctlError
from roomctl.host.exit import leave
from roomctl.serving import TICK


class HurriedClock:
    """`roomctl.services.ports.Clock` that begins now and runs `speed` times as fast as the machine's own."""

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._began, self._zero = datetime.now(UTC), time.monotonic()

    def now(self) -> datetime:
        return self._began + timedelta(seconds=(time.monotonic() - self._zero) * self._speed)

    def monotonic(self) -> float:
        return self._zero + (time.monotonic() - self._zero) * self._speed

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds / self._speed)


if __name__ == "__main__":
    hurry = float(sys.argv[1])
    try:
        leave(host_process.main(sys.argv[2:], clock=HurriedClock(hurry), tick=TICK / hurry))
    except RoomctlError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_code)
