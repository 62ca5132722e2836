"""How a command talks: people read stderr, programs read stdout."""

import json
import sys
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
    """For people, on stderr; colours only on a terminal."""
    return Console(stderr=True, theme=THEME, highlight=False, soft_wrap=not sys.stderr.isatty())


def answer(value: Mapping[str, Any]) -> None:
    """One JSON object on stdout."""
    print(json.dumps(value, ensure_ascii=False, default=str))


SYMBOLS = {
    CheckState.OK: "✓",
    CheckState.WARN: "!",
    CheckState.CRIT: "✗",
    CheckState.UNKNOWN: "?",
    CheckState.SKIPPED: "–",
    CheckState.WAIVED: "○",
}
