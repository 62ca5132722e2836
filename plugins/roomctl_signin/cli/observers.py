"""`roomctl signin in|out|waiting`: observers come for an item and go after it."""

from typing import Annotated

import typer
from rich.markup import escape

from roomctl.api import PluginContext, tr
from roomctl.api.finding import find_meeting
from roomctl.api.terminal import Json, MeetingArg
from roomctl_signin.cli.screen import By, NameArg, actor, answer, say, tell


def add(group: typer.Typer, ctx: PluginContext) -> None:
    """Puts the three commands into the group."""
    services = ctx.services

    @group.command("in", help=tr("列席人员进场", "An observer comes in"))
    def enter(
        meeting: MeetingArg,
        name: NameArg,
        *,
        item: Annotated[int | None, typer.Option("--item", min=1, help=tr("议题序号", "agenda item"))] = None,
        by: By = "",
        as_json: Json = False,
    ) -> None:
        meeting = find_meeting(ctx.services, meeting).id
        standing = services.enter(meeting, name, item, actor=actor(by))
        say(tr("{} 已进场", "{} has come in").format(escape(standing.written)))
        tell(meeting, standing, as_json=as_json)

    @group.command("out", help=tr("列席人员退场", "An observer goes out"))
    def leave_the_room(meeting: MeetingArg, name: NameArg, *, by: By = "", as_json: Json = False) -> None:
        meeting = find_meeting(ctx.services, meeting).id
        standing = services.exit(meeting, name, actor=actor(by))
        say(tr("{} 已退场", "{} has gone out").format(escape(standing.written)))
        tell(meeting, standing, as_json=as_json)

    @group.command(help=tr("候会：请进、请退场、候会", "Which observers come in, go out and wait"))
    def waiting(
        meeting: MeetingArg,
        *,
        item: Annotated[int | None, typer.Option("--item", min=0, help=tr("议题序号", "agenda item"))] = None,
        as_json: Json = False,
    ) -> None:
        meeting = find_meeting(ctx.services, meeting).id
        found = services.moves(meeting, item)
        sides = {
            "enter": tr("请进", "come in"), "leave": tr("请退场", "go out"), "stay": tr("在场", "inside"),
            "wait": tr("候会", "wait"),
        }  # fmt: skip
        names = {side: [person.name for person in getattr(found, side)] for side in sides}
        if as_json:
            answer({"meeting": meeting, "item": found.item, **names})
            return
        say(tr(f"议题 {found.item}", f"item {found.item}"))
        for side, title in sides.items():
            say(f"{title}：{escape('、'.join(names[side]) or '-')}")
