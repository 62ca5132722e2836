"""What the host's process loads."""

import subprocess
import sys

UNUSED = ("aiohttp", "requests", "watchfiles", "lxml", "numpy", "rich", "typer")
LOADS = f"""
import sys
import roomctl.host_process, roomctl.web.pages
import socketio, roomctl_archive.service
print(*(name for name in {UNUSED} if name in sys.modules))
import aiohttp, requests
"""
BEGINS = """
import asyncio, gc
from pathlib import Path
from fastapi import FastAPI
from roomctl.web.pages import begin
web = FastAPI()
begin(web, Path("mark.svg"))
looks, gc.get_objects = [], lambda *_: looks.append("all objects") or []
async def application():
    async with web.router.lifespan_context(web):
        print("begun", *looks)
asyncio.run(application())
"""


def test_a_host_at_rest_holds_no_library_that_it_does_not_use_and_hides_none_from_its_plugins():
    told = subprocess.run([sys.executable, "-c", LOADS], capture_output=True, text=True, check=True)
    assert told.stdout.split() == []


def test_nothing_looks_at_what_other_threads_are_just_making_when_the_host_begins():
    """It costs them a SystemError: `tuple(generator)` in CPython before 3.14."""
    told = subprocess.run([sys.executable, "-c", BEGINS], capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["begun"]
