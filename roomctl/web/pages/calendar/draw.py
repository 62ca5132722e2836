"""Days as columns with their hours, a month as weeks, and a list. Pure: from entries to parts."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time

from roomctl.domain.calendar import Entry, Lane, side_by_side
from roomctl.domain.lifecycle import State
from roomctl.domain.secrecy import Level
from roomctl.i18n import tr
from roomctl.web.ui import Part, Values, button, state_chip, tag

WEEKDAYS = (("一", "Mon"), ("二", "Tue"), ("三", "Wed"), ("四", "Thu"), ("五", "Fri"), ("六", "Sat"), ("日", "Sun"))
_EARLY, _LATE = 8, 18
"""Hours that are always shown; earlier and later ones where something is held then."""

_HOUR = 56  # pixels
_IN_A_DAY = 4
"""Lines of a day of the month; the others are counted."""

_CHIPS = {State.IN_SESSION: "run", State.RECESS: "warn", State.CANCELLED: "unk", State.ARCHIVED: "ok"}
_DONE = frozenset({State.ADJOURNED, State.CLOSED, State.DEPOSITED, State.ARCHIVED})


def select(name: str, label: str, choices: Mapping[str, str], chosen: str) -> Part:
    """A list to choose from, without a line of its own."""
    options = [tag("option", shown, value=one, selected=one == chosen) for one, shown in choices.items()]
    return tag("select", *options, name=name, class_="rc-in", aria_label=label)


def columns(days: Sequence[date], found: Mapping[date, Sequence[Entry]], today: date, *, may_plan: bool) -> Part:
    """Each day as a column; what is held at the same time stands side by side."""
    shown = [one for day in days for one in found.get(day, ())]
    first = min([_EARLY, *(one.starts.hour for one in shown)])
    last = max([_LATE, *(_last_hour(one) for one in shown)])
    hours = tag(
        "div",
        *(tag("span", f"{hour:02}:00", style=f"top:{(hour - first) * _HOUR}px") for hour in range(first, last)),
        class_="rc-hours rc-num",
        aria_hidden="true",
    )
    drawn = [_column(day, found.get(day, ()), first, last, today=today, may_plan=may_plan) for day in days]
    return tag(
        "div",
        tag("div", hours, *drawn, class_="rc-days", style=f"--days:{len(days)};--tall:{(last - first) * _HOUR}px"),
        class_="rc-calendar",
    )


def _last_hour(one: Entry) -> int:
    if one.ends.date() != one.starts.date():
        return 24
    return one.ends.hour + (1 if one.ends.minute else 0)


def _column(day: date, entries: Sequence[Entry], first: int, last: int, *, today: date, may_plan: bool) -> Part:
    head = [
        tag("b", tr(f"周{WEEKDAYS[day.weekday()][0]}", WEEKDAYS[day.weekday()][1])),
        tag("span", tr(f"{day.month}月{day.day}日", f"{day:%-d %b}"), class_="rc-num"),
    ]
    if may_plan and day >= today:
        said = tr(f"{day.month}月{day.day}日新建会议", f"New meeting on {day:%-d %B}")
        at = f"/meetings/new?starts={day.isoformat()}T09:00"
        head.append(tag("a", "+", href=at, class_="rc-btn rc-quiet rc-sm", aria_label=said))
    blocks = [_block(lane, day, first, last) for lane in side_by_side(entries)]
    nothing = tag("p", tr("没有会议", "no meeting"), class_="rc-s3 rc-free")
    return tag(
        "section",
        tag("header", *head),
        tag("div", *blocks, None if blocks else nothing, class_="rc-tracks"),
        class_="rc-day rc-today" if day == today else "rc-day",
        aria_label=f"{day.isoformat()}",
    )


def _block(lane: Lane, day: date, first: int, last: int) -> Part:
    one = lane.entry
    midnight = datetime.combine(day, time())
    top = max((one.starts - midnight).total_seconds() / 3600 - first, 0)
    low = min((one.ends - midnight).total_seconds() / 3600 - first, last - first)
    width = 100 / lane.lanes
    style = (
        f"top:{top * _HOUR:.0f}px;height:{max((low - top) * _HOUR, 26):.0f}px;"
        f"left:{lane.place * width:.2f}%;width:{width:.2f}%"
    )
    said = f"{one.starts:%H:%M}-{one.ends:%H:%M}"
    return tag(
        "a",
        tag("b", _marks(one), one.title),
        tag("span", said, " ", one.chair, class_="rc-num"),
        href=f"/meetings/{one.id}",
        class_=f"rc-block {_kind(one)}",
        style=style,
        title=f"{said} {one.title}",
    )


def _kind(one: Entry) -> str:
    if one.state is State.CANCELLED:
        return "rc-gone"
    if one.state in {State.IN_SESSION, State.RECESS}:
        return "rc-live"
    return "rc-done" if one.state in _DONE else ""


def _marks(one: Entry) -> Part | None:
    return None if one.level is Level.OPEN else state_chip(one.level.value, "secret")


def month(
    weeks: Sequence[Sequence[date]],
    of: int,
    found: Mapping[date, Sequence[Entry]],
    today: date,
    open_day: Callable[[date], Callable[[Values], None]],
) -> Part:
    """Weeks as rows, Monday first."""
    head = [tag("div", tr(f"周{zh}", en), class_="rc-s3") for zh, en in WEEKDAYS]
    cells = [_cell(day, found.get(day, ()), open_day, of=of, today=today) for week in weeks for day in week]
    return tag("div", tag("div", *head, *cells, class_="rc-month"), class_="rc-calendar")


def _cell(
    day: date, entries: Sequence[Entry], open_day: Callable[[date], Callable[[Values], None]], *, of: int, today: date
) -> Part:
    lines = [
        tag(
            "a",
            tag("span", f"{one.starts:%H:%M}", class_="rc-num rc-s3"),
            tag("span", one.title, class_="rc-ell"),
            href=f"/meetings/{one.id}",
            class_=f"rc-one {_kind(one)}",
            title=f"{one.starts:%H:%M} {one.title}",
        )
        for one in entries[:_IN_A_DAY]
    ]
    many = tr(f"{len(entries)} 场会议", f"{len(entries)} meetings")
    number = button(str(day.day), open_day(day), kind="quiet sm", key=f"day {day}", label=f"{day.isoformat()} {many}")
    more = len(entries) - _IN_A_DAY
    classes = " ".join(
        name for name, true in (("rc-cell", True), ("rc-other", day.month != of), ("rc-today", day == today)) if true
    )
    return tag(
        "div",
        number,
        *lines,
        tag("span", tr(f"还有 {more} 场", f"{more} more"), class_="rc-s3") if more > 0 else None,
        class_=classes,
    )


def lines(entries: Sequence[Entry]) -> Part:
    """The list."""
    return tag("div", *(_line(one) for one in entries), class_="rc-panel rc-lines")


def _line(one: Entry) -> Part:
    return tag(
        "a",
        tag("time", f"{one.starts:%Y-%m-%d %H:%M}", class_="rc-num rc-nw", datetime=one.starts.isoformat()),
        tag("b", one.title, class_="rc-ell", title=one.title),
        tag("span", one.chair, class_="rc-s2 rc-ell"),
        tag("span", one.place, class_="rc-s2 rc-ell"),
        tag(
            "span",
            state_chip(one.state.label, _CHIPS.get(one.state, "")),
            state_chip(tr("紧急", "urgent"), "warn") if one.urgent else None,
            _marks(one),
            class_="rc-row rc-wrapping",
        ),
        href=f"/meetings/{one.id}",
        class_="rc-line",
    )
