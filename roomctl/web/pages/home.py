"""Today: what needs a person, then each meeting as its chain."""

from collections.abc import Sequence
from datetime import datetime

from nicegui import ui as gui

from roomctl.domain.access import Right
from roomctl.domain.lifecycle import State
from roomctl.domain.meeting import Meeting
from roomctl.i18n import language, tr
from roomctl.web.pages import planning
from roomctl.web.pages.attention import Matter, matters
from roomctl.web.pages.board import Today
from roomctl.web.pages.frame import Frame
from roomctl.web.pages.links import Facts, links
from roomctl.web.pages.plugins import tally
from roomctl.web.pages.steps import OPERATOR
from roomctl.web.pages.visitor import Area, Visitor
from roomctl.web.pages.warnings import bars
from roomctl.web.plugins import ExtraPanel
from roomctl.web.ui import (
    Look,
    Part,
    button,
    chain_strip,
    empty_state,
    join,
    link_button,
    note_bar,
    panel,
    state_chip,
    state_glyph,
    tag,
)

EACH = 2.0
"""Seconds between two looks of an open page."""

PANELS_EACH = 10.0
_BYTES_PER_SECOND = 2 * 48_000 * 3  # two tracks, 48 kHz, 24 bit, not compressed: how long the disk lasts at least

CHIPS = {
    State.OPEN: "", State.IN_SESSION: "run", State.RECESS: "warn", State.CLOSED: "run", State.DEPOSITED: "ok",
    State.ARCHIVED: "ok",
}  # fmt: skip
_DAYS = ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日")


def register(frame: Frame) -> None:
    """`/`."""

    @frame.page("/", lambda: tr("今日会议", "Today"), Right.SEE_MEETINGS)
    async def home(visitor: Visitor) -> None:
        board = Area(visitor)
        operated = frame.has(OPERATOR)
        with gui.element("div").classes("rc-panels"):
            panels = [(one, Area(visitor)) for one in await visitor.run(frame.extras.panels, "home")
                      if one.open_to(visitor.user.roles)]  # fmt: skip
        foot = Area(visitor)
        foot.box.classes("rc-base")

        async def look() -> None:
            board.show(await visitor.draw(lambda: _today(visitor, operated=operated)))
            foot.show(await visitor.draw(lambda: _foot(visitor, visitor.board.today())))

        async def look_at_panels() -> None:
            for one, area in panels:
                area.show(await visitor.draw(lambda one=one: _panel(frame, one)))  # type: ignore[misc]  # bound now

        await look()
        await look_at_panels()
        visitor.every(EACH, look)
        if panels:
            visitor.every(PANELS_EACH, look_at_panels)


def _panel(frame: Frame, one: ExtraPanel) -> Part:
    return panel(tr(*one.offer.title), frame.extras.build(one))


def _today(visitor: Visitor, *, operated: bool) -> Part:
    today = visitor.board.today()
    seen = [one for one in today.meetings if visitor.user.cleared(one.meeting.highest_secrecy.level)]
    return page(visitor, today, seen, operated=operated)


def page(visitor: Visitor, today: Today, seen: Sequence[Facts], *, operated: bool = False) -> Part:
    """All but the foot.

    Args:
        operated: a running meeting has a page on which it is operated.

    """
    warned = _warned(visitor, seen)
    first = None if warned else _first(matters(seen, visitor.user, today.now))
    return join(
        (
            tag(
                "div",
                tag(
                    "div",
                    tag("p", _date(today.now), class_="rc-s2"),
                    tag("h1", _verdict(seen)),
                    class_="rc-grow",
                ),
                button(
                    tr("紧急开会", "Urgent meeting"),
                    lambda _values: planning.open_urgently(visitor),
                    icon_name="bolt",
                )
                if planning.may_open_urgently(visitor)
                else None,
                link_button(tr("新建会议", "New meeting"), "/meetings/new", icon_name="add", kind=_rank(seen))
                if visitor.may(Right.PLAN_MEETINGS)
                else None,
                class_="rc-hd",
            ),
            *warned,
            first,
            tag(
                "div",
                *(_row(one, _act(visitor, one.meeting, operated=operated), today.now) for one in seen),
                class_="rc-list",
            )
            if seen
            else tag(
                "div",
                empty_state(
                    tr("今天没有会议", "No meeting today"),
                    tr("新建一场，设备检查和签到就从这里开始", "plan one: checks and sign-in begin here"),
                    link_button(tr("看日历", "Open the calendar"), "/calendar"),
                ),
                class_="rc-list",
            ),
        )
    )


def _warned(visitor: Visitor, seen: Sequence[Facts]) -> list[Part]:
    """Of each meeting whose sound needs somebody now."""
    if not visitor.may(Right.SEE_RECORDINGS):
        return []
    several = sum(one.current is not None for one in seen) > 1
    drawn = []
    for one in seen:
        to = link_button(tr("去处理", "See to it"), f"/meetings/{one.meeting.id}#sound", kind="sm")
        where = f"{one.meeting.starts:%H:%M} " if several else ""
        drawn.append(bars(one, to, where=where))
    return [one for one in drawn if one.html]


def _rank(seen: Sequence[Facts]) -> str:
    """One filled button a screen: where a meeting runs, it is that one's."""
    return "" if any(one.meeting.state in {State.IN_SESSION, State.RECESS} for one in seen) else "pri"


def _date(now: datetime) -> str:
    if language() == "zh":
        return f"{now.year}年{now.month}月{now.day}日 {_DAYS[now.weekday()]}"
    return now.strftime("%A, %-d %B %Y")


def _verdict(seen: Sequence[Facts]) -> str:
    running = sum(one.meeting.state in {State.IN_SESSION, State.RECESS} for one in seen)
    if not seen:
        return tr("今天没有会议", "No meeting today")
    many = tr(f"今天 {len(seen)} 场会议", f"{len(seen)} meetings today" if len(seen) > 1 else "1 meeting today")
    if running:
        return many + tr(f"，{running} 场正在进行", f", {running} under way")
    return many


def _first(matters: Sequence[Matter]) -> Part | None:
    """The one thing that needs a person before everything else; the others are counted."""
    if not matters:
        return None
    first, others = matters[0], len(matters) - 1
    return note_bar(
        "crit" if first.look is Look.CRIT else "warn",
        first.why,
        tag("span", tr(f"还有 {others} 件", f"{others} more"), class_="rc-nw") if others else None,
        link_button(tr("去处理", "See to it"), first.href, kind="sm"),
        strong=first.strong,
    )


def _row(one: Facts, act: Part, now_at: datetime) -> Part:
    meeting, chain = one.meeting, links(one)
    now = meeting.state in {State.IN_SESSION, State.RECESS}
    bad = any(link.look is Look.CRIT for link in chain)
    ends = meeting.ends_at if not meeting.adjourned_at else meeting.adjourned_at.astimezone(meeting.starts_at.tzinfo)
    mark = meeting.highest_secrecy.mark
    classes = " ".join(name for name, true in (("rc-mt", True), ("rc-now", now), ("rc-bad", bad)) if true)
    return tag(
        "section",
        tag(
            "div",
            tag("b", f"{meeting.starts:%H:%M}"),
            tag("span", tr(f"至 {ends:%H:%M}", f"to {ends:%H:%M}"), class_="rc-s3"),
            class_="rc-when rc-num",
        ),
        tag(
            "div",
            tag(
                "div",
                tag("h2", meeting.title, class_="rc-ell", title=meeting.title),
                state_chip(meeting.state.label, CHIPS.get(meeting.state, "")),
                state_chip(mark, "secret") if mark else None,
                class_="rc-t",
            ),
            tag("p", second_line(meeting, one.item), class_="rc-m rc-s2 rc-ell"),
            chain_strip(chain, compact=True),
            class_="rc-what",
        ),
        tag("div", act, tag("span", _soon(one, now_at), class_="rc-s3 rc-num"), class_="rc-do"),
        class_=classes,
        aria_label=meeting.title,
    )


def second_line(meeting: Meeting, item: int = 0) -> str:
    """Who chairs it, how many items, or the one under way, who takes the minutes.

    Args:
        item: number of the one under way; 0 where none is.

    """
    many = len(meeting.agenda)
    parts = (
        tr(f"主持人 {meeting.chair}", f"chair {meeting.chair}") if meeting.chair else "",
        _under_way(meeting, item)
        or (tr(f"议题 {many} 项", f"{many} item{'' if many == 1 else 's'}") if many else ""),
        tr(f"记录人 {meeting.minute_taker}", f"minutes {meeting.minute_taker}") if meeting.minute_taker else "",
        meeting.kind,
    )
    return "　".join(part for part in parts if part)


def _under_way(meeting: Meeting, number: int) -> str:
    item = next((one for one in meeting.agenda if one.n == number), None)
    if item is None:
        return ""
    at = tr(f"议题 {number} / {len(meeting.agenda)}：", f"item {number} of {len(meeting.agenda)}: ") + item.title
    return at + (tr(f"　汇报人 {item.presenter}", f", {item.presenter}") if item.presenter else "")


def may_operate(visitor: Visitor, meeting: Meeting) -> bool:
    """Whether the operator's page is this visitor's way into this meeting."""
    return (
        meeting.recorded and meeting.state in {State.IN_SESSION, State.RECESS} and visitor.may(Right.MARK_RECORDINGS)
    )


def _act(visitor: Visitor, meeting: Meeting, *, operated: bool) -> Part:
    if operated and may_operate(visitor, meeting):
        return link_button(tr("进入控制台", "Operate"), f"/meetings/{meeting.id}/record", kind="pri")
    now = meeting.state in {State.IN_SESSION, State.RECESS}
    text = {
        State.PLANNED: tr("查看方案", "See the plan"),
        State.APPROVED: tr("查看方案", "See the plan"),
        State.OPEN: tr("会前准备", "Prepare"),
        State.ADJOURNED: tr("收尾", "Close"),
        State.CLOSED: tr("查看归档", "See the archive"),
        State.DEPOSITED: tr("查看归档", "See the archive"),
    }.get(meeting.state, tr("查看会议", "See the meeting"))
    registers = meeting.state is State.DEPOSITED and visitor.may(Right.SEE_RECORDS)
    return link_button(text, f"/meetings/{meeting.id}{'/archive' if registers else ''}", kind="pri" if now else "")


def _soon(one: Facts, now: datetime) -> str:
    meeting = one.meeting
    if meeting.state in {State.IN_SESSION, State.RECESS}:
        left = (meeting.ends_at - now).total_seconds()
        said = _minutes(abs(left))
        return tr(f"还剩 {said}", f"{said} left") if left >= 0 else tr(f"已超 {said}", f"{said} over")
    if meeting.state in {State.PLANNED, State.APPROVED, State.OPEN} and one.checks is not None:
        at = one.checks.at.astimezone(meeting.starts_at.tzinfo)
        return tr(f"{at:%H:%M} 已自检", f"checked at {at:%H:%M}")
    counts = one.attendance.counts
    if counts.expected and meeting.state in {State.PLANNED, State.APPROVED, State.OPEN}:
        return tr(f"应到 {counts.expected} 人", f"{counts.expected} expected")
    return ""


def _minutes(seconds: float) -> str:
    hours, minutes = divmod(int(seconds // 60), 60)
    if hours:
        return tr(f"{hours} 小时 {minutes} 分", f"{hours} h {minutes} min")
    return tr(f"{minutes} 分", f"{minutes} min")


def _foot(visitor: Visitor, today: Today) -> Part:
    parts: list[Part | None] = []
    if visitor.may(Right.SEE_PLUGINS) and today.plugins:
        said = tr("插件 ", "Plugins: ") + tally(today.plugins)
        look = Look.WARN if today.broken else Look.OK
        parts.append(tag("a", state_glyph(look, size="s", label=""), said, class_="rc-row", href="/plugins"))
    hours = today.free / _BYTES_PER_SECOND / 3600
    disk = tr(
        f"磁盘剩余 {today.free / 1e9:.0f} GB，可录 {hours:.0f} 小时",
        f"{today.free / 1e9:.0f} GB free, {hours:.0f} h of sound",
    )
    parts.append(tag("span", disk))
    if today.backup is not None:
        at = today.backup.astimezone(today.now.tzinfo)
        days = (today.now.date() - at.date()).days
        day = {0: tr("今天", "today"), 1: tr("昨天", "yesterday")}.get(days, f"{at:%Y-%m-%d}")
        parts.append(tag("span", tr(f"上次备份 {day} {at:%H:%M}", f"last backup {day} {at:%H:%M}")))
    parts += [tag("span", class_="rc-grow"), tag("a", tr("全部会议", "All meetings"), href="/calendar?view=list")]
    return tag("footer", *parts, class_="rc-foot rc-s2 rc-num")
