"""Drafts the 会议记录 from what the meeting already knows, as docx in the page of GB/T 9704."""

import importlib.util
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel

from roomctl.api import DocumentOffer, Meeting, PackageFile, PluginContext, hookimpl
from roomctl_records.config import RecordsConfig

MINUTES = "会议记录"


@hookimpl
def roomctl_config_model() -> type[BaseModel]:
    """`[plugins.records]`."""
    return RecordsConfig


@hookimpl
def roomctl_record_documents(ctx: PluginContext, meeting: Meeting) -> Sequence[DocumentOffer]:
    """The 会议记录, from the facts as they stand when it is written."""

    def write(path: Path) -> None:
        from roomctl_records import draft  # noqa: PLC0415 - heavy, and needed only here
        from roomctl_records.render import docx, template  # noqa: PLC0415 - as above

        services = ctx.services
        document = draft.minutes(
            services.meeting(meeting.id),
            services.attendance(meeting.id),
            services.recordings(meeting.id),
            services.transcript(meeting.id),
            place=services.room.name,
        )
        docx.write(document, path, template.load(ctx.config.template, services.data), at=draft.began(meeting))

    return [_offer(ctx, MINUTES, "minutes.docx", write, at=meeting.started_at or meeting.starts_at)]


def _offer(
    ctx: PluginContext, kind: str, file_name: str, write: Callable[[Path], None], *, at: datetime
) -> DocumentOffer:
    """Print and preview of every kind come from the file, as somebody has left it."""

    def set_as_pdf(source: Path, target: Path) -> Mapping[str, str]:
        from roomctl_records.render import pdf, reading, template  # noqa: PLC0415 - heavy, and needed only here

        form = template.load(ctx.config.template, ctx.services.data)
        return pdf.write(reading.read(source), target, form, at=at)

    def preview(source: Path) -> str:
        from roomctl_records.render import html, reading, template  # noqa: PLC0415 - as above

        return html.write(reading.read(source), template.load(ctx.config.template, ctx.services.data))

    can_print = importlib.util.find_spec("typst") is not None
    return DocumentOffer(
        kind=kind, file_name=file_name, write=write, print=set_as_pdf if can_print else None, preview=preview
    )


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
            (one.pdf, one.pdf_sha256),
        )
        if path
    ]
