"""`roomctl demo`: sets up a work dir, tells the story, and shows what came of it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from roomctl.cli.screen import JSON, answer, attendance_line, console
from roomctl.demo.score import score
from roomctl.domain.transcript import Transcript
from roomctl.errors import BadInput
from roomctl.i18n import tr

app = typer.Typer(add_completion=False)

_WORKDIR = Path("roomctl-demo")
_LINES = 6
"""Sentences shown at the end."""


@app.command(
    help=tr(
        "用真实普通话录音走完一场会议：检查、签到、录音、转写、会议记录、归档、校验",
        "A whole meeting on real Mandarin speech, from device check to verified archive",
    )
)
def demo(
    *,
    audio: Path = typer.Option(
        None, help=tr("任何音频文件；不写则用自带录音", "any audio file; else the shipped clip")
    ),
    mic: bool = typer.Option(False, "--mic", help=tr("用麦克风，Ctrl-C 散会", "the microphone, until Ctrl-C")),
    device: str = typer.Argument("", help=tr("麦克风名称（配合 --mic）", "name of the microphone, with --mic")),
    engine: str = typer.Option("auto", help=tr("引擎：auto、whisper、vosk", "auto, whisper, vosk")),
    realtime: bool = typer.Option(False, "--realtime", help=tr("按原速播放", "at the pace of the sound")),
    workdir: Path = typer.Option(_WORKDIR, help=tr("工作目录，就是一个数据目录", "work dir: a data folder")),
    as_json: bool = JSON,
) -> None:
    """Refuses bad input before anything is made; finishes a meeting that an earlier run left."""
    from roomctl.cli.stages import View  # noqa: PLC0415
    from roomctl.demo import setup  # noqa: PLC0415
    from roomctl.demo.story import AUDIO, Options, Story  # noqa: PLC0415

    if device and not mic:
        raise BadInput(
            tr(f"多余的参数 {device}", f"unexpected argument {device!r}"),
            mend=tr("麦克风名称要和 --mic 一起用", "the name of a microphone goes with --mic"),
        )
    if mic and audio:
        raise BadInput(
            tr("--mic 和 --audio 不能同时用", "--mic and --audio exclude each other"),
            mend=tr("请去掉一个", "leave one of them out"),
        )
    screen = console()
    source = (f"mic:{device}" if device else "mic") if mic else f"file:{(audio or AUDIO).absolute()}"
    options = Options(source=source, realtime=realtime, known=audio is None and not mic)
    application = setup.open_workdir(workdir, source=source, engine=engine, screen=screen)
    story = Story(application, options, View(screen))
    try:
        story.run()
    except KeyboardInterrupt:
        on = tr("录音仍在后台进行", "the recording goes on by itself") if story.records_on else ""
        said = tr("已停下", "stopped") + (tr("，", ", ") + on if on else "")
        more = tr(f"继续：roomctl demo --workdir {workdir}", f"to go on: roomctl demo --workdir {workdir}")
        screen.print(said + tr("。", ". ") + more, markup=False, soft_wrap=True)
        raise typer.Exit(130) from None
    told = story.summary()
    _show(screen, story, told)
    if as_json:
        answer(told)


def _show(screen: Console, story: Any, told: dict[str, Any]) -> None:
    """Where the files are, who was there, and the words beside the known text."""
    data = story.application.data
    screen.print()
    for kind, path in told["records"].items():
        _file(screen, kind, data / path)
    _file(screen, tr("转写", "Transcript"), data / told["transcript"]["path"])
    _file(screen, tr("档案包", "Package"), data / told["package"]["path"])
    counts = story.use.attendance(story.id).counts
    screen.print(f"\n[stage]{tr('签到', 'Sign-in')}[/]  {attendance_line(counts)}")
    transcript = story.use.transcript(story.id)
    if transcript is not None:
        _words(screen, transcript, story.known(), beside=len(story.use.recordings(story.id)) == 1)


def _words(screen: Console, transcript: Transcript, known: Sequence[tuple[float, str]], *, beside: bool) -> None:
    """The first sentences, and how far they are from what was said where that is known.

    Args:
        beside: also what was said at that time; not where the clip was recorded in pieces, with time between them.

    """
    lines = [(s.start, s.end, f"{s.speaker + '：' if s.speaker else ''}{s.text}") for s in transcript.shown]
    screen.print()
    if known and beside:
        screen.print(_side_by_side(lines, known))
    else:
        for _, _, text in lines[:_LINES]:
            screen.print(escape(text), soft_wrap=True)
    if known:
        _rate(screen, transcript, known)


def _side_by_side(lines: Sequence[tuple[float, float, str]], known: Sequence[tuple[float, str]]) -> Table:
    words = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    words.add_column(tr("会议记录（机器起草）", "Drafted"), ratio=1, overflow="fold")
    words.add_column(tr("实际所讲", "What was said"), ratio=1, overflow="fold")
    for start, end, text in lines[:_LINES]:
        words.add_row(escape(text), "".join(said for middle, said in known if start <= middle < end))
    return words


def _rate(screen: Console, transcript: Transcript, known: Sequence[tuple[float, str]]) -> None:
    result = score("".join(said for _, said in known), "".join(s.text for s in transcript.shown))
    screen.print(
        tr(
            f"字错率 {result.rate:.1%}（共 {result.characters} 字：错 {result.substitutions}，"
            f"漏 {result.deletions}，多 {result.insertions}）",
            f"character error rate {result.rate:.1%} of {result.characters} ({result.substitutions} wrong, "
            f"{result.deletions} left out, {result.insertions} put in)",
        )
    )


def _file(screen: Console, kind: str, path: Path) -> None:
    screen.print(f"[stage]{kind}[/]  {escape(str(path))}", soft_wrap=True)
