"""A whole virtual room: one of each kind, all of them behind the switch."""

import contextlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace

from roomctl.domain.devices import Device, Secret
from roomctl.errors import RoomctlError
from roomctl.testing.emulators import kinds
from roomctl.testing.emulators.base import LOOPBACK, Emulator, Fault

log = logging.getLogger(__name__)

SWITCH = "host"
"""Kind of what the others hang on."""


class VirtualRoom:
    """Emulators by the id of their device.

    Attributes:
        lacking: kinds that cannot be had on this machine, and why.

    """

    def __init__(self) -> None:
        self.emulators: dict[str, Emulator] = {}
        self.lacking: dict[str, str] = {}

    async def start(self, host: str = LOOPBACK) -> None:
        """All kinds; one that cannot start is told, and the others go on."""
        for kind, make in kinds().items():
            try:
                emulator = make()
                await emulator.start(host)
            except (OSError, ImportError, RoomctlError) as error:
                self.lacking[kind] = str(error)
                log.warning("no emulated %s here: %s", kind, error)
                continue
            self.emulators[kind] = emulator

    async def stop(self) -> None:
        for emulator in self.emulators.values():
            with contextlib.suppress(OSError):
                await emulator.stop()

    async def switch(self, device: str, fault: Fault) -> None:
        """Raises: KeyError."""
        await self.emulators[device].switch(fault)

    def devices(self) -> Sequence[Device]:
        """As the inventory has them."""
        made = [emulator.device() for emulator in self.emulators.values()]
        on = (SWITCH,) if SWITCH in self.emulators else ()
        return [device if device.id == SWITCH else replace(device, depends_on=on) for device in made]

    def secrets(self) -> Mapping[str, Secret]:
        """By the name that the devices give."""
        known = {kind: emulator.secret() for kind, emulator in self.emulators.items()}
        return {kind: secret for kind, secret in known.items() if secret is not None}
