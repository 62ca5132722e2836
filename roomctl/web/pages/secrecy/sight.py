"""The page as the visitor sees it; each form where the visitor has the right to send it."""

from collections.abc import Sequence
from datetime import date

from roomctl.domain.access import Right
from roomctl.domain.custody import DECLARABLE, LABEL, NUMBERED, Confirmation, Handover, Medium, Point
from roomctl.domain.lifecycle import State
from roomctl.domain.meeting import Meeting
from roomctl.domain.secrecy import Level
from roomctl.errors import BadInput
from roomctl.i18n import tr
from roomctl.web.pages.visitor import Visitor
from roomctl.web.session import admit, allow
from roomctl.web.ui import (
    Look,
    Part,
    Press,
    Values,
    button,
    empty_state,
    field,
    form,
    join,
    line,
    link_button,
    panel,
    state_chip,
    state_glyph,
    tag,
)

_COMING = (State.PLANNED, State.APPROVED, State.OPEN)
_BEGUN = (State.IN_SESSION, State.RECESS, State.ADJOURNED)


def page(visitor: Visitor) -> Part:
    """All of it."""
    meetings = [
        one
        for one in visitor.use.meetings(*_COMING, *_BEGUN)
        if one.highest_secrecy.state_secret and visitor.user.cleared(one.highest_secrecy.level)
        if one.state in _COMING or visitor.use.recording_unapproved(one)
    ]
    title = tag("div", tag("h1", tr("保密", "Secrecy")), class_="rc-hd")
    return join(
        (
            title,
            tag(
                "div",
                _machine(visitor),
                *(_points(visitor, one) for one in meetings),
                _media(visitor),
                _handovers(visitor),
                class_="rc-wrap",
            ),
        )
    )


def _send(text: str, on_press: Press, *, kind: str, key: str, label: str | None = None) -> Part:
    """The button of a form, as wide as its text."""
    return tag("div", button(text, on_press, kind=kind, key=key, label=label), class_="rc-row rc-wrapping")


# --- the machine


def _machine(visitor: Visitor) -> Part:
    standing = visitor.use.declaration()
    may = visitor.may(Right.DECLARE_MACHINE)
    if standing is None:
        said = tag(
            "p",
            state_glyph(Look.OK, size="s"),
            tr("本机没有登记，只办理非密和内部会议", "not declared: no 秘密 meeting is held here"),
            class_="rc-row",
        )
        return panel(tr("本机", "This machine"), said, _declare(visitor) if may else None, id_="machine")
    rows = (
        line(
            tag("b", tr(f"登记到{standing.level.value}级", f"declared for {standing.level.value}")),
            standing.approval,
            f"{standing.approved} · {standing.by}",
        ),
    )
    revoke = form(
        field("reason", tr("撤销原因", "Why it is revoked"), ""),
        _send(tr("撤销登记", "Revoke"), lambda typed: _revoke(visitor, typed), kind="sm", key="revoke"),
        of="revoke",
    )
    return panel(
        tr("本机", "This machine"),
        *rows,
        revoke if may else None,
        second=tr("只用自带插件，不接联网屏幕和存储", "built-in plugins alone; no screen and no target on a network"),
        id_="machine",
    )


def _levels() -> dict[str, str]:
    return {one.value: one.value for one in DECLARABLE}


def _declare(visitor: Visitor) -> Part:
    return form(
        field("approval", tr("批准文号", "Number of the approval"), ""),
        field("level", tr("密级", "Level"), Level.SECRET.value, choices=_levels()),
        field("approved", tr("批准日期", "Day of the approval"), "", kind="date"),
        _send(tr("登记本机", "Declare it"), lambda typed: _do_declare(visitor, typed), kind="sm", key="declare"),
        of="declare",
    )


def _do_declare(visitor: Visitor, typed: Values) -> None:
    allow(visitor.user, Right.DECLARE_MACHINE)
    try:
        approved = date.fromisoformat(str(typed.get("approved", "")))
    except ValueError:
        raise BadInput(
            tr("批准日期不对", "the day of the approval is wrong"), mend=tr("例如 2026-01-05", "such as 2026-01-05")
        ) from None
    visitor.use.declare_machine(approval=str(typed.get("approval", "")), level=_level(typed), approved=approved)
    visitor.sessions.forget()  # they know what this machine shows


def _revoke(visitor: Visitor, typed: Values) -> None:
    allow(visitor.user, Right.DECLARE_MACHINE)
    visitor.use.revoke_declaration(reason=str(typed.get("reason", "")))
    visitor.sessions.forget()


def _level(typed: Values) -> Level:
    told = str(typed.get("level", ""))
    if told not in _levels():
        raise BadInput(tr("密级不对", "the level is wrong"), mend=tr("请选秘密或机密", "choose 秘密 or 机密"))
    return Level(told)


# --- the points


def _points(visitor: Visitor, meeting: Meeting) -> Part:
    rows = visitor.use.secrecy_points(meeting.id)
    if meeting.state in _BEGUN:  # the others were asked for before it opened
        rows = [(point, said) for point, said in rows if point is Point.RECORDING]
    left = sum(said is None for _, said in rows)
    may = visitor.may(Right.CONFIRM_SECRECY)
    return panel(
        tr(f"补批：{meeting.title}", f"To be made good: {meeting.title}")
        if meeting.state in _BEGUN
        else tr(f"会前确认：{meeting.title}", f"Before it opens: {meeting.title}"),
        *(_point(visitor, meeting, point, said, may=may) for point, said in rows),
        second=f"{meeting.highest_secrecy.mark} · "
        + (tr(f"还差 {left} 项", f"{left} to go") if left else tr("已齐，可以开会", "all there")),
        id_=f"points-{meeting.id}",
    )


def _point(visitor: Visitor, meeting: Meeting, point: Point, said: Confirmation | None, *, may: bool) -> Part:
    if said is not None:
        told = " · ".join(filter(None, (said.by, said.number)))
        return line(state_glyph(Look.OK, size="s"), tag("b", point.label), told)
    if not may:
        return line(state_glyph(Look.WARN, size="s"), tag("b", point.label), tr("未确认", "not confirmed"))
    key = f"{meeting.id}-{point.value}"
    return tag(
        "div",
        tag("p", state_glyph(Look.WARN, size="s"), tag("b", point.label), class_="rc-row"),
        form(
            field(f"by-{key}", tr("确认人", "Who confirms it"), visitor.user.name),
            field(f"number-{key}", tr("文号", "Number of its paper"), "") if point in NUMBERED else None,
            _send(
                tr("确认", "Confirm"),
                lambda typed: _confirm(visitor, meeting, point, typed),
                kind="sm",
                key=f"confirm {key}",
                label=tr(f"确认：{point.label}", f"confirm: {point.label}"),
            ),
            of=key,
        ),
    )


def _confirm(visitor: Visitor, meeting: Meeting, point: Point, typed: Values) -> None:
    allow(visitor.user, Right.CONFIRM_SECRECY)
    admit(visitor.user, visitor.use.meeting(meeting.id).highest_secrecy.level)
    key = f"{meeting.id}-{point.value}"
    visitor.use.confirm_point(
        meeting.id, point, by=str(typed.get(f"by-{key}", "")), number=str(typed.get(f"number-{key}", ""))
    )


# --- media and handovers


def _media(visitor: Visitor) -> Part:
    media, may = visitor.use.media(), visitor.may(Right.KEEP_MEDIA)
    rows: Sequence[Part | None] = [_medium(visitor, one, may=may) for one in media]
    new = form(
        field(
            "serial",
            tr("介质编号", "Serial"),
            "",
            hint=tr(
                f"还要写进介质上的 {LABEL}；用命令行登记会自动写上",
                f"it also stands in {LABEL} on it; the command line writes that",
            ),
        ),
        field("level", tr("密级", "Level"), Level.SECRET.value, choices=_levels()),
        field("keeper", tr("保管处", "Kept at"), ""),
        _send(tr("登记介质", "Register it"), lambda typed: _register(visitor, typed), kind="sm", key="register"),
        of="register",
    )
    return panel(
        tr("涉密介质", "Registered media"),
        *(rows or [empty_state(tr("还没有登记介质", "no medium yet"))]),
        new if may else None,
        id_="media",
    )


def _medium(visitor: Visitor, one: Medium, *, may: bool) -> Part:
    chip = state_chip(tr("已停用", "withdrawn")) if one.withdrawn else state_chip(one.level.value, "secret")
    row = line(tag("b", one.serial), " · ".join(filter(None, (one.keeper, one.label))), chip)
    if one.withdrawn or not may:
        return row
    name = f"why-{one.serial}"
    end = form(
        field(name, tr("停用原因", "Why it goes out of use"), ""),
        _send(
            tr("停用", "Withdraw"),
            lambda typed: _withdraw(visitor, one.serial, str(typed.get(name, ""))),
            kind="quiet sm",
            key=f"withdraw {one.serial}",
            label=tr(f"停用介质 {one.serial}", f"withdraw {one.serial}"),
        ),
        of=name,
    )
    return tag("details", tag("summary", row), end)


def _register(visitor: Visitor, typed: Values) -> None:
    allow(visitor.user, Right.KEEP_MEDIA)
    visitor.use.register_medium(
        serial=str(typed.get("serial", "")), level=_level(typed), keeper=str(typed.get("keeper", ""))
    )


def _withdraw(visitor: Visitor, serial: str, reason: str) -> None:
    allow(visitor.user, Right.KEEP_MEDIA)
    visitor.use.withdraw_medium(serial, reason=reason)


def _handovers(visitor: Visitor) -> Part:
    mine = {one.id for one in visitor.use.meetings() if visitor.user.cleared(one.highest_secrecy.level)}
    rows = [one for one in visitor.use.handovers() if one.meeting in mine]
    shown = [_handover(visitor, one) for one in reversed(rows)]
    how = tr(
        "移交在本机命令行进行：roomctl archive hand-over 会议编号 --medium 位置 --by 姓名",
        "done at this machine: roomctl archive hand-over ID --medium PATH --by NAME",
    )
    return panel(
        tr("移交清单", "Handovers"),
        *(shown or [empty_state(tr("还没有移交", "nothing handed over yet"))]),
        second=how,
        id_="handovers",
    )


def _handover(visitor: Visitor, one: Handover) -> Part:
    names = f"{one.handed_by} → {one.received_by or tr('待签收', 'not signed yet')}"
    row = line(tag("b", tr(f"第 {one.number} 号", f"No. {one.number}")), f"{one.medium} · {one.keeper}", names)
    papers = link_button(
        tr("打印清单", "Its list"), f"/api/v1/meetings/{one.meeting}/secrecy/handover-list?as=pdf", kind="quiet sm"
    )
    if one.received or not visitor.may(Right.RECEIVE_MEDIA):
        return join((row, papers))
    name = f"receiver-{one.number}"
    sign = form(
        field(name, tr("接收人", "Who receives it"), ""),
        _send(
            tr("签收", "Sign for it"),
            lambda typed: _receive(visitor, one, str(typed.get(name, ""))),
            kind="sm",
            key=f"receive {one.number}",
            label=tr(f"签收第 {one.number} 号", f"sign for no. {one.number}"),
        ),
        of=name,
    )
    return join((row, papers, sign))


def _receive(visitor: Visitor, one: Handover, by: str) -> None:
    allow(visitor.user, Right.RECEIVE_MEDIA)
    admit(visitor.user, visitor.use.meeting(one.meeting).highest_secrecy.level)
    visitor.use.receive_package(one.number, by=by)
