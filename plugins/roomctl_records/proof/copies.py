"""分送 against what the paper asks for: who has something to do gets it."""

from collections.abc import Iterator, Sequence

from roomctl.api import Document, DraftPoint, Finding, PointKind, tr
from roomctl_records.proof.tables import Tables
from roomctl_records.proof.text import Line

EVERYBODY = ("有关单位", "各有关单位", "各部门", "各单位")
"""Phrases that stand for all."""


def check(document: Document, points: Sequence[DraftPoint], tables: Tables) -> Iterator[Finding]:
    """Units of the actions that do not stand in 分送, in either form of their name."""
    if document.imprint is None:
        return
    to = "、".join(document.imprint.to)
    if any(words in to for words in EVERYBODY):
        return
    asked = [unit for one in points if one.kind is PointKind.ACTION for unit in (one.owner, *one.support) if unit]
    for unit in dict.fromkeys(asked):
        written = tables.units.get(unit, unit)
        if unit not in to and written not in to:
            said = tr(f"{written}有落实事项，不在分送里", f"{written} has something to do, and gets no copy")
            line = Line(len(document.blocks), to, document.imprint.label)
            yield line.finding("copies", 0, len(to), said, written)
