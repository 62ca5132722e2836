"""Answers that end with a certain byte, over TCP."""

import asyncio

from roomctl.api import tr
from roomctl.api.devices import Silent, garbled

SHOWN = 64
"""Bytes of what came in place of an answer."""


async def until(reader: asyncio.StreamReader, end: bytes, wanted: str) -> bytes:
    """The next answer, its end included; none is longer than the reader's limit.

    Args:
        wanted: what was expected, such as `VISCA`.

    Raises:
        Silent: it hung up half-way. Garbled: more than the limit, and no end.

    """
    try:
        return await reader.readuntil(end)
    except asyncio.IncompleteReadError as error:
        why = repr(error.partial[:SHOWN]) if error.partial else ""
        raise Silent(tr("话没说完就挂断了", "it hung up half-way"), why) from None
    except asyncio.LimitOverrunError:
        raise garbled(await reader.read(SHOWN), wanted) from None
