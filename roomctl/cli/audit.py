"""`roomctl audit`: whether the event log is what was written."""

import typer

from roomctl.cli.screen import JSON, answer, console
from roomctl.i18n import tr

app = typer.Typer(add_completion=False, no_args_is_help=True, help=tr("事件日志", "The event log"))


@app.callback()
def _group() -> None:
    pass


@app.command(help=tr("逐行校验事件日志的哈希链", "Verify the hash chain of the event log, row by row"))
def verify(*, as_json: bool = JSON) -> None:
    """Finds rows altered, removed, reordered or inserted, and a cut-off end. Exit code 1 where there are any."""
    from roomctl.app import open_application  # noqa: PLC0415

    found = open_application().audit()
    faults = [{"stream": f.stream, "n": f.n, "what": f.what} for f in found.faults]
    screen = console()
    if as_json:
        answer({"ok": not faults, "streams": found.streams, "events": found.events, "problems": faults})
    for fault in found.faults:
        screen.print(f"[crit]✗[/] {fault.stream} #{fault.n}: {fault.what}")
    if not faults:
        screen.print(
            tr(
                f"[ok]✓[/] {found.streams} 条链、{found.events} 个事件，完整",
                f"[ok]✓[/] {found.streams} chains, {found.events} events, whole",
            )
        )
        screen.print(
            tr(
                "[dim]没有密钥：能发现意外和局部篡改，不能防住把全部日志重写一遍的人。[/]",
                "[dim]Without a key this proves against accident and partial tampering, "
                "not against somebody who rewrites everything.[/]",
            )
        )
    if faults:
        raise typer.Exit(1)
