"""Answers that end with a certain byte, over TCP."""

import asyncio

from roomctl.api.devices import garbled
from roomctl_av_check.talks.troubles import broken_off

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
        raise broken_off(why) from None
    except asyncio.LimitOverrunError:
        raise garbled(await reader.read(SHOWN), wanted) from None
