"""A serial port of this machine, or one behind TCP, for the time of a talk."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

from serialx import SerialException, SerialStreamWriter, open_serial_connection

from roomctl.api import tr
from roomctl.api.devices import Unreachable

STEP = 2.0
"""Seconds until it is open."""
CLOSING = 0.5
"""Seconds until the port is given back; a driver of the system may keep it."""


@contextlib.asynccontextmanager
async def opened(url: str, baud: int) -> AsyncIterator[tuple[asyncio.StreamReader, SerialStreamWriter[Any]]]:
    """A path such as `/dev/ttyUSB0`, or `tcp://address:port`. Raises: Unreachable, OSError, TimeoutError."""
    try:
        async with asyncio.timeout(STEP):
            reader, writer = await open_serial_connection(url, baudrate=baud)
    except SerialException as error:
        raise Unreachable(tr(f"打不开 {url}", f"cannot open {url}"), str(error)) from None
    try:
        yield reader, writer
    finally:
        writer.transport.abort()
        with contextlib.suppress(TimeoutError, OSError):
            await asyncio.wait_for(asyncio.shield(writer.transport.wait_closed()), CLOSING)
