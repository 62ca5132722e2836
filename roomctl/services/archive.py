"""Deposit and archiving: a meeting moves on when every required target has read back every byte."""

import json
from dataclasses import asdict, replace
from pathlib import Path

from roomctl.domain.archive import Package, PackageFile, Receipt
from roomctl.domain.custody import is_stub
from roomctl.domain.events import Actor, Event, LoggedEvent
from roomctl.domain.lifecycle import Need, State
from roomctl.domain.meeting import Meeting
from roomctl.services import check_papers, checks, clearing, deliveries, evidence, order_log, whole_file
from roomctl.services.ports import Clock, Plugins, UnitOfWork
from roomctl.services.records import MINUTES


def package_files(meeting_id: str, *, uow: UnitOfWork, plugins: Plugins, data: Path) -> tuple[PackageFile, ...]:
    """What belongs into the package: the host's own facts, then what each plugin names."""
    meeting = uow.peek(meeting_id)
    own = _own_files(meeting_id, uow, data)
    room = clearing.package_files(meeting_id, uow=uow, data=data)
    log = order_log.package_files(meeting_id, uow=uow, data=data)
    return (*own, *room, *log, *plugins.package_files(meeting))


def add_package(package: Package, *, actor: Actor, clock: Clock, uow: UnitOfWork) -> None:
    """A package is sealed on this machine."""
    told = {
        "package": package.id,
        "files": package.files,
        "bytes": package.bytes,
        "manifest_sha256": package.manifest_sha256,
        "targets": list(package.targets),
        "supplement_to": package.supplement_to,
    }
    with uow:
        uow.packages.add(package)
        deliveries.enqueue(package, package.targets, at=clock.now(), uow=uow)
        uow.events.append(
            Event(stream=package.meeting, kind="package.sealed", actor=actor, at=clock.now(), data=told),
        )
        uow.commit()


def add_receipt(meeting_id: str, receipt: Receipt, *, actor: Actor, clock: Clock, uow: UnitOfWork) -> Meeting:
    """A target has the package whole. With the last required one the meeting is deposited."""
    told = {
        "package": receipt.package,
        "target": receipt.target,
        "key": receipt.key,
        "files": receipt.files,
        "bytes": receipt.bytes,
        "manifest_sha256": receipt.manifest_sha256,
    }
    with uow:
        meeting = uow.meetings.get(meeting_id)
        known = {(r.package, r.target) for r in uow.packages.receipts(meeting_id)}
        if (receipt.package, receipt.target) in known:
            return meeting
        uow.packages.add_receipt(meeting_id, receipt)
        deliveries.settle(receipt, meeting_id, at=clock.now(), uow=uow)
        uow.events.append(
            Event(stream=meeting_id, kind="package.received", actor=actor, at=clock.now(), data=told),
        )
        for need in _needs_met(meeting, uow):
            meeting = meeting.hold(need)
        moved = None
        if Need.RECEIPTS in meeting.facts and meeting.state is State.CLOSED:
            meeting, moved = meeting.move(State.DEPOSITED, actor=actor, at=clock.now())
        meeting = uow.meetings.save(meeting)
        if moved is not None:
            uow.events.append(moved)
        uow.commit()
    return meeting


def _needs_met(meeting: Meeting, uow: UnitOfWork) -> frozenset[Need]:
    """Which needs the packages that every one of their targets holds do meet.

    A state secret is deposited when its medium is signed for and its stub lies in the ordinary archive.
    """
    meeting_id = meeting.id
    held = {(receipt.package, receipt.target) for receipt in uow.packages.receipts(meeting_id)}
    packages = uow.packages.of(meeting_id)
    whole = [p for p in packages if p.targets and all((p.id, target) in held for target in p.targets)]
    signed = {d.id for d in uow.documents.of(meeting_id) if d.kind == MINUTES and d.signed_by}
    met = set()
    first = {is_stub(meeting, package) for package in whole if not package.supplement_to}
    if first == ({True, False} if meeting.highest_secrecy.state_secret else {False}):
        met.add(Need.RECEIPTS)
    if any(signed.intersection(package.documents) for package in whole):
        met.add(Need.SIGNED_RECORD)
    return frozenset(met)


def _own_files(meeting_id: str, uow: UnitOfWork, data: Path) -> tuple[PackageFile, ...]:
    """The meeting's part of the event log, its device report, and its plan, as files."""
    folder = data / "meetings" / meeting_id / "package"
    with uow.reading():
        meeting = uow.meetings.get(meeting_id)
        rows = list(uow.events.stream(meeting_id))
        report = checks.current(meeting_id, uow)
    events = whole_file.put(folder / "events.jsonl", "".join(event_line(row) + "\n" for row in rows))
    plan = whole_file.put(folder / "plan.json", _json(_plan(meeting)))
    files = [PackageFile("events.jsonl", events), PackageFile("plan/plan.json", plan)]
    if report is not None:
        report = replace(report, results=tuple(row.in_chinese for row in report.results))
        told = whole_file.put(folder / "checks.json", _json(asdict(report)))
        files.append(PackageFile("checks/report.json", told))
        named = dict.fromkeys(row.evidence for row in report.results if row.evidence)
        files += [
            PackageFile(f"checks/{one}", path) for one in named if (path := data / evidence.FOLDER / one).is_file()
        ]
    return (*files, *check_papers.files(meeting_id, data))


def event_line(row: LoggedEvent) -> str:
    """A row of events.jsonl: every column as it was hashed, so that the chain verifies without a database."""
    return json.dumps(asdict(row), ensure_ascii=False, separators=(",", ":"))


def _plan(meeting: Meeting) -> dict[str, object]:
    return {
        "id": meeting.id,
        "title": meeting.title,
        "kind": meeting.kind,
        "place": meeting.place,
        "starts": meeting.starts.isoformat(timespec="minutes"),
        "zone": meeting.zone,
        "minutes": meeting.planned_minutes,
        "chair": meeting.chair,
        "minute_taker": meeting.minute_taker,
        "contact": meeting.contact,
        "secrecy": meeting.highest_secrecy.mark or meeting.highest_secrecy.level.value,
        "recorded": meeting.recorded,
        "agenda": [asdict(item) for item in meeting.agenda],
    }


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, default=str) + "\n"
