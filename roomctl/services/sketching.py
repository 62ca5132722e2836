"""A paper as it would be drafted from the facts as they stand: shown, and not kept."""

from dataclasses import dataclass
from pathlib import Path

from roomctl.domain.record import RecordFile
from roomctl.errors import NotFound
from roomctl.i18n import tr
from roomctl.services.ports import Plugins, UnitOfWork
from roomctl.services.records import MINUTES


@dataclass(frozen=True, slots=True)
class Sketch:
    """A paper as it would be drafted now, or as it was signed.

    Attributes:
        html: a fragment, as `DocumentOffer.preview` gives it; newest: the last version that lies on disk.

    """

    html: str
    newest: RecordFile | None


def sketch(meeting_id: str, *, uow: UnitOfWork, plugins: Plugins, data: Path, kind: str = MINUTES) -> Sketch:
    """A signed one is shown as it was signed. Raises: NotFound: no such meeting, or no plugin can show the paper."""
    with uow.reading():
        meeting = uow.meetings.get(meeting_id)
        newest = next((one for one in reversed(uow.documents.of(meeting_id)) if one.kind == kind), None)
    offer = next((one for one in plugins.documents(meeting) if one.kind == kind), None)
    if offer is None or offer.sketch is None or offer.preview is None:
        raise NotFound(
            tr(f"{kind}不能预览", f"{kind} cannot be shown"),
            tr("没有插件会起草它", "no plugin drafts it"),
            tr("启用 records 插件", "enable the plugin `records`"),
        )
    signed = newest is not None and bool(newest.signed_by)
    return Sketch(offer.preview(data / newest.path) if newest and signed else offer.sketch(), newest)
