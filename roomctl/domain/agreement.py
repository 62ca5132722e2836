"""Figures of one thing that differ between the papers of a meeting, or within one."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from roomctl.domain.record import Finding
from roomctl.i18n import tr

_FIGURE = re.compile(
    r"([\u4e00-\u9fff]{4,})(?:约|共|计|达|为|到)?(?<![第年月日至])(\d+(?:\.\d+)?)(万|亿)?([\u4e00-\u9fff%％])"
)
_SCALE = {"": 1, "万": 10_000, "亿": 100_000_000}
_THING = 6
"""Characters before a figure that say what it counts."""
_TIMES = frozenset("年月日时分号期次届第")
"""After a figure: it tells when, or which, and counts nothing."""
_AROUND = 12
"""Characters of the text that are shown before and after a figure."""


@dataclass(frozen=True, slots=True)
class Text:
    """A paper as its lines.

    Attributes:
        document: its id; kind: 会议记录 ….

    """

    document: str
    kind: str
    lines: Sequence[str]


def figures(papers: Sequence[Text]) -> Iterator[Finding]:
    """Where a figure stands beside the same words as an earlier one, of the same measure, and is another.

    The words decide alone: two things that are called the same are told too, and somebody looks.
    """
    first: dict[tuple[str, str], tuple[Decimal, str, str]] = {}
    for paper in papers:
        for place, line in enumerate(paper.lines):
            for found in _FIGURE.finditer(line):
                thing, measure = found[1][-_THING:], found[4]
                if measure in _TIMES:
                    continue
                value = Decimal(found[2]) * _SCALE[found[3] or ""]
                written = "".join(part or "" for part in found.groups()[1:])
                before = first.setdefault((thing, measure), (value, written, paper.kind))
                if before[0] != value:
                    start, end = found.start(2), found.end(4)
                    said = tr(f"{before[2]}里是 {before[1]}", f"{before[2]} has {before[1]}")
                    yield Finding(
                        rule="figure",
                        block=place,
                        at=start,
                        text=line[start:end],
                        around=line[max(0, start - _AROUND) : end + _AROUND],
                        said=said,
                        hint=before[1],
                        paper=paper.kind,
                        document=paper.document,
                    )
