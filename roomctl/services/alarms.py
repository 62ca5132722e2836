"""Alarms of a recording: rows of its journal become events, once each way, and somebody acknowledges them."""

from collections.abc import Iterator
from math import isfinite
from typing import Any

from roomctl.domain import alarms
from roomctl.domain.alarms import Alarm, AlarmKind, AlarmTurn, StandingAlarm
from roomctl.domain.events import Actor, Event
from roomctl.domain.recording import RecorderState, Recording
from roomctl.errors import NotFound
from roomctl.i18n import tr
from roomctl.services.ports import Clock, UnitOfWork

_KINDS = (alarms.RAISED, alarms.ENDED, alarms.ACKNOWLEDGED)


def news(before: Recording, after: Recording, rows: tuple[AlarmTurn, ...]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Kind and data of the events that are due: for each row that is none yet, and for what ends with the recording.

    Args:
        rows: all of the journal, in order.

    """
    for turn in rows[before.alarm_rows :]:
        kind = alarms.RAISED if turn.on else alarms.ENDED
        yield kind, {**_told(after, turn.alarm), "at": turn.at.isoformat()}
    if after.state is RecorderState.SEALED and before.state is not RecorderState.SEALED:
        left: dict[tuple[AlarmKind, int | None], Alarm] = {}
        for turn in rows:
            left.pop(turn.alarm.key, None)
            if turn.on:
                left[turn.alarm.key] = turn.alarm
        for alarm in left.values():
            yield alarms.ENDED, {**_told(after, alarm), "sealed": True}


def _told(recording: Recording, alarm: Alarm) -> dict[str, Any]:
    known = alarm.value is not None and isfinite(alarm.value)
    return {
        "recording": recording.id,
        "alarm": alarm.kind.value,
        "track": alarm.track,
        "frame": alarm.frame,
        "value": alarm.value if known else None,
        "detail": alarm.detail,
        "since": alarm.since.isoformat(),
    }


def standing(meeting_id: str, *, uow: UnitOfWork) -> tuple[StandingAlarm, ...]:
    """What stands, the newest first, with who acknowledged it."""
    with uow.reading():
        return alarms.standing(uow.events.stream(meeting_id, _KINDS))


def acknowledge(
    meeting_id: str,
    kind: AlarmKind | None = None,
    track: int | None = None,
    *,
    actor: Actor,
    clock: Clock,
    uow: UnitOfWork,
) -> tuple[StandingAlarm, ...]:
    """Somebody has seen an alarm, or all that stand where none is named; it is good until the alarm ends.

    Raises:
        NotFound: no such alarm stands.

    """
    with uow:
        held = alarms.standing(uow.events.stream(meeting_id, _KINDS))
        meant = [one for one in held if kind is None or one.alarm.key == (kind, track)]
        if not meant:
            raise NotFound(
                tr("没有这样的告警", "no such alarm stands"),
                "；".join(one.alarm.what() for one in held) or tr("现在没有告警", "there are no alarms now"),
                f"roomctl meetings alarms {meeting_id}",
            )
        for one in meant:
            if not one.acknowledged_by:
                told = {"recording": one.recording, "alarm": one.alarm.kind.value, "track": one.alarm.track}
                uow.events.append(
                    Event(stream=meeting_id, kind=alarms.ACKNOWLEDGED, actor=actor, at=clock.now(), data=told)
                )
        after = alarms.standing(uow.events.stream(meeting_id, _KINDS))
        uow.commit()
    return after
