"""`roomctl acoustics`: the baseline that the acoustic proof is held against."""

import json
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from roomctl.api import NotFound, PluginContext, tr
from roomctl.api.terminal import Json, person
from roomctl_av_check.acoustics.proof import BASELINE, take_baseline


def build(ctx: PluginContext) -> typer.Typer:
    """The command group."""
    group = typer.Typer(help=tr("声学实测的基线", "the baseline of the acoustic proof"), no_args_is_help=True)
    console = Console(stderr=True)

    @group.callback()
    def _group() -> None:
        """Keeps the one command below a name of its own."""

    @group.command(
        help=tr(
            "显示基线；--take 把最近一次实测定为基线，--forget 删去基线",
            "show it; --take makes the newest proof the baseline, --forget forgets it",
        )
    )
    def baseline(
        *,
        take: Annotated[
            bool,
            typer.Option(
                "--take", help=tr("现在是正常的：以最近一次实测为准", "the newest proof is as it should be")
            ),
        ] = False,
        forget: Annotated[
            bool, typer.Option("--forget", help=tr("删去现有的基线", "forget the present one"))
        ] = False,
        as_json: Json = False,
    ) -> None:
        if take:
            ctx.publish("baseline", {"by": take_baseline(ctx, person().name)["by"]})
        kept: dict[str, Any] | None = ctx.store().get(BASELINE)
        if kept is None:
            raise NotFound(
                tr("还没有声学基线", "there is no acoustic baseline yet"),
                mend="roomctl check --acoustic; roomctl acoustics baseline --take",
            )
        if forget:
            ctx.store().delete(BASELINE)
            console.print(
                tr("已删去，以后的实测没有基线可比", "forgotten; later proofs have nothing to be held against")
            )
        if as_json:
            print(json.dumps({**kept, "forgotten": forget}, ensure_ascii=False))
        elif not forget:
            console.print(f"{kept['at'][:16]} UTC  {kept.get('by', '')}  {kept['source']}", highlight=False)
            console.print(_table(kept))

    return group


def _table(kept: dict[str, Any]) -> Table:
    table = Table(
        tr("话筒", "Microphone"), tr("电平", "Level"), tr("极性", "Polarity"), tr("到达", "Arrival"), box=None
    )
    signs = {1: tr("正", "normal"), -1: tr("反", "reversed")}
    for at, (level, sign) in enumerate(zip(kept["level"], kept["polarity"], strict=True)):
        arrivals = [
            f"{row[at]['seconds'] * 1000:.1f} ms" if row[at]["seconds"] is not None else "–" for row in kept["heard"]
        ]
        table.add_row(str(at + 1), f"{level:.1f} dBFS", signs.get(sign, "–"), ", ".join(arrivals))
    return table
