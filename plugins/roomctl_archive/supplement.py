"""What goes into a supplement: papers that were signed, and sound that was brought in, after the first package."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager

from roomctl.api import (
    LoggedEvent,
    Meeting,
    NotFound,
    Package,
    PackageFile,
    PluginContext,
    RecorderState,
    RecordFile,
    Recording,
    State,
)

STATES = frozenset({State.CLOSED, State.DEPOSITED, State.ARCHIVED})
"""In which a meeting that has its first package may get another."""

EVENTS = "events.jsonl"
_HELD, _LATE, _SEALED = "sound:", "late:", "sealed"
_TOUCHING = ("record.", "recording.", "summary.", "meeting.archived")
"""Kinds of event after which an archived meeting may lack a supplement: what came just before that, too."""


def note(ctx: PluginContext, event: LoggedEvent) -> None:
    """Something was signed, or brought in, for a meeting that is archived: it is looked at once more.

    So are all of them by who delivers, after a package was sealed.
    """
    if event.kind == "package.sealed":
        ctx.store().put(_SEALED, event.seq)
        return
    if not event.kind.startswith(_TOUCHING):
        return
    try:
        meeting = ctx.services.meeting(event.stream)
    except NotFound:  # the room's own stream
        return
    if meeting.state is State.ARCHIVED:
        ctx.store().put(f"{_LATE}{meeting.id}", event.seq)


def newest(ctx: PluginContext) -> int:
    """Differs as soon as one more package was sealed, of whatever meeting, by whatever process."""
    return int(ctx.store().get(_SEALED) or 0)


def noted(ctx: PluginContext) -> Collection[str]:
    """Ids of archived meetings that are to be looked at."""
    return {key.removeprefix(_LATE) for key in ctx.store().keys() if key.startswith(_LATE)}  # noqa: SIM118 - no dict


@contextmanager
def settling(ctx: PluginContext, meeting: str) -> Iterator[Callable[[], None]]:
    """Gives what says that a meeting lacks nothing; what has come meanwhile is looked at again."""
    store, key = ctx.store(), f"{_LATE}{meeting}"
    before = store.get(key)

    def settle() -> None:
        if store.get(key) == before:
            store.delete(key)

    yield settle


def papers(ctx: PluginContext, meeting: Meeting, packages: Sequence[Package]) -> Sequence[RecordFile]:
    """Signed documents that no package holds as signed."""
    held = {document for one in packages for document in one.documents}
    return [one for one in ctx.services.documents(meeting.id) if one.signed_by and one.id not in held]


def sound(ctx: PluginContext, meeting: Meeting, packages: Sequence[Package]) -> Sequence[Recording]:
    """Finished recordings that no package holds."""
    held = {recording for one in packages for recording in _held(ctx, one)}
    return [
        one
        for one in ctx.services.recordings(meeting.id)
        if one.state is RecorderState.SEALED and one.segments and one.id not in held
    ]


def keep(ctx: PluginContext, meeting: str, package: str, recordings: Sequence[Recording]) -> None:
    """Notes which recordings a package holds, before it is registered."""
    ctx.store(meeting).put(f"{_HELD}{package}", [one.id for one in recordings])


def chosen(
    files: Sequence[PackageFile], signed: Sequence[RecordFile], recordings: Sequence[Recording]
) -> Sequence[PackageFile]:
    """Of all files of a meeting those of a supplement, with the event log as it stands by then."""
    wanted = {one.sha256 for one in signed} | {one.pdf_sha256 for one in signed if one.pdf_sha256}
    inside = tuple(f"audio/{one.id}/" for one in recordings)
    return [
        file
        for file in files
        if file.path == EVENTS or file.sha256 in wanted or (inside and file.path.startswith(inside))
    ]


def _held(ctx: PluginContext, package: Package) -> Sequence[str]:
    """As it was noted; a package that was made before that holds what there was: of a first one, all the sound."""
    store, key = ctx.store(package.meeting), f"{_HELD}{package.id}"
    noted = store.get(key)
    if noted is None:
        noted = [] if package.supplement_to else [one.id for one in ctx.services.recordings(package.meeting)]
        store.put(key, noted)
    return list(noted)
