"""`roomctl archive hand-over`: onto a registered 涉密介质."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from roomctl.api import PluginContext, tr
from roomctl.api.finding import find_meeting
from roomctl.api.terminal import Json, MeetingArg
from roomctl_archive import media
from roomctl_archive.cli.cipher import Bar


def add(group: typer.Typer, ctx: PluginContext, console: Console, bar: Bar) -> None:
    """Puts the command into the group."""

    @group.command(
        "hand-over", help=tr("把涉密存档包移交到登记的涉密介质", "a state secret onto its registered medium")
    )
    def hand_over(
        meeting: MeetingArg,
        medium: Annotated[Path, typer.Option("--medium", help=tr("介质挂载的位置", "where the medium is mounted"))],
        by: Annotated[str, typer.Option("--by", help=tr("移交人姓名", "who hands it over"))],
        *,
        title_open: Annotated[
            bool, typer.Option("--title-open", help=tr("题名本身不涉密，写进存根", "the title is no secret itself"))
        ] = False,
        as_json: Json = False,
    ) -> None:
        found = find_meeting(ctx.services, meeting, handing_over=True)
        with bar() as shown:
            task = shown.add_task(tr("移交", "hand over"), total=None)
            handed = media.hand_over(
                ctx, found, medium, by=by, open_title=title_open, tick=lambda size: shown.advance(task, size)
            )
        if as_json:
            print(json.dumps({"handovers": [one.as_json() for one in handed]}, ensure_ascii=False))
        for one in handed:
            said = tr(
                f"第 {one.number} 号移交清单：{one.files} 个文件已核对。打印：roomctl secrecy list {found.id}；"
                f"接收方签收：roomctl secrecy receive {one.number} --by 姓名",
                f"handover list {one.number}: {one.files} files equal. Print it: roomctl secrecy list {found.id}; "
                f"who receives signs: roomctl secrecy receive {one.number} --by NAME",
            )
            console.print(said, style="green", markup=False, soft_wrap=True)
