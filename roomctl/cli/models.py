"""`roomctl models`: what models there are, and bringing them here."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table
from roomctl_models import importing
from roomctl_models.pull import pull as pull_model
from roomctl_models.store import Seen, Store, ways

from roomctl.cli.screen import JSON, answer, console
from roomctl.errors import BadInput, MissingPart
from roomctl.i18n import tr

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help=tr("语音模型：清单、下载、导入、校验", "Speech models: list, pull, import, verify"),
)

Names = Annotated[list[str] | None, typer.Argument(help=tr("模型名称", "names of models"), show_default=False)]
Some = Annotated[list[str], typer.Argument(help=tr("模型名称", "names of models"))]


@app.command("list", help=tr("有哪些模型，哪些已安装", "What there is, and what is installed"))
def list_(*, as_json: bool = JSON) -> None:
    """Name, engine, whether it is installed, size, licence, purpose."""
    store = Store.here()
    rows = [_row(store, name) for name in store.catalogue.entries]
    if as_json:
        answer({"models": rows})
        return
    table = Table(box=None, pad_edge=False)
    table.add_column(tr("模型", "model"), no_wrap=True)
    table.add_column(tr("引擎", "engine"), no_wrap=True)
    table.add_column(tr("已安装", "installed"), no_wrap=True)
    table.add_column(tr("大小", "size"), justify="right", no_wrap=True)
    table.add_column(tr("内存", "memory"), justify="right", no_wrap=True)
    table.add_column(tr("许可", "licence"), no_wrap=True)
    table.add_column(tr("用途", "purpose"), overflow="fold")
    for row in rows:
        size = row["bytes"] if row["installed"] else row["download"]
        memory = _mb(row["memory"]) if row["memory"] else "–"
        mark = "[green]✓[/]" if row["installed"] else "[dim]–[/]"
        table.add_row(row["name"], row["engine"], mark, _mb(size), memory, row["licence"], row["purpose"])
    console().print(table)


@app.command(help=tr("下载模型：可续传，逐个文件校验", "Fetch models; goes on where it stopped, checks every file"))
def pull(
    names: Names = None,
    *,
    source: Annotated[
        Path | None, typer.Option("--from", help=tr("先在这个文件夹里找", "look into this folder first"))
    ] = None,
    as_json: bool = JSON,
) -> None:
    """What is here already is left as it is."""
    store = Store.here()
    wanted = _given(names, store)
    for name in wanted:
        with _bar(name) as seen:
            folder = pull_model(name, store, seen, source)
        console().print(f"[green]✓[/] {name}  {escape(str(folder))}")
    if as_json:
        answer({"models": [_row(store, name) for name in wanted]})


@app.command("import", help=tr("从 U 盘导入，按内容识别", "Bring models from a USB stick; known by their content"))
def import_(
    path: Annotated[Path, typer.Argument(help=tr("文件夹、zip 或 wheel", "a folder, zip or wheel"))],
    names: Names = None,
    *,
    as_json: bool = JSON,
) -> None:
    """Every complete model that lies in the path, or those named."""
    store = Store.here()
    with _bar(path.name) as seen:
        brought = importing.bring(path, store, names or (), seen)
    for name in brought:
        console().print(f"[green]✓[/] {name}  {escape(str(store.folder(name)))}")
    if as_json:
        answer({"models": [_row(store, name) for name in brought]})


@app.command(help=tr("逐字节校验；不符时退出码为 1", "Read every byte and compare; exit code 1 where one differs"))
def verify(names: Names = None, *, as_json: bool = JSON) -> None:
    """All installed models, or those named."""
    store = Store.here()
    wanted = names or list(store.names())
    if not wanted:
        first = next(iter(store.catalogue.entries.values()))
        raise MissingPart(tr("还没有安装任何模型", "no model is installed"), mend=ways(first))
    rows = []
    for name in wanted:
        with _bar(name) as seen:
            verdict = store.verify(name, seen)
        rows.append({"name": name, **verdict.as_json()})
        if verdict.ok:
            files = tr(f"{verdict.files} 个文件", f"{verdict.files} files")
            console().print(f"[green]✓[/] {name}  {files}  {_mb(verdict.bytes)}")
        for fault in verdict.problems:
            console().print(f"[red]✗[/] {name}  {escape(fault.file)}: {escape(fault.what)}")
    bad = [str(row["name"]) for row in rows if not row["ok"]]
    for name in bad:
        mend = f"roomctl models remove {name} && roomctl models pull {name}"
        console().print(tr(f"请重新获取：{mend}", f"fetch it again: {mend}"))
    if as_json:
        answer({"ok": not bad, "models": rows})
    if bad:
        raise typer.Exit(1)


@app.command(help=tr("删除模型，腾出磁盘", "Remove models and free the disk"))
def remove(names: Some, *, as_json: bool = JSON) -> None:
    """What is not there is gone already."""
    store = Store.here()
    freed = {name: store.remove(name) for name in names}
    for name, size in freed.items():
        console().print(tr(f"{name}：腾出 {_mb(size)}", f"{name}: {_mb(size)} freed"))
    if as_json:
        answer({"models": [{"name": name, "bytes": size} for name, size in freed.items()]})


def _given(names: list[str] | None, store: Store) -> list[str]:
    if names:
        return names
    known = "、".join(store.catalogue.entries)
    raise BadInput(tr("没有写模型名称", "no model was named"), mend=tr(f"可选：{known}", f"one of: {known}"))


def _row(store: Store, name: str) -> dict[str, Any]:
    entry, here = store.catalogue[name], store.installed(name)
    return {
        "name": name,
        "engine": entry.engine,
        "language": entry.language,
        "licence": entry.licence,
        "purpose": entry.purpose,
        "installed": here,
        "bytes": store.size(name),
        "download": entry.size,
        "memory": entry.memory or None,
        "path": str(store.folder(name)) if here else None,
    }


@contextmanager
def _bar(title: str) -> Iterator[Seen]:
    """A bar with size and speed on stderr; nothing where that is no terminal."""
    from rich.progress import (  # noqa: PLC0415 - `models list` needs none
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TransferSpeedColumn,
    )

    screen = console()
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal) as bar:
        task = bar.add_task(title, total=None)

        def seen(what: str, done: int, total: int) -> None:
            bar.update(task, description=f"{title}  {what}", completed=done, total=total or None)

        yield seen


def _mb(size: int) -> str:
    return f"{size / 1e6:.1f} MB"
