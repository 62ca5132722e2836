"""`roomctl room`: 清理会场, papers that are handed out, the log of order and logistics, on the command line."""

from collections.abc import Iterable, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import typer
from rich.markup import escape
from rich.table import Table

from roomctl.cli import operating
from roomctl.cli.screen import JSON, answer, console
from roomctl.domain import handouts as register
from roomctl.domain.handouts import Handout
from roomctl.i18n import tr

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help=tr("清理会场、材料收发、秩序后勤记事", "Clear the room, hand out papers, keep the log"),
)

_ID = operating.ID
_TASK = typer.Argument(..., help=tr("清单里的编号", "id of the task"))
_COPY = typer.Argument(..., help=tr("份号", "number of the copy"))


@app.command("show", help=tr("清理会场清单、遗留物品、材料", "The clearing list, things left behind, papers"))
def show(meeting: str = _ID, *, as_json: bool = JSON) -> None:
    """Who did what, and when."""
    application, found = operating.begun(meeting)
    _tell(application, found.id, as_json=as_json)


@app.command("done", help=tr("一项做完了", "A task is done"))
def done(meeting: str = _ID, task: str = _TASK, *, as_json: bool = JSON) -> None:
    """In your name; the last one lets the meeting be closed."""
    application, found = operating.begun(meeting)
    application.usecases.press_task(found.id, task)
    _tell(application, found.id, as_json=as_json)


@app.command("undo", help=tr("一项其实没有做完", "A task is not done after all"))
def undo(meeting: str = _ID, task: str = _TASK, *, as_json: bool = JSON) -> None:
    """Both events stay."""
    application, found = operating.begun(meeting)
    application.usecases.undo_task(found.id, task)
    _tell(application, found.id, as_json=as_json)


@app.command("found", help=tr("登记遗留物品", "Put down what was left behind"))
def found_(
    meeting: str = _ID,
    what: str = typer.Argument(..., help=tr("物品", "what")),
    *,
    place: str = typer.Option("", help=tr("在哪里", "where")),
    to: str = typer.Option("", help=tr("交给谁", "who keeps it")),
    as_json: bool = JSON,
) -> None:
    """Until it is handed to somebody its task stays open."""
    application, found = operating.begun(meeting)
    application.usecases.find_thing(found.id, what, place=place, to=to)
    _tell(application, found.id, as_json=as_json)


# --- papers


@app.command("papers-add", help=tr("登记材料：名称和份数", "Register copies of a paper"))
def papers_add(
    meeting: str = _ID,
    document: str = typer.Argument(..., help=tr("材料名称", "the paper's title")),
    *,
    copies: int = typer.Option(1, min=1, max=register.MAX_COPIES, help=tr("份数", "how many")),
    first: int = typer.Option(1, min=0, help=tr("第一份的份号", "number of the first copy")),
    secrecy: str = typer.Option(
        "非密", help=tr("密级：非密、内部、秘密★3年、机密★公布前", "非密, 内部, 秘密★3年, 机密★公布前")
    ),
    as_json: bool = JSON,
) -> None:
    """001, 002 and so on."""
    from roomctl.domain.secrecy import parse  # noqa: PLC0415

    application, found = operating.begun(meeting)
    numbers = register.numbers(first, copies)
    made = application.usecases.register_handouts(found.id, document, numbers, secrecy=parse(secrecy))
    _tell_copies(application, made, as_json=as_json)


@app.command("papers-out", help=tr("材料发出：份号和领用人", "Somebody takes a copy"))
def papers_out(
    meeting: str = _ID,
    copy: str = _COPY,
    person: str = typer.Argument(..., help=tr("名单上的姓名", "name on the roster")),
    *,
    as_json: bool = JSON,
) -> None:
    """Of those on the roster."""
    application, found = operating.begun(meeting)
    _tell_copies(application, [application.usecases.sign_out_handout(found.id, copy, person)], as_json=as_json)


@app.command("papers-back", help=tr("材料收回", "A copy is collected"))
def papers_back(meeting: str = _ID, copy: str = _COPY, *, as_json: bool = JSON) -> None:
    """Also one that turns up later."""
    application, found = operating.begun(meeting)
    _tell_copies(application, [application.usecases.take_back_handout(found.id, copy)], as_json=as_json)


@app.command(
    "papers-release", help=tr("收不回的材料写明去向后放行；涉密的不能", "Say where a copy is, and close without it")
)
def papers_release(
    meeting: str = _ID,
    copy: str = _COPY,
    *,
    where: str = typer.Option(..., help=tr("材料去向", "where it is")),
    as_json: bool = JSON,
) -> None:
    """Never a 涉密 one. The 机要 see it."""
    application, found = operating.begun(meeting)
    _tell_copies(application, [application.usecases.release_handout(found.id, copy, where)], as_json=as_json)


# --- the log


@app.command("note", help=tr("记一条秩序、后勤、设备的事", "Note something of order, logistics, devices"))
def note(
    meeting: str = _ID,
    kind: str = typer.Argument(
        ..., help=tr("类别：秩序、后勤、设备、其他", "kind: order, logistics, devices, other")
    ),
    text: str = typer.Argument(..., help=tr("内容", "what")),
    *,
    corrects: str = typer.Option("", help=tr("更正哪一条", "id of the entry that it puts right")),
    as_json: bool = JSON,
) -> None:
    """At the present frame, where the meeting is being recorded."""
    application, found = operating.begun(meeting)
    made = application.usecases.note_log(found.id, kind, text, corrects=corrects)
    if as_json:
        answer(made.as_json())
    else:
        console().print(f"{escape(made.kind.name)}  {escape(made.text)}  [dim]{made.id}[/]", soft_wrap=True)
    application.deliver()


@app.command("log", help=tr("秩序后勤记事", "The log of order and logistics"))
def log(meeting: str = _ID, *, as_json: bool = JSON) -> None:
    """The oldest first; what was corrected is struck out."""
    application, found = operating.begun(meeting)
    rows = application.usecases.order_log(found.id)
    if as_json:
        answer({"entries": [one.as_json() for one in rows]})
        return
    if not rows:
        console().print(tr("没有记事", "nothing was noted"))
    for one in rows:
        text = f"[strike]{escape(one.text)}[/]" if one.corrected else escape(one.text)
        at = f"{one.at.astimezone(ZoneInfo(found.zone)):%H:%M:%S}"
        console().print(f"{at}  {escape(one.kind.name)}  {text}  [dim]{escape(one.by)}  {one.id}[/]", soft_wrap=True)


# --- what is shown


def _tell(application: Any, meeting: str, *, as_json: bool) -> None:
    from roomctl.services import clearing  # noqa: PLC0415 - help needs none of it

    room = application.usecases.clearing(meeting)
    zone = ZoneInfo(room.meeting.zone)
    if as_json:
        answer(clearing.as_json(room))
    else:
        table = _table("", tr("编号", "id"), tr("清理会场", "task"), tr("经办", "by"))
        for row in room.list.rows:
            by = f"{row.done.by} {row.done.at.astimezone(zone):%H:%M}" if row.done else ""
            table.add_row("✓" if row.done else "☐", row.task.id, escape(row.task.name), escape(by))
        console().print(table)
        for thing in room.list.things:
            to = thing.handed_to or tr("还没有交给谁", "handed to nobody yet")
            console().print(escape(f"· {thing.what}  {thing.place}  → {to}"), soft_wrap=True)
        if room.handouts.copies:
            console().print(_copies(room.handouts.copies))
    application.deliver()


def _tell_copies(application: Any, made: Sequence[Handout], *, as_json: bool) -> None:
    from roomctl.services import clearing  # noqa: PLC0415

    if as_json:
        answer({"handouts": [clearing.handout_as_json(one) for one in made]})
    else:
        console().print(_copies(made))
    application.deliver()


def _copies(rows: Iterable[Handout]) -> Table:
    table = _table(
        tr("份号", "copy"), tr("材料", "paper"), tr("密级", "密级"), tr("状态", "state"), tr("领用人", "holder")
    )
    for one in rows:
        mark = one.secrecy.mark or one.secrecy.level.value
        state = f"{one.state.label} {one.where}".strip()
        table.add_row(one.copy, escape(one.document), mark, escape(state), escape(one.name))
    return table


def _table(*heads: str) -> Table:
    table = Table(box=None, pad_edge=False)
    for head in heads:
        table.add_column(head)
    return table
