"""Whether somebody is at an address: a TCP connection that is taken, or an echo (RFC 792) that comes back."""

import asyncio
from contextlib import suppress

from roomctl.api import MissingPart, tr
from roomctl.api.devices import Device, Fact, Reading, Unreachable

TRIES = 3
GAP = 0.2
"""Seconds between two tries: a burst is dropped by some switches."""
STEP = 1.0
"""Seconds for one of them."""


async def read(device: Device) -> Reading:
    """By TCP where the inventory names a port, else by echo.

    Raises: Unreachable: nobody took any. MissingPart: this program may send no echo.
    """
    times = await _knocks(device.address, device.port) if device.port else await _echoes(device.address)
    back = [one for one in times if one is not None]
    if not back:
        raise Unreachable(tr("没有应答", "nobody answers"))
    return Reading(
        facts=(
            Fact("latency", round(min(back) * 1000, 2)),  # the others waited for this machine, or for the line
            Fact("loss", round(100 * (1 - len(back) / len(times)))),
            Fact("by", f"TCP {device.port}" if device.port else "ICMP"),
        )
    )


async def _knocks(address: str, port: int) -> list[float | None]:
    """Seconds until each connection was taken; closed at once. Raises: OSError, Unreachable, by the first."""
    clock = asyncio.get_running_loop().time
    times: list[float | None] = []
    for number in range(TRIES):
        began = clock()
        try:
            async with asyncio.timeout(STEP):
                _, writer = await asyncio.open_connection(address, port)
        except TimeoutError:
            if number == 0:
                raise Unreachable(tr("没有应答", "nobody answers")) from None
            times.append(None)
            continue
        except OSError:
            if number == 0:
                raise
            times.append(None)
            continue
        times.append(clock() - began)
        writer.transport.abort()
    return times


async def _echoes(address: str) -> list[float | None]:
    """Seconds of each echo; None for one that did not come back."""
    from icmplib import ICMPLibError, NameLookupError, SocketPermissionError, async_ping  # noqa: PLC0415

    for privileged in (False, True):
        try:
            host = await async_ping(address, count=TRIES, interval=GAP, timeout=STEP, privileged=privileged)
        except SocketPermissionError:
            continue
        except NameLookupError:
            raise Unreachable(tr(f"查不到主机名 {address}", f"no such host name: {address}")) from None
        except ICMPLibError as error:
            raise Unreachable(tr("没有应答", "nobody answers"), str(error)) from None
        times: list[float | None] = [one / 1000 for one in host.rtts]
        return times + [None] * (host.packets_sent - host.packets_received)
    raise MissingPart(
        tr("本程序不能发 ping", "this program may send no ping"),
        tr("系统不允许", "the system forbids it"),
        tr(
            "在清单里给它写 port（TCP），或 sudo sysctl net.ipv4.ping_group_range='0 2147483647'",
            "name a port of it in the inventory (TCP), or: sudo sysctl net.ipv4.ping_group_range='0 2147483647'",
        ),
    )


async def comes_up(device: Device, patience: float) -> bool:
    """Whether it answers before so many seconds have passed."""
    until = asyncio.get_running_loop().time() + patience
    while asyncio.get_running_loop().time() < until:
        with suppress(Unreachable, OSError, TimeoutError):
            await read(device)
            return True
        await asyncio.sleep(GAP)
    return False
