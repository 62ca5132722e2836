"""What a Chinese numeral says, and how it is written in figures."""

import re
from collections.abc import Iterator

DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "幺": 1}
MYRIADS = {"万": 10_000, "亿": 100_000_000}
NUMERAL = "零〇一二两三四五六七八九十百千万亿"


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
