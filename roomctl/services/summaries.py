"""会议纪要: asked for, drafted, sent round, signed, numbered, printed. Every act is an event, the state derives."""

import json
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from roomctl.domain import summary as paper
from roomctl.domain.events import Actor, Event
from roomctl.domain.lifecycle import State
from roomctl.domain.lines import one_line, tidied
from roomctl.domain.meeting import Meeting
from roomctl.domain.record import RecordFile
from roomctl.domain.summary import Fact, NumberForm, Openness, Stage, Summary
from roomctl.errors import BadInput, Busy, NotFound, Refused
from roomctl.i18n import tr
from roomctl.services import records
from roomctl.services.identity import new_id
from roomctl.services.ports import Clock, Plugins, UnitOfWork
from roomctl.services.records import Signature

_PAGE = 500  # events asked for at once
_DRAWS = 5  # times that a number is drawn, where another paper takes it meanwhile
_HAS_WORDS = frozenset(State) - {State.PLANNED, State.APPROVED, State.OPEN, State.CANCELLED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """Who acts, and on what."""

    actor: Actor
    clock: Clock
    uow: UnitOfWork
    plugins: Plugins
    data: Path


def of(meeting_id: str, *, uow: UnitOfWork) -> tuple[Summary, ...]:
    """All 纪要 of a meeting, oldest first. Raises: NotFound: no such meeting."""
    with uow.reading():
        uow.meetings.get(meeting_id)
        return _all(meeting_id, uow)


def start(meeting_id: str, office: Office, *, drafted_by: str = "", limit: timedelta | None = None) -> Summary:
    """The meeting asks for one; it is drafted at once.

    Args:
        drafted_by: a unit drafts it for the office (代拟); the file goes out to it and comes back.
        limit: from the end of the meeting to the print; None: the office's, else three days.

    Raises:
        Refused: the meeting has no words yet, or a 纪要 is in hand. A new one after an issued one names it.

    """
    uow, clock = office.uow, office.clock
    limit = limit or _limit(uow.peek(meeting_id), office)
    with uow:
        meeting = uow.meetings.get(meeting_id)
        if meeting.state not in _HAS_WORDS:
            raise Refused(
                tr("还不能起草纪要", "a 纪要 cannot be drafted yet"),
                tr(f"会议现在是“{meeting.state.label}”", f"the meeting is {meeting.state.label!r}"),
                tr("开会以后再起草", "draft it once the meeting has begun"),
            )
        known = _all(meeting_id, uow)
        if known and known[-1].stage is not Stage.DONE:
            raise Refused(
                tr("已有一份纪要在办", "a 纪要 is in hand already"),
                known[-1].stage.label,
                tr("先办完，或退回后修改它", "finish it, or send it back and change it"),
            )
        told = {
            "id": new_id(),
            "due": ((meeting.adjourned_at or clock.now()) + limit).isoformat(),
            "drafted_by": drafted_by,
            "supersedes": known[-1].id if known else "",
        }
        _tell(meeting_id, paper.STARTED, told, office)
        uow.commit()
    redraft(meeting_id, office)
    return _in_hand(meeting_id, uow)


def _limit(meeting: Meeting, office: Office) -> timedelta:
    """Of the plugin that drafts it, which the office sets."""
    days = next((one.days for one in office.plugins.documents(meeting) if one.kind == paper.KIND), None)
    return paper.LIMIT if days is None else timedelta(days=days)


def redraft(meeting_id: str, office: Office) -> RecordFile:
    """A new version from the facts as they stand. Raises: Refused: it is out of the drafter's hands."""
    with office.uow.reading():
        need_drafting(meeting_id, office.uow)
    return records.draft_one(
        meeting_id,
        paper.KIND,
        actor=office.actor,
        clock=office.clock,
        uow=office.uow,
        plugins=office.plugins,
        data=office.data,
    )


def need_drafting(meeting_id: str, uow: UnitOfWork) -> None:
    """Within a unit of work. Raises: Refused: the paper is out of the drafter's hands. NotFound: there is none."""
    current = _current(meeting_id, uow)
    if current.stage is not Stage.DRAFTING:
        raise Refused(
            tr("纪要不在起草中", "the 纪要 is not being drafted"),
            current.stage.label,
            tr("先退回", "send it back first"),
        )


def submit(meeting_id: str, office: Office, *, units: Sequence[str] = (), lead: str = "") -> Summary:
    """The newest version goes round: to the units for 会签, 主办 first; without any straight to 审核."""
    names = list(dict.fromkeys(filter(None, map(tidied, units))))
    if lead and lead not in names:
        names.insert(0, lead)
    document = _newest(meeting_id, office)
    records.need_settled(office.uow.peek(meeting_id), document, office.plugins, office.data)
    told = {
        "document": document.id,
        "sha256": records.digest(office.data / document.path),
        "units": [{"unit": name, "lead": name == lead} for name in names],
    }
    return _take(meeting_id, paper.SUBMITTED, told, office)


def countersign(meeting_id: str, office: Office, *, unit: str, agreed: bool, opinion: str = "") -> Summary:
    """A unit answers."""
    told = {"unit": unit, "agreed": agreed, "opinion": opinion}
    return _take(meeting_id, paper.COUNTERSIGNED, told, office)


def settle(meeting_id: str, office: Office, *, unit: str, adopted: bool, reason: str = "") -> Summary:
    """The drafter says whether the opinion is adopted."""
    return _take(meeting_id, paper.SETTLED, {"unit": unit, "adopted": adopted, "reason": reason}, office)


def conclude(meeting_id: str, office: Office) -> Summary:
    """Every unit has answered, every opinion is settled: to 审核."""
    return _take(meeting_id, paper.CONCLUDED, {}, office)


def set_openness(meeting_id: str, office: Office, *, openness: Openness, reason: str = "") -> Summary:
    """公开属性."""
    return _take(meeting_id, paper.OPENNESS, {"openness": openness.value, "reason": reason}, office)


def approve(meeting_id: str, office: Office, *, opinion: str = "") -> Summary:
    """审核."""
    return _take(meeting_id, paper.APPROVED, {"opinion": opinion}, office)


def sign(meeting_id: str, office: Office, *, by: str, opinion: str = "") -> Summary:
    """签发 by a named person: the file is locked.

    Raises:
        Refused: the file is no longer the one that went round. BadInput: nobody is named, or the opinion is too long.

    """
    by = one_line(tr("签发人", "who signs"), by)
    with office.uow.reading():
        uow = office.uow
        current = _current(meeting_id, uow)
        paper.allow(current, paper.SIGNED, {})
        (submitted,) = [fact for fact in _facts(meeting_id, uow) if fact.kind == paper.SUBMITTED][-1:]
        document = next(one for one in uow.documents.of(meeting_id) if one.id == current.document)
    if records.digest(office.data / document.path) != submitted.data["sha256"]:
        raise Refused(
            tr("文件在送签以后又改过", "the file has changed since it went round"),
            document.path,
            tr("退回后重新送签", "send it back, and submit it again"),
        )
    meeting = office.uow.peek(meeting_id)
    with _signature(document, office.data / document.path, meeting, office, by=by, at=office.clock.now()) as made:
        told = {"document": document.id, "sha256": made.paper.sha256, "signer": by, "opinion": opinion}
        return _take(meeting_id, paper.SIGNED, told | made.told, office, made=made)


def register(
    meeting_id: str, office: Office, *, form: NumberForm | None = None, series: str = "", each_year: bool = True
) -> Summary:
    """登记: the number is drawn, without gaps, and written into the signed text as its last version.

    Args:
        form, series: as the last one of the same kind of meeting was numbered, where they are not given.
        each_year: the numbers of a series begin again at 1 in a new year.

    """
    meeting = office.uow.peek(meeting_id)
    today = office.clock.now().astimezone(ZoneInfo(meeting.zone))
    series = series or meeting.kind
    for _ in range(_DRAWS):
        with office.uow.reading():
            number = _draw(office.uow, series, form, today.year if each_year else None, today.year)
            final, signed = _last_version(meeting_id, meeting, office)
        offer = records.offered(meeting, paper.KIND, office.plugins)
        if offer.finish is None:
            raise Refused(tr("写不进期号", "the number cannot be written into it"), offer.kind)
        own = office.data / Path(final.path).with_name(f".{final.id}{Path(final.path).suffix}")
        try:  # until the number is ours it lies under a name that nobody else has
            offer.finish(office.data / signed.path, own, number["number"], today)
            at = signed.signed_at or today
            with _signature(final, own, meeting, office, by=signed.signed_by, at=at) as made, office.uow:
                if number == _draw(office.uow, series, form, today.year if each_year else None, today.year):
                    told = number | {"document": final.id, "sha256": made.paper.sha256} | made.told
                    paper.allow(_current(meeting_id, office.uow), paper.REGISTERED, told)
                    _tell(meeting_id, paper.REGISTERED, told, office)
                    made.settle()
                    office.uow.documents.put(made.paper)
                    office.uow.commit()
                    return _in_hand(meeting_id, office.uow)
        finally:
            own.unlink(missing_ok=True)
    raise Busy(tr("登记太忙", "too many register at once"), mend=tr("稍后再试", "try again"))


def _signature(
    document: RecordFile, source: Path, meeting: Meeting, office: Office, *, by: str, at: datetime
) -> AbstractContextManager[Signature]:
    return records.signature(document, source, meeting, by=by, at=at, plugins=office.plugins, data=office.data)


def proofread(meeting_id: str, office: Office, *, opinion: str = "") -> Summary:
    """校对."""
    return _take(meeting_id, paper.PROOFREAD, {"opinion": opinion}, office)


def issue(meeting_id: str, office: Office, *, sent_to: Sequence[str]) -> Summary:
    """印发, and to whom it goes."""
    names = list(filter(None, map(tidied, sent_to)))
    if not names:
        raise BadInput(tr("没有分送单位", "it goes to nobody"), mend=tr("写明分送谁", "say who gets it"))
    return _take(meeting_id, paper.ISSUED, {"sent_to": names}, office)


def send_back(meeting_id: str, office: Office, *, reason: str) -> Summary:
    """Back to the drafter, with the reason; a number that was drawn is void, and the reason stays with it."""
    return _take(meeting_id, paper.SENT_BACK, {"opinion": reason}, office)


# --- inside ---------------------------------------------------------------------------------------------------------


def _take(
    meeting_id: str, kind: str, told: dict[str, Any], office: Office, *, made: Signature | None = None
) -> Summary:
    for text in (told.get("opinion", ""), told.get("reason", ""), told.get("unit", "")):
        if len(text) > paper.LONGEST:
            raise BadInput(
                tr(f"太长：{len(text)} 字", f"{len(text)} characters are too long"),
                mend=tr(f"最多 {paper.LONGEST} 字", f"at most {paper.LONGEST}"),
            )
    uow = office.uow
    with uow:
        paper.allow(_current(meeting_id, uow), kind, told)
        _tell(meeting_id, kind, told, office)
        if made:
            made.settle()
            uow.documents.put(made.paper)
        after = _current(meeting_id, uow)
        uow.commit()
    return after


def _last_version(meeting_id: str, meeting: Meeting, office: Office) -> tuple[RecordFile, RecordFile]:
    """The file that the number goes into, and the signed one it is made of. Raises: Refused: not the time for it."""
    current = _current(meeting_id, office.uow)
    paper.allow(current, paper.REGISTERED, {})
    mine = [one for one in office.uow.documents.of(meeting.id) if one.kind == paper.KIND]
    signed = next(one for one in mine if one.id == current.document)
    version = max(one.version for one in mine) + 1
    old = Path(signed.path)
    name = f"{old.stem.rpartition('-v')[0]}-v{version}{old.suffix}"
    return replace(signed, id=new_id(), version=version, path=old.with_name(name).as_posix()), signed


def _draw(uow: UnitOfWork, series: str, form: NumberForm | None, within: int | None, year: int) -> dict[str, Any]:
    """The next number of a series; a void one is not drawn again."""
    same = [one for one in _registered(uow) if one["series"] == series]
    form = form or (NumberForm(same[0]["form"]) if same else NumberForm.ISSUE)
    n = max((one["n"] for one in same if within in {None, one["year"]}), default=0) + 1
    return {"number": form.written(n, year), "n": n, "year": year, "series": series, "form": form.value}


def _registered(uow: UnitOfWork) -> list[dict[str, Any]]:
    """All numbers that were ever drawn, void ones too, newest first."""
    found: list[dict[str, Any]] = []
    before: int | None = None
    while rows := uow.events.find(kinds=[paper.REGISTERED], before=before, limit=_PAGE):
        found += [json.loads(row.data) for row in rows]
        before = rows[-1].seq
    return found


def _newest(meeting_id: str, office: Office) -> RecordFile:
    with office.uow.reading():
        mine = [one for one in office.uow.documents.of(meeting_id) if one.kind == paper.KIND]
    if not mine:
        raise NotFound(tr("还没有纪要稿", "there is no draft yet"), mend=tr("先起草", "draft it first"))
    newest = max(mine, key=lambda one: one.version)
    if newest.signed_by:  # sent back after it was signed: an older draft is not what anybody means
        raise Refused(
            tr("最新一稿已经签过", "the newest version is signed"),
            tr(f"第 {newest.version} 稿由{newest.signed_by}签发后退回", f"version {newest.version} was sent back"),
            tr("先重新起草，或传入修改稿", "draft it again, or take in a corrected version"),
        )
    return newest


def _in_hand(meeting_id: str, uow: UnitOfWork) -> Summary:
    with uow.reading():
        return _current(meeting_id, uow)


def _current(meeting_id: str, uow: UnitOfWork) -> Summary:
    uow.meetings.get(meeting_id)
    known = _all(meeting_id, uow)
    if not known:
        raise NotFound(tr("这次会议没有纪要", "this meeting has no 纪要"), mend=f"roomctl summary start {meeting_id}")
    return known[-1]


def _all(meeting_id: str, uow: UnitOfWork) -> tuple[Summary, ...]:
    return paper.fold(_facts(meeting_id, uow))


def _facts(meeting_id: str, uow: UnitOfWork) -> list[Fact]:
    rows = uow.events.stream(meeting_id, ["summary.*"])
    return [Fact(row.kind, Actor.parse(row.actor).name, row.instant, json.loads(row.data)) for row in rows]


def _tell(meeting_id: str, kind: str, told: dict[str, Any], office: Office) -> None:
    event = Event(stream=meeting_id, kind=kind, actor=office.actor, at=office.clock.now(), data=told)
    office.uow.events.append(event)
