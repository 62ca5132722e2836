"""The event log: newest first, older ones as one scrolls, by kind and meeting, and whether its chain is whole."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from nicegui import ui as gui

from roomctl.domain import event_data_words, event_words
from roomctl.domain.access import Right
from roomctl.domain.events import SYSTEM, LoggedEvent
from roomctl.errors import NotFound
from roomctl.host.manifest import Manifest
from roomctl.i18n import tr
from roomctl.services.calendar import ALL, Wish
from roomctl.web.pages.frame import Frame
from roomctl.web.pages.visitor import Area, Visitor
from roomctl.web.ui import Look, Part, Values, button, empty_state, join, note_bar, state_glyph, tag

EACH = 3.0
SHEET = 200
"""Rows that are fetched at once; the browser draws those that are seen."""

FRESH_ROWS = 5 * SHEET
"""New rows above the first sheet; where more have come, the page begins again at the newest."""

AT_ONCE = 20_000
"""Rows of a log that is verified whenever somebody opens the page; a longer one is when somebody presses for it."""

_KINDS = {"": ("全部", "all")} | {f"{group}.*": words for group, words in event_words.GROUPS.items()}
"""Of the filter."""


@dataclass
class Sight:
    """What one visitor looks at.

    Attributes:
        floor: place in the log above which the first sheet stands; oldest: above which all that is shown stands.
        ended: nothing is older; overgrown: so much is new that the page begins again.
        seen: what the first sheet was drawn from, so that it is drawn again only where something came.

    """

    kind: str = ""
    meeting: str = ""
    floor: int = 0
    oldest: int = 0
    ended: bool = False
    overgrown: bool = False
    seen: tuple[int, str, str] | None = None
    sheets: list[Area] = field(default_factory=list)

    def choose(self, name: str, value: str) -> None:
        """Another kind, or another meeting: from the newest on."""
        setattr(self, name, value)
        self.begin_again()

    def begin_again(self) -> None:
        """All older sheets go."""
        for area in self.sheets:
            area.box.delete()
        self.sheets.clear()
        self.floor, self.oldest, self.ended, self.seen = 0, 0, False, None


def register(frame: Frame) -> None:
    """`/events`."""

    @frame.page("/events", lambda: tr("日志", "Events"), Right.SEE_EVENTS)
    async def events(visitor: Visitor, kind: str = "", meeting: str = "") -> None:
        sight = Sight(kind if kind in _KINDS else "", meeting)
        head, bar = Area(visitor), Area(visitor)
        with gui.element("div").classes("rc-log rc-panel") as log:
            newest = Area(visitor)
        older = Area(visitor)
        bar.box.on(
            "change",
            lambda event: choose(event.args),
            js_handler="(event) => emit({name: event.target.name, value: event.target.value})",
        )

        async def choose(told: dict[str, str]) -> None:
            if told.get("name") in {"kind", "meeting"}:
                sight.choose(told["name"], told.get("value", ""))
                query = urlencode({name: one for name in ("kind", "meeting") if (one := getattr(sight, name))})
                gui.run_javascript(f"history.replaceState(null, '', {json.dumps('?' + query if query else '?')})")
            await visitor.in_turn(look)

        async def look() -> None:
            head.show(await visitor.draw(lambda: _head(visitor)))
            bar.show(await visitor.draw(lambda: _bar(visitor, sight)))
            if await visitor.run(_changed, visitor, sight):
                drawn = await visitor.draw(lambda: _first_sheet(visitor, sight))
                if sight.overgrown:
                    sight.begin_again()
                    drawn = await visitor.draw(lambda: _first_sheet(visitor, sight))
                newest.show(drawn)
                older.show(await visitor.draw(lambda: _more(visitor, sight)))

        async def further() -> None:
            made = await visitor.draw(lambda: _next_sheet(visitor, sight))
            with log:
                sight.sheets.append(Area(visitor))
            sight.sheets[-1].show(made)
            older.show(await visitor.draw(lambda: _more(visitor, sight)))

        async def verify_once() -> None:
            await visitor.run(visitor.board.verify)
            await visitor.in_turn(look)

        head.redraw, older.redraw = look, further
        await look()
        gui.run_javascript(_ON_SIGHT.format(box=older.box.html_id))
        visitor.every(EACH, look)
        if await visitor.run(_due, visitor):
            visitor.once(verify_once)


_ON_SIGHT = """
const box = document.getElementById('{box}');
new IntersectionObserver((seen) => {{ if (seen[0].isIntersecting) box.querySelector('button')?.click(); }},
                         {{root: document.querySelector('.rc-page'), rootMargin: '600px'}}).observe(box);
"""
"""The button below the rows presses itself before one gets there."""


def _due(visitor: Visitor) -> bool:
    return visitor.board.audited is None and _last(visitor) <= AT_ONCE


def _last(visitor: Visitor) -> int:
    newest = visitor.board.application.usecases.events(limit=1)
    return newest[0].seq if newest else 0


def _changed(visitor: Visitor, sight: Sight) -> bool:
    now = (_last(visitor), sight.kind, sight.meeting)
    changed = now != sight.seen
    sight.seen = now
    return changed


def _head(visitor: Visitor) -> Part:
    def check(_values: Values) -> None:
        visitor.board.verify()

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
            _verdict(visitor),
        )
    )


def _verdict(visitor: Visitor) -> Part:
    """State of the chain, as it was found last, whoever asked."""
    audited = visitor.board.audited
    if audited is None:
        pending = visitor.board.verifying
        said = tr("正在核对…", "being verified …") if pending else tr("还没有核对", "not verified yet")
        return _note(Look.RUNNING if pending else Look.WAITING, tr("链的状态", "State of the chain"), said, "rc-run")
    zone = ZoneInfo(visitor.board.application.database.room.zone)
    at = f"{audited.at.astimezone(zone):%H:%M:%S}"
    found = audited.found
    if not found.faults:
        said = tr(
            f"{found.streams} 条链、{found.events} 行都对得上", f"{found.streams} streams, {found.events} rows agree"
        )
        return _note(Look.OK, tr("完整", "Whole"), f"{said}（{at}）", "rc-good1")
    first = found.faults[0]
    return note_bar(
        "crit",
        tr(f"{first.stream} 第 {first.n} 行{first.what}", f"{first.stream} row {first.n}: {first.what}")
        + f"（{at}）",
        strong=tr(f"有 {len(found.faults)} 处不符", f"{len(found.faults)} faults"),
    )


def _note(look: Look, strong: str, said: str, kind: str) -> Part:
    return tag(
        "div",
        state_glyph(look),
        tag("b", strong),
        tag("span", said, class_="rc-grow"),
        class_=f"rc-note {kind} rc-first",
        role="status",
    )


def _titles(visitor: Visitor) -> dict[str, str]:
    """Streams that the visitor may see, with their titles."""
    use = visitor.board.application.usecases
    found = use.find_meetings(Wish(), sees=visitor.user.cleared, most=ALL)
    return {one.id: f"{one.starts:%m-%d} {one.title}" for one in found.entries}


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


def _first_sheet(visitor: Visitor, sight: Sight) -> Part:
    """The newest rows; where it was drawn before, down to where it ended then."""
    found = _find(visitor, sight, after=max(sight.floor - 1, 0), limit=FRESH_ROWS if sight.floor else SHEET)
    sight.overgrown = len(found) == FRESH_ROWS
    if not sight.floor:
        sight.ended = len(found) < SHEET
        sight.floor = sight.oldest = found[-1].seq if found else 0
    if not found:
        return empty_state(tr("这里还没有日志", "nothing here yet"))
    return _drawn(visitor, found, above=None)


def _next_sheet(visitor: Visitor, sight: Sight) -> Part:
    """The rows before all that is shown."""
    found = _find(visitor, sight, before=sight.oldest, limit=SHEET)
    sight.ended = len(found) < SHEET
    if not found:
        return Part()
    above = _find(visitor, sight, after=sight.oldest - 1, limit=1, newest=False)
    sight.oldest = found[-1].seq
    return _drawn(visitor, found, above=above[0] if above else None)


def _find(visitor: Visitor, sight: Sight, **where: Any) -> Sequence[LoggedEvent]:
    kinds = (sight.kind,) if sight.kind else ()
    return visitor.board.application.usecases.events(stream=sight.meeting, kinds=kinds, **where)


def _more(visitor: Visitor, sight: Sight) -> Part:
    if sight.ended:
        return tag("p", tr("没有更早的了", "nothing is older"), class_="rc-s3 rc-inset rc-below")
    del visitor
    return tag("div", button(tr("更早的", "Older"), lambda _values: None, kind="quiet"), class_="rc-wrap rc-below")


def _drawn(visitor: Visitor, rows: Sequence[LoggedEvent], above: LoggedEvent | None) -> Part:
    """Rows of what the visitor may see, with a line where a day begins.

    Args:
        above: the row that stands above them on the page.

    """
    room = visitor.board.application.database.room
    titles, zone, rates = _titles(visitor), ZoneInfo(room.zone), _Rates(visitor)
    day: date | None = above.instant.astimezone(zone).date() if above else None
    drawn: list[Part] = []
    for row in rows:
        if row.stream != room.id and row.stream not in titles:
            continue
        its = row.instant.astimezone(zone).date()
        if its != day:
            drawn.append(tag("div", tag("strong", f"{its:%Y-%m-%d}", class_="rc-nw"), class_="rc-ev rc-num rc-c-3"))
            day = its
        drawn.append(_row(visitor, row, titles, zone, rates))
    return join(drawn)


def _row(visitor: Visitor, row: LoggedEvent, titles: dict[str, str], zone: ZoneInfo, rates: "_Rates") -> Part:
    at = row.instant.astimezone(zone)
    by, _, name = row.actor.partition(":")
    return tag(
        "div",
        tag("time", f"{at:%H:%M:%S}", title=f"{at:%Y-%m-%d %H:%M:%S.%f}", datetime=row.at),
        tag("b", _called(visitor, row.kind), class_="rc-ell", title=row.kind),
        tag("span", tr("主机", "the host") if row.actor == str(SYSTEM) else name or by, class_="rc-ell"),
        tag(
            "div",
            tag("span", titles[row.stream], class_="rc-c-3") if row.stream in titles else None,
            tag("span", _told(row, zone, rates), class_="rc-c-2", title=row.data),
            class_="rc-what1",
        ),
        class_="rc-ev rc-num",
    )


def _called(visitor: Visitor, kind: str) -> str:
    """In words; that of a plugin which gives none, or is gone, as it stands in the log."""
    group, _, rest = kind.partition(".")
    if group != "x":
        return event_words.said(kind)
    plugin, _, own = rest.partition(".")
    try:
        found = visitor.board.application.plugins.named(plugin)
    except NotFound:
        return kind
    return str(found.events.get(own, kind)) if isinstance(found, Manifest) else kind


_SHOWN = 300  # characters of an event's data


class _Rates:
    """Of the recordings of which a sheet tells; each meeting is looked up once."""

    def __init__(self, visitor: Visitor) -> None:
        self._visitor = visitor
        self._of: dict[str, dict[str, int]] = {}

    def of(self, meeting: str, recording: object) -> int:
        """In hertz; 0 where there is no such recording."""
        if not isinstance(recording, str):
            return 0
        if meeting not in self._of:
            use = self._visitor.use
            kept = (*use.recording_heads(meeting), *use.test_takes(meeting))
            self._of[meeting] = {one.id: one.sample_rate for one in kept}
        return self._of[meeting].get(recording, 0)


def _told(row: LoggedEvent, zone: ZoneInfo, rates: _Rates) -> str:
    """`原为 已批准，改为 会前准备`; what is long is cut."""
    try:
        found = json.loads(row.data)
    except ValueError:
        return row.data[:_SHOWN]
    said = event_data_words.told(found, zone, rates.of(row.stream, found.get("recording")))
    return said if len(said) <= _SHOWN else said[:_SHOWN] + "…"
