"""What the host's process loads."""

import subprocess
import sys

UNUSED = ("aiohttp", "requests", "lxml", "numpy", "rich", "typer")
LOADS = f"""
import sys
import roomctl.host_process, roomctl.web.pages
import socketio, roomctl_archive.service
print(*(name for name in {UNUSED} if name in sys.modules))
import aiohttp, requests
"""


def test_a_host_at_rest_holds_no_library_that_it_does_not_use_and_hides_none_from_its_plugins():
    told = subprocess.run([sys.executable, "-c", LOADS], capture_output=True, text=True, check=True)
    assert told.stdout.split() == []
