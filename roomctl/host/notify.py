"""What a service manager is told: sd_notify(3), datagrams to the socket that systemd names in the environment.

Without such a manager nobody is told, and nothing else changes.
"""

import os
import socket
import time
from collections.abc import MutableMapping
from contextlib import suppress
from typing import Self

_QUARTER = 4  # of the watchdog's limit passes between two signs; systemd asks for half of it or less


class Manager:
    """The service manager of this process.

    Args:
        address: of its socket; "@" stands for the abstract namespace. None: there is none.
        limit: seconds without a sign after which it kills this process; 0: it does not look.

    """

    def __init__(self, address: str | None = None, limit: float = 0.0) -> None:
        self._address = address and (f"\0{address[1:]}" if address.startswith("@") else address)
        self._every = limit / _QUARTER
        self._said = float("-inf")

    @classmethod
    def of(cls, environment: MutableMapping[str, str]) -> Self:
        """Takes the variables away, so that no child speaks in this process's name."""
        address, limit, pid = (
            environment.pop(name, "") for name in ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID")
        )
        looks = limit.isdigit() and pid in {"", str(os.getpid())}
        return cls(address or None, int(limit) / 1e6 if looks else 0.0)

    def ready(self, status: str) -> None:
        """It serves from now on. `status`: one line for `systemctl status`."""
        self._send(f"READY=1\nSTATUS={_line(status)}")

    def status(self, text: str) -> None:
        """One line for `systemctl status`."""
        self._send(f"STATUS={_line(text)}")

    def stopping(self) -> None:
        self._send("STOPPING=1")

    def alive(self) -> None:
        """To be called as often as one likes."""
        now = time.monotonic()
        if self._every and now - self._said >= self._every:
            self._said = now
            self._send("WATCHDOG=1")

    def _send(self, text: str) -> None:
        if self._address is None:
            return
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.settimeout(0)  # a manager that does not read holds up no room
            sender.sendto(text.encode(), self._address)


def _line(text: str) -> str:
    return " ".join(text.split())
