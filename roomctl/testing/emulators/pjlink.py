"""A projector with PJLink, class 2 and a password (PJLink specification 5.1, JBMIA 2017)."""

import asyncio
import contextlib
import hashlib
import secrets
from collections.abc import Callable
from typing import Any, ClassVar

from roomctl.domain.devices import Secret
from roomctl.testing.emulators.base import Fault, Line, TcpEmulator

PASSWORD = "JBMIAProjector"  # noqa: S105 - the one that the specification's examples use
_ASLEEP = frozenset({"INPT", "AVMT", "INST", "LAMP", "FILT", "FREZ", "IRES", "RRES"})
"""What many models answer with ERR3 in standby."""


class _Ear(asyncio.DatagramProtocol):
    """Answers the search of class 2, at the port of the emulator."""

    def __init__(self, emulator: "PjlinkEmulator") -> None:
        self.emulator, self.transport = emulator, None

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        if data == b"%2SRCH\r" and self.transport is not None and self.emulator.version > 1:
            self.transport.sendto(f"%2ACKN={self.emulator.mac}\r".encode(), addr)


class PjlinkEmulator(TcpEmulator):
    """Powers on and off, has two inputs, lamps with hours, a filter, and the six errors.

    Attributes:
        version: class 1 or 2, as it is now. warms: an order to switch is first answered by “warming up” or “cooling
            down”, until the next look; settles: or for ever.
        power: POWR's value; input: INPT's; lamps: hours and lit; errors: ERST's six digits.

    """

    kind: ClassVar[str] = "pjlink"
    title = ("投影机", "Projector")
    group = "显示"
    faults = TcpEmulator.faults | {Fault.OTHER, Fault.STANDBY, Fault.PASSWORD, Fault.VERSION}

    def __init__(self, *, password: str = PASSWORD, version: int = 2) -> None:
        super().__init__()
        self.password, self._made = password, version
        self.power, self.input, self.errors = "1", "31", "000000"
        self.lamps = [(1200, True)]
        self.filter_hours = 300
        self.warms, self.settles = False, True
        self.name = "会议室投影"
        self.mac = "02:00:00:00:00:43"
        self._ear: asyncio.BaseTransport | None = None

    @property
    def version(self) -> int:
        """The other class than it was made with, with `Fault.VERSION`."""
        return 3 - self._made if self.fault is Fault.VERSION else self._made

    async def listen(self) -> None:
        await super().listen()
        loop = asyncio.get_running_loop()
        with contextlib.suppress(OSError):  # that port is taken for UDP: it is not found by a search
            self._ear, _ = await loop.create_datagram_endpoint(lambda: _Ear(self), local_addr=(self.host, self.port))

    async def stop(self) -> None:
        if self._ear is not None:
            self._ear.close()
            self._ear = None
        await super().stop()
        await asyncio.sleep(0)

    def secret(self) -> Secret | None:
        return Secret(password=self.password) if self.password else None

    async def talk(self, line: Line) -> None:
        salt = secrets.token_hex(4)
        wanted = self.password + ("!" if self.fault is Fault.PASSWORD else "")
        await line.send(f"PJLINK 1 {salt}\r".encode() if wanted else b"PJLINK 0\r")
        known = not wanted
        digest = hashlib.md5((salt + wanted).encode()).hexdigest()  # noqa: S324 - the protocol's own
        while True:
            asked = (await line.reader.readuntil(b"\r")).decode("ascii", "replace").rstrip("\r")
            if not known:
                self.logins += 1
                if asked[:32] != digest:
                    await line.send(b"PJLINK ERRA\r")
                    return
                known, asked = True, asked[32:]
            await line.send(self._answer(asked).encode())

    def _answer(self, asked: str) -> str:
        version, command, told = asked[1:2], asked[2:6].upper(), asked[7:]
        table = self._queries() if told == "?" else self._orders()
        if version not in {"1", "2"} or int(version) > self.version or command not in table:
            return f"%{version}{command}=ERR1\r"
        if self._sleeps and command in _ASLEEP:
            return f"%{version}{command}=ERR3\r"
        name = "CLSS" if self.fault is Fault.OTHER else command
        return f"%{version}{name}={table[command](told)}\r"

    @property
    def _sleeps(self) -> bool:
        return self.fault is Fault.STANDBY or self.power == "0"

    def _queries(self) -> dict[str, Callable[[str], str]]:
        one: dict[str, Callable[[str], str]] = {
            "POWR": lambda _: "0" if self.fault is Fault.STANDBY else self._settled(),
            "INPT": lambda _: self.input,
            "AVMT": lambda _: "30",
            "ERST": lambda _: self.errors,
            "LAMP": lambda _: " ".join(f"{hours} {int(lit)}" for hours, lit in self.lamps),
            "INST": lambda _: "11 31 32",
            "NAME": lambda _: self.name,
            "INF1": lambda _: "roomctl",
            "INF2": lambda _: "Emulated",
            "INFO": lambda _: "",
            "CLSS": lambda _: str(self.version),
        }
        two: dict[str, Callable[[str], str]] = {
            "SNUM": lambda _: "EM0001",
            "SVER": lambda _: "1.0",
            "FILT": lambda _: str(self.filter_hours),
            "IRES": lambda _: "1920x1080",
        }
        return one | two if self.version > 1 else one

    def _orders(self) -> dict[str, Callable[[str], str]]:
        return {"POWR": self._switch, "INPT": self._choose}

    def _settled(self) -> str:
        told = self.power
        if self.settles:
            self.power = {"2": "0", "3": "1"}.get(told, told)
        return told

    def _switch(self, told: str) -> str:
        if told not in {"0", "1"}:
            return "ERR2"
        now = {"0": "2", "1": "3"}[told] if self.warms else told
        self.power = now if told != self.power else told
        return "OK"

    def _choose(self, told: str) -> str:
        if told not in {"11", "31", "32"}:
            return "ERR2"
        self.input = told
        return "OK"


EMULATOR = PjlinkEmulator
