"""Runs checks: all at once, each with its own deadline; what fails or hangs is UNKNOWN, with the reason."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from queue import Empty, SimpleQueue

from roomctl.domain.checks import CheckReport, CheckState, Result, Waiver, waive
from roomctl.domain.events import Actor, Event
from roomctl.domain.meeting import Meeting
from roomctl.errors import Refused, RoomctlError
from roomctl.i18n import language, tr, use
from roomctl.services.identity import new_id
from roomctl.services.offers import Check
from roomctl.services.ports import Clock, Plugins, UnitOfWork

Heard = Callable[[Result], None]


def run(
    meeting_id: str | None,
    *,
    actor: Actor,
    clock: Clock,
    uow: UnitOfWork,
    plugins: Plugins,
    heard: Heard | None = None,
) -> CheckReport:
    """One run over the room, kept with the meeting.

    Args:
        heard: told of each result as it comes.

    """
    meeting = uow.peek(meeting_id) if meeting_id else None
    at = clock.now()
    with uow.reading():
        waivers = uow.checks.waivers(meeting_id) if meeting_id else ()
    results = _run_all(plugins.checks(), meeting, clock, waivers, heard or (lambda _result: None))
    report = CheckReport(id=new_id(), meeting=meeting_id, at=at, results=results)
    with uow:
        uow.checks.add(report)
        uow.events.append(
            Event(
                stream=meeting_id or uow.room.id,
                kind="checks.ran",
                actor=actor,
                at=clock.now(),
                data={"report": report.id, **report.counts},
            )
        )
        uow.commit()
    return report


def history(report: CheckReport, *, uow: UnitOfWork, limit: int = 12) -> Mapping[tuple[str, str], Sequence[float]]:
    """How the figure of each device and check of a report went: the last ones up to that report, oldest first."""
    with uow.reading():
        found = uow.checks.history(limit=limit, until=report.at)
    told = {(result.device, result.check) for result in report.results}
    return {key: figures for key, figures in found.items() if key in told}


def accept(meeting_id: str, waiver: Waiver, *, actor: Actor, clock: Clock, uow: UnitOfWork) -> None:
    """带故障使用: a named person accepts a fault for this meeting, with a reason."""
    if not waiver.reason.strip() or not waiver.by.strip():
        raise Refused(
            tr("带故障使用要写姓名和理由", "accepting a fault needs a name and a reason"),
            mend=tr("写明谁同意、为什么可以", "say who accepts it, and why it will do"),
        )
    told = {"device": waiver.device, "check": waiver.check, "by": waiver.by, "reason": waiver.reason}
    with uow:
        uow.checks.waive(meeting_id, waiver)
        uow.events.append(Event(stream=meeting_id, kind="checks.waived", actor=actor, at=clock.now(), data=told))
        uow.commit()


def _run_all(
    checks: Sequence[Check], meeting: Meeting | None, clock: Clock, waivers: Sequence[Waiver], heard: Heard
) -> tuple[Result, ...]:
    answers: SimpleQueue[tuple[int, tuple[Result, ...]]] = SimpleQueue()
    said_in = language()

    def ask(number: int, check: Check) -> None:
        use(said_in)
        answers.put((number, waive(_ask(check, meeting, clock), waivers)))

    began = clock.monotonic()
    waiting = dict(enumerate(checks))
    for number, check in waiting.items():
        threading.Thread(target=ask, args=(number, check), name=f"check {check.name}", daemon=True).start()
    found: dict[int, tuple[Result, ...]] = {}
    while waiting:
        spent = clock.monotonic() - began
        late = [number for number, check in waiting.items() if spent >= check.deadline]
        for number in late:
            found[number] = (_too_slow(waiting.pop(number)),)
        patience = min((check.deadline for check in waiting.values()), default=0.0) - spent
        try:
            number, results = answers.get(timeout=max(patience, 0.01)) if waiting else (-1, ())
        except Empty:
            continue
        finally:
            for number_late in late:
                heard(found[number_late][0])
        if waiting.pop(number, None) is not None:
            found[number] = results
            for result in results:
                heard(result)
    return tuple(result for number in sorted(found) for result in found[number])


def _ask(check: Check, meeting: Meeting | None, clock: Clock) -> tuple[Result, ...]:
    started, began = clock.now(), clock.monotonic()
    try:
        results = tuple(check.run(meeting))
    except RoomctlError as error:
        results = (_unknown(check, str(error), error.mend),)
    except Exception as error:  # noqa: BLE001 - a check may raise anything, and costs only its own result
        results = (_unknown(check, f"{type(error).__name__}: {error}", ""),)
    took = clock.monotonic() - began
    return tuple(replace(result, started=started, took=result.took or took) for result in results)


def _too_slow(check: Check) -> Result:
    said = tr(f"{check.deadline:g} 秒内没有结果", f"no answer within {check.deadline:g} s")
    return replace(_unknown(check, said, tr("单独再查一次", "run this check again alone")), took=check.deadline)


def _unknown(check: Check, message: str, hint: str) -> Result:
    return Result(device=check.device, check=check.name, state=CheckState.UNKNOWN, message=message, hint=hint or None)
