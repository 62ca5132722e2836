"""A meeting: its chain above, then what each link knows, and the next steps of its life."""

from collections.abc import Callable
from datetime import datetime, timedelta

from nicegui import ui as gui

from roomctl.domain.access import MOVES, Right
from roomctl.domain.attendance import Presence, Standing
from roomctl.domain.lifecycle import State, ways_out
from roomctl.domain.meeting import AgendaItem, Meeting, MeetingId
from roomctl.errors import BadInput, Forbidden
from roomctl.i18n import tr
from roomctl.services.identity import new_id
from roomctl.web.pages.frame import Frame
from roomctl.web.pages.home import EACH, second_line
from roomctl.web.pages.links import Facts, links
from roomctl.web.pages.visitor import Area, Visitor
from roomctl.web.plugins import ExtraPanel
from roomctl.web.ui import (
    Look,
    Part,
    Values,
    button,
    chain_strip,
    clock_text,
    field,
    form,
    join,
    level_meter,
    line,
    link_button,
    note_bar,
    panel,
    person_row,
    result_tile,
    state_chip,
    state_glyph,
    tag,
)

_PRESENCE = {
    Presence.PRESENT: Look.OK,
    Presence.LATE: Look.WARN,
    Presence.LEFT_EARLY: Look.WARN,
    Presence.ABSENT: Look.CRIT,
}
_EN = {
    Presence.EXPECTED: "not here yet",
    Presence.PRESENT: "here",
    Presence.LATE: "late",
    Presence.ON_LEAVE: "on leave",
    Presence.ABSENT: "absent",
    Presence.LEFT_EARLY: "left early",
}
_BY_HAND = frozenset({State.APPROVED, State.OPEN})
"""Steps that one press takes. The others need a recorder, a list or a reason."""

_VERBS = {State.APPROVED: ("批准", "Approve"), State.OPEN: ("开始会前准备", "Prepare")}


def register(frame: Frame) -> None:
    """`/meetings/new` and `/meetings/<id>`."""

    @frame.page("/meetings/new", lambda: tr("新建会议", "New meeting"), Right.PLAN_MEETINGS)
    async def new(visitor: Visitor) -> None:
        area = Area(visitor)
        area.box.classes("rc-narrow")
        area.show(await visitor.draw(lambda: _planning(visitor)))

    @frame.page("/meetings/{meeting_id}", lambda: tr("会议", "Meeting"), Right.SEE_MEETINGS)
    async def one(visitor: Visitor, meeting_id: str) -> None:
        top, head, body = Area(visitor), Area(visitor), Area(visitor)
        offers = await visitor.run(frame.extras.panels, "meeting")
        with gui.element("div").classes("rc-panels"):
            panels = [(one, Area(visitor)) for one in offers if one.open_to(visitor.user.roles)]

        async def look() -> None:
            top.show(await visitor.draw(lambda: chain_strip(links(_facts(visitor, meeting_id)))))
            head.show(await visitor.draw(lambda: _head(visitor, _facts(visitor, meeting_id))))
            body.show(await visitor.draw(lambda: _body(visitor, _facts(visitor, meeting_id))))
            for one, area in panels:
                area.show(await visitor.draw(lambda one=one: _panel(frame, one, visitor, meeting_id)))  # type: ignore[misc]  # bound now

        head.redraw = body.redraw = look
        await look()
        visitor.every(EACH, look)


def _facts(visitor: Visitor, meeting_id: str) -> Facts:
    facts = visitor.board.facts(meeting_id)
    level = facts.meeting.highest_secrecy.level
    if not visitor.user.cleared(level):
        raise Forbidden(
            tr(f"你不能打开{level.value}会议", f"you may not open a {level.value} meeting"),
            mend=tr("请找保密员", "ask the security officer"),
        )
    return facts


def _panel(frame: Frame, one: ExtraPanel, visitor: Visitor, meeting_id: str) -> Part:
    return panel(tr(*one.offer.title), frame.extras.build(one, _facts(visitor, meeting_id).meeting))


def _head(visitor: Visitor, facts: Facts) -> Part:
    meeting = facts.meeting
    mark = meeting.highest_secrecy.mark
    steps = [step for step in ways_out(meeting.state) if step.target in _BY_HAND and visitor.may(MOVES[step.target])]
    buttons = [
        button(tr(*_VERBS[step.target]), _step(visitor, meeting, step.target), kind="" if i else "pri")
        for i, step in enumerate(steps[:1])
    ]
    when = f"{meeting.starts:%Y-%m-%d %H:%M}"
    return tag(
        "div",
        tag(
            "div",
            tag(
                "div",
                tag("h1", meeting.title),
                state_chip(meeting.state.label, "run" if meeting.state is State.IN_SESSION else ""),
                state_chip(mark, "secret") if mark else None,
                class_="rc-row rc-wrapping",
            ),
            tag("p", f"{when}　{second_line(meeting)}", class_="rc-s2 rc-num"),
            class_="rc-grow",
        ),
        *buttons,
        class_="rc-hd",
    )


def _step(visitor: Visitor, meeting: Meeting, target: State) -> Callable[[Values], None]:
    return lambda _values: _ignore(visitor.use.transition(meeting.id, target))


def _ignore(_value: object) -> None:
    """A button that stays on its page."""


def _body(visitor: Visitor, facts: Facts) -> Part:
    left = [_equipment(visitor, facts), _sound(visitor, facts), _archive(facts)]
    right = [_people(visitor, facts), _agenda(facts.meeting), _papers(visitor, facts)]
    notes = [note_bar("warn", why) for why in facts.stuck.values()]
    return tag(
        "div",
        *notes,
        tag("div", tag("div", *left, class_="rc-col"), tag("div", *right, class_="rc-col"), class_="rc-two"),
        class_="rc-wrap",
    )


def _equipment(visitor: Visitor, facts: Facts) -> Part | None:
    if not visitor.may(Right.SEE_CHECKS):
        return None
    report, meeting = facts.checks, facts.meeting
    again = (
        button(
            tr("检查设备", "Check the equipment"),
            lambda _values: _ignore(visitor.use.check(meeting.id)),
            kind="sm",
            icon_name="refresh",
        )
        if visitor.may(Right.RUN_CHECKS)
        else None
    )
    if report is None:
        inside = tag("p", tr("还没有检查过", "not checked yet"), class_="rc-s2")
        return panel(tr("设备", "Equipment"), inside, again, id_="equipment")
    ranked = sorted(report.results, key=lambda one: _RANK.index(one.state.value))
    hints = [
        tag(
            "div",
            state_glyph(Look.CRIT if one in report.blocking else Look.WARN, size="s"),
            tag("span", f"{one.device} {one.check}：{one.message}", class_="rc-grow"),
            tag("span", one.hint or "", class_="rc-s2"),
            class_="rc-row rc-finding",
        )
        for one in report.findings
    ]
    at = report.at.astimezone(meeting.starts_at.tzinfo)
    return panel(
        tr("设备", "Equipment"),
        *hints,
        tag("div", *(result_tile(one) for one in ranked), class_="rc-tl"),
        tag("div", again, class_="rc-below"),
        second=tr(f"{at:%H:%M} 自检", f"checked at {at:%H:%M}"),
        id_="equipment",
    )


_RANK = ("CRIT", "UNKNOWN", "WARN", "WAIVED", "SKIPPED", "OK")


def _sound(visitor: Visitor, facts: Facts) -> Part | None:
    if not visitor.may(Right.SEE_RECORDINGS):
        return None
    rows = []
    for one in facts.recordings:
        lost = one.dropped / one.sample_rate
        rows.append(
            line(
                state_glyph(Look.WARN if one.dropped else Look.OK, size="s"),
                tr(f"第 {one.number} 次，{one.tracks} 轨", f"no. {one.number}, {one.tracks} tracks"),
                clock_text(one.seconds) + (tr(f"，丢 {lost:.1f} 秒", f", {lost:.1f} s lost") if one.dropped else ""),
            )
        )
    meters = []
    if facts.current is not None:
        status = visitor.use.recorder_of(facts.current).status()
        meters = [level_meter(tr(f"{n} 路", f"channel {n}"), db) for n, db in enumerate(status.peak_dbfs, 1)]
    if not rows:
        rows = [tag("p", tr("还没有声音", "no sound yet"), class_="rc-s2")]
    words = facts.transcript
    if words is not None:
        said = sum(not one.dropped for one in words.segments)
        done = Look.OK if words.complete else Look.RUNNING
        rows.append(line(state_glyph(done, size="s"), tr("文字", "words"), tr(f"{said} 句", f"{said} sentences")))
    return panel(tr("录音和文字", "Sound and words"), *meters, tag("div", *rows, id_="words"), id_="sound")


def _people(visitor: Visitor, facts: Facts) -> Part | None:
    if not visitor.may(Right.SEE_ROSTER):
        return None
    counts = facts.attendance.counts
    rows = [_person(one, facts.meeting) for one in facts.attendance.standings]
    if not rows:
        rows = [tag("p", tr("还没有名单", "no roster yet"), class_="rc-s2")]
    second = tr(f"实到 {counts.present} / {counts.expected}", f"{counts.present} of {counts.expected}")
    return panel(tr("签到", "Sign-in"), *rows, second=second if counts.expected else "", id_="people")


def _person(one: Standing, meeting: Meeting) -> Part:
    word = tr(one.presence.value, _EN[one.presence])
    if one.arrived:
        word = f"{one.arrived.astimezone(meeting.starts_at.tzinfo):%H:%M} {word}"
    second = "　".join(part for part in (one.person.unit, one.person.duty) if part)
    return person_row(one.written, second, state=word, look=_PRESENCE.get(one.presence))


def _agenda(meeting: Meeting) -> Part | None:
    if not meeting.agenda:
        return None
    rows = [line(str(item.n), item.title, item.presenter) for item in meeting.agenda]
    return panel(tr("议题", "Agenda"), *rows)


def _papers(visitor: Visitor, facts: Facts) -> Part | None:
    if not visitor.may(Right.SEE_TRANSCRIPTS):
        return None
    rows = [
        line(
            state_glyph(Look.OK if one.signed_by else Look.RUNNING, size="s"),
            one.kind,
            tr(f"{one.signed_by} 已签字", f"signed by {one.signed_by}") if one.signed_by else tr("草稿", "draft"),
        )
        for one in facts.documents
    ]
    points = facts.transcript.points if facts.transcript else ()
    rows += [line(state_chip(point.kind.value), point.text) for point in points[:12]]
    if not rows:
        rows = [tag("p", tr("还没有记录", "no record yet"), class_="rc-s2")]
    return panel(tr("记录", "Record"), *rows, id_="record")


def _archive(facts: Facts) -> Part:
    rows = []
    for package in facts.packages:
        held = {one.target: one for one in facts.receipts if one.package == package.id}
        for target in package.targets:
            receipt = held.get(target)
            said = tr("已核对", "read back, equal") if receipt else tr("送存中", "on its way")
            look = Look.OK if receipt else Look.RUNNING
            size = tr(f"{package.files} 个文件", f"{package.files} files") + f"，{package.bytes / 1e6:.1f} MB"
            rows.append(line(state_glyph(look, size="s"), f"{target}：{size}", said))
    if not rows:
        rows = [tag("p", tr("散会收尾后打包送存", "packed and deposited after the close"), class_="rc-s2")]
    return panel(tr("归档", "Archive"), *rows, id_="archive")


# --- planning one


def _planning(visitor: Visitor, values: Values | None = None) -> Part:
    room = visitor.board.today()
    at = (room.now + timedelta(hours=1)).replace(minute=0, tzinfo=None)
    given = values or {"starts": f"{at:%Y-%m-%dT%H:%M}", "minutes": "60"}
    return join(
        (
            tag("div", tag("h1", tr("新建会议", "New meeting"), class_="rc-grow"), class_="rc-hd"),
            tag(
                "div",
                form(
                    field("title", tr("主题", "Title"), given.get("title", "")),
                    field("starts", tr("开始", "Begins"), given.get("starts", ""), kind="datetime-local"),
                    field("minutes", tr("时长（分钟）", "Minutes"), given.get("minutes", ""), kind="number"),
                    field("chair", tr("主持人", "Chair"), given.get("chair", "")),
                    field("minute_taker", tr("记录人", "Minutes by"), given.get("minute_taker", "")),
                    field(
                        "agenda",
                        tr("议题", "Agenda"),
                        given.get("agenda", ""),
                        kind="lines",
                        hint=tr("一行一项：题目，汇报人", "one item a line: title, presenter"),
                    ),
                    tag(
                        "div",
                        button(tr("新建", "Make it"), lambda typed: _make(visitor, typed), kind="pri"),
                        link_button(tr("返回", "Back"), "/", kind="quiet"),
                        class_="rc-row",
                    ),
                ),
                class_="rc-panel rc-inset",
            ),
        )
    )


def _make(visitor: Visitor, typed: Values) -> str:
    """Gives the new meeting's page. Raises: BadInput."""
    try:
        starts = datetime.fromisoformat(str(typed.get("starts")))
    except ValueError:
        raise BadInput(
            tr("开始时间不对", "the time is not readable"),
            mend=tr("请从日历里选一个", "choose one from the calendar"),
        ) from None
    minutes = str(typed.get("minutes"))
    if not minutes.isdigit() or not 1 <= int(minutes) <= _LONGEST:
        raise BadInput(
            tr("时长不对", "the length is wrong"),
            minutes,
            tr(f"请填 1 到 {_LONGEST}", f"give 1 to {_LONGEST} minutes"),
        )
    room = visitor.use.room
    meeting = Meeting(
        id=MeetingId(new_id()),
        room=room.id,
        zone=room.zone,
        title=str(typed.get("title", "")).strip(),
        starts=starts.replace(tzinfo=None),
        planned_minutes=int(minutes),
        chair=str(typed.get("chair", "")).strip(),
        minute_taker=str(typed.get("minute_taker", "")).strip(),
        place=room.name,
        agenda=tuple(_items(str(typed.get("agenda", "")))),
    )
    visitor.use.create(meeting)
    return f"/meetings/{meeting.id}"


_LONGEST = 24 * 60  # minutes


def _items(lines: str) -> list[AgendaItem]:
    items: list[AgendaItem] = []
    for text in filter(None, (one.strip() for one in lines.splitlines())):
        title, _, presenter = text.replace(",", "，").rpartition("，")
        title, presenter = (title, presenter) if title else (presenter, "")
        items.append(AgendaItem(len(items) + 1, title.strip(), presenter=presenter.strip()))
    return items
