"""Reads a docx back into the model, as somebody has left it in a word processor.

The paper that is signed is the file that lies there: what is checked, previewed and set as PDF comes from it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import docx
from docx.oxml.ns import qn
from docx.shared import Emu
from docx.table import Table
from docx.text.paragraph import Paragraph

from roomctl.api import BadInput, Document, TranscriptSegment, record, tr
from roomctl_records.render import styles
from roomctl_records.render.docx import bookmark
from roomctl_records.render.docx_official import FALLBACK

_HEADINGS = {styles.heading(level): level for level in (1, 2, 3, 4)}
_SIGNED = "（签名）："
_AROUND_RUNS = frozenset(
    qn(f"w:{name}") for name in ("ins", "moveTo", "hyperlink", "smartTag", "sdt", "sdtContent", "fldSimple")
)


def read(path: Path) -> Document:
    """What the file says now.

    What was read of a file is kept as long as it lies there unchanged: a page asks for it every few seconds.

    Styles tell what a paragraph is; one in a style of the writer's own is body text. Tracked deletions are left out,
    tracked insertions are in. The id of a transcript segment is its bookmark's name: `r1_t1_0007`.

    Raises:
        BadInput: it is no docx.

    """
    try:
        state = path.stat()
    except OSError:
        return _read(path, 0, 0, 0)
    return _read(path, state.st_ino, state.st_size, state.st_mtime_ns)


@lru_cache(maxsize=16)
def _read(path: Path, _file: int, _size: int, _changed: int) -> Document:
    try:
        paper = docx.Document(str(path))
    except Exception as error:  # a damaged zip or XML raises whatever its reader likes
        raise BadInput(
            tr(f"读不了 {path.name}", f"cannot read {path.name}"),
            tr("不是完整的 docx 文件", "it is no whole docx file"),
            tr("用文字处理软件另存为 docx", "save it as docx in a word processor"),
        ) from error
    found = _Found()
    for element in _elements(paper.element.body):
        if element.tag == qn("w:p"):
            found.paragraph(Paragraph(element, paper._body))  # noqa: SLF001 - the body in order has no other name
        elif element.tag == qn("w:tbl"):
            found.table(Table(element, paper._body))  # noqa: SLF001
    core = paper.core_properties
    return Document(
        kind=core.subject or "",
        title="".join(found.title),
        blocks=tuple(found.blocks),
        mark=found.mark,
        masthead=found.masthead,
        imprint=found.imprint,
    )


def _elements(body: Any) -> Iterator[Any]:
    """Paragraphs and tables, those within content controls among them."""
    for element in body:
        if element.tag in {qn("w:sdt"), qn("w:sdtContent")}:
            yield from _elements(element)
        else:
            yield element


def heard(document: Document, segments: Iterable[TranscriptSegment]) -> Document:
    """With the ids of transcript segments in the place of their bookmarks; one that is not theirs is left out."""
    ids = {bookmark(one.id): one.id for one in segments}

    def named(name: str) -> str:
        return ids.get(name) or ids.get(name.rpartition("_")[0], "")

    blocks = tuple(
        replace(block, segment=named(block.segment)) if isinstance(block, record.Paragraph) else block
        for block in document.blocks
    )
    return replace(document, blocks=blocks)


class _Found:
    def __init__(self) -> None:
        self.blocks: list[record.Block] = []
        self.title: list[str] = []
        self.mark = ""
        self.masthead: record.Masthead | None = None
        self.imprint: record.Imprint | None = None

    def paragraph(self, paragraph: Paragraph) -> None:
        self._box(paragraph)
        self.blocks += _pictures(paragraph)
        style, text = paragraph.style.name if paragraph.style else "", _text(paragraph._p)  # noqa: SLF001
        if not text.strip():
            if style == styles.BODY and self.blocks:  # those above the text belong to the title
                self.blocks.append(record.Space())
            return
        if style in _HEADINGS:
            self.blocks.append(record.Heading(_HEADINGS[style], text))
        elif style == styles.TITLE:
            self.title.append(text)
        elif style == styles.MARK:
            self.mark = text
        elif style in {styles.MASTHEAD, styles.NUMBER, styles.ISSUER}:
            self._masthead(style, text)
        elif style == styles.NOTE:
            self.blocks.append(record.Note(text))
        elif style == styles.SIGNATURE and _SIGNED in text:
            self._signature(text.partition(_SIGNED)[0])
        elif style == styles.LABEL:
            self._labelled(paragraph, text)
        else:
            lead = _lead(paragraph)
            self.blocks.append(record.Paragraph(text.removeprefix(lead), lead, _segment(paragraph)))

    def _masthead(self, style: str, text: str) -> None:
        known = self.masthead or record.Masthead("", "", "", "")
        issuer, _, date = text.partition("\t")
        self.masthead = {
            styles.MASTHEAD: replace(known, mark=text),
            styles.NUMBER: replace(known, number=text),
            styles.ISSUER: replace(known, issuer=issuer, date=date),
        }[style]

    def table(self, table: Table) -> None:
        """A cell that somebody has taken out of a row is an empty one."""
        rows = [("",) * row.grid_cols_before + tuple(map(_cell, row.cells)) for row in table.rows]
        columns = max(map(len, rows), default=0)
        if not columns:
            return
        heads, *rows = [row + ("",) * (columns - len(row)) for row in rows]
        header = tuple(cell if isinstance(cell, str) else cell.beside for cell in heads)
        widths = (*(int(column.width or 1) for column in table.columns), *[1] * columns)[:columns]
        self.blocks.append(record.Table(header, tuple(rows), widths))

    def _signature(self, role: str) -> None:
        last = self.blocks[-1] if self.blocks else None
        if isinstance(last, record.Signatures):
            self.blocks[-1] = record.Signatures((*last.roles, role))
        else:
            self.blocks.append(record.Signatures((role,)))

    def _labelled(self, paragraph: Paragraph, text: str) -> None:
        lead = _lead(paragraph)
        last = self.blocks[-1] if self.blocks else None
        if lead:
            self.blocks.append(record.Labelled(lead.rstrip("：:"), (text.removeprefix(lead),)))
        elif isinstance(last, record.Labelled):
            self.blocks[-1] = record.Labelled(last.label, (*last.entries, text))
        else:
            self.blocks.append(record.Paragraph(text))

    def _box(self, paragraph: Paragraph) -> None:
        """版记 stands in a box of its own."""
        lines = [
            text
            for box in paragraph._p.iter(qn("w:txbxContent"))  # noqa: SLF001 - boxes have no name in python-docx
            if next(box.iterancestors(FALLBACK), None) is None
            for inner in box.iter(qn("w:p"))
            if (text := _text(inner))
        ]
        if len(lines) == 2:  # noqa: PLR2004 - who gets it; who printed it and when
            label, _, to = lines[0].partition("：")
            office, _, printed = lines[1].partition("\t")
            copies = tuple(to.rstrip("。").split("，"))
            self.imprint = record.Imprint(label, copies, office, printed.removesuffix("印发"))


def _cell(cell: Any) -> record.Cell:
    """Its words; with a picture of ours in it, the first one, and the words beside it."""
    picture = next((one for paragraph in cell.paragraphs for one in _pictures(paragraph)), None)
    return replace(picture, beside=cell.text.strip()) if picture else str(cell.text)


def _pictures(paragraph: Paragraph) -> Iterator[record.Picture]:
    """PNG and JPEG alone: a page of ours has no others, and not every printer knows them."""
    for inline in paragraph._p.iter(qn("wp:inline"), qn("wp:anchor")):  # noqa: SLF001 - pictures have no name in python-docx
        about, extent = inline.find(qn("wp:docPr")), inline.find(qn("wp:extent"))
        high = round(Emu(int(extent.get("cy", 0))).mm, 1) if extent is not None else 0.0
        for blip in inline.iter(qn("a:blip")):
            part = paragraph.part.related_parts.get(blip.get(qn("r:embed"), ""))
            content = part.blob if part is not None else b""
            if content.startswith((b"\x89PNG", b"\xff\xd8")):
                described = about.get("descr", "") if about is not None else ""
                yield record.Picture(content, described, height=high, aside=inline.tag == qn("wp:anchor"))


def _text(paragraph: Any) -> str:
    """Of its runs, those of insertions among them, without what stands in a box."""
    text = ""
    for run in _runs(paragraph):
        for part in run:
            if part.tag == qn("w:t"):
                text += part.text or ""
            elif part.tag in {qn("w:tab"), qn("w:br")}:
                text += "\t" if part.tag == qn("w:tab") else " "
    return text


def _runs(element: Any) -> Iterator[Any]:
    for child in element:
        if child.tag == qn("w:r"):
            yield child
        elif child.tag in _AROUND_RUNS:
            yield from _runs(child)


def _lead(paragraph: Paragraph) -> str:
    """What is set in the lead's style at its beginning."""
    lead = ""
    for run in paragraph.runs:
        if run.style is None or run.style.name != styles.LEAD:
            break
        lead += run.text
    return lead


def _segment(paragraph: Paragraph) -> str:
    mark = paragraph._p.find(qn("w:bookmarkStart"))  # noqa: SLF001 - bookmarks have no name in python-docx
    return str(mark.get(qn("w:name"))) if mark is not None else ""
