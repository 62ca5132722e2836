"""A piece of the transcript's work, done or watched by a command, with a bar and the time left."""

from time import sleep as wait

from rich.console import Console

from roomctl.api import PluginContext, RoomctlError, tr
from roomctl.api.terminal import bar
from roomctl_transcript.service import TranscriptService

LOOK = 0.2
STOP = 10.0
"""Seconds that the work has to come to a stop."""


def follow(ctx: PluginContext, meeting: str, screen: Console) -> bool:
    """Works until nothing is left to do for the meeting; where the host works at it already, it is watched.

    Returns:
        False where somebody pressed Ctrl-C: what is done is kept, and the next one goes on from there.

    Raises:
        RoomctlError: the work is stuck; why, and the mend.

    """
    service = TranscriptService(ctx, only=meeting)
    service.start()
    service.wake()
    try:
        with bar(screen, tr("转写", "transcribing")) as at:
            while rows := service.progress():
                at(sum(row.done for row in rows), sum(row.total for row in rows) or None)
                if trouble := service.failures().get(meeting):
                    raise RoomctlError(trouble)
                wait(LOOK)
    except KeyboardInterrupt:
        return False
    finally:
        service.stop(STOP)
    return True
