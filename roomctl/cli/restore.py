"""`roomctl restore`: one step back, with what is there now set aside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.markup import escape

from roomctl.cli.screen import JSON, answer, console
from roomctl.errors import Busy
from roomctl.folders import data_folder
from roomctl.i18n import tr

if TYPE_CHECKING:
    from roomctl.storage.absent import Absent
    from roomctl.storage.restore import Lost, Restored

app = typer.Typer(add_completion=False)

SHOWN = 5
"""Ids of meetings that a message names at most."""


@app.command(help=tr("恢复备份；现有数据库移到一旁，不删除", "Bring a backup back; what is there is set aside"))
def restore(
    backup: str = typer.Argument(
        "", help=tr("备份名、目录或 .db 文件；不写则列出", "name, folder or .db file; none lists them")
    ),
    *,
    settings: bool = typer.Option(False, "--settings", help=tr("也恢复设置", "its settings too")),
    as_json: bool = JSON,
) -> None:
    """Refuses while the host runs. Says which meetings and events the backup does not have."""
    from roomctl.domain.events import Actor  # noqa: PLC0415
    from roomctl.host.lock import HostLock  # noqa: PLC0415
    from roomctl.services.identity import local_user, new_id  # noqa: PLC0415
    from roomctl.services.time import SystemClock  # noqa: PLC0415
    from roomctl.storage import restore as storage  # noqa: PLC0415
    from roomctl.storage.absent import absent  # noqa: PLC0415
    from roomctl.storage.copies import restore_command  # noqa: PLC0415

    data = data_folder()
    if not backup:
        _list(data, as_json=as_json)
        return
    source = storage.source_of(backup, data)
    lock = HostLock(data / "host.lock")
    if not lock.acquire():
        again = restore_command(backup, data)
        raise Busy(
            tr("主程序正在运行，不能恢复", "cannot restore while the host runs"),
            tr(f"进程 {lock.holder()} 正在使用 {data}", f"process {lock.holder()} uses {data}"),
            tr(
                f"请在它的窗口按 Ctrl-C（或停止它的系统服务），再运行：{again}",
                f"press Ctrl-C in its window (or stop its system service), then run: {again}",
            ),
        )
    try:
        done = storage.restore(
            source, data, clock=SystemClock(), actor=Actor.person(local_user()), new_id=new_id, settings=settings
        )
    finally:
        lock.release()
    lacking = absent(data)
    if as_json:
        lost = [{"stream": one.stream, "title": one.title, "events": one.events, "new": one.new} for one in done.lost]
        answer(
            {
                "restored": str(done.source),
                "events": done.held.events,
                "meetings": done.held.meetings,
                "revision": done.held.revision,
                "set_aside": str(done.aside) if done.aside else None,
                "settings": list(done.settings),
                "lost": lost,
                "ended": {"sessions": done.sessions, "tokens": done.tokens},
                "absent": {"meetings": list(lacking.meetings), "secrets": list(lacking.secrets)},
            }
        )
        return
    _tell(done, data, lacking)


def _tell(done: Restored, data: Path, lacking: Absent) -> None:
    from roomctl.storage.copies import restore_command  # noqa: PLC0415

    screen, held = console(), done.held
    lines = [
        tr(
            f"[ok]✓[/] 已恢复并核对：{escape(str(done.source))}，{held.meetings} 场会议、{held.events} 个事件",
            f"[ok]✓[/] restored and verified: {escape(str(done.source))}, {held.meetings} meetings, "
            f"{held.events} events",
        )
    ]
    lines += [_lost(one) for one in done.lost]
    if done.lost:
        lines.append(
            tr(
                "[dim]录音和文件没有动，仍在 meetings/ 里[/]",
                "[dim]sound and papers were not touched: they are still in meetings/[/]",
            )
        )
    if done.settings:
        names = ", ".join(done.settings)
        lines.append(tr(f"设置取自备份：{names}", f"settings taken from the backup: {names}"))
    if done.sessions or done.tokens:
        lines.append(
            tr(
                f"备份里的登录（{done.sessions} 个）和令牌（{done.tokens} 个）已作废，请重新登录、重发令牌；"
                "账号、密码、角色是备份时的，请核对：roomctl accounts list",
                f"its sign-ons ({done.sessions}) and tokens ({done.tokens}) have ended: sign on again, and make new "
                "tokens; accounts, passwords and roles are those of the backup, see: roomctl accounts list",
            )
        )
    if done.older:
        lines.append(
            tr(
                f"表结构是旧版 {done.older}：本版本下次打开时会先备份再升级；要留在旧版，请现在装回旧版 roomctl",
                f"its tables are of revision {done.older}: this version copies and migrates it when next opened; "
                "to stay with them, install the older roomctl now",
            )
        )
    lines += _absent(lacking)
    if done.aside:
        back = restore_command(str(done.aside), data)
        lines.append(
            tr(
                f"原来的在 {escape(str(done.aside))}；要反悔：{escape(back)}",
                f"what was there lies in {escape(str(done.aside))}; to undo: {escape(back)}",
            )
        )
    for line in lines:
        screen.print(line, soft_wrap=True)


def _absent(lacking: Absent) -> Iterator[str]:
    """What no backup holds, and how to bring it; nothing on the machine that it was made on."""
    if lacking.secrets:
        names = escape(", ".join(lacking.secrets))
        yield tr(
            f"[warn]![/] 口令不随备份走，还没有：{names}；逐个录入：roomctl devices secret 名字",
            f"[warn]![/] passwords do not travel with a backup, none here yet: {names}; enter each: "
            "roomctl devices secret NAME",
        )
    if lacking.meetings:
        ids = escape(", ".join(lacking.meetings[:SHOWN])) + ("…" if len(lacking.meetings) > SHOWN else "")
        yield tr(
            f"[warn]![/] 录音和文件不在备份里：{len(lacking.meetings)} 场会议的不在这台机器上（{ids}）；"
            "存档包从存储目标取回：roomctl archive reverify 会议编号",
            f"[warn]![/] sound and papers are in no backup: those of {len(lacking.meetings)} meetings are not here "
            f"({ids}); bring a package back from its targets: roomctl archive reverify MEETING",
        )


def _lost(one: Lost) -> str:
    name = escape(f"{one.stream} {one.title}".strip())
    if one.new:
        return tr(
            f"[warn]![/] 备份之后才有：{name}，{one.events} 个事件已不在库中",
            f"[warn]![/] newer than the backup: {name}, its {one.events} events are no longer there",
        )
    return tr(
        f"[warn]![/] {name}：备份之后的 {one.events} 个事件已不在库中",
        f"[warn]![/] {name}: {one.events} events after the backup are no longer there",
    )


def _list(data: Path, *, as_json: bool) -> None:
    from roomctl.storage.copies import FOLDER, copies  # noqa: PLC0415

    rows = []
    for copy in copies(data / FOLDER):
        sound = copy.sound()
        told = copy.manifest() if sound else {}
        rows.append(
            {"name": copy.name, "good": sound, "events": told.get("events"), "meetings": told.get("meetings")}
        )
    if as_json:
        answer({"backups": rows})
    else:
        _print_list(rows)
    if any(not row["good"] for row in rows):
        raise typer.Exit(1)


def _print_list(rows: Sequence[dict[str, object]]) -> None:
    screen = console()
    for row in rows:
        mark = "[ok]✓[/]" if row["good"] else "[crit]✗[/]"
        figures = tr(
            f"{row['meetings']} 场会议、{row['events']} 个事件", f"{row['meetings']} meetings, {row['events']} events"
        )
        screen.print(f"{mark} {row['name']}  {figures if row['good'] else tr('已损坏', 'damaged')}")
    if not rows:
        screen.print(tr("还没有备份：roomctl backup", "no backup yet: roomctl backup"))
