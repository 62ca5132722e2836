# ruff: noqa: D101 - a row says by its columns what it is
"""The outbox, and what the last reading of each package at each place has found."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, delete, func, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from roomctl.domain.archive import Fault
from roomctl.domain.delivery import Delivery, DeliveryStep, FixityCheck, SentFile, Trouble
from roomctl.i18n import crossed, crossing
from roomctl.storage.tables import Base
from roomctl.storage.work import Work


class OutboxRow(Base):
    __tablename__ = "outbox"

    package: Mapped[str] = mapped_column(ForeignKey("packages.id"), primary_key=True)
    target: Mapped[str] = mapped_column(primary_key=True)
    meeting: Mapped[str] = mapped_column(ForeignKey("meetings.id"), index=True)
    at: Mapped[datetime]
    step: Mapped[str]
    files: Mapped[int]
    bytes: Mapped[int]
    sent_files: Mapped[int]
    sent: Mapped[int]
    checked_files: Mapped[int]
    checked: Mapped[int]
    rate: Mapped[float]
    tries: Mapped[int]
    next_try: Mapped[datetime | None]
    trouble: Mapped[list[Any]]  # what, why, mend, as `crossing` makes them; empty where there is none


class OutboxFileRow(Base):
    """What is sent during the meeting comes before its package: no reference to that."""

    __tablename__ = "outbox_files"

    package: Mapped[str] = mapped_column(primary_key=True)
    target: Mapped[str] = mapped_column(primary_key=True)
    path: Mapped[str] = mapped_column(primary_key=True)
    sha256: Mapped[str]
    bytes: Mapped[int]
    checked: Mapped[bool]


class FixityCheckRow(Base):
    __tablename__ = "fixity_checks"

    package: Mapped[str] = mapped_column(ForeignKey("packages.id"), primary_key=True)
    place: Mapped[str] = mapped_column(primary_key=True)
    meeting: Mapped[str] = mapped_column(ForeignKey("meetings.id"), index=True)
    at: Mapped[datetime]
    files: Mapped[int]
    bytes: Mapped[int]
    problems: Mapped[list[Any]]


class PruningRow(Base):
    __tablename__ = "prunings"

    package: Mapped[str] = mapped_column(ForeignKey("packages.id"), primary_key=True)
    at: Mapped[datetime]


class SqlOutbox:
    """`archive_ports.Outbox`."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def of(self, meeting_id: str | None = None, *, open_only: bool = False) -> Sequence[Delivery]:
        query = select(OutboxRow).order_by(OutboxRow.package, OutboxRow.target)
        if open_only:
            query = query.where(OutboxRow.step != DeliveryStep.DONE.value)
        if meeting_id is not None:
            query = query.where(OutboxRow.meeting == meeting_id)
        return [_delivery(row) for row in self._work.reads().scalars(query)]

    def get(self, package: str, target: str) -> Delivery | None:
        row = self._work.reads().get(OutboxRow, (package, target))
        return None if row is None else _delivery(row)

    def put(self, delivery: Delivery) -> None:
        session = self._work.writes()
        trouble = delivery.trouble
        session.merge(
            OutboxRow(
                package=delivery.package,
                target=delivery.target,
                meeting=delivery.meeting,
                at=delivery.at,
                step=delivery.step.value,
                files=delivery.files,
                bytes=delivery.bytes,
                sent_files=delivery.sent_files,
                sent=delivery.sent,
                checked_files=delivery.checked_files,
                checked=delivery.checked,
                rate=delivery.rate,
                tries=delivery.tries,
                next_try=delivery.next_try,
                trouble=[crossing(part) for part in (trouble.what, trouble.why, trouble.mend)] if trouble else [],
            )
        )
        session.flush()

    def drop(self, package: str, target: str) -> None:
        self.forget_files(package, target)
        self._work.writes().execute(delete(OutboxRow).where(OutboxRow.package == package, OutboxRow.target == target))

    def files(self, package: str, target: str) -> Mapping[str, SentFile]:
        query = select(OutboxFileRow).where(OutboxFileRow.package == package, OutboxFileRow.target == target)
        return {
            row.path: SentFile(row.path, row.sha256, row.bytes, row.checked)
            for row in self._work.reads().scalars(query)
        }

    def put_files(self, package: str, target: str, files: Iterable[SentFile]) -> None:
        session = self._work.writes()
        for file in files:
            session.merge(
                OutboxFileRow(
                    package=package,
                    target=target,
                    path=file.path,
                    sha256=file.sha256,
                    bytes=file.bytes,
                    checked=file.checked,
                )
            )
        session.flush()

    def forget_files(self, package: str, target: str, paths: Iterable[str] | None = None) -> None:
        rows = delete(OutboxFileRow).where(OutboxFileRow.package == package, OutboxFileRow.target == target)
        if paths is not None:
            rows = rows.where(OutboxFileRow.path.in_(list(paths)))
        self._work.writes().execute(rows)

    def fixity(self, meeting_id: str | None = None, *, damaged_only: bool = False) -> Sequence[FixityCheck]:
        query = select(FixityCheckRow).order_by(FixityCheckRow.at, FixityCheckRow.package, FixityCheckRow.place)
        if meeting_id is not None:
            query = query.where(FixityCheckRow.meeting == meeting_id)
        if damaged_only:  # as `FixityCheck.ok`
            query = query.where(or_(FixityCheckRow.files == 0, func.json_array_length(FixityCheckRow.problems) > 0))
        return [
            FixityCheck(
                package=row.package,
                place=row.place,
                meeting=row.meeting,
                at=row.at,
                files=row.files,
                bytes=row.bytes,
                problems=tuple(Fault(file, crossed(what)) for file, what in row.problems),
            )
            for row in self._work.reads().scalars(query)
        ]

    def put_fixity(self, check: FixityCheck) -> None:
        session = self._work.writes()
        session.merge(
            FixityCheckRow(
                package=check.package,
                place=check.place,
                meeting=check.meeting,
                at=check.at,
                files=check.files,
                bytes=check.bytes,
                problems=[[fault.file, crossing(fault.what)] for fault in check.problems],
            )
        )
        session.flush()

    def drop_fixity(self, package: str, place: str) -> None:
        self._work.writes().execute(
            delete(FixityCheckRow).where(FixityCheckRow.package == package, FixityCheckRow.place == place)
        )

    def pruned(self) -> Mapping[str, datetime]:
        return {row.package: row.at for row in self._work.reads().scalars(select(PruningRow))}

    def prune(self, package: str, at: datetime) -> None:
        session = self._work.writes()
        session.merge(PruningRow(package=package, at=at))
        session.flush()

    def unprune(self, package: str) -> None:
        self._work.writes().execute(delete(PruningRow).where(PruningRow.package == package))


def _delivery(row: OutboxRow) -> Delivery:
    return Delivery(
        package=row.package,
        target=row.target,
        meeting=row.meeting,
        at=row.at,
        step=DeliveryStep(row.step),
        files=row.files,
        bytes=row.bytes,
        sent_files=row.sent_files,
        sent=row.sent,
        checked_files=row.checked_files,
        checked=row.checked,
        rate=row.rate,
        tries=row.tries,
        next_try=row.next_try,
        trouble=Trouble(*map(crossed, row.trouble)) if row.trouble else None,
    )
