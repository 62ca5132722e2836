"""Numbers and dates in the written style of minutes: 百分之三十五 → 35%, 二零二六年三月五日 → 2026年3月5日.

A small grammar: a numeral is changed only where what stands beside it says that it counts or measures something
(GB/T 15835-2011, 4.1: figures where numbers are used for counting and measuring, and in dates and times). Set
phrases stay in characters (the same, 4.2), and so do ordinals, approximate pairs (七八个) and counts below ten.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from roomctl.api import Change
from roomctl_transcript.numerals import MYRIADS, NUMERAL, digits, figures, value

LEAST = 10
"""Below it a count of things stays in characters: 两项工作, 三天内."""

_N = f"[{NUMERAL}]+"
_D = "[零〇一二三四五六七八九]"
_YEAR = "(?:[12][0-9]{3}|[一二][零〇一二三四五六七八九]{3})"
YEARS = range(1949, 2100)
"""Of a document number: what lies outside is no year."""

MEASURES = (
    "平方公里|平方米|立方米|公里|千米|厘米|毫米|米|公顷|亩|吨|公斤|斤|千克|克|升|千瓦时|千瓦|兆瓦|度电|摄氏度|"
    "元|美元|欧元|港元|块钱|个百分点|倍|公分|海里|分贝|赫兹"
)
"""Units of measure: figures whatever the value."""
COUNTERS = (
    "个|名|人次|人|位|户|家|项|条|件|次|台|套|辆|座|栋|幢|间|处|所|起|宗|批|场|天|周|年|岁|小时|分钟|秒|周岁|周年|"
    "日|号|页|份|册|本|张|支|艘|架|头|只|株|棵|块|层|楼|级|分(?!之)|部|期|届次|万人|余名|窗口|车位|床"
)
"""What is counted: figures from ten on."""
ISSUERS = (
    "国|中|省|市|县|区|州|盟|旗|镇|乡|府|政|委|厅|局|办|党|组|人|财|建|教|科|民|司|资|环|交|水|农|商|文|卫|审|统|税|林|信|应|"
    "退|医|体|能|监|研|外|宣|纪|编|保|密|档|发改|自然|公安|公|工|住|城|规|数|金|国资|机关|人社|卫健|应急"
)
"""What the 代字 of an issuing office is made of (GB/T 9704-2012, 7.2.5)."""
PAPERS = "发|函|字|复|规|通|令|电|议|任|提|阅|呈|纪|办"
"""Its last character: the kind of paper."""
ROOMS = "会议室|办公室|教室|病房|房间|国道|省道|县道|高速|公交|路公交|专线|热线|服务热线|航班|次列车"
"""What has a number that is read out digit by digit."""
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


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern, and what is written for a match; None leaves it as it is."""

    name: str
    pattern: re.Pattern[str]
    write: Callable[[re.Match[str]], str | None]


def _share(whole: str, part: str | None) -> str | None:
    """35, 98.6; what is in figures already stays."""
    if whole[0].isdecimal():
        return whole
    written = "100" if whole == "百" else figures(whole)
    return None if written is None else written + (f".{digits(part)}" if part else "")


def _percent(match: re.Match[str]) -> str | None:
    sign = "%" if match["of"] == "百" else "‰"
    low = _share(match["whole"], match["part"])
    if low is None:
        return None
    if not match["to"]:
        return low + sign
    high = _share(match["whole2"], match["part2"])
    return None if high is None else f"{low}{sign}{match['to']}{high}{sign}"


def _paper(match: re.Match[str]) -> str | None:
    """国发二零二六十二号 → 国发〔2026〕12号, where an office's 代字 stands before it."""
    year = match["year"] if match["year"].isdecimal() and match["year"].isascii() else digits(match["year"])
    number = match["number"] if match["number"].isascii() else figures(match["number"])
    if int(year) not in YEARS or number is None or not _ISSUED.search(match.string[: match.start()]):
        return None
    return f"〔{year}〕{number}号"


_ISSUED = re.compile(f"(?:{ISSUERS}){{1,8}}(?:{PAPERS})$")


def _year(match: re.Match[str]) -> str | None:
    """两千零二十六年 → 2026; a span of years (两千年, 两千多年) is none."""
    number = value(match["long"])
    return str(number) if number in YEARS else None


def _days(match: re.Match[str]) -> str | None:
    """The second of two days or months: 三月五日至七日, 一至九月."""
    low, high = value(match["low"]), value(match["high"])
    most = 31 if match["after"] in "日号" else 12
    if low is None or high is None or not 1 <= low < high <= most:
        return None
    return f"{low}{match['to']}{high}{match['after']}"


def _below_zero(match: re.Match[str]) -> str | None:
    number = figures(match["number"])
    part = f".{digits(match['part'])}" if match["part"] else ""
    return None if number is None else f"{match['sign']}{number}{part}{match['after']}"


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


def _amount(match: re.Match[str]) -> str | None:
    """四千六百万 with nothing behind it: 4600万; 一万 and 百万 stay as they are said."""
    number = value(match["number"])
    return None if number is None or number < LEAST * MYRIADS["万"] else figures(match["number"])


def _month(match: re.Match[str]) -> str | None:
    month = value(match["month"])
    return f"{month}月" if month and month <= 12 else None  # noqa: PLR2004 - months of a year


def _until_day(match: re.Match[str]) -> str | None:
    """The second half of 三月五日至七日."""
    day = value(match["day"])
    return f"{match['to']}{day}{match['after']}" if day and day <= 31 else None  # noqa: PLR2004 - days of a month


def _until_clock(match: re.Match[str]) -> str | None:
    """The second half of 下午两点到四点."""
    hour = value(match["hour"])
    if hour is None or hour > 24 or not _BEGAN.search(match.string[: match.start()]):  # noqa: PLR2004 - hours of a day
        return None
    return f"{match['to']}{hour}点"


_BEGAN = re.compile(f"(?:{BEFORE_CLOCK})[{NUMERAL}]+点(?:半|钟|整|[{NUMERAL}]+分)?$")


def _between(match: re.Match[str]) -> str | None:
    low, high = value(match["low"]), value(match["high"])
    if low is None or high is None or max(low, high) < LEAST:
        return None
    return f"{figures(match['low'])}{match['to']}{figures(match['high'])}{match['after']}"


_NOT_BEFORE = "(?<![第几数零〇一二两三四五六七八九十百千万亿点])"
_AFTER = f"(?:[万亿]?(?:{MEASURES}|{COUNTERS})|[万亿](?![{NUMERAL}]))"

RULES = (
    Rule(
        "document number",
        re.compile(
            f"(?<=[{PAPERS.replace('|', '')}])[〔［\\[（(【]?(?P<year>{_YEAR})(?:年度?)?[〕］\\]）)】]?"
            f"[，、 ]?第?(?P<number>[0-9]{{1,4}}|{_N})号"
        ),
        _paper,
    ),
    Rule(
        "percent",
        re.compile(
            f"(?P<of>[百千])分之(?P<whole>百(?![{NUMERAL}])|{_N}|[0-9]+(?:\\.[0-9]+)?)(?:点(?P<part>{_D}+))?"
            f"(?:(?P<to>[到至])(?:[百千]分之)?(?P<whole2>{_N}|[0-9]+(?:\\.[0-9]+)?)(?:点(?P<part2>{_D}+))?"
            f"(?!(?:{MEASURES}|{COUNTERS}|月)))?(?!分之)"
        ),
        _percent,
    ),
    Rule("year", re.compile(f"{_NOT_BEFORE}(?P<long>[一两二]千{_N})(?=年(?![多来]))"), _year),
    Rule(
        "days",
        re.compile(
            f"{_NOT_BEFORE}(?P<low>[一二三四五六七八九十]{{1,3}})(?P<to>[到至])"
            f"(?P<high>[一二三四五六七八九十]{{1,3}})(?P<after>[日号月])(?![{NUMERAL}])"
        ),
        _days,
    ),
    Rule(
        "years", re.compile(f"{_NOT_BEFORE}(?P<year>{_D}{{4}})(?=[至到—-]{_D}{{4}}年)"), lambda m: digits(m["year"])
    ),
    Rule(
        "until that day",
        re.compile(
            f"(?<=[日号])(?P<to>[到至])(?P<day>[一二三四五六七八九十]{{1,3}})(?P<after>[日号])(?![{NUMERAL}])"
        ),
        _until_day,
    ),
    Rule(
        "until that hour",
        re.compile(f"(?<=[点半钟整分])(?P<to>[到至])(?P<hour>[一二两三四五六七八九十]{{1,3}})点(?![{NUMERAL}])"),
        _until_clock,
    ),
    Rule(
        "below zero",
        re.compile(f"(?P<sign>零下)(?P<number>{_N})(?:点(?P<part>{_D}+))?(?P<after>摄氏度|度)"),
        _below_zero,
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
        "month", re.compile(f"(?<=[今明去前当同次{NUMERAL}0-9]年)(?P<month>[一二三四五六七八九十]{{1,2}})月"), _month
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
        re.compile(f"{_NOT_BEFORE}(?P<number>{_N})(?P<more>多|余)?(?P<after>[万亿]?(?:{MEASURES}|{COUNTERS}))"),
        _counted,
    ),
    Rule(
        "amount",
        re.compile(f"{_NOT_BEFORE}(?<![上近好])(?P<number>{_N}[万亿])(?![{NUMERAL}多余来])"),
        _amount,
    ),
    Rule(
        "digits",
        re.compile(f"{_NOT_BEFORE}(?P<all>[零〇一二三四五六七八九]{{6,}})(?![{NUMERAL}])"),
        lambda m: digits(m["all"]),
    ),
    Rule(
        "read digit by digit",
        re.compile(f"(?<![{NUMERAL}])(?P<all>[零〇一二三四五六七八九幺]{{3,}})(?=(?:{ROOMS}))"),
        lambda m: digits(m["all"]),
    ),
    Rule(
        "telephone",
        re.compile(
            f"(?<![{NUMERAL}幺])(?P<all>(?=[零〇一二三四五六七八九]*幺)[零〇一二三四五六七八九幺]{{3,}})(?![{NUMERAL}])"
        ),
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
    if not any(c in NUMERAL or c == "幺" or c.isdecimal() for c in text):
        return text, ()
    changes: list[Change] = []
    out: list[str] = []
    at = 0
    stops = _stopped(text)
    while at < len(text):
        best: tuple[re.Match[str], str, str] | None = None
        for rule in RULES:
            match = rule.pattern.match(text, at) if text[at] in _FIRST else None
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


_FIRST = frozenset(NUMERAL + "幺到至0123456789〔［[（(【") | {word[0] for word in BEFORE_CLOCK.split("|")}
"""What a match may begin with."""
