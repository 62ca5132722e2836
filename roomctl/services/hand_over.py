"""归档交接单: drafted from the registration as it stands, to be signed by both sides on paper."""

from pathlib import Path
from tempfile import TemporaryDirectory

from roomctl.errors import MissingPart
from roomctl.i18n import tr
from roomctl.services import records
from roomctl.services.registration import Desk

KIND = "归档交接单"
"""Kind of the document that a plugin offers for it."""


def write(meeting_id: str, desk: Desk, *, printed: bool, kind: str = KIND) -> bytes:
    """The paper as docx, or as PDF/A.

    Args:
        kind: of another paper that is drafted as things stand, and kept nowhere.

    Raises:
        NotFound: no such meeting, no package, or no plugin drafts it. MissingPart: nothing here can print.

    """
    offer = records.offered(desk.uow.peek(meeting_id), kind, desk.plugins)
    with TemporaryDirectory() as folder:
        drafted, pdf = Path(folder, "hand-over.docx"), Path(folder, "hand-over.pdf")
        offer.write(drafted)
        if not printed:
            return drafted.read_bytes()
        if offer.print is None:
            raise MissingPart(
                tr("这里不能生成 PDF", "no PDF can be made here"), mend="pip install 'roomctl[records]'"
            )
        offer.print(drafted, pdf)
        return pdf.read_bytes()
