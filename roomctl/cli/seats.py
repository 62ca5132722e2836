"""`roomctl seats`: who sits where."""

import typer
from rich.markup import escape
from rich.table import Table

from roomctl.cli.operating import ID, begun
from roomctl.cli.screen import JSON, answer, console
from roomctl.domain.attendance import Standing, find_person
from roomctl.domain.seating import Chart, seated_name
from roomctl.errors import BadInput, NotFound
from roomctl.i18n import tr
from roomctl.services.seating import SeatPlan

app = typer.Typer(add_completion=False, no_args_is_help=True, help=tr("座位：谁坐哪里", "Who sits where"))

_PERSON = typer.Argument(..., help=tr("姓名或编号", "name or id"))
_PLACE = typer.Argument(..., help=tr("座位编号，见 show", "id of the place, see show"))


@app.command(help=tr("座位图和还没排座的人", "The plan, and who has no place"))
def show(meeting: str = ID, *, as_json: bool = JSON) -> None:
    """In the order of the places."""
    application, found = begun(meeting)
    _tell(application.usecases.seat_plan(found.id), as_json=as_json)


@app.command(help=tr("选一种布局", "Choose a layout"))
def layout(
    meeting: str = ID,
    template: str = typer.Argument("", help=tr("布局；不写则列出可用的", "its id; empty lists them")),
    *,
    size: list[str] = typer.Option(
        [],
        help=tr(
            "座位数，如 --size platform=5 --size rows=3；不写则按人数", "numbers of seats; else as many as needed"
        ),
    ),
    as_json: bool = JSON,
) -> None:
    """Who sat at a place that is there again keeps it."""
    application, found = begun(meeting)
    use = application.usecases
    if not template:
        for one in use.seat_plan(found.id).rules.templates:
            usual = "  ".join(f"{name}={number}" for name, number in one.sizes.as_dict().items() if number)
            console().print(f"{one.id:<12} {escape(tr(*one.title))}  [dim]{usual}[/]")
        return
    known = next((one for one in use.seat_plan(found.id).rules.templates if template in {one.id, *one.title}), None)
    sizes = {**known.sizes.as_dict(), **_sizes(size)} if size and known else None
    _tell(use.lay_seats(found.id, template, sizes), as_json=as_json)


@app.command(help=tr("按排序排座；锁定的不动", "Seat everybody by rank; locked places stay"))
def propose(meeting: str = ID, *, as_json: bool = JSON) -> None:
    """No. 1 in the middle, no. 2 on his left, no. 3 on his right."""
    application, found = begun(meeting)
    _tell(application.usecases.propose_seats(found.id), as_json=as_json)


@app.command(help=tr("让一个人坐到某处，或撤下", "Give somebody a place, or none"))
def move(
    meeting: str = ID,
    person: str = _PERSON,
    place: str = typer.Argument("", help=tr("座位编号；不写为撤下", "id of the place; empty: none")),
    *,
    as_json: bool = JSON,
) -> None:
    """Who sits there takes the other's."""
    application, found = begun(meeting)
    use = application.usecases
    who = find_person(use.roster(found.id), person)
    _tell(use.move_seat(found.id, who.id, place.upper()), as_json=as_json)


@app.command(help=tr("锁定一个座位", "Lock a place"))
def lock(
    meeting: str = ID, place: str = _PLACE, *, off: bool = typer.Option(False, "--off", help=tr("解锁", "unlock"))
) -> None:
    """A proposal leaves it as it is."""
    application, found = begun(meeting)
    application.usecases.lock_seat(found.id, place.upper(), locked=not off)
    console().print("[ok]✓[/]")


@app.command(help=tr("座位的话筒是录音的第几路", "Which channel of the recorder a place's microphone is"))
def channel(
    meeting: str = ID,
    place: str = _PLACE,
    number: int = typer.Argument(..., help=tr("第几路；0 为没有话筒", "number of the channel; 0: none")),
) -> None:
    """The recorder, the operator's keys and the transcript know people by it."""
    application, found = begun(meeting)
    application.usecases.wire_seat(found.id, place.upper(), number)
    console().print("[ok]✓[/]")


@app.command(help=tr("撤销一步", "Take the newest step back"))
def undo(meeting: str = ID, *, as_json: bool = JSON) -> None:
    """Again for the one before it."""
    application, found = begun(meeting)
    _tell(application.usecases.undo_seats(found.id), as_json=as_json)


def _shown(who: Standing, chart: Chart) -> str:
    return seated_name(who) + (tr("（请假）", " (on leave)") if who.person.id in chart.away else "")


def _sizes(given: list[str]) -> dict[str, int]:
    sizes = {}
    for one in given:
        name, equals, number = one.partition("=")
        if not equals or not number.isdecimal():
            raise BadInput(
                tr(f"看不懂 --size {one}", f"cannot read --size {one}"),
                mend=tr("写成 --size platform=5", "write --size platform=5"),
            )
        sizes[name] = int(number)
    return sizes


def _tell(plan: SeatPlan, *, as_json: bool) -> None:
    chart = plan.chart
    if as_json:
        places = [
            {
                "id": one.id,
                "label": one.label,
                "channel": chart.channels.get(one.id, 0),
                "locked": one.id in plan.seats.locked,
                "people": [seated_name(who) for who in chart.coming(one.id)],
            }
            for one in (chart.layout.places.values() if chart.layout else ())
        ]
        answer({"version": plan.seats.version, "places": places, "unseated": [one.name for one in plan.unseated]})
        return
    if chart.layout is None:
        raise NotFound(
            tr("还没有排座", "no seats were laid out yet"), mend=f"roomctl seats layout {plan.meeting.id[-6:]}"
        )
    table = Table(box=None, pad_edge=False)
    for head in (tr("编号", "id"), tr("座位", "seat"), tr("姓名", "name"), tr("话筒", "channel"), ""):
        table.add_column(head)
    for one in chart.layout.places.values():
        names = "、".join(_shown(who, chart) for who in chart.sitting.get(one.id, ()))
        number = chart.channels.get(one.id)
        locked = tr("锁定", "locked") if one.id in plan.seats.locked else ""
        table.add_row(one.id, escape(one.label), escape(names), str(number or ""), locked)
    console().print(table)
    if plan.unseated:
        names = "、".join(one.name for one in plan.unseated)
        console().print(tr("没有座位：", "no seat: ") + escape(names), style="warn", soft_wrap=True)
