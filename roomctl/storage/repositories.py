"""Meetings, their people, checks, papers and packages: rows to the domain's values and back."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from operator import itemgetter
from typing import Any

from sqlalchemy import Row, delete, or_, select, update

from roomctl.domain.archive import Package, Receipt
from roomctl.domain.attendance import Person, Role, by_rank
from roomctl.domain.calendar import Entry
from roomctl.domain.lifecycle import Need, State
from roomctl.domain.meeting import AgendaItem, Meeting, MeetingId
from roomctl.domain.record import RecordFile
from roomctl.domain.secrecy import Level, Secrecy
from roomctl.errors import Busy, NotFound
from roomctl.i18n import tr
from roomctl.storage.tables import (
    AgendaItemRow,
    DocumentRow,
    MeetingRow,
    PackageRow,
    PersonRow,
    ReceiptRow,
)
from roomctl.storage.work import Work


class SqlMeetings:
    """`ports.Meetings`."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def get(self, meeting_id: str) -> Meeting:
        row = self._work.reads().get(MeetingRow, meeting_id)
        if row is None:
            raise NotFound(
                tr(f"没有编号为“{meeting_id}”的会议", f"no meeting has the id {meeting_id!r}"),
                mend=tr("请用 roomctl meetings list 查看", "see roomctl meetings list"),
            )
        return _meeting(row)

    def all(self, *states: State) -> Sequence[Meeting]:
        query = select(MeetingRow).order_by(MeetingRow.starts.desc(), MeetingRow.id.desc())
        if states:
            query = query.where(MeetingRow.state.in_([state.value for state in states]))
        return [_meeting(row) for row in self._work.reads().scalars(query)]

    def ending(self, end: str) -> Sequence[str]:
        column = MeetingRow.__table__.c.id
        ids = self._work.connection().execute(select(column).order_by(column)).scalars()
        return [one for one in ids if one.endswith(end)]

    def levels(self) -> Collection[Level]:
        work = self._work.connection()
        columns = (MeetingRow.__table__.c.secrecy, AgendaItemRow.__table__.c.secrecy)
        return {
            Level(level)
            for column in columns
            for level in work.execute(select(column["level"].as_string()).distinct()).scalars()
        }

    def entries(
        self,
        *,
        first: datetime | None = None,
        last: datetime | None = None,
        states: frozenset[State] = frozenset(),
        holds: Callable[[str, str, str, str], bool] | None = None,
    ) -> Sequence[Entry]:
        columns, items = MeetingRow.__table__.c, AgendaItemRow.__table__.c
        chosen = [
            *([columns.starts >= first] if first else []),
            *([columns.starts < last] if last else []),
            *([columns.state.in_(sorted(states))] if states else []),
        ]
        connection = self._work.connection()
        own, within = columns.secrecy["level"].as_string(), items.secrecy["level"].as_string()
        secret = select(items.meeting, within).join(MeetingRow.__table__).where(within != Level.OPEN.value, *chosen)
        levels: dict[str, Level] = {}
        for meeting, level in connection.execute(secret):
            levels[meeting] = max(levels.get(meeting, Level.OPEN), Level(level), key=_degree)
        found = select(*(columns[name] for name in _ENTRY), own, columns.state).where(*chosen)
        entries = [
            Entry(
                **dict(zip(_ENTRY, row, strict=False)),
                state=State(row[-1]),
                level=max(levels[row[0]], Level(row[-2]), key=_degree) if row[0] in levels else Level(row[-2]),
            )
            for row in connection.execute(found).all()
            if holds is None or holds(*_searched(row))
        ]
        return sorted(entries, key=_by_start)  # here: the few that are wished for, not every row of the table

    def add(self, meeting: Meeting) -> None:
        session = self._work.writes()
        session.add(_meeting_row(meeting))
        session.flush()

    def save(self, meeting: Meeting) -> Meeting:
        session = self._work.writes()
        claimed = session.execute(
            update(MeetingRow)
            .where(MeetingRow.id == meeting.id, MeetingRow.version == meeting.version)
            .values(version=meeting.version + 1)
            .returning(MeetingRow.id)
        ).first()
        if claimed is None:
            self.get(meeting.id)  # not there at all?
            raise Busy(
                tr(f"会议“{meeting.title}”没有保存", f"the meeting {meeting.title!r} was not saved"),
                tr("别人刚刚改过它", "somebody else has just changed it"),
                tr("请看过新内容再改", "look at what it says now, then change it again"),
            )
        saved = replace(meeting, version=meeting.version + 1)
        session.merge(_meeting_row(saved))
        session.flush()
        return saved


_ENTRY = ("id", "title", "starts", "zone", "planned_minutes", "kind", "place", "chair", "urgent", "version")
_searched = itemgetter(*map(_ENTRY.index, ("title", "chair", "kind", "place")))  # by name it takes four times as long


def _by_start(entry: Entry) -> tuple[datetime, str]:
    return entry.starts, entry.id


def _degree(level: Level) -> int:
    return level.degree


def _meeting_row(meeting: Meeting) -> MeetingRow:
    return MeetingRow(
        id=meeting.id,
        room=meeting.room,
        title=meeting.title,
        starts=meeting.starts,
        zone=meeting.zone,
        planned_minutes=meeting.planned_minutes,
        kind=meeting.kind,
        place=meeting.place,
        chair=meeting.chair,
        minute_taker=meeting.minute_taker,
        contact=meeting.contact,
        scope=meeting.scope,
        multimedia=meeting.multimedia,
        press=meeting.press,
        catering=meeting.catering,
        special=meeting.special,
        secrecy=_secrecy_json(meeting.secrecy),
        recorded=meeting.recorded,
        recording_approved_by=meeting.recording_approved_by,
        state=meeting.state.value,
        urgent=meeting.urgent,
        urgent_reason=meeting.urgent_reason,
        facts=sorted(need.value for need in meeting.facts),
        started_at=meeting.started_at,
        adjourned_at=meeting.adjourned_at,
        version=meeting.version,
        agenda=[
            AgendaItemRow(
                meeting=meeting.id,
                n=item.n,
                title=item.title,
                unit=item.unit,
                presenter=item.presenter,
                minutes=item.minutes,
                observers=list(item.observers),
                secrecy=_secrecy_json(item.secrecy),
            )
            for item in meeting.agenda
        ],
    )


def _meeting(row: MeetingRow) -> Meeting:
    return Meeting(
        id=MeetingId(row.id),
        room=row.room,
        title=row.title,
        starts=row.starts,
        zone=row.zone,
        planned_minutes=row.planned_minutes,
        kind=row.kind,
        place=row.place,
        chair=row.chair,
        minute_taker=row.minute_taker,
        contact=row.contact,
        scope=row.scope,
        multimedia=row.multimedia,
        press=row.press,
        catering=row.catering,
        special=row.special,
        secrecy=_secrecy(row.secrecy),
        recorded=row.recorded,
        recording_approved_by=row.recording_approved_by,
        agenda=tuple(
            AgendaItem(
                n=item.n,
                title=item.title,
                unit=item.unit,
                presenter=item.presenter,
                minutes=item.minutes,
                observers=tuple(item.observers),
                secrecy=_secrecy(item.secrecy),
            )
            for item in row.agenda
        ),
        state=State(row.state),
        urgent=row.urgent,
        urgent_reason=row.urgent_reason,
        facts=frozenset(Need(need) for need in row.facts),
        started_at=row.started_at,
        adjourned_at=row.adjourned_at,
        version=row.version,
    )


def _secrecy_json(secrecy: Secrecy) -> dict[str, Any]:
    return {**asdict(secrecy), "level": secrecy.level.value}


def _secrecy(told: Mapping[str, Any]) -> Secrecy:
    return Secrecy(**{**told, "level": Level(told["level"])})


class SqlRoster:
    """`ports.Roster`."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def of(self, meeting_id: str) -> Sequence[Person]:
        rows = self._work.reads().scalars(select(PersonRow).where(PersonRow.meeting == meeting_id))
        return sorted(map(_person, rows), key=by_rank)

    def find(self, meeting_id: str, wanted: str) -> Sequence[Person]:
        columns = PersonRow.__table__.c
        query = select(*columns).where(columns.meeting == meeting_id)
        rows = self._work.connection().execute(query.where(or_(columns.id == wanted, columns.name == wanted)))
        return sorted((_person(row) for row in rows), key=by_rank)

    def add(self, meeting_id: str, people: Iterable[Person]) -> None:
        session = self._work.writes()
        session.add_all(
            PersonRow(
                id=person.id,
                meeting=meeting_id,
                name=person.name,
                unit=person.unit,
                duty=person.duty,
                phone=person.phone,
                seat=person.seat,
                role=person.role.value,
                rank=person.rank,
                items=list(person.items),
            )
            for person in people
        )
        session.flush()

    def remove(self, meeting_id: str, people: Iterable[str]) -> None:
        gone = delete(PersonRow).where(PersonRow.meeting == meeting_id, PersonRow.id.in_(list(people)))
        self._work.connection(writing=True).execute(gone)

    def attend(self, meeting_id: str, items: Mapping[str, Sequence[int]]) -> None:
        session = self._work.writes()
        for person, numbers in items.items():
            where = PersonRow.meeting == meeting_id, PersonRow.id == person
            session.execute(update(PersonRow).where(*where).values(items=list(numbers)))

    def rank(self, meeting_id: str, ranks: Mapping[str, int]) -> None:
        session = self._work.writes()
        for person, rank in ranks.items():
            session.execute(
                update(PersonRow).where(PersonRow.meeting == meeting_id, PersonRow.id == person).values(rank=rank)
            )

    def seat(self, meeting_id: str, seats: Mapping[str, str]) -> None:
        session = self._work.writes()
        for person, seat in seats.items():
            session.execute(
                update(PersonRow).where(PersonRow.meeting == meeting_id, PersonRow.id == person).values(seat=seat)
            )


def _person(row: PersonRow | Row[Any]) -> Person:
    return Person(
        id=row.id,
        name=row.name,
        unit=row.unit,
        duty=row.duty,
        phone=row.phone,
        seat=row.seat,
        role=Role(row.role),
        rank=row.rank,
        items=tuple(row.items),
    )


class SqlDocuments:
    """`ports.Documents`."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def of(self, meeting_id: str) -> Sequence[RecordFile]:
        query = select(DocumentRow).where(DocumentRow.meeting == meeting_id)
        return [
            RecordFile(
                id=row.id,
                meeting=row.meeting,
                kind=row.kind,
                version=row.version,
                path=row.path,
                sha256=row.sha256,
                at=row.at,
                signed_by=row.signed_by,
                signed_at=row.signed_at,
                demo=row.demo,
                pdf=row.pdf,
                pdf_sha256=row.pdf_sha256,
            )
            for row in self._work.reads().scalars(query.order_by(DocumentRow.at, DocumentRow.version, DocumentRow.id))
        ]

    def put(self, document: RecordFile) -> None:
        session = self._work.writes()
        session.merge(
            DocumentRow(
                id=document.id,
                meeting=document.meeting,
                kind=document.kind,
                version=document.version,
                path=document.path,
                sha256=document.sha256,
                at=document.at,
                signed_by=document.signed_by,
                signed_at=document.signed_at,
                demo=document.demo,
                pdf=document.pdf,
                pdf_sha256=document.pdf_sha256,
            )
        )
        session.flush()


class SqlPackages:
    """`ports.Packages`."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def of(self, meeting_id: str | None = None) -> Sequence[Package]:
        query = select(PackageRow).order_by(PackageRow.at, PackageRow.id)
        if meeting_id is not None:
            query = query.where(PackageRow.meeting == meeting_id)
        return [
            Package(
                id=row.id,
                meeting=row.meeting,
                path=row.path,
                files=row.files,
                bytes=row.bytes,
                manifest_sha256=row.manifest_sha256,
                at=row.at,
                documents=tuple(row.documents),
                targets=tuple(row.targets),
                supplement_to=row.supplement_to or "",
            )
            for row in self._work.reads().scalars(query)
        ]

    def add(self, package: Package) -> None:
        session = self._work.writes()
        session.add(
            PackageRow(
                id=package.id,
                meeting=package.meeting,
                path=package.path,
                files=package.files,
                bytes=package.bytes,
                manifest_sha256=package.manifest_sha256,
                at=package.at,
                documents=list(package.documents),
                targets=list(package.targets),
                supplement_to=package.supplement_to or None,
            )
        )
        session.flush()

    def receipts(self, meeting_id: str | None = None) -> Sequence[Receipt]:
        query = select(ReceiptRow).order_by(ReceiptRow.at, ReceiptRow.target)
        if meeting_id is not None:
            query = query.where(ReceiptRow.meeting == meeting_id)
        return [
            Receipt(
                package=row.package,
                target=row.target,
                key=row.key,
                files=row.files,
                bytes=row.bytes,
                manifest_sha256=row.manifest_sha256,
                at=row.at,
            )
            for row in self._work.reads().scalars(query)
        ]

    def add_receipt(self, meeting_id: str, receipt: Receipt) -> None:
        session = self._work.writes()
        if session.get(ReceiptRow, (receipt.package, receipt.target)) is not None:
            return
        session.add(
            ReceiptRow(
                package=receipt.package,
                target=receipt.target,
                meeting=meeting_id,
                key=receipt.key,
                files=receipt.files,
                bytes=receipt.bytes,
                manifest_sha256=receipt.manifest_sha256,
                at=receipt.at,
            )
        )
        session.flush()
