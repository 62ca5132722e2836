"""Heads of messages as RTSP and SIP have them: lines, up to an empty one."""

import asyncio

from roomctl.api import tr
from roomctl.api.devices import Silent, garbled

LONGEST = 16_384
"""Bytes: the limit of the stream it is read from. Those of devices have some hundred."""
END = b"\r\n\r\n"


async def head(reader: asyncio.StreamReader, begins: bytes, protocol: str) -> bytes:
    """The next one, its empty line included; what begins otherwise is not waited for. Raises: Silent, Garbled."""
    came = b""
    try:
        came = await reader.readexactly(len(begins))
        if came == begins:
            return came + await reader.readuntil(END)
    except asyncio.IncompleteReadError as error:
        came += error.partial
        if not came:
            raise Silent(tr("没有回答就挂断了", "it hung up without an answer")) from None
    except asyncio.LimitOverrunError as error:
        came += await reader.readexactly(error.consumed)
    raise garbled(came, protocol)
