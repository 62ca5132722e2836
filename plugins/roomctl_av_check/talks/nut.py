"""The talk with a server of Network UPS Tools (NUT developer guide, “Network protocol information”)."""

import asyncio
import re
from collections.abc import Iterable, Mapping
from typing import Self

from roomctl.api import BadInput, tr
from roomctl.api.devices import Device, LoginRefused, Secret, Silent, garbled
from roomctl_av_check.talks import lines
from roomctl_av_check.talks.troubles import no_answer

STEP = 2.0
"""Seconds for one line."""
LONGEST = 4096
"""Bytes of a line; values have some hundred."""
MOST = 1000
"""Variables of a UPS; the longest lists of drivers have some 200."""
_WORD = re.compile(r'"((?:[^"\\]|\\.)*)"|(\S+)')
_REFUSED = frozenset(
    {"ACCESS-DENIED", "PASSWORD-REQUIRED", "USERNAME-REQUIRED", "INVALID-PASSWORD", "INVALID-USERNAME"}
)
_LOST = frozenset({"DATA-STALE", "DRIVER-NOT-CONNECTED"})


def words(line: str) -> list[str]:
    """A line's words; one in quotes may have spaces, and quotes and backslashes after a backslash."""
    return [re.sub(r"\\(.)", r"\1", match[1]) if match[1] is not None else match[2] for match in _WORD.finditer(line)]


def quoted(word: str) -> str:
    """The inverse, for a word that may have spaces."""
    return '"' + re.sub(r'(["\\])', r"\\\1", word) + '"'


class Refused(Exception):  # noqa: N818 - never leaves this module and its driver
    """`ERR` and its word."""


class _Line:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def open(cls, device: Device) -> Self:
        return cls(*await asyncio.open_connection(device.address, device.port, limit=LONGEST))

    def close(self) -> None:
        self._writer.transport.abort()

    async def ask(self, command: str) -> list[str]:
        """The words of the one line that answers. Raises: Refused, Silent, Garbled, LoginRefused."""
        self._writer.write(f"{command}\n".encode())
        return await self._next()

    async def listed(self, what: str) -> list[list[str]]:
        """The lines of `LIST what`, without what each begins with."""
        head = words(what)
        if await self.ask(f"LIST {what}") != ["BEGIN", "LIST", *head]:
            raise garbled(" ".join(head), "NUT")
        found: list[list[str]] = []
        while (told := await self._next()) != ["END", "LIST", *head]:
            if told[: len(head)] != head or len(found) >= MOST:
                raise garbled(" ".join(told), "NUT")
            found.append(told[len(head) :])
        return found

    async def _next(self) -> list[str]:
        try:
            async with asyncio.timeout(STEP):
                came = await lines.until(self._reader, b"\n", "NUT")
        except TimeoutError:
            raise no_answer() from None
        told = words(came.decode("utf-8", "replace"))
        if told[:1] == ["ERR"]:
            raise _refusal(told[1] if len(told) > 1 else "")
        return told


def _refusal(word: str) -> Exception:
    if word in _REFUSED:
        return LoginRefused(
            tr("服务器拒绝登录", "the server refuses the login"),
            word,
            tr("核对 secrets.toml，或 upsd.users 与 upsd.conf", "see secrets.toml, or upsd.users and upsd.conf"),
        )
    if word in _LOST:
        return Silent(
            tr("服务器在，UPS 失去联系", "the server is there and has lost its UPS"),
            word,
            tr("查看 UPS 的 USB 或串口线", "see the USB or serial cable of the UPS"),
        )
    return Refused(word)


async def variables(device: Device, secret: Secret) -> Mapping[str, str]:
    """All variables of the UPS that the options name; without a name, of the only one that there is.

    Raises: BadInput: no such UPS, with those that there are.
    """
    line = await _Line.open(device)
    try:
        for command, word in (("USERNAME", secret.user), ("PASSWORD", secret.password)):
            if word:
                await line.ask(f"{command} {quoted(word)}")
        name = device.options.ups or _only(told[0] for told in await line.listed("UPS") if told)
        try:
            return {told[0]: told[1] for told in await line.listed(f"VAR {name}") if len(told) > 1}
        except Refused as refused:
            if str(refused) != "UNKNOWN-UPS":
                raise
            names = [told[0] for told in await line.listed("UPS") if told]
            raise _choice(tr(f"没有 UPS {name}", f"there is no UPS {name}"), names) from None
    except Refused as refused:
        raise garbled(f"ERR {refused}", "NUT") from None
    finally:
        line.close()


def _only(names: Iterable[str]) -> str:
    known = list(names)
    if len(known) != 1:
        raise _choice(tr(f"服务器上有 {len(known)} 台 UPS", f"the server has {len(known)} UPS"), known)
    return known[0]


def _choice(what: str, names: list[str]) -> BadInput:
    return BadInput(what, tr("现有：", "known: ") + (", ".join(names) or "-"), 'options = { ups = "…" }')
