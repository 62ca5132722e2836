"""A real WebDAV server on this machine: WsgiDAV on Cheroot, with one user."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cheroot.wsgi import Server
from wsgidav.wsgidav_app import WsgiDAVApp

USER, PASSWORD = "roomctl", "open sesame"


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The folder, until the block ends; gives the URL."""
    app = WsgiDAVApp(
        {
            "provider_mapping": {"/": str(folder)},
            "simple_dc": {"user_mapping": {"*": {USER: {"password": PASSWORD}}}},
            "http_authenticator": {"accept_basic": True, "accept_digest": False, "default_to_digest": False},
            "verbose": 0,
            "logging": {"enable": False},
        }
    )
    server = Server(("127.0.0.1", 0), app, numthreads=4)
    server.prepare()
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.bind_addr[1]}"
    finally:
        server.stop()
        thread.join()


if __name__ == "__main__":
    with serving(Path(sys.argv[1])) as address:
        print(f"{address}, until it is ended", flush=True)
        while True:
            time.sleep(60)
