"""Drafts the papers of a meeting from what it already knows, in the page of GB/T 9704."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from roomctl.api import DocumentOffer, Meeting, Objection, PackageFile, PageOffer, PluginContext, State, hookimpl, tr
from roomctl.api.printing import Typesetter
from roomctl_records import offers, room
from roomctl_records.config import RecordsConfig
from roomctl_records.typesetting import Typst

EDITORS = frozenset({"secretary", "admin"})
"""Roles that see the page of the templates."""


@hookimpl
def roomctl_config_model() -> type[BaseModel]:
    """`[plugins.records]`."""
    return RecordsConfig


@hookimpl
def roomctl_record_documents(ctx: PluginContext, meeting: Meeting) -> Sequence[DocumentOffer]:
    """From the facts as they stand when one is written."""
    return offers.offers(ctx, meeting)


@hookimpl
def roomctl_gate(ctx: PluginContext, meeting: Meeting, target: State) -> Sequence[Objection]:
    """Where only a scan counts, it should be there at the close; what comes later is a supplement."""
    if target is not State.CLOSED or not ctx.config.by_hand:
        return []
    if any(one.kind == offers.MINUTES and one.by_hand for one in ctx.services.documents(meeting.id)):
        return []
    return [
        Objection(
            "signed record",
            tr("会议记录还没有签字扫描件", "there is no scan of the signed 会议记录 yet"),
            tr("打印签字，扫描后上传；以后再交的作为补充包", "sign and scan it; handed in later it is a supplement"),
        )
    ]


@hookimpl
def roomctl_room_documents(ctx: PluginContext) -> Sequence[DocumentOffer]:
    """The report of the newest check that is no meeting's."""
    return [room.check_report(ctx)]


@hookimpl
def roomctl_typesetter(ctx: PluginContext) -> Typesetter:
    """By typst, with the fonts of the office's template."""
    return Typst(ctx)


@hookimpl
def roomctl_package_files(ctx: PluginContext, meeting: Meeting) -> Sequence[PackageFile]:
    """Of each kind of document the signed ones, and the newest."""
    documents = ctx.services.documents(meeting.id)
    newest = {document.kind: document.id for document in documents}  # they come in order of their version
    kept = [one for one in documents if one.signed_by or newest[one.kind] == one.id]
    return [
        PackageFile(f"records/{Path(path).name}", ctx.services.data / path, digest)
        for one in kept
        for path, digest in (
            (one.path, one.sha256 if one.signed_by else ""),  # a draft may still be corrected by hand
            (one.pdf if one.pdf != one.path else "", one.pdf_sha256),
        )
        if path
    ]


@hookimpl
def roomctl_commands(ctx: PluginContext) -> Mapping[str, Callable[..., Any]]:
    """`roomctl records template` and `roomctl records tables`."""
    from roomctl_records import office_command  # noqa: PLC0415 - heavy, and needed only here

    return {"records": office_command.build(ctx)}


@hookimpl
def roomctl_pages(ctx: PluginContext) -> Sequence[PageOffer]:
    """Template and tables of the office, beside a sample."""

    @cache
    def page() -> Any:
        from roomctl_records import office_page  # noqa: PLC0415 - as above

        return office_page.Page(ctx)

    title = ("文书模板", "Templates")
    return [PageOffer(path="", title=title, icon="pencil", roles=EDITORS, build=lambda: page().build())]
