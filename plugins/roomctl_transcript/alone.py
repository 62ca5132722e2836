"""One process works at a meeting's transcript, and the others see how far it is: the host, or a command."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from roomctl.api import PluginContext
from roomctl.api.files import lock_file, unlock_file

LOCK = ".lock"
TELL = 2.0
"""Seconds between two notes of how far it is."""
_DONE = "done"


@contextmanager
def alone(folder: Path) -> Iterator[bool]:
    """Inside, nobody else works in the folder; False where somebody does. The system frees it with the process."""
    handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        mine = lock_file(handle)
        try:
            yield mine
        finally:
            if mine:
                unlock_file(handle)
    finally:
        os.close(handle)


class Done:
    """Seconds of each meeting that are done; what another process does is read from the store."""

    def __init__(self, ctx: PluginContext) -> None:
        self._ctx = ctx
        self._mine: dict[str, float] = {}
        self._told: dict[str, float] = {}

    def at(self, meeting: str, seconds: float) -> None:
        self._mine[meeting] = seconds
        now = self._ctx.clock.monotonic()
        if now - self._told.get(meeting, float("-inf")) >= TELL:
            self._told[meeting] = now
            self._ctx.store(meeting).put(_DONE, round(seconds, 1))

    def clear(self, meeting: str) -> None:
        """Nothing is under way any more."""
        if self._mine.pop(meeting, None) is not None:
            self._ctx.store(meeting).delete(_DONE)
        self._told.pop(meeting, None)

    def __getitem__(self, meeting: str) -> float:
        if (mine := self._mine.get(meeting)) is not None:
            return mine
        return float(self._ctx.store(meeting).get(_DONE, 0.0))
