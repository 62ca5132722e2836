"""One order to a child process, and what it tells until its answer; ended at once where the room has to be silent."""

import os
import sys
import threading
from collections.abc import Callable, Mapping
from typing import Any

from roomctl.api import PluginContext, Refused, RoomctlError, State, language, tr
from roomctl.api.words import crossed, crossing

LOOK = 0.2
"""Seconds between two looks at whether it has to be silent."""
HUNG = 60.0
"""Seconds without a word: a device opens slowly, and a model is loaded in that time."""
SITTING = (State.IN_SESSION, State.RECESS)


class Silence:
    """Whether the room has to be silent now."""

    def __init__(self, ctx: PluginContext) -> None:
        self._ctx, self._wanted = ctx, threading.Event()

    def want(self) -> None:
        """From now on, for this proof."""
        self._wanted.set()

    def need(self) -> None:
        """Raises: Refused, where a meeting sits by now, or somebody has ended the run."""
        if self._wanted.is_set():
            raise Refused(tr("声学实测已取消", "the acoustic proof was ended"))
        if sitting := self._ctx.services.meetings(*SITTING):
            raise Refused(
                tr("声学实测中止", "the acoustic proof broke off"),
                tr(f"会议“{sitting[0].title}”开始了", f"the meeting “{sitting[0].title}” has begun"),
            )


def failure(error: RoomctlError) -> dict[str, Any]:
    """What a child says of an error that was raised in `paired`."""
    return {"type": "failed", "error": [crossing(part) for part in (error.what, error.why, error.mend)]}


def ask(
    ctx: PluginContext,
    module: str,
    order: Mapping[str, Any],
    silence: Silence,
    progress: Callable[[float, float], None] = lambda _at, _of: None,
) -> Mapping[str, Any]:
    """The answer of `python -m module` to one order.

    Raises: RoomctlError, as the child tells it, or where it has died; Refused, where the room has to be silent.
    """
    argv = [sys.executable, "-P", "-m", module]
    child = ctx.child(argv, heartbeat=HUNG, restarts=0, env={**os.environ, "ROOMCTL_LANG": language()})
    try:
        child.send({"id": 1, **order})
        while True:
            silence.need()
            said = child.receive(LOOK)
            if said is None or said["type"] == "started":
                continue
            if said["type"] == "progress":
                progress(said["at"], said["of"])
            elif said["type"] == "failed":
                raise RoomctlError(*map(crossed, said["error"]))
            else:
                return said
    finally:
        child.stop(1.0)
