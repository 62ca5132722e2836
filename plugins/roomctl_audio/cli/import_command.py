"""`roomctl recording import`: recordings from elsewhere, one recording of the meeting each."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.console import Console

from roomctl.api import BadInput, Meeting, PluginContext, Recording, Refused, RoomctlError, tr
from roomctl.api.finding import find_meeting
from roomctl.api.terminal import Json, MeetingArg
from roomctl_audio.cli.screen import bar, stoppable
from roomctl_audio.exchange import importing
from roomctl_audio.exchange.importing import Placed
from roomctl_audio.integrity.verifying import verify

BLOCK = 1 << 20
HELP = tr(
    "导入别处录好的文件（wav、mp3、m4a、mp4……，可分多段）：每个文件成为会议的一份录音",
    "bring in what was recorded elsewhere (wav, mp3, m4a, mp4 …, in parts or not): each becomes a recording",
)


@dataclass(frozen=True, slots=True)
class Imported:
    """A file that is in, whole or in part.

    Attributes:
        problem: why it is not whole, or what verifying it found; empty where all is well.

    """

    placed: Placed
    recording: Recording
    sha256: str
    problem: str


def build(ctx: PluginContext) -> Callable[..., None]:
    """The command."""

    def import_(
        meeting: MeetingArg,
        files: Annotated[list[Path], typer.Argument(help=tr("音频文件", "audio files"), metavar="FILE…")],
        again: Annotated[  # noqa: FBT002
            bool, typer.Option("--again", help=tr("导入过的也再导入", "also what was imported before"))
        ] = False,
        as_json: Json = False,  # noqa: FBT002
    ) -> None:
        """Looks at all of them first: nothing is imported where one of them cannot be."""
        console = Console(stderr=True)
        found = find_meeting(ctx.services, meeting)
        with stoppable():
            sums = _sums(files, console)
            _need_new(ctx, found, sums, again=again)
            zone = ZoneInfo(found.zone)
            placed, by = importing.order([importing.probe(path.absolute(), zone) for path in files])
            if len(placed) > 1:
                _say(console, tr(f"共 {len(placed)} 段，按{by.label}排序", f"{len(placed)} parts, by {by.label}"))
            done: list[Imported] = []
            try:
                for each in placed:
                    done.append(_import(ctx, found, each, sums[each.part.path], console))  # noqa: PERF401 - see below
            finally:  # those that are in are told of, also where the next one could not be
                if done:
                    parts = [importing.as_event(each.placed, each.recording.id) for each in done]
                    ctx.publish("parts", {"ordered_by": by.value, "parts": parts}, found.id)
        if as_json:
            print(json.dumps(as_record(found, by.value, done), ensure_ascii=False))
        if any(each.problem or each.recording.dropped for each in done):
            raise typer.Exit(1)

    return import_


def _sums(files: Sequence[Path], console: Console) -> dict[Path, str]:
    """SHA-256 by file. Raises: BadInput, where one cannot be read, or two are the same."""
    known: dict[str, Path] = {}
    with bar(console, tr("读取文件", "reading")) as at:
        for number, path in enumerate(files):
            at(number, len(files))
            what = tr(f"不能导入 {path}", f"cannot import {path}")
            try:
                digest = _sum(path)
            except OSError as error:
                raise BadInput(what, error.strerror or str(error), tr("请检查路径", "check the path")) from error
            if digest in known:
                raise BadInput(what, tr(f"它与 {known[digest]} 相同", f"it is the same as {known[digest]}"))
            known[digest] = path.absolute()
    return {path: digest for digest, path in known.items()}


def _sum(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _key(sha256: str) -> str:
    return f"import.{sha256}"


def _need_new(ctx: PluginContext, meeting: Meeting, sums: dict[Path, str], *, again: bool) -> None:
    """Raises: Refused, where one was imported into this meeting before."""
    store = ctx.store(meeting.id)
    for path, digest in sums.items():
        before = store.get(_key(digest))
        if before and not again:
            at = f"{datetime.fromisoformat(before['at']).astimezone(ZoneInfo(meeting.zone)):%Y-%m-%d %H:%M}"
            raise Refused(
                tr(f"{path.name} 已导入过", f"{path.name} was imported before"),
                tr(f"{at}，文件名 {before['file']}", f"on {at}, as {before['file']}")
                + ("" if before["whole"] else tr("，中途中断", ", and was broken off")),
                tr("确要再导入一次，请加 --again", "to import it once more add --again"),
            )


def _import(ctx: PluginContext, meeting: Meeting, placed: Placed, sha256: str, console: Console) -> Imported:
    """One file. Raises: RoomctlError, where nothing of it came in."""
    path, store = placed.part.path, ctx.store(meeting.id)
    before = {recording.id for recording in ctx.services.recordings(meeting.id)}
    told = {"file": path.name, "at": ctx.clock.now().isoformat(timespec="seconds")}
    store.put(_key(sha256), {**told, "whole": False})
    problem = ""
    with bar(console, path.name) as at:
        try:
            made = ctx.services.import_recording(meeting.id, path, seen=at)
        except RoomctlError as error:
            kept = [each for each in ctx.services.recordings(meeting.id) if each.id not in before and each.frames]
            if not kept:
                store.delete(_key(sha256))
                raise
            made, problem = kept[-1], str(error)
    store.put(_key(sha256), {**told, "whole": not problem})
    with bar(console, tr("核对", "verifying")) as at:
        report = verify(ctx.services.data / made.folder, at)
    problem = "；".join(
        filter(None, [problem, placed.part.cut, *(f"{each.file}: {each.what}" for each in report.problems)])
    )
    done = Imported(placed, made, sha256, problem)
    _tell(console, done)
    return done


def _tell(console: Console, done: Imported) -> None:
    part, made = done.placed.part, done.recording
    _say(
        console,
        tr(
            f"{part.path.name}：第 {made.number} 份录音，{made.tracks} 轨，{made.seconds:.1f} 秒",
            f"{part.path.name}: recording {made.number}, {made.tracks} track(s), {made.seconds:.1f} s",
        ),
    )
    between = importing.gap_text(done.placed.gap)
    holes = [_hole(gap.first_frame / made.sample_rate, gap.frames / made.sample_rate) for gap in made.gaps]
    for text in filter(None, [between, *holes, done.problem]):
        _say(console, f"  {text}", style="yellow")


def _hole(at: float, length: float) -> str:
    return tr(f"第 {at:.1f} 秒处损坏，缺 {length:.1f} 秒", f"damaged at {at:.1f} s: {length:.1f} s of it are missing")


def _say(console: Console, text: str, style: str | None = None) -> None:
    console.print(text, style=style, highlight=False, markup=False, soft_wrap=True)


def as_record(meeting: Meeting, ordered_by: str, done: Sequence[Imported]) -> dict[str, Any]:
    """The JSON of `recording import`."""
    return {
        "meeting": meeting.id,
        "ordered_by": ordered_by,
        "ok": not any(each.problem or each.recording.dropped for each in done),
        "recordings": [
            {
                **importing.as_event(each.placed, each.recording.id),
                "bytes": each.placed.part.bytes,
                "sha256": each.sha256,
                "tracks": each.recording.tracks,
                "sample_rate": each.recording.sample_rate,
                "frames": each.recording.frames,
                "dropped": each.recording.dropped,
                "gaps": [asdict(gap) for gap in each.recording.gaps],
                "problem": each.problem,
            }
            for each in done
        ],
    }
