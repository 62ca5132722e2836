"""An application of the web over a real socket."""

import socket
import threading
from contextlib import contextmanager

from roomctl.web.server import Server
from tests.waiting import PATIENCE, until


@contextmanager
def served(web):
    """The application on a port of this machine, in a thread."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = Server(web, loop="asyncio", log_level="error", timeout_graceful_shutdown=1)
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        try:
            until(lambda: server.started)
            yield listening.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(PATIENCE)
        assert not thread.is_alive()
