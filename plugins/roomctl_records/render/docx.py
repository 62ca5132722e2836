"""Writes a document as docx. The same document and the same time give the same bytes."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_PARAGRAPH_ALIGNMENT, WD_TAB_LEADER
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Emu, Mm, Pt, Twips

from roomctl.api import Document, record
from roomctl_records.render import docx_official as official
from roomctl_records.render import layout, packed, styles
from roomctl_records.render.template import Template

_BOOKMARK = 40  # characters, the longest name of a bookmark in Word
_PROPERTY = 255  # characters, the longest that a core property may be
_ABOVE_AND_BELOW = Pt(3)  # a picture in a cell: its paper is white, and would lie over the rule
OF_MEETING = "urn:roomctl:meeting:"
"""Before the meeting's id, in the file's own properties (dc:identifier)."""
_CELL_ROOM = 100  # twips above and below a line of a cell, as `page.typ` has it: one can sign in it by hand
_CELL_MARGIN = Twips(108)  # left and right within a cell, as Word has it where a table says nothing
_SIGNED_AT = 20  # characters from the left of the text to where the line for a signature ends


def write(document: Document, path: Path, template: Template, *, at: datetime, meeting: str = "") -> None:
    """Renders to `path`.

    Args:
        at: becomes the file's time of creation, so that drafting twice from the same facts gives the same file.
        meeting: its id, by which the file is known when it comes back; empty where it is of none.

    """
    paper = docx.Document()
    styles.lay(paper, template)
    _properties(paper, document, template, at)
    if meeting:
        paper.core_properties.identifier = OF_MEETING + meeting
    writer = _Writer(paper, template)
    if document.mark:
        writer.text(document.mark, styles.MARK)
        styles.mark_pages(paper, layout.clean(document.mark))
    if document.masthead:
        official.masthead(paper, document.masthead, template)
    for line in layout.title_lines(layout.clean(document.title), layout.title_width(template)):
        writer.text(line, styles.TITLE)
    writer.text("", styles.BODY)
    for block in layout.with_readable_pictures(document).blocks:
        writer.block(block)
    if document.imprint:
        official.imprint(paper, document.imprint, template)
    raw = BytesIO()
    paper.save(raw)
    path.write_bytes(packed.settled(raw))


def bookmark(segment: str) -> str:
    """Name of the bookmark of a transcript segment: what Word takes for a name, `r1-t1-0007` as `r1_t1_0007`."""
    name = re.sub(r"[^0-9A-Za-z_]", "_", segment)
    return (name if name[:1].isalpha() else f"s_{name}")[:_BOOKMARK]


class _Writer:
    """Puts blocks at the end of the paper."""

    def __init__(self, paper: Any, template: Template) -> None:
        self.paper, self.template = paper, template
        self.marked: set[str] = set()
        plain = paper.styles[styles.BODY].style_id  # what a paragraph is that names none
        self.ids = {style.name: None if style.style_id == plain else style.style_id for style in paper.styles}

    def block(self, block: record.Block) -> None:
        kinds: dict[type, Callable[[Any], None]] = {
            record.Heading: self.heading,
            record.Paragraph: self.paragraph,
            record.Labelled: self.labelled,
            record.Signatures: self.signatures,
            record.Note: self.note,
            record.Space: lambda _: self.text("", styles.BODY),
            record.Table: self.table,
            record.Picture: self.picture,
        }
        kinds[type(block)](block)

    def text(self, text: str, style: str) -> Any:
        """By the id of its style: python-docx looks through all styles for each name, which takes long."""
        paragraph = self.paper.add_paragraph()
        paragraph._p.style = self.ids[style]  # noqa: SLF001 - as said
        if text:
            paragraph.add_run(layout.clean(text))
        return paragraph

    def lead(self, paragraph: Any, text: str) -> Any:
        """A run in the style of what leads a paragraph."""
        run = paragraph.add_run(layout.clean(text))
        run._r.style = self.ids[styles.LEAD]  # noqa: SLF001 - as above
        return run

    def heading(self, block: record.Heading) -> None:
        self.text(block.text, styles.heading(block.level))

    def note(self, block: record.Note) -> None:
        self.text(block.text, styles.NOTE)

    def paragraph(self, block: record.Paragraph) -> None:
        paragraph = self.text("", styles.BODY)
        if block.lead:
            self.lead(paragraph, block.lead)
        paragraph.add_run(layout.clean(block.text))
        if block.segment:
            self.mark(paragraph, block.segment)

    def mark(self, paragraph: Any, segment: str) -> None:
        """A bookmark around the paragraph; a second one of the same segment gets a number behind it."""
        name = unique = bookmark(segment)
        count = 1
        while unique.casefold() in self.marked:
            count += 1
            unique = f"{name[: _BOOKMARK - len(str(count)) - 1]}_{count}"
        self.marked.add(unique.casefold())
        number = len(self.marked)
        start = parse_xml(f'<w:bookmarkStart {nsdecls("w")} w:id="{number}" w:name="{unique}"/>')
        element = paragraph._p  # noqa: SLF001 - bookmarks have no name in python-docx
        element.insert(1 if element.find(qn("w:pPr")) is not None else 0, start)
        element.append(parse_xml(f'<w:bookmarkEnd {nsdecls("w")} w:id="{number}"/>'))

    def labelled(self, block: record.Labelled) -> None:
        """Two characters in, the label; each entry on a line of its own, all of them after the colon's column."""
        page, form = self.template.page, self.template.layout
        width = max(form.label_width, len(block.label)) + 1
        left = (form.indent + width) * page.character
        for place, entry in enumerate(block.entries):
            paragraph = self.text("", styles.LABEL)
            paragraph.paragraph_format.left_indent = Twips(left)
            if place == 0:
                paragraph.paragraph_format.first_line_indent = Twips(-width * page.character)
                self.label(paragraph, block.label)
            paragraph.add_run(layout.clean(entry))

    def label(self, paragraph: Any, label: str) -> None:
        """Spread over the label's width by spacing, so that the word stays one word to whoever searches for it."""
        gaps = len(label) - 1
        spare = max(0, self.template.layout.label_width - len(label)) * self.template.page.character
        if gaps and spare:
            spread = self.lead(paragraph, label[:-1])
            own = styles.spacing(self.template, self.template.type.body_size)
            properties = spread._r.get_or_add_rPr()  # noqa: SLF001 - spacing has no name in python-docx
            properties.append(parse_xml(f'<w:spacing {nsdecls("w")} w:val="{own + spare // gaps}"/>'))
            label = label[-1]
        self.lead(paragraph, f"{label}：")

    def table(self, block: record.Table) -> None:
        """Its header is said again on each page; a row is never torn."""
        page = self.template.page
        free, shares = page.width - page.left - page.right, sum(block.widths)
        table = self.paper.add_table(rows=0, cols=len(block.header), style="Table Grid")
        table.autofit, table.alignment = False, WD_TABLE_ALIGNMENT.CENTER
        table._tbl.tblPr.find(qn("w:tblLook")).addprevious(  # noqa: SLF001 - margins have no name in python-docx
            parse_xml(
                f'<w:tblCellMar {nsdecls("w")}><w:top w:w="{_CELL_ROOM}" w:type="dxa"/>'
                f'<w:bottom w:w="{_CELL_ROOM}" w:type="dxa"/></w:tblCellMar>'
            )
        )
        for column, share in zip(table.columns, block.widths, strict=True):
            column.width = Twips(free * share // shares)
        for row in (block.header, *block.rows):
            cells = table.add_row()
            properties = cells._tr.get_or_add_trPr()  # noqa: SLF001 - rows have no name for these in python-docx
            properties.append(parse_xml(f"<w:cantSplit {nsdecls('w')}/>"))
            if row is block.header:
                properties.append(parse_xml(f"<w:tblHeader {nsdecls('w')}/>"))
            for cell, shown, share in zip(cells.cells, row, block.widths, strict=True):
                cell.width = Twips(free * share // shares)
                cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
                paragraph = cell.paragraphs[0]
                paragraph._p.style = self.ids[styles.HEADER_CELL if row is block.header else styles.CELL]  # noqa: SLF001
                if isinstance(shown, record.Picture):
                    room = Twips(free * share // shares) - 2 * _CELL_MARGIN
                    self.placed(paragraph, shown, wide=room, high=Mm(layout.PICTURE_IN_CELL))
                    form = paragraph.paragraph_format
                    form.space_before = form.space_after = _ABOVE_AND_BELOW
                    paragraph.add_run(layout.clean(shown.beside))
                else:
                    paragraph.add_run(layout.clean(shown))

    def picture(self, block: record.Picture) -> None:
        """As wide as the text, and no higher than a third of the page."""
        page = self.template.page
        paragraph = self.text("", styles.NOTE)
        if not block.aside:
            paragraph.paragraph_format.keep_with_next = True
        wide = page.width - page.left - page.right
        self.placed(paragraph, block, wide=Twips(wide), high=Twips(page.height // 3))
        if block.aside:
            paragraph.paragraph_format.line_spacing = Pt(1)  # holds the picture, and is no line itself
            _float(paragraph._p.find(f".//{qn('wp:inline')}"))  # noqa: SLF001 - no other name for it

    def placed(self, paragraph: Any, picture: record.Picture, *, wide: int, high: int) -> None:
        """As large as fits, its ratio kept. Args: wide, high: EMU."""
        form = paragraph.paragraph_format
        form.alignment, form.first_line_indent = WD_PARAGRAPH_ALIGNMENT.CENTER, 0
        form.line_spacing = 1.0  # an exact line would cut it off
        shape = paragraph.add_run().add_picture(BytesIO(_with_jfif(picture.content)))
        high = min(high, Mm(picture.height)) if picture.height else high
        scale = min(wide / shape.width, high / shape.height)
        shape.width, shape.height = Emu(round(shape.width * scale)), Emu(round(shape.height * scale))
        shape._inline.docPr.set("descr", layout.clean(picture.description))  # noqa: SLF001 - no other name for it

    def signatures(self, block: record.Signatures) -> None:
        """A line each for the hand; no name is typed."""
        end = Twips(_SIGNED_AT * self.template.page.character)
        for role in block.roles:
            paragraph = self.text(f"{role}（签名）：", styles.SIGNATURE)
            stop = paragraph.paragraph_format.tab_stops.add_tab_stop(end)
            stop.leader = WD_TAB_LEADER.LINES
            paragraph.add_run("\t")


def _float(inline: Any) -> None:
    """At the right margin, what follows beside it (ISO/IEC 29500-1 clause 20.4.2.3)."""
    anchor = parse_xml(
        f'<wp:anchor {nsdecls("wp")} distT="0" distB="0" distL="0" distR="0" simplePos="0" relativeHeight="1" '
        'behindDoc="0" locked="0" layoutInCell="1" allowOverlap="0"><wp:simplePos x="0" y="0"/>'
        '<wp:positionH relativeFrom="margin"><wp:align>right</wp:align></wp:positionH>'
        '<wp:positionV relativeFrom="paragraph"><wp:posOffset>0</wp:posOffset></wp:positionV></wp:anchor>'
    )
    extent, *rest = list(inline)
    wrap = parse_xml(f'<wp:wrapSquare {nsdecls("wp")} wrapText="left"/>')
    inline.getparent().replace(inline, anchor)
    anchor.extend([extent, wrap, *rest])


_SOI, _JFIF = b"\xff\xd8", b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"


def _with_jfif(content: bytes) -> bytes:
    """A bare JPEG, as a camera sends it, with the header that word processors know one by (ITU-T T.871, 10.1)."""
    bare = content.startswith(_SOI) and content[6:10] not in {b"JFIF", b"Exif"}
    return _SOI + _JFIF + content[len(_SOI) :] if bare else content


def _properties(paper: Any, document: Document, template: Template, at: datetime) -> None:
    core = paper.core_properties
    core.version = f"roomctl template {template.origin}"[:_PROPERTY] if template.origin else ""
    core.title = layout.clean(document.title)[:_PROPERTY]
    core.subject, core.category = layout.clean(document.kind)[:_PROPERTY], layout.clean(document.mark)[:_PROPERTY]
    core.author = core.last_modified_by = "roomctl"
    core.comments = core.keywords = ""
    core.language, core.revision = "zh-CN", 1
    core.created = core.modified = at.astimezone(UTC).replace(tzinfo=None)
