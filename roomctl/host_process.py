"""The host as the launcher starts it: web server and host in one process, with signs of life on stdout.

python -m roomctl.host_process --host 127.0.0.1 --port 8470
"""

import argparse
import asyncio
import contextlib
import gc
import json
import os
import signal
import socket
import sys
import threading
from collections.abc import Sequence
from typing import Any

from roomctl.app import open_application
from roomctl.errors import Busy, RoomctlError
from roomctl.folders import data_folder
from roomctl.host import logs
from roomctl.host.exit import leave
from roomctl.host.platform import WINDOWS, dump_on_request, few_arenas
from roomctl.host.signs import Sign, Signs
from roomctl.i18n import tr
from roomctl.launcher import RESTART, STACKS
from roomctl.services.ports import Clock
from roomctl.services.time import SystemClock
from roomctl.serving import TICK, Host
from roomctl.web.app import build
from roomctl.web.server import Server

GRACE = 1  # seconds that open requests have at the end
STOP = 3.0  # seconds for services and children; with the rest it stays below what the launcher waits
LAST = 4.0  # seconds after which the process leaves, whatever hangs
_NEW = 10_000  # objects between two looks of the garbage collector; Python's own 700 are few for so many sentences


def main(argv: Sequence[str], *, clock: Clock | None = None, tick: float = TICK) -> int:
    """Runs until the launcher closes its end of stdin; the exit code says whether another start is wanted.

    Args:
        clock: of the application, its schedules and quotas; the machine's own unless told otherwise.
        tick: seconds of wall time between two looks of the host.

    """
    few_arenas()
    clock = clock or SystemClock()
    asked = _arguments(argv)
    signs = Signs.on_stdout()
    data = data_folder()
    data.mkdir(parents=True, exist_ok=True)
    logs.keep(data, rotate=True, monotonic=clock.monotonic)
    application = open_application(data, clock=clock, make=True)
    listening = _listen(asked.host, asked.port)
    (application.data / "logs").mkdir(parents=True, exist_ok=True)
    stacks = (application.data / STACKS).open("w", encoding="utf-8")
    dump_on_request(stacks)
    running = Host(application, signs=signs, tick=tick)
    running.url = f"{'https' if asked.certificate else 'http'}://{_bracketed(asked.host)}:{asked.port}"
    running.start()
    if asked.after:
        running.tell("host.restarted", json.loads(asked.after))
    web = build(running)
    server = Server(
        web,
        log_level="warning",
        timeout_graceful_shutdown=GRACE,
        ssl_certfile=asked.certificate or None,
        ssl_keyfile=asked.key or None,
    )
    code = 0

    def end(wanted: int = 0) -> None:
        nonlocal code
        if not server.should_exit:
            code = wanted
            server.should_exit = True
            last = threading.Timer(LAST, os._exit, (wanted,))  # a hung plugin, a loop that stands
            last.daemon = True
            last.start()

    running.restart = lambda: end(RESTART)
    running.when_ready(_spare_the_collector)
    signal.signal(signal.SIGTERM, lambda *_: end())
    threading.Thread(target=_until_closed, args=(end,), name="launcher", daemon=True).start()
    _greet(running)
    try:
        asyncio.run(_serve(server, listening, signs, application.settings.host.heartbeat))
    finally:
        running.stop(STOP)
    return code


async def _serve(server: Server, listening: socket.socket, signs: Signs, limit: float) -> None:
    async def beat() -> None:
        while True:
            signs.say(Sign.LOOP, limit=limit)
            await asyncio.sleep(min(1.0, limit / 3))

    beating = asyncio.create_task(beat())
    try:
        await server.serve(sockets=[listening])
    finally:
        beating.cancel()


def _spare_the_collector() -> None:
    """What was loaded stays for good: to look through it again cost half the time of an answer with a long text."""
    gc.freeze()
    gc.set_threshold(_NEW)


def _until_closed(end: Any) -> None:
    """The launcher wants the end, or has died."""
    with contextlib.suppress(OSError):
        while os.read(0, 64):
            pass
    end()


def _listen(host: str, port: int) -> socket.socket:
    """Bound before anything is loaded, so that a taken port is told at once."""
    made = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    if not WINDOWS:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
    except OSError as error:
        made.close()
        raise Busy(
            tr(f"不能监听 {host}:{port}", f"cannot listen on {host}:{port}"),
            error.strerror or str(error),
            tr("请用 --port 另选端口", "choose another with --port"),
        ) from None
    return made


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _greet(running: Host) -> None:
    """For people, on stderr. Plain: who writes in colours takes 3 MB for as long as the host runs."""
    data, url = running.application.data, running.url
    told = [tr(f"roomctl 正在运行，数据目录 {data}；{url}", f"roomctl runs on {data}; {url}")]
    if first := running.application.accounts.first_link():
        told.append(
            tr(
                f"还没有管理员。请在 30 分钟内打开（只能用一次）：{url}/first?key={first}",
                f"There is no administrator yet. Open within 30 minutes, once: {url}/first?key={first}",
            )
        )
    if mode := running.safe_mode:
        told.append(
            tr(
                f"安全模式：只运行自带插件。{mode.reason}。离开：{mode.mend}",
                f"Safe mode: built-in plugins only. {mode.reason}. To leave it: {mode.mend}",
            )
        )
    with contextlib.suppress(OSError):  # nobody reads it any more
        print(*told, sep="\n", file=sys.stderr, flush=True)


def _arguments(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="roomctl.host_process")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--certificate", default="")
    parser.add_argument("--key", default="")
    parser.add_argument("--after", default="", help="JSON: what became of the host before this one")
    return parser.parse_args(argv)


if __name__ == "__main__":
    try:
        leave(main(sys.argv[1:]))
    except RoomctlError as error:
        if os.environ.get("ROOMCTL_DEBUG"):
            raise
        print(error, file=sys.stderr)
        sys.exit(error.exit_code)
