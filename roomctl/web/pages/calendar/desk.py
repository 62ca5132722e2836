"""What one visitor looks at in the calendar: which days, in which shape, and what is looked for."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from roomctl.domain.access import Right
from roomctl.domain.calendar import Entry, month_after, week_of, weeks_of_month
from roomctl.domain.lifecycle import State
from roomctl.domain.secrecy import Level
from roomctl.i18n import language, tr
from roomctl.services.calendar import Found, Wish
from roomctl.web.pages.calendar import draw
from roomctl.web.pages.visitor import Visitor
from roomctl.web.ui import Part, Values, button, empty_state, link_button, tag

VIEWS: Mapping[str, tuple[str, str]] = {
    "day": ("日", "Day"),
    "week": ("周", "Week"),
    "month": ("月", "Month"),
    "list": ("列表", "List"),
}
SHEET = 50
"""Lines of the list on one page."""

_LONGEST_TEXT = 100
_FIRST, _LAST = date(2000, 1, 1), date(2099, 12, 31)


class Desk:
    """One visitor's calendar.

    Args:
        view, day, text: as they stand in the page's address; what makes no sense is left out.

    """

    def __init__(self, visitor: Visitor, view: str = "", day: str = "", text: str = "") -> None:
        self._visitor = visitor
        self._today = visitor.board.today().now.date()
        self.view = view if view in VIEWS else "list" if text else "week"
        self.day = _day(day) or self._today
        self.text = self._first_text = text[:_LONGEST_TEXT]
        self.state, self.level, self.page = "", "", 0

    @property
    def address(self) -> str:
        """Of the page as it is now."""
        asked = {"view": self.view, "day": self.day.isoformat(), "text": self.text}
        return "?" + urlencode({name: said for name, said in asked.items() if said})

    def choose(self, name: str, value: str) -> None:
        """Another filter: from the first page on. What is no choice is left out."""
        if name == "text":
            self.text = value[:_LONGEST_TEXT]
        elif name == "state" and (not value or value in set(State)):
            self.state = value
        elif name == "level" and (not value or value in set(Level)):
            self.level = value
        elif name == "day":
            self.day = _day(value) or self.day
        self.page = 0

    # --- above

    def head(self) -> Part:
        """Which days, and the way to others."""
        steps: list[Part | None] = []
        if self.view != "list":
            steps = [
                button("‹", self._step(-1), kind="quiet", key="before", label=tr("往前", "Earlier")),
                button(tr("今天", "Today"), self._to(self._today), kind="sm", key="now"),
                button("›", self._step(1), kind="quiet", key="after", label=tr("往后", "Later")),
            ]
        views = [
            button(tr(*said), self._as(view), kind="sm" if view == self.view else "quiet sm", key=f"view {view}")
            for view, said in VIEWS.items()
        ]
        new = (
            link_button(tr("新建会议", "New meeting"), "/meetings/new", icon_name="add", kind="pri")
            if self._visitor.may(Right.PLAN_MEETINGS)
            else None
        )
        return tag(
            "div",
            tag("h1", self._title(), class_="rc-grow rc-num"),
            tag("div", *steps, class_="rc-row"),
            tag("div", *views, class_="rc-row", role="group", aria_label=tr("显示方式", "view")),
            new,
            class_="rc-hd",
        )

    def _title(self) -> str:
        day = self.day
        if self.view == "list":
            return tr("会议", "Meetings")
        if self.view == "day":
            return _said_day(day)
        if self.view == "month":
            return tr(f"{day.year}年{day.month}月", f"{day:%B %Y}")
        first, *_, last = week_of(day)
        if language() == "zh":
            second = f"{last.month}月{last.day}日" if last.month != first.month else f"{last.day}日"
            return f"{first.year}年{first.month}月{first.day}日至{second}"
        return f"{first:%-d %b} to {last:%-d %b %Y}"

    def bar(self) -> Part:
        """What is looked for."""
        states = {"": tr("所有状态", "any state")} | {one.value: one.label for one in State}
        levels = {"": tr("所有密级", "any 密级")} | {
            one.value: one.value for one in Level if one is not Level.TOP and self._visitor.user.cleared(one)
        }
        search = tag(
            "input",
            type="search",
            name="text",
            value=self._first_text,  # not what is typed now: what is drawn anew would take it away
            placeholder=tr("主题、主持人、场所，可用拼音首字母", "title, chair, place; or pinyin initials"),
            aria_label=tr("查找", "search"),
            class_="rc-in",
        )
        return tag(
            "div",
            tag("div", search, class_="rc-search", data_form="search"),  # where what is typed outlives a drawing
            draw.select("state", tr("状态", "state"), states, self.state),
            draw.select("level", tr("密级", "密级"), levels, self.level),
            tag("input", type="date", name="day", value=self.day.isoformat(), class_="rc-in",
                aria_label=tr("日期", "day"), min=_FIRST.isoformat(), max=_LAST.isoformat())
            if self.view != "list"
            else None,
            class_="rc-filter rc-calbar",
        )  # fmt: skip

    # --- the days

    def body(self) -> Part:
        """The meetings."""
        if self.view == "list":
            return self._list()
        if self.view == "month":
            weeks = weeks_of_month(self.day)
            found = self._find(weeks[0][0], weeks[-1][-1])
            return draw.month(weeks, self.day.month, _by_day(found.entries), self._today, self._open_day)
        days = (self.day,) if self.view == "day" else week_of(self.day)
        found = self._find(days[0], days[-1])
        may_plan = self._visitor.may(Right.PLAN_MEETINGS)
        return draw.columns(days, _by_day(found.entries), self._today, may_plan=may_plan)

    def _list(self) -> Part:
        found = self._find(None, None, skip=self.page * SHEET, most=SHEET)
        if not found.entries and self.page:
            self.page = 0
            return self._list()
        if not found.entries:
            return tag(
                "div",
                empty_state(tr("没有找到会议", "no meeting is found"), tr("换个字，或去掉筛选", "try another word")),
                class_="rc-wrap",
            )
        first = self.page * SHEET + 1
        last = first + len(found.entries) - 1
        turn = tag(
            "div",
            tag(
                "span",
                tr(f"第 {first}-{last} 场，共 {found.total} 场", f"{first} to {last} of {found.total}"),
                class_="rc-s2 rc-num rc-grow",
            ),
            button(tr("上一页", "Newer"), self._turn(-1), kind="sm", key="page before", again=True)
            if self.page
            else None,
            button(tr("下一页", "Older"), self._turn(1), kind="sm", key="page after", again=True)
            if last < found.total
            else None,
            class_="rc-row",
        )
        return tag("div", draw.lines(found.entries), turn, class_="rc-wrap")

    def _find(self, first: date | None, last: date | None, *, skip: int = 0, most: int = 500) -> Found:
        wish = Wish(
            text=self.text,
            states=frozenset({State(self.state)}) if self.state else frozenset(),
            level=Level(self.level) if self.level else None,
            first=datetime.combine(first, time()) if first else None,
            last=datetime.combine(last + timedelta(days=1), time()) if last else None,
            newest=first is None,
        )
        found: Found = self._visitor.use.find_meetings(wish, sees=self._visitor.user.cleared, skip=skip, most=most)
        return found

    # --- presses

    def _step(self, way: int) -> Callable[[Values], None]:
        def press(_values: Values) -> None:
            if self.view == "month":
                to = month_after(self.day, way)
            else:
                to = self.day + timedelta(days=way * (7 if self.view == "week" else 1))
            self.day = min(max(to, _FIRST), _LAST)

        return press

    def _to(self, day: date) -> Callable[[Values], None]:
        def press(_values: Values) -> None:
            self.day = day

        return press

    def _as(self, view: str) -> Callable[[Values], None]:
        def press(_values: Values) -> None:
            self.view, self.page = view, 0

        return press

    def _turn(self, way: int) -> Callable[[Values], None]:
        def press(_values: Values) -> None:
            self.page += way

        return press

    def _open_day(self, day: date) -> Callable[[Values], None]:
        def press(_values: Values) -> None:
            self.view, self.day = "day", day

        return press


def _by_day(entries: Sequence[Entry]) -> Mapping[date, Sequence[Entry]]:
    days: dict[date, list[Entry]] = {}
    for one in entries:
        days.setdefault(one.starts.date(), []).append(one)
    return days


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if _FIRST <= day <= _LAST else None


def _said_day(day: date) -> str:
    if language() == "zh":
        return f"{day.year}年{day.month}月{day.day}日 星期{draw.WEEKDAYS[day.weekday()][0]}"
    return f"{day:%A, %-d %B %Y}"
