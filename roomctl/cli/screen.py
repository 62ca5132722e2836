"""How a command talks: people read stderr, programs read stdout."""

import json
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.theme import Theme

from roomctl.domain.checks import CheckState

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


def console() -> Console:
    """For people, on stderr; colours only on a terminal. In a log file a line is as long as it is."""
    made = Console(stderr=True, theme=THEME, highlight=False)
    return made if made.is_terminal else Console(stderr=True, theme=THEME, highlight=False, width=_LOG_WIDTH)


def answer(value: Mapping[str, Any]) -> None:
    """One JSON object on stdout."""
    print(json.dumps(value, ensure_ascii=False, default=str))


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
