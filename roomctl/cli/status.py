"""`roomctl status`: what runs on this data folder, and what is left to do."""

import shutil
from collections.abc import Mapping
from typing import Any

import typer
from rich.markup import escape
from rich.table import Table

from roomctl.cli.screen import answer, console
from roomctl.domain.lifecycle import State
from roomctl.host.lock import HostLock
from roomctl.i18n import tr

app = typer.Typer(add_completion=False)

_OVER = frozenset({State.ARCHIVED, State.CANCELLED})


@app.command(help=tr("本机运行情况，还有什么没办完", "What runs here, and what is left to do"))
def status(*, as_json: bool = typer.Option(False, "--json", help="JSON")) -> None:
    """Host, disk, plugins, the meetings that are not over, and what runs or is stuck in each."""
    from roomctl.app import open_application  # noqa: PLC0415

    application = open_application()
    told = _told(application)
    if as_json:
        answer(told)
        return
    screen, grid = console(), Table.grid(padding=(0, 2))
    running = tr(f"运行中（进程 {told['host']}）", f"running, process {told['host']}")
    for name, value in (
        (tr("数据目录", "data folder"), told["data"]),
        (tr("会议室", "room"), told["room"]),
        (tr("主程序", "host"), running if told["host"] else tr("未运行", "not running")),
        (tr("磁盘剩余", "free disk"), f"{told['free_bytes'] / 1e9:.0f} GB"),
        (tr("插件", "plugins"), "  ".join(f"{name} {count}" for name, count in told["plugins"].items())),
    ):
        grid.add_row(f"[stage]{name}[/]", escape(str(value)))
    screen.print(grid)
    for row in told["meetings"]:
        screen.print(_meeting(row), soft_wrap=True)


def _meeting(row: Mapping[str, Any]) -> str:
    sound = tr("录音", "recorder") + f" {row['recorder']} {row['seconds']:.0f} s"
    stuck = f"  [crit]{escape(row['stuck'])}[/]" if row["stuck"] else ""
    return f"{row['id']}  {escape(row['title'])}  {State(row['state']).label}  {sound}{stuck}"


def _told(application: Any) -> dict[str, Any]:
    use, plugins = application.usecases, application.plugins
    counts: dict[str, int] = {}
    for one in plugins.status():
        counts[one.status.value] = counts.get(one.status.value, 0) + 1
    stuck: dict[str, str] = {}
    for service in plugins.services():
        stuck |= service.failures()
    return {
        "data": str(application.data),
        "room": use.room.name,
        "host": _holder(HostLock(application.data / "host.lock")),
        "free_bytes": shutil.disk_usage(application.data).free,
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
            for meeting in use.meetings(*(state for state in State if state not in _OVER))
            for recording in [use.current_recording(meeting.id)]
        ],
    }


def _holder(lock: HostLock) -> int | None:
    """Pid of the host that runs on this data folder, if one does."""
    if lock.acquire():
        lock.release()
        return None
    return lock.holder()
