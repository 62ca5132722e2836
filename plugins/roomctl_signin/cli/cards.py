"""`roomctl signin card|codes`: what somebody is known by."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from roomctl.api import BadInput, PluginContext, tr
from roomctl.api.finding import find_meeting
from roomctl.api.terminal import Json, MeetingArg
from roomctl_signin import evidence
from roomctl_signin.cli.screen import By, NameArg, answer, say


def add(group: typer.Typer, ctx: PluginContext) -> None:
    """Puts both commands into the group."""

    @group.command(help=tr("登记卡号", "Say whose card it is"))
    def card(
        meeting: MeetingArg,
        name: NameArg,
        number: Annotated[str, typer.Argument(help=tr("卡号", "number"))],
        *,
        by: By = "",
    ) -> None:
        evidence.enrol(ctx, find_meeting(ctx.services, meeting).id, name, number.strip(), by)
        say(tr("已登记", "noted"))

    @group.command(help=tr("个人码的地址，或印成一页裁开分发", "Personal codes; or a sheet of them, to cut apart"))
    def codes(
        meeting: MeetingArg,
        *,
        revoke: Annotated[str, typer.Option(help=tr("作废此人的码，换新码", "revoke this person's"))] = "",
        pdf: Annotated[Path | None, typer.Option(help=tr("印成 A4，写到这里", "as A4 pages, written here"))] = None,
        as_json: Json = False,
    ) -> None:
        from roomctl_signin.phone import codes as own  # noqa: PLC0415 - light start
        from roomctl_signin.phone import sheet  # noqa: PLC0415 - as above

        found = find_meeting(ctx.services, meeting)
        own.need_allowed(ctx, found)
        if revoke:
            own.revoke(ctx, found.id, revoke)
        if pdf is not None:
            made = sheet.pdf(ctx, found)
            try:
                pdf.write_bytes(made)
            except OSError as error:
                raise BadInput(tr(f"不能写 {pdf}", f"cannot write {pdf}"), error.strerror or str(error)) from None
            say(f"[green]✓[/] {escape(str(pdf))}")
            if not as_json:
                return
        told = [(one, own.personal(ctx, found.id, one.id)) for one in ctx.services.roster(found.id)]
        if as_json:
            codes = [{"person": one.id, "name": one.name, "url": url} for one, url in told]
            answer({"meeting": found.id, "codes": codes})
            return
        for one, url in told:
            say(escape(f"{one.name}\t{one.line}\t{url}"))
