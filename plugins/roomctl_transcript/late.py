"""Sound that is brought in after the deposit: its words are a version of their own, for a supplement of the package.

The version before it lies in the package: its sentences stand in the new one as they are, and those of the late
recordings behind them.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace

from roomctl.api import LoggedEvent, NotFound, PluginContext, RecorderState, Recording, State, Transcript

STATES = frozenset({State.CLOSED, State.DEPOSITED, State.ARCHIVED})

_LATE = "late:"


def note(ctx: PluginContext, event: LoggedEvent) -> None:
    """Something was brought in: where the meeting is deposited, it is looked at once more."""
    if event.kind != "recording.imported":
        return
    try:
        meeting = ctx.services.meeting(event.stream)
    except NotFound:
        return
    if meeting.state in STATES:
        ctx.store().put(f"{_LATE}{meeting.id}", event.seq)


def noted(ctx: PluginContext) -> Collection[str]:
    """Ids of meetings that something has come for; there are thousands of deposited ones."""
    return [key.removeprefix(_LATE) for key in ctx.store().keys() if key.startswith(_LATE)]  # noqa: SIM118 - no dict


def settle(ctx: PluginContext, meeting_id: str) -> None:
    """Nothing is left to do for it."""
    ctx.store().delete(f"{_LATE}{meeting_id}")


def due(stored: Transcript | None, sounds: Sequence[Recording]) -> Sequence[Recording]:
    """Recordings that a complete version knows nothing of; of a meeting whose transcript was waived none."""
    if stored is None or not stored.complete:
        return ()
    known = set(stored.report.get("seconds", ())) | {one.recording for one in stored.segments}
    return [one for one in sounds if one.state is RecorderState.SEALED and one.segments and one.id not in known]


def behind(stored: Transcript, made: Transcript) -> Transcript:
    """The next version: what stands there, and what was said in the late recordings."""
    heard = {"engine": made.engine, "model": made.model, "model_sha256": made.model_sha256}
    report = {
        **stored.report,
        "seconds": {**stored.report.get("seconds", {}), **made.report["seconds"]},
        "voices": stored.report.get("voices", 0) + made.report["voices"],
        "troubles": [*stored.report.get("troubles", ()), *made.report["troubles"]],
        "late": {**stored.report.get("late", {}), **dict.fromkeys(made.report["seconds"], heard)},
    }
    duration = stored.duration + made.duration
    took = stored.rtf * stored.duration + made.rtf * made.duration
    return replace(
        made,
        engine=stored.engine or made.engine,
        model=stored.model or made.model,
        model_sha256=stored.model_sha256 or made.model_sha256,
        duration=round(duration, 3),
        speech=round(stored.speech + made.speech, 2),
        covered=round(stored.covered + made.covered, 2),
        rtf=round(took / duration, 4) if duration else 0.0,
        segments=(*stored.segments, *made.segments),
        holes=(*stored.holes, *made.holes),
        points=(*stored.points, *made.points),
        report=report,
    )
