"""`roomctl plugins`: what is loaded, what is not, and the mend."""

import typer
from rich.markup import escape
from rich.table import Table

from roomctl.cli.screen import answer, console
from roomctl.errors import NotFound
from roomctl.i18n import tr

app = typer.Typer(add_completion=False, no_args_is_help=True, help=tr("插件", "Plugins"))

_STYLE = {"enabled": "ok", "disabled": "dim"}


@app.command("list", help=tr("全部插件及其状态", "All plugins and how they stand"))
def list_(*, as_json: bool = typer.Option(False, "--json", help="JSON")) -> None:
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
        why = " ".join(part for part in (row.reason, row.mend) if part)
        table.add_row(
            row.name, row.version, f"[{_STYLE.get(row.status.value, 'crit')}]{row.status.value}[/]", escape(why)
        )
    console().print(table)


@app.command(help=tr("一个插件的详情", "One plugin in full"))
def info(name: str, *, as_json: bool = typer.Option(False, "--json", help="JSON")) -> None:
    """Status with the kept trace."""
    from roomctl.app import open_application  # noqa: PLC0415

    rows = open_application().plugins.status()
    row = next((row for row in rows if row.name == name), None)
    if row is None:
        raise NotFound(
            tr(f"没有插件 {name}", f"no plugin {name}"),
            mend=tr("已有：", "known: ") + ", ".join(r.name for r in rows),
        )
    facts = row.as_json()
    if as_json:
        answer({**facts, "trace": row.trace})
        return
    for key, value in facts.items():
        console().print(f"[stage]{key}[/]: {escape(value or '—')}")
    if row.trace:
        console().print(escape(row.trace))


@app.command(help=tr("启用，下次启动生效", "Enable it, from the next start on"))
def enable(name: str) -> None:
    """Also forgives its strikes."""
    from roomctl.app import open_application  # noqa: PLC0415

    open_application().plugins.enable(name)
    console().print(tr(f"{name} 下次启动时启用", f"{name} will be enabled at the next start"))


@app.command(help=tr("停用，下次启动生效", "Disable it, from the next start on"))
def disable(name: str) -> None:
    """The others go on."""
    from roomctl.app import open_application  # noqa: PLC0415

    open_application().plugins.disable(name)
    console().print(tr(f"{name} 下次启动时停用", f"{name} will be disabled at the next start"))
