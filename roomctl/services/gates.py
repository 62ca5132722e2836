"""What stands against a transition: the host's own objections, then those of the plugins."""

from collections.abc import Iterator

from roomctl.domain.lifecycle import State, find
from roomctl.domain.meeting import Meeting, Objection
from roomctl.domain.recording import Purpose, RecorderState
from roomctl.i18n import tr
from roomctl.services import checks
from roomctl.services.ports import Plugins, UnitOfWork


def objections(meeting: Meeting, target: State, *, uow: UnitOfWork, plugins: Plugins) -> tuple[Objection, ...]:
    """All objections to a gated transition; nobody is asked where the table has no gate. No transaction is open."""
    step = find(meeting.state, target)
    if step is None or not step.gated:
        return ()
    own: tuple[Objection, ...] = ()
    if target is State.IN_SESSION:
        own = tuple(_before_session(meeting, uow))
    elif target is State.CLOSED:
        own = tuple(_before_close(meeting, uow))
    return own + tuple(plugins.gate(meeting, target))


def _before_session(meeting: Meeting, uow: UnitOfWork) -> Iterator[Objection]:
    with uow.reading():
        report = checks.current(meeting.id, uow)
        recordings = uow.recordings.of(meeting.id)
    for result in report.blocking if report else ():
        yield Objection("checks", f"{result.device_name} {result.name}: {result.message}", result.hint or "")
    own = [one for one in recordings if one.purpose is Purpose.MEETING]
    armed = any(recording.state is RecorderState.ARMED for recording in own)
    if meeting.recorded and not armed:
        yield Objection(
            "recorder",
            tr("录音没有准备好", "the recorder is not armed"),
            tr(
                f"先按“准备录音”，或 roomctl meetings arm {meeting.id} --source mic",
                f"arm the recorder first, or: roomctl meetings arm {meeting.id} --source mic",
            ),
        )


def _before_close(meeting: Meeting, uow: UnitOfWork) -> Iterator[Objection]:
    """What is packaged is whole: a file that is still coming in would be missing."""
    with uow.reading():
        running = [one for one in uow.recordings.running() if one.meeting == meeting.id]
    for one in running:
        yield Objection(
            "recorder",
            tr(f"{one.purpose.label}还没有封存", f"a recording ({one.purpose.label}) is not sealed yet"),
            tr("请等它结束", "wait for its end"),
        )
