"""What commands of plugins take and show on a terminal, and who sits at it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from roomctl.domain.events import Actor
from roomctl.domain.lines import one_line
from roomctl.i18n import tr
from roomctl.services.identity import local_user

if TYPE_CHECKING:
    from rich.console import Console

Json = Annotated[bool, typer.Option("--json", help=tr("输出一个 JSON 对象", "one JSON object on stdout"))]
"""Of a command that programs may ask: what it found goes to stdout, and nothing else does."""

MeetingArg = Annotated[
    str, typer.Argument(help=tr("会议编号，或它唯一的末几位", "meeting id, or the unique end of it"))
]
"""Of a command about one meeting: `find_meeting` says which is meant."""


@contextmanager
def bar(console: "Console", title: str) -> "Iterator[Callable[[float, float | None], None]]":
    """A bar with the time left, on a terminal; gives what takes how much is done, of how much, in any one unit."""
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(title, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def person() -> Actor:
    """Whoever is signed on to this machine."""
    return Actor.person(local_user())


def named(name: str) -> Actor:
    """Whom a command names. Raises: BadInput: nothing of the name can be seen."""
    return Actor.person(one_line(tr("姓名", "the name"), name))
