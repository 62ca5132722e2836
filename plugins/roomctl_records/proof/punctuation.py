"""Punctuation after GB/T 15834-2011."""

import re
from collections.abc import Iterator, Sequence

from roomctl.api import Finding, tr
from roomctl_records.proof.text import Line

STANDARD = "GB/T 15834-2011"
"""Of its rules the clauses were not verified, so that none is named."""
_HAN = "\u3400-\u9fff"
_FULL = {",": "，", ".": "。", ";": "；", ":": "：", "?": "？", "!": "！", "(": "（", ")": "）"}
_RULES = (
    (re.compile(f"(?<=[{_HAN}])[,.;:?!](?=[{_HAN}]|$)"), "中文里用全角标点", "full-width between Chinese"),
    (
        re.compile(r"(?<=[”’])、(?=[“‘])|(?<=》)、(?=《)"),
        "引号、书名号之间不用顿号",
        "no 、 between quotations",
    ),
    (re.compile(r"[，。；：、]{2,}"), "标点重复", "doubled"),
    (
        re.compile(r"(?<=[，。；：、？！])[ \u3000]|[ \u3000](?=[，。；：、？！])"),
        "标点旁不空格",
        "no space beside it",
    ),
    (re.compile(r"^[，。；：、？！]"), "标点不在行首", "not at the beginning of a line"),
)
_PAIRS = {"（": "）", "“": "”", "《": "》", "〔": "〕", "【": "】"}


def check(text: Sequence[Line]) -> Iterator[Finding]:
    """In each line by itself."""
    for line in text:
        for pattern, zh, en in _RULES:
            for found in pattern.finditer(line.text):
                hint = _FULL.get(found[0], "")
                yield line.finding("punctuation", *found.span(), tr(zh, en), hint, STANDARD)
        yield from _pairs(line)


def _pairs(line: Line) -> Iterator[Finding]:
    """Brackets and quotation marks that are never closed, or never opened."""
    open_: list[tuple[str, int]] = []
    closing = {close: start for start, close in _PAIRS.items()}
    for place, character in enumerate(line.text):
        if character in _PAIRS:
            open_.append((character, place))
        elif character in closing:
            if open_ and open_[-1][0] == closing[character]:
                open_.pop()
            else:
                said = tr(f"“{character}”没有开头", f"{character} is never opened")
                yield line.finding("punctuation", place, place + 1, said, closing[character], STANDARD)
    for character, place in open_:
        said = tr(f"“{character}”没有结尾", f"{character} is never closed")
        yield line.finding("punctuation", place, place + 1, said, _PAIRS[character], STANDARD)
