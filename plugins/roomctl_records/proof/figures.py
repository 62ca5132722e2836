"""Dates against their weekday, parts against their sum, and figures as GB/T 15835-2011 writes them."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from roomctl.api import Finding, tr
from roomctl_records.proof.text import Line

STANDARD = "GB/T 15835-2011"
"""Of its rules the clauses were not verified, so that none is named."""
_WEEKDAYS = "一二三四五六日"
_DATED = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日\s*(?:[（(]\s*)?(?:星期|周)([一二三四五六日天])")
_DATE = re.compile(r"(?:(\d{4})年)?(?<!\d)(\d{1,2})月(\d{1,2})日")
_LEAP_YEAR = 2024  # 2月29日 without a year may be of one
_SUM = re.compile(
    r"(?:共|合计|总计|总数)[^\d，。；]{0,8}(\d+(?:\.\d+)?)(万|亿)?(\w{1,2}?)(?:，|。|（|,)?其中[:：，]?([^。；]*)"
)
_PART = re.compile(r"(\d+(?:\.\d+)?)(万|亿)?(\w)")
_SCALE = {"": 1, "万": 10_000, "亿": 100_000_000}
_RULES = (
    (
        re.compile(r"(?<![\d\-.])\d{1,4}(?:\.\d+)?(-)\d{1,4}(?:\.\d+)?(?=[\u3400-\u9fff%％])"),
        "～",
        "数值范围用“～”",
        "a span is written with ～",
    ),
    (re.compile(r"\d{1,2}月\d{1,2}号"), "", "日期写“日”", "a date is written with 日"),
    (re.compile(r"(?<!\d)\d{2}年(?=\d{1,2}月)"), "", "年份写四位", "a year has four figures"),
    (
        re.compile(r"\d[一二三四五六七八九十]|[一二三四五六七八九](?=\d)"),
        "",
        "不能混用两种数字",
        "two kinds of figures mixed",
    ),
)


def check(text: Sequence[Line]) -> Iterator[Finding]:
    """In each line by itself."""
    for line in text:
        yield from _dates(line)
        yield from _sums(line)
        yield from _written(line)


def _dates(line: Line) -> Iterator[Finding]:
    for found in _DATE.finditer(line.text):
        if _day(found) is None:
            said = tr(f"没有{found[0]}这一天", f"there is no such day: {found[0]}")
            yield line.finding("date", *found.span(), said)
    for found in _DATED.finditer(line.text):
        day = _day(found)
        if day and _WEEKDAYS[day.weekday()] != found[4].replace("天", "日"):
            right = _WEEKDAYS[day.weekday()]
            said = tr(f"这一天是星期{right}", f"that day is 星期{right}")
            yield line.finding("weekday", *found.span(), said, hint=f"星期{right}")


def _day(found: re.Match[str]) -> date | None:
    try:
        return date(int(found[1] or _LEAP_YEAR), int(found[2]), int(found[3]))
    except ValueError:
        return None


def _sums(line: Line) -> Iterator[Finding]:
    """共12个，其中新建8个、改造5个: the parts of one measure word must add up to what is said."""
    for found in _SUM.finditer(line.text):
        whole, measure = Decimal(found[1]) * _SCALE[found[2] or ""], found[3][:1]
        parts = [Decimal(one[1]) * _SCALE[one[2] or ""] for one in _PART.finditer(found[4]) if one[3] == measure]
        if len(parts) > 1 and sum(parts) != whole:
            total = f"{sum(parts):f}".rstrip("0").rstrip(".") if "." in f"{sum(parts):f}" else f"{sum(parts):f}"
            said = tr(f"各项相加是 {total}{measure}", f"the parts add up to {total}{measure}")
            yield line.finding("sum", *found.span(), said)


def _written(line: Line) -> Iterator[Finding]:
    for pattern, hint, zh, en in _RULES:
        for found in pattern.finditer(line.text):
            yield line.finding("figure", *found.span(pattern.groups), tr(zh, en), hint, STANDARD)
