"""`roomctl status`: what runs on this data folder, and what is left to do."""

import shutil
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import typer
from rich.markup import escape
from rich.table import Table

from roomctl.cli.screen import JSON, answer, console
from roomctl.domain.lifecycle import State
from roomctl.domain.recording import RecorderState
from roomctl.host.lock import HostLock
from roomctl.host.status import Status
from roomctl.i18n import tr
from roomctl.serving import running

app = typer.Typer(add_completion=False)

_OVER = frozenset({State.ARCHIVED, State.CANCELLED})


@app.command(help=tr("本机运行情况，还有什么没办完", "What runs here, and what is left to do"))
def status(*, as_json: bool = JSON) -> None:
    """Host, disk, plugins, the meetings that are not over, and what runs or is stuck in each."""
    from roomctl.app import open_application  # noqa: PLC0415

    application = open_application()
    told = _told(application)
    if as_json:
        answer(told)
        return
    screen, grid = console(), Table.grid(padding=(0, 2))
    for name, value in (
        (tr("数据目录", "data folder"), told["data"]),
        (tr("会议室", "room"), told["room"]),
        (tr("主程序", "host"), _host(told)),
        (tr("磁盘剩余", "free disk"), f"{told['free_bytes'] / 1e9:.0f} GB"),
        (tr("最近备份", "newest backup"), told["backup"] or tr("还没有：roomctl backup", "none yet: roomctl backup")),
        (
            tr("插件", "plugins"),
            "  ".join(f"{Status(name).label} {count}" for name, count in told["plugins"].items()),
        ),
    ):
        grid.add_row(f"[stage]{name}[/]", escape(str(value)))
    screen.print(grid)
    if mode := told["safe_mode"]:
        safe = tr(
            f"安全模式：{mode['reason']}。离开：{mode['mend']}", f"safe mode: {mode['reason']}; leave: {mode['mend']}"
        )
        screen.print(escape(safe), style="warn", soft_wrap=True)
    for row in told["meetings"]:
        screen.print(_meeting(row), soft_wrap=True)


def _host(told: Mapping[str, Any]) -> str:
    if not told["host"]:
        return tr("未运行", "not running")
    up = timedelta(seconds=round(told["uptime"] or 0))
    return tr(
        f"运行中（进程 {told['host']}，已运行 {up}，{told['phase']}）  {told['url']}",
        f"running, process {told['host']}, up {up}, {told['phase']}  {told['url']}",
    )


def _meeting(row: Mapping[str, Any]) -> str:
    state = RecorderState(row["recorder"])
    sound = state.label + (f" {row['seconds']:.0f} s" if row["seconds"] else "")
    stuck = f"  [crit]{escape(row['stuck'])}[/]" if row["stuck"] else ""
    return f"{row['id']}  {escape(row['title'])}  {State(row['state']).label}  {sound}{stuck}"


def _told(application: Any) -> dict[str, Any]:
    from roomctl.storage.copies import FOLDER, copies  # noqa: PLC0415

    use, plugins = application.usecases, application.plugins
    room = use.room.name
    counts: dict[str, int] = {}
    for one in plugins.status():
        counts[one.status.value] = counts.get(one.status.value, 0) + 1
    host = running(application.data) or {}
    stuck: dict[str, str] = {}
    for report in plugins.reports():
        stuck |= report.failures
    return {
        "data": str(application.data),
        "room": room,
        "host": host.get("pid"),
        "launcher": _launcher(application.data),
        "uptime": _uptime(host, application.clock.now()),
        "phase": host.get("phase"),
        "url": host.get("url", ""),
        "safe_mode": host.get("safe_mode"),
        "free_bytes": shutil.disk_usage(application.data).free,
        "backup": next((copy.name for copy in copies(application.data / FOLDER)), None),
        "plugins": counts,
        "meetings": [
            {
                "id": meeting.id,
                "title": meeting.title,
                "state": meeting.state.value,
                "recorder": recording.state.value if recording else "idle",
                "seconds": recording.seconds if recording else 0.0,
                "stuck": stuck.get(meeting.id, ""),
            }
            for meeting in use.shown_meetings(*(state for state in State if state not in _OVER))
            for recording in [use.current_recording(meeting.id)]
        ],
    }


def _launcher(data: Path) -> int | None:
    """Pid of what keeps the host running."""
    lock = HostLock(data / "launcher.lock")
    if lock.acquire():
        lock.release()
        return None
    return lock.holder()


def _uptime(host: Mapping[str, Any], now: datetime) -> float | None:
    """Seconds; None where no host runs."""
    try:
        return (now - datetime.fromisoformat(host["started"])).total_seconds()
    except (KeyError, TypeError, ValueError):
        return None
