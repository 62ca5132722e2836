"""What the person at the terminal sees: a line per stage, a live bar on what takes long, tidy in a log file."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn


class Stage:
    """One stage while it runs: `at` moves its bar, `say` sets the words that stay."""

    def __init__(self, progress: Progress, title: str) -> None:
        self._progress = progress
        self._task = progress.add_task(title, total=None, note="")
        self.words = ""

    def at(self, done: float, total: float | None, note: str = "") -> None:
        self._progress.update(self._task, completed=done, total=total, note=note)

    def say(self, words: str) -> None:
        self.words = words

    def line(self, text: str) -> None:
        """A line above the bar."""
        self._progress.console.print(f"    {text}", soft_wrap=True)


class View:
    """Stages in order, and the seconds that each took."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, key: str, title: str) -> Iterator[Stage]:
        """Runs a stage; what it says stands on its line when it is done. A stage that raises leaves a mark."""
        began = time.monotonic()
        live = Progress(
            SpinnerColumn(),
            TextColumn("[stage]{task.description}[/]"),
            BarColumn(bar_width=32),
            TextColumn("{task.fields[note]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=self.console,
            transient=True,
            disable=not self.console.is_terminal,
        )
        mark = "[crit]✗[/]"
        with live:
            running = Stage(live, title)
            try:
                yield running
                mark = "[ok]✓[/]"
            finally:
                took = time.monotonic() - began
                self.seconds[key] = round(self.seconds.get(key, 0.0) + took, 3)
                live.console.print(f"{mark} [stage]{title}[/]  {running.words}  [dim]{took:.1f} s[/]", soft_wrap=True)
