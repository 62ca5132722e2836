"""Numbers and dates in the written style of minutes: 百分之三十五 → 35%, 二零二六年三月五日 → 2026年3月5日.

A small grammar: a numeral is changed only where what stands beside it says that it counts or measures something
(GB/T 15835-2011, 4.1: figures where numbers are used for counting and measuring, and in dates and times). Set
phrases stay in characters (the same, 4.2), and so do ordinals, approximate pairs (七八个) and counts below ten.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from roomctl.api import Change

DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
MYRIADS = {"万": 10_000, "亿": 100_000_000}
LEAST = 10
"""Below it a count of things stays in characters: 两项工作, 三天内."""

NUMERAL = "零〇一二两三四五六七八九十百千万亿"
_N = f"[{NUMERAL}]+"
_D = "[零〇一二三四五六七八九]"

MEASURES = (
    "平方公里|平方米|立方米|公里|千米|厘米|毫米|米|公顷|亩|吨|公斤|千克|克|升|千瓦时|千瓦|兆瓦|度电|摄氏度|"
    "元|美元|欧元|港元|块钱|个百分点|倍|公分|海里|分贝|赫兹"
)
"""Units of measure: figures whatever the value."""
COUNTERS = (
    "个|名|人次|人|位|户|家|项|条|件|次|台|套|辆|座|栋|幢|间|处|所|起|宗|批|场|天|周|年|岁|小时|分钟|秒|周岁|周年|"
    "日|号|页|份|册|本|张|支|艘|架|头|只|株|棵|块|层|楼|级|分|期|届次|万人|余名|窗口|车位|床"
)
"""What is counted: figures from ten on."""
BEFORE_CLOCK = "上午|下午|中午|晚上|凌晨|早上|傍晚|夜里|今早|今晚"

STOP = (
    "十分", "一些", "一定", "一样", "一般", "一起", "一直", "一致", "一切", "一律", "统一", "唯一", "万一",
    "十足", "专一", "九三学社", "十二五", "十三五", "十四五", "十五五", "十六五", "三农", "一带一路",
    "第一责任人", "两会", "十一假期", "十一期间", "十一黄金周", "三八妇女节",
    "二十大", "十九大", "十八大", "三中全会", "四个全面", "五位一体", "两个维护",
    "四个意识", "四个自信", "两个确立", "百年大计", "百花齐放", "千方百计", "万无一失", "千家万户",
    "千万要", "千万别", "千万不", "一把手", "一票否决", "一站式", "一窗受理", "一网通办", "三重一大",
    "八项规定", "一元化", "一元二次", "三元区", "三元桥", "二元", "百分点", "十堰", "十里河", "十里堡",
    "三十六计", "七十二行", "十字路口", "十之八九", "八九不离十", "一五一十", "五十步笑百步", "十年树木",
    "十年磨一剑", "千秋万代", "二十四节气", "二十四史", "九十年代", "八十年代", "七十年代", "六十年代",
    "五十年代", "四十年代", "三十年代", "二十年代", "十月革命", "百年未有", "百日攻坚", "一二三产业",
    "二十四小时便利店", "三十而立", "四十不惑", "十个指头", "十指连心", "十全十美", "十万火急",
    "十万八千里", "十万大山", "百万雄师", "千载难逢", "千人计划", "万人计划", "百千万工程", "五十六个民族",
)  # fmt: skip
"""Set phrases and names. `十分` is lifted again before 钟: see `_stopped`."""


def value(numeral: str) -> int | None:
    """What a numeral says: 两万三千 → 23000, 一千零五十 → 1050; None where it is not one whole, exact numeral.

    七八 (about eight), 三百五 (350 or 305) and 千万 (ten millions, or an urging) are not.
    """
    total = section = 0
    last = MYRIADS["亿"] * 10
    for part, unit in _sections(numeral):
        amount = _below_myriad(part)
        if amount is None or unit >= last:
            return None
        if unit == MYRIADS["万"] and "亿" in numeral[: numeral.index("万")] and not amount:
            return None
        section = amount * unit
        total += section
        last = unit
    return total if total or numeral in {"零", "〇"} else None


def _sections(numeral: str) -> Iterator[tuple[str, int]]:
    rest = numeral
    for name, unit in (("亿", MYRIADS["亿"]), ("万", MYRIADS["万"])):
        if name in rest:
            head, _, rest = rest.partition(name)
            yield head, unit
    if rest:
        yield rest, 1


_BELOW_MYRIAD = re.compile(
    "(?:(?P<千>[一二两三四五六七八九])千)?"
    "(?:(?P<零百>[零〇])?(?P<百>[一二两三四五六七八九])百)?"
    "(?:(?P<零十>[零〇])?(?P<十>[一二三四五六七八九]?)(?P<ten>十))?"
    "(?:(?P<零一>[零〇])?(?P<一>[一二两三四五六七八九]))?"
)


def _below_myriad(text: str) -> int | None:
    """0 to 9999: digits with falling units, a zero where a unit in between is left out."""
    if text in {"零", "〇"}:
        return 0
    match = _BELOW_MYRIAD.fullmatch(text)
    if not text or match is None:
        return None
    thousands, hundreds, ones = (DIGITS[match[unit] or "零"] for unit in ("千", "百", "一"))
    tens = DIGITS[match["十"] or "一"] if match["ten"] else 0
    if ones and not tens and (thousands or hundreds) and not match["零一"]:
        return None  # 三百五 is 350 or 305
    if tens and not match["十"] and (thousands or hundreds):
        return None  # 一百十五: said in the south, unsafe to read
    return thousands * 1000 + hundreds * 100 + tens * 10 + ones


def figures(numeral: str) -> str | None:
    """In figures, 万 and 亿 kept where nothing smaller follows them: 四千六百万 → 4600万, 两万三千 → 23000."""
    number = value(numeral)
    if number is None:
        return None
    if number >= MYRIADS["亿"] and number % MYRIADS["万"] == 0:
        high, low = divmod(number, MYRIADS["亿"])
        return f"{high}亿" + (f"{low // MYRIADS['万']}万" if low else "")
    if number >= MYRIADS["万"] and number % MYRIADS["万"] == 0:
        return f"{number // MYRIADS['万']}万"
    return str(number)


def digits(text: str) -> str:
    """Read one by one: 二零二六 → 2026."""
    return "".join(str(DIGITS[c]) for c in text)


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern, and what is written for a match; None leaves it as it is."""

    name: str
    pattern: re.Pattern[str]
    write: Callable[[re.Match[str]], str | None]


def _percent(match: re.Match[str]) -> str | None:
    whole = "100" if match["whole"] == "百" else figures(match["whole"])
    if whole is None:
        return None
    part = f".{digits(match['part'])}" if match["part"] else ""
    return f"{whole}{part}{'%' if match['of'] == '百' else '‰'}"


def _decimal(match: re.Match[str]) -> str | None:
    whole = figures(match["whole"])
    return None if whole is None else f"{whole}.{digits(match['part'])}{match['after']}"


def _date(match: re.Match[str]) -> str | None:
    month = value(match["month"])
    if month is None or not 1 <= month <= 12:  # noqa: PLR2004 - months of a year
        return None
    if not match["day"]:
        return f"{month}月{match['tail'] or ''}"
    day = value(match["day"])
    if day is None or not 1 <= day <= 31:  # noqa: PLR2004 - days of a month
        return None
    return f"{month}月{day}{match['kind']}"


def _clock(match: re.Match[str]) -> str | None:
    hour = value(match["hour"])
    if hour is None or hour > 24:  # noqa: PLR2004 - hours of a day
        return None
    before = match["before"] or ""
    if not match["minute"]:
        return f"{before}{hour}点{match['tail'] or ''}" if before else None
    minute = value(match["minute"].lstrip("零〇") or "零")
    if minute is None or minute > 59:  # noqa: PLR2004 - minutes of an hour
        return None
    return f"{before}{hour}点{minute:02d}分" if minute >= LEAST else f"{before}{hour}点{minute}分"


def _counted(match: re.Match[str]) -> str | None:
    number, written = value(match["number"]), figures(match["number"])
    if number is None or written is None or (number < LEAST and not re.match(MEASURES, match["after"])):
        return None
    return f"{written}{match['more'] or ''}{match['after']}"


def _between(match: re.Match[str]) -> str | None:
    low, high = value(match["low"]), value(match["high"])
    if low is None or high is None or max(low, high) < LEAST:
        return None
    return f"{figures(match['low'])}{match['to']}{figures(match['high'])}{match['after']}"


_NOT_BEFORE = "(?<![第几数零〇一二两三四五六七八九十百千万亿点])"
_AFTER = f"(?:[万亿]?(?:{MEASURES}|{COUNTERS})|[万亿](?![{NUMERAL}]))"

RULES = (
    Rule(
        "percent",
        re.compile(f"(?P<of>[百千])分之(?P<whole>百(?![{NUMERAL}])|{_N})(?:点(?P<part>{_D}+))?(?!分之)"),
        _percent,
    ),
    Rule("year", re.compile(f"{_NOT_BEFORE}(?P<year>{_D}{{4}})(?=年)"), lambda m: digits(m["year"])),
    Rule(
        "date",
        re.compile(
            f"{_NOT_BEFORE}(?P<month>[一二三四五六七八九十]{{1,2}})月"
            f"(?:(?P<day>[一二三四五六七八九十]{{1,3}})(?P<kind>[日号])|(?P<tail>份|底|初|中旬|上旬|下旬|末))"
        ),
        _date,
    ),
    Rule(
        "clock",
        re.compile(
            f"(?P<before>{BEFORE_CLOCK})?(?<![第几数])(?P<hour>[零一二两三四五六七八九十]{{1,3}})点"
            f"(?:(?P<minute>[零〇一二三四五六七八九十]{{1,3}})分(?!之)|(?P<tail>半|钟|整|一刻|三刻)?)"
            f"(?![{NUMERAL}])"
        ),
        _clock,
    ),
    Rule("decimal", re.compile(f"{_NOT_BEFORE}(?P<whole>{_N})点(?P<part>{_D}+)(?P<after>{_AFTER})"), _decimal),
    Rule(
        "range",
        re.compile(f"{_NOT_BEFORE}(?P<low>{_N})(?P<to>[到至])(?P<high>{_N})(?P<after>(?:{MEASURES}|{COUNTERS}))"),
        _between,
    ),
    Rule(
        "count",
        re.compile(f"{_NOT_BEFORE}(?P<number>{_N})(?P<more>多|余)?(?P<after>(?:{MEASURES}|{COUNTERS}))"),
        _counted,
    ),
    Rule(
        "digits",
        re.compile(f"{_NOT_BEFORE}(?P<all>[零〇一二三四五六七八九]{{6,}})(?![{NUMERAL}])"),
        lambda m: digits(m["all"]),
    ),
)


@lru_cache(1)
def _stop_pattern() -> re.Pattern[str]:
    return re.compile("|".join(sorted((re.escape(word) for word in STOP), key=len, reverse=True)))


def _stopped(text: str) -> list[tuple[int, int]]:
    spans = []
    for match in _stop_pattern().finditer(text):
        if match[0] == "十分" and (
            text[match.end() : match.end() + 1] in {"钟", "之"} or _counts(text, match.start())
        ):
            continue
        if match[0] == "百分点" and text[max(0, match.start() - 1) : match.start()] == "个":
            continue
        spans.append(match.span())
    return spans


def _counts(text: str, at: int) -> bool:
    """Whether 十 at this place belongs to a longer numeral: 三十分, 点十分."""
    return at > 0 and text[at - 1] in NUMERAL + "点"


def write(text: str) -> tuple[str, tuple[Change, ...]]:
    """The text with its numerals in figures, and a change for each. A text without numerals comes back as it is."""
    if not any(c in NUMERAL for c in text):
        return text, ()
    changes: list[Change] = []
    out: list[str] = []
    at = 0
    stops = _stopped(text)
    while at < len(text):
        best: tuple[re.Match[str], str, str] | None = None
        for rule in RULES:
            match = rule.pattern.match(text, at) if text[at] in NUMERAL or text[at] in _FIRST else None
            if match is None or any(a < match.end() and match.start() < b for a, b in stops):
                continue
            written = rule.write(match)
            if written is not None and written != match[0]:
                best = (match, written, rule.name)
                break
        if best is None:
            out.append(text[at])
            at += 1
            continue
        match, written, name = best
        changes.append(Change("numbers", match[0], written, name, at))
        out.append(written)
        at = match.end()
    return "".join(out), tuple(changes)


_FIRST = frozenset(word[0] for word in BEFORE_CLOCK.split("|"))
