"""`roomctl roster`: bring people in, look at them, put them in order."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from roomctl.api import Actor, Person, PluginContext, tr
from roomctl.api.finding import find_meeting
from roomctl.api.terminal import Json, MeetingArg
from roomctl_signin import evidence, ranks
from roomctl_signin.cli.screen import By, actor, answer, cells, say, table
from roomctl_signin.config import Config
from roomctl_signin.roster import Roster, load


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
        by: By = "",
        as_json: Json = False,
    ) -> None:
        meeting = find_meeting(ctx.services, meeting).id
        read = load(file)
        own = (ctx.config or Config()).ranks is not None
        if own:
            ranks.table(ctx)  # one that cannot be read is told of before anybody is added
        new = _brought_in(ctx, meeting, read, actor(by))
        if own:
            ranks.put_in_order(ctx, meeting, actor(by))
        already = len(read.people) - len(new)
        say(tr(f"名单增加 {len(new)} 人，已有 {already} 人", f"{len(new)} people added, {already} were there"))
        if as_json:
            answer({"meeting": meeting, "added": len(new), "already": already, "people": _plain(new)})

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


def _brought_in(ctx: PluginContext, meeting: str, read: Roster, by: Actor | None) -> Sequence[Person]:
    """Who of the file was not on the roster yet. Raises: Refused: a card is somebody else's; nobody is added then."""
    here = {_same(person): person for person in ctx.services.roster(meeting)}
    new = [person for person in read.people if _same(person) not in here]
    ids = {person.id: here.get(_same(person), person).id for person in read.people}
    cards = {card: ids[person] for card, person in read.cards.items()}
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
