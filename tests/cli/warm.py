"""`roomctl` in a process that is forked off one which has imported it: as from a shell, but a second sooner."""

import os
import runpy
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import roomctl.app
import roomctl.cli.main  # noqa: F401 - loaded once, for all that are forked


def run(words: Sequence[str], folder: Path, environment: Mapping[str, str], out: Path, err: Path) -> None:
    for number, path in ((1, out), (2, err)):
        with path.open("wb") as file:
            os.dup2(file.fileno(), number)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["roomctl", *words]
    runpy.run_module("roomctl", run_name="__main__", alter_sys=True)
