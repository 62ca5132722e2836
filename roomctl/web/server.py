"""The web server that the host runs, loaded without what only clients need."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from socket import socket
from typing import Any

from fastapi import FastAPI


@contextmanager
def _without(*names: str) -> Iterator[None]:
    """What is imported inside does without these libraries, as where they are not installed."""
    hidden = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # None: Python's own sign for it
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


with _without("aiohttp", "requests"):  # the HTTP of its clients: a tenth of the memory of a host at rest
    import_module("socketio")  # NiceGUI's, which finds it here
with _without("watchfiles"):  # it starts a server anew whose source is edited
    import uvicorn


class Server(uvicorn.Server):
    """Ends when it is told to, and tells what it serves (`state.ending`); signals are the host process's business."""

    def __init__(self, web: FastAPI, **settings: Any) -> None:
        """Args: settings: of `uvicorn.Config`."""
        super().__init__(uvicorn.Config(web, **settings))
        self._web = web

    async def startup(self, sockets: list[socket] | None = None) -> None:
        self._web.state.ending = asyncio.Event()
        await super().startup(sockets)

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        self._web.state.ending.set()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
