"""Speech to text: the pipeline from sealed sound to a draft that reads like written Chinese.

Engines are other plugins' (`roomctl_transcribers`); they and everything heavy run in a child process.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from roomctl.api import (
    LoggedEvent,
    Meeting,
    Objection,
    PackageFile,
    PluginContext,
    Right,
    ScreenOffer,
    Service,
    State,
    hookimpl,
    tr,
)
from roomctl_transcript.config import Config


@hookimpl
def roomctl_config_model() -> type[BaseModel]:
    """Its section of roomctl.toml."""
    return Config


@hookimpl
def roomctl_services(ctx: PluginContext) -> Sequence[Service]:
    """One for all meetings, and one for the captions of the one that is on."""
    from roomctl_transcript.captions.service import CaptionService  # noqa: PLC0415 - light start
    from roomctl_transcript.service import TranscriptService  # noqa: PLC0415

    return [TranscriptService(ctx), CaptionService(ctx)]


@hookimpl
def roomctl_api_routes(ctx: PluginContext) -> Any:
    """Live captions, their switches, and a stream of them; a transcript as a file; engines; the glossary; papers."""
    from roomctl_transcript import paper_routes, routes  # noqa: PLC0415 - light start
    from roomctl_transcript.captions import boards  # noqa: PLC0415
    from roomctl_transcript.captions.routes import router  # noqa: PLC0415

    return paper_routes.add(routes.add(router(boards.of(ctx)), ctx), ctx)


@hookimpl
def roomctl_screens() -> Sequence[ScreenOffer]:
    """Captions on the room's screen."""
    return [
        ScreenOffer(
            name="captions",
            title=("会场字幕", "Captions"),
            folder=Path(__file__).parent / "captions" / "page",
            right=Right.HEAR_RECORDINGS,
            inside=True,
        )
    ]


@hookimpl
def roomctl_commands(ctx: PluginContext) -> Mapping[str, Callable[..., Any]]:
    """`transcribe`, `transcript` and `glossary`."""
    from roomctl_transcript.cli import glossary, transcribe, transcript  # noqa: PLC0415 - light start

    return {
        "transcribe": transcribe.build(ctx),
        "transcript": transcript.build(ctx),
        "glossary": glossary.build(ctx),
    }


@hookimpl
def roomctl_gate(ctx: PluginContext, meeting: Meeting, target: State) -> list[Objection]:
    """Objects to closing while much of what was said has no text. (That it is complete is a need, not an opinion.)"""
    transcript = ctx.services.transcript(meeting.id) if target is State.CLOSED else None
    least = (ctx.config or Config()).covered
    if transcript is None or not transcript.complete or transcript.covered >= least * transcript.speech:
        return []
    share = transcript.covered / transcript.speech
    holes = "、".join(f"{hole.start:.0f}–{hole.end:.0f}" for hole in transcript.holes[:5])
    return [
        Objection(
            "transcript",
            tr(
                f"有声 {transcript.speech:.0f} 秒，只有 {share:.0%} 有文字",
                f"only {share:.0%} of {transcript.speech:.0f} s of speech has text",
            ),
            tr(f"请听 {holes} 秒处，或写明理由放行", f"listen at seconds {holes}, or overrule it"),
        )
    ]


@hookimpl
def roomctl_on_event(ctx: PluginContext, event: LoggedEvent) -> None:
    """A recording that is brought in after the deposit is transcribed too."""
    from roomctl_transcript import late  # noqa: PLC0415 - light start

    late.note(ctx, event)


@hookimpl
def roomctl_package_files(ctx: PluginContext, meeting: Meeting) -> list[PackageFile]:
    """All versions as JSON and text; the newest one is written again, with what a person corrected since."""
    from roomctl_transcript import files  # noqa: PLC0415 - light start

    folder = ctx.folder(meeting.id)
    if (newest := ctx.services.transcript(meeting.id)) is not None:
        files.write(folder, newest)
    return list(files.packaged(folder))
