"""`roomctl secrecy`: what this machine is declared for, the registered media, the points before a 涉密 meeting."""

from datetime import datetime
from pathlib import Path
from typing import Any

import typer
from rich.markup import escape
from rich.table import Table

from roomctl.cli import operating
from roomctl.cli.screen import JSON, answer, console
from roomctl.domain import custody
from roomctl.domain.custody import Point
from roomctl.domain.lines import one_line
from roomctl.domain.secrecy import Level
from roomctl.errors import BadInput, Refused
from roomctl.i18n import tr

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help=tr("涉密：本机登记、介质、会前确认、移交", "State secrets: this machine, media, points, handovers"),
)

_ID = operating.ID
_LEVEL = typer.Option(..., "--level", help=tr("秘密 或 机密", "秘密 or 机密"))
_REASON = typer.Option(..., "--reason", help=tr("原因", "why"))
_BY = typer.Option(..., "--by", help=tr("姓名", "name"))
_SERIAL = typer.Option(..., "--serial", help=tr("介质编号", "the serial on it"))


def _use(*, make: bool = False) -> Any:
    from roomctl.app import open_application  # noqa: PLC0415

    return open_application(make=make).usecases


@app.command("show", help=tr("本机登记、涉密介质、移交清单", "The declaration, the media, the handovers"))
def show(*, as_json: bool = JSON) -> None:
    """Those of the past too."""
    use = _use()
    standing, media, handed = use.declaration(), use.media(), use.handovers()
    if as_json:
        answer(
            {
                "declaration": standing.as_json() if standing else None,
                "declarations": [one.as_json() for one in use.declarations()],
                "media": [one.as_json() for one in media],
                "handovers": [one.as_json() for one in handed],
            }
        )
        return
    console().print(
        tr(
            f"本机登记为涉密计算机：{standing.level.value}，{escape(standing.approval)}，{standing.approved}",
            f"this machine is declared for {standing.level.value}: {escape(standing.approval)}, {standing.approved}",
        )
        if standing
        else tr("本机没有登记，不能办理秘密、机密会议", "this machine is not declared: no 秘密 or 机密 meeting")
    )
    if media:
        table = Table(
            tr("介质", "medium"), tr("密级", "level"), tr("保管处", "kept at"), tr("状态", "status"), box=None
        )
        for one in media:
            state = tr("已停用", "withdrawn") if one.withdrawn else tr("在用", "in use")
            table.add_row(escape(one.serial), one.level.value, escape(one.keeper), state)
        console().print(table)
    for one in handed:
        said = (
            tr(f"{one.received_by} 签收", f"received by {one.received_by}") if one.received else tr("未签收", "open")
        )
        console().print(
            escape(f"{one.number}  {one.meeting}  {one.medium}  {one.handed_by} → {said}"), soft_wrap=True
        )


@app.command("declare", help=tr("登记本机的涉密批准文号", "Declare this machine for state secrets"))
def declare(
    *,
    approval: str = typer.Option(..., "--approval", help=tr("批准文号", "number of the approval")),
    level: str = _LEVEL,
    approved: datetime = typer.Option(..., "--date", formats=["%Y-%m-%d"], help=tr("批准日期", "its day")),
    as_json: bool = JSON,
) -> None:
    """A new one ends the one before."""
    one = _use(make=True).declare_machine(approval=approval, level=_level(level), approved=approved.date())
    if as_json:
        answer(dict(one.as_json()))
        return
    said = tr(f"已登记：{one.level.value}，{one.approval}", f"declared for {one.level.value}: {one.approval}")
    console().print(escape(said))


@app.command("revoke", help=tr("撤销本机的登记", "Revoke the declaration"))
def revoke(*, reason: str = _REASON) -> None:
    """What is on this machine can still be handed over."""
    one = _use().revoke_declaration(reason=reason)
    console().print(escape(tr(f"已撤销：{one.approval}", f"revoked: {one.approval}")))


@app.command("register", help=tr("登记涉密介质，把编号写上去", "Register a medium, and write its serial on it"))
def register(
    mount: Path = typer.Argument(..., help=tr("介质挂载的位置", "where it is mounted")),
    *,
    serial: str = _SERIAL,
    level: str = _LEVEL,
    keeper: str = typer.Option(..., "--keeper", help=tr("保管处", "where it is kept")),
    label: str = typer.Option("", "--label", help=tr("说明", "what it is")),
    as_json: bool = JSON,
) -> None:
    """The medium is mounted, and has no serial yet."""
    from roomctl.durable import atomic_write  # noqa: PLC0415

    path = mount / custody.LABEL
    if not mount.is_dir():
        raise BadInput(
            tr(f"没有文件夹 {mount}", f"no folder {mount}"),
            tr("介质没有挂载", "the medium is not mounted"),
            tr("请插入介质后再试", "put it in, and try again"),
        )
    if path.exists():
        raise Refused(
            tr("这个介质已有编号", "this medium has a serial"),
            custody.serial_on(path.read_text(encoding="utf-8", errors="replace")),
            tr("一个介质只登记一次", "a medium is registered once"),
        )
    known = _level(level)
    use = _use()
    try:
        atomic_write(path, custody.label_of(one_line(tr("介质编号", "the serial"), serial)))
    except OSError as error:
        raise Refused(
            tr(f"不能写入 {mount}", f"cannot write to {mount}"),
            error.strerror or str(error),
            tr("请去掉写保护", "take its write protection off"),
        ) from None
    try:
        one = use.register_medium(serial=serial, level=known, keeper=keeper, label=label)
    except Exception:
        path.unlink(missing_ok=True)  # it is in no register: the next try may have it
        raise
    if as_json:
        answer(dict(one.as_json()))
        return
    said = tr(f"已登记介质 {one.serial}：{one.level.value}", f"registered {one.serial} for {one.level.value}")
    console().print(escape(said))


@app.command("withdraw", help=tr("停用涉密介质", "Take a medium out of use"))
def withdraw(serial: str = typer.Argument(..., help=tr("介质编号", "its serial")), *, reason: str = _REASON) -> None:
    """For good."""
    one = _use().withdraw_medium(serial, reason=reason)
    console().print(escape(tr(f"已停用介质 {one.serial}", f"withdrawn: {one.serial}")))


@app.command("points", help=tr("涉密会议开会前要确认的", "What a 涉密 meeting must have before it opens"))
def points(meeting: str = _ID, *, as_json: bool = JSON) -> None:
    """Who confirmed each; nothing where it is still to come."""
    application, found = operating.begun(meeting, handing_over=True)
    rows = application.usecases.secrecy_points(found.id)
    if as_json:
        answer({"points": [point_as_json(point, said) for point, said in rows]})
        return
    for point, said in rows:
        mark = "[ok]✓[/]" if said else "[warn]☐[/]"
        told = " ".join(filter(None, (said.by, said.number))) if said else ""
        console().print(f"{mark} {point.value:<10} {point.label}  {escape(told)}", soft_wrap=True)
    if not rows:
        console().print(tr("这次会议不涉密", "this meeting is no state secret"))


def point_as_json(point: Point, said: custody.Confirmation | None) -> dict[str, Any]:
    """One point as scripts read it; `by` and `at` are null where nobody has confirmed it."""
    return {
        "point": point.value,
        "label": point.label,
        "by": said.by if said else None,
        "number": said.number if said else "",
        "at": said.at.isoformat() if said else None,
    }


@app.command("confirm", help=tr("逐项确认，写明姓名", "Confirm a point by name"))
def confirm(
    meeting: str = _ID,
    point: Point = typer.Argument(..., help=tr("哪一项", "which")),
    *,
    by: str = _BY,
    number: str = typer.Option("", "--number", help=tr("方案或批件的文号", "number of the paper it rests on")),
) -> None:
    """The plan, each proxy and the recording rest on a paper, whose number is asked for."""
    application, found = operating.begun(meeting, handing_over=True)
    said = application.usecases.confirm_point(found.id, point, by=by, number=number)
    console().print(escape(tr(f"已确认：{point.label}（{said.by}）", f"confirmed: {point.label} ({said.by})")))


@app.command("list", help=tr("起草涉密载体移交清单", "Draft the list of a handover, to be printed"))
def list_(meeting: str = _ID) -> None:
    """As the register stands; both sides sign it on paper."""
    application, found = operating.begun(meeting, handing_over=True)
    made = application.usecases.draft_handover_list(found.id)
    console().print(escape(str(application.data / made.path)), soft_wrap=True)


@app.command("receive", help=tr("接收方签收移交清单", "Sign for a handover"))
def receive(
    number: int = typer.Argument(..., help=tr("移交清单编号", "number of the list")), *, by: str = _BY
) -> None:
    """By somebody other than who handed it over."""
    one = _use().receive_package(number, by=by)
    said = tr(f"第 {one.number} 号已由{one.received_by}签收", f"list {one.number} is signed by {one.received_by}")
    console().print(escape(said))


def _level(text: str) -> Level:
    """Raises: BadInput."""
    try:
        return Level(text.strip())
    except ValueError:
        raise BadInput(
            tr(f"密级“{text}”无法识别", f"unknown level {text!r}"), mend=tr("请写 秘密 或 机密", "write 秘密 or 机密")
        ) from None
