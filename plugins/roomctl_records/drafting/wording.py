"""How a record writes dates, numerals, names and lists."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime

from roomctl.api import Attendance, Person, Presence, Standing

SPACE = "\u3000"  # 全角空格

_DIGITS = "零一二三四五六七八九"
_WEEKDAYS = "一二三四五六日"
_HOURS = ((6, "凌晨"), (12, "上午"), (13, "中午"), (18, "下午"), (24, "晚上"))  # until that hour
_NOON = 12
_TEN = 10


def numeral(number: int) -> str:
    """1 to 99 as 一, 十, 十二, 二十, 九十九; above, the figures."""
    tens, ones = divmod(number, _TEN)
    if not 1 <= number < _TEN * _TEN:
        return str(number)
    head = ("" if tens == 1 else _DIGITS[tens]) + "十" if tens else ""
    return head + (_DIGITS[ones] if ones else "")


def moment(at: datetime) -> str:
    """Local time as 2026年11月12日 星期四 上午9:00 (figures as GB/T 15835 lets them; clause not verified)."""
    hour = at.hour - _NOON if at.hour > _NOON else at.hour
    return f"{day(at)} 星期{_WEEKDAYS[at.weekday()]} {_part(at)}{hour}:{at.minute:02d}"


def half_day(at: datetime) -> str:
    """Local time as 2026年11月12日上午, as a 纪要 opens."""
    return f"{day(at)}{_part(at)}"


def day(at: date) -> str:
    """2026年11月12日: no zero before a figure (GB/T 9704-2012 clause 7.3.5.4)."""
    return f"{at.year}年{at.month}月{at.day}日"


def _part(at: datetime) -> str:
    return next(name for until, name in _HOURS if at.hour < until)


def spaced(name: str) -> str:
    """A name of two characters with one full-width space, so that it is as wide as one of three."""
    pair = len(name) == 2 and not name.isascii()  # noqa: PLR2004 - the rule is about two characters
    return f"{name[0]}{SPACE}{name[1]}" if pair else name


def post(person: Person) -> str:
    """单位 and 职务, the unit once: 市住房城乡建设局局长."""
    return person.duty if person.unit and person.duty.startswith(person.unit) else person.unit + person.duty


def standing_for(one: Standing) -> str:
    """单位 and 职务 of who came: of a proxy whose own duty is not known the unit alone, never the member's duty."""
    return (one.proxy_duty or one.person.unit) if one.proxy_arrived else post(one.person)


def who_came(attendance: Attendance) -> Iterator[tuple[str, Sequence[Standing]]]:
    """出席, 请假 and 列席 as a 纪要 lists them, in the order of rank; a list of nobody is left out."""
    members, observers = attendance.members, attendance.observers
    lists = {
        "出席": [one for one in members if one.present],
        "请假": [one for one in members if one.presence is Presence.ON_LEAVE],
        "列席": [one for one in observers if one.present],
    }
    return ((label, people) for label, people in lists.items() if people)


def items(numbers: Iterable[int]) -> str:
    """第一、三项议题."""
    return f"第{'、'.join(numeral(number) for number in sorted(numbers))}项议题"


LINE = 22
"""Characters beside a label: 28 on a line (GB/T 9704-2012 clause 5.2.3), less 2 of indent and 4 of the label."""


def flow(names: Sequence[str]) -> Sequence[str]:
    """Names in lines, a full-width space between two; a name never breaks at the end of a line."""
    lines: list[str] = []
    for name in names:
        if lines and len(lines[-1]) + len(SPACE) + len(name) <= LINE:
            lines[-1] += SPACE + name
        else:
            lines.append(name)
    return lines


def joined(pieces: Iterable[str]) -> str:
    """Sentences one after the other; a space only between two that would run together as Latin or Hangul words."""
    text = ""
    for piece in (piece.strip() for piece in pieces):
        apart = text and piece and (_word(text[-1]) or text[-1] in ".,;:!?") and _word(piece[0])
        text += f" {piece}" if apart else piece
    return text


def _word(character: str) -> bool:
    """Part of a word that is written with spaces around it."""
    return character.isalnum() and (character < "\u2e80" or "\uac00" <= character <= "\ud7a3")
