"""One process works at a meeting's transcript, and the others see how far it is: the host, or a command."""

from contextlib import AbstractContextManager
from pathlib import Path

from roomctl.api import PluginContext
from roomctl.api.files import locked

LOCK = ".lock"
TELL = 2.0
"""Seconds between two notes of how far it is."""
_DONE = "done"


def alone(folder: Path) -> AbstractContextManager[bool]:
    """Inside, nobody else works in the folder; False where somebody does. The system frees it with the process."""
    return locked(folder / LOCK)


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
