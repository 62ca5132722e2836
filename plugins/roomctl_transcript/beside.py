"""Speech that follows a paper: the passage beside it, and the figures in which the two differ. Nothing is replaced.

A sentence and the papers are read as tokens: characters without marks, and figures, whatever their writing
(三点五亿元 and 3.5亿元 are one figure). The sentence is laid over the passage that is most like it; where a figure
meets a figure of another value, and the words around both are the same, somebody has to look: 存疑.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from roomctl.api import Beside, Change, Doubt
from roomctl_transcript import numbers
from roomctl_transcript.numerals import value

LEAST_ALIKE = 0.6
"""Share of the sentence that stands in the passage too; two sentences of one subject share less (tests)."""
SHORTEST = 6
"""Tokens; what is shorter follows anything."""
NEIGHBOURS = 4
"""Tokens looked at on each side of a figure, of which `LEAST_NEIGHBOURS` must be the same."""
LEAST_NEIGHBOURS = 3
SPARE = 6
"""Tokens of the paper beside the best place that are laid against the sentence too."""

FIGURE = "#"
_MULTIPLES = {"万": Decimal(10**4), "亿": Decimal(10**8)}
_UNIT = re.compile(f"(?:{numbers.MEASURES}|{numbers.COUNTERS}|[年月日号点时分])")
_FIGURES = re.compile(
    r"(?P<sign>零下)?(?P<written>[0-9][0-9,，]*(?:\.[0-9]+)?(?:[万亿](?:[0-9]+(?:\.[0-9]+)?)?)*)(?P<share>[%‰％])?"
    f"|(?P<said>[一二两三四五六七八九十]{{1,3}})(?=(?:{numbers.COUNTERS}|{numbers.MEASURES}|届|次))"
)
_ABOUT = re.compile("[多余几来]|左右|上下")
_NOT_SAID = re.compile("[一](?=[个些般起直切定样律致旦下])")
_MARK = re.compile(r"[\s，。！？；：、“”‘’（）()《》〈〉〔〕\[\]【】—…·,.!?;:\"'-]")


@dataclass(frozen=True, slots=True)
class Token:
    """A character, or a figure.

    Attributes:
        key: the character, or `#`.
        start, end: in the text as it is written.
        amount: of a figure; share: `%` or `‰`; unit: what it counts, empty where nothing stands behind it.
        about: said or written as an approximate one.

    """

    key: str
    start: int
    end: int
    amount: Decimal | None = None
    share: str = ""
    unit: str = ""
    about: bool = False

    def same(self, other: "Token") -> bool:
        """Of one value, as far as an approximate one says."""
        if self.amount is None or other.amount is None or self.share != other.share:
            return self.amount == other.amount and self.share == other.share
        if self.amount == other.amount:
            return True
        loose = self if self.about else other if other.about else None
        if loose is None or loose.amount is None:
            return False
        return abs(self.amount - other.amount) < _step(loose.amount)


def _step(amount: Decimal) -> Decimal:
    """One of the last digit that is not zero: 80多 may be 86, 3000多 may be 3500."""
    step = Decimal(1)
    while amount and amount % (step * 10) == 0:
        step *= 10
    return step


def tokens(text: str) -> list[Token]:
    """Of a text, its numerals read as figures whatever their writing."""
    written, changes = numbers.write(text)
    back = _way_back(text, written, changes)
    found: list[Token] = []
    at = 0
    while at < len(written):
        match = _FIGURES.match(written, at)
        if match and not _NOT_SAID.match(written, at) and (amount := _amount(match)) is not None:
            unit = _UNIT.match(written, match.end())
            about = bool(_ABOUT.match(written, match.end()) or (unit and _ABOUT.match(written, unit.end())))
            if unit and written.startswith("半", unit.end()):
                amount += Decimal("0.5")  # 两个半工作日
            share = (match["share"] or "").replace("％", "%")
            start, end = back[match.start()][0], back[match.end() - 1][1]
            found.append(Token(FIGURE, start, end, amount, share, unit[0] if unit else "", about))
            at = match.end()
            continue
        if not _MARK.match(written[at]):
            found.append(Token(written[at].lower(), *back[at]))
        at += 1
    return found


def _way_back(text: str, written: str, changes: Sequence[Change]) -> list[tuple[int, int]]:
    """For each character of `written`, the span of `text` that it stands for."""
    back: list[tuple[int, int]] = []
    at = 0
    for change in changes:
        back += [(i, i + 1) for i in range(at, change.at)]
        at = change.at + len(change.before)
        back += [(change.at, at)] * len(change.after)
    back += [(i, i + 1) for i in range(at, len(text))]
    assert len(back) == len(written)  # noqa: S101 - every change tells where it was
    return back


def _amount(match: re.Match[str]) -> Decimal | None:
    if match["said"]:
        said = value(match["said"])
        return None if said is None else Decimal(said)
    amount = Decimal(0)
    for number, multiple in re.findall(r"([0-9][0-9,，]*(?:\.[0-9]+)?)([万亿]*)", match["written"]):
        part = Decimal(re.sub("[,，]", "", number))
        for character in multiple:
            part *= _MULTIPLES[character]
        amount += part
    return -amount if match["sign"] else amount


@dataclass(frozen=True)
class Paper:
    """One paper, read once."""

    name: str
    text: str

    @cached_property
    def tokens(self) -> list[Token]:
        return tokens(self.text)

    @cached_property
    def keys(self) -> str:
        return "".join(token.key for token in self.tokens)

    def passage(self, first: int, last: int) -> str:
        """The text of some tokens, out to the ends of their clauses."""
        start, end = self.tokens[first].start, self.tokens[last].end
        while start and self.text[start - 1] not in "。！？；\n":
            start -= 1
        while end < len(self.text) and self.text[end - 1] not in "。！？；\n":
            end += 1
        return self.text[start:end].strip()


class Papers:
    """The papers of a meeting, by file name."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._papers = [Paper(name, text) for name, text in texts.items() if text.strip()]

    def beside(self, text: str) -> tuple[Beside | None, tuple[Doubt, ...]]:
        """The passage that a sentence follows, if any, and what differs; the sentence's impossible figures too."""
        said = tokens(text)
        doubts = list(_impossible(text, said))
        place = self._place(said)
        if place is None:
            return None, tuple(doubts)
        paper, first, last, alike = place
        doubts += [
            doubt
            for doubt in _differences(text, said, paper, max(0, first - SPARE), last + SPARE)
            if doubt.at not in {one.at for one in doubts}
        ]
        beside = Beside(paper.name, paper.passage(first, last), round(alike, 3))
        return beside, tuple(sorted(doubts, key=lambda one: one.at))

    def _place(self, said: Sequence[Token]) -> tuple[Paper, int, int, float] | None:
        """Paper, first and last token, and how alike it is."""
        from rapidfuzz import fuzz  # noqa: PLC0415 - only where there are papers

        if len(said) < SHORTEST:
            return None
        keys = "".join(token.key for token in said)
        best: tuple[Paper, int, int, float] | None = None
        for paper in self._papers:
            if len(paper.keys) < SHORTEST:
                continue
            least = 100 * (best[3] if best else LEAST_ALIKE)
            found = fuzz.partial_ratio_alignment(keys, paper.keys, score_cutoff=least)
            if found and found.dest_end > found.dest_start and (best is None or found.score > least):
                best = (paper, found.dest_start, found.dest_end - 1, found.score / 100)
        return best


def _differences(text: str, said: Sequence[Token], paper: Paper, first: int, last: int) -> Iterator[Doubt]:
    for mine, token in enumerate(said):
        if token.amount is None:
            continue
        near = [
            (alike, theirs)
            for theirs in range(first, min(last + 1, len(paper.tokens)))
            if _comparable(token, paper.tokens[theirs]) and (alike := _around(said, mine, paper.tokens, theirs))
        ]
        alike, theirs = max(near, default=(0, 0))
        written = paper.tokens[theirs]
        if alike >= LEAST_NEIGHBOURS and not token.same(written):
            yield Doubt(
                at=token.start,
                said=_written(text, token),
                paper=_written(paper.text, written),
                file=paper.name,
            )


def _written(text: str, token: Token) -> str:
    """A figure with its unit, which a numeral in characters has already: 四十分钟 was read as 40分钟."""
    figure = text[token.start : token.end]
    return figure if figure.endswith(token.unit) else figure + token.unit


def _comparable(one: Token, other: Token) -> bool:
    """Two figures of one thing: a share with a share, units that are not two different ones."""
    if one.amount is None or other.amount is None or one.share != other.share:
        return False
    return not (one.unit and other.unit) or one.unit == other.unit


def _around(said: Sequence[Token], mine: int, paper: Sequence[Token], theirs: int) -> int:
    """How many of the tokens about a figure are the same, each in its place; else two other figures have met."""
    return sum(
        said[mine + by].key == paper[theirs + by].key
        for by in range(-NEIGHBOURS, NEIGHBOURS + 1)
        if by and 0 <= mine + by < len(said) and 0 <= theirs + by < len(paper)
    )


_MOST = {"月": 12, "日": 31, "号": 31}


def _impossible(text: str, said: Sequence[Token]) -> Iterator[Doubt]:
    """Dates that no calendar has: 31月15日."""
    for index, token in enumerate(said):
        most = _MOST.get(token.unit)
        dated = token.unit == "月" or (index and said[index - 1].key == "月")
        if token.amount is not None and most and dated and not 1 <= token.amount <= most:
            yield Doubt(at=token.start, said=_written(text, token))
