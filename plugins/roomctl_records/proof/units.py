"""Units in their written form, and phrases that an office writes in one way only; both from tables it edits."""

from collections.abc import Iterator, Sequence

from roomctl.api import Finding, tr
from roomctl_records.proof.tables import Tables
from roomctl_records.proof.text import Line


def check(text: Sequence[Line], tables: Tables) -> Iterator[Finding]:
    """Spoken names of units, but in somebody's own words; and phrases of the list."""
    for line in text:
        for spoken, written in ({} if line.spoken else tables.units).items():
            said = tr(f"“{spoken}”不是单位规范名称", f"“{spoken}” is not the unit's written form")
            yield from _found(line, spoken, written, "unit", said)
        for wrong, right in tables.phrases.items():
            said = tr(f"“{wrong}”不是规定的写法", f"“{wrong}” is not how the office writes it")
            yield from _found(line, wrong, right, "phrase", said)


def _found(line: Line, wrong: str, right: str, rule: str, said: str) -> Iterator[Finding]:
    start = line.text.find(wrong)
    while start >= 0:
        within = right.find(wrong)
        begins = start - within if within >= 0 else -1
        if not (begins >= 0 and line.text.startswith(right, begins)):  # it stands in its right form already
            yield line.finding(rule, start, start + len(wrong), said, right)
        start = line.text.find(wrong, start + len(wrong))
