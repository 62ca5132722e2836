"""A step of a meeting's life cycle as a person takes it, by REST or on a page: the same for both."""

from roomctl.domain.lifecycle import State
from roomctl.domain.meeting import Meeting, Overrule
from roomctl.services.facade import UseCases
from roomctl.services.records import MINUTES


def take(
    use: UseCases, name: str, meeting_id: str, target: State, *, reason: str = "", overrule: str = ""
) -> Meeting:
    """The meeting in its new state.

    Args:
        use: acting in the name of the person; name: of the account, which signs for archive and overrule.
        reason: asked for by some steps.
        overrule: why the objections of plugins do not hold.

    Raises:
        Refused: no such step, or a need is unmet. Objected: somebody objects, and `overrule` is empty.

    """
    if target is State.ARCHIVED:
        return use.accept(meeting_id, by=name)
    if target is State.DEPOSITED:
        return use.return_package(meeting_id, by=name, reason=reason)
    if target is State.CLOSED and not any(
        paper.signed_by and paper.kind == MINUTES for paper in use.documents(meeting_id)
    ):
        use.meeting(meeting_id).allow(State.CLOSED)  # no papers are drafted for a step that is refused anyway
        use.draft(meeting_id, corrected_too=False)
    return use.transition(meeting_id, target, overrule=Overrule(name, overrule) if overrule else None, reason=reason)
