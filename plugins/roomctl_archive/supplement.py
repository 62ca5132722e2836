"""What goes into a supplement: papers that were signed, and sound that was brought in with its words, after the first
package.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

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
    Transcript,
)

STATES = frozenset({State.CLOSED, State.DEPOSITED, State.ARCHIVED})
"""In which a meeting that has its first package may get another."""

EVENTS = "events.jsonl"
_HELD, _SAID, _LATE, _SEEN, _SEALED = "sound:", "text:", "late:", "seen:", "sealed"
TEXT = "transcript/"
WAIT = timedelta(days=1)
"""So long the sound waits for its words, to go with them; whoever transcribes says what it lacks meanwhile."""
_TOUCHING = ("record.", "recording.", "summary.", "transcript.completed", "meeting.archived")
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
    """Finished recordings that no package holds, once they have their words."""
    late = _late(ctx, meeting, packages)
    return late if not packages or not _unheard(ctx, meeting, late) else []


def waits(ctx: PluginContext, meeting: Meeting, packages: Sequence[Package]) -> bool:
    """Whether sound is there that still waits for its words."""
    return bool(_unheard(ctx, meeting, _late(ctx, meeting, packages)))


def texts(ctx: PluginContext, meeting: Meeting, packages: Sequence[Package]) -> Sequence[Transcript]:
    """Complete versions of the transcript that no package holds; without their sentences."""
    made = [head.version for head in ctx.services.transcript_heads(meeting.id) if head.version.complete]
    held = {version for one in packages for version in _said(ctx, one, made)}
    return [one for one in made if one.version not in held]


def keep(
    ctx: PluginContext, meeting: str, package: str, recordings: Sequence[Recording], said: Sequence[Transcript]
) -> None:
    """Notes which recordings and versions of the transcript a package holds, before it is registered."""
    store = ctx.store(meeting)
    store.put(f"{_HELD}{package}", [one.id for one in recordings])
    store.put(f"{_SAID}{package}", [one.version for one in said])


def chosen(
    files: Sequence[PackageFile],
    signed: Sequence[RecordFile],
    recordings: Sequence[Recording],
    said: Sequence[Transcript],
) -> Sequence[PackageFile]:
    """Of all files of a meeting those of a supplement, with the event log as it stands by then."""
    wanted = {one.sha256 for one in signed} | {one.pdf_sha256 for one in signed if one.pdf_sha256}
    inside = (*(f"audio/{one.id}/" for one in recordings), *([TEXT] if said else ()))
    return [file for file in files if file.path == EVENTS or file.sha256 in wanted or file.path.startswith(inside)]


def _late(ctx: PluginContext, meeting: Meeting, packages: Sequence[Package]) -> Sequence[Recording]:
    held = {recording for one in packages for recording in _held(ctx, one)}
    return [
        one
        for one in ctx.services.recordings(meeting.id)
        if one.state is RecorderState.SEALED and one.segments and one.id not in held
    ]


def _unheard(ctx: PluginContext, meeting: Meeting, recordings: Sequence[Recording]) -> Sequence[Recording]:
    """Those whose words are still to come: not where the transcript was waived, nor where nobody transcribes."""
    heads = ctx.services.transcript_heads(meeting.id) if recordings else ()
    newest = heads[-1].version if heads else None
    if newest is None or not newest.complete or not _transcribes(ctx):
        return []
    heard, now, store = newest.report.get("seconds", {}), ctx.clock.now(), ctx.store(meeting.id)
    left = []
    for one in recordings:
        if one.id not in heard:
            seen = store.get(f"{_SEEN}{one.id}")
            if seen is None:
                store.put(f"{_SEEN}{one.id}", seen := now.isoformat())
            if now < datetime.fromisoformat(seen) + WAIT:
                left.append(one)
    return left


def _transcribes(ctx: PluginContext) -> bool:
    installed = ctx.services.installed_models()
    return any(model in installed for engine in ctx.services.engines() for model in engine.models)


def _said(ctx: PluginContext, package: Package, made: Sequence[Transcript]) -> Sequence[int]:
    """As it was noted; a package that was made before that holds what there was."""
    noted = ctx.store(package.meeting).get(f"{_SAID}{package.id}")
    if noted is not None:
        return list(noted)
    return [one.version for one in made if one.at is None or one.at <= package.at]


def _held(ctx: PluginContext, package: Package) -> Sequence[str]:
    """As it was noted; a package that was made before that holds what there was: of a first one, all the sound."""
    store, key = ctx.store(package.meeting), f"{_HELD}{package.id}"
    noted = store.get(key)
    if noted is None:
        noted = [] if package.supplement_to else [one.id for one in ctx.services.recordings(package.meeting)]
        store.put(key, noted)
    return list(noted)
