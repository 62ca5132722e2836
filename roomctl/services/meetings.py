"""The life cycle: each step asks for objections, then writes. Those that command the recorder: `sessions.py`."""

from collections.abc import Mapping
from typing import Any

from roomctl.domain import secrecy
from roomctl.domain.events import Actor, Event
from roomctl.domain.lifecycle import Need, State
from roomctl.domain.meeting import Meeting, Objection, Overrule
from roomctl.errors import Refused
from roomctl.i18n import tr
from roomctl.services import gates
from roomctl.services.ports import Clock, Plugins, UnitOfWork


def create(meeting: Meeting, *, actor: Actor, clock: Clock, uow: UnitOfWork) -> Meeting:
    """Plans a meeting.

    Raises:
        Forbidden: this machine may not hold a meeting of that 密级.

    """
    secrecy.admit(meeting.highest_secrecy)
    told = {
        "title": meeting.title,
        "kind": meeting.kind,
        "starts": meeting.starts.isoformat(timespec="minutes"),
        "zone": meeting.zone,
        "minutes": meeting.planned_minutes,
        "chair": meeting.chair,
        "secrecy": meeting.highest_secrecy.level.value,
        "recorded": meeting.recorded,
        "agenda": [item.title for item in meeting.agenda],
    }
    with uow:
        uow.meetings.add(meeting)
        uow.events.append(
            Event(stream=meeting.id, kind="meeting.created", actor=actor, at=clock.now(), data=told),
        )
        uow.commit()
    return meeting


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
    standing = objected or gates.objections(uow.peek(meeting_id), target, uow=uow, plugins=plugins)
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


def clear(meeting_id: str, *, actor: Actor, clock: Clock, uow: UnitOfWork, left_behind: str = "") -> Meeting:
    """清理会场 is done: materials collected, left-behind things noted, devices off."""
    return _hold(
        meeting_id, Need.CLEARED, "meeting.cleared", {"left_behind": left_behind}, actor=actor, clock=clock, uow=uow
    )  # fmt: skip


def waive_transcript(
    meeting_id: str, *, by: str, reason: str, actor: Actor, clock: Clock, uow: UnitOfWork
) -> Meeting:
    """A named person lets the meeting close without a complete transcript."""
    if not reason.strip():
        raise Refused(
            tr("免转写要写原因", "waiving the transcript needs a reason"),
            mend=tr("写明原因（命令行用 --reason）", "say why (on the command line: --reason)"),
        )
    told = {"by": by, "reason": reason}
    return _hold(meeting_id, Need.TRANSCRIPT, "transcript.waived", told, actor=actor, clock=clock, uow=uow)


def explain_urgency(meeting_id: str, *, reason: str, actor: Actor, clock: Clock, uow: UnitOfWork) -> Meeting:
    """Why the meeting was opened without approval; asked for before close."""
    return _hold(
        meeting_id, Need.URGENT_REASON, "meeting.urgency_explained", {"reason": reason},
        actor=actor, clock=clock, uow=uow,
    )  # fmt: skip


def _hold(
    meeting_id: str, need: Need, kind: str, told: Mapping[str, Any], *, actor: Actor, clock: Clock, uow: UnitOfWork
) -> Meeting:
    with uow:
        meeting = uow.meetings.save(uow.meetings.get(meeting_id).hold(need))
        uow.events.append(Event(stream=meeting_id, kind=kind, actor=actor, at=clock.now(), data=told))
        uow.commit()
    return meeting
