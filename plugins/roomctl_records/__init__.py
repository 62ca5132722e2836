"""Drafts the 会议记录 from what the meeting already knows, as docx in the page of GB/T 9704."""

from collections.abc import Sequence
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

    return [DocumentOffer(kind=MINUTES, file_name="minutes.docx", write=write)]


@hookimpl
def roomctl_package_files(ctx: PluginContext, meeting: Meeting) -> Sequence[PackageFile]:
    """Of each kind of document the signed ones, and the newest."""
    documents = ctx.services.documents(meeting.id)
    newest = {document.kind: document.id for document in documents}  # they come in order of their version
    return [
        PackageFile(
            f"records/{Path(document.path).name}",
            ctx.services.data / document.path,
            document.sha256 if document.signed_by else "",  # a draft may still be corrected by hand
        )
        for document in documents
        if document.signed_by or newest[document.kind] == document.id
    ]
