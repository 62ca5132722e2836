"""`roomctl archive …`."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from roomctl.api import Meeting, PluginContext, tr
from roomctl.api.finding import find_meeting
from roomctl.api.terminal import Json, MeetingArg
from roomctl_archive import standing
from roomctl_archive.cli import cipher, family, media, register
from roomctl_archive.reverify import read_again
from roomctl_archive.service import ArchiveService
from roomctl_archive.verify import STUB, kind_of
from roomctl_archive.verify import verify as verify_package


def build(ctx: PluginContext) -> typer.Typer:
    """The command group."""
    group = typer.Typer(help=tr("校验、送存和归档", "verify, deliver and accept packages"), no_args_is_help=True)
    console = Console(stderr=True)
    _verifying(group, console)
    _delivering(group, ctx, console)
    cipher.add(group, ctx, console, lambda: _bar(console))
    media.add(group, ctx, console, lambda: _bar(console))
    register.add(group, ctx, console)
    return group


def _verifying(group: typer.Typer, console: Console) -> None:
    @group.command(help=tr("校验一个存档包", "verify a package from itself alone"))
    def verify(
        package: Annotated[Path, typer.Argument(help=tr("存档包的文件夹", "folder of the package"))],
        *,
        registered: Annotated[
            str,
            typer.Option(
                "--registered",
                metavar="SHA256",
                help=tr(
                    "回执里的 manifest_sha256：整包重做过也能查出",
                    "manifest_sha256 of a receipt: finds a package that was made anew, too",
                ),
            ),
        ] = "",
        whole: Annotated[
            bool,
            typer.Option(
                "--family",
                help=tr("连同旁边的首包和补充包", "with the first package and the supplements beside it"),
            ),
        ] = False,
        as_json: Json = False,
    ) -> None:
        if whole:
            family.verify(console, package, _bar(console), as_json=as_json)
        else:
            _verify(console, package, registered, as_json=as_json)


def _delivering(group: typer.Typer, ctx: PluginContext, console: Console) -> None:
    @group.command(help=tr("立即送存", "build and deliver now"))
    def push(meeting: MeetingArg) -> None:
        with _bar(console) as bar:
            task = bar.add_task(tr("送存", "deliver"), total=None)
            done = ArchiveService(ctx).push(
                find_meeting(ctx.services, meeting, handing_over=True), lambda size: bar.advance(task, size)
            )
        if done:
            console.print(tr(f"已核对，回执 {done} 份", f"read back and equal: {done} new receipts"), style="green")
        else:
            console.print(tr("没有要送存的", "nothing was left to deliver"))

    @group.command(help=tr("送存进度及未完成原因", "how far each delivery is, and why not"))
    def status(
        meeting: Annotated[
            str, typer.Argument(help=tr("会议编号；不写为所有在途的", "id of the meeting; all under way without"))
        ] = "",
        *,
        as_json: Json = False,
    ) -> None:
        _status(
            ctx, console, find_meeting(ctx.services, meeting, handing_over=True) if meeting else None, as_json=as_json
        )

    @group.command(help=tr("修好以后马上重试，不等下一次", "try again now, once something was mended"))
    def retry(
        meeting: MeetingArg,
        *,
        target: Annotated[str, typer.Option("--target", help=tr("只重试这个存储目标", "this target alone"))] = "",
        as_json: Json = False,
    ) -> None:
        rows = ctx.services.retry_deliveries(find_meeting(ctx.services, meeting, handing_over=True).id, target=target)
        if as_json:
            print(json.dumps({"deliveries": [row.as_json() for row in rows]}, ensure_ascii=False))
        names = "、".join(row.target for row in rows)
        console.print(
            tr(
                f"{names}：roomctl serve 会马上重试；没有运行它时用 roomctl archive push",
                f"{names}: roomctl serve tries again at once; where it does not run, use roomctl archive push",
            ),
            style="green",
            markup=False,
        )

    @group.command(help=tr("重读各处的存档包，用完好副本修复", "read every copy again, repair the damaged"))
    def reverify(
        meeting: MeetingArg,
        *,
        repair: Annotated[
            bool, typer.Option("--repair/--no-repair", help=tr("用完好副本修复", "from a copy that is whole"))
        ] = True,
        as_json: Json = False,
    ) -> None:
        _reverify(
            ctx, console, find_meeting(ctx.services, meeting, handing_over=True), repair=repair, as_json=as_json
        )


def _verify(console: Console, package: Path, registered: str, *, as_json: bool) -> None:
    with _bar(console) as bar:
        task = bar.add_task(tr("校验", "verify"), total=_bytes(package))
        verdict = verify_package(package, lambda size: bar.advance(task, size), registered=registered)
    kind = kind_of(package)
    if as_json:
        print(json.dumps(verdict.as_json() | ({"kind": kind} if kind else {}), ensure_ascii=False))
    if kind == STUB:
        console.print(tr("这是涉密存档包的存根", "this is the stub of a package of a state secret"), style="yellow")
    for line in family.relation(package):
        console.print(line, style="yellow", markup=False, soft_wrap=True)
    for fault in verdict.problems:
        console.print(f"{fault.file}: {fault.what}", style="red", markup=False, soft_wrap=True)
    read = tr(
        f"查了 {verdict.files} 个文件，{verdict.bytes} 字节", f"checked {verdict.files} files, {verdict.bytes} bytes"
    )
    if verdict.ok:
        console.print(tr(f"完好：{read}", f"whole: {read}"), style="green")
    elif not verdict.files:
        console.print(tr("一个文件也没有查到", "not one file was checked"), style="red")
    else:
        number = len(verdict.problems)
        console.print(tr(f"有 {number} 处问题：{read}", f"{number} problems: {read}"), style="red")
    if not verdict.ok:
        raise typer.Exit(1)


def _status(ctx: PluginContext, console: Console, meeting: Meeting | None, *, as_json: bool) -> None:
    told = standing.as_json(ctx, meeting)
    if as_json:
        print(json.dumps(told, ensure_ascii=False))
    elif told["deliveries"]:
        Console().print(standing.table(ctx, meeting))
    else:
        console.print(tr("没有在途的存档包", "no package is on its way"), style="green")
    for line in standing.lines(ctx, meeting):
        console.print(line, style="red", markup=False, soft_wrap=True)
    if not told["ok"]:
        raise typer.Exit(1)


def _reverify(ctx: PluginContext, console: Console, meeting: Meeting, *, repair: bool, as_json: bool) -> None:
    with _bar(console) as bar:
        task = bar.add_task(tr("复核", "read again"), total=None)
        found = read_again(ctx, meeting, repair=repair, tick=lambda size: bar.advance(task, size))
    if as_json:
        print(json.dumps(found.as_json(), ensure_ascii=False))
    for line, colour in found.lines():
        console.print(line, style=colour, markup=False, soft_wrap=True)
    if not found.ok:
        raise typer.Exit(1)


def _bar(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def _bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
