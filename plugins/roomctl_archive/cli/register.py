"""`roomctl archive register|count|answer|term|accept|return`: the 归档登记 without a browser."""

import json
from typing import Annotated, Any

import typer
from rich.console import Console

from roomctl.api import BadInput, Meeting, PluginContext, tr
from roomctl.api.finding import find_meeting
from roomctl.api.registration import Result, Standing
from roomctl.api.terminal import Json, MeetingArg

_PackageId = Annotated[
    str, typer.Option("--package", help=tr("存档包编号；只有一个可省略", "id of the package; may be left out of one"))
]
_By = Annotated[str, typer.Option("--by", help=tr("办理人姓名", "who does it"))]


def add(group: typer.Typer, ctx: PluginContext, console: Console) -> None:
    """The commands, into the group of the archive."""
    _looking(group, ctx, console)
    _saying(group, ctx)
    _signing(group, ctx, console)


def _looking(group: typer.Typer, ctx: PluginContext, console: Console) -> None:
    @group.command(help=tr("归档登记：办到哪一步，还缺什么", "how far the registration is, and what is lacking"))
    def register(meeting: MeetingArg, *, as_json: Json = False) -> None:
        standing = ctx.services.registration(find_meeting(ctx.services, meeting, handing_over=True).id)
        if as_json:
            print(json.dumps(_told(standing), ensure_ascii=False))
        _show(console, standing)
        if standing.lacking and standing.due:
            raise typer.Exit(1)

    @group.command(help=tr("归档登记：清点", "count files and bytes, and read every one"))
    def count(meeting: MeetingArg) -> None:
        made = ctx.services.count_packages(find_meeting(ctx.services, meeting, handing_over=True).id)
        for package, one in made.countings.items():
            said = tr(f"{one.files} 个文件，{one.bytes} 字节", f"{one.files} files, {one.bytes} bytes")
            console.print(f"{package}: {said}", style="green" if one.ok else "red", markup=False)
            for fault in one.problems:
                console.print(f"{fault.file}: {fault.what}", style="red", markup=False, soft_wrap=True)
        if not all(one.ok for one in made.countings.values()):
            raise typer.Exit(1)


def _saying(group: typer.Typer, ctx: PluginContext) -> None:
    @group.command(help=tr("归档登记：填写一项人工检查的结论", "answer an item that a person must look at"))
    def answer(
        meeting: MeetingArg,
        number: Annotated[str, typer.Argument(help=tr("项目编号", "number of the item"))],
        result: Annotated[str, typer.Argument(help=tr("通过、不通过或不适用", "通过, 不通过 or 不适用"))],
        *,
        note: Annotated[str, typer.Option("--note", help=tr("说明", "a remark"))] = "",
        package: _PackageId = "",
    ) -> None:
        held = find_meeting(ctx.services, meeting, handing_over=True)
        ctx.services.answer_item(
            held.id, package=package or _only(ctx, held), number=number, result=_result(result), note=note
        )

    @group.command(help=tr("归档登记：改一件的保管期限", "another retention period for one document"))
    def term(
        meeting: MeetingArg,
        entry: Annotated[str, typer.Argument(help=tr("电子文件号", "number of the document"))],
        period: Annotated[str, typer.Argument(help=tr("永久、30年、10年", "永久, 30年 or 10年"))],
        reason: Annotated[str, typer.Option("--reason", help=tr("为什么改", "why"))],
        *,
        package: _PackageId = "",
    ) -> None:
        held = find_meeting(ctx.services, meeting, handing_over=True)
        chosen = package or _only(ctx, held)
        ctx.services.set_term(held.id, package=chosen, entry=entry, term=period, reason=reason)


def _signing(group: typer.Typer, ctx: PluginContext, console: Console) -> None:
    @group.command(help=tr("归档登记：签收", "the archivist signs for what has arrived"))
    def accept(meeting: MeetingArg, by: _By) -> None:
        _say(console, ctx.services.accept(find_meeting(ctx.services, meeting, handing_over=True).id, by=by))

    @group.command("return", help=tr("归档登记：退回", "the archivist returns the deposit"))
    def return_package(
        meeting: MeetingArg, by: _By, reason: Annotated[str, typer.Option("--reason", help=tr("退回原因", "why"))]
    ) -> None:
        _say(
            console,
            ctx.services.return_package(
                find_meeting(ctx.services, meeting, handing_over=True).id, by=by, reason=reason
            ),
        )


def _result(text: str) -> Result:
    try:
        return Result(text)
    except ValueError:
        raise BadInput(
            tr(f"没有结果“{text[:20]}”", f"there is no result {text[:20]!r}"),
            mend=tr("写 通过、不通过 或 不适用", "write 通过, 不通过 or 不适用"),
        ) from None


def _only(ctx: PluginContext, meeting: Meeting) -> str:
    """Raises: BadInput: there are several that nobody has signed for, or none."""
    open_ = ctx.services.registration(meeting.id).open
    if len(open_) != 1:
        ids = "、".join(one.id for one in open_)
        raise BadInput(
            tr("要用 --package 指明存档包", "name the package with --package"),
            ids or tr("没有待签收的", "none waits for a signature"),
        )
    return open_[0].id


def _told(standing: Standing) -> dict[str, Any]:
    made = standing.registration
    return {
        "due": standing.due,
        "lacking": list(standing.lacking) if standing.due else [],
        "returned": made.returned.reason if made.returned else "",
        "packages": [
            {
                "package": one.id,
                "signed_by": signed.by if (signed := made.taken(one)) else "",
                "items": [
                    {
                        "number": each.number,
                        "title": each.title,
                        "result": said.result.value if (said := made.answers.get((one.id, each.number))) else "",
                    }
                    for each in (standing.contents[one.id].questions if one.id in standing.contents else ())
                ],
                "entries": [
                    {"entry": each.number, "title": each.title, "term": made.term(one.id, each)}
                    for each in (standing.contents[one.id].entries if one.id in standing.contents else ())
                ],
            }
            for one in standing.packages
        ],
    }


def _show(console: Console, standing: Standing) -> None:
    for one in _told(standing)["packages"]:
        signed = one["signed_by"] or tr("未签收", "not signed for")
        console.print(f"{one['package']}: {signed}", markup=False)
        for item in one["items"]:
            said = item["result"] or tr("未回答", "not answered")
            console.print(f"  {item['number']} {item['title']}: {said}", markup=False)
        for entry in one["entries"]:
            console.print(f"  {entry['title']}: {entry['term']}  ({entry['entry']})", markup=False, soft_wrap=True)
    for line in standing.lacking if standing.due else ():
        console.print(line, style="yellow", markup=False, soft_wrap=True)


def _say(console: Console, meeting: Meeting) -> None:
    console.print(f"{meeting.title}: {meeting.state.label}", style="green", markup=False)
