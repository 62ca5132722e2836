"""How far a transcript is from the known text: character error rate, numbers read out on both sides."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_DIGITS = "零一二三四五六七八九"
_UNITS = ("", "十", "百", "千")
_GROUPS = ("", "万", "亿")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_KEPT = re.compile(r"[^\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class Score:
    """Edits of the best alignment, over the reference's characters."""

    substitutions: int
    deletions: int
    insertions: int
    characters: int

    @property
    def rate(self) -> float:
        """0.0 is word for word; may exceed 1."""
        return (self.substitutions + self.deletions + self.insertions) / max(1, self.characters)


def score(reference: str, heard: str) -> Score:
    """Compares Chinese characters alone: no punctuation, no Latin, `3500` and `三千五百` the same."""
    return _align(plain(reference), plain(heard))


def plain(text: str) -> str:
    """What is compared: Chinese characters alone, numbers read out."""
    text = re.sub(r"(\d+(?:\.\d+)?)%", r"百分之\1", text)
    text = _NUMBER.sub(lambda found: read_out(found[0]), text)
    return _KEPT.sub("", text.replace("两", "二").replace("〇", "零"))


def read_out(number: str) -> str:
    """`3500` → `三千五百`, `1.5` → `一点五`."""
    whole, point, part = number.partition(".")
    said = _read_whole(int(whole))
    return said + "点" + "".join(_DIGITS[int(d)] for d in part) if point else said


def _read_whole(value: int) -> str:
    if value == 0:
        return "零"
    groups = []
    while value:
        value, group = divmod(value, 10_000)
        groups.append(group)
    said = ""
    for place in range(len(groups) - 1, -1, -1):
        group = groups[place]
        if group:
            gap = said and group < 1000  # noqa: PLR2004 - a group of four digits that begins with zero
            said += ("零" if gap else "") + _read_group(group) + _GROUPS[place]
    return said.removeprefix("一") if said.startswith("一十") else said


def _read_group(group: int) -> str:
    said, zero = "", False
    for place in range(3, -1, -1):
        digit = group // 10**place % 10
        if digit:
            said += ("零" if zero and said else "") + _DIGITS[digit] + _UNITS[place]
        zero = not digit
    return said


def _align(reference: Sequence[str], heard: Sequence[str]) -> Score:
    """Levenshtein distance with its operations counted, a row of the table at a time."""
    row = [(i, 0, 0, i) for i in range(len(heard) + 1)]  # distance, substitutions, deletions, insertions
    for wanted in reference:
        above, row = row, [(row[0][0] + 1, row[0][1], row[0][2] + 1, row[0][3])]
        for position, got in enumerate(heard):
            d, s, x, i = above[position]
            miss = wanted != got
            changed = (d + miss, s + miss, x, i)
            d, s, x, i = above[position + 1]
            left_out = (d + 1, s, x + 1, i)
            d, s, x, i = row[-1]
            put_in = (d + 1, s, x, i + 1)
            row.append(min(changed, left_out, put_in, key=lambda cell: cell[0]))
    _, substitutions, deletions, insertions = row[-1]
    return Score(substitutions, deletions, insertions, len(reference))
