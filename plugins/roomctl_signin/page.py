"""The meetings that people sign in to now, in the shell: how each stands, and the way to its desk and its report."""

from collections.abc import Sequence

from roomctl.api import Meeting, PluginContext, Right, Standing, lifecycle, tr, ui
from roomctl_signin import quorums, report
from roomctl_signin.phone import codes

DESK = frozenset({"usher", "secretary", "admin"})


def build(ctx: PluginContext) -> ui.Part:
    """One panel a meeting that is open."""
    meetings, visitor = ctx.services.meetings(*lifecycle.MEETS), ui.visitor()
    seen = [meeting for meeting in meetings if visitor.cleared(meeting.highest_secrecy.level)]
    if not seen:
        return ui.empty_state(
            tr("现在没有要签到的会议", "nobody has to sign in now"),
            tr("会议进入会前准备后，名单出现在这里", "the list appears when a meeting is being prepared"),
        )
    return ui.join(_meeting(ctx, meeting) for meeting in sorted(seen, key=lambda one: one.starts_at))


def _meeting(ctx: PluginContext, meeting: Meeting) -> ui.Part:
    board = ctx.services.attendance(meeting.id)
    stands = quorums.of(ctx, meeting, board)
    if not board.standings:
        shown: list[ui.Child] = [
            ui.tag("p", tr("还没有名单：roomctl roster import", "no roster yet: roomctl roster import"))
        ]
    else:
        shown = [
            ui.tag("p", ui.tag("b", report.said(board)), class_="rc-num"),
            ui.tag("p", stands.said, class_="rc-s2 rc-num") if stands else None,
            _asked(board.standings),
        ]
    doors = (("desk", tr("打开签到台", "Open the desk"), "pri"), ("report", tr("会前报告", "Report"), ""))
    ways = [ui.link_button(text, f"/s/signin/{screen}/{meeting.id}/", kind=kind) for screen, text, kind in doors]
    if codes.configured(ctx) and codes.allowed(meeting) and ui.visitor().may(Right.EDIT_ROSTER):
        ways.append(ui.link_button(tr("打印个人码", "Print codes"), f"/api/v1/x/signin/codes/{meeting.id}/sheet"))
    return ui.panel(
        meeting.title,
        *shown,
        ui.tag("div", *ways, class_="rc-row rc-wrapping rc-below"),
        second=f"{meeting.starts:%H:%M}",
    )


def _asked(standings: Sequence[Standing]) -> ui.Part | None:
    """What waits for a person: leaves to be decided, contradictions to be settled."""
    pending = [one.person.name for one in standings if one.pending_leave]
    asked = [f"{one.person.name}：{question.label}" for one in standings for question in one.questions]
    if pending:
        asked.insert(0, tr(f"请假待批：{'、'.join(pending)}", f"leave to be decided: {', '.join(pending)}"))
    return ui.join(ui.tag("p", text, class_="rc-c-warn") for text in asked) if asked else None
