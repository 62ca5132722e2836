"""How the process leaves."""

import contextlib
import logging
import os
import sys
from typing import NoReturn

from roomctl.host.calls import hung


def leave(code: int) -> NoReturn:
    """Ends the process with this exit code.

    Where a plugin hangs in a thread, at once after the flush: the interpreter's own way out may wait for a lock
    that the thread holds. Else as any program ends.
    """
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()
    if hung():
        logging.shutdown()
        os._exit(code)
    sys.exit(code)
