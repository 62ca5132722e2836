"""Units in their written form, and phrases that an office writes in one way only; both from tables it edits."""

from collections.abc import Iterator, Sequence

from roomctl.api import Finding, tr
from roomctl_records.proof.tables import Tables
from roomctl_records.proof.text import Line


def check(text: Sequence[Line], tables: Tables) -> Iterator[Finding]:
    """Spoken names of units, but in somebody's own words; and phrases of the list."""
    for line in text:
        for spoken, written in ({} if line.spoken else tables.units).items():
            yield from _found(line, spoken, written, "unit", tr("单位规范名称是", "its written form is "))
        for wrong, right in tables.phrases.items():
            yield from _found(line, wrong, right, "phrase", tr("应写", "is written "))


def _found(line: Line, wrong: str, right: str, rule: str, said: str) -> Iterator[Finding]:
    start = line.text.find(wrong)
    while start >= 0:
        within = right.find(wrong)
        begins = start - within if within >= 0 else -1
        if not (begins >= 0 and line.text.startswith(right, begins)):  # it stands in its right form already
            yield line.finding(rule, start, start + len(wrong), f"{said}“{right}”", right)
        start = line.text.find(wrong, start + len(wrong))
