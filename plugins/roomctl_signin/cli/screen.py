"""What the commands of sign-in take, and how they tell what was done."""

import json
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from roomctl.api import Actor, Person, Standing, tr
from roomctl.api.terminal import named
from roomctl_signin import lists

NameArg = Annotated[str, typer.Argument(help=tr("姓名或编号", "name or id"))]
By = Annotated[str, typer.Option("--by", help=tr("经办人姓名", "who does it"))]


def actor(by: str) -> Actor | None:
    """Who was named with --by; None is whoever runs the command."""
    return named(by) if by else None


def cells(person: Person) -> tuple[str, ...]:
    """Of one person, for the first columns of `table`; what people typed is no markup."""
    items = f" {'、'.join(map(str, person.items))}" if person.items else ""
    return (
        str(person.rank or ""),
        escape(person.name),
        escape(person.unit),
        escape(person.duty),
        person.role.value + items,
    )


def table(*more: str) -> Table:
    """People, with more columns after their own."""
    heads = (tr("排序", "rank"), tr("姓名", "name"), tr("单位", "unit"), tr("职务", "duty"), tr("身份", "role"))
    return Table(*heads, *more, box=None, pad_edge=False)


def say(what: str | Table) -> None:
    """To people, on stderr; text may hold rich's markup."""
    Console(stderr=True, highlight=False).print(what, soft_wrap=isinstance(what, str))


def tell(meeting: str, standing: Standing, *, as_json: bool) -> None:
    """How somebody stands after an act, for scripts."""
    if as_json:
        answer({"meeting": meeting, "person": lists.row(standing)})


def answer(value: dict[str, Any]) -> None:
    """One JSON object on stdout."""
    print(json.dumps(value, ensure_ascii=False))
