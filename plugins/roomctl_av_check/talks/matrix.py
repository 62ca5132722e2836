"""The talk with a matrix in lines of text, over a serial port or TCP; its strings stand in matrix.toml."""

import asyncio
import contextlib
import re
import tomllib
from collections.abc import AsyncIterator, Sequence
from functools import cache
from pathlib import Path

from roomctl.api import Refused, tr
from roomctl.api.devices import Deed, Device, Fact, Reading, garbled
from roomctl_av_check.matrix_table import Table
from roomctl_av_check.talks import wire
from roomctl_av_check.talks.places import authority
from roomctl_av_check.talks.troubles import broken_off, no_answer

TABLES = Path(__file__).with_name("matrix.toml")
STEP = 1.5
"""Seconds for one answer; a matrix answers within some tenths, and at 9600 baud a line takes 20 ms."""
LINE = 256
"""Bytes of a line; the longest of those protocols have some 60."""
STRAY = 8
"""Lines that belong to nothing, after which it is another protocol."""


@cache
def tables() -> dict[str, Table]:
    """By name."""
    return {name: Table(**told) for name, told in tomllib.loads(TABLES.read_text(encoding="utf-8")).items()}


async def read(device: Device, table: Table, outputs: Sequence[int]) -> Reading:
    """Its model, and the input of each output.

    Raises: Unreachable, Silent, Garbled, Refused; OSError, TimeoutError.
    """
    async with _open(device, table) as line:
        model = await line.ask(table.model, table.model_is)
        shown = [await _route(line, table, output) for output in outputs]
    routes = " ".join(f"{output}←{one}" for output, one in zip(outputs, shown, strict=True))
    return Reading(facts=(Fact("model", model["model"].strip()), Fact("routes", routes)))


async def tie(device: Device, table: Table, route: tuple[int, int]) -> Deed:
    """Output and input; read back. Raises: as `read`."""
    output, wanted = route
    async with _open(device, table) as line:
        await line.ask(table.tie.format(output=output, input=wanted), table.tied)
        shown = await _route(line, table, output)
    return Deed(f"{output}←{wanted}", f"{output}←{shown}")


async def _route(line: "_Line", table: Table, output: int) -> int:
    match = await line.ask(table.route.format(output=output), table.route_is)
    of = match.groupdict().get("output")
    if of is not None and int(of) != output:
        raise garbled(match[0], tr(f"输出 {output} 的回答", f"an answer for output {output}"))
    return int(match["input"])


@contextlib.asynccontextmanager
async def _open(device: Device, table: Table) -> AsyncIterator["_Line"]:
    """A port of this machine, or `address:port`."""
    url = f"tcp://{authority(device.address, device.port)}" if device.port else device.address
    async with wire.opened(url, table.baud) as (reader, writer):
        yield _Line(reader, writer, table)


class _Line:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, table: Table) -> None:
        self._reader, self._writer, self._table = reader, writer, table
        self._came = bytearray()

    async def ask(self, said: str, wanted: str) -> re.Match[str]:
        """The first line that fits. Raises: Refused, Silent, Garbled."""
        self._writer.write(said.encode("ascii"))
        strays: list[str] = []
        try:
            async with asyncio.timeout(STEP):
                while len(strays) < STRAY:
                    line = await self._next()
                    if re.fullmatch(self._table.refused, line):
                        raise Refused(
                            tr(f"矩阵不接受 {said.strip()}", f"the matrix does not take {said.strip()}"),
                            line,
                            tr("核对输入、输出编号和协议", "see the numbers of input and output, and the protocol"),
                        )
                    if match := re.fullmatch(wanted, line):
                        return match
                    strays.append(line)
        except TimeoutError:
            if not strays and not self._came:
                raise no_answer() from None
        raise garbled("\n".join(strays).encode() or bytes(self._came), self._table.title)

    async def _next(self) -> str:
        """A line that is not empty; CR, LF or both end it. Raises: Silent, Garbled."""
        while True:
            end = min((at for at in (self._came.find(b"\r"), self._came.find(b"\n")) if at >= 0), default=-1)
            if end >= 0:
                line = bytes(self._came[:end])
                del self._came[: end + 1]
                if line.strip():
                    return line.decode("ascii", "backslashreplace").strip()
                continue
            if len(self._came) > LINE:
                raise garbled(bytes(self._came), self._table.title)
            more = await self._reader.read(LINE)
            if not more:
                raise broken_off(repr(bytes(self._came[:40])))
            self._came += more
            if len(re.findall(rb"[\t\r\n -~]", self._came)) < len(self._came) / 2:  # another rate, or no text at all
                raise garbled(bytes(self._came), self._table.title)
