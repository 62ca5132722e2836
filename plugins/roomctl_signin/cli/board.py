"""`roomctl signin status|report`: who is here, and who is to be called."""

from zoneinfo import ZoneInfo

import typer
from rich.markup import escape
from rich.table import Table

from roomctl.api import Attendance, PluginContext, Presence, Standing, tr
from roomctl.api.finding import find_meeting
from roomctl.api.terminal import Json, MeetingArg
from roomctl_signin import lists, quorums, report
from roomctl_signin.cli.screen import answer, cells, say, table

STYLE = {
    Presence.PRESENT: "green",
    Presence.LATE: "yellow",
    Presence.LEFT_EARLY: "yellow",
    Presence.ON_LEAVE: "cyan",
    Presence.EXPECTED: "bold",
    Presence.ABSENT: "red",
}


def add(group: typer.Typer, ctx: PluginContext) -> None:
    """Puts both commands into the group."""
    services = ctx.services

    @group.command(help=tr("签到情况", "Who is here"))
    def status(meeting: MeetingArg, *, as_json: Json = False) -> None:
        found = find_meeting(ctx.services, meeting)
        board = services.attendance(found.id)
        if as_json:
            answer(lists.as_json(found, board))
            return
        say(_status(board, ZoneInfo(found.zone)))
        say(counts(board))
        if (stands := quorums.of(ctx, found, board)) is not None:
            say(escape(stands.said))

    @group.command("report", help=tr("会前报告：应到、实到、谁没到", "Who is here, who is to be called"))
    def tell(meeting: MeetingArg, *, as_json: Json = False) -> None:
        found = find_meeting(ctx.services, meeting)
        board = services.attendance(found.id)
        stands = quorums.of(ctx, found, board)
        told = report.of(found, board, stands, room=services.room.name, now=ctx.clock.now())
        if as_json:
            answer(told.model_dump())
            return
        say(escape(told.read_out))
        for one in told.absent:
            say(f"  {escape(one.name)}  {escape(one.line)}  {escape(one.phone or tr('无电话', 'no telephone'))}")
        if stands is not None:
            say(escape(stands.said))


def counts(board: Attendance) -> str:
    """应到 32 实到 27（代会 1）请假 3 未到 2 列席 4."""
    n = board.counts
    return tr(
        f"应到 {n.expected}  实到 {n.present}（代会 {n.proxy}）  请假 {n.leave}  未到 {n.absent}  列席 {n.observer}",
        f"expected {n.expected}, present {n.present} (proxies {n.proxy}), on leave {n.leave}, absent {n.absent}, "
        f"observers {n.observer}",
    )


def _status(board: Attendance, zone: ZoneInfo) -> Table:
    shown = table(tr("状态", "state"), tr("签到", "came"), tr("备注", "remark"))
    for standing in board.standings:
        came = standing.arrived or standing.proxy_arrived
        state = f"[{STYLE[standing.presence]}]{standing.presence.value}[/]"
        shown.add_row(*cells(standing.person), state, lists.clock(came, zone), escape(_remark(standing)))
    return shown


def _remark(standing: Standing) -> str:
    if standing.pending_leave:
        return tr("请假待批", "leave to be decided")
    if standing.proxy:
        return tr(
            f"代会 {standing.proxy} {standing.proxy_duty}", f"proxy {standing.proxy} {standing.proxy_duty}"
        ).strip()
    return f"{standing.reason} ({standing.approver})" if standing.reason else ""
