"""签字件: the scan, or the signed PDF, of a paper that people have signed by hand; taken in with its hash."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from roomctl.domain.events import Event
from roomctl.domain.lifecycle import State
from roomctl.domain.record import SIGNED_COPY as PREFIX
from roomctl.domain.record import RecordFile
from roomctl.domain.registration import checked_note
from roomctl.errors import BadInput, Refused
from roomctl.i18n import tr
from roomctl.services import hand_over
from roomctl.services.identity import new_id
from roomctl.services.records import MINUTES
from roomctl.services.registration import Desk

SIGNED_COPY = "record.signed_copy"
KINDS = (MINUTES, "会议纪要", "签到表", hand_over.KIND)
"""Papers that are signed by hand."""

LARGEST = 60_000_000
"""Bytes: a colour scan of a hundred pages at 300 dpi."""

_LONGEST_NAME = 120  # characters
_STATES = frozenset({State.ADJOURNED, State.CLOSED, State.DEPOSITED, State.ARCHIVED})
_MARKS = {
    b"%PDF-": ".pdf",
    b"\xff\xd8\xff": ".jpg",
    b"\x89PNG\r\n\x1a\n": ".png",
    b"II*\x00": ".tif",
    b"MM\x00*": ".tif",
}
"""How a file of that format begins; what it is called by who sends it says nothing."""

_TAIL = 2048  # bytes at the end of a PDF, in which its end must be (ISO 32000-1 annex H, implementation note 18)


def take_in(meeting_id: str, content: bytes, desk: Desk, *, signed_by: str, kind: str = MINUTES) -> RecordFile:
    """Kept read-only beside the meeting; it counts as the signed paper, and goes into the package that is made next.

    The same file again is the paper that it already is.

    Args:
        signed_by: whose signatures it shows, as they are to stand in the register.

    Raises:
        BadInput: no name, no such kind, or no scan. Refused: the meeting is not over, or is cancelled.

    """
    by = _names(signed_by)
    if kind not in KINDS:
        raise BadInput(
            tr(f"“{kind[:20]}”没有签字件", f"{kind[:20]!r} is not signed by hand"),
            mend=tr("可用：", "known: ") + "、".join(KINDS),
        )
    suffix = _suffix(content)
    sha256 = hashlib.sha256(content).hexdigest()
    with desk.uow.reading() as uow:
        known = _known(uow.documents.of(meeting_id), sha256)
        state = uow.meetings.get(meeting_id).state
    if known:
        return known
    if state not in _STATES:
        raise Refused(
            tr("还不能收签字件", "no signed copy can be taken in"),
            tr(f"会议是“{state.label}”", f"the meeting is {state.label}"),
            tr("散会以后再收", "take it in after the meeting"),
        )
    document = new_id()
    path = Path("meetings") / meeting_id / "records" / f"{PREFIX}{document}{suffix}"
    target = desk.data / path
    target.parent.mkdir(parents=True, exist_ok=True)
    half = target.with_name(target.name + ".partial")
    try:
        half.write_bytes(content)
        half.chmod(0o444)
        half.replace(target)
        with desk.uow as uow:
            earlier = uow.documents.of(meeting_id)
            if again := _known(earlier, sha256):  # two people have sent it at once
                target.unlink(missing_ok=True)
                return again
            now = desk.clock.now()
            version = 1 + max((one.version for one in earlier if one.kind == kind), default=0)
            paper = RecordFile(
                id=document, meeting=meeting_id, kind=kind, version=version, path=path.as_posix(), sha256=sha256,
                at=now, signed_by=by, signed_at=now,
            )  # fmt: skip
            uow.documents.put(paper)
            told = {
                "document": document, "kind": kind, "version": version, "sha256": sha256, "bytes": len(content),
                "by": by,
            }  # fmt: skip
            uow.events.append(Event(stream=meeting_id, kind=SIGNED_COPY, actor=desk.actor, at=now, data=told))
            uow.commit()
    except BaseException:
        for left in (half, target):
            left.unlink(missing_ok=True)
        raise
    return paper


def _known(papers: Sequence[RecordFile], sha256: str) -> RecordFile | None:
    return next((one for one in papers if one.sha256 == sha256 and one.signed_by), None)


def _names(text: str) -> str:
    by = " ".join(checked_note(text, needed=True).split())
    if len(by) > _LONGEST_NAME:
        raise BadInput(tr(f"签字人超过 {_LONGEST_NAME} 字", f"names of at most {_LONGEST_NAME} characters"))
    return by


def _suffix(content: bytes) -> str:
    suffix = next((suffix for mark, suffix in _MARKS.items() if content.startswith(mark)), "")
    if not suffix:
        raise BadInput(
            tr("这不是扫描件", "this is no scan"),
            tr("文件是空的，或不是 PDF、JPEG、PNG、TIFF", "it is empty, or no PDF, JPEG, PNG or TIFF"),
            tr("请重新扫描成 PDF", "scan it once more, as PDF"),
        )
    if len(content) > LARGEST:
        raise BadInput(
            tr(f"签字件超过 {LARGEST // 1_000_000} MB", f"a signed copy of more than {LARGEST // 1_000_000} MB"),
            mend=tr("用 300 dpi 灰度重扫", "scan it in grey, at 300 dpi"),
        )
    if suffix == ".pdf" and b"%%EOF" not in content[-_TAIL:]:
        raise BadInput(
            tr("PDF 不完整", "the PDF is not whole"),
            tr("没有文件尾", "its end is missing"),
            tr("请重新扫描或重新上传", "scan or send it once more"),
        )
    return suffix
