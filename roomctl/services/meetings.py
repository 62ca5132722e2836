"""The life cycle: each step asks for objections, then writes. Those that command the recorder: `sessions.py`."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from roomctl.domain import planning
from roomctl.domain.events import Actor, Event
from roomctl.domain.lifecycle import Need, State
from roomctl.domain.lines import legible, one_line
from roomctl.domain.meeting import Meeting, Objection, Overrule
from roomctl.domain.planning import Edit
from roomctl.domain.recording import RecorderState
from roomctl.errors import Busy, Forbidden, Refused
from roomctl.i18n import tr
from roomctl.services import calendar, gates, secrecy
from roomctl.services.calendar import Booking
from roomctl.services.ports import Clock, Plugins, UnitOfWork


def create(
    meeting: Meeting, *, actor: Actor, clock: Clock, uow: UnitOfWork, booking: Booking | None = None
) -> Meeting:
    """Plans a meeting.

    Args:
        booking: the room must be free on these terms; without, it is held all the same (a meeting that cannot
            wait), and the event tells which ones it collides with.

    Raises:
        SecrecyRefused: this machine may not hold a meeting of that 密级. Refused: the room is taken.
        BadInput: a 解密时间 that the law does not allow.

    """
    meeting.need_lawful_terms()
    secrecy.admit(meeting, uow)
    told = {
        "title": meeting.title,
        "kind": meeting.kind,
        "starts": meeting.starts.isoformat(timespec="minutes"),
        "zone": meeting.zone,
        "minutes": meeting.planned_minutes,
        "chair": meeting.chair,
        "secrecy": meeting.highest_secrecy.level.value,
        "recorded": meeting.recorded,
        **{
            name: text
            for name in ("place", "scope", "contact", "recording_approved_by")
            if (text := getattr(meeting, name))
        },
        "agenda": [item.title for item in meeting.agenda],
    }
    with uow:
        shared = calendar.take_room(meeting, booking, uow=uow)
        uow.meetings.add(meeting)
        uow.events.append(
            Event(stream=meeting.id, kind="meeting.created", actor=actor, at=clock.now(), data={**told, **shared}),
        )
        uow.commit()
    return meeting


def edit(
    meeting_id: str,
    changes: Mapping[str, Any],
    *,
    version: int | None,
    booking: Booking,
    actor: Actor,
    clock: Clock,
    uow: UnitOfWork,
) -> Meeting:
    """Other facts of a meeting, see `planning.edit`. Observers follow their items to another number.

    Args:
        version: of the meeting as the editor saw it; None where nothing was seen.
        booking: asked for where time, length or place change.

    Raises:
        Busy: somebody else changed it since. Forbidden: its 密级 may not be held here, or the editor may not open
            what came of it. BadInput: a 解密时间 that the law does not allow.
        Refused: what may no longer be changed; the room is taken; the recorder is ready, and 录音 would be no; an
            item goes that an observer comes for alone.

    """
    with uow:
        before = uow.meetings.get(meeting_id)
        if version is not None and version != before.version:
            raise Busy(
                tr(f"会议“{before.title}”没有保存", f"the meeting {before.title!r} was not saved"),
                tr("别人刚刚改过它", "somebody else has just changed it"),
                tr("请看过新内容再改", "look at what it says now, then change it again"),
            )
        after, event = planning.edit(before, changes, actor=actor, at=clock.now())
        if event is None:
            return before
        after.need_lawful_terms()
        secrecy.admit(after, uow)
        if not booking.sees(after.highest_secrecy.level):
            raise Forbidden(
                tr(
                    f"不能改为{after.highest_secrecy.level.value}会议",
                    f"it cannot become a {after.highest_secrecy.level.value} meeting",
                ),
                tr("改后你自己不能再打开它", "you could not open it yourself afterwards"),
                tr("请找保密员", "ask the security officer"),
            )
        if before.recorded and not after.recorded:
            _need_no_recorder(uow, meeting_id)
        moved = any(getattr(before, name) != getattr(after, name) for name in ("starts", "planned_minutes", "place"))
        shared = calendar.take_room(after, booking, uow=uow) if moved else {}
        observers = planning.follow(uow.roster.of(meeting_id), before.agenda, after.agenda)
        if observers:
            uow.roster.attend(meeting_id, observers)
            shared["observers"] = {person: list(items) for person, items in observers.items()}
        saved = uow.meetings.save(after)
        uow.events.append(replace(event, data={**event.data, **shared}))
        uow.commit()
    return saved


def edits(meeting_id: str, *, uow: UnitOfWork) -> Sequence[Edit]:
    """What was changed in the plan, the oldest first. Raises: NotFound."""
    with uow.reading():
        uow.meetings.get(meeting_id)
        rows = list(uow.events.stream(meeting_id, [planning.EDITED]))
    told = [(row, json.loads(row.data)) for row in rows]
    return [Edit(row.instant, row.actor, tuple(data["changes"]), data.get("late") is True) for row, data in told]


def _need_no_recorder(uow: UnitOfWork, meeting_id: str) -> None:
    live = [one for one in uow.recordings.heads(meeting_id) if one.state is not RecorderState.SEALED]
    if live:
        raise Refused(
            tr("不能改为不录音", "it cannot become a meeting without a recording"),
            tr("录音已经准备好", "the recorder is armed"),
            tr("请先结束这次录音", "end that recording first"),
        )


def transition(
    meeting_id: str,
    target: State,
    *,
    actor: Actor,
    clock: Clock,
    uow: UnitOfWork,
    plugins: Plugins,
    overrule: Overrule | None = None,
    reason: str = "",
    objected: tuple[Objection, ...] = (),
    data: Mapping[str, Any] | None = None,
) -> Meeting:
    """One step of the life cycle that concerns no sound.

    Args:
        objected: objections already heard, by a step that commanded the recorder; nobody is asked again then.

    Raises:
        Refused: no such step, or a need is unmet. Objected: somebody objects and nobody has overruled it.

    """
    standing = objected or gates.objections(uow.peek(meeting_id), target, clock=clock, uow=uow, plugins=plugins)
    with uow:
        meeting, event = uow.meetings.get(meeting_id).move(
            target,
            actor=actor,
            at=clock.now(),
            objections=standing,
            overrule=overrule,
            reason=reason,
            data=data,
        )
        meeting = uow.meetings.save(meeting)
        uow.events.append(event)
        uow.commit()
    return meeting


def waive_transcript(
    meeting_id: str, *, by: str, reason: str, actor: Actor, clock: Clock, uow: UnitOfWork
) -> Meeting:
    """A named person lets the meeting close without a complete transcript.

    Raises:
        BadInput: nobody is named. Refused: no reason, or the meeting is closed.

    """
    told = {
        "by": one_line(tr("批准人", "who waives it"), by),
        "reason": _reason(tr("免转写要写原因", "waiving the transcript needs a reason"), reason),
    }
    with uow:
        meeting = uow.meetings.save(_unclosed(meeting_id, uow).hold(Need.TRANSCRIPT))
        uow.events.append(Event(stream=meeting_id, kind="transcript.waived", actor=actor, at=clock.now(), data=told))
        uow.commit()
    return meeting


def explain_urgency(meeting_id: str, *, reason: str, actor: Actor, clock: Clock, uow: UnitOfWork) -> Meeting:
    """Why the meeting was opened without approval; asked for before close, and said in its record.

    Raises:
        Refused: no reason, or the meeting is closed.

    """
    told = {"reason": _reason(tr("紧急开会要写原因", "an urgent meeting needs a reason"), reason)}
    with uow:
        meeting = _unclosed(meeting_id, uow).hold(Need.URGENT_REASON)
        meeting = uow.meetings.save(replace(meeting, urgent_reason=told["reason"]))
        kind = "meeting.urgency_explained"
        uow.events.append(Event(stream=meeting_id, kind=kind, actor=actor, at=clock.now(), data=told))
        uow.commit()
    return meeting


def _reason(what: str, reason: str) -> str:
    """Raises: Refused: there is none."""
    said = legible(reason)
    if not said:
        raise Refused(what, mend=tr("写明原因（命令行用 --reason）", "say why (on the command line: --reason)"))
    return said


def _unclosed(meeting_id: str, uow: UnitOfWork) -> Meeting:
    """Raises: Refused: what its close asked for is in the package by now."""
    meeting = uow.meetings.get(meeting_id)
    if meeting.state in _CLOSED:
        raise Refused(
            tr("会议已结束，不能再补", "the meeting is closed, and this can no longer be said"),
            tr(f"会议是“{meeting.state.label}”", f"the meeting is {meeting.state.label!r}"),
        )
    return meeting


_CLOSED = frozenset({State.CLOSED, State.DEPOSITED, State.ARCHIVED, State.CANCELLED})
