"""The event log: newest first, by kind and meeting, and whether its chain is whole."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from roomctl.app import Audit
from roomctl.domain.access import Right
from roomctl.domain.events import LoggedEvent
from roomctl.i18n import tr
from roomctl.web.pages.frame import Frame
from roomctl.web.pages.visitor import Area, Visitor
from roomctl.web.ui import (
    Look,
    Part,
    Values,
    button,
    empty_state,
    join,
    note_bar,
    state_glyph,
    tag,
)

EACH = 3.0
SHEET = 200
"""Rows at once. The browser draws only those that are seen."""

_KINDS = {
    "": ("全部", "all"),
    "meeting.*": ("会议", "meetings"),
    "attendance.*": ("签到", "sign-in"),
    "checks.*": ("设备检查", "checks"),
    "recording.*": ("录音", "recording"),
    "transcript.*": ("转写", "words"),
    "record.*": ("记录", "record"),
    "package.*": ("归档", "archive"),
    "account.*": ("账号", "accounts"),
    "access.*": ("拒绝", "denials"),
    "x.*": ("插件", "plugins"),
}


@dataclass
class Sight:
    """What one visitor looks at."""

    kind: str = ""
    meeting: str = ""
    rows: int = SHEET
    audit: Audit | None = None
    audited: datetime | None = None


def register(frame: Frame) -> None:
    """`/events`."""

    @frame.page("/events", lambda: tr("日志", "Events"), Right.SEE_EVENTS)
    async def events(visitor: Visitor) -> None:
        sight = Sight()
        head, bar, rows = Area(visitor), Area(visitor), Area(visitor)
        bar.box.on(
            "change",
            lambda event: choose(event.args),
            js_handler="(event) => emit({name: event.target.name, value: event.target.value})",
        )

        async def choose(told: dict[str, str]) -> None:
            if told.get("name") in {"kind", "meeting"}:
                setattr(sight, told["name"], told.get("value", ""))
                sight.rows = SHEET
            await look()

        async def look() -> None:
            head.show(await visitor.draw(lambda: _head(visitor, sight)))
            bar.show(await visitor.draw(lambda: _bar(visitor, sight)))
            rows.show(await visitor.draw(lambda: _rows(visitor, sight)))

        for area in (head, bar, rows):
            area.redraw = look
        await look()
        visitor.every(EACH, look)


def _head(visitor: Visitor, sight: Sight) -> Part:
    def check(_values: Values) -> None:
        sight.audit = visitor.board.application.audit()
        sight.audited = visitor.board.application.clock.now()

    title = tr("日志", "Events")
    second = tr("每一行都和前一行相扣，改动、删去、调换都看得出", "each row is chained to the one before")
    return join(
        (
            tag(
                "div",
                tag("div", tag("h1", title), tag("p", second, class_="rc-s2"), class_="rc-grow"),
                button(tr("核对全部", "Verify all"), check, icon_name="refresh"),
                class_="rc-hd",
            ),
            _verdict(visitor, sight),
        )
    )


def _verdict(visitor: Visitor, sight: Sight) -> Part | None:
    if sight.audit is None or sight.audited is None:
        return None
    zone = ZoneInfo(visitor.board.application.database.room.zone)
    at = f"{sight.audited.astimezone(zone):%H:%M:%S}"
    found = sight.audit
    if not found.faults:
        said = tr(
            f"{found.streams} 条链、{found.events} 行都对得上", f"{found.streams} streams, {found.events} rows agree"
        )
        return tag(
            "div",
            state_glyph(Look.OK),
            tag("b", tr("完整", "Whole")),
            tag("span", f"{said}（{at}）", class_="rc-grow"),
            class_="rc-note rc-good1 rc-first",
            role="status",
        )
    first = found.faults[0]
    return note_bar(
        "crit",
        tr(f"{first.stream} 第 {first.n} 行{first.what}", f"{first.stream} row {first.n}: {first.what}"),
        strong=tr(f"有 {len(found.faults)} 处不符", f"{len(found.faults)} faults"),
    )


def _titles(visitor: Visitor) -> dict[str, str]:
    """Streams that the visitor may see, with their titles."""
    use = visitor.board.application.usecases
    meetings = [one for one in use.meetings() if visitor.user.cleared(one.highest_secrecy.level)]
    return {one.id: f"{one.starts:%m-%d} {one.title}" for one in meetings}


def _bar(visitor: Visitor, sight: Sight) -> Part:
    room = visitor.board.application.database.room
    streams = {"": tr("全部会议", "all meetings"), room.id: room.name} | _titles(visitor)
    kinds = {kind: tr(*said) for kind, said in _KINDS.items()}
    return tag(
        "div",
        _select("kind", tr("种类", "kind"), kinds, sight.kind),
        _select("meeting", tr("会议", "meeting"), streams, sight.meeting),
        class_="rc-filter",
    )


def _select(name: str, label: str, choices: dict[str, str], chosen: str) -> Part:
    options = [tag("option", shown, value=one, selected=one == chosen) for one, shown in choices.items()]
    return tag("select", *options, name=name, class_="rc-in", aria_label=label)


def _rows(visitor: Visitor, sight: Sight) -> Part:
    titles, room = _titles(visitor), visitor.board.application.database.room
    kinds = (sight.kind,) if sight.kind else ()
    found = visitor.board.application.usecases.events(stream=sight.meeting, kinds=kinds, limit=sight.rows)
    seen = [row for row in found if row.stream == room.id or row.stream in titles]
    if not seen:
        return tag("div", empty_state(tr("这里还没有日志", "nothing here yet")), class_="rc-wrap")

    def more(_values: Values) -> None:
        sight.rows += SHEET

    zone = ZoneInfo(room.zone)
    older = button(tr("更早的", "Older"), more, kind="quiet") if len(found) == sight.rows else None
    return tag(
        "div",
        tag("div", *(_row(row, titles, zone) for row in seen), class_="rc-panel rc-log"),
        tag("div", older, class_="rc-wrap"),
    )


def _row(row: LoggedEvent, titles: dict[str, str], zone: ZoneInfo) -> Part:
    at = row.instant.astimezone(zone)
    by, _, name = row.actor.partition(":")
    return tag(
        "div",
        tag("time", f"{at:%H:%M:%S}", title=f"{at:%Y-%m-%d %H:%M:%S.%f}", datetime=row.at),
        tag("b", row.kind, class_="rc-ell", title=row.kind),
        tag("span", name or by, class_="rc-ell"),
        tag(
            "div",
            tag("span", titles[row.stream], class_="rc-c-3") if row.stream in titles else None,
            tag("span", _told(row.data), class_="rc-c-2", title=row.data),
            class_="rc-what1",
        ),
        class_="rc-ev rc-num",
    )


_SHOWN = 300  # characters of an event's data
_LEFT_OUT = frozenset({"sha256", "sm3", "recording", "report", "package"})
"""Digests and ids: they stand in the row's title, and in `roomctl audit`."""


def _told(data: str) -> str:
    """`from approved, to open`; what is long is cut."""
    try:
        found = json.loads(data)
    except ValueError:
        return data[:_SHOWN]
    said = "，".join(
        f"{key} {_value(one)}" for key, one in found.items() if key not in _LEFT_OUT and one not in ([], "")
    )
    return said if len(said) <= _SHOWN else said[:_SHOWN] + "…"


def _value(one: Any) -> str:
    return str(one) if isinstance(one, str | int | float) else json.dumps(one, ensure_ascii=False)
