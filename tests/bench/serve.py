"""The host at rest: seconds until it is ready, memory, processor; and what one call into a plugin costs.

python -m tests.bench.serve [IDLE_SECONDS]
"""

import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

import pluggy
import psutil

from roomctl import hookspecs
from roomctl.api import hookimpl
from roomctl.host.manifest import DROP_IN, Manifest, Text
from roomctl.host.plugins import PluginHost
from roomctl.host.status import StatesFile
from roomctl.testing.fakes import FakeContext

READY, MEMORY, CPU = 3.0, 150, 1.0
"""Goals: seconds, MB of launcher and host, per cent of one core."""

CALLS = 2_000


def said(**facts: object) -> None:
    print(json.dumps({"bench": "serve", **facts}))


def serve(data: Path) -> tuple["subprocess.Popen[bytes]", float]:
    """A running launcher, and the seconds until its host answered that it is ready."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "roomctl", "serve", "--port", str(port)],
        env={**os.environ, "ROOMCTL_DATA": str(data)},
        stderr=subprocess.DEVNULL,
    )
    while True:
        with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/ready", timeout=5):
            return process, time.perf_counter() - began
        time.sleep(0.02)


def end(process: "subprocess.Popen[bytes]") -> float:
    began = time.perf_counter()
    process.terminate()
    process.wait()
    return time.perf_counter() - began


def at_rest(data: Path, idle: float) -> None:
    """Starts it a few times on one data folder, and looks at the last one."""
    times, stops = [], []
    for _ in range(5):
        process, seconds = serve(data)
        times.append(seconds)
        stops.append(end(process))
    ready = statistics.median(times)
    said(what="ready", seconds=round(ready, 2), goal=f"<= {READY}", met=ready <= READY)
    said(what="stop", seconds=round(statistics.median(stops), 2), goal="<= 5", met=max(stops) <= 5)
    process, _ = serve(data)
    family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    time.sleep(3)
    before = sum(sum(one.cpu_times()[:2]) for one in family)
    time.sleep(idle)
    cpu = 100 * (sum(sum(one.cpu_times()[:2]) for one in family) - before) / idle
    sizes = [one.memory_info().rss / 1e6 for one in family]
    end(process)
    said(
        what="idle memory",
        mb=round(sum(sizes)),
        each=[round(one) for one in sizes],
        goal=f"<= {MEMORY}",
        met=sum(sizes) <= MEMORY,
    )
    said(what="idle cpu", percent=round(cpu, 2), goal=f"<= {CPU}", met=cpu <= CPU)


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
    said(
        what="hook call",
        us=round(ours, 1),
        baseline="pluggy broadcast in the same thread",
        baseline_us=round(theirs, 1),
        ratio=round(ours / theirs, 1),
    )


def main(idle: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        one_call(Path(folder) / "calls")
        at_rest(Path(folder) / "data", idle)


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 20.0)
