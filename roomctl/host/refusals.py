"""Passwords that a device has refused: it is not asked again with the same ones, lest it locks."""

import contextlib
import json
import threading
import time
from collections.abc import Callable
from pathlib import Path

from roomctl.domain.devices import Device, LoginRefused
from roomctl.durable import atomic_write
from roomctl.i18n import tr

LOCKED = 900.0
"""Seconds for which a refused password is not tried again, unless the secrets changed: devices that lock do so after
three to five attempts within minutes."""


class Refusals:
    """Places whose password was refused, kept over restarts: whoever starts again and again locks a device too.

    Args:
        stamp: changes whenever the secrets do.

    """

    def __init__(self, path: Path | None, stamp: Callable[[], str], now: Callable[[], float] = time.time) -> None:
        self._path, self._stamp, self._now = path, stamp, now
        self._lock = threading.Lock()
        self._told: dict[str, tuple[float, str]] = {}

    def look(self, device: Device) -> None:
        """Raises: LoginRefused, where it was refused of late with the same secrets."""
        at, stamp = self._read().get(device.place, (0.0, ""))
        left = at + LOCKED - self._now()
        if stamp != self._stamp() or not 0 < left <= LOCKED:
            return
        raise LoginRefused(
            tr("口令不对", "the password is refused"),
            tr(
                f"{left / 60:.0f} 分钟内不再尝试，以免设备锁定",
                f"not tried again for {left / 60:.0f} min, lest the device locks",
            ),
            tr("改好 secrets.toml 就会再试", "once secrets.toml is put right it is tried again"),
        )

    def add(self, device: Device) -> None:
        with self._lock:
            self._told = {**self._read(), device.place: (self._now(), self._stamp())}
            self._write()

    def forget(self, device: Device) -> None:
        with self._lock:
            self._told = self._read()
            if self._told.pop(device.place, None):
                self._write()

    def _read(self) -> dict[str, tuple[float, str]]:
        if self._path is None:
            return dict(self._told)
        try:
            told = json.loads(self._path.read_text(encoding="utf-8"))
            return {place: (float(at), str(stamp)) for place, (at, stamp) in told.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            return {}

    def _write(self) -> None:
        if self._path is not None:
            with contextlib.suppress(OSError):
                atomic_write(self._path, json.dumps(self._told))
