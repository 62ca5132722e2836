"""A meeting: its chain above, then what each link knows, and the next steps of its life."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from nicegui import ui as gui

from roomctl.domain.access import Right
from roomctl.domain.attendance import Presence, Standing
from roomctl.domain.checks import CheckReport, Result
from roomctl.domain.custody import place_name
from roomctl.domain.meeting import Meeting
from roomctl.domain.planning import Edit, name_of, open_facts
from roomctl.domain.secrecy import Level
from roomctl.errors import NotSignedOn, RoomctlError
from roomctl.i18n import tr
from roomctl.services import calendar
from roomctl.services.under_way import UnderWay
from roomctl.web.pages import stepping
from roomctl.web.pages.frame import Frame
from roomctl.web.pages.home import CHIPS, EACH, may_operate, second_line
from roomctl.web.pages.links import Facts, links
from roomctl.web.pages.screens import Links
from roomctl.web.pages.stepping import Desk
from roomctl.web.pages.steps import OPERATOR
from roomctl.web.pages.technician.doing import Doing as Hands
from roomctl.web.pages.visitor import Area, Visitor, in_its_place
from roomctl.web.pages.warnings import bars
from roomctl.web.plugins import ExtraPanel
from roomctl.web.session import admit
from roomctl.web.ui import (
    Look,
    Part,
    button,
    chain_strip,
    clock_text,
    error_state,
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


def register(frame: Frame) -> None:
    """`/meetings/<id>`."""

    @frame.page("/meetings/{meeting_id}", lambda: tr("会议", "Meeting"), Right.SEE_MEETINGS)
    async def one(visitor: Visitor, meeting_id: str) -> None:
        chain, warned, head, below, body, wall = (Area(visitor) for _ in range(6))
        screens = Links(visitor, frame.screens, meeting_id, str(gui.context.client.request.base_url))
        offers = await visitor.run(frame.extras.panels, "meeting")
        with gui.element("div").classes("rc-panels"):
            panels = [(one, Area(visitor)) for one in offers if one.open_to(visitor.user.roles)]
        desk, pasts, hands = Desk(), Pasts(), Hands(visitor, meeting_id, lambda: None)
        operated = frame.has(OPERATOR)

        async def look() -> None:
            facts = await _asked(visitor, meeting_id)
            if isinstance(facts, Part):
                for area in (chain, warned, head, below, wall):
                    area.show(Part())
                body.show(tag("div", facts, class_="rc-wrap rc-below"))
                return
            chain.show(await visitor.draw(lambda: chain_strip(links(facts))))
            warned.show(await visitor.draw(lambda: _warned(visitor, facts)))
            head.show(await visitor.draw(lambda: _head(visitor, facts, desk, operated=operated)))
            below.show(await visitor.draw(lambda: stepping.below(visitor, facts, desk)))
            body.show(await visitor.draw(lambda: _body(visitor, facts, pasts, hands)))
            wall.show(await visitor.draw(lambda: screens.draw(facts.meeting)))
            for one, area in panels:
                area.show(await visitor.draw(lambda one=one: panel_of(frame, one, facts.meeting)))  # type: ignore[misc]  # bound now

        async def after_a_press() -> None:
            await look()
            if desk.asking and desk.refused is None:
                focus_first()

        head.redraw = below.redraw = after_a_press
        body.redraw = wall.redraw = look
        await look()
        visitor.every(EACH, look)


async def _asked(visitor: Visitor, meeting_id: str) -> Facts | Part:
    """The meeting, or what stands in its place where it cannot be opened."""
    try:
        facts: Facts = await visitor.run(_facts, visitor, meeting_id)
    except NotSignedOn:
        raise
    except RoomctlError as error:
        return in_its_place(error)
    return facts


def focus_first() -> None:
    """A form that was just opened is typed into at once."""
    gui.run_javascript(
        "const f = document.querySelector('#page [data-form] input, #page [data-form] select');"
        "if (f && !f.closest('[data-form]').contains(document.activeElement)) f.focus();"
    )


@dataclass
class Pasts:
    """How the figures of the newest check went; looked up once for each report."""

    report: str = ""
    figures: Mapping[tuple[str, str], Sequence[float]] = field(default_factory=dict)

    def of(self, visitor: Visitor, report: CheckReport) -> Mapping[tuple[str, str], Sequence[float]]:
        if self.report != report.id:
            self.figures = visitor.use.check_history(report)
            self.report = report.id
        return self.figures


def _facts(visitor: Visitor, meeting_id: str) -> Facts:
    facts = visitor.board.facts(meeting_id)
    admit(visitor.user, facts.meeting.highest_secrecy.level)
    return facts


def panel_of(frame: Frame, one: ExtraPanel, meeting: Meeting) -> Part:
    """What a plugin shows of this meeting."""
    return panel(tr(*one.offer.title), frame.extras.build(one, meeting))


def _warned(visitor: Visitor, facts: Facts) -> Part:
    return bars(facts) if visitor.may(Right.SEE_RECORDINGS) else Part()


def _head(visitor: Visitor, facts: Facts, desk: Desk, *, operated: bool) -> Part:
    meeting = facts.meeting
    mark = meeting.highest_secrecy.mark
    to_operator = operated and may_operate(visitor, meeting)
    lead = (
        link_button(tr("进入控制台", "Operate"), f"/meetings/{meeting.id}/record", kind="pri")
        if to_operator
        else None
    )
    when = f"{meeting.starts:%Y-%m-%d %H:%M}"
    return tag(
        "div",
        tag(
            "div",
            tag(
                "div",
                tag("h1", meeting.title),
                state_chip(meeting.state.label, CHIPS.get(meeting.state, "")),
                state_chip(tr("紧急", "urgent"), "warn") if meeting.urgent else None,
                state_chip(mark, "secret") if mark else None,
                class_="rc-row rc-wrapping",
            ),
            tag("p", f"{when}　{second_line(meeting)}", class_="rc-s2 rc-num"),
            class_="rc-grow",
        ),
        _to_secrecy(visitor, meeting),
        stepping.buttons(visitor, facts, desk, lead),
        class_="rc-hd",
    )


def _to_secrecy(visitor: Visitor, meeting: Meeting) -> Part | None:
    """Where the points are confirmed, and the handovers stand."""
    if not (meeting.highest_secrecy.state_secret and visitor.may(Right.SEE_SECRECY)):
        return None
    return link_button(tr("保密", "Secrecy"), "/secrecy", icon_name="flag")


def _body(visitor: Visitor, facts: Facts, pasts: Pasts, hands: Hands) -> Part:
    left = [_equipment(visitor, facts, pasts, hands), _sound(visitor, facts), _archive(facts)]
    right = [_plan(visitor, facts.meeting), _people(visitor, facts), _agenda(facts.meeting), _papers(visitor, facts)]
    notes = [_collisions(visitor, facts), *(note_bar("warn", why) for why in facts.stuck.values())]
    columns = tag("div", tag("div", *left, class_="rc-col"), tag("div", *right, class_="rc-col"), class_="rc-two")
    return join((*notes, tag("div", columns, class_="rc-wrap")))


def _collisions(visitor: Visitor, facts: Facts) -> Part | None:
    """An urgent meeting asks nobody for the room, and somebody may have taken it all the same."""
    if not facts.collisions:
        return None
    where = facts.collisions[0].at(visitor.use.room.name)
    strong = tr(f"{where}同一时间还有会议", f"{where} is wanted by another meeting at that time")
    return note_bar("warn", calendar.named(facts.collisions, visitor.user.cleared), strong=strong)


def _equipment(visitor: Visitor, facts: Facts, pasts: Pasts, hands: Hands) -> Part | None:
    if not visitor.may(Right.SEE_CHECKS):
        return None
    report, meeting = facts.checks, facts.meeting
    runs = [one for one in visitor.use.checks_under_way(meeting.id) if not one.only]
    running = bool(runs) or hands.checking
    if running:
        inside, second = _heard(runs[-1] if runs else None), ""
    elif report is None:
        inside, second = tag("p", tr("还没有检查过", "not checked yet"), class_="rc-s2"), ""
    else:
        at = report.at.astimezone(meeting.starts_at.tzinfo)
        inside, second = _found(report, pasts.of(visitor, report)), tr(f"{at:%H:%M} 自检", f"checked at {at:%H:%M}")
    error = hands.trouble
    return panel(
        tr("设备", "Equipment"),
        error_state(error.what, error.why, error.mend) if error and not running else None,
        inside,
        tag(
            "div",
            _check_button(hands, running=running) if visitor.may(Right.RUN_CHECKS) else None,
            link_button(tr("设备控制台", "Device console"), f"/meetings/{meeting.id}/check", kind="sm"),
            class_="rc-row rc-below",
        ),
        second=second,
        id_="equipment",
    )


def _check_button(hands: Hands, *, running: bool) -> Part:
    if running:
        return button(tr("停止检查", "Stop"), hands.cancel, key="cancel", kind="sm", icon_name="stop")
    return button(tr("检查设备", "Check the equipment"), hands.check(), key="check", kind="sm", icon_name="refresh")


def _heard(run: UnderWay | None) -> Part:
    """How far a run is; its rows so far. None: it is about to begin."""
    rows = run.rows if run else ()
    count = len(rows)
    said = (run and run.told) or tr(f"正在检查，已有 {count} 项结果", f"checking, {count} results so far")
    head = tag("div", state_glyph(Look.RUNNING, size="s"), tag("span", said), class_="rc-row", role="status")
    return tag("div", head, _tiles(rows, {}))


def _found(report: CheckReport, past: Mapping[tuple[str, str], Sequence[float]]) -> Part:
    """What the newest report says: what to do about it first."""
    colon = tr("：", ": ")
    hints = [
        tag(
            "div",
            state_glyph(Look.CRIT if one in report.blocking else Look.WARN, size="s"),
            tag("span", f"{one.device_name} {one.name}{colon}{one.message}", class_="rc-grow"),
            tag("span", one.hint or "", class_="rc-s2"),
            class_="rc-row rc-finding",
        )
        for one in report.findings
    ]
    return join((*hints, _tiles(report.results, past)))


def _tiles(rows: Sequence[Result], past: Mapping[tuple[str, str], Sequence[float]]) -> Part:
    ranked = sorted(rows, key=lambda one: _RANK.index(one.state.value))
    return tag("div", *(result_tile(one, past.get((one.device, one.check), ())) for one in ranked), class_="rc-tl")


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
        said = facts.sentences
        done = Look.OK if words.complete else Look.RUNNING
        rows.append(line(state_glyph(done, size="s"), tr("文字", "words"), tr(f"{said} 句", f"{said} sentences")))
        if visitor.may(Right.SEE_TRANSCRIPTS):
            words_page = f"/meetings/{facts.meeting.id}/words"
            rows.append(link_button(tr("打开文字稿", "Open the transcript"), words_page, kind="sm"))
    return panel(tr("录音和文字", "Sound and words"), *meters, tag("div", *rows, id_="words"), id_="sound")


def _people(visitor: Visitor, facts: Facts) -> Part | None:
    if not visitor.may(Right.SEE_ROSTER):
        return None
    counts = facts.attendance.counts
    rows = [_person(one, facts.meeting) for one in facts.attendance.standings]
    if not rows:
        rows = [tag("p", tr("还没有名单", "no roster yet"), class_="rc-s2")]
    second = tr(f"实到 {counts.present} / {counts.expected}", f"{counts.present} of {counts.expected}")
    here = f"/meetings/{facts.meeting.id}"
    pending = sum(one.pending_leave for one in facts.attendance.members)
    asked = tr(f"请假 {pending} 人待批", f"Leave: {pending} to decide") if pending else tr("请假", "Leave")
    rows.append(
        tag(
            "div",
            link_button(tr("名单", "Roster"), f"{here}/roster", kind="sm"),
            link_button(asked, f"{here}/leave", kind="sm"),
            link_button(tr("排座", "Seats"), f"{here}/seats", kind="sm"),
            link_button(tr("材料", "Papers handed out"), f"{here}/handouts", kind="sm")
            if visitor.may(Right.HANDLE_PAPERS)
            else None,
            class_="rc-row rc-wrapping rc-below",
        )
    )
    return panel(tr("签到", "Sign-in"), *rows, second=second if counts.expected else "", id_="people")


def _person(one: Standing, meeting: Meeting) -> Part:
    word = tr(one.presence.value, _EN[one.presence])
    if one.arrived:
        word = f"{one.arrived.astimezone(meeting.starts_at.tzinfo):%H:%M} {word}"
    return person_row(one.written, one.person.line, state=word, look=_PRESENCE.get(one.presence))


def _plan(visitor: Visitor, meeting: Meeting) -> Part:
    """确定会议: what was settled, and the way to change it while that is still possible."""
    ends = f"{meeting.starts + timedelta(minutes=meeting.planned_minutes):%H:%M}"
    recorded = tr("是", "yes") if meeting.recorded else tr("否", "no")
    if meeting.recording_approved_by:
        recorded += tr(f"，{meeting.recording_approved_by} 批准", f", approved by {meeting.recording_approved_by}")
    told = [
        (name_of("starts"), f"{meeting.starts:%m-%d %H:%M}-{ends}"),
        *((name_of(fact), getattr(meeting, fact)) for fact in _TOLD),
        (name_of("recorded"), recorded),
        (tr("紧急缘由", "why it was urgent"), meeting.urgent_reason),
    ]
    rows = [tag("div", tag("dt", name), tag("dd", said), class_="rc-fact") for name, said in told if said]
    changes = visitor.use.edits(meeting.id) if visitor.may(Right.PLAN_MEETINGS) else ()
    trace = [tag("p", _changed(one, meeting), class_="rc-s3 rc-num") for one in reversed(changes[-_TRACED:])]
    change = (
        link_button(tr("修改", "Change"), f"/meetings/{meeting.id}/edit", kind="sm", icon_name="pencil")
        if visitor.may(Right.PLAN_MEETINGS) and open_facts(meeting.state)
        else None
    )
    return panel(tr("会议安排", "The plan"), tag("dl", *rows), *trace, change, id_="plan")


_TRACED = 3
"""The newest changes on the page; the log has all."""


def _changed(one: Edit, meeting: Meeting) -> str:
    at = f"{one.at.astimezone(meeting.starts_at.tzinfo):%m-%d %H:%M}"
    who, facts = one.by.partition(":")[2], tr("、", ", ").join(map(name_of, one.facts))
    late = tr("补填", "filled in") if one.late else tr("改了", "changed")
    return f"{at} {who} {late} {facts}"


_TOLD = ("place", "scope", "contact", "multimedia", "press", "catering", "special")


def _agenda(meeting: Meeting) -> Part | None:
    if not meeting.agenda:
        return None
    rows = [
        line(str(item.n), tag("span", item.title, class_="rc-s2"), item.presenter or item.unit)
        if item.secrecy.level is Level.OPEN
        else line(str(item.n), tag("span", item.title, " ", state_chip(item.secrecy.mark, "secret")), item.presenter)
        for item in meeting.agenda
    ]
    return panel(tr("议题", "Agenda"), *rows)


def _papers(visitor: Visitor, facts: Facts) -> Part | None:
    if not visitor.may(Right.SEE_RECORDS):
        return None
    newest = {one.kind: one for one in facts.documents}  # they come in order of their version
    rows = [
        line(
            state_glyph(Look.OK if one.signed_by else Look.RUNNING, size="s"),
            one.kind,
            tr(f"{one.signed_by} 已签字", f"signed by {one.signed_by}") if one.signed_by else tr("草稿", "draft"),
        )
        for one in newest.values()
    ]
    points = facts.transcript.noted if facts.transcript else ()
    rows += [line(state_chip(point.kind.value), point.text) for point in points[:12]]
    if not rows:
        rows = [tag("p", tr("还没有记录", "no record yet"), class_="rc-s2")]
    rows.append(link_button(tr("打开文件", "Open the papers"), f"/meetings/{facts.meeting.id}/papers", kind="sm"))
    return panel(tr("记录", "Record"), *rows, id_="record")


def _archive(facts: Facts) -> Part:
    rows = []
    for package in facts.packages:
        held = {one.target: one for one in facts.receipts if one.package == package.id}
        for target in package.targets:
            receipt = held.get(target)
            said = tr("已核对", "read back, equal") if receipt else tr("送存中", "on its way")
            look = Look.OK if receipt else Look.RUNNING
            name, large = place_name(target), f"{package.bytes / 1e6:.1f} MB"
            size = tr(f"{name}：{package.files} 个文件，{large}", f"{name}: {package.files} files, {large}")
            rows.append(line(state_glyph(look, size="s"), size, said))
    if not rows:
        rows = [tag("p", tr("散会收尾后打包送存", "packed and deposited after the close"), class_="rc-s2")]
    else:
        to = f"/meetings/{facts.meeting.id}/archive"
        rows.append(link_button(tr("归档登记", "Registration"), to, kind="sm"))
    return panel(tr("归档", "Archive"), *rows, id_="archive")
