"""One document model for every paper a meeting makes; a renderer turns it into docx, later PDF/A and HTML."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Heading:
    """Level 1 黑体 一、, 2 楷体 （一）, 3 仿宋 1., 4 仿宋 （1）; the number is part of the text."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Body text.

    Attributes:
        lead: words set in 黑体 before the text, such as a speaker's name.
        segment: id of the transcript segment it came from, so that the secretary can hear it.

    """

    text: str
    lead: str = ""
    segment: str = ""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A label in 黑体, two characters in, and its entries in 仿宋, aligned after the colon: 出席：…"""

    label: str
    entries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Signatures:
    """Lines to be signed by hand, without typed names: 主持人（签名）."""

    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """A remark in small type, such as that the meeting was recorded."""

    text: str


@dataclass(frozen=True, slots=True)
class Space:
    """An empty line, as before the 出席 of a 纪要 (GB/T 9704-2012 clause 10.3)."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture between two paragraphs, or small in a cell of a table, such as a signature.

    Attributes:
        content: a PNG or JPEG file.
        description: for who cannot see it; what stands under it is a block of its own.
        beside: words in the same cell.
        height: millimetres; 0: as high as there is room.
        aside: at the right edge, beside the lines that follow.

    """

    content: bytes
    description: str
    beside: str = ""
    height: float = 0.0
    aside: bool = False


Cell = str | Picture


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a header, which is said again on each page.

    Attributes:
        widths: of the columns, as shares of the line.

    """

    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    widths: tuple[int, ...]

    def __post_init__(self) -> None:
        columns = {len(self.header), len(self.widths), *map(len, self.rows)}
        if len(columns) != 1:
            raise ValueError(f"a table of {len(self.header)} columns has rows or widths of {columns}")


Block = Heading | Paragraph | Labelled | Signatures | Note | Space | Table | Picture


@dataclass(frozen=True, slots=True)
class Masthead:
    """What stands above the title of a 纪要: its mark in red, the number, who issues it and when.

    GB/T 9704-2012 clause 10.3; the line of number, issuer and date is as offices write it.
    """

    mark: str
    number: str
    issuer: str
    date: str


@dataclass(frozen=True, slots=True)
class Imprint:
    """版记 at the foot of the last page: who gets it, who printed it, when (GB/T 9704-2012 clause 7.4).

    Attributes:
        label: 分送 or 抄送.

    """

    label: str
    to: tuple[str, ...]
    office: str
    printed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A paper before it has a page.

    Attributes:
        kind: 会议记录, 会议纪要, 签到表 …
        mark: 密级 as written on it, empty where open.
        masthead, imprint: of a 纪要 alone; a 会议记录 is no 公文 and has neither.

    """

    kind: str
    title: str
    blocks: tuple[Block, ...]
    mark: str = ""
    masthead: Masthead | None = None
    imprint: Imprint | None = None

    @property
    def segments(self) -> Iterator[str]:
        """Ids of the transcript segments it draws on, in order."""
        return (block.segment for block in self.blocks if isinstance(block, Paragraph) and block.segment)


SIGNED_COPY = "signed-"
"""How the file of a 签字件 is called, before its id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFile:
    """A document as it lies on disk.

    Attributes:
        path: relative to the data folder.
        version: of its kind in this meeting, from 1.
        pdf, pdf_sha256: the print that was made of it as it was signed, where one could be made.
        demo: signed by the demo's secretary, not by a person.

    """

    id: str
    meeting: str
    kind: str
    version: int
    path: str
    sha256: str
    at: datetime
    signed_by: str = ""
    signed_at: datetime | None = None
    demo: bool = False
    pdf: str = ""
    pdf_sha256: str = ""

    @property
    def by_hand(self) -> bool:
        """The scan, or the signed PDF, of what people have signed by hand: 签字件."""
        return self.path.rpartition("/")[2].startswith(SIGNED_COPY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something in a paper that somebody should look at; nothing is ever changed by itself.

    Attributes:
        rule: what kind of rule: name, missing, post, order, seat, unit, phrase, date, weekday, sum, figure, copies,
            punctuation.
        block: place of the block in the document, -1 for the title; entry: line of a list or table in it, from 0.
        at: characters from the beginning of that line.
        text: the words in question; around: with those beside them.
        said: what is wrong; hint: what it should be, where that is known.
        source: standard and clause, where the rule is one's.
        paper: the kind of paper that it stands in, or 方案; empty: the one that was read. document: its id.

    """

    rule: str
    block: int
    entry: int = 0
    at: int
    text: str
    around: str
    said: str
    hint: str = ""
    source: str = ""
    paper: str = ""
    document: str = ""
