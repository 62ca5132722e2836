"""The report of a check as a paper: drafted by a plugin, kept with the meeting from the sign-off on."""

import logging
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from roomctl.domain.archive import PackageFile
from roomctl.domain.checks import CheckReport
from roomctl.domain.events import Actor, Event
from roomctl.domain.meeting import Meeting
from roomctl.errors import BadInput, MissingPart, NotFound
from roomctl.i18n import tr
from roomctl.services import checks
from roomctl.services.offers import DocumentOffer
from roomctl.services.ports import Clock, Plugins, UnitOfWork
from roomctl.services.records import digest

log = logging.getLogger(__name__)

KIND = "设备检查报告"
"""Kind of the document that a plugin offers for it."""
FORMS = ("docx", "pdf", "html")


def write(meeting_id: str | None, path: Path, *, uow: UnitOfWork, plugins: Plugins, data: Path) -> None:
    """The newest report as a paper, in the form of the path's suffix; a signed one as it was signed.

    Args:
        meeting_id: whose; None: the room's own.

    Raises:
        BadInput: a suffix that is none of `FORMS`. NotFound: nothing was checked yet. MissingPart: no plugin drafts
            it, or nothing here can print.

    """
    form = form_of(path)
    with uow.reading():
        report = checks.current(meeting_id, uow)
    if report is None:
        raise NotFound(
            tr("还没有检查过", "nothing was checked yet"), mend=f"roomctl check {meeting_id or ''}".strip()
        )
    meeting = uow.peek(meeting_id) if meeting_id else None
    kept = _kept(data, report)
    with TemporaryDirectory() as folder:
        if not report.signed or not kept.is_file():
            kept = Path(folder, "report.docx")
            _offer(meeting, plugins).write(kept)
        ready = kept.with_suffix(path.suffix.lower())
        if not ready.is_file():
            ready = Path(folder, f"paper.{form}")
            _as(form, kept, ready, _offer(meeting, plugins))
        try:
            path.write_bytes(ready.read_bytes())
        except OSError as error:
            raise BadInput(tr(f"不能写 {path}", f"cannot write {path}"), error.strerror or str(error)) from None


def form_of(path: Path) -> str:
    """The form that a suffix stands for. Raises: BadInput, with the known ones."""
    form = path.suffix.lower().removeprefix(".")
    if form not in FORMS:
        raise BadInput(
            tr(f"不支持的格式 {path.suffix or path.name}", f"cannot write {path.name}"),
            mend=tr("可用的后缀：", "known suffixes: ") + ", ".join(f".{one}" for one in FORMS),
        )
    return form


def keep(report: CheckReport, *, actor: Actor, clock: Clock, uow: UnitOfWork, plugins: Plugins, data: Path) -> None:
    """Of a report that was just signed: the paper, and its print, beside the meeting, for reading only.

    A paper that does not come out never takes the signature back: the event says why.
    """
    if report.meeting is None:
        return
    told = {"report": report.id}
    path = _kept(data, report)
    try:
        told |= _write(path, uow.peek(report.meeting), plugins)
    except Exception as error:  # noqa: BLE001 - a plugin's draft, whatever happens to it, costs nobody the signature
        log.warning("the paper of report %s was not written: %s", report.id, error)
        told["failed"] = str(error) or type(error).__name__
    with uow:
        stream = report.meeting
        uow.events.append(Event(stream=stream, kind="checks.paper", actor=actor, at=clock.now(), data=told))
        uow.commit()


def files(meeting_id: str, data: Path) -> Sequence[PackageFile]:
    """Papers of signed reports, for the meeting's package."""
    folder = data / "meetings" / meeting_id / "checks"
    kept = sorted(path for path in folder.glob("check-report-*") if path.suffix in {".docx", ".pdf"})
    return [PackageFile(f"checks/{path.name}", path) for path in kept]


def _write(path: Path, meeting: Meeting, plugins: Plugins) -> dict[str, str]:
    offer = _offer(meeting, plugins)
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(path.name + ".partial")
    offer.write(half)
    half.replace(path)
    path.chmod(0o444)
    told = {"sha256": digest(path)}
    if offer.print is not None:
        printed = path.with_suffix(".pdf")
        half = printed.with_name(printed.name + ".partial")
        try:
            offer.print(path, half)
        except Exception as error:  # noqa: BLE001 - as above: the docx stands
            half.unlink(missing_ok=True)
            return told | {"print_failed": str(error) or type(error).__name__}
        half.replace(printed)
        printed.chmod(0o444)
        told["pdf_sha256"] = digest(printed)
    return told


def _kept(data: Path, report: CheckReport) -> Path:
    return data / "meetings" / (report.meeting or "") / "checks" / f"check-report-{report.id}.docx"


def _offer(meeting: Meeting | None, plugins: Plugins) -> DocumentOffer:
    offered = plugins.documents(meeting) if meeting else plugins.room_documents()
    offer = next((one for one in offered if one.kind == KIND), None)
    if offer is None:
        raise MissingPart(
            tr(f"没有插件会起草{KIND}", f"no plugin drafts {KIND}"),
            mend=tr("启用 records 插件", "enable the plugin `records`"),
        )
    return offer


def _as(form: str, source: Path, path: Path, offer: DocumentOffer) -> None:
    if form == "pdf":
        if offer.print is None:
            raise MissingPart(
                tr("这里不能生成 PDF", "no PDF can be made here"), mend="pip install 'roomctl[records]'"
            )
        offer.print(source, path)
    else:
        if offer.preview is None:
            raise MissingPart(tr("这里不能生成网页", "no page can be made here"))
        body = offer.preview(source)
        head = f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>{KIND}</title>'
        path.write_text(f"{head}<body>{body}</body></html>\n", encoding="utf-8")
