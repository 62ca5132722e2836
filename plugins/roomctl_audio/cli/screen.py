"""What long commands show on a terminal, and how they end."""

import contextlib
import signal
from collections.abc import Callable, Iterator
from types import FrameType

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
    """A bar with the time left, on a terminal; gives what takes how much is done, and how much there is.

    Ctrl-C and SIGTERM end the work where it tells how far it is: a codec that calls back into Python swallows what is
    raised there. The second one ends it at once.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    shown = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    with _stop_when_told() as go_on, shown as progress:
        task = progress.add_task(title, total=None)

        def at(done: float, total: float | None) -> None:
            go_on()
            progress.update(task, completed=done, total=total)

        yield at
        go_on()


@contextlib.contextmanager
def _stop_when_told() -> Iterator[Callable[[], None]]:
    asked: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        if asked:
            signal.default_int_handler(number, frame)
        asked.append(number)

    def go_on() -> None:
        if asked:
            raise KeyboardInterrupt

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield go_on
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
