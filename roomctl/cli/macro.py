"""`roomctl macro`: what several devices do one after the other, by hand."""

import sys

import typer
from rich.markup import escape

from roomctl.cli.screen import JSON, answer, console
from roomctl.domain.macros import StepOutcome, StepState
from roomctl.errors import RoomctlError
from roomctl.i18n import tr

app = typer.Typer(add_completion=False, no_args_is_help=True, help=tr("会议室的场景", "The macros of the room"))

_MARKS = {
    StepState.PLANNED: ("dim", "·"),
    StepState.DONE: ("ok", "✓"),
    StepState.FAILED: ("crit", "✗"),
    StepState.LEFT_OUT: ("dim", "–"),
}


@app.command("list", help=tr("有哪些场景", "Which there are"))
def list_(*, as_json: bool = JSON) -> None:
    """In the order of macros.toml."""
    from roomctl.app import open_application  # noqa: PLC0415

    application = open_application()
    found = application.usecases.macros()
    if as_json:
        answer({"macros": [{"id": m.id, "title": m.name, "on": m.on, "steps": len(m.steps)} for m in found]})
        return
    for macro in found:
        by_itself = tr(f"，转为“{macro.on.label}”时自动", f", by itself at {macro.on.label}") if macro.on else ""
        said = tr(f"{len(macro.steps)} 步{by_itself}", f"{len(macro.steps)} steps{by_itself}")
        console().print(escape(f"{macro.id:<16} {macro.name}  {said}"))
    if not found:
        path = application.data / "macros.toml"
        console().print(tr(f"没有场景；写在 {path}", f"there is none; they stand in {path}"))


@app.command(help=tr("执行一个场景；有一步不成时退出码为 1", "Run one; exit code 1 where a step fails"))
def run(
    macro: str = typer.Argument(help=tr("场景编号", "id of the macro")),
    *,
    dry_run: bool = typer.Option(False, "--dry-run", help=tr("只列出步骤，不执行", "only say what it would do")),
    yes: bool = typer.Option(False, "--yes", "-y", help=tr("不再询问", "do not ask")),
    as_json: bool = JSON,
) -> None:
    """Asked first; each step is read back and logged."""
    from roomctl.app import open_application  # noqa: PLC0415
    from roomctl.services.macros import well  # noqa: PLC0415

    use = open_application().usecases
    planned = use.plan_macro(macro)
    if dry_run:
        found = planned
        if not as_json:
            for one in found:
                _say(one)
    else:
        _sure(planned, yes=yes)
        found = use.run_macro(macro, heard=None if as_json else _say)
    if as_json:
        answer({"steps": [{"step": one.what, "state": one.state.value, "said": one.said} for one in found]})
    if not well(found):
        raise typer.Exit(1)


def _say(one: StepOutcome) -> None:
    style, mark = _MARKS[one.state]
    console().print(f"[{style}]{mark}[/] {escape(one.what)}  [dim]{escape(one.said)}[/]", soft_wrap=True)


def _sure(planned: tuple[StepOutcome, ...], *, yes: bool) -> None:
    if yes:
        return
    question = tr(f"执行这 {len(planned)} 步？", f"do these {len(planned)} steps?")
    if not sys.stdin.isatty():
        raise RoomctlError(question, tr("无法交互确认", "nobody is here to be asked"), tr("加 --yes", "add --yes"))
    for one in planned:
        _say(one)
    if not typer.confirm(question, err=True):
        raise typer.Exit(2)
