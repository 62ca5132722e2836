"""Check runs, waivers, and how the watched devices stand: rows to the domain's values and back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select

from roomctl.domain.checks import (
    UNTITLED,
    CheckReport,
    CheckState,
    DeviceWatch,
    Result,
    RunPurpose,
    SignOff,
    Title,
    Waiver,
    WaiverKind,
)
from roomctl.errors import NotFound
from roomctl.i18n import tr
from roomctl.storage.tables import CheckResultRow, CheckRunRow, DeviceWatchRow, UsualSinceRow, WaiverRow
from roomctl.storage.work import Work

_RUNS_A_FIGURE = 5
"""Runs that are looked through for each figure of a history: some are of one check alone."""


class SqlChecks:
    """`ports.Checks`."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def add(self, report: CheckReport) -> None:
        session = self._work.writes()
        results = [
            CheckResultRow(
                run=report.id,
                place=place,
                device=result.device,
                check=result.check,
                state=result.state.value,
                value=result.value,
                unit=result.unit,
                threshold=result.threshold,
                message=result.message,
                hint=result.hint,
                evidence=result.evidence,
                started=result.started,
                took=result.took,
                device_title=list(result.device_title),
                title=list(result.title),
                firm=result.firm,
            )
            for place, result in enumerate(report.results, start=1)
        ]
        session.add(
            CheckRunRow(
                id=report.id, meeting=report.meeting, at=report.at, purpose=report.purpose.value, results=results
            )
        )
        session.flush()

    def latest(self, meeting_id: str | None) -> CheckReport | None:
        row = self._work.reads().scalar(
            select(CheckRunRow)
            .where(CheckRunRow.meeting == meeting_id)  # None becomes IS NULL: a run over the room
            .order_by(CheckRunRow.at.desc(), CheckRunRow.id.desc())
            .limit(1)
        )
        return None if row is None else _report(row)

    def get(self, report_id: str) -> CheckReport | None:
        row = self._work.reads().get(CheckRunRow, report_id)
        return None if row is None else _report(row)

    def runs(self, meeting_id: str | None, *, limit: int | None = None) -> Sequence[CheckReport]:
        query = (
            select(CheckRunRow)
            .where(CheckRunRow.meeting == meeting_id)
            .order_by(CheckRunRow.at.desc(), CheckRunRow.id.desc())
            .limit(limit)
        )
        return [_report(row) for row in self._work.reads().scalars(query)][::-1]

    def proven(self) -> Sequence[CheckReport]:
        newest_first = (CheckRunRow.at.desc(), CheckRunRow.id.desc())
        place = func.row_number().over(partition_by=CheckRunRow.meeting, order_by=newest_first).label("place")
        runs = select(CheckRunRow.id, place).subquery()
        newest = select(runs.c.id).where(runs.c.place == 1)
        query = select(CheckRunRow).where(or_(CheckRunRow.signed_at.is_not(None), CheckRunRow.id.in_(newest)))
        return [_report(row) for row in self._work.reads().scalars(query)]

    def purposes(self, meeting_id: str) -> frozenset[RunPurpose]:
        query = select(CheckRunRow.purpose).where(CheckRunRow.meeting == meeting_id).distinct()
        return frozenset(RunPurpose(purpose) for purpose in self._work.reads().scalars(query))

    def sign(self, report: CheckReport) -> None:
        session = self._work.writes()
        row = session.get(CheckRunRow, report.id)
        if row is None or report.signed is None:
            raise NotFound(tr(f"没有检查报告 {report.id}", f"there is no report {report.id}"))
        row.signed_by, row.signed_at, row.sign_note = report.signed.by, report.signed.at, report.signed.note
        for kept, result in zip(row.results, report.results, strict=True):
            kept.state, kept.hint = result.state.value, result.hint
        session.flush()

    def take_as_usual(self, device: str, check: str, *, since: datetime, by: str) -> None:
        session = self._work.writes()
        session.merge(UsualSinceRow(device=device, check=check, since=since, by=by))
        session.flush()

    def history(
        self, *, limit: int, until: datetime, usual: bool = False
    ) -> Mapping[tuple[str, str], Sequence[float]]:
        rows = self._work.reads().scalars(select(UsualSinceRow)) if usual else ()
        since = {(row.device, row.check): row.since for row in rows}
        runs = (
            select(CheckRunRow.id, CheckRunRow.at)
            .where(CheckRunRow.at <= until)
            .order_by(CheckRunRow.at.desc(), CheckRunRow.id.desc())
            .limit(limit * _RUNS_A_FIGURE)
            .subquery()
        )
        query = (
            select(
                CheckResultRow.device, CheckResultRow.check, CheckResultRow.value, CheckResultRow.started, runs.c.at
            )
            .join(runs, CheckResultRow.run == runs.c.id)
            .order_by(runs.c.at.desc(), runs.c.id.desc(), CheckResultRow.place)
        )
        found: dict[tuple[str, str], list[float]] = {}
        counted: set[tuple[str, str, datetime]] = set()
        for device, check, value, started, at in self._work.connection().execute(query):
            if (device, check) in since and at < since[device, check]:
                continue
            if started is not None:  # a run that did not look at it keeps the row of the one that did
                if (device, check, started) in counted:
                    continue
                counted.add((device, check, started))
            figures = found.setdefault((device, check), [])
            if isinstance(value, int | float) and not isinstance(value, bool) and len(figures) < limit:
                figures.append(float(value))
        return {key: tuple(reversed(figures)) for key, figures in found.items() if figures}

    def waivers(self, meeting_id: str) -> Sequence[Waiver]:
        query = select(WaiverRow).where(WaiverRow.meeting == meeting_id).order_by(WaiverRow.device, WaiverRow.check)
        return [
            Waiver(row.device, row.check, row.by, row.reason, WaiverKind(row.kind))
            for row in self._work.reads().scalars(query)
        ]

    def waive(self, meeting_id: str, waiver: Waiver) -> None:
        session = self._work.writes()
        session.merge(
            WaiverRow(
                meeting=meeting_id,
                device=waiver.device,
                check=waiver.check,
                by=waiver.by,
                reason=waiver.reason,
                kind=waiver.kind.value,
            )
        )
        session.flush()

    def withdraw(self, meeting_id: str, device: str, check: str) -> bool:
        session = self._work.writes()
        row = session.get(WaiverRow, (meeting_id, device, check))
        if row is None:
            return False
        session.delete(row)
        session.flush()
        return True

    def watches(self) -> Mapping[str, DeviceWatch]:
        rows = self._work.reads().scalars(select(DeviceWatchRow))
        return {row.device: DeviceWatch(row.device, row.up, row.since, row.misses, row.why) for row in rows}

    def watch(self, stands: DeviceWatch) -> None:
        session = self._work.writes()
        session.merge(
            DeviceWatchRow(
                device=stands.device, up=stands.up, since=stands.since, misses=stands.misses, why=stands.why
            )
        )
        session.flush()


def _report(row: CheckRunRow) -> CheckReport:
    return CheckReport(
        id=row.id,
        meeting=row.meeting,
        at=row.at,
        results=tuple(_result(result) for result in row.results),
        purpose=RunPurpose(row.purpose),
        signed=SignOff(row.signed_by, row.signed_at, row.sign_note) if row.signed_at else None,
    )


def _result(row: CheckResultRow) -> Result:
    return Result(
        device=row.device,
        check=row.check,
        state=CheckState(row.state),
        value=row.value,
        unit=row.unit,
        threshold=row.threshold,
        message=row.message,
        hint=row.hint,
        evidence=row.evidence,
        started=row.started,
        took=row.took,
        device_title=_title(row.device_title),
        title=_title(row.title),
        firm=row.firm,
    )


def _title(told: list[Any]) -> Title:
    return (str(told[0]), str(told[1])) if len(told) == len(UNTITLED) else UNTITLED
