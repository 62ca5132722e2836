"""`roomctl transcribe`: any audio file to text."""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from roomctl.api import BadInput, PluginContext, Transcript, tr
from roomctl.api.terminal import Json
from roomctl_transcript import audio, glossary, papers, unfinished
from roomctl_transcript import roster as rosters
from roomctl_transcript.assemble import Known, transcript
from roomctl_transcript.config import Config
from roomctl_transcript.engines import Choice, choose
from roomctl_transcript.formats import FORMATS, style_of, summary
from roomctl_transcript.runner import Gathered, Runner, Work, one_file
from roomctl_transcript.sentences import Prior
from roomctl_transcript.voices import MODEL
from roomctl_transcript.voices import model as model_of_voices

MOST_FINDINGS = 20
"""Lines about the roster; more are no help on a terminal."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the command was given, checked before anything heavy is loaded.

    Attributes:
        left: papers that could not be read, with the reason.

    """

    path: Path
    seconds: float
    prior: Prior
    left: tuple[tuple[str, str], ...] = ()


def build(ctx: PluginContext) -> Callable[..., None]:
    """The command, bound to the plugin's context."""

    def transcribe(
        source: Annotated[
            Path, typer.Argument(metavar="AUDIO", help=tr("音频文件，格式不限", "audio file of any kind"))
        ],
        engine: Annotated[str, typer.Option(help=tr("引擎：auto、whisper、vosk", "auto, whisper, vosk"))] = "",
        model: Annotated[str, typer.Option(help=tr("模型名称", "name of a model"))] = "",
        roster: Annotated[
            Path | None, typer.Option(help=tr("名单：csv、xlsx，或每行一个姓名", "csv, xlsx, or one name a line"))
        ] = None,
        terms: Annotated[Path | None, typer.Option(help=tr("术语，每行一个", "terms, one a line"))] = None,
        papers_folder: Annotated[
            Path | None,
            typer.Option("--papers", metavar="DIR", help=tr("会议材料：docx、pdf、txt", "papers: docx, pdf, txt")),
        ] = None,
        chair: Annotated[str, typer.Option(help=tr("主持人姓名", "name of the chair"))] = "",
        style: Annotated[str, typer.Option("--format", help=" | ".join(FORMATS))] = "",
        output: Annotated[Path | None, typer.Option(help=tr("输出文件", "write to this file"))] = None,
        as_json: Json = False,  # noqa: FBT002
    ) -> None:
        config: Config = ctx.config or Config()
        style = style_of(style, output)
        inputs = _inputs(source, roster, terms, papers_folder, config, glossary.terms(ctx.services.data))
        choice = choose(ctx.services, engine or config.engine, model or config.model)
        screen = Console(stderr=True)
        for name, why in inputs.left:
            screen.print(
                tr(f"! 没有读取 {name}：{why}", f"! {name} was not read: {why}"), highlight=False, markup=False
            )
        people = tuple(name for name, _ in inputs.prior.people)
        path = unfinished.journal(inputs.path)
        gathered = _decode(
            ctx,
            one_file(
                inputs.path,
                path,
                config.settings(),
                inputs.prior,
                recycle=config.memory_mb * 1_000_000,
                voices=model_of_voices(ctx.services) if config.voices else None,
            ),
            choice,
            inputs,
            screen,
        )
        made = transcript(
            [gathered],
            choice,
            Known(people=people, chair=chair),
            id=source.stem,
            meeting=None,
            version=1,
            at=ctx.clock.now(),
            complete=gathered.finished,
        )
        _tell_doubts(screen, gathered)
        _deliver(made, style, output, as_json=as_json)
        _tell(screen, made)
        if gathered.finished:
            unfinished.clear(path)
            return
        done = tr(f"已做到 {gathered.seconds:.0f} 秒处", f"done up to second {gathered.seconds:.0f}")
        again = tr("再运行同一命令会接着做", "the same command goes on from there")
        screen.print(tr(f"中断：{done}；{again}", f"broken off: {done}; {again}"), highlight=False)
        raise typer.Exit(1)

    return transcribe


def _tell_doubts(screen: Console, gathered: Gathered) -> None:
    """What may be wrong with the roster, and what went wrong on the way."""
    for found in gathered.roster[:MOST_FINDINGS]:
        told = tr(f"? 名单请核对 {found.name}：{found.why}", f"? check the roster, {found.name}: {found.why}")
        screen.print(told, highlight=False, markup=False)
    for trouble in dict.fromkeys(gathered.troubles):
        screen.print(f"! {trouble}")


def _decode(ctx: PluginContext, work: Work, choice: Choice, inputs: Inputs, screen: Console) -> Gathered:
    """All of it, or as much as there was time for: Ctrl-C keeps what is done."""
    last = Gathered(work.recording)
    runner = Runner(ctx)
    try:
        with _bar(screen, inputs.seconds) as seen:

            def note(now: Gathered) -> None:
                nonlocal last
                last = now
                seen(now)

            return runner.run(work, choice, seen=note)
    except KeyboardInterrupt:
        return last
    finally:
        runner.stop()


def _inputs(
    source: Path,
    roster: Path | None,
    terms: Path | None,
    folder: Path | None,
    config: Config,
    own: tuple[str, ...],
) -> Inputs:
    seconds = audio.probe(source)
    people = rosters.roster(roster) if roster else ()
    words = (*config.terms, *own, *(rosters.lines(terms) if terms else ()))
    found = papers.folder(folder) if folder else papers.Papers()
    known = {name for name, _ in people}
    people += tuple(one for one in found.people if one[0] not in known)
    return Inputs(source.absolute(), seconds, Prior(people, (*words, *found.terms), found.texts), found.left)


class _bar:  # noqa: N801 - used like a function
    """Shows how far it is and how long it will take; nothing where stderr is no terminal."""

    def __init__(self, screen: Console, seconds: float) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f}%"),
            TimeRemainingColumn(),
            console=screen,
            transient=True,
            disable=not screen.is_terminal,
        )
        self._task = self._progress.add_task(tr("转写", "transcribing"), total=seconds or None)

    def __enter__(self) -> Callable[[Gathered], None]:
        self._progress.start()
        return lambda gathered: self._progress.update(self._task, completed=gathered.seconds)

    def __exit__(self, *error: object) -> None:
        self._progress.stop()


def _deliver(made: Transcript, style: str, output: Path | None, *, as_json: bool) -> None:
    if output is not None:
        try:
            output.write_bytes(FORMATS[style](made))
        except OSError as error:
            raise BadInput(
                tr(f"不能写 {output}", f"cannot write {output}"),
                error.strerror or "",
                tr("请换一个位置", "choose another place"),
            ) from error
    if as_json:
        print(json.dumps(summary(made), ensure_ascii=False))
    elif output is None:
        sys.stdout.write(FORMATS[style](made).decode())


def _tell(screen: Console, made: Transcript) -> None:
    screen.print(
        tr(
            f"{made.engine} · {made.model}：{made.duration:.1f} 秒，有声 {made.speech:.1f} 秒，"
            f"成文 {made.covered:.1f} 秒，实时率 {made.rtf:.2f}",
            f"{made.engine} · {made.model}: {made.duration:.1f} s, {made.speech:.1f} s of speech, "
            f"{made.covered:.1f} s of it with text, real-time factor {made.rtf:.2f}",
        ),
        highlight=False,
    )
    if (voices := made.report["voices"]) > 0:
        told = tr(f"按声音区分出 {voices} 人", f"{voices} voices told apart")
    else:
        told = tr(
            f"没有按声音区分发言人；可装模型：roomctl models pull {MODEL}",
            f"speakers were not told apart by voice; the model for it: roomctl models pull {MODEL}",
        )
    screen.print(told, highlight=False)
    for segment in made.shown:
        for doubt in segment.doubts:
            screen.print(
                tr(f"? {segment.start:.1f} 秒 存疑：", f"? at {segment.start:.1f} s, to be checked: ") + doubt.told(),
                highlight=False,
                markup=False,
            )
    for hole in made.holes:
        screen.print(
            tr(
                f"! 有声无字：{hole.start:.1f}–{hole.end:.1f} 秒",
                f"! speech without text: {hole.start:.1f}–{hole.end:.1f} s",
            ),
            highlight=False,
        )
