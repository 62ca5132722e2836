"""Sends sealed segments while the meeting still goes on, so that closing is short.

They go where the package will lie: its id is drawn beforehand. At close they count only where the hash that was sent
is the one that the package's manifest names; whatever else lies there by then is sent again.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import uuid_utils

from roomctl.api import ArchiveTarget, Meeting, PluginContext, State
from roomctl.api.deliveries import SentFile
from roomctl_archive import inventory
from roomctl_archive.delivery import lied, read_back

_RESERVED = "package"
LIVE = (State.IN_SESSION, State.RECESS, State.ADJOURNED)


@dataclass(frozen=True, slots=True)
class Sealed:
    """A segment: its path in the package to come, where it lies, and the hash of its seal."""

    path: str
    source: Path
    sha256: str


def reserve(ctx: PluginContext, meeting: Meeting) -> str:
    """The id of the meeting's first package, drawn when it is first asked for."""
    store = ctx.store(meeting.id)
    drawn = store.get(_RESERVED)
    if not drawn:
        store.put(_RESERVED, drawn := str(uuid_utils.uuid7()))
    return str(drawn)


def waiting(ctx: PluginContext, meeting: Meeting, held: Mapping[str, SentFile]) -> Iterator[Sealed]:
    """Sealed segments that a target has not read back yet, the oldest first."""
    for recording in ctx.services.recordings(meeting.id):
        folder = ctx.services.data / recording.folder
        for segment in recording.segments:
            path = f"{inventory.AUDIO}{recording.id}/{segment.path}"
            sent = held.get(path)
            if segment.sha256_file and not (sent and sent.checked and sent.sha256 == segment.sha256_file):
                yield Sealed(path, folder / segment.path, segment.sha256_file)


def send(ctx: PluginContext, meeting: Meeting, name: str, target: ArchiveTarget, stop: Callable[[], None]) -> int:
    """Sends, and reads back, what has been sealed since; gives how many.

    Raises:
        Damaged: it came back as something else. RoomctlError: what the target says.

    """
    services, reserved = ctx.services, reserve(ctx, meeting)
    sent = 0
    for one in list(waiting(ctx, meeting, services.sent_files(reserved, name))):
        stop()
        place = f"{meeting.id}/{reserved}/{one.path}"
        with one.source.open("rb") as stream:
            stored = target.put(place, stream, one.sha256)
        if read_back(target, place) != one.sha256:
            raise lied(name, [one.path])
        services.put_sent_files(reserved, name, [SentFile(one.path, one.sha256, stored.bytes, checked=True)])
        sent += 1
    return sent


def may(ctx: PluginContext, meeting: Meeting) -> bool:
    """Whether anything may be sent before the meeting is closed: the office wants it. To whom: `ways.open_to`."""
    return ctx.config.send_ahead and meeting.state in LIVE and not ctx.services.packages(meeting.id)
