"""法定人数 of a meeting: which rule its body has, how it stands, and the objection to starting without it."""

from collections.abc import Sequence

from roomctl.api import Attendance, Meeting, Objection, PluginContext, quorum, tr
from roomctl_signin.config import Config


def of(ctx: PluginContext, meeting: Meeting, board: Attendance) -> quorum.Quorum | None:
    """None where the office names no rule for this 会议种类."""
    rule = (ctx.config or Config()).quorum.get(meeting.kind)
    return quorum.quorum(board, rule.rule) if rule else None


def objections(ctx: PluginContext, meeting: Meeting) -> Sequence[Objection]:
    """One, while too few are there."""
    found = of(ctx, meeting, ctx.services.attendance(meeting.id))
    if found is None or found.met:
        return []
    short = found.needed - found.counted
    return [
        Objection(
            "signin",
            found.said,
            tr(f"还差 {short} 人，请催促未到人员", f"{short} more are needed: call those who are not here"),
        )
    ]
