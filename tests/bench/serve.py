"""The host at rest: seconds until it is ready, memory, processor; and what one call into a plugin costs.

python -m tests.bench.serve [--idle 20] [--starts 5]

About a minute and a half in full size.
"""

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pluggy
import psutil

from roomctl import hookspecs
from roomctl.api import hookimpl
from roomctl.host.manifest import DROP_IN, Manifest, Text
from roomctl.host.plugins import PluginHost
from roomctl.host.status import StatesFile
from roomctl.testing.fakes import FakeContext
from tests.bench import Bench, Goal

BARE = "a FastAPI application of one route under uvicorn, a process of its own"
BENCH = Bench(
    __file__,
    {
        "ready": Goal("seconds from start until the host says that it is ready", "<=", 3.0, "s", BARE),
        "stop": Goal("seconds until it has ended, the longest", "<=", 5.0, "s", BARE),
        "memory": Goal("memory of launcher and host at rest", "<=", 150, "MB", BARE),
        "cpu": Goal("processor of launcher and host at rest", "<=", 1.0, "% of a core", BARE),
        "call": Goal("one call into a plugin", "<=", 200, "µs", "pluggy's broadcast in the same thread"),
    },
)
PLAIN = """
import sys, uvicorn
from fastapi import FastAPI
web = FastAPI()
@web.get("/api/v1/ready")
def ready():
    return {}
uvicorn.run(web, port=int(sys.argv[1]), log_level="error")
"""
SETTLED = 3.0
"""Seconds after its start until it is at rest."""
LOOK = 0.02
"""Seconds between two questions whether it is ready."""
PATIENCE = 60.0
"""Seconds after which it will not be ready any more."""
CALLS = 2_000


def serve(argv: Sequence[str], data: Path) -> tuple["subprocess.Popen[bytes]", float]:
    """A running process, and the seconds until it answered that it is ready. Raises: RuntimeError: it never was."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *argv, str(port)],
        env={**os.environ, "ROOMCTL_DATA": str(data)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while time.perf_counter() - began < PATIENCE and process.poll() is None:
        with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/ready", timeout=5):
            return process, time.perf_counter() - began
        time.sleep(LOOK)
    process.kill()
    raise RuntimeError(f"{argv} ended with {process.wait()} before it was ready")


def end(process: "subprocess.Popen[bytes]") -> float:
    began = time.perf_counter()
    process.terminate()
    process.wait()
    return time.perf_counter() - began


@dataclass(frozen=True, slots=True)
class Rest:
    """Seconds until ready and until ended, MB and per cent of a core at rest; of a process and its children."""

    ready: float
    stop: float
    memory: float
    cpu: float


def at_rest(argv: Sequence[str], data: Path, starts: int, idle: float) -> Rest:
    """Starts it a few times on one data folder, and looks at the last one."""
    begun, ended = [], []
    for number in range(starts):
        process, seconds = serve(argv, data)
        begun.append(seconds)
        if number == starts - 1:
            family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
            time.sleep(SETTLED)
            before = sum(sum(one.cpu_times()[:2]) for one in family)
            time.sleep(idle)
            cpu = 100 * (sum(sum(one.cpu_times()[:2]) for one in family) - before) / idle
            memory = sum(one.memory_info().rss for one in family) / 1e6
        ended.append(end(process))
    return Rest(statistics.median(begun), max(ended), memory, cpu)


class Plugin:
    """Answers one hook."""

    @hookimpl
    def roomctl_package_files(self, ctx: object, meeting: object) -> list[object]:
        del ctx, meeting
        return []


def one_call(data: Path) -> None:
    """Our call (thread, deadline, promise, strikes) against pluggy's own broadcast to the same implementation."""
    folder = data / "plugins" / "plain"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text(
        "from roomctl.api import hookimpl\n@hookimpl\ndef roomctl_package_files(ctx, meeting):\n    return []\n",
        encoding="utf-8",
    )
    manifest = Manifest(
        name="plain",
        title=Text("", ""),
        api=1,
        path=folder,
        module="roomctl_dropin.plain",
        source=DROP_IN,
        version="",
        folder="plain",
    )
    host = PluginHost(
        [manifest], lambda one, config: FakeContext(one.name, data, config), StatesFile(data / "p.json")
    )
    host.load()
    manager = pluggy.PluginManager("roomctl")
    manager.add_hookspecs(hookspecs)
    manager.register(Plugin())

    def timed(call: object) -> float:
        began = time.perf_counter()
        for _ in range(CALLS):
            call()  # type: ignore[operator]
        return (time.perf_counter() - began) / CALLS * 1e6

    ours = statistics.median(
        timed(lambda: host.call("plain", "roomctl_package_files", meeting=None)) for _ in range(5)
    )
    theirs = statistics.median(
        timed(lambda: manager.hook.roomctl_package_files(ctx=None, meeting=None)) for _ in range(5)
    )
    host.close()
    BENCH.tell("call", ours, ratio=ours / theirs, baseline_us=round(theirs, 1))


def main(starts: int, idle: float) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        one_call(folder / "calls")
        (folder / "plain.py").write_text(PLAIN, encoding="utf-8")
        ours = at_rest(("-m", "roomctl", "serve", "--port"), folder / "data", starts, idle)
        plain = at_rest((str(folder / "plain.py"),), folder / "data", starts, idle)
    for one in ("ready", "stop", "memory", "cpu"):
        mine, other = getattr(ours, one), getattr(plain, one)
        BENCH.tell(one, mine, ratio=mine / other if other else None, of_baseline=round(other, 2))


if __name__ == "__main__":
    BENCH.run(main, __doc__, starts=(5, 1), idle=(20.0, 3.0))
