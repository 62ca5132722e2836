"""The talk with a camera: one message, its answer, the next message.

Over UDP a message may be lost: an inquiry is asked again under a new number, a command is sent again under its old
one, so that a camera that has it does not do it twice (“Delivery confirmation” of Sony's command lists).
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from roomctl.api import tr
from roomctl.api.devices import Deed, Device, Fact, Reading, Silent, Unreachable, garbled
from roomctl_av_check.talks import lines
from roomctl_av_check.talks import visca_packets as visca
from roomctl_av_check.talks.datagrams import Inbox, open_to
from roomctl_av_check.talks.troubles import no_answer
from roomctl_av_check.talks.visca_packets import Kind, Message, Reply, Says

STEP = 0.4
"""Seconds for one answer; a camera answers within a frame or two."""
TRIES = 3
MOTION = 12.0
"""Seconds from an acknowledged command to its completion: a turn from end to end, slowly."""
LOOK = 0.3
"""Seconds between two looks at a camera that moves or starts."""
PATIENCE = 30.0
"""Seconds that a camera has to start or to fall asleep, where the inventory does not say."""
FIRST = 1
"""Number of the message after a reset, which is number 0."""


class _Refused(Exception):  # noqa: N818 - never leaves this module
    """The camera's own no; its one byte says why."""

    def __init__(self, why: int) -> None:
        super().__init__(f"VISCA {why:02X}")
        self.why = why


class _Link(ABC):
    """A connection; what a wire has in common with datagrams."""

    @abstractmethod
    async def begin(self) -> None: ...

    @abstractmethod
    async def ask(self, packet: bytes) -> bytes:
        """The data of the answer. Raises: _Refused, Silent, Unreachable, Garbled."""

    @abstractmethod
    async def order(self, packet: bytes) -> None:
        """Until it says that it is done. Raises: as `ask` does."""

    @abstractmethod
    def close(self) -> None: ...

    async def told(self, packet: bytes) -> bytes | None:
        """None where this model, or this state, does not tell it."""
        try:
            return await self.ask(packet)
        except _Refused:
            return None


def _data(told: Reply) -> bytes | None:
    """None for “understood, under way”."""
    if told.says is Says.REFUSED:
        raise _Refused(told.data[0])
    return told.data if told.says is Says.DONE else None


class _Datagrams(_Link):
    """VISCA over IP, with numbers."""

    def __init__(self, transport: asyncio.DatagramTransport, inbox: Inbox) -> None:
        self._transport, self._inbox, self._number = transport, inbox, FIRST
        self._acknowledged = False

    async def begin(self) -> None:
        """Numbers begin anew. Some models do not answer this, and answer the rest."""
        with suppress(Silent, Unreachable):
            await self._exchange(Kind.CONTROL, visca.RESET)
        self._number = FIRST

    async def ask(self, packet: bytes) -> bytes:
        return await self._exchange(Kind.INQUIRY, packet)

    async def order(self, packet: bytes) -> None:
        await self._exchange(Kind.COMMAND, packet)

    def close(self) -> None:
        self._transport.abort()

    async def _exchange(self, kind: Kind, packet: bytes) -> bytes:
        self._acknowledged = False
        numbers: set[int] = set()
        for _ in range(TRIES):
            if not numbers or kind is Kind.INQUIRY:
                numbers.add(number := self._next(kind))
            self._transport.sendto(Message(kind, number, packet).bytes())
            with suppress(TimeoutError):
                return await self._answer(kind, numbers)
            if self._acknowledged:
                break  # it has the command, and is not to be told twice
        if self._inbox.heard:
            raise Silent(tr("不再回答", "it does not answer any more"))
        raise Unreachable(tr("没有应答", "nobody answers"))

    def _next(self, kind: Kind) -> int:
        if kind is Kind.CONTROL:
            return 0
        number, self._number = self._number, (self._number + 1) % visca.NUMBERS
        return number

    async def _answer(self, kind: Kind, numbers: set[int]) -> bytes:
        """What comes to one of these numbers; answers to older ones came late, and are nobody's."""
        async with asyncio.timeout(STEP) as patience:
            while True:
                told = await self._message()
                if told.number not in numbers:
                    continue
                if told.kind is Kind.CONTROL_REPLY:
                    if kind is Kind.INQUIRY:
                        raise TimeoutError  # it does not like our number: the next try has another
                    return b""  # reset; or it has this command already
                if kind is Kind.CONTROL:
                    continue
                data = _data(_reply(told.payload))
                if data is not None:
                    return data
                self._acknowledged = True
                patience.reschedule(asyncio.get_running_loop().time() + MOTION)

    async def _message(self) -> Message:
        came = await self._inbox.next()
        try:
            told = visca.message(came)
        except ValueError:
            raise garbled(came, "VISCA over IP") from None
        if told.kind not in {Kind.REPLY, Kind.CONTROL_REPLY}:
            raise garbled(came, "VISCA over IP")
        return told


class _Wire(_Link):
    """Packets as they are, over TCP."""

    def __init__(self, reader: asyncio.StreamReader, writer: Any) -> None:
        self._reader, self._writer = reader, writer

    async def begin(self) -> None:
        """Nothing is to be agreed."""

    async def ask(self, packet: bytes) -> bytes:
        return await self._exchange(packet)

    async def order(self, packet: bytes) -> None:
        await self._exchange(packet)

    def close(self) -> None:
        self._writer.transport.abort()

    async def _exchange(self, packet: bytes) -> bytes:
        self._writer.write(packet)
        try:
            async with asyncio.timeout(TRIES * STEP) as patience:
                while True:
                    data = _data(_reply(await lines.until(self._reader, b"\xff", "VISCA")))
                    if data is not None:
                        return data
                    patience.reschedule(asyncio.get_running_loop().time() + MOTION)
        except TimeoutError:
            raise no_answer() from None


class _Serial(_Wire):
    """Packets over a serial port, where each camera of a chain is first given its address."""

    async def begin(self) -> None:
        """The first camera is 1 from now on; what was left on the line is passed over."""
        self._writer.write(visca.ADDRESS_SET)
        with suppress(TimeoutError):
            async with asyncio.timeout(STEP):
                while (await lines.until(self._reader, b"\xff", "VISCA"))[0] != visca.EVERYBODY:
                    pass


def _reply(packet: bytes) -> Reply:
    try:
        return visca.reply(packet)
    except ValueError:
        raise garbled(packet, "VISCA") from None


@asynccontextmanager
async def _talk(device: Device) -> AsyncIterator[_Link]:
    """Raises: OSError, Unreachable, where nobody takes the connection."""
    link: _Link
    if device.options.transport == "serial":
        from roomctl_av_check.talks import wire  # noqa: PLC0415 - a library's

        async with wire.opened(device.address, device.options.baud) as ends:
            link = _Serial(*ends)
            await link.begin()
            yield link
        return
    if device.options.transport == "tcp":
        link = _Wire(*await asyncio.open_connection(device.address, device.port, limit=visca.LONGEST))
    else:
        link = _Datagrams(*await open_to(device.address, device.port))
    try:
        await link.begin()
        yield link
    finally:
        link.close()


async def read(device: Device) -> Reading:
    """Power and version; of a camera that is on, where it looks and which preset it was told last."""
    async with _talk(device) as link:
        facts: dict[str, Any] = {"power": await _power(link)}
        asks = {"version": visca.VERSION_INQUIRY}
        if facts["power"] == "on":
            asks |= {
                "position": visca.POSITION_INQUIRY,
                "zoom": visca.ZOOM_INQUIRY,
                "preset": visca.MEMORY_INQUIRY,
            }
        told = {name: await link.told(packet) for name, packet in asks.items()}
    for name, data in told.items():
        if data is not None:
            facts |= _facts(name, data)
    return Reading(facts=tuple(Fact(name, value) for name, value in facts.items()), standby=facts["power"] == "off")


async def _power(link: _Link) -> str:
    try:
        data = await link.ask(visca.POWER_INQUIRY)
    except _Refused as refused:
        raise Silent(tr("不肯说电源状态", "it does not tell whether it is on"), str(refused)) from None
    if data not in {b"\x02", b"\x03", b"\x04"}:
        raise garbled(data, "VISCA CAM_PowerInq")
    return "on" if data[0] == visca.POWER_ON else "off"  # 04: internal power failure of older models


def _facts(name: str, data: bytes) -> dict[str, Any]:
    """Raises: Garbled."""
    try:
        if name == "position":
            pan, tilt = visca.position(data)
            return {"pan": pan, "tilt": tilt}
        if name == "version":
            vendor, model, rom = visca.version(data)
            return {"model": f"{vendor:04X}:{model:04X}", "rom": f"{rom:04X}"}
        if name == "preset":
            (memory,) = data
            return {"preset": memory}
        return {"zoom": visca.nibbles(data)}
    except ValueError:
        raise garbled(data, f"VISCA {name}") from None


async def switch(device: Device, *, on: bool) -> Deed:
    """Asks, then looks until it has started, or sleeps; a camera that starts may be silent for a while."""
    asked, state = ("on", visca.POWER_ON) if on else ("off", visca.POWER_OFF)
    patience = (device.warm_up if on else device.cool_down) or PATIENCE
    async with _talk(device) as link:
        now = await _power(link)
        if now == asked:
            return Deed(asked, now)
        with suppress(_Refused, Silent):  # what is read back tells
            await link.order(visca.power(state))
    until = asyncio.get_running_loop().time() + patience
    while True:
        with suppress(Silent, Unreachable, OSError):
            async with _talk(device) as link:
                now = await _power(link)
        if now == asked or asyncio.get_running_loop().time() >= until:
            return Deed(asked, now)
        await asyncio.sleep(LOOK)


async def recall(device: Device, memory: int) -> Deed:
    """Recalls a preset, waits until the camera stands still, and asks which one it holds itself to be at."""
    async with _talk(device) as link:
        try:
            await link.order(visca.recall(memory))
        except _Refused as refused:
            return Deed(str(memory), tr("拒绝", "refused") + f" ({refused})")
        until = asyncio.get_running_loop().time() + MOTION
        before, now = None, await link.told(visca.POSITION_INQUIRY)
        while now != before and asyncio.get_running_loop().time() < until:
            await asyncio.sleep(LOOK)
            before, now = now, await link.told(visca.POSITION_INQUIRY)
        told = await link.told(visca.MEMORY_INQUIRY)
    if told is None:
        return Deed(str(memory))
    return Deed(str(memory), str(_facts("preset", told)["preset"]))
