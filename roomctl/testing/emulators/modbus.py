"""A box with sensors and relays, over Modbus TCP (Modbus Application Protocol 1.1b3; Messaging on TCP/IP 1.0b)."""

import struct
from collections.abc import Mapping
from typing import Any, ClassVar

from roomctl.testing.emulators.base import Fault, Line, TcpEmulator

COILS, HOLDING, INPUT, ONE_COIL = 1, 3, 4, 5
"""Function codes (6.1, 6.3, 6.4, 6.5)."""
NO_FUNCTION, NO_ADDRESS, NO_VALUE = 1, 2, 3
"""Exception codes (7)."""
ON, OFF = 0xFF00, 0x0000
HEAD = 7
"""Bytes of the header: transaction, protocol, length, unit."""
MOST = 125
"""Registers that are read at once (6.3)."""


class ModbusEmulator(TcpEmulator):
    """Temperature × 10, humidity × 10 and CO₂ as input registers 0 to 2; two relays as coils 0 and 1.

    Attributes:
        registers: of each function code, as they go over the line.

    """

    kind: ClassVar[str] = "modbus"
    title = ("环境与继电器", "Air and relays")
    group = "环境"
    faults = TcpEmulator.faults | {Fault.OTHER}

    def __init__(self) -> None:
        super().__init__()
        self.registers = {INPUT: [225, 480, 640], HOLDING: [0x41B4, 0x0000, 0xFFF6]}  # 22.5 as a float, and -10
        self.coils = [True, False]

    def options(self) -> Mapping[str, Any]:
        return {
            "temperature": {"address": 0, "scale": 0.1},
            "humidity": {"address": 1, "scale": 0.1},
            "co2": {"address": 2},
            "relays": {"lamp": 0, "fan": 1},
        }

    async def talk(self, line: Line) -> None:
        while head := await line.reader.readexactly(HEAD):
            transaction, protocol, length, unit = struct.unpack("!HHHB", head)
            if protocol != 0 or not 2 <= length <= 254:  # noqa: PLR2004 - of a frame (4.1 of Messaging)
                return
            said = self._answer(await line.reader.readexactly(length - 1))
            transaction += self.fault is Fault.OTHER
            await line.send(struct.pack("!HHHB", transaction & 0xFFFF, 0, len(said) + 1, unit) + said)

    def _answer(self, asked: bytes) -> bytes:
        function = asked[0]
        try:
            return bytes((function,)) + self._body(function, asked[1:])
        except _Refused as refusal:
            return bytes((function | 0x80, refusal.code))

    def _body(self, function: int, asked: bytes) -> bytes:
        if function not in {COILS, HOLDING, INPUT, ONE_COIL}:
            raise _Refused(NO_FUNCTION)
        if len(asked) != 4:  # noqa: PLR2004 - address, and count or value
            raise _Refused(NO_VALUE)
        address, count = struct.unpack("!HH", asked)
        held: list[Any] = self.registers.get(function, self.coils)
        if function == ONE_COIL:
            if count not in {ON, OFF}:
                raise _Refused(NO_VALUE)
            _slice(held, address, 1)
            held[address] = count == ON
            return asked
        part = _slice(held, address, count)
        if function != COILS:
            return struct.pack(f"!B{count}H", 2 * count, *part)
        size = (count + 7) // 8
        bits = sum(1 << place for place, bit in enumerate(part) if bit)
        return bytes((size,)) + bits.to_bytes(size, "little")


class _Refused(Exception):  # noqa: N818 - an exception of the protocol
    def __init__(self, code: int) -> None:
        self.code = code


def _slice(held: list[Any], address: int, count: int) -> list[Any]:
    """Raises: _Refused."""
    if not 1 <= count <= MOST:
        raise _Refused(NO_VALUE)
    if address + count > len(held):
        raise _Refused(NO_ADDRESS)
    return held[address : address + count]


EMULATOR = ModbusEmulator
