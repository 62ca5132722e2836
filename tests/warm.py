"""`roomctl` in processes forked off one that has imported it: as from a shell, but a second or two sooner."""

import multiprocessing
import os
import runpy
import sys
from collections.abc import Mapping, Sequence
from multiprocessing.connection import Connection
from pathlib import Path

WARM = multiprocessing.get_context("forkserver")
WARM.set_forkserver_preload(
    ["roomctl.app", "roomctl.cli.main", "alembic.command", "roomctl.host_process", "roomctl.web.pages"]
)


def command(words: Sequence[str], folder: Path, environment: Mapping[str, str], out: Path, err: Path) -> None:
    """`roomctl` with these words."""
    for number, path in ((1, out), (2, err)):
        with path.open("wb") as file:
            os.dup2(file.fileno(), number)
    _settle(folder, environment)
    sys.argv = ["roomctl", *words]
    runpy.run_module("roomctl", run_name="__main__", alter_sys=True)


def host(port: int, folder: Path, environment: Mapping[str, str], launcher: Connection) -> None:
    """The host as its launcher starts it, until the other end of that pipe is closed."""
    from roomctl import host_process  # noqa: PLC0415 - loaded once, in the process that this one is forked off

    os.dup2(launcher.fileno(), 0)
    with Path(os.devnull).open("wb") as nobody:
        for number in (1, 2):
            os.dup2(nobody.fileno(), number)
    _settle(folder, environment)
    host_process.leave(host_process.main(["--port", str(port)]))


def _settle(folder: Path, environment: Mapping[str, str]) -> None:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
