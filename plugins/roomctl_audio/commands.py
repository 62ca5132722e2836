"""`roomctl record` and `roomctl recording`."""

import contextlib
import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from roomctl.api import BadInput, Order, RecorderState, RecorderStatus, RecordingReport, tr
from roomctl_audio.config import AudioConfig
from roomctl_audio.recorder import AudioRecorder

POLL_SECONDS = 0.1
PLANNED_SECONDS = 3600.0
"""What the disk must hold where nobody says how long it will be."""

Folder = Annotated[Path, typer.Argument(help=tr("录音文件夹", "folder of the recording"), metavar="DIR")]
Json = Annotated[bool, typer.Option("--json", help=tr("只输出一个 JSON 对象", "print one JSON object"))]


def build(config: AudioConfig | None) -> Mapping[str, Callable[..., Any]]:
    """The commands by name; the room's settings are their defaults."""
    room = config or AudioConfig()

    def record(
        directory: Annotated[Path, typer.Option("--dir", help=tr("录音存放的新文件夹", "a new folder for it"))],
        source: Annotated[
            str, typer.Option("--source", help="file:PATH, tone[:TRACKS], mic[:NAME]", metavar="SRC")
        ] = room.source,
        seconds: Annotated[
            float | None, typer.Option("--seconds", help=tr("录多少秒", "how long"), min=0.001)
        ] = None,
        realtime: Annotated[  # noqa: FBT002 - flags of the command line
            bool, typer.Option("--realtime", help=tr("文件按原速播放", "play a file at its own pace"))
        ] = False,
        rate: Annotated[int, typer.Option("--rate", help="Hz")] = room.sample_rate,
        bits: Annotated[int, typer.Option("--bits", help="16, 24")] = room.bits,
        as_json: Json = False,  # noqa: FBT002
    ) -> None:
        """Records until the source ends, --seconds have passed, or Ctrl-C."""
        order = Order(
            source=source,
            sample_rate=rate,
            bits=bits,
            realtime=realtime or source.startswith("tone"),
            segment_seconds=room.segment_seconds,
            planned_seconds=seconds or PLANNED_SECONDS,
        )
        limit = round(seconds * rate) if seconds else None
        _record(AudioRecorder(directory), order, limit, as_json=as_json)

    return {"record": record, "recording": recording}


recording = typer.Typer(
    no_args_is_help=True, help=tr("校验、恢复、导出录音", "Verify, recover and export recordings")
)


@recording.command(help=tr("核对录音：逐字节对照日志", "check every byte of a recording against its journal"))
def verify(folder: Folder, as_json: Json = False) -> None:  # noqa: FBT002
    """Reads every byte of a recording and checks it against its journal."""
    _tell(folder, AudioRecorder(folder).verify(), as_json=as_json)


@recording.command(
    help=tr("崩溃之后：封存未完成的部分，什么都不删", "after a crash: seal what lies open; nothing is deleted")
)
def recover(folder: Folder, as_json: Json = False) -> None:  # noqa: FBT002
    """Seals what a crash left open. Deletes nothing; a second run finds nothing to do."""
    _tell(folder, AudioRecorder(folder).recover(), as_json=as_json)


@recording.command(help=tr("结束一个终端已经不在的录音", "end a recording whose terminal is gone"))
def stop(folder: Folder, as_json: Json = False) -> None:  # noqa: FBT002
    """Ends a recording whose terminal is gone."""
    _tell(folder, AudioRecorder(folder).stop(), as_json=as_json)


@recording.command(help=tr("把录音或其中一段导出为一个文件", "write a recording, or a stretch of it, as one file"))
def export(
    folder: Folder,
    output: Annotated[Path, typer.Option("--output", help=".wav, .flac")],
    track: Annotated[int | None, typer.Option("--track", help=tr("只要这一轨", "this track alone"), min=1)] = None,
    mix: Annotated[bool, typer.Option("--mix", help=tr("混为单声道", "mix down to mono"))] = False,  # noqa: FBT002
    since: Annotated[str, typer.Option("--from", help=tr("从何时起：秒或 时:分:秒", "seconds or H:MM:SS"))] = "",
    until: Annotated[str, typer.Option("--to", help=tr("到何时止：秒或 时:分:秒", "seconds or H:MM:SS"))] = "",
) -> None:
    """Writes a recording, or a stretch of it, as one file."""
    from roomctl_audio.export import export as write  # noqa: PLC0415 - loads libsndfile

    if track and mix:
        raise BadInput(tr("--track 和 --mix 不能同时用", "--track and --mix exclude each other"))
    frames = write(AudioRecorder(folder), output, track=track, mix=mix, since=since, until=until)
    Console(stderr=True).print(tr(f"已导出 {output}（{frames} 帧）", f"exported {output} ({frames} frames)"))


def _record(recorder: AudioRecorder, order: Order, limit: int | None, *, as_json: bool) -> None:
    console = Console(stderr=True)
    armed = recorder.arm(order)
    try:
        recorder.start(limit=limit)
        console.print(tr("正在录音，按 Ctrl-C 结束", "recording; Ctrl-C ends it"))
        with contextlib.suppress(KeyboardInterrupt):
            _watch(recorder, armed, limit, console)
    finally:
        report = recorder.stop()
    problem = recorder.status().problem
    if as_json:
        print(json.dumps(as_record(recorder.folder, report), ensure_ascii=False))
    _say(report, console)
    if report.recovered:
        problem = tr("录音进程中断过，已恢复到中断前", "the capture died; what it had kept was recovered")
    if problem:
        console.print(problem, style="bold red")
    if problem or not report.ok:
        raise typer.Exit(1)


def _watch(recorder: AudioRecorder, armed: RecorderStatus, limit: int | None, console: Console) -> None:
    """Until the recording ends by itself."""
    known = [frames for frames in (armed.total_frames, limit) if frames is not None]
    total = min(known) / armed.sample_rate if known else None
    with _progress(console) as progress:
        task = progress.add_task(tr("录音", "recording"), total=total, said="", level="")
        status = armed
        while status.state not in {RecorderState.STOPPING, RecorderState.SEALED}:
            time.sleep(POLL_SECONDS)
            status = recorder.status()
            seconds, loudest = status.frames / status.sample_rate, max(status.peak_dbfs, default=None)
            level = "" if loudest is None else f"{loudest:6.1f} dBFS"
            progress.update(task, completed=seconds if total else None, level=level, said=f"{seconds:.1f} s")


@contextlib.contextmanager
def _progress(console: Console) -> Iterator[Progress]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[said]} {task.fields[level]}"),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        yield progress


def as_record(folder: Path, report: RecordingReport) -> dict[str, Any]:
    """The JSON of `record`."""
    return {
        "dir": str(folder),
        "tracks": report.tracks,
        "sample_rate": report.sample_rate,
        "frames": report.frames,
        "dropped": report.dropped,
        "gaps": [asdict(gap) for gap in report.gaps],
        "segments": len(report.segments),
    }


def _tell(folder: Path, report: RecordingReport, *, as_json: bool) -> None:
    """Raises: Exit with code 1, where there are findings."""
    console = Console(stderr=True)
    if as_json:
        found = {"ok": report.ok, "recovered": report.recovered, "problems": [asdict(p) for p in report.problems]}
        print(json.dumps({**as_record(folder, report), **found}, ensure_ascii=False))
    _say(report, console)
    for problem in report.problems:
        console.print(f"{problem.file}: {problem.what}", style="red", highlight=False)
    if not report.ok:
        raise typer.Exit(1)


def _say(report: RecordingReport, console: Console) -> None:
    seconds = report.frames / report.sample_rate if report.sample_rate else 0.0
    console.print(
        tr(
            f"{report.tracks} 轨，{seconds:.1f} 秒，{len(report.segments)} 个分段，丢失 {report.dropped} 帧",
            f"{report.tracks} track(s), {seconds:.1f} s, {len(report.segments)} segments, "
            f"{report.dropped} frames lost",
        ),
        highlight=False,
    )
