"""`roomctl archive encrypt` and `open`: packages in one enciphered file, for a medium that somebody carries."""

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from roomctl.api import Damaged, Meeting, NotFound, PluginContext, tr
from roomctl.api.custody import Way
from roomctl.api.finding import find_meeting
from roomctl.api.terminal import Json, MeetingArg
from roomctl_archive import enciphered
from roomctl_archive.cipher_stream import read_header
from roomctl_archive.verify import verify

PASSPHRASE = "ROOMCTL_PASSPHRASE"  # noqa: S105 - the name of a variable

Bar = Callable[[], Progress]


def add(group: typer.Typer, ctx: PluginContext, console: Console, bar: Bar) -> None:
    """Puts both commands into the group."""

    @group.command(help=tr("把存档包加密成一个文件，存到移动介质", "encipher the packages into one file"))
    def encrypt(
        meeting: MeetingArg,
        to: Annotated[
            Path, typer.Option("--to", help=tr("文件，或已有的文件夹", "a file, or a folder that is there"))
        ],
        *,
        as_json: Json = False,
    ) -> None:
        found = find_meeting(ctx.services, meeting)
        folders = packages_of(ctx, found)
        path = to / file_name(found) if to.is_dir() else to
        words = _passphrase(confirm=True)
        with _ending_in_order(), bar() as shown:
            _need_whole(ctx, found, folders, shown)
            task = shown.add_task(tr("加密", "encipher"), total=None)
            size = enciphered.encipher(
                folders,
                path,
                words,
                mark=found.highest_secrecy.mark,
                tick=lambda step: shown.advance(task, step),
            )
        ctx.publish("enciphered", {"packages": [one.name for one in folders], "bytes": size}, found.id)
        if as_json:
            print(json.dumps({"path": str(path), "bytes": size, "packages": [one.name for one in folders]}))
        said = tr(f"已加密 {len(folders)} 个存档包：{path}", f"{len(folders)} packages are enciphered in {path}")
        console.print(said, style="green", markup=False, soft_wrap=True)
        console.print(tr("口令丢失后无法打开", "without its passphrase nobody can open it"), style="yellow")

    @group.command(
        "open", help=tr("打开加密的存档包，任何计算机都可以", "open an enciphered package, on any machine")
    )
    def open_(
        file: Annotated[Path, typer.Argument(help=tr("加密的文件", "the enciphered file"))],
        *,
        to: Annotated[Path | None, typer.Option("--to", help=tr("新文件夹；默认在当前目录", "a new folder"))] = None,
        as_json: Json = False,
    ) -> None:
        folder = to or Path.cwd() / file.stem
        mark = _mark(file)
        words = _passphrase(confirm=False)
        with _ending_in_order(), bar() as shown:
            task = shown.add_task(tr("解密", "decipher"), total=file.stat().st_size)
            found = enciphered.decipher(file, folder, words, tick=lambda step: shown.advance(task, step))
        if as_json:
            told = [{"path": str(path), **verdict.as_json()} for path, verdict in found.verdicts.items()]
            print(json.dumps({"ok": found.ok, "mark": mark, "packages": told}, ensure_ascii=False))
        for path, verdict in found.verdicts.items():
            for fault in verdict.problems:
                console.print(f"{path.name}/{fault.file}: {fault.what}", style="red", markup=False, soft_wrap=True)
            said = tr(
                f"{path}：查了 {verdict.files} 个文件，{verdict.bytes} 字节",
                f"{path}: checked {verdict.files} files, {verdict.bytes} bytes",
            )
            console.print(said, style="green" if verdict.ok else "red", markup=False, soft_wrap=True)
        if not found.ok:
            raise typer.Exit(1)


def packages_of(ctx: PluginContext, meeting: Meeting) -> list[Path]:
    """Folders of the packages on this machine.

    Raises:
        SecrecyRefused: a state secret; no cipher that is sold may protect it (密码法 articles 7 and 8).
        NotFound: there is none.

    """
    ctx.services.need_way(meeting.id, Way.REMOVABLE)
    packages = ctx.services.packages(meeting.id)
    folders = [path for one in packages if (path := ctx.services.data / one.path).is_dir()]
    if len(folders) < len(packages) or not packages:
        raise NotFound(
            tr("没有可加密的存档包", "there is no package to encipher"),
            tr("存档包不在本机，或还没有打好", "it is not on this machine, or not built yet"),
            tr("请先运行 roomctl archive push", "run roomctl archive push first"),
        )
    return folders


def _need_whole(ctx: PluginContext, meeting: Meeting, folders: Sequence[Path], bar: Progress) -> None:
    """Nobody carries away what is damaged. Raises: Damaged: a package is not what was registered."""
    seals = {one.id: one.manifest_sha256 for one in ctx.services.packages(meeting.id)}
    task = bar.add_task(tr("校验", "verify"), total=None)
    for folder in folders:
        verdict = verify(folder, lambda size: bar.advance(task, size), registered=seals[folder.name])
        for fault in verdict.problems[:1]:
            raise Damaged(
                tr(
                    f"存档包 {folder.name} 有损坏，没有加密",
                    f"package {folder.name} is damaged: not enciphered",
                ),
                f"{fault.file}: {fault.what}",
                tr("用另一处的副本修复：", "repair it from another copy: ")
                + f"roomctl archive reverify {meeting.id} --repair",
            )


def file_name(meeting: Meeting) -> str:
    """With its 密级 in front, as the label of the medium has it; the title stays inside."""
    mark = meeting.highest_secrecy.mark
    return "-".join(part for part in (mark, f"{meeting.starts:%Y%m%d}", meeting.id) if part) + enciphered.ENDING


def _mark(file: Path) -> str:
    """Asked first: nobody types a passphrase for a file that cannot be opened."""
    if not file.is_file():
        raise NotFound(tr(f"没有文件 {file}", f"no file {file}"), mend=tr("请核对路径", "look at the path"))
    with file.open("rb") as source:
        return read_header(source)[0].mark


@contextmanager
def _ending_in_order() -> Iterator[None]:
    """A window that is closed, or a shutdown, ends it as Ctrl-C does: nothing that was deciphered is left behind."""

    def leave(number: int, _frame: object) -> None:
        raise SystemExit(128 + number)

    ends = {signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)}
    kept = {one: signal.signal(one, leave) for one in ends if signal.getsignal(one) is not signal.SIG_IGN}  # nohup
    try:
        yield
    finally:
        for one, before in kept.items():
            signal.signal(one, before)


def _passphrase(*, confirm: bool) -> str:
    """From ROOMCTL_PASSPHRASE, or the first line of stdin, or typed; never from the command line."""
    if PASSPHRASE in os.environ:
        return os.environ[PASSPHRASE]
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    typed: str = typer.prompt(tr("口令", "Passphrase"), hide_input=True, confirmation_prompt=confirm, err=True)
    return typed
