"""Something with an address that takes connections, and says nothing."""

from typing import ClassVar

from roomctl.testing.emulators.base import Fault, Line, TcpEmulator


class HostEmulator(TcpEmulator):
    """A switch, as far as reachability goes."""

    kind: ClassVar[str] = "host"
    title = ("交换机", "Switch")
    group = "网络"
    faults = frozenset({Fault.NONE, Fault.DEAD})

    async def talk(self, line: Line) -> None:
        while await line.reader.read(1024):
            pass


EMULATOR = HostEmulator
