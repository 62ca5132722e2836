"""A PTZ camera with VISCA: over IP with the header of eight bytes, or plain packets over TCP."""

import struct
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from roomctl.testing.emulators.base import Fault, Line, TcpEmulator, UdpEmulator
from roomctl.testing.emulators.matrix import SerialEmulator

COMMAND, INQUIRY, REPLY, CONTROL, CONTROL_REPLY = 0x0100, 0x0110, 0x0111, 0x0200, 0x0201
"""Payload types (Sony SRG-300H command list)."""
SYNTAX, NOT_NOW = b"\x60\x02", b"\x61\x41"
MODEL = bytes.fromhex("0001 0519 0100 02")
"""Vendor 1, model 0519, ROM 1.00, two sockets."""


class Camera:
    """The camera itself, however it is reached.

    Attributes:
        on: or in standby. pan, tilt, zoom: where it looks. preset: recalled last.
        presets: memory → where it looks. remembers: it tells the preset that was recalled last.

    """

    def __init__(self) -> None:
        self.on = True
        self.pan, self.tilt, self.zoom, self.preset = -256, 64, 0x1000, 0
        self.presets = {0: (-256, 64, 0x1000), 1: (1200, -40, 0x2000), 2: (0, 0, 0)}
        self.remembers = True
        self._way: list[tuple[int, int]] = []

    def answers(self, packet: bytes, *, asleep: bool) -> list[bytes]:  # noqa: PLR0911 - one for each command
        """What follows the address byte, of each reply."""
        on = self.on and not asleep
        if packet[:1] != b"\x81" or packet[-1:] != b"\xff":
            return [SYNTAX]
        match packet[1:-1]:
            case b"\x09\x04\x00":
                return [b"\x50" + (b"\x02" if on else b"\x03")]
            case b"\x09\x00\x02":
                return [b"\x50" + MODEL]
            case b"\x01\x04\x00\x02" | b"\x01\x04\x00\x03" as told:
                self.on = told[-1] == 2  # noqa: PLR2004 - on
                return [b"\x41", b"\x51"]
            case _ if not on:
                return [NOT_NOW]
            case b"\x09\x06\x12":
                pan, tilt = self._look()
                return [b"\x50" + _nibbles(pan) + _nibbles(tilt)]
            case b"\x09\x04\x47":
                return [b"\x50" + _nibbles(self.zoom)]
            case b"\x09\x04\x3f" if self.remembers:
                return [b"\x50" + bytes([self.preset])]
            case recall if recall[:4] == b"\x01\x04\x3f\x02" and len(recall) == 5 and recall[4] in self.presets:  # noqa: PLR2004 - the memory
                self._turn(recall[4])
                return [b"\x41", b"\x51"]
        return [SYNTAX]

    def _turn(self, preset: int) -> None:
        pan, tilt, self.zoom = self.presets[preset]
        self._way = [((self.pan + pan) // 2, (self.tilt + tilt) // 2), (pan, tilt)]
        self.preset = preset

    def _look(self) -> tuple[int, int]:
        """A step further on its way with each question."""
        if self._way:
            self.pan, self.tilt = self._way.pop(0)
        return self.pan, self.tilt


def _nibbles(value: int) -> bytes:
    return bytes.fromhex("".join(f"0{digit}" for digit in f"{value & 0xFFFF:04x}"))


class ViscaEmulator(UdpEmulator):
    """With numbers: a message whose number is not above the last one is told to be abnormal, until a reset.

    Attributes:
        resets: how often the numbers began anew. knows_reset: some models do not answer it.

    """

    kind: ClassVar[str] = "visca"
    title = ("云台摄像机", "PTZ camera")
    group = "摄像"
    faults = UdpEmulator.faults | {Fault.OTHER, Fault.STANDBY}

    def __init__(self, *, knows_reset: bool = True) -> None:
        super().__init__()
        self.camera, self.knows_reset = Camera(), knows_reset
        self.number, self.resets = 1000, 0  # whoever talked before was there

    def answer(self, packet: bytes) -> Sequence[bytes] | None:
        if len(packet) < 9 or len(packet) - 8 != struct.unpack("!H", packet[2:4])[0]:  # noqa: PLR2004 - its header
            return None
        kind, _, number = struct.unpack("!HHI", packet[:8])
        payload = packet[8:]
        if kind == CONTROL:
            if payload != b"\x01" or not self.knows_reset:
                return None
            self.number, self.resets = 0, self.resets + 1
            return [self._message(CONTROL_REPLY, number, b"\x01")]
        if kind not in {COMMAND, INQUIRY}:
            return [self._message(CONTROL_REPLY, number, b"\x0f\x02")]
        if number <= self.number and self.knows_reset:
            return [self._message(CONTROL_REPLY, number, b"\x0f\x01")]
        self.number = number
        address = 0xA0 if self.fault is Fault.OTHER else 0x90
        told = self.camera.answers(payload, asleep=self.fault is Fault.STANDBY)
        return [self._message(REPLY, number, bytes([address]) + one + b"\xff") for one in told]

    def _message(self, kind: int, number: int, payload: bytes) -> bytes:
        return struct.pack("!HHI", kind, len(payload), number) + payload


class ViscaTcpEmulator(TcpEmulator):
    """Plain packets; of the same kind, told apart by the option `transport`."""

    kind: ClassVar[str] = "visca"
    title = ("云台摄像机", "PTZ camera")
    group = "摄像"
    faults = TcpEmulator.faults | {Fault.OTHER, Fault.STANDBY}

    def __init__(self) -> None:
        super().__init__()
        self.camera = Camera()

    def options(self) -> Mapping[str, Any]:
        return {"transport": "tcp"}

    async def talk(self, line: Line) -> None:
        while packet := await line.reader.readuntil(b"\xff"):
            address = 0xA0 if self.fault is Fault.OTHER else 0x90
            for one in self.camera.answers(packet, asleep=self.fault is Fault.STANDBY):
                await line.send(bytes([address]) + one + b"\xff")


class ViscaSerialEmulator(SerialEmulator):
    """Plain packets at a serial port; it is given its address first."""

    kind: ClassVar[str] = "visca"
    title = ("云台摄像机", "PTZ camera")
    group = "摄像"
    faults = SerialEmulator.faults | {Fault.STANDBY}

    def __init__(self) -> None:
        super().__init__()
        self.camera = Camera()

    def options(self) -> Mapping[str, Any]:
        return {"transport": "serial"}

    def answer(self, heard: bytes) -> tuple[bytes | None, bytes]:
        packet, end, rest = heard.partition(b"\xff")
        if not end:
            return None, heard
        if packet == b"\x88\x30\x01":
            return b"\x88\x30\x02\xff", rest
        told = self.camera.answers(packet + end, asleep=self.fault is Fault.STANDBY)
        return b"".join(b"\x90" + one + b"\xff" for one in told), rest


EMULATOR = ViscaEmulator
