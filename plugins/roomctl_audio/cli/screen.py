"""What long commands show on a terminal, and how they end."""

import contextlib
import signal
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn


@contextlib.contextmanager
def stoppable() -> Iterator[None]:
    """SIGTERM ends it as Ctrl-C does, so that nothing half-made stays behind."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextlib.contextmanager
def bar(console: Console, title: str) -> Iterator[Callable[[float, float | None], None]]:
    """A bar with the time left, on a terminal; gives what takes how much is done, and how much there is."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(title, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
