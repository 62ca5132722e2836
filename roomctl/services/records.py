"""Papers of a meeting: drafted by plugins, numbered by version, signed by a named person."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from roomctl.domain.events import Actor, Event
from roomctl.domain.lifecycle import Need
from roomctl.domain.lines import one_line
from roomctl.domain.meeting import Meeting
from roomctl.domain.record import Finding, RecordFile
from roomctl.errors import BadInput, NotFound, Refused
from roomctl.i18n import tr
from roomctl.services.identity import new_id
from roomctl.services.offers import DocumentOffer
from roomctl.services.ports import Clock, Plugins, UnitOfWork

MINUTES = "会议记录"
DRAFTED = "record.drafted"


def draft(
    meeting_id: str,
    *,
    actor: Actor,
    clock: Clock,
    uow: UnitOfWork,
    plugins: Plugins,
    data: Path,
    corrected_too: bool = True,
) -> tuple[RecordFile, ...]:
    """Drafts every document that each meeting has, each as a new version; a signed one is left as it is.

    Args:
        corrected_too: also where somebody has worked on the newest version since it was drafted. False is for whoever
            drafts without being asked: a correction is never put behind a draft by itself.

    """
    meeting = uow.peek(meeting_id)
    offers = [offer for offer in plugins.documents(meeting) if not offer.on_demand]
    told: dict[str, Any] = {"actor": actor, "clock": clock, "uow": uow, "data": data}
    return tuple(_draft(meeting_id, offer, corrected_too=corrected_too, **told) for offer in offers)


def draft_one(
    meeting_id: str, kind: str, *, actor: Actor, clock: Clock, uow: UnitOfWork, plugins: Plugins, data: Path
) -> RecordFile:
    """A new version of one kind, also of one that was signed before. Raises: NotFound: no plugin drafts it."""
    offer = offered(uow.peek(meeting_id), kind, plugins)
    return _write(meeting_id, offer, actor=actor, clock=clock, uow=uow, data=data)


def draft_on_demand(
    meeting_id: str,
    kind: str,
    form: str = "",
    *,
    actor: Actor,
    clock: Clock,
    uow: UnitOfWork,
    plugins: Plugins,
    data: Path,
) -> RecordFile:
    """A new version of a kind that is drafted when somebody asks for it: 座签, 座位图, 设备检查报告.

    Args:
        form: how its file is to end, such as .pdf; empty for any.

    Raises:
        NotFound: no plugin drafts it. Refused: it has a way of its own. BadInput: it is made in another form.

    """
    offer = offered(uow.peek(meeting_id), kind, plugins)
    if not offer.on_demand or offer.finish:
        raise Refused(
            tr(f"{kind}不能单独起草", f"{kind} is not drafted by itself"),
            mend=f"roomctl summary start {meeting_id}" if offer.finish else f"roomctl meetings draft {meeting_id}",
        )
    made_as = PurePosixPath(offer.file_name).suffix
    if form and form.lower() != made_as:
        raise BadInput(
            tr(f"{kind}不能写成 {form}", f"{kind} cannot be written as {form}"),
            mend=tr(f"文件名以 {made_as} 结尾", f"let the file end in {made_as}"),
        )
    return _write(meeting_id, offer, actor=actor, clock=clock, uow=uow, data=data)


def offered(meeting: Meeting, kind: str, plugins: Plugins) -> DocumentOffer:
    """What the plugin that drafts papers of this kind can do with them. Raises: NotFound: there is none."""
    offers = plugins.documents(meeting)
    offer = next((one for one in offers if one.kind == kind), None)
    if offer is None:
        known = "、".join(one.kind for one in offers)
        raise NotFound(
            tr(f"没有插件会起草{kind}", f"no plugin drafts {kind}"),
            mend=tr(f"可选：{known}", f"known: {known}")
            if known
            else tr("启用 records 插件", "enable the plugin `records`"),
        )
    return offer


def _draft(
    meeting_id: str,
    offer: DocumentOffer,
    *,
    corrected_too: bool,
    actor: Actor,
    clock: Clock,
    uow: UnitOfWork,
    data: Path,
) -> RecordFile:
    with uow.reading():
        earlier = [document for document in uow.documents.of(meeting_id) if document.kind == offer.kind]
        drafted = {json.loads(row.data)["document"] for row in uow.events.stream(meeting_id, [DRAFTED])}
    signed = [document for document in earlier if document.signed_by]
    if signed:
        return signed[-1]
    if earlier and not corrected_too:
        newest = earlier[-1]
        path = data / newest.path
        if newest.id not in drafted or (path.is_file() and digest(path) != newest.sha256):
            return newest
    return _write(meeting_id, offer, actor=actor, clock=clock, uow=uow, data=data)


def _write(
    meeting_id: str, offer: DocumentOffer, *, actor: Actor, clock: Clock, uow: UnitOfWork, data: Path
) -> RecordFile:
    return keep(meeting_id, offer, offer.write, DRAFTED, {}, actor=actor, clock=clock, uow=uow, data=data)


def keep(
    meeting_id: str,
    offer: DocumentOffer,
    fill: Callable[[Path], None],
    event: str,
    told: Mapping[str, Any],
    *,
    actor: Actor,
    clock: Clock,
    uow: UnitOfWork,
    data: Path,
    allow: Callable[[Sequence[RecordFile]], None] = lambda _: None,
) -> RecordFile:
    """What `fill` writes becomes the next version of its kind, even where several people make one at once.

    Args:
        fill: called again where somebody else was faster: a paper may say which version it is.
        event: its kind; told: what it says besides the document's id, kind, version and SHA-256.
        allow: raises where the versions that there are now forbid another.

    """
    name = Path(offer.file_name)
    folder = Path("meetings") / meeting_id / "records"
    (data / folder).mkdir(parents=True, exist_ok=True)
    fresh = new_id()
    half = data / folder / f".{fresh}.partial"
    try:
        while True:
            with uow.reading():
                expected = _next([one for one in uow.documents.of(meeting_id) if one.kind == offer.kind])
            fill(half)
            sha256 = digest(half)
            with uow:
                earlier = [one for one in uow.documents.of(meeting_id) if one.kind == offer.kind]
                allow(earlier)
                version = _next(earlier)
                if version != expected:
                    continue
                path = (folder / f"{name.stem}-v{version}{name.suffix}").as_posix()
                printed = name.suffix == ".pdf"  # nobody works on it: it is its own print
                document = RecordFile(
                    id=fresh,
                    meeting=meeting_id,
                    kind=offer.kind,
                    version=version,
                    path=path,
                    sha256=sha256,
                    pdf=path if printed else "",
                    pdf_sha256=sha256 if printed else "",
                    at=clock.now(),
                )
                half.replace(data / document.path)
                said = {"document": fresh, "kind": offer.kind, "version": version, "sha256": sha256} | dict(told)
                uow.documents.put(document)
                uow.events.append(Event(stream=meeting_id, kind=event, actor=actor, at=clock.now(), data=said))
                uow.commit()
                return document
    finally:
        half.unlink(missing_ok=True)


def _next(earlier: Sequence[RecordFile]) -> int:
    return max((one.version for one in earlier), default=0) + 1


def sign(
    meeting_id: str,
    *,
    by: str,
    actor: Actor,
    clock: Clock,
    uow: UnitOfWork,
    plugins: Plugins,
    data: Path,
    kind: str = MINUTES,
    demo: bool = False,
) -> RecordFile:
    """A named person signs the newest version; it is locked from then on, and a print is made of it.

    A print that does not come out never keeps anybody from signing: the event says why.

    Args:
        demo: not a person but the demo's secretary; the event and the package say so.

    Raises:
        NotFound: nothing drafted. Refused: signed already, older than the words of the meeting, or of a kind that the
            office signs by hand alone. BadInput: nobody is named.

    """
    by = one_line(tr("签字人", "who signs"), by)
    meeting, newest = _signable(meeting_id, kind, uow=uow, plugins=plugins, data=data)
    paper, source = replace(newest, demo=demo), data / newest.path
    with signature(paper, source, meeting, by=by, at=clock.now(), plugins=plugins, data=data) as made:
        signed = made.paper
        told = {"document": signed.id, "kind": kind, "version": signed.version, "sha256": signed.sha256, "by": by}
        told |= {"demo": demo, **made.told}
        with uow:
            last = max((one for one in uow.documents.of(meeting_id) if one.kind == kind), key=lambda one: one.version)
            if last.id != signed.id or last.signed_by:  # somebody signed, or made a version, while the print was set
                raise _overtaken(signed, last)
            made.settle()
            uow.documents.put(signed)
            uow.events.append(Event(stream=meeting_id, kind="record.signed", actor=actor, at=clock.now(), data=told))
            uow.commit()
    return signed


def _signable(
    meeting_id: str, kind: str, *, uow: UnitOfWork, plugins: Plugins, data: Path
) -> tuple[Meeting, RecordFile]:
    """The meeting, and the newest version as it lies there. Raises: as `sign` does."""
    with uow.reading():
        drafted = [document for document in uow.documents.of(meeting_id) if document.kind == kind]
        meeting, transcript = uow.meetings.get(meeting_id), uow.transcripts.latest(meeting_id)
    if not drafted:
        raise NotFound(
            tr(f"还没有{kind}", f"no {kind} has been drafted"), mend=f"roomctl meetings draft {meeting_id}"
        )
    newest = drafted[-1]
    if newest.signed_by:
        raise _signed_already(newest)
    offer = next((one for one in plugins.documents(meeting) if one.kind == kind), None)
    if offer is not None and offer.by_hand:
        raise Refused(
            tr(f"{kind}不能在系统里签字", f"{kind} is not signed here"),
            tr(
                "本单位只认签字扫描件，见设置 plugins.records.by_hand",
                "only scans count, see plugins.records.by_hand",
            ),
            tr("打印签字，扫描后在“归档登记”页上传", "print and sign it; send its scan on the registration's page"),
        )
    if Need.TRANSCRIPT not in meeting.facts:
        raise Refused(
            tr(f"{kind}还不能签字", f"{kind} cannot be signed yet"),
            Need.TRANSCRIPT.label,
            f"roomctl meetings adjourn {meeting_id}",
        )
    found = digest(data / newest.path)
    if found != newest.sha256:  # corrected by hand since it was drafted: what is signed is what lies there
        newest = replace(newest, sha256=found)
    elif transcript is not None and transcript.at is not None and newest.at < transcript.at:
        raise Refused(
            tr(f"{kind}还不能签字", f"{kind} cannot be signed yet"),
            tr("起草以后转写又有更新", "the transcript has grown since it was drafted"),
            f"roomctl meetings draft {meeting_id}",
        )
    need_settled(meeting, newest, plugins, data)
    return meeting, newest


def _signed_already(paper: RecordFile) -> Refused:
    return Refused(
        tr(f"{paper.kind}已由{paper.signed_by}签字", f"{paper.kind} is already signed by {paper.signed_by}")
    )


def _overtaken(mine: RecordFile, last: RecordFile) -> Refused:
    """What to tell who came second."""
    if last.id == mine.id:
        return _signed_already(last)
    return Refused(
        tr(f"{mine.kind}还不能签字", f"{mine.kind} cannot be signed yet"),
        tr(f"刚刚有了第 {last.version} 稿", f"version {last.version} has just come"),
        tr("请看过最新一稿再签", "look at the newest version, then sign"),
    )


def need_settled(meeting: Meeting, document: RecordFile, plugins: Plugins, data: Path) -> None:
    """Raises: Refused: somebody's tracked changes are open in it, so that nobody knows what would be signed."""
    offer = next((one for one in plugins.documents(meeting) if one.kind == document.kind), None)
    if offer is None or offer.revising is None:
        return
    try:
        left = len(offer.revising.review(data / document.path).changes)
    except BadInput:  # what cannot be read has none that we could decide
        return
    if left:
        raise Refused(
            tr(f"还有 {left} 处修订没有处理", f"{left} tracked changes are not decided"),
            document.path,
            tr("在“文件”页逐条接受或不接受", "accept or refuse each on the page of the papers"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A paper as it is signed, while nothing of it is in place yet.

    Attributes:
        paper: as it is to be kept, its file and its print under their names.
        told: what to tell of the print.
        source: the file that lies there now; printed: of it, under a name that nobody else has; None: there is none.

    """

    paper: RecordFile
    told: dict[str, Any]
    source: Path
    printed: Path | None
    data: Path

    def settle(self) -> None:
        """The file is for reading only from now on, and its print lies beside it.

        In the transaction that keeps the signature, once nothing else refuses it: whoever is refused has changed
        nothing, and of two at once the print of the first stays.

        Raises:
            Refused: somebody has saved the file since.

        """
        if digest(self.source) != self.paper.sha256:
            raise Refused(
                tr("文件刚刚又改过", "the file has just been changed"),
                self.paper.path,
                tr("请看过再签", "look at it, then sign"),
            )
        self.source.chmod(0o444)
        self.source.replace(self.data / self.paper.path)
        if self.printed is not None:
            self.printed.chmod(0o444)
            self.printed.replace(self.data / self.paper.pdf)


@contextmanager
def signature(
    document: RecordFile, source: Path, meeting: Meeting, *, by: str, at: datetime, plugins: Plugins, data: Path
) -> Iterator[Signature]:
    """Prints the paper, in no transaction. Args: source: the file that is to lie at the paper's path."""
    paper = replace(document, sha256=digest(source), signed_by=by, signed_at=at)
    half = source.with_name(f".{new_id()}.pdf.partial")
    try:
        told = _print(source, half, meeting, paper.kind, plugins)
        printed = half if half.is_file() else None
        if printed is not None:
            pdf, sha256 = Path(paper.path).with_suffix(".pdf").as_posix(), digest(printed)
            paper, told = replace(paper, pdf=pdf, pdf_sha256=sha256), {"pdf_sha256": sha256} | told
        yield Signature(paper=paper, told=told, source=source, printed=printed, data=data)
    finally:
        half.unlink(missing_ok=True)


def _print(source: Path, target: Path, meeting: Meeting, kind: str, plugins: Plugins) -> dict[str, Any]:
    """What to tell of the print; there is none where no plugin makes one, or it did not come out."""
    offer = next((one for one in plugins.documents(meeting) if one.kind == kind), None)
    if offer is None or offer.print is None:
        return {}
    try:
        stood_in = offer.print(source, target)
    except Exception as error:  # noqa: BLE001 - a plugin's print, whatever happens to it, costs nobody the signature
        target.unlink(missing_ok=True)
        return {"print_failed": str(error) or type(error).__name__}
    return {"stood_in": dict(stood_in)} if stood_in else {}


def preview(meeting_id: str, document: str, *, uow: UnitOfWork, plugins: Plugins, data: Path) -> str:
    """A paper as HTML, as somebody has left it. Raises: NotFound: no such paper, or its plugin cannot show it."""
    paper, offer = known(meeting_id, document, uow, plugins)
    if offer is None or offer.preview is None:
        raise NotFound(
            tr(f"{paper.kind}不能预览", f"{paper.kind} cannot be shown"),
            mend=tr("下载后用文字处理软件打开", "fetch it and open it in a word processor"),
        )
    return offer.preview(data / paper.path)


def proofread(meeting_id: str, document: str, *, uow: UnitOfWork, plugins: Plugins, data: Path) -> Sequence[Finding]:
    """零差错检查 of a paper, as somebody has left it. Raises: NotFound."""
    paper, offer = known(meeting_id, document, uow, plugins)
    if offer is None or offer.proofread is None:
        raise NotFound(tr(f"{paper.kind}没有校对规则", f"there are no rules for {paper.kind}"))
    return offer.proofread(data / paper.path)


def known(
    meeting_id: str, document: str, uow: UnitOfWork, plugins: Plugins
) -> tuple[RecordFile, DocumentOffer | None]:
    """A paper of the meeting, and what its plugin can do with it. Raises: NotFound: no such paper."""
    with uow.reading():
        meeting = uow.meetings.get(meeting_id)
        paper = next((one for one in uow.documents.of(meeting_id) if one.id == document), None)
    if paper is None:
        raise NotFound(tr(f"没有文件 {document}", f"no document {document}"))
    return paper, next((one for one in plugins.documents(meeting) if one.kind == paper.kind), None)


def digest(path: Path) -> str:
    """SHA-256 of a paper's file, as hex. Raises: NotFound."""
    if not path.is_file():
        raise NotFound(tr(f"找不到文件 {path.name}", f"no file {path.name}"), str(path))
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
