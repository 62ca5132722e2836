"""`roomctl signin`: who comes and who goes; the other commands of the group stand beside it."""

from typing import Annotated, Any

import typer
from rich.markup import escape
from typer.core import TyperGroup

from roomctl.api import Attendance, BadInput, Method, NotFound, PluginContext, tr
from roomctl.api.finding import find_meeting
from roomctl.api.terminal import Json, MeetingArg
from roomctl_signin import evidence
from roomctl_signin.cli import board, cards, leave, observers
from roomctl_signin.cli.screen import By, NameArg, actor, say, tell


class SignInFirst(TyperGroup):
    """`roomctl signin MEETING NAME` is short for `roomctl signin sign MEETING NAME`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Puts `sign` where the first word is no command of the group."""
        if args and args[0] not in self.commands and args[0] != "--help":
            args = ["sign", *args]
        return super().parse_args(ctx, args)


def build(ctx: PluginContext) -> typer.Typer:
    """The command group."""
    group = typer.Typer(
        cls=SignInFirst,
        no_args_is_help=True,
        add_completion=False,
        help=tr(
            "签到：roomctl signin 会议 姓名；另有请假、批假、离开、撤销、状态",
            "roomctl signin MEETING NAME; and leave, decide, left, undo, status",
        ),
    )
    _arrive(group, ctx)
    leave.add(group, ctx)
    _depart(group, ctx)
    cards.add(group, ctx)
    board.add(group, ctx)
    observers.add(group, ctx)
    return group


def _arrive(group: typer.Typer, ctx: PluginContext) -> None:
    """Who comes."""

    @group.command(help=tr("签到（可省略 sign）", "Sign in (`sign` may be left out)"))
    def sign(
        meeting: MeetingArg,
        name: NameArg = "",
        *,
        proxy: Annotated[bool, typer.Option("--proxy", help=tr("由代会人签到", "the proxy signs in"))] = False,
        card: Annotated[str, typer.Option("--card", help=tr("卡号", "card number"))] = "",
        phone: Annotated[str, typer.Option("--phone", help=tr("手机号", "telephone number"))] = "",
        seat: Annotated[str, typer.Option("--seat", help=tr("座位号", "seat"))] = "",
        by: By = "",
        as_json: Json = False,
    ) -> None:
        meeting = find_meeting(ctx.services, meeting).id
        given = {key: text for key, text in (("card", card), ("phone", phone), ("seat", seat)) if text}
        who, stands_in = name or _by_evidence(ctx, meeting, given), proxy
        if name and not proxy:
            who, stands_in = _maybe_proxy(ctx.services.attendance(meeting), name)
        method = Method.CARD if card else Method.COMMAND
        standing = ctx.services.sign_in(meeting, who, method=method, device="cli", proxy=stands_in, actor=actor(by))
        # whether somebody is late is for the record, and is not said to the person
        say(f"[green]✓[/] {escape(standing.written)} {tr('已签到', 'signed in')}")
        tell(meeting, standing, as_json=as_json)


def _depart(group: typer.Typer, ctx: PluginContext) -> None:
    """Who goes; and an act is taken back."""

    @group.command(help=tr("离开：出席者早退，列席者退场", "Somebody has left"))
    def left(meeting: MeetingArg, name: NameArg, *, by: By = "", as_json: Json = False) -> None:
        meeting = find_meeting(ctx.services, meeting).id
        standing = ctx.services.leave_early(meeting, name, actor=actor(by))
        say(tr("{} 已离开", "{} has left").format(escape(standing.written)))
        tell(meeting, standing, as_json=as_json)

    @group.command(help=tr("撤销此人最近一次操作", "Take back the person's newest act"))
    def undo(meeting: MeetingArg, name: NameArg, *, by: By = "", as_json: Json = False) -> None:
        meeting = find_meeting(ctx.services, meeting).id
        standing = ctx.services.undo_attendance(meeting, name, leave=True, actor=actor(by))
        say(f"{escape(standing.person.name)} {tr('已撤销，现在', 'undone, now')} {standing.presence.value}")
        tell(meeting, standing, as_json=as_json)


def _by_evidence(ctx: PluginContext, meeting: str, given: dict[str, str]) -> str:
    if not given:
        raise BadInput(
            tr("没有写谁签到", "it does not say who signs in"),
            mend=tr("请写姓名，或 --card、--phone、--seat", "give a name, or --card, --phone, --seat"),
        )
    found = evidence.identify(ctx.services.roster(meeting), evidence.cards(ctx, meeting), given)
    if found is None:
        shown = "、".join(given.values())
        raise NotFound(
            tr(f"认不出“{shown}”是谁", f"nobody is known by {shown}"),
            mend=tr("请按姓名签到", "sign in by name"),
        )
    return found


def _maybe_proxy(attendance: Attendance, name: str) -> tuple[str, bool]:
    """A name that is on no roster but is the approved proxy of one member means that member's proxy."""
    if any(name in {one.person.name, one.person.id} for one in attendance.standings):
        return name, False
    stands_for = [one.person.id for one in attendance.standings if one.proxy == name]
    return (stands_for[0], True) if len(stands_for) == 1 else (name, False)
