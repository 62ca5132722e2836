"""The sign-in desk in the browser: who is expected, and one press for whoever stands before the desk (会务员代签)."""

from collections.abc import Callable

from roomctl.api import Actor, Meeting, Method, PluginContext, Presence, Standing, State, tr, ui

TODAY = (State.OPEN, State.IN_SESSION, State.RECESS)
"""While people come and go."""

DESK = frozenset({"usher", "secretary", "admin"})

_LOOKS = {Presence.PRESENT: ui.Look.OK, Presence.LATE: ui.Look.WARN, Presence.LEFT_EARLY: ui.Look.WARN}
_ENGLISH = {
    Presence.EXPECTED: "not here yet",
    Presence.PRESENT: "here",
    Presence.LATE: "late",
    Presence.ON_LEAVE: "on leave",
    Presence.ABSENT: "absent",
    Presence.LEFT_EARLY: "left early",
}


def build(ctx: PluginContext) -> ui.Part:
    """One panel a meeting that is open."""
    seen = [
        meeting for meeting in ctx.services.meetings(*TODAY) if ui.visitor().cleared(meeting.highest_secrecy.level)
    ]
    if not seen:
        return ui.empty_state(
            tr("现在没有要签到的会议", "nobody has to sign in now"),
            tr("会议进入会前准备后，名单出现在这里", "the list appears when a meeting is being prepared"),
        )
    return ui.join(_meeting(ctx, meeting) for meeting in sorted(seen, key=lambda one: one.starts_at))


def _meeting(ctx: PluginContext, meeting: Meeting) -> ui.Part:
    board = ctx.services.attendance(meeting.id)
    counts = board.counts
    rows = [_row(ctx, meeting, one) for one in board.standings]
    return ui.panel(
        meeting.title,
        *rows or [ui.tag("p", tr("还没有名单：roomctl roster import", "no roster yet: roomctl roster import"))],
        second=tr(f"实到 {counts.present} / {counts.expected}", f"{counts.present} of {counts.expected}"),
    )


def _row(ctx: PluginContext, meeting: Meeting, one: Standing) -> ui.Part:
    person = one.person
    word = tr(one.presence.value, _ENGLISH[one.presence])
    if one.arrived:
        word = f"{one.arrived.astimezone(meeting.starts_at.tzinfo):%H:%M} {word}"
    second = "　".join(part for part in (person.unit, person.duty, person.seat) if part)
    row = ui.person_row(one.written, second, state=word, look=_LOOKS.get(one.presence))
    if one.present:
        return row
    text = tr("代签", "Sign in")
    press = ui.button(
        text, _sign(ctx, meeting, one), kind="sm", key=f"{meeting.id}/{person.id}", label=f"{text} {person.name}"
    )
    return ui.tag("div", ui.tag("div", row, class_="rc-grow"), press, class_="rc-row")


def _sign(ctx: PluginContext, meeting: Meeting, one: Standing) -> Callable[[ui.Values], None]:
    def press(_values: ui.Values) -> None:
        who = Actor.person(ui.visitor().name)
        ctx.services.sign_in(meeting.id, one.person.id, method=Method.DESK, device="web", actor=who)

    return press
