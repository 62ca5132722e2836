"""A UDP socket to one device, and what comes back."""

import asyncio
from typing import Any


class Inbox(asyncio.DatagramProtocol):
    """Datagrams as they come; nobody at the port is told as the error that it is."""

    def __init__(self) -> None:
        self._came: asyncio.Queue[bytes | Exception] = asyncio.Queue()
        self.heard = False

    def datagram_received(self, data: bytes, _: Any) -> None:
        self._came.put_nowait(data)

    def error_received(self, error: Exception) -> None:
        self._came.put_nowait(error)

    async def next(self) -> bytes:
        """Raises: OSError."""
        came = await self._came.get()
        if isinstance(came, Exception):
            raise came
        self.heard = True
        return came


async def open_to(address: str, port: int | None) -> tuple[asyncio.DatagramTransport, Inbox]:
    """To be closed by `abort`. Raises: OSError."""
    loop = asyncio.get_running_loop()
    return await loop.create_datagram_endpoint(Inbox, remote_addr=(address, port or 0))
