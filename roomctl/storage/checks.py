"""Check runs, waivers, and how the watched devices stand: rows to the domain's values and back."""

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased

from roomctl.domain.checks import (
    UNTITLED,
    CheckReport,
    CheckState,
    Decision,
    DeviceWatch,
    Result,
    RunPurpose,
    SignOff,
    Title,
    Waiver,
    WaiverKind,
)
from roomctl.errors import NotFound
from roomctl.i18n import Pair, chinese, tr
from roomctl.storage.tables import CheckResultRow, CheckRunRow, DeviceWatchRow, UsualSinceRow, WaiverRow
from roomctl.storage.work import Work


class SqlChecks:
    """`ports.Checks`."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def add(self, report: CheckReport) -> None:
        session = self._work.writes()
        kept = self._measured(report)
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
                message=chinese(result.message),
                message_en=result.message.en if isinstance(result.message, Pair) else "",
                hint=None if result.hint is None else chinese(result.hint),
                hint_en=result.hint.en if isinstance(result.hint, Pair) else "",
                evidence=result.evidence,
                started=result.started,
                took=result.took,
                device_title=list(result.device_title),
                title=list(result.title),
                firm=result.firm,
                measured=report.at if _is_figure(result) and _key(result) not in kept else None,
            )
            for place, result in enumerate(report.results, start=1)
        ]
        session.add(
            CheckRunRow(
                id=report.id, meeting=report.meeting, at=report.at, purpose=report.purpose.value, results=results
            )
        )
        session.flush()

    def _measured(self, report: CheckReport) -> set[tuple[str, str, datetime | None]]:
        """Of the report before: a run that did not look at a row keeps it, and its figure counts once."""
        before = self.latest(report.meeting)
        return {_key(one) for one in before.results if one.started} if before else set()

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
            kept.state = result.state.value
            if result.decision is not None:
                decision = result.decision
                kept.found, kept.decided_by, kept.decided_why = decision.found.value, decision.by, decision.reason
        session.flush()

    def take_as_usual(self, device: str, check: str, *, since: datetime, by: str) -> None:
        session = self._work.writes()
        session.merge(UsualSinceRow(device=device, check=check, since=since, by=by))
        session.flush()

    def history(
        self, *, limit: int, until: datetime, usual: bool = False
    ) -> Mapping[tuple[str, str], Sequence[float]]:
        row, other = CheckResultRow, aliased(CheckResultRow)
        keys = select(row.device, row.check).where(row.measured.is_not(None)).distinct().subquery()
        # the instant of the last figure that is wanted: of a room's years only that many are read
        first = (
            select(other.measured)
            .where(other.device == keys.c.device, other.check == keys.c.check, other.measured <= until)
            .order_by(other.measured.desc())
            .limit(1)
            .offset(limit - 1)
            .scalar_subquery()
        )
        figures = (
            select(row.device, row.check, row.value)
            .join(keys, (row.device == keys.c.device) & (row.check == keys.c.check))
            .where(row.measured <= until, row.measured >= func.coalesce(first, ""))
            .order_by(row.measured, row.run, row.place)
        )
        if usual:
            since, same = (
                UsualSinceRow.since,
                (UsualSinceRow.device == row.device) & (UsualSinceRow.check == row.check),
            )
            figures = figures.outerjoin(UsualSinceRow, same).where(or_(since.is_(None), row.measured >= since))
        found: dict[tuple[str, str], list[float]] = {}
        for device, check, value in self._work.connection().execute(figures):
            found.setdefault((device, check), []).append(float(value))
        return {key: tuple(told[-limit:]) for key, told in found.items()}

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
        return {
            row.device: DeviceWatch(row.device, row.up, row.since, row.misses, row.why, row.emitting) for row in rows
        }

    def watch(self, stands: DeviceWatch) -> None:
        session = self._work.writes()
        session.merge(
            DeviceWatchRow(
                device=stands.device,
                up=stands.up,
                since=stands.since,
                misses=stands.misses,
                why=stands.why,
                emitting=stands.emitting,
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
        message=Pair(row.message, row.message_en) if row.message_en else row.message,
        hint=Pair(row.hint, row.hint_en) if row.hint and row.hint_en else row.hint,
        evidence=row.evidence,
        started=row.started,
        took=row.took,
        device_title=_title(row.device_title),
        title=_title(row.title),
        firm=row.firm,
        decision=Decision(CheckState(row.found), row.decided_by, row.decided_why) if row.found else None,
    )


def _is_figure(result: Result) -> bool:
    value = result.value
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _key(result: Result) -> tuple[str, str, datetime | None]:
    return result.device, result.check, result.started


def _title(told: list[Any]) -> Title:
    return (str(told[0]), str(told[1])) if len(told) == len(UNTITLED) else UNTITLED
