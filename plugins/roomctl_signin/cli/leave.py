"""`roomctl signin leave|decide`: leave is asked for, and granted or refused."""

from typing import Annotated

import typer
from rich.markup import escape

from roomctl.api import BadInput, PluginContext, tr
from roomctl.api.finding import find_meeting
from roomctl.api.terminal import Json, MeetingArg
from roomctl_signin.cli.screen import By, NameArg, actor, say, tell


def add(group: typer.Typer, ctx: PluginContext) -> None:
    """Puts both commands into the group."""

    @group.command(help=tr("请假，可写代替人选", "Ask for leave, with a proxy if there is one"))
    def leave(
        meeting: MeetingArg,
        name: NameArg,
        *,
        reason: Annotated[str, typer.Option("--reason", help=tr("理由", "why"))],
        proxy: Annotated[str, typer.Option("--proxy", help=tr("代会人姓名", "name of the proxy"))] = "",
        proxy_duty: Annotated[str, typer.Option("--proxy-duty", help=tr("代会人职务", "the proxy's duty"))] = "",
        by: By = "",
        as_json: Json = False,
    ) -> None:
        meeting = find_meeting(ctx.services, meeting).id
        standing = ctx.services.request_leave(
            meeting, name, reason=reason, proxy=proxy, proxy_duty=proxy_duty, actor=actor(by)
        )
        say(
            tr("{} 已请假，待批准", "{} asked for leave; somebody has to decide").format(escape(standing.person.name))
        )
        tell(meeting, standing, as_json=as_json)

    @group.command(help=tr("批假：准或不准", "Decide on a leave"))
    def decide(
        meeting: MeetingArg,
        name: NameArg,
        *,
        granted: Annotated[bool | None, typer.Option("--grant/--refuse", help=tr("准 / 不准", "yes / no"))] = None,
        by: Annotated[str, typer.Option("--by", help=tr("批准人姓名", "who decides"))],
        reason: Annotated[str, typer.Option("--reason", help=tr("不准的理由", "why it is refused"))] = "",
        as_json: Json = False,
    ) -> None:
        if granted is None:
            raise BadInput(
                tr("没有写准还是不准", "it does not say whether the leave is granted"),
                mend=tr("请加 --grant 或 --refuse", "give --grant or --refuse"),
            )
        meeting = find_meeting(ctx.services, meeting).id
        standing = ctx.services.decide_leave(meeting, name, granted=granted, by=by, note=reason)
        word = tr("准假", "granted") if granted else tr("不准假", "refused")
        say(f"{escape(standing.person.name)} {word}（{escape(by)}）")
        tell(meeting, standing, as_json=as_json)
