"""One question to many: to a whole network by broadcast or multicast, or to each address of a range that is named."""

import asyncio
import ipaddress
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psutil

from roomctl.api import BadInput, tr

MOST = 1024
"""Addresses of a range: a network of /22."""
BURST = 32
"""Datagrams after which the line is given a moment."""
MOMENT = 0.01


@dataclass(frozen=True, slots=True)
class Answer:
    """A datagram that came back."""

    address: str
    port: int
    data: bytes


def places(where: str, port: int) -> Sequence[tuple[str, int]]:
    """Addresses and ports of `10.0.0.5`, `10.0.0.5:5000` or `10.0.0.0/24`; empty for an empty one: everybody.

    Raises:
        BadInput: no address, or more than `MOST` of them.

    """
    if not where:
        return ()
    address, colon, told = where.rpartition(":")
    if colon and told.isdecimal() and 0 < int(told) <= 65535:  # noqa: PLR2004 - the last port
        where, port = address, int(told)
    try:
        network = ipaddress.IPv4Network(where, strict=False)
    except ValueError:
        raise BadInput(
            tr(f"不知道在哪里找：{where}", f"cannot search at {where}"),
            mend=tr("写地址或网段，如 192.168.10.0/24", "an address, or a network such as 192.168.10.0/24"),
        ) from None
    if network.num_addresses > MOST:
        raise BadInput(
            tr(f"{where} 太大", f"{where} is too large"),
            tr(f"有 {network.num_addresses} 个地址", f"it has {network.num_addresses} addresses"),
            tr("写小一些的网段，如 /24", "name a smaller network, such as a /24"),
        )
    return [(str(one), port) for one in network.hosts()]


class _Ear(asyncio.DatagramProtocol):
    def __init__(self, heard: list[Answer]) -> None:
        self._heard = heard

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self._heard.append(Answer(addr[0], addr[1], data))


async def ask(packets: Sequence[bytes], where: str, everybody: tuple[str, int], seconds: float) -> Sequence[Answer]:
    """Sends each packet twice, since one may be lost, and listens for so many seconds in all.

    Args:
        everybody: broadcast or multicast address and port of the protocol, for an empty `where`.

    Raises:
        BadInput: as `places` does. OSError: this machine has no network.

    """
    to = places(where, everybody[1]) or [everybody]
    heard: list[Answer] = []
    loop = asyncio.get_running_loop()
    sockets = _sockets(everybody=not where)
    ears: list[asyncio.DatagramTransport] = []
    try:
        for one in sockets:
            ears.append((await loop.create_datagram_endpoint(lambda: _Ear(heard), sock=one))[0])  # noqa: PERF401
        for _ in range(2):
            until = loop.time() + seconds / 2
            for number, place in enumerate(to, 1):
                for ear in ears:
                    for packet in packets:
                        ear.sendto(packet, place)
                if number % BURST == 0:
                    await asyncio.sleep(MOMENT)
            await asyncio.sleep(max(until - loop.time(), 0))
    finally:
        for ear in ears:
            ear.abort()
        for one in sockets[len(ears) :]:
            one.close()
    return heard


def _sockets(*, everybody: bool) -> Sequence[socket.socket]:
    """One; for everybody one for each network of this machine, since a multicast goes out by one of them alone.

    An address that cannot be bound, of a network that is just going away, is passed over.

    Raises: OSError, where none can be bound.
    """
    own = _own_addresses() if everybody else ()
    made: list[socket.socket] = []
    failed: OSError | None = None
    for address in own or ("0.0.0.0",):  # noqa: S104 - whichever network it is on
        one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            one.setblocking(False)  # noqa: FBT003 - the standard library's way
            one.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            if own:
                one.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(address))
            one.bind((address, 0))
        except OSError as error:
            one.close()
            failed = error
        else:
            made.append(one)
    if failed is not None and not made:
        raise failed
    return made


def _own_addresses() -> Sequence[str]:
    return [
        one.address
        for addresses in psutil.net_if_addrs().values()
        for one in addresses
        if one.family == socket.AF_INET and not ipaddress.IPv4Address(one.address).is_loopback
    ]
