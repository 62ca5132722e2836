"""Frames of MDC over TCP (Samsung, *MDC Protocol*, version 15.0).

Asked:    0xAA, command, id, length, data…, checksum
Answered: 0xAA, 0xFF, id, length, `A` or `N`, command, data…, checksum

The checksum is the sum of all bytes between the header and itself, modulo 256.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from roomctl.api import tr
from roomctl.api.devices import Device, Garbled, Silent, garbled

HEADER, ANSWER = 0xAA, 0xFF
ACK, NAK = ord("A"), ord("N")
STATUS, ERRORS, POWER, INPUT, MODEL = 0x00, 0x0D, 0x11, 0x14, 0x8A
SECURED = b"MDCSTART<<TLS>>"
"""What a display says first where it wants MDC inside TLS."""

STEP = 2.0
"""Seconds for one answer."""
FRONT = 4
"""Bytes before the data."""

Ask = Callable[..., Awaitable[bytes | None]]


def frame(command: int, display: int, data: bytes = b"") -> bytes:
    """What asks a display, or tells it something."""
    inner = bytes([command, display, len(data)]) + data
    return bytes([HEADER]) + inner + bytes([sum(inner) % 256])


@asynccontextmanager
async def line(device: Device) -> AsyncIterator[Ask]:
    """A connection: `await ask(command, data)` gives the answer's data, or None where the display refuses.

    Raises: Silent, Garbled; OSError and TimeoutError, where nobody is there or nothing comes.
    """
    async with asyncio.timeout(STEP):
        reader, writer = await asyncio.open_connection(device.address, device.port)

    async def ask(command: int, data: bytes = b"") -> bytes | None:
        writer.write(frame(command, device.options.id, data))
        try:
            async with asyncio.timeout(STEP):
                front = await reader.readexactly(FRONT)
                if SECURED.startswith(front):
                    raise _secured()
                if front[:3] != bytes([HEADER, ANSWER, device.options.id]):
                    raise garbled(front, f"MDC, id {device.options.id}")
                rest = await reader.readexactly(front[3] + 1)
        except asyncio.IncompleteReadError as error:
            raise Silent(tr("话没说完就挂断了", "it hung up half-way"), error.partial.hex()) from None
        if (sum(front[1:]) + sum(rest[:-1])) % 256 != rest[-1] or rest[1:2] != bytes([command]):
            raise garbled(front + rest, f"MDC {command:02X}")
        if rest[0] not in {ACK, NAK}:
            raise garbled(front + rest, "A / N")
        return rest[2:-1] if rest[0] == ACK else None

    try:
        yield ask
    finally:
        writer.transport.abort()


def _secured() -> Garbled:
    return Garbled(
        tr("显示屏只接受加密的 MDC", "the display takes MDC inside TLS alone"),
        tr("它开着 Secured Protocol", "its Secured Protocol is on"),
        tr("在显示屏菜单里关掉 Secured Protocol", "switch Secured Protocol off in the display's menu"),
    )
