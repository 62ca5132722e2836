"""What only an official paper has, in a docx: the red mark above the title, and the 版记 at the foot."""

from io import BytesIO
from pathlib import Path
from typing import Any

import docx
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt, Twips
from docx.text.paragraph import Paragraph

from roomctl.api import BadInput, record, tr
from roomctl_records.render import layout, packed, styles
from roomctl_records.render.template import TWIPS_A_POINT, Template

FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
"""What Word writes beside a box, for readers of old: the same text again."""
_RULE = 4  # points of height of a line that holds a rule alone


def masthead(paper: Any, block: record.Masthead, template: Template) -> None:
    """The mark on one line, the number, then who issues it and when above a red rule."""
    run = paper.add_paragraph(style=styles.MASTHEAD).add_run(layout.clean(block.mark))
    size = layout.mark_size(template, block.mark)
    if size < template.masthead.size:
        run.font.size = Pt(int(2 * size) / 2)
    paper.add_paragraph(layout.clean(block.number), style=styles.NUMBER)
    paper.add_paragraph(style=styles.BODY)
    paper.add_paragraph(f"{layout.clean(block.issuer)}\t{layout.clean(block.date)}", style=styles.ISSUER)
    paper.add_paragraph(style=styles.BODY)


def imprint(paper: Any, block: record.Imprint, template: Template) -> None:
    """A text box at the foot of the text area of the page that the text ends on: three rules, text one character in.

    Word and LibreOffice both keep a box there; a table that floats, or a frame, stays in older ones where it was
    written. Each rule is a paragraph of its own, because the border of a paragraph ends where its text ends.
    """
    page, size = template.page, round(template.type.note_size * TWIPS_A_POINT)
    free = page.width - page.left - page.right
    hang = (len(block.label) + 1) * size
    sent_to = layout.clean(f"{block.label}：{'，'.join(block.to)}。")
    lines = 2 + len(sent_to) * size // (free - 2 * size - hang)  # room for one more: the text stands at its foot
    height = lines * styles.CELL_LINE + 3 * _RULE * TWIPS_A_POINT
    holder = paper.add_paragraph(style=styles.NOTE)
    holder.paragraph_format.line_spacing = Pt(1)
    holder.add_run()._r.append(_box(free, height))  # noqa: SLF001 - boxes and borders have no name in python-docx
    content = holder._p.find(f".//{qn('w:txbxContent')}")  # noqa: SLF001
    sent = Paragraph(_paragraph_in(content), paper._body)  # noqa: SLF001
    printed = Paragraph(_paragraph_in(content), paper._body)  # noqa: SLF001
    sent.style = printed.style = paper.styles[styles.IMPRINT]
    sent.add_run(sent_to)
    sent.paragraph_format.left_indent = Twips(size + hang)
    sent.paragraph_format.first_line_indent = Twips(-hang)
    printed.add_run(f"{layout.clean(block.office)}\t{layout.clean(block.printed)}印发")
    for place, weight in ((0, styles.THICK), (2, styles.THIN), (4, styles.THICK)):
        content.insert(place, _rule(weight))


def number(source: Path, target: Path, written: str, day: str) -> None:
    """Puts number and date into a paper where they belong, and leaves all else of it as somebody has left it.

    Raises:
        BadInput: somebody has taken out the line that they go into.

    """
    paper = docx.Document(str(source))
    places = {styles.NUMBER: written, styles.ISSUER: f"\t{day}", styles.IMPRINT: f"\t{day}印发"}
    missing = set(places)
    for element in paper.element.body.iter(qn("w:p")):
        paragraph = Paragraph(element, paper._body)  # noqa: SLF001 - those in a box have no other name
        style = paragraph.style.name if paragraph.style else ""
        again = next(element.iterancestors(FALLBACK), None) is not None
        if (
            style not in places
            or (style not in missing and not again)
            or (style == styles.IMPRINT and "\t" not in paragraph.text)
        ):
            continue
        before = paragraph.text.partition("\t")[0] if style != styles.NUMBER else ""
        for run in paragraph.runs[1:]:
            run._r.getparent().remove(run._r)  # noqa: SLF001 - nor has taking a run out
        first = paragraph.runs[0] if paragraph.runs else paragraph.add_run()
        first.text = before + places[style]
        missing.discard(style)
    if missing:
        raise BadInput(
            tr("期号和日期没有地方写", "number and date have no place to go"),
            tr("稿子里少了红头或版记：", "mark or 版记 is missing: ") + "、".join(sorted(missing)),
            tr("退回后重新起草", "send it back and draft it again"),
        )
    raw = BytesIO()
    paper.save(raw)
    target.write_bytes(packed.settled(raw))


def _paragraph_in(content: Any) -> Any:
    content.append(paragraph := parse_xml(f"<w:p {nsdecls('w')}/>"))
    return paragraph


def _rule(eighths: int) -> Any:
    edge = f'<w:bottom w:val="single" w:sz="{eighths}" w:space="0" w:color="000000"/>'
    return parse_xml(
        f'<w:p {nsdecls("w")}><w:pPr><w:pBdr>{edge}</w:pBdr><w:snapToGrid w:val="0"/>'
        f'<w:spacing w:before="0" w:after="0" w:line="{_RULE * TWIPS_A_POINT}" w:lineRule="exact"/>'
        '<w:ind w:left="0" w:right="0" w:firstLine="0"/></w:pPr></w:p>'
    )


def _box(width: int, height: int) -> Any:
    """An empty box without a line, its text at its foot. Twips."""
    cx, cy = Twips(width), Twips(height)
    return parse_xml(
        f"<w:drawing {nsdecls('w', 'wp', 'a')} "
        'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape">'
        '<wp:anchor distT="0" distB="0" distL="0" distR="0" simplePos="0" relativeHeight="1" behindDoc="0" '
        'locked="0" layoutInCell="1" allowOverlap="0"><wp:simplePos x="0" y="0"/>'
        '<wp:positionH relativeFrom="margin"><wp:align>left</wp:align></wp:positionH>'
        '<wp:positionV relativeFrom="margin"><wp:align>bottom</wp:align></wp:positionV>'
        f'<wp:extent cx="{cx}" cy="{cy}"/><wp:effectExtent l="0" t="0" r="0" b="0"/><wp:wrapTopAndBottom/>'
        '<wp:docPr id="9001" name="版记"/><wp:cNvGraphicFramePr/>'
        '<a:graphic><a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp>'
        '<wps:cNvSpPr txBox="1"/><wps:spPr>'
        f'<a:xfrm><a:off x="0" y="0"/><a:ext cx="{cx}" cy="{cy}"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:noFill/><a:ln><a:noFill/></a:ln></wps:spPr>'
        "<wps:txbx><w:txbxContent/></wps:txbx>"
        '<wps:bodyPr lIns="0" tIns="0" rIns="0" bIns="0" anchor="b"><a:noAutofit/></wps:bodyPr>'
        "</wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing>"
    )
