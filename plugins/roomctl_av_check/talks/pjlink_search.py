"""The search of class 2: one packet to all, and every projector tells its MAC address (PJLink 5.1, class 2, 3.2)."""

import asyncio
import re
from collections.abc import Sequence
from typing import Any

from roomctl.api.devices import Found

PORT = 4352
BROADCAST = "255.255.255.255"
SEARCH = b"%2SRCH\r"
ANSWER = re.compile(rb"%2ACKN=((?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2})\r")


class _Answers(asyncio.DatagramProtocol):
    """Who answered, by address; anything else that comes is none."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}

    def datagram_received(self, data: bytes, addr: Any) -> None:
        if match := ANSWER.fullmatch(data):
            self.found[addr[0]] = match[1].decode("ascii")


async def search(seconds: float, address: str = BROADCAST, port: int = PORT) -> Sequence[Found]:
    """Asks twice, since a packet may be lost, and listens. Raises: OSError, where this machine has no network."""
    loop = asyncio.get_running_loop()
    transport, answers = await loop.create_datagram_endpoint(
        _Answers,
        local_addr=("0.0.0.0", 0),  # noqa: S104 - whichever network they are on
        allow_broadcast=True,
    )
    try:
        for _ in range(2):
            transport.sendto(SEARCH, (address, port))
            await asyncio.sleep(seconds / 2)
    finally:
        transport.abort()
    return [Found(kind="pjlink", address=where, port=PORT, says=mac) for where, mac in sorted(answers.found.items())]
