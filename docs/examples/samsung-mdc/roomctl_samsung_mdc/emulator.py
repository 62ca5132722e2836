"""A display that is not there: MDC over a real socket, with faults that can be switched."""

from typing import ClassVar

from roomctl.testing.emulators import Fault, TcpEmulator
from roomctl.testing.emulators.base import Line
from roomctl_samsung_mdc import protocol


class MdcEmulator(TcpEmulator):
    """Switches on and off, has two inputs, and errors.

    Attributes:
        looks: so many looks at its power pass before an order to switch is done. errors: as *Display Status* tells.

    """

    kind: ClassVar[str] = "samsung_mdc"
    title = ("显示屏", "Display")
    group = "显示"
    faults = TcpEmulator.faults | {Fault.OTHER, Fault.STANDBY, Fault.VERSION}

    def __init__(self, *, display: int = 0, looks: int = 0) -> None:
        super().__init__()
        self.display, self.looks = display, looks
        self.power, self.wanted, self.input, self.volume = 1, 1, 0x21, 20
        self.errors = bytes([0, 0, 2, 0, 41, 2])

    def options(self) -> dict[str, int]:
        return {"id": self.display}

    async def talk(self, line: Line) -> None:
        if self.fault is Fault.VERSION:  # as where Secured Protocol is on; what comes is no TLS, so it hangs up
            await line.send(protocol.SECURED)
            await line.reader.read(1)
            return
        while True:
            front = await line.reader.readexactly(protocol.FRONT)
            data = (await line.reader.readexactly(front[3] + 1))[:-1]
            if front[0] != protocol.HEADER or front[2] not in {self.display, 0xFE}:
                return  # nobody of that id is on this line
            told = self._answer(front[1], data)
            inner = bytes([protocol.NAK, front[1], 0]) if told is None else bytes([protocol.ACK, front[1]]) + told
            display = self.display + (self.fault is Fault.OTHER)
            await line.send(protocol.frame(protocol.ANSWER, display, inner))

    def _answer(self, command: int, data: bytes) -> bytes | None:
        asleep = self.fault is Fault.STANDBY or not self.power
        match command, data:
            case protocol.STATUS, b"":
                return bytes([not asleep, self.volume, 0, self.input, 16, 0, 0])
            case protocol.POWER, _:
                return self._switch(data)
            case protocol.INPUT, _ if not asleep:
                self.input = data[0] if data else self.input
                return bytes([self.input])
            case protocol.ERRORS, b"" if not asleep:
                return self.errors
            case protocol.MODEL, b"" if not asleep:
                return b"QM55B\x00"
        return None

    def _switch(self, data: bytes) -> bytes:
        if data:
            self.wanted = data[0]
            return data
        if self.looks:
            self.looks -= 1
        else:
            self.power = self.wanted
        return bytes([self.power])
