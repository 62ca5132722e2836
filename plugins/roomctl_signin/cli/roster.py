"""`roomctl roster`: bring people in, look at them, put them in order."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from roomctl.api import Actor, Person, PluginContext, tr
from roomctl.api.finding import find_meeting
from roomctl.api.rosters import roster_sheet
from roomctl.api.terminal import Json, MeetingArg
from roomctl_signin import evidence, ranks
from roomctl_signin.cli.screen import By, actor, answer, cells, say, table
from roomctl_signin.config import Config
from roomctl_signin.roster import load

_SHOWN = 20
"""Cells that are pointed at."""


class Order(StrEnum):
    """Whose 排序 counts, where the file's and the table's differ."""

    FILE = "file"
    TABLE = "table"


def build(ctx: PluginContext) -> typer.Typer:
    """The command group."""
    group = typer.Typer(
        no_args_is_help=True, add_completion=False, help=tr("会议名单：导入、查看、排序", "The roster of a meeting")
    )

    @group.command("import", help=tr("从 xlsx 或 CSV 导入；已有的人不重复", "Bring people in from xlsx or CSV"))
    def import_(
        meeting: MeetingArg,
        file: Annotated[Path, typer.Argument(help=tr("xlsx 或 CSV 文件", "an xlsx or CSV file"))],
        *,
        order: Annotated[
            Order | None,
            typer.Option(
                help=tr(
                    "file 照文件的排序，table 按排序表；不写：有本单位排序表的按表",
                    "file: the file's rank counts; table: the table's; else the table's where the office has its own",
                )
            ),
        ] = None,
        by: By = "",
        as_json: Json = False,
    ) -> None:
        meeting = find_meeting(ctx.services, meeting).id
        read = load(file, ranks.table(ctx))  # a table that cannot be read is told of before anybody is added
        own = (ctx.config or Config()).ranks is not None and order is not Order.FILE
        by_table = own or order is Order.TABLE
        people = read.draft.people(by_table=by_table)
        new = _brought_in(ctx, meeting, people, read.cards, actor(by))
        if own:
            ranks.put_in_order(ctx, meeting, actor(by))
        already = len(people) - len(new)
        say(tr(f"名单增加 {len(new)} 人，已有 {already} 人", f"{len(new)} people added, {already} were there"))
        ranked = read.draft.columns.of.get("rank", -1) if by_table else -1  # there the table has decided
        problems = [one for one in read.draft.problems if one.column != ranked]
        _point(problems)
        if as_json:
            pointed = [{"cell": one.cell, "what": one.what, "mend": one.mend} for one in problems]
            told = {"meeting": meeting, "added": len(new), "already": already, "people": _plain(new)}
            answer({**told, "problems": pointed})

    @group.command(help=tr("查看名单", "Who is on it"))
    def show(meeting: MeetingArg, *, as_json: Json = False) -> None:
        meeting = find_meeting(ctx.services, meeting).id
        people = ctx.services.roster(meeting)
        if as_json:
            answer({"meeting": meeting, "people": _plain(people)})
            return
        shown = table(tr("座位", "seat"), tr("手机", "phone"))
        for person in people:
            shown.add_row(*cells(person), escape(person.seat), escape(person.phone))
        say(shown)

    @group.command(help=tr("按排序表（市领导、秘书长、部门、区县）重排名单", "Put the roster in order"))
    def rank(meeting: MeetingArg, *, by: By = "", as_json: Json = False) -> None:
        meeting = find_meeting(ctx.services, meeting).id
        people = ranks.put_in_order(ctx, meeting, actor(by))
        say(tr(f"已排序 {len(people)} 人", f"{len(people)} people put in order"))
        if as_json:
            answer({"meeting": meeting, "people": _plain(people)})

    return group


def _point(problems: Sequence[roster_sheet.Problem]) -> None:
    """By the cell: what is to be looked at in the file."""
    for one in problems[:_SHOWN]:
        say(escape(f"{one.cell} {one.what}" + (tr(f"，{one.mend}", f"; {one.mend}") if one.mend else "")))
    if (more := len(problems) - _SHOWN) > 0:
        say(tr(f"还有 {more} 处", f"{more} more"))


def _brought_in(
    ctx: PluginContext, meeting: str, people: Sequence[Person], numbers: Mapping[str, str], by: Actor | None
) -> Sequence[Person]:
    """Who was not on the roster yet; `numbers` is card → person. Raises: Refused: a card is somebody else's."""
    here = {_same(person): person for person in ctx.services.roster(meeting)}
    new = [person for person in people if _same(person) not in here]
    ids = {person.id: here.get(_same(person), person).id for person in people}
    cards = {card: ids[person] for card, person in numbers.items()}
    evidence.need_free(evidence.cards(ctx, meeting), cards)
    if new:
        ctx.services.add_people(meeting, new, actor=by)
    if cards:
        evidence.remember(ctx, meeting, cards)
    return new


def _same(person: Person) -> tuple[str, str, str]:
    return person.name, person.unit, person.duty


def _plain(people: Iterable[Person]) -> list[dict[str, Any]]:
    return [
        {
            "id": person.id,
            "name": person.name,
            "unit": person.unit,
            "duty": person.duty,
            "phone": person.phone,
            "seat": person.seat,
            "role": person.role.value,
            "rank": person.rank,
            "items": list(person.items),
        }
        for person in people
    ]
