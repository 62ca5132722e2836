"""A document as lines of text, each with its place."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from roomctl.api import Document, Finding, record

TITLE = -1
"""Place of what stands above the blocks."""
_AROUND = 12  # characters shown on either side of a finding


@dataclass(frozen=True, slots=True)
class Line:
    """Text of a block.

    Attributes:
        block: its place in the document; entry: the line within it, from 0.
        label: what it stands under, such as 出席.
        spoken: somebody's words, as a 会议记录 keeps them, spoken names of units with them.

    """

    block: int
    text: str
    label: str = ""
    spoken: bool = False
    entry: int = 0

    def finding(self, rule: str, start: int, end: int, said: str, hint: str = "", source: str = "") -> Finding:
        """What is wrong between two places of this line, with the words around it."""
        around = self.text[max(0, start - _AROUND) : end + _AROUND]
        return Finding(
            rule=rule,
            block=self.block,
            entry=self.entry,
            at=start,
            text=self.text[start:end],
            around=around,
            said=said,
            hint=hint,
            source=source,
        )


def lines(document: Document) -> Sequence[Line]:
    """Title, every block, and who gets the paper."""
    return list(_lines(document))


def _lines(document: Document) -> Iterator[Line]:
    yield Line(TITLE, document.title)
    for place, block in enumerate(document.blocks):
        match block:
            case record.Labelled(label, entries):
                yield from (Line(place, entry, label, entry=n) for n, entry in enumerate(entries))
            case record.Table(header, rows, _):
                for n, row in enumerate(rows):
                    cells = (cell if isinstance(cell, str) else cell.beside for cell in row)
                    yield from (Line(place, cell, head, entry=n) for head, cell in zip(header, cells, strict=True))
            case record.Signatures() | record.Space() | record.Picture():
                pass
            case record.Paragraph(text, _, segment):
                yield Line(place, text, spoken=bool(segment) and document.kind == "会议记录")
            case record.Heading() | record.Note():
                yield Line(place, block.text)
    if document.imprint:
        for n, to in enumerate(document.imprint.to):
            yield Line(len(document.blocks), to, document.imprint.label, entry=n)
