"""What commands of plugins show on a terminal, and who sits at it."""

import getpass
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from roomctl.domain.events import Actor

if TYPE_CHECKING:
    from rich.console import Console


@contextmanager
def bar(console: "Console", title: str) -> "Iterator[Callable[[float, float | None], None]]":
    """A bar with the time left, on a terminal; gives what takes how much is done, and how much there is."""
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(title, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def person() -> Actor:
    """Whoever is signed on to this machine."""
    try:
        return Actor.person(getpass.getuser())
    except (KeyError, OSError):  # a service account without a name
        return Actor.person("system")
