"""`roomctl plugins`: what is loaded, what is not, and the mend."""

from pathlib import Path

import typer
from rich.markup import escape
from rich.table import Table

from roomctl.cli.screen import JSON, answer, console
from roomctl.errors import NotFound, RoomctlError
from roomctl.host.status import Status
from roomctl.i18n import tr

app = typer.Typer(add_completion=False, no_args_is_help=True, help=tr("插件", "Plugins"))

_NAME = typer.Argument(..., help=tr("插件名称，见 list", "its name, see list"))
_STYLE = {Status.ENABLED: "ok", Status.DISABLED: "dim"}


@app.command("list", help=tr("全部插件及其状态", "All plugins and how they stand"))
def list_(*, as_json: bool = JSON) -> None:
    """Name, version, status; where it is not enabled, why and the mend."""
    from roomctl.app import open_application  # noqa: PLC0415

    rows = open_application().plugins.status()
    if as_json:
        answer({"plugins": [row.as_json() for row in rows]})
        return
    table = Table(box=None, pad_edge=False)
    for head in (
        tr("插件", "plugin"),
        tr("版本", "version"),
        tr("状态", "status"),
        tr("原因与处理", "why, and the mend"),
    ):
        table.add_column(head)
    for row in rows:
        why = str(RoomctlError(row.reason, mend=row.mend))
        table.add_row(row.name, row.version, _status(row.status), escape(why))
    console().print(table)


def _status(status: Status) -> str:
    return f"[{_STYLE.get(status, 'crit')}]{status.label}[/]"


@app.command(help=tr("一个插件的详情", "One plugin in full"))
def info(name: str = _NAME, *, as_json: bool = JSON) -> None:
    """Status with the kept trace."""
    from roomctl.app import open_application  # noqa: PLC0415

    rows = open_application().plugins.status()
    row = next((row for row in rows if row.name == name), None)
    if row is None:
        raise NotFound(
            tr(f"没有插件 {name}", f"no plugin {name}"),
            mend=tr("已有：", "known: ") + ", ".join(r.name for r in rows),
        )
    if as_json:
        answer({**row.as_json(), "trace": row.trace})
        return
    grid = Table.grid(padding=(0, 2))
    for head, value in (
        (tr("插件", "plugin"), escape(row.name)),
        (tr("版本", "version"), escape(row.version)),
        (tr("状态", "status"), _status(row.status)),
        (tr("原因", "why"), escape(row.reason)),
        (tr("处理", "mend"), escape(row.mend)),
    ):
        grid.add_row(f"[stage]{head}[/]", value or "—")
    console().print(grid)
    if row.trace:
        console().print(escape(row.trace), soft_wrap=True)


@app.command(help=tr("启用，下次启动生效", "Enable it, from the next start on"))
def enable(name: str = _NAME) -> None:
    """Also forgives its strikes."""
    from roomctl.app import open_application  # noqa: PLC0415

    open_application().plugins.enable(name)
    console().print(tr(f"{name} 下次启动时启用", f"{name} will be enabled at the next start"))


@app.command(help=tr("停用，下次启动生效", "Disable it, from the next start on"))
def disable(name: str = _NAME) -> None:
    """The others go on."""
    from roomctl.app import open_application  # noqa: PLC0415

    open_application().plugins.disable(name)
    console().print(tr(f"{name} 下次启动时停用", f"{name} will be disabled at the next start"))


@app.command(
    help=tr(
        "安装：一个 wheel，或一个目录的 wheel（不联网）", "Install a wheel, or a folder of wheels without network"
    )
)
def install(
    source: Path = typer.Argument(
        help=tr(".whl 文件，或放着插件及其依赖的目录", ".whl file, or folder with all it needs")
    ),
    *,
    as_json: bool = JSON,
) -> None:
    """Into `<data>/site/NAME`, under the exact versions that the host has; a conflict is refused and named."""
    from roomctl.folders import data_folder  # noqa: PLC0415
    from roomctl.host import install as host  # noqa: PLC0415

    done = host.install(source, data_folder())
    if as_json:
        facts = {"name": done.name, "version": done.version, "path": str(done.folder)}
        answer({**facts, "packages": list(done.packages), "effective": "next start"})
        return
    packages = ", ".join(done.packages)
    console().print(
        tr(
            f"[ok]✓[/] 已安装 {done.name} {done.version}（{packages}），下次启动时启用",
            f"[ok]✓[/] installed {done.name} {done.version} ({packages}); it will be enabled at the next start",
        ),
        soft_wrap=True,
    )


@app.command(
    help=tr("删除用 install 装的插件，下次启动生效", "Remove what install put there, from the next start on")
)
def remove(name: str = _NAME) -> None:
    """Its folder in `<data>/site`; what it kept in the data folder stays."""
    from roomctl.folders import data_folder  # noqa: PLC0415
    from roomctl.host import install as host  # noqa: PLC0415

    host.remove(name, data_folder())
    console().print(
        tr(
            f"{name} 已删除，下次启动生效；它保存的数据没有动",
            f"{name} is removed, from the next start on; what it kept was not touched",
        )
    )
