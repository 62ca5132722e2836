"""Versions of a paper: compared, sent out to be worked on (代拟), taken in again, their tracked changes decided."""

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from roomctl.domain import revision, secrecy
from roomctl.domain import summary as paper
from roomctl.domain.events import Event, LoggedEvent
from roomctl.domain.lines import tidied
from roomctl.domain.record import RecordFile
from roomctl.errors import BadInput, NotFound, Refused
from roomctl.i18n import tr
from roomctl.services import records, summaries
from roomctl.services.offers import Revising
from roomctl.services.summaries import Office

TAKEN_IN, SETTLED, SENT_OUT = "record.taken_in", "record.changes_settled", "record.sent_out"
LONGEST_UNIT = 120
_TOLD = 200  # characters of a change that the event keeps; the file keeps all


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """What came with a version that somebody else worked on.

    Attributes:
        base: id of the version that it was made from; empty where the version was drafted here.
        unit: who worked on it.
        review: what is still open in it.
        untracked: what differs from the base although nobody tracked it.

    """

    base: str = ""
    unit: str = ""
    review: revision.Review
    untracked: tuple[revision.ParagraphChange, ...] = ()


def compare(meeting_id: str, old: str, new: str, office: Office) -> tuple[revision.ParagraphChange, ...]:
    """Two versions of one kind, open changes as if they were accepted. Raises: NotFound. BadInput: of two kinds."""
    one, other = _open(meeting_id, old, office), _open(meeting_id, new, office)
    if one.paper.kind != other.paper.kind:
        raise BadInput(
            tr("两份文件种类不同", "these are papers of two kinds"),
            tr(f"{one.paper.kind} 和 {other.paper.kind}", f"{one.paper.kind} and {other.paper.kind}"),
            tr("选同一种文件的两稿", "choose two versions of one kind"),
        )
    return revision.compare(one.lines(), other.lines())


def returned(meeting_id: str, document: str, office: Office) -> Returned:
    """What is open in a version, and what somebody changed without tracking it."""
    one = _open(meeting_id, document, office)
    review = one.can.review(one.path)
    with office.uow.reading():
        rows = office.uow.events.stream(meeting_id, [TAKEN_IN])
        told = next((one for one in map(_data, rows) if one["document"] == document), None)
    if told is None:
        return Returned(review=review)
    try:
        before = _open(meeting_id, told["base"], office).lines() if told["base"] else None
    except (NotFound, BadInput):  # its file is gone: what it came with can still be decided
        before = None
    untracked = () if before is None else revision.compare(before, one.lines(accepted=False))
    return Returned(base=told["base"], unit=told["unit"], review=review, untracked=untracked)


def take_in(meeting_id: str, kind: str, file: Path, office: Office, *, unit: str = "", name: str = "") -> RecordFile:
    """A file that somebody worked on becomes the next version; its tracked changes are decided afterwards.

    Args:
        unit: who sent it; name: the file's own, for the log.

    Raises:
        BadInput: it cannot be taken. Refused: it belongs to another paper, or this one is not to be changed now.
        NotFound: no such meeting or kind.

    """
    unit = _unit(unit)
    meeting = office.uow.peek(meeting_id)
    offer = records.offered(meeting, kind, office.plugins)
    can = _revising(offer.revising, kind)
    base = can.look(file)
    with office.uow.reading():
        mine = [one for one in office.uow.documents.of(meeting_id) if one.kind == kind]
    if base and base not in {one.id for one in mine}:
        raise Refused(
            tr(f"这不是本次会议的{kind}", f"this is not the {kind} of this meeting"),
            tr("文件里记着另一份文件的编号", "it carries the id of another paper"),
            tr("核对是不是传错了文件", "see whether it is the right file"),
        )
    if not can.lines(file, True):  # noqa: FBT003 - as accepted
        raise BadInput(tr("文件里没有文字", "there is no text in it"), name)
    told = {"base": base or (mine[-1].id if mine else ""), "unit": unit, "name": name[:LONGEST_UNIT]}
    return records.keep(
        meeting_id,
        offer,
        lambda target: _copied(file, target),
        TAKEN_IN,
        told,
        actor=office.actor,
        clock=office.clock,
        uow=office.uow,
        data=office.data,
        allow=lambda earlier: _may_change(meeting_id, kind, earlier, office),
    )


def settle(meeting_id: str, document: str, decided: Mapping[str, bool], office: Office) -> RecordFile:
    """The changes of these ids are accepted or refused, in a new version; who made each and when stays in the log.

    Raises:
        BadInput: nothing is decided, or there is no such change. Refused: the version is no longer the newest.

    """
    if not decided:
        raise BadInput(tr("一条都没有选", "nothing is decided"), mend=tr("先接受或不接受", "accept or refuse some"))
    one = _open(meeting_id, document, office)
    known = {change.id: change for change in one.can.review(one.path).changes}
    told: dict[str, Any] = {"base": document}
    for word, answer in (("accepted", True), ("refused", False)):
        told[word] = [_told(known[id_]) for id_, accept in decided.items() if accept is answer and id_ in known]

    def newest(earlier: Sequence[RecordFile]) -> None:
        _may_change(meeting_id, one.paper.kind, earlier, office)
        last = max(earlier, key=lambda version: version.version)
        if last.id != document:
            raise Refused(
                tr(f"已经有第 {last.version} 稿", f"there is a version {last.version} by now"),
                tr("别人刚处理过，或重新起草过", "somebody else has decided some, or drafted it again"),
                tr("在最新一稿上处理", "decide in the newest version"),
            )

    return records.keep(
        meeting_id,
        one.offer,
        lambda target: one.can.settle(one.path, target, decided),
        SETTLED,
        told,
        actor=office.actor,
        clock=office.clock,
        uow=office.uow,
        data=office.data,
        allow=newest,
    )


def pack(meeting_id: str, document: str, target: Path, office: Office, *, unit: str) -> None:
    """代拟: the paper goes out to a unit as a zip, with the facts and what it may see of the transcript.

    Raises:
        SecrecyRefused: its 密级 lets nothing go out on what anybody may carry. BadInput: no unit. NotFound.

    """
    secrecy.ask(office.uow.peek(meeting_id).highest_secrecy, secrecy.Way.REMOVABLE)
    unit = _unit(unit)
    if not unit:
        raise BadInput(tr("没有写给哪个单位", "it is for nobody"), mend=tr("写明代拟单位", "name the unit"))
    one = _open(meeting_id, document, office)
    one.can.pack(one.path, target, document, unit)
    with target.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    told = {
        "document": document,
        "kind": one.paper.kind,
        "version": one.paper.version,
        "unit": unit,
        "sha256": sha256,
    }
    with office.uow as uow:
        uow.events.append(
            Event(stream=meeting_id, kind=SENT_OUT, actor=office.actor, at=office.clock.now(), data=told)
        )
        uow.commit()


# --- inside


@dataclass(frozen=True, slots=True)
class _Version:
    paper: RecordFile
    path: Path
    offer: Any
    can: Revising

    def lines(self, *, accepted: bool = True) -> Sequence[str]:
        """The text, then what stands in headers, footers and notes."""
        return [*self.can.lines(self.path, accepted), *self.can.around(self.path, accepted)]


def _open(meeting_id: str, document: str, office: Office) -> _Version:
    found, offer = records.known(meeting_id, document, office.uow, office.plugins)
    path = office.data / found.path
    if not path.is_file():
        raise NotFound(tr(f"找不到文件 {path.name}", f"no file {path.name}"), str(path))
    return _Version(found, path, offer, _revising(offer.revising if offer else None, found.kind))


def _revising(can: Revising | None, kind: str) -> Revising:
    if can is None:
        raise NotFound(tr(f"{kind}不能比较和修改", f"nobody can compare or change a {kind}"))
    return can


def _may_change(meeting_id: str, kind: str, earlier: Sequence[RecordFile], office: Office) -> None:
    """A 纪要 while it lies with the drafter; another paper until somebody has signed it."""
    if kind == paper.KIND:
        summaries.need_drafting(meeting_id, office.uow)
        return
    signed = next((one for one in reversed(earlier) if one.signed_by), None)
    if signed:
        raise Refused(
            tr(f"{kind}已由{signed.signed_by}签字", f"{kind} is signed by {signed.signed_by}"),
            tr("签过的文件不再改动", "a signed paper never changes"),
        )


def _unit(text: str) -> str:
    unit = tidied(text)
    if len(unit) > LONGEST_UNIT:
        raise BadInput(
            tr("单位名称太长", "the name of the unit is too long"),
            mend=tr(f"最多 {LONGEST_UNIT} 字", f"at most {LONGEST_UNIT}"),
        )
    return unit


def _data(row: LoggedEvent) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(row.data)
    return told


def _copied(source: Path, target: Path) -> None:
    shutil.copyfile(source, target)


def _told(change: revision.TrackedChange) -> dict[str, Any]:
    return {
        "author": change.author[:_TOLD],
        "at": change.at.isoformat() if change.at else "",
        "removed": change.removed[:_TOLD],
        "added": change.added[:_TOLD],
        "format": change.format,
    }
