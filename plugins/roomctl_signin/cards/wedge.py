"""A USB reader that acts as a keyboard, through the kernel's event device (evdev).

It is grabbed: what it types reaches no window, so that a card held up during a meeting writes into no document.
"""

import time
from select import select
from typing import Any

IDLE = 1.0
"""Seconds after which what was typed without Enter is forgotten: a reader types a number in a fraction of one."""
MOST = 40
_ENDS = frozenset({"KEY_ENTER", "KEY_KPENTER"})
_DOWN = 1  # of an event's value; 0 is up, 2 is held


class Typed:
    """Keys as the kernel names them → the numbers of cards."""

    def __init__(self) -> None:
        self._text, self._last = "", float("-inf")

    def key(self, name: str, at: float) -> str | None:
        """One key that went down at so many seconds; a number where it was the last of one."""
        if at - self._last > IDLE:
            self._text = ""
        self._last = at
        if name in _ENDS:
            number, self._text = self._text, ""
            return number or None
        char = name.removeprefix("KEY_").removeprefix("KP")
        if len(char) == 1 and char.isascii() and char.isalnum() and len(self._text) <= MOST:
            self._text += char
        return None


class WedgeReader:
    """`roomctl.api.cards.CardReader`. Args: device: `/dev/input/by-id/usb-…-event-kbd`."""

    def __init__(self, device: str) -> None:
        import evdev  # noqa: PLC0415 - of the extra `cards`

        self._names = evdev.ecodes.KEY
        self._keys = evdev.ecodes.EV_KEY
        self._device: Any = evdev.InputDevice(device)
        try:
            self._device.grab()
        except OSError:
            self._device.close()
            raise
        self._typed = Typed()
        self._waiting: list[str] = []

    def read(self, patience: float) -> str | None:
        until = time.monotonic() + patience
        while not self._waiting and (left := until - time.monotonic()) > 0:
            try:
                ready, _, _ = select([self._device.fd], [], [], left)
            except ValueError as error:  # closed by another thread
                raise OSError(str(error)) from error
            if ready:
                self._take()
        return self._waiting.pop(0) if self._waiting else None

    def _take(self) -> None:
        for event in self._device.read():
            if event.type != self._keys or event.value != _DOWN:
                continue
            name = self._names.get(event.code, "")
            number = self._typed.key(name[0] if isinstance(name, list | tuple) else name, event.timestamp())
            if number:
                self._waiting.append(number)

    def close(self) -> None:
        self._device.close()  # gives the grab back as well
