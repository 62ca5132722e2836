"""`roomctl record` and `roomctl recording`."""

import contextlib
import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)

from roomctl.api import BadInput, Order, PluginContext, RecorderState, RecorderStatus, RecordingReport, tr
from roomctl.api.terminal import Json
from roomctl_audio.cli.screen import bar
from roomctl_audio.config import AudioConfig
from roomctl_audio.exchange.spans import local_zone
from roomctl_audio.journal import clocks
from roomctl_audio.journal.file import load
from roomctl_audio.recorder import AudioRecorder

if TYPE_CHECKING:
    from roomctl_audio.exchange.export import Exported

POLL_SECONDS = 0.1
PLANNED_SECONDS = 3600.0
"""What the disk must hold where nobody says how long it will be."""

OPUS_KBITS = 32
MB = 1_000_000
TIMES = tr("秒、时:分:秒，或钟点（10:44:21，@10:44）", "seconds, H:MM:SS, or the time of day (10:44:21, @10:44)")

Folder = Annotated[Path, typer.Argument(help=tr("录音文件夹", "folder of the recording"), metavar="DIR")]


def build(config: AudioConfig | None, ctx: PluginContext | None = None) -> Mapping[str, Callable[..., Any]]:
    """The commands by name; the room's settings are their defaults. `ctx` knows the room and its meetings."""
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
        rate: Annotated[int, typer.Option("--rate", help=tr("采样率，Hz", "sample rate, Hz"))] = room.sample_rate,
        bits: Annotated[
            int, typer.Option("--bits", help=tr("位深：16 或 24", "bits of a sample: 16 or 24"))
        ] = room.bits,
        as_json: Json = False,  # noqa: FBT002
    ) -> None:
        """Records until the source ends, --seconds have passed, or Ctrl-C."""
        order = Order(
            source=source,
            sample_rate=rate,
            bits=bits,
            tracks=room.tracks,
            realtime=realtime or source.startswith("tone"),
            segment_seconds=room.segment_seconds,
            planned_seconds=seconds or PLANNED_SECONDS,
        )
        limit = round(seconds * rate) if seconds else None
        recorder = AudioRecorder(directory, standby=room.standby, drift_ppm=room.drift_ppm)
        _record(recorder, order, limit, as_json=as_json)

    return {"record": record, "recording": _recording(ctx)}


def _recording(ctx: PluginContext | None) -> typer.Typer:
    app = typer.Typer(
        no_args_is_help=True,
        help=tr("校验、恢复、导出、导入录音", "Verify, recover, export and import recordings"),
    )
    app.command(help=tr("核对录音：逐字节对照日志", "check every byte of a recording against its journal"))(verify)
    app.command(
        help=tr(
            "崩溃或损坏之后：封存未完成的部分，重建损坏的日志，什么都不删",
            "after a crash or damage: seal what lies open, rebuild a damaged journal; nothing is deleted",
        )
    )(recover)
    app.command(help=tr("结束一个终端已经不在的录音", "end a recording whose terminal is gone"))(stop)
    app.command(
        help=tr(
            "把录音或其中一段导出为一个文件。wav（超过 4 GiB 为 RF64）、flac 与录音逐位相同；"
            f"opus 为 {OPUS_KBITS} kbit/s 单声道，供发送，默认不含“不入记录”的部分",
            "write a recording, or a stretch of it, as one file. wav (above 4 GiB: RF64) and flac are bit for bit; "
            f"opus is mono of {OPUS_KBITS} kbit/s for sending, by default without what is off the record",
        )
    )(_export(ctx))
    if ctx:
        from roomctl_audio.cli import import_command  # noqa: PLC0415 - light, and seldom used

        app.command("import", help=import_command.HELP)(import_command.build(ctx))
    return app


def verify(folder: Folder, as_json: Json = False) -> None:  # noqa: FBT002
    """Reads every byte of a recording and checks it against its journal, and its length against the clock."""
    from roomctl_audio.integrity.verifying import verify as check  # noqa: PLC0415 - only here

    console = Console(stderr=True)
    with bar(console, tr("核对", "verifying")) as at:
        report = check(folder.absolute(), at)
    drift = clocks.drift_ppm(load(folder).rows)
    if drift is not None:
        console.print(tr(f"时钟漂移 {drift:+.1f} ppm", f"drift of the clock {drift:+.1f} ppm"), highlight=False)
    _tell(folder, report, as_json=as_json, drift_ppm=drift)


def recover(folder: Folder, as_json: Json = False) -> None:  # noqa: FBT002
    """Seals what a crash left open. Deletes nothing; a second run finds nothing to do."""
    _tell(folder, AudioRecorder(folder).recover(), as_json=as_json)


def stop(folder: Folder, as_json: Json = False) -> None:  # noqa: FBT002
    """Ends a recording whose terminal is gone."""
    _tell(folder, AudioRecorder(folder).stop(), as_json=as_json)


def _export(ctx: PluginContext | None) -> Callable[..., None]:
    def zone() -> tzinfo:
        return ZoneInfo(ctx.services.room.zone) if ctx else local_zone()

    def export(
        folder: Folder,
        output: Annotated[
            Path, typer.Option("--output", help=tr("写到：.wav、.flac 或 .opus", "where to: .wav, .flac or .opus"))
        ],
        track: Annotated[
            int | None, typer.Option("--track", help=tr("只要这一轨", "this track alone"), min=1)
        ] = None,
        mix: Annotated[bool, typer.Option("--mix", help=tr("混为单声道", "mix down to mono"))] = False,  # noqa: FBT002
        since: Annotated[str, typer.Option("--from", help=TIMES)] = "",
        until: Annotated[str, typer.Option("--to", help=TIMES)] = "",
        item: Annotated[
            int | None, typer.Option("--item", help=tr("只要第几项议题", "this agenda item alone"), min=1)
        ] = None,
        off_record: Annotated[
            bool | None,
            typer.Option(
                "--with-off-record/--without-off-record",
                help=tr(
                    "“不入记录”的部分要不要；默认 wav、flac 含，opus 不含",
                    "what is off the record; by default in wav and flac, not in opus",
                ),
            ),
        ] = None,
        correct_drift: Annotated[  # noqa: FBT002
            bool,
            typer.Option(
                "--correct-drift",
                help=tr("按时钟漂移重采样（不再逐位相同）", "resample by the clock's drift (not bit for bit then)"),
            ),
        ] = False,
        as_json: Json = False,  # noqa: FBT002
    ) -> None:
        """Writes a recording, or a stretch of it, as one file."""
        from roomctl_audio.exchange.export import Wanted  # noqa: PLC0415 - loads libsndfile
        from roomctl_audio.exchange.export import export as write  # noqa: PLC0415

        if track and mix:
            raise BadInput(tr("--track 和 --mix 不能同时用", "--track and --mix exclude each other"))
        wanted = Wanted(
            track=track,
            mix=mix,
            since=since,
            until=until,
            item=item,
            off_record=off_record,
            correct_drift=correct_drift,
        )
        console = Console(stderr=True)
        with bar(console, tr("导出", "exporting")) as at:
            made = write(folder.absolute(), output, wanted, zone=zone, progress=at)
        if as_json:
            print(json.dumps({"path": str(output), **asdict(made)}, ensure_ascii=False))
        _exported(made, output, console)

    return export


def _exported(made: "Exported", output: Path, console: Console) -> None:
    seconds = made.frames / made.rate
    size = f"{made.bytes / 1e6:.1f} MB" if made.bytes >= MB else f"{made.bytes / 1e3:.1f} kB"
    out = made.left_out / made.rate
    left = tr(f"，略去不入记录 {out:.1f} 秒", f", {out:.1f} s off the record left out") if out else ""
    text = tr(
        f"已导出 {output}：{made.kind}，{made.channels} 声道，{seconds:.1f} 秒，{size}{left}",
        f"exported {output}: {made.kind}, {made.channels} channel(s), {seconds:.1f} s, {size}{left}",
    )
    console.print(text, highlight=False, markup=False, soft_wrap=True)
    if not made.whole:
        console.print(
            tr("录音还没有封存：只导出了已封存的部分", "it is not sealed yet: only what is sealed was exported"),
            style="yellow",
        )


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


def _tell(folder: Path, report: RecordingReport, *, as_json: bool, **more: Any) -> None:
    """Raises: Exit with code 1, where there are findings."""
    console = Console(stderr=True)
    if as_json:
        found = {"ok": report.ok, "recovered": report.recovered, "problems": [asdict(p) for p in report.problems]}
        print(json.dumps({**as_record(folder, report), **found, **more}, ensure_ascii=False))
    _say(report, console)
    for problem in report.problems:
        console.print(f"{problem.file}: {problem.what}", style="red", highlight=False, markup=False, soft_wrap=True)
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
