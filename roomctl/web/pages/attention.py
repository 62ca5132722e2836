"""What needs a person, over all meetings of the day: the worst first. Pure: from facts and rights to a list."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from roomctl.domain.access import Right, User
from roomctl.domain.lifecycle import Need, State
from roomctl.i18n import tr
from roomctl.services.calendar import named
from roomctl.web.pages.links import BEFORE, RUNNING, Facts, links
from roomctl.web.ui import Look, Part

SOON = timedelta(minutes=30)
"""Before its start a meeting ought to be approved and prepared."""

_SOUND = 2  # place of sound in the chain: while a meeting runs, nothing comes before it
_HARMLESS = frozenset({State.ARCHIVED, State.CANCELLED})


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing that needs a person.

    Attributes:
        look: CRIT or WARN.
        strong: which meeting, and how bad; why: what it is; href: where it is seen to.

    """

    look: Look
    strong: str
    why: str
    href: str


def matters(seen: Sequence[Facts], user: User, now: datetime) -> Sequence[Matter]:
    """For who looks: what he may not see to is left out. Faults before all else, then by the meeting's start.

    Args:
        now: an instant.

    """
    found = [one for facts in seen for one in _of(facts, user, now)]
    return sorted(found, key=lambda one: one.look is not Look.CRIT)  # stable: meetings come in order


def _of(facts: Facts, user: User, now: datetime) -> Iterator[Matter]:
    meeting = facts.meeting
    if meeting.state in _HARMLESS:
        return
    yield from _chain(facts)
    here, at = f"/meetings/{meeting.id}", f"{meeting.starts:%H:%M}"
    strong = tr(f"{at} 的会议要处理", f"The meeting of {at} needs you")
    if meeting.starts_at - SOON <= now and meeting.state in BEFORE:
        if meeting.state is State.PLANNED and user.may(Right.APPROVE_MEETINGS):
            yield Matter(Look.WARN, strong, tr("还没有批准", "it is not approved"), here)
        elif user.may(Right.RUN_MEETINGS):
            why = (
                tr("还没有批准，来不及就紧急开会", "it is not approved; open it urgently where there is no time")
                if meeting.state is State.PLANNED
                else tr("还没有开始会前准备", "its preparations have not begun")
            )
            yield Matter(Look.WARN, strong, why, here)
    if (
        meeting.state in BEFORE
        and user.may(Right.PLAN_MEETINGS)
        and (urgent := [one for one in facts.collisions if one.urgent])
    ):
        why = tr("紧急会议占用场所：", "an urgent meeting takes the room: ") + named(urgent, user.cleared)
        yield Matter(Look.WARN, strong, why, f"{here}/edit")
    asked = sum(one.pending_leave for one in facts.attendance.members)
    if asked and user.may(Right.DECIDE_LEAVE) and meeting.state in {*BEFORE, State.OPEN, *RUNNING}:
        yield Matter(Look.WARN, strong, tr(f"请假 {asked} 人待批", f"{asked} leaves to decide"), f"{here}/leave")
    if facts.unseen and user.may(Right.ANSWER_FOR_PAPERS):
        why = tr(
            f"{facts.unseen} 份材料没有收回，已放行，等你查看", f"{facts.unseen} papers released, to be seen by you"
        )
        yield Matter(Look.WARN, strong, why, f"{here}/close")
    unexplained = meeting.urgent and not meeting.urgent_reason and Need.URGENT_REASON not in meeting.facts
    if unexplained and meeting.state is State.ADJOURNED and user.may(Right.RUN_MEETINGS):
        yield Matter(Look.WARN, strong, tr("紧急缘由还没有写", "why it was urgent is not written"), here)


def _chain(facts: Facts) -> Iterator[Matter]:
    """The worst link of its chain."""
    chain = links(facts)
    ranked = (chain[_SOUND], *chain) if facts.meeting.state in RUNNING else chain
    at = f"{facts.meeting.starts:%H:%M}"
    for look in (Look.CRIT, Look.WARN):
        link = next((one for one in ranked if one.look is look), None)
        if link is None:
            continue
        ahead = facts.meeting.state in {*BEFORE, State.OPEN}
        strong = (
            tr(f"{at} 的会议还不能开", f"The meeting of {at} cannot begin")
            if look is Look.CRIT and ahead
            else tr(f"{at} 的会议要处理", f"The meeting of {at} needs you")
        )
        yield Matter(look, strong, _why(facts, link.name, link.figure), link.href)
        return


def _why(one: Facts, name: str, figure: str | Part) -> str:
    if one.checks is not None and one.checks.findings and name == tr("设备", "Devices"):
        worst = (one.checks.blocking or one.checks.findings)[0]
        parts = (f"{worst.device_name} {worst.name}", worst.message, worst.hint or "")
        told = (str(part) for part in parts if part)  # in the reader's language, which `join` forgets
        return tr("，", ", ").join(told)
    stuck = next(iter(one.stuck.values()), "")
    return stuck or tr("：", ": ").join((name, figure if isinstance(figure, str) else ""))
