"""A server of Network UPS Tools with one UPS or several."""

import shlex
from typing import ClassVar

from roomctl.domain.devices import Secret
from roomctl.testing.emulators.base import Fault, Line, TcpEmulator

USER, PASSWORD = "roomctl", "upsmon"


class UpsEmulator(TcpEmulator):
    """Answers USERNAME, PASSWORD, LIST UPS, LIST VAR and LOGOUT.

    Attributes:
        variables: UPS → its variables. refuses: an ERR word for each LIST VAR, such as DATA-STALE.

    """

    kind: ClassVar[str] = "ups"
    title = ("不间断电源", "UPS")
    group = "供电"
    faults = TcpEmulator.faults | {Fault.OTHER, Fault.PASSWORD}

    def __init__(self, *, password: str = PASSWORD) -> None:
        super().__init__()
        self.password, self.refuses = password, ""
        self.variables = {
            "rack": {
                "battery.charge": "100",
                "battery.runtime": "2760",
                "device.mfr": "Emulated",
                "device.model": 'Rack "1500"',
                "ups.load": "23",
                "ups.status": "OL",
            }
        }

    def secret(self) -> Secret | None:
        return Secret(USER, self.password) if self.password else None

    async def talk(self, line: Line) -> None:
        user = password = ""
        while True:
            asked = shlex.split((await line.reader.readuntil(b"\n")).decode("utf-8", "replace"))
            match asked:
                case ["USERNAME", user]:
                    await line.send(b"OK\n")
                case ["PASSWORD", password]:
                    await line.send(b"OK\n")
                case ["LIST", "UPS"]:
                    await line.send(_listed("UPS", [f'{name} "emulated"' for name in self.variables]))
                case ["LIST", "VAR", name]:
                    await line.send(self._told(name, (user, password)).encode() if not self.refuses else self._no())
                case ["LOGOUT"]:
                    await line.send(b"OK Goodbye\n")
                    return
                case _:
                    await line.send(b"ERR UNKNOWN-COMMAND\n")

    def _no(self) -> bytes:
        return f"ERR {self.refuses}\n".encode()

    def _told(self, name: str, who: tuple[str, str]) -> str:
        wanted = self.password + ("!" if self.fault is Fault.PASSWORD else "")
        if wanted:
            self.logins += 1
            if who != (USER, wanted):
                return "ERR ACCESS-DENIED\n"
        if name not in self.variables:
            return "ERR UNKNOWN-UPS\n"
        shown = "other" if self.fault is Fault.OTHER else name
        rows = [f"{key} {_quoted(value)}" for key, value in self.variables[name].items()]
        return _listed(f"VAR {shown}", rows).decode()


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _listed(what: str, rows: list[str]) -> bytes:
    told = [f"BEGIN LIST {what}", *(f"{what} {row}" for row in rows), f"END LIST {what}"]
    return "".join(f"{row}\n" for row in told).encode()


EMULATOR = UpsEmulator
