"""A power strip with eight outlets, with the tables of one of three kinds."""

from collections.abc import Mapping
from typing import Any, ClassVar

from roomctl.testing.emulators.agent import SnmpEmulator

_APC, _RARITAN = "1.3.6.1.4.1.318", "1.3.6.1.4.1.13742"
TABLES = {
    "apc": (f"{_APC}.1.3.4.5", f"{_APC}.1.1.26.9.2.3.1.3.", f"{_APC}.1.1.26.9.2.3.1.5.", {True: 2, False: 1},
            f"{_APC}.1.1.26.9.2.4.1.5.", {1: True, 2: False}),
    "apc-first": (f"{_APC}.1.3.4.4", f"{_APC}.1.1.12.3.5.1.1.2.", f"{_APC}.1.1.12.3.5.1.1.4.", {True: 1, False: 2},
                  f"{_APC}.1.1.12.3.3.1.1.4.", {1: True, 2: False}),
    "raritan": (f"{_RARITAN}.6", f"{_RARITAN}.6.3.5.3.1.3.1.", f"{_RARITAN}.6.4.1.2.1.3.1.", {True: 7, False: 8},
                f"{_RARITAN}.6.4.1.2.1.2.1.", {1: True, 0: False}),
}  # fmt: skip
"""sysObjectID, names, states and their values, orders and their values (PowerNet-MIB, PDU2-MIB)."""


class PduEmulator(SnmpEmulator):
    """Outlets 1 to 8; the last is off.

    Attributes:
        slow: questions after an order that are still answered with the old state.

    """

    kind: ClassVar[str] = "pdu"
    title = ("机柜插座", "Rack power strip")
    group = "供电"

    def __init__(self, *, tables: str = "apc", version: str = "2c") -> None:
        super().__init__(version=version)
        self.tables, self.slow = tables, 1
        self.names = [f"outlet-{number}" for number in range(1, 9)]
        self.on = [True] * 7 + [False]
        self._orders: list[tuple[int, bool, int]] = []

    def objects(self) -> Mapping[str, Any]:
        from pysnmp.proto.api import v2c  # noqa: PLC0415

        self._settle()
        maker, names, states, values, _, _ = TABLES[self.tables]
        told: dict[str, Any] = {
            "1.3.6.1.2.1.1.1.0": "Emulated switched power strip",
            "1.3.6.1.2.1.1.2.0": v2c.ObjectIdentifier(maker),
        }
        for number, (name, on) in enumerate(zip(self.names, self.on, strict=True), 1):
            told |= {f"{names}{number}": name, f"{states}{number}": values[on]}
        return told

    def write(self, name: str, value: int) -> bool:
        _, _, _, _, orders, meanings = TABLES[self.tables]
        number = name.removeprefix(orders)
        if number == name or not number.isdecimal() or not 0 < int(number) <= len(self.on) or value not in meanings:
            return False
        self._orders.append((int(number) - 1, meanings[value], self.slow))
        return True

    def _settle(self) -> None:
        for place, on, left in self._orders:
            if not left:
                self.on[place] = on
        self._orders = [(place, on, left - 1) for place, on, left in self._orders if left]


EMULATOR = PduEmulator
