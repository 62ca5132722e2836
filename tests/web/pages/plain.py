"""The host's web with one plugin's screens, without pages: in a thread, on a port of its own."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from roomctl.app import Application
from roomctl.serving import Host, Phase
from roomctl.web import keys, ui
from roomctl.web import server as hosts
from roomctl.web.app import build
from roomctl.web.errors import tell_errors
from roomctl.web.plugins import Extras
from tests.waiting import PATIENCE, until


class Server:
    """The host's web in a thread, on a port of its own; it can go away and come back."""

    def __init__(self, web: FastAPI) -> None:
        self.web = web
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    def start(self) -> None:
        self._server = hosts.Server(self.web, port=self.port, log_level="error", timeout_graceful_shutdown=1)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        until(lambda: self._server.started)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(PATIENCE)


@contextmanager
def serving(data: Path, plugin: str) -> Iterator[tuple[Application, Server]]:
    """An application on its own data, whose one plugin is served over a real socket."""
    application = Application(data)
    host = Host(application)
    application.plugins.load({plugin})
    host.phase, host.plugins_up = Phase.READY, True
    web, routes = build(host, pages=False), FastAPI()
    tell_errors(routes, web.state.denials)
    routes.state.sessions = web.state.sessions
    Extras(host, routes).ask()
    web.mount(keys.ROUTES, routes)
    web.mount("/static/ui", StaticFiles(directory=Path(ui.__file__).parent / "static"))
    server = Server(web)
    server.start()
    try:
        yield application, server
    finally:
        server.stop()
        application.close()
