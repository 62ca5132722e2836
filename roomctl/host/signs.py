"""Signs of life: lines of JSON from the host to its launcher, over a pipe that nothing else writes to."""

import json
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from enum import StrEnum
from typing import Any, Self


class Sign(StrEnum):
    """What a line says."""

    LOADING = "loading"
    """With `plugin`: it is loaded next."""
    LOOP = "loop"
    """The event loop goes round. With `limit`: seconds without one that count as a hang."""
    TICK = "tick"
    """The host's own thread goes round."""
    READY = "ready"
    """With `url`."""


class Signs:
    """Where there is no launcher, nobody is told. A full pipe loses signs rather than hold up the host."""

    def __init__(self, handle: int | None = None) -> None:
        self._handle = handle
        if handle is not None:
            os.set_blocking(handle, False)

    @classmethod
    def on_stdout(cls) -> Self:
        """Takes stdout for itself; what plugins print goes to stderr from then on."""
        handle = os.dup(sys.stdout.fileno())
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        return cls(handle)

    def say(self, sign: Sign, **facts: Any) -> None:
        if self._handle is not None:
            line = json.dumps({"sign": sign, **facts}).encode() + b"\n"
            with suppress(OSError):  # the launcher is gone, or does not read
                os.write(self._handle, line)


def read(line: bytes) -> tuple[Sign, Mapping[str, Any]] | None:
    """A line as the launcher takes it; None for anything else."""
    try:
        said = json.loads(line)
        return Sign(said.pop("sign")), said
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
