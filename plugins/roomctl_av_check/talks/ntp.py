"""One question to a time server; packets by ntplib, whose own client would block."""

import asyncio
import time
from typing import Any

import ntplib

from roomctl.api import tr
from roomctl.api.devices import Device, Fact, Garbled, Reading, garbled

VERSION = 4
CLIENT, SERVER = 3, 4
"""Modes (RFC 5905, figure 10)."""
LOWEST = 15
"""Strata above it are unsynchronized, or reserved (RFC 5905, figure 11)."""
BYTES = 48


class _Answer(asyncio.DatagramProtocol):
    """The first packet that comes, with the time of day at which it did."""

    def __init__(self) -> None:
        self.came: asyncio.Future[tuple[bytes, float]] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, _: Any) -> None:
        if not self.came.done():
            self.came.set_result((data, time.time()))

    def error_received(self, error: Exception) -> None:
        if not self.came.done():
            self.came.set_exception(error)


async def read(device: Device) -> Reading:
    """Raises: Garbled, OSError; it waits for an answer as long as it is let."""
    loop = asyncio.get_running_loop()
    transport, answer = await loop.create_datagram_endpoint(_Answer, remote_addr=(device.address, device.port or 123))
    try:
        sent = ntplib.system_to_ntp_time(time.time())
        asked = ntplib.NTPPacket(version=VERSION, mode=CLIENT, tx_timestamp=sent).to_data()
        transport.sendto(asked)
        data, at = await answer.came
    finally:
        transport.abort()
    return _reading(data, at, asked)


def _reading(data: bytes, at: float, asked: bytes) -> Reading:
    if len(data) < BYTES:
        raise garbled(data, "NTP")
    told = ntplib.NTPStats()
    told.from_data(data)
    told.dest_timestamp = ntplib.system_to_ntp_time(at)
    if told.mode != SERVER or data[24:32] != asked[40:48]:  # its origin is what we sent as transmit (RFC 5905, 8)
        raise garbled(data, "NTP")
    if not 1 <= told.stratum <= LOWEST:
        kiss = data[12:16].decode("ascii", "replace").strip("\0")
        raise Garbled(
            tr("时间服务器拒绝回答", "the time server refuses to answer"), kiss, tr("换一台时间服务器", "ask another")
        )
    return Reading(
        facts=(
            Fact("offset", round(told.offset, 6)),
            Fact("stratum", told.stratum),
            Fact("delay", round(told.delay * 1000, 3)),
            Fact("leap", told.leap),
        )
    )
