"""The database follows the journal: what the recorder wrote down becomes rows and events, each once."""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from roomctl.domain.events import Actor, Event
from roomctl.domain.recording import (
    Purpose,
    RecorderState,
    RecorderStatus,
    Recording,
    RecordingHead,
    RecordingReport,
    Segment,
    standing,
)
from roomctl.errors import Busy, Refused
from roomctl.services import alarms
from roomctl.services.offers import Recorder
from roomctl.services.ports import Clock, Plugins, UnitOfWork

ARMED = "recording.armed"


def attach(recording: RecordingHead, *, plugins: Plugins, data: Path) -> Recorder:
    """The recorder of a recording; adopts a capture that lives."""
    return plugins.recorder(recording.recorder)(data / recording.folder)


def holds_device(recording: RecordingHead, *, plugins: Plugins, data: Path) -> bool:
    """Whether a capture may have the microphones for it; none has where its folder is gone and nobody answers."""
    return attach(recording, plugins=plugins, data=data).status().state is not RecorderState.IDLE


def sync(
    recording_id: str, *, actor: Actor, clock: Clock, uow: UnitOfWork, plugins: Plugins, data: Path
) -> Recording:
    """Brings the database up to what the journal on disk says, and reads what it knows then."""
    follow(recording_id, actor=actor, clock=clock, uow=uow, plugins=plugins, data=data)
    with uow.reading():
        return uow.recordings.get(recording_id)


def follow(recording_id: str, *, actor: Actor, clock: Clock, uow: UnitOfWork, plugins: Plugins, data: Path) -> None:
    """Brings the database up to what the journal on disk says: one event per sealed segment and row of an alarm.

    It is asked each second: where the journal ends as it did, no segment is read. Several processes may do it at
    once: what is news is judged inside the transaction, so each is told once.
    """
    with uow.reading():
        head = uow.recordings.head(recording_id)
    recorder = attach(head, plugins=plugins, data=data)
    status, report = recorder.status(), recorder.report()
    if report.journal and (report.journal, status.state) == (head.journal, head.state):
        return
    if not report.journal:
        with uow.reading():
            known = uow.recordings.get(recording_id)
        if _as_told(known, status, report) == known:
            return
    at = clock.now()
    with uow:
        before = uow.recordings.get(recording_id)
        if _stale(before, status, report):
            return
        after = _as_told(before, status, report)
        uow.recordings.put(after, before)
        for kind, told in _news(before, after, status, report, uow):
            uow.events.append(Event(stream=after.meeting, kind=kind, actor=actor, at=at, data=told))
        uow.commit()


def recover(
    recording_id: str, *, actor: Actor, clock: Clock, uow: UnitOfWork, plugins: Plugins, data: Path
) -> Recording:
    """Seals what a crash left open, then tells the database."""
    with uow.reading():
        recording = uow.recordings.head(recording_id)
    report = attach(recording, plugins=plugins, data=data).recover()
    if report.recovered:
        told = {
            "recording": recording.id,
            "segments": report.recovered,
            "problems": [p.what for p in report.problems],
        }
        with uow:
            uow.events.append(
                Event(stream=recording.meeting, kind="recording.recovered", actor=actor, at=clock.now(), data=told)
            )
            uow.commit()
    return sync(recording_id, actor=actor, clock=clock, uow=uow, plugins=plugins, data=data)


def settle(
    recording_id: str, *, actor: Actor, clock: Clock, uow: UnitOfWork, plugins: Plugins, data: Path
) -> Recording:
    """What nobody is behind any more: a dead capture is sealed, one that is only armed let go of; others go on."""
    with uow.reading():
        known = uow.recordings.head(recording_id)
    recorder = attach(known, plugins=plugins, data=data)
    state = recorder.status().state
    if state is RecorderState.ARMED:
        with suppress(Refused):  # somebody begins this moment
            recorder.disarm()
    elif state not in {RecorderState.RECORDING, RecorderState.PAUSED, RecorderState.SEALED}:
        with suppress(Busy):  # it is being sealed right now
            return recover(recording_id, actor=actor, clock=clock, uow=uow, plugins=plugins, data=data)
    return sync(recording_id, actor=actor, clock=clock, uow=uow, plugins=plugins, data=data)


def _as_told(before: Recording, status: RecorderStatus, report: RecordingReport) -> Recording:
    return replace(
        before,
        state=status.state,
        tracks=report.tracks or before.tracks,
        sample_rate=report.sample_rate or before.sample_rate,
        frames=report.frames,
        dropped=report.dropped,
        gaps=report.gaps,
        markers=standing(report.markers),
        segments=report.segments,
        alarm_rows=len(report.alarms),
        journal=report.journal,
    )


def _stale(before: Recording, status: RecorderStatus, report: RecordingReport) -> bool:
    """Whether somebody told more since the journal was read, or it is away: with its disk, or its folder."""
    return (
        bool(before.journal and not report.journal)
        or len(report.segments) < len(before.segments)
        or len(report.alarms) < before.alarm_rows
        or (before.state is RecorderState.SEALED and status.state is not RecorderState.SEALED)
    )


def _news(
    before: Recording, after: Recording, status: RecorderStatus, report: RecordingReport, uow: UnitOfWork
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Kind and data of what the log does not tell yet."""
    known = {(segment.track, segment.seq) for segment in before.segments}
    for segment in after.segments:
        if (segment.track, segment.seq) not in known:
            yield "recording.segment_sealed", _segment(after, segment)
    yield from alarms.news(before, after, report.alarms)
    if after.state is RecorderState.SEALED and before.state is not RecorderState.SEALED:
        yield (
            "recording.sealed",
            {
                "recording": after.id,
                "frames": after.frames,
                "dropped": after.dropped,
                "gaps": [{"first_frame": g.first_frame, "frames": g.frames, "reason": g.reason} for g in after.gaps],
                "problem": status.problem,
            },
        )
        if after.purpose is Purpose.IMPORT:
            yield (
                "recording.imported",
                {**_file_of(after, uow), "recording": after.id, "frames": after.frames, "problem": status.problem},
            )


def _segment(recording: Recording, segment: Segment) -> dict[str, Any]:
    return {
        "recording": recording.id,
        "track": segment.track,
        "seq": segment.seq,
        "path": segment.path,
        "first_frame": segment.first_frame,
        "frames": segment.frames,
        "sha256": segment.sha256_file,
        "sm3": segment.sm3_file,
        "recovered": segment.recovered,
    }


def _file_of(recording: Recording, uow: UnitOfWork) -> dict[str, Any]:
    """Name, size and hashes of an imported file, as they were taken before it began."""
    for row in uow.events.stream(recording.meeting, [ARMED]):
        told = json.loads(row.data)
        if told["recording"] == recording.id:
            return {key: told[key] for key in ("file", "bytes", "sha256", "sm3")}
    return {}
