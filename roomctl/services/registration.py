"""归档登记: counted by the program, looked at by a person, signed for or sent back. Every act is an event.

What a package holds is read by the plugin that made it, before the transaction; the transaction looks at the state
again, so that two archivists at once never undo each other's work unseen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from roomctl.domain import registration as rules
from roomctl.domain.archive import Package, Receipt
from roomctl.domain.events import Actor, Event
from roomctl.domain.lifecycle import Need, State
from roomctl.domain.lines import one_line
from roomctl.domain.meeting import Meeting
from roomctl.domain.record import RecordFile
from roomctl.domain.registration import CatalogueRow, Contents, Entry, Registration, Result, Series
from roomctl.errors import Busy, NotFound, Refused, RoomctlError
from roomctl.i18n import tr
from roomctl.services import summaries
from roomctl.services.archive_ports import Archivist
from roomctl.services.ports import Clock, Plugins, UnitOfWork
from roomctl.services.records import MINUTES

_PAGE = 500  # events asked for at once
_Wanted = tuple[str, str, Series]
"""Package, 件, and the series of its 档号."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The registration of one meeting as it stands.

    Attributes:
        packages: all of the meeting's, the first one first; open: those that nobody has signed for.
        arrived: ids of those that every required target has read back.
        contents: by package, what each holds; unread: why it cannot be read, by package.
        signed: papers of the meeting that are signed as 会议记录; numbers: 文号 of papers, by their id.
        lacking: what keeps an archivist from signing now, each on a line.

    """

    meeting: Meeting
    packages: Sequence[Package]
    open: Sequence[Package]
    arrived: frozenset[str]
    receipts: Sequence[Receipt]
    contents: Mapping[str, Contents]
    unread: Mapping[str, str]
    registration: Registration
    signed: Sequence[RecordFile]
    numbers: Mapping[str, str]
    lacking: Sequence[str]

    @property
    def due(self) -> bool:
        """Whether there is something for an archivist to sign for."""
        return self.meeting.state in REGISTERED and bool(self.open)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Who acts, and on what."""

    actor: Actor
    clock: Clock
    uow: UnitOfWork
    plugins: Plugins
    data: Path = field(default_factory=Path)


REGISTERED = frozenset({State.DEPOSITED, State.ARCHIVED})
"""States of a meeting whose packages may be registered."""


def look(meeting_id: str, desk: Desk) -> Standing:
    """How far it is. Raises: NotFound: no such meeting. MissingPart: no plugin reads packages."""
    archivist = desk.plugins.archivist()
    with desk.uow.reading() as uow:
        meeting = uow.meetings.get(meeting_id)
        packages, receipts = uow.packages.of(meeting_id), uow.packages.receipts(meeting_id)
        documents = uow.documents.of(meeting_id)
        made = replayed(meeting_id, uow)
    contents, unread = _read(archivist, packages)
    numbers = {one.final: one.number for one in summaries.of(meeting_id, uow=desk.uow) if one.final and one.number}
    open_ = [one for one in packages if made.taken(one) is None]
    arrived = _arrived(packages, receipts)
    return Standing(
        meeting=meeting,
        packages=packages,
        open=open_,
        arrived=arrived,
        receipts=receipts,
        contents=contents,
        unread=unread,
        registration=made,
        signed=[one for one in documents if one.kind == MINUTES and one.signed_by],
        numbers=numbers,
        lacking=_lacking(meeting, made, open_, contents, arrived),
    )


def answer(
    meeting_id: str, desk: Desk, *, package: str, number: str, result: Result, note: str = "", seen: int | None = None
) -> Registration:
    """A person has looked at an item; the same answer again changes nothing.

    Args:
        seen: `version` of the registration that the person saw; what another has said since is not overwritten.

    Raises:
        NotFound: no such package or item. BadInput: the note is missing, where the item is not passed, or too long.
        Refused: the package is signed for. Busy: somebody has just answered it.

    """
    said = rules.checked_note(note, needed=result is not Result.PASSED)
    held = _held(meeting_id, package, desk)
    if number not in {one.number for one in held.questions}:
        raise NotFound(tr(f"没有人工检查项 {number}", f"there is no item {number} to look at"))
    told = {"package": package, "number": number, "result": result.value, "note": said}
    with desk.uow as uow:
        made = _open(meeting_id, package, uow)
        before = made.answers.get((package, number))
        if before and (before.result, before.note) == (result, said):
            return made
        _unseen(before, seen, made, desk.actor)
        log(meeting_id, rules.ANSWERED, told, desk)
        uow.commit()
    return _now(meeting_id, desk.uow)


def set_term(
    meeting_id: str, desk: Desk, *, package: str, entry: str, term: str, reason: str, seen: int | None = None
) -> Registration:
    """Another 保管期限 than the office's table has, with a reason. Args and errors as of `answer`."""
    wanted, why = rules.checked_term(term), rules.checked_note(reason, needed=True)
    held = _held(meeting_id, package, desk)
    known = next((one for one in held.entries if one.number == entry), None)
    if known is None:
        raise NotFound(tr(f"存档包里没有 {entry}", f"the package has no {entry}"))
    told = {"package": package, "entry": entry, "from": known.term, "term": wanted, "reason": why}
    with desk.uow as uow:
        made = _open(meeting_id, package, uow)
        before = made.terms.get((package, entry))
        if before and (before.term, before.reason) == (wanted, why):
            return made
        _unseen(before, seen, made, desk.actor)
        log(meeting_id, rules.TERM, told, desk)
        uow.commit()
    return _now(meeting_id, desk.uow)


def accept(meeting_id: str, desk: Desk, *, by: str, demo: bool = False, seen: int | None = None) -> Meeting:
    """签收: the packages that have arrived are taken over, each 件 gets its 档号; a deposited meeting is archived.

    Args:
        demo: the demo's archivist, who is no person and so passes no item that a person must look at.
        seen: as of `answer`: nobody signs for what has changed under his eyes.

    Raises:
        Refused: something is lacking, which it names; or all is signed for already. BadInput: no name.

    """
    by = one_line(tr("签收人", "who signs"), by)
    before = look(meeting_id, desk)
    here = [one for one in before.open if one.id in before.arrived]
    wanted = _series(here, before, desk.plugins.archivist())  # the plugin is asked before the transaction
    with desk.uow as uow:
        meeting, made = uow.meetings.get(meeting_id), replayed(meeting_id, uow)
        if meeting.state is State.ARCHIVED and all(made.taken(one) for one in before.packages):
            last = made.taken(before.packages[-1]) if before.packages else None
            raise Refused(
                tr("已经归档", "it is archived already"),
                tr(f"{last.by}已签收", f"{last.by} has signed for it") if last else "",
            )
        if made.version != (before.registration.version if seen is None else seen):
            raise _changed()
        missing = _lacking(meeting, made, before.open, before.contents, before.arrived)
        if missing and not demo:
            raise Refused(
                tr("还不能签收", "it cannot be signed for yet"),
                "；".join(missing),
                tr("请在归档登记页逐项办完", "see to each on the page of the registration"),
            )
        told: dict[str, Any] = {
            "packages": [one.id for one in here],
            "files": sum(one.files for one in here),
            "bytes": sum(one.bytes for one in here),
            "codes": _draw(wanted, made, uow),
            "by": by,
            "demo": demo,
        }
        if meeting.state is not State.ARCHIVED:
            meeting, moved = meeting.move(
                State.ARCHIVED, actor=desk.actor, at=desk.clock.now(),
                data={"by": by, "demo": demo, "packages": told["packages"]},
            )  # fmt: skip
            meeting = uow.meetings.save(meeting)
            uow.events.append(moved)
        log(meeting_id, rules.ACCEPTED, told, desk)
        uow.commit()
    return meeting


def send_back(meeting_id: str, desk: Desk, *, by: str, reason: str) -> Meeting:
    """退回 with a reason: the meeting stays deposited; of one that is archived it is the supplement.

    Raises:
        Refused: nothing was deposited, or all is signed for. BadInput: no reason, or no name.

    """
    why, by = rules.checked_note(reason, needed=True), one_line(tr("退回人", "who sends it back"), by)
    with desk.uow as uow:
        before, made = uow.meetings.get(meeting_id), replayed(meeting_id, uow)
        if made.returned and (made.returned.reason, made.returned.by) == (why, by):
            return before
        if before.state is State.ARCHIVED and any(not made.taken(one) for one in uow.packages.of(meeting_id)):
            log(meeting_id, rules.SENT_BACK, {"reason": why, "by": by}, desk)
            uow.commit()
            return before
        meeting, event = before.move(
            State.DEPOSITED, actor=desk.actor, at=desk.clock.now(), reason=why, data={"by": by, "demo": False}
        )
        meeting = uow.meetings.save(meeting)
        uow.events.append(event)
        uow.commit()
    return meeting


def hand_in_again(meeting_id: str, desk: Desk, *, note: str) -> Registration:
    """What was sent back is put right, and goes to the archivist again; the note says what was done.

    Raises:
        Refused: nothing was sent back. BadInput: the note is empty.

    """
    said = rules.checked_note(note, needed=True)
    with desk.uow as uow:
        uow.meetings.get(meeting_id)
        made = replayed(meeting_id, uow)
        if made.returned is None:
            raise Refused(tr("没有被退回", "it was not sent back"))
        log(meeting_id, rules.RESUBMITTED, {"note": said}, desk)
        uow.commit()
    return _now(meeting_id, desk.uow)


def catalogue(standing: Standing) -> Sequence[CatalogueRow]:
    """归档文件目录: every 件 of the meeting's packages, in their order."""
    made, rows = standing.registration, list[CatalogueRow]()
    for package in standing.packages:
        held = standing.contents.get(package.id)
        for entry in held.entries if held else ():
            rows.append(_line(len(rows) + 1, package, entry, made, standing.numbers))
    return rows


def write_catalogue(meeting_id: str, target: Path, desk: Desk) -> None:
    """As a workbook. Raises: NotFound: there is no package that can be read. OSError: it cannot be written."""
    standing = look(meeting_id, desk)
    rows = catalogue(standing)
    if not rows:
        raise NotFound(
            tr("没有可编目的文件", "there is nothing to list"),
            "；".join(standing.unread.values()) or tr("会议还没有存档包", "the meeting has no package yet"),
        )
    desk.plugins.archivist().catalogue(rows, standing.meeting.title, target)


def returned(uow: UnitOfWork, meeting_id: str) -> rules.Returned | None:
    """Whether the archivist has sent it back, and it was not handed in again. Inside a transaction."""
    return replayed(meeting_id, uow).returned


def _line(
    number: int, package: Package, entry: Entry, made: Registration, numbers: Mapping[str, str]
) -> CatalogueRow:
    return CatalogueRow(
        number=number,
        code=made.codes.get((package.id, entry.number), ""),
        document_number=numbers.get(entry.record, ""),
        responsible=entry.responsible,
        title=entry.title,
        formed=entry.formed,
        secrecy=entry.secrecy,
        pages=entry.pages,
        term=made.term(package.id, entry),
        files=entry.files,
        seconds=entry.seconds,
        supplement=bool(package.supplement_to),
    )


def _read(archivist: Archivist, packages: Sequence[Package]) -> tuple[dict[str, Contents], dict[str, str]]:
    contents, unread = {}, {}
    for one in packages:
        try:
            contents[one.id] = archivist.contents(one)
        except RoomctlError as error:
            unread[one.id] = str(error)
    return contents, unread


def _arrived(packages: Sequence[Package], receipts: Sequence[Receipt]) -> frozenset[str]:
    held = {(one.package, one.target) for one in receipts}
    return frozenset(
        one.id for one in packages if one.targets and all((one.id, name) in held for name in one.targets)
    )


def _lacking(
    meeting: Meeting,
    made: Registration,
    open_: Sequence[Package],
    contents: Mapping[str, Contents],
    arrived: frozenset[str],
) -> Sequence[str]:
    here = [one for one in open_ if one.id in arrived] or open_
    unmet = [] if meeting.state is State.ARCHIVED else [Need.SIGNED_RECORD]
    needs = [need.label for need in unmet if need not in meeting.facts]
    return (*needs, *rules.lacking(made, here, contents, arrived))


def _held(meeting_id: str, package: str, desk: Desk) -> Contents:
    """What a package of this meeting holds. Raises: NotFound, Damaged."""
    with desk.uow.reading() as uow:
        uow.meetings.get(meeting_id)
        found = next((one for one in uow.packages.of(meeting_id) if one.id == package), None)
    if found is None:
        raise NotFound(tr(f"这次会议没有存档包 {package}", f"this meeting has no package {package}"))
    return desk.plugins.archivist().contents(found)


def _open(meeting_id: str, package: str, uow: UnitOfWork) -> Registration:
    """The registration, as long as nobody has signed for the package. Inside the transaction."""
    meeting, made = uow.meetings.get(meeting_id), replayed(meeting_id, uow)
    found = next(one for one in uow.packages.of(meeting_id) if one.id == package)
    signed = made.taken(found)
    if signed is not None:
        raise Refused(
            tr("已经签收，不能再改", "it is signed for, and cannot be changed"),
            tr(f"{signed.by}已签收", f"{signed.by} has signed for it"),
        )
    if meeting.state not in REGISTERED:
        raise Refused(
            tr("还不能登记", "it cannot be registered yet"),
            tr(f"会议是“{meeting.state.label}”", f"the meeting is {meeting.state.label}"),
            tr("请等所有存储目标核对完", "wait until every required target has read it back"),
        )
    return made


def _unseen(
    before: rules.Answer | rules.TermChange | None, seen: int | None, made: Registration, actor: Actor
) -> None:
    """Raises: Busy: another person has said something since, which nobody here has seen."""
    if before is not None and seen is not None and made.version != seen and before.by != actor.name:
        raise Busy(
            tr(f"{before.by}刚填过这一项", f"{before.by} has just answered this"),
            tr("以那一条为准，没有覆盖", "that stands, it was not overwritten"),
            tr("看过以后再改", "look at it, then change it"),
        )


def _changed() -> Busy:
    return Busy(
        tr("登记内容刚有改动，没有签收", "the registration has just changed, nothing was signed for"),
        mend=tr("看过以后再签收", "look at it, then sign"),
    )


def _series(packages: Sequence[Package], standing: Standing, archivist: Archivist) -> Sequence[_Wanted]:
    """Of every 件 of those packages that gets a 档号, its place in the order of the packages."""
    made = standing.registration
    return [
        (package.id, entry.number, series)
        for package in packages
        if package.id in standing.contents
        for entry in standing.contents[package.id].entries
        if (series := archivist.series(entry, made.term(package.id, entry))) is not None
    ]


def _draw(wanted: Sequence[_Wanted], made: Registration, uow: UnitOfWork) -> list[dict[str, Any]]:
    """档号, each series going on where it ended, without gaps. Inside the transaction.

    A 件 that comes again in a supplement, as the event log does in each, keeps the one that it has.
    """
    last, told = _last(uow, {series.prefix for _, _, series in wanted}), []
    codes = [(entry, code) for (_, entry), code in made.codes.items()]
    for package, entry, series in wanted:
        had = [number for one, code in codes if one == entry and (number := series.number(code))]
        number = had[0] if had else last[series.prefix] + 1
        last[series.prefix] = max(number, last[series.prefix])
        codes.append((entry, series.code(number)))
        one = {"package": package, "entry": entry, "series": series.prefix, "number": number}
        told.append(one | {"code": series.code(number)})
    return told


def _last(uow: UnitOfWork, prefixes: set[str]) -> dict[str, int]:
    """The newest number of each series, over all meetings; 0 where there is none."""
    last: dict[str, int] = {}
    before: int | None = None
    while prefixes - last.keys():
        rows = uow.events.find(kinds=(rules.ACCEPTED,), before=before, limit=_PAGE)
        for row in rows:
            for one in rules.codes_of(row):
                last.setdefault(one["series"], 0)
                last[one["series"]] = max(last[one["series"]], one["number"])
        if len(rows) < _PAGE:
            break
        before = rows[-1].seq
    return dict.fromkeys(prefixes, 0) | last


def replayed(meeting_id: str, uow: UnitOfWork) -> Registration:
    """As its events tell it. Inside a transaction."""
    return rules.replay(uow.events.stream(meeting_id, rules.KINDS))


def _now(meeting_id: str, uow: UnitOfWork) -> Registration:
    with uow.reading():
        return replayed(meeting_id, uow)


def log(meeting_id: str, kind: str, told: Mapping[str, Any], desk: Desk) -> None:
    """One more event of the registration. Inside a transaction."""
    event = Event(stream=meeting_id, kind=kind, actor=desk.actor, at=desk.clock.now(), data=told)
    desk.uow.events.append(event)
