"""A PC that sleeps until the magic packet for its network card comes."""

import asyncio
from collections.abc import Mapping
from typing import Any, ClassVar

from roomctl.testing.emulators.base import Fault, Line, TcpEmulator

MAC = "02:00:00:00:00:01"
"""A locally administered address (IEEE 802, 8.2)."""


class PcEmulator(TcpEmulator):
    """Takes connections while it is awake; asleep, it only hears its packet, and wakes by it.

    Attributes:
        heard: packets that came, right or wrong.

    """

    kind: ClassVar[str] = "pc"
    title = ("显示电脑", "Display PC")
    group = "显示"
    faults = frozenset({Fault.NONE, Fault.DEAD, Fault.STANDBY})

    def __init__(self, *, mac: str = MAC, may_sleep: bool = True) -> None:
        super().__init__()
        self.mac, self.may_sleep = mac, may_sleep
        self.heard: list[bytes] = []
        self.wake_port = 0
        self._ear: asyncio.DatagramTransport | None = None
        self._waking: asyncio.Task[None] | None = None

    def options(self) -> Mapping[str, Any]:
        return {"mac": self.mac, "broadcast": self.host, "wake_port": self.wake_port, "awake": not self.may_sleep}

    async def listen(self) -> None:
        emulator = self

        class Ear(asyncio.DatagramProtocol):
            def datagram_received(self, data: bytes, addr: Any) -> None:
                del addr
                emulator._hear(data)

        if self._ear is None:
            loop = asyncio.get_running_loop()
            self._ear, _ = await loop.create_datagram_endpoint(Ear, local_addr=(self.host, self.wake_port))
            self.wake_port = self._ear.get_extra_info("sockname")[1]
        await super().listen()

    async def switch(self, fault: Fault, **more: Any) -> None:
        asleep = self.fault is Fault.STANDBY
        await super().switch(fault, **more)
        if fault is Fault.STANDBY:
            await super().stop()
        elif asleep and fault is not Fault.DEAD:
            await self.listen()

    async def stop(self) -> None:
        if self._ear is not None:
            self._ear.close()
            self._ear = None
        await super().stop()
        await asyncio.sleep(0)

    def _hear(self, packet: bytes) -> None:
        self.heard.append(packet)
        right = b"\xff" * 6 + bytes.fromhex(self.mac.replace(":", "")) * 16
        if packet == right and self.fault is Fault.STANDBY and self._waking is None:
            self._waking = asyncio.get_running_loop().create_task(self._wake())

    async def _wake(self) -> None:
        self.fault = Fault.NONE
        await self.listen()
        self._waking = None

    async def talk(self, line: Line) -> None:
        while await line.reader.read(1024):
            pass


EMULATOR = PcEmulator
