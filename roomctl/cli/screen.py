"""How a command talks: people read stderr, programs read stdout."""

import json
from collections.abc import Mapping
from typing import Any

import typer
from rich.console import Console
from rich.theme import Theme

from roomctl.domain.attendance import Counts
from roomctl.domain.checks import CheckState
from roomctl.i18n import tr

THEME = Theme(
    {
        "ok": "green",
        "warn": "yellow",
        "crit": "bold red",
        "unknown": "magenta",
        "skipped": "dim",
        "waived": "cyan",
        "stage": "bold",
        "dim": "dim",
    }
)

JSON = typer.Option(False, "--json", help=tr("输出一个 JSON 对象", "one JSON object on stdout"))


def console() -> Console:
    """For people, on stderr; colours only on a terminal. In a log file a line is as long as it is."""
    made = Console(stderr=True, theme=THEME, highlight=False)
    return made if made.is_terminal else Console(stderr=True, theme=THEME, highlight=False, width=_LOG_WIDTH)


def answer(value: Mapping[str, Any]) -> None:
    """One JSON object on stdout."""
    print(json.dumps(value, ensure_ascii=False, default=str))


def attendance_line(counts: Counts) -> str:
    """应到 5  实到 4（代会 1，迟到 1）  请假 0  未到 1  列席 1, as the sign-in list has it."""
    return tr(
        f"应到 {counts.expected}  实到 {counts.present}（代会 {counts.proxy}，迟到 {counts.late}）  "
        f"请假 {counts.leave}  未到 {counts.absent}  列席 {counts.observer}",
        f"expected {counts.expected}, present {counts.present} (proxy {counts.proxy}, late {counts.late}), "
        f"leave {counts.leave}, absent {counts.absent}, observers {counts.observer}",
    )


_LOG_WIDTH = 160
"""Columns of a table where there is no terminal to ask."""

SYMBOLS = {
    CheckState.OK: "✓",
    CheckState.WARN: "!",
    CheckState.CRIT: "✗",
    CheckState.UNKNOWN: "?",
    CheckState.SKIPPED: "–",
    CheckState.WAIVED: "○",
}
