"""A switch with eight ports and a management interface."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from roomctl.testing.emulators.agent import SnmpEmulator

DESCRIPTION = "Emulated 8-port managed switch, firmware 1.0"
_TABLE, _MORE = "1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.31.1.1.1"
_ETHERNET, _VIRTUAL = 6, 53


@dataclass
class Port:
    """One of them; speed in megabits a second."""

    up: bool = True
    speed: int = 1000
    packets: int = 5_000_000_000
    errors: int = 0


class SwitchEmulator(SnmpEmulator):
    """Ports 1 to 8, named `gi1` to `gi8`; the last two have no cable."""

    kind: ClassVar[str] = "switch"
    title = ("管理型交换机", "Managed switch")
    group = "网络"

    def __init__(self, *, version: str = "2c") -> None:
        super().__init__(version=version)
        self.ports = [*(Port() for _ in range(6)), Port(up=False), Port(up=False)]

    def objects(self) -> Mapping[str, Any]:
        from pysnmp.proto.api import v2c  # noqa: PLC0415

        told: dict[str, Any] = {
            "1.3.6.1.2.1.1.1.0": DESCRIPTION,
            "1.3.6.1.2.1.1.3.0": v2c.TimeTicks(720_000),
            "1.3.6.1.2.1.1.5.0": "rack",
            "1.3.6.1.2.1.1.7.0": 2,
            f"{_TABLE}.2.100": "Management",
            f"{_TABLE}.3.100": _VIRTUAL,
            f"{_TABLE}.8.100": 1,
        }
        for number, port in enumerate(self.ports, 1):
            told |= {
                f"{_TABLE}.2.{number}": f"Gigabit port {number}",
                f"{_TABLE}.3.{number}": _ETHERNET,
                f"{_TABLE}.7.{number}": 1,
                f"{_TABLE}.8.{number}": 1 if port.up else 2,
                f"{_TABLE}.11.{number}": v2c.Counter32(port.packets % 2**32),
                f"{_TABLE}.14.{number}": v2c.Counter32(port.errors),
                f"{_TABLE}.20.{number}": v2c.Counter32(0),
                f"{_MORE}.1.{number}": f"gi{number}",
                f"{_MORE}.7.{number}": v2c.Counter64(port.packets),
                f"{_MORE}.15.{number}": v2c.Gauge32(port.speed if port.up else 0),
            }
        return told


EMULATOR = SwitchEmulator
