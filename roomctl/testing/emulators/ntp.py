"""A time server (RFC 5905)."""

import struct
import time
from typing import ClassVar

from roomctl.testing.emulators.base import Fault, UdpEmulator

SINCE_1900 = 2_208_988_800
"""Seconds from the era of NTP to that of UNIX (RFC 5905, figure 4)."""


BYTES = 48


class NtpEmulator(UdpEmulator):
    """Its clock is `offset` seconds ahead of this machine's."""

    kind: ClassVar[str] = "ntp"
    title = ("时间服务器", "Time server")
    group = "网络"
    faults = UdpEmulator.faults | {Fault.OTHER}

    def __init__(self, *, offset: float = 0.0, stratum: int = 2, leap: int = 0) -> None:
        super().__init__()
        self.offset, self.stratum, self.leap = offset, stratum, leap

    def answer(self, packet: bytes) -> bytes | None:
        if len(packet) < BYTES:
            return None
        now = _stamp(time.time() + self.offset)
        origin = bytes(8) if self.fault is Fault.OTHER else packet[40:BYTES]
        first = self.leap << 6 | 4 << 3 | 4
        head = struct.pack("!BBbbII4s", first, self.stratum, 6, -20, 0, 0, b"EMUL")
        return head + now + origin + now + now


def _stamp(at: float) -> bytes:
    whole = int(at)
    return struct.pack("!II", whole + SINCE_1900, int((at - whole) * 2**32))


EMULATOR = NtpEmulator
