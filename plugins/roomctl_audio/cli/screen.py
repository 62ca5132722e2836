"""What long commands show on a terminal, and how they end."""

import contextlib
import signal
from collections.abc import Callable, Iterator
from types import FrameType

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn


@contextlib.contextmanager
def stoppable() -> Iterator[Callable[[], None]]:
    """SIGTERM ends it as Ctrl-C does, so that nothing half-made stays behind.

    Gives what a long piece of work calls now and then: where the signal came while a library called back into Python,
    the library has swallowed the exception, and it is raised once more there.
    """
    asked: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        asked.append(number)
        signal.default_int_handler(number, frame)

    def go_on() -> None:
        if asked:
            raise KeyboardInterrupt

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield go_on
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def bar(console: Console, title: str) -> Iterator[Callable[[float, float | None], None]]:
    """A bar with the time left, on a terminal, `stoppable`; gives what takes how much is done, and of how much."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    shown = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    with stoppable() as go_on, shown as progress:
        task = progress.add_task(title, total=None)

        def at(done: float, total: float | None) -> None:
            go_on()
            progress.update(task, completed=done, total=total)

        yield at
