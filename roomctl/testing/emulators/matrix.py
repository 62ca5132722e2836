"""A matrix switcher at a serial port: a pseudo-terminal, whose other end is the port that the inventory names."""

import asyncio
import contextlib
import os
import re
import secrets
import tempfile
from abc import abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from roomctl.domain.devices import Device
from roomctl.testing.emulators.base import ENDLESS_BYTES, Emulator, Fault

INPUTS, OUTPUTS = 8, 4
MODEL = "VS-84UT"
PAUSE = 0.002
"""Seconds until a full line may have room again."""


class SerialEmulator(Emulator):
    """At a port of this machine; a kind writes `answer` to each command.

    Attributes:
        path: the port; it is there while the device is not dead.

    """

    faults = frozenset(
        {Fault.NONE, Fault.DEAD, Fault.SILENT, Fault.RUBBISH, Fault.ENDLESS, Fault.SLOW, Fault.MUTATED, Fault.LOST}
    )

    def __init__(self) -> None:
        super().__init__()
        self.path = Path(tempfile.gettempdir()) / f"roomctl-{self.kind}-{secrets.token_hex(4)}"
        self._ends: tuple[int, int] | None = None
        self._heard = b""
        self._work: set[asyncio.Task[None]] = set()
        self._lost = False

    @abstractmethod
    def answer(self, heard: bytes) -> tuple[bytes | None, bytes]:
        """What it says to the first whole command, and what is left; None where there is no whole one yet."""

    def device(self, **changes: Any) -> Device:
        return super().device(**{"address": str(self.path), "port": None, **changes})

    async def listen(self) -> None:
        import tty  # noqa: PLC0415 - there is none on Windows: ImportError

        ends = self._ends = os.openpty()
        for end in ends:  # ours keeps the other end alive between two talks, as a cable does
            tty.setraw(end)
        os.set_blocking(ends[0], False)
        self.path.symlink_to(os.ttyname(ends[1]))
        asyncio.get_running_loop().add_reader(ends[0], self._receive)

    async def stop(self) -> None:
        for task in self._work:
            task.cancel()
        await asyncio.gather(*self._work, return_exceptions=True)
        ends, self._ends = self._ends, None
        if ends is not None:
            asyncio.get_running_loop().remove_reader(ends[0])
            self.path.unlink(missing_ok=True)
            for end in ends:
                os.close(end)

    def _receive(self) -> None:
        if self._ends is None:
            return
        with contextlib.suppress(BlockingIOError, OSError):
            self._heard += os.read(self._ends[0], 1024)
        while True:
            said, self._heard = self.answer(self._heard)
            if said is None:
                return
            if self.fault is Fault.LOST and not self._lost:
                self._lost = True
                continue
            task = asyncio.get_running_loop().create_task(self._say(said))
            self._work.add(task)
            task.add_done_callback(self._work.discard)

    async def _say(self, said: bytes) -> None:
        if self.fault is Fault.ENDLESS:
            sent = 0
            while self.fault is Fault.ENDLESS and sent < ENDLESS_BYTES:
                await self._write(b"\xfe" * 1024)
                sent += 1024
            return
        for piece in await self.spoil(said) or ():
            await self._write(piece)

    async def _write(self, piece: bytes) -> None:
        fault = self.fault
        while piece and self._ends is not None and self.fault is fault:
            try:
                piece = piece[os.write(self._ends[0], piece) :]
            except BlockingIOError:
                await asyncio.sleep(PAUSE)


class MatrixEmulator(SerialEmulator):
    """Kramer Protocol 3000: commands begin with # and end with CR.

    Attributes:
        routes: output → input.

    """

    kind: ClassVar[str] = "matrix"
    title = ("矩阵", "Matrix switcher")
    group = "显示"
    faults = SerialEmulator.faults | {Fault.OTHER}

    def __init__(self) -> None:
        super().__init__()
        self.routes = {output: output for output in range(1, OUTPUTS + 1)}

    def answer(self, heard: bytes) -> tuple[bytes | None, bytes]:
        command, end, rest = heard.partition(b"\r")
        if not end:
            return None, heard
        said = self._said(command.decode("ascii", "replace").strip().lstrip("#"))
        return f"~01@{said}\r\n".encode(), rest

    def _said(self, command: str) -> str:
        if command == "MODEL?":
            return f"MODEL {MODEL}"
        match = re.fullmatch(r"ROUTE(\??) (\d+),(\d+)(?:,(\d+))?", command)
        if match is None:
            return "ERR 001"
        output, wanted = int(match[3]), match[4]
        asked = match[1] == "?"
        if match[2] != "1" or output not in self.routes or asked is not (wanted is None):
            return "ROUTE ERR 003"
        if wanted is not None:
            if not 0 <= int(wanted) <= INPUTS:
                return "ROUTE ERR 003"
            self.routes[output] = int(wanted)
        shown = output % OUTPUTS + 1 if self.fault is Fault.OTHER else output
        return f"ROUTE 1,{shown},{self.routes[output]}"


class SisEmulator(MatrixEmulator):
    """Extron SIS: commands have no end, and answers are terse."""

    title = ("矩阵（SIS）", "Matrix switcher (SIS)")
    faults = SerialEmulator.faults

    def options(self) -> Mapping[str, Any]:
        return {"protocol": "extron-sis"}

    def answer(self, heard: bytes) -> tuple[bytes | None, bytes]:
        match = re.match(rb"(N)|(\d+)%|(\d+)\*(\d+)!|([^N\d])", heard)
        if match is None:
            return None, heard
        name, shown, wanted, output, _ = match.groups()
        said = b"E10"
        if name:
            said = b"60-882-01"
        elif shown and int(shown) in self.routes:
            said = b"%d" % self.routes[int(shown)]
        elif output and int(output) in self.routes and int(wanted) <= INPUTS:
            self.routes[int(output)] = int(wanted)
            said = b"Out%02d In%02d All" % (int(output), int(wanted))
        return said + b"\r\n", heard[match.end() :]


EMULATOR = MatrixEmulator
