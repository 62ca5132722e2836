"""From the facts of a meeting to the fields of the form, and back: what was typed, read as the domain's values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from roomctl.domain.attendance import MAX_NAME
from roomctl.domain.lines import legible, tidied
from roomctl.domain.meeting import AgendaItem, Meeting
from roomctl.domain.secrecy import Level, Secrecy, parse
from roomctl.errors import BadInput
from roomctl.i18n import tr
from roomctl.inputs import LINE, MOST_ITEMS, TEXT
from roomctl.services.planned import LONGEST
from roomctl.web.ui import Values, text_of

LINES: Final = ("title", "kind", "place", "chair", "minute_taker", "contact", "recording_approved_by")
TEXTS: Final = ("scope", "multimedia", "press", "catering", "special")
ITEM: Final = ("title", "unit", "presenter", "minutes", "observers", "secrecy", "term")
"""Fields of one row of the agenda."""


def shown(meeting: Meeting) -> dict[str, Any]:
    """What stands in the fields of a meeting as it is."""
    return {
        **{name: getattr(meeting, name) for name in (*LINES, *TEXTS)},
        "starts": f"{meeting.starts:%Y-%m-%dT%H:%M}",
        "minutes": str(meeting.planned_minutes),
        "recorded": "yes" if meeting.recorded else "no",
        "secrecy": meeting.secrecy.level.value,
        "term": meeting.secrecy.term,
        "basis": meeting.secrecy.basis,
        "by": meeting.secrecy.by,
    }


@dataclass(frozen=True, slots=True)
class Row:
    """One item of the agenda as it is being typed."""

    title: str = ""
    unit: str = ""
    presenter: str = ""
    minutes: str = ""
    observers: str = ""
    secrecy: str = Level.OPEN.value
    term: str = ""

    @classmethod
    def of(cls, item: AgendaItem) -> "Row":
        return cls(
            item.title,
            item.unit,
            item.presenter,
            str(item.minutes or ""),
            "、".join(item.observers),
            item.secrecy.level.value,
            item.secrecy.term,
        )

    @property
    def empty(self) -> bool:
        return not any((self.title, self.unit, self.presenter, self.minutes, self.observers))

    def item(self, n: int) -> AgendaItem:
        """Raises: BadInput, which names the row."""
        title = line(self.title, tr(f"第 {n} 项议题", f"item {n}"))
        if not title:
            raise BadInput(
                tr(f"第 {n} 项议题没有题目", f"item {n} has no title"),
                mend=tr("写题目，或删去这一项", "give one, or take the item off"),
            )
        minutes = whole(self.minutes or "0", 0, LONGEST, tr(f"第 {n} 项议题的时长", f"minutes of item {n}"))
        typed = self.observers.replace("，", "、").replace(",", "、").split("、")
        names = tuple(filter(None, map(tidied, typed)))
        if any(len(one) > MAX_NAME for one in names):
            raise BadInput(
                tr(f"第 {n} 项议题的列席人员写法不对", f"the observers of item {n} are not right"),
                tr(f"姓名最多 {MAX_NAME} 个字", f"a name has {MAX_NAME} characters at most"),
                tr("用顿号隔开", "set them apart by 、 or a comma"),
            )
        return AgendaItem(
            n,
            title,
            line(self.unit, tr("汇报单位", "reporting unit")),
            line(self.presenter, tr("汇报人", "presenter")),
            minutes,
            names,
            secrecy_of(self.secrecy, self.term),
        )


def rows(typed: Values, many: int) -> list[Row]:
    """The rows of the agenda as they stand in the form."""
    return [Row(**{name: text_of(typed, f"item{n}_{name}") for name in ITEM}) for n in range(many)]


def agenda(typed: Sequence[Row]) -> tuple[AgendaItem, ...]:
    """Rows in which nothing stands are left out. Raises: BadInput."""
    filled = [row for row in typed if not row.empty]
    if len(filled) > MOST_ITEMS:
        raise BadInput(tr("议题太多", "too many items"), mend=tr(f"最多 {MOST_ITEMS} 项", f"{MOST_ITEMS} at most"))
    return tuple(row.item(n) for n, row in enumerate(filled, 1))


def facts(typed: Values, before: Meeting | None) -> Mapping[str, Any]:
    """Attribute → value, of all fields that stand in the form.

    Raises: BadInput, with the field that is wrong.
    """
    given: dict[str, Any] = {name: line(text_of(typed, name), name) for name in LINES if name in typed}
    given |= {name: words(text_of(typed, name), name) for name in TEXTS if name in typed}
    if "starts" in typed:
        given["starts"] = _starts(text_of(typed, "starts"))
    if "minutes" in typed:
        given["planned_minutes"] = whole(text_of(typed, "minutes"), 1, LONGEST, tr("时长", "the length"))
    if "recorded" in typed:
        given["recorded"] = text_of(typed, "recorded") != "no"
    if "secrecy" in typed:
        level = secrecy_of(text_of(typed, "secrecy"), text_of(typed, "term"))
        given["secrecy"] = replace(
            level,
            basis=line(text_of(typed, "basis"), tr("定密依据", "basis")),
            by=line(text_of(typed, "by"), tr("定密责任人", "who classified it")),
        )
    if before is not None and given.get("starts") == before.starts.replace(second=0, microsecond=0):
        del given["starts"]  # the field knows no seconds
    return given


def secrecy_of(level: str, term: str) -> Secrecy:
    """Raises: BadInput: a term where none belongs, or none where one must be."""
    needs = level in {Level.SECRET.value, Level.CONFIDENTIAL.value}
    return parse(f"{level}★{term}{'年' if term.isdecimal() else ''}" if needs and term else level)


def whole(text: str, least: int, most: int, what: str) -> int:
    """Raises: BadInput."""
    if not text.isascii() or not text.isdigit() or not least <= int(text[:9]) <= most:
        raise BadInput(
            tr(f"{what}不对", f"{what} is wrong"), text[:20], tr(f"填 {least} 到 {most}", f"give {least} to {most}")
        )
    return int(text)


def line(text: str, what: str, most: int = LINE) -> str:
    """Empty where nothing of it can be seen. Raises: BadInput, where it is too long or cannot be shown."""
    return tidied(_fitting(text, what, most))


def words(text: str, what: str) -> str:
    """As `line`, of any number of lines."""
    return legible(_fitting(text, what, TEXT))


def _fitting(text: str, what: str, most: int) -> str:
    """Raises: BadInput, where it is longer or cannot be shown."""
    if len(text) > most:
        raise BadInput(
            tr(f"“{text[:12]}…”太长", f"“{text[:12]}…” is too long"),
            what,
            tr(f"最多 {most} 个字", f"{most} characters at most"),
        )
    if any(ord(char) < ord(" ") and char not in "\n\t" for char in text):
        raise BadInput(tr("有不能显示的字符", "a character that cannot be shown"), what)
    return text


def _starts(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        at = datetime.min  # noqa: DTZ901 - local time
    if not datetime(2000, 1, 1) <= at < datetime(2100, 1, 1):  # noqa: DTZ001 - local time
        raise BadInput(
            tr("开始时间不对", "the time is not readable"),
            mend=tr("从日历里选一个", "choose one from the calendar"),
        )
    return at
