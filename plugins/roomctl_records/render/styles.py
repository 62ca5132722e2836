"""The styles, page and page numbers of a docx, from a template. Units: twips, and half-points for sizes.

Everything is set in styles, so that who corrects the draft in a word processor keeps the form.
"""

from copy import deepcopy
from typing import Any
from xml.sax.saxutils import quoteattr

from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Twips

from roomctl_records.render.template import TWIPS_A_POINT, Template

_EIGHTHS = 8 * 72 / 25.4  # of a point, the unit of a border's width, in a millimetre
THICK, THIN = round(0.35 * _EIGHTHS), round(0.25 * _EIGHTHS)  # GB/T 9704-2012 clause 7.4.1
CELL_LINE = 400  # twips: 四号 in a cell, closer than the text
_GB2312 = "86"  # the character set, so that a substitute is at least a Chinese one
BODY, TITLE, MARK, NOTE, LABEL, SIGNATURE, LEAD, CELL, HEADER_CELL, MASTHEAD, NUMBER, ISSUER, IMPRINT = (
    "Normal",
    "Title",
    "Secrecy Mark",
    "Meeting Note",
    "Meeting Label",
    "Meeting Signature",
    "Meeting Lead",
    "Meeting Cell",
    "Meeting Header Cell",
    "Meeting Masthead",
    "Meeting Number",
    "Meeting Issuer",
    "Meeting Imprint",
)


def heading(level: int) -> str:
    """Name of the style of a level, 1 to 4; word processors show it in their outline."""
    return f"Heading {level}"


def lay(paper: Any, template: Template) -> None:
    """Sets up an empty document: page, styles, page numbers."""
    _page(paper, template)
    _defaults(paper, template)
    kind, page = template.type, template.page
    first = page.character * template.layout.indent
    indent = f'w:firstLine="{first}"'
    _style(paper, BODY, template, font=kind.body, indent=indent)
    _style(paper, TITLE, template, font=kind.title, size=kind.title_size, jc="center")
    _style(paper, MARK, template, font=kind.label)
    _style(paper, NOTE, template, font=kind.body, size=kind.note_size, indent=indent)
    _style(paper, LABEL, template, font=kind.body)
    _style(paper, SIGNATURE, template, font=kind.body, indent=f'w:left="{first}"', before=page.line, keep=True)
    _style(paper, CELL, template, font=kind.body, size=kind.note_size, jc="left", line=CELL_LINE)
    _style(paper, HEADER_CELL, template, font=kind.label, size=kind.note_size, jc="center", line=CELL_LINE)
    mark = template.masthead
    tall = round(mark.size * TWIPS_A_POINT)
    _style(
        paper,
        MASTHEAD,
        template,
        font=kind.title,
        size=mark.size,
        jc="center",
        before=mark.top,
        line=tall,
        colour=mark.colour,
    )
    _style(paper, NUMBER, template, font=kind.body, jc="center", before=page.line)
    free, red = page.width - page.left - page.right, mark.colour[1:]
    inset = f'w:firstLine="{page.character}"'  # an indent of the whole paragraph would draw its rule in with it
    rule = f'<w:bottom w:val="single" w:sz="{THICK}" w:space="4" w:color="{red}"/>'
    _style(paper, ISSUER, template, font=kind.body, indent=inset, borders=rule, tab=free - page.character)
    small = round(kind.note_size * TWIPS_A_POINT)
    _style(
        paper,
        IMPRINT,
        template,
        font=kind.body,
        size=kind.note_size,
        jc="left",
        line=CELL_LINE,
        indent=f'w:left="{small}" w:right="{small}"',
        tab=free - small,
    )
    for level, font in enumerate(kind.heading, 1):
        _style(paper, heading(level), template, font=font, indent=indent, keep=True, level=level)
    _font_table(paper, template)
    lead = paper.styles.add_style(LEAD, WD_STYLE_TYPE.CHARACTER)
    lead.element.append(parse_xml(f"<w:rPr {nsdecls('w')}>{_fonts(kind.label)}</w:rPr>"))
    _page_numbers(paper, template)


def _page(paper: Any, template: Template) -> None:
    section, page = paper.sections[0], template.page
    section.page_width, section.page_height = Twips(page.width), Twips(page.height)
    section.top_margin, section.bottom_margin = Twips(page.top), Twips(page.bottom)
    section.left_margin, section.right_margin = Twips(page.left), Twips(page.right)
    section.header_distance = Twips(page.top // 2)
    grid = section._sectPr.find(qn("w:docGrid"))  # noqa: SLF001 - python-docx has no name for the grid
    if grid is not None:
        section._sectPr.remove(grid)  # noqa: SLF001
    section._sectPr.append(  # noqa: SLF001
        parse_xml(f'<w:docGrid {nsdecls("w")} w:type="lines" w:linePitch="{page.line}"/>')
    )


def _defaults(paper: Any, template: Template) -> None:
    """The font of all that names none, and Chinese as the language for spelling and line breaks."""
    defaults = paper.styles.element.find(qn("w:docDefaults"))
    if defaults is not None:
        paper.styles.element.remove(defaults)
    run = f'{_fonts(template.type.body)}<w:lang w:val="en-US" w:eastAsia="zh-CN"/>'
    paper.styles.element.insert(
        0,
        parse_xml(
            f"<w:docDefaults {nsdecls('w')}><w:rPrDefault><w:rPr>{run}</w:rPr></w:rPrDefault>"
            "<w:pPrDefault/></w:docDefaults>"
        ),
    )


def _style(
    paper: Any,
    name: str,
    template: Template,
    *,
    font: str,
    size: float | None = None,
    indent: str = "",
    jc: str = "both",
    before: int = 0,
    keep: bool = False,
    level: int = 0,
    line: int = 0,
    colour: str = "#000000",
    borders: str = "",
    tab: int = 0,
) -> None:
    """A paragraph style, its old looks replaced. The order of the elements is that of the schema (ISO/IEC 29500-1).

    Lines are exact and off the grid, or LibreOffice and Word would each stretch them to the grid in their own way.
    """
    known = {style.name for style in paper.styles}
    style = paper.styles[name] if name in known else paper.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    element = style.element
    for old in (qn("w:pPr"), qn("w:rPr")):
        for child in element.findall(old):
            element.remove(child)
    element.append(
        parse_xml(
            f"<w:pPr {nsdecls('w')}>"
            + ("<w:keepNext/><w:keepLines/>" if keep else "")
            + '<w:widowControl w:val="0"/>'
            + (f"<w:pBdr>{borders}</w:pBdr>" if borders else "")
            + (f'<w:tabs><w:tab w:val="right" w:pos="{tab}"/></w:tabs>' if tab else "")
            + '<w:overflowPunct w:val="0"/><w:autoSpaceDE w:val="0"/>'
            '<w:autoSpaceDN w:val="0"/><w:snapToGrid w:val="0"/>'
            f'<w:spacing w:before="{before}" w:after="0" w:line="{line or template.page.line}" w:lineRule="exact"/>'
            f'<w:ind {indent or "w:firstLine=" + quoteattr("0")}/><w:jc w:val="{jc}"/>'
            + (f'<w:outlineLvl w:val="{level - 1}"/>' if level else "")
            + "</w:pPr>"
        )
    )
    points = size or template.type.body_size
    element.append(
        parse_xml(
            f'<w:rPr {nsdecls("w")}>{_fonts(font)}<w:color w:val="{colour[1:]}"/>'
            f'<w:spacing w:val="{spacing(template, points)}"/><w:kern w:val="0"/>'
            f'<w:sz w:val="{round(2 * points)}"/><w:szCs w:val="{round(2 * points)}"/></w:rPr>'
        )
    )


def spacing(template: Template, points: float) -> int:
    """What is added to each character so that the body's advance is that of the template; 0 for other sizes."""
    if points != template.type.body_size:
        return 0
    return template.page.character - round(points * TWIPS_A_POINT)


def _fonts(font: str) -> str:
    """One font for every script: a figure between Chinese characters must not fall into another face."""
    named = quoteattr(font)
    return f"<w:rFonts w:ascii={named} w:eastAsia={named} w:hAnsi={named} w:cs={named}/>"


def _font_table(paper: Any, template: Template) -> None:
    """Tells a word processor what to take where a font is not there (ISO/IEC 29500-1 clause 17.8.3.1)."""
    names = template.fonts
    others = {name: ",".join(template.alternatives.get(name, ())) for name in names}
    fonts = "".join(
        f"<w:font w:name={quoteattr(name)}>"
        + (f"<w:altName w:val={quoteattr(others[name])}/>" if others[name] else "")
        + f'<w:charset w:val="{_GB2312}"/></w:font>'
        for name in names
    )
    text = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<w:fonts {nsdecls("w")}>{fonts}</w:fonts>'
    for part in paper.part.package.iter_parts():
        if part.partname == "/word/fontTable.xml":
            part._blob = text.encode()  # noqa: SLF001 - python-docx only carries this part along


def mark_pages(paper: Any, mark: str) -> None:
    """密级 at the head of each page after the first, where it stands above the title."""
    section = paper.sections[0]
    section.different_first_page_header_footer = True
    section.first_page_footer.is_linked_to_previous = False
    first, numbered = section.first_page_footer._element, section.footer._element  # noqa: SLF001 - as `_page_numbers`
    for child in list(first):
        first.remove(child)
    first.extend(deepcopy(list(numbered)))
    for header in (section.header, section.even_page_header):
        header.is_linked_to_previous = False
        header.paragraphs[0].style = MARK
        header.paragraphs[0].text = mark


def _page_numbers(paper: Any, template: Template) -> None:
    """— 1 —, outside: on odd pages right, on even pages left, one character in (GB/T 9704-2012 clause 7.5)."""
    page, number = template.page, template.number
    line = round(template.type.number_size * TWIPS_A_POINT)
    section = paper.sections[0]
    section.footer_distance = Twips(max(0, page.bottom - number.below_text + line // 2 - line))
    paper.settings.odd_and_even_pages_header_footer = True
    for footer, jc, side in ((section.footer, "right", "right"), (section.even_page_footer, "left", "left")):
        footer.is_linked_to_previous = False
        element = footer._element  # noqa: SLF001 - fields have no name in python-docx
        for child in list(element):
            element.remove(child)
        half = round(2 * template.type.number_size)
        run = f'<w:rPr>{_fonts(template.type.number)}<w:spacing w:val="0"/><w:sz w:val="{half}"/></w:rPr>'
        dash = template.number.dash.replace("&", "&amp;").replace("<", "&lt;")
        text = '<w:r>{run}<w:t xml:space="preserve">{text}</w:t></w:r>'
        element.append(
            parse_xml(
                f'<w:p {nsdecls("w")}><w:pPr><w:snapToGrid w:val="0"/>'
                f'<w:spacing w:before="0" w:after="0" w:line="{line}" w:lineRule="exact"/>'
                f'<w:ind w:{side}="{line}" w:firstLine="0"/><w:jc w:val="{jc}"/></w:pPr>'
                + text.format(run=run, text=f"{dash} ")
                + f'<w:r>{run}<w:fldChar w:fldCharType="begin"/></w:r>'
                f'<w:r>{run}<w:instrText xml:space="preserve"> PAGE </w:instrText></w:r>'
                f'<w:r>{run}<w:fldChar w:fldCharType="separate"/></w:r>'
                f"<w:r>{run}<w:t>1</w:t></w:r>"
                f'<w:r>{run}<w:fldChar w:fldCharType="end"/></w:r>' + text.format(run=run, text=f" {dash}") + "</w:p>"
            )
        )
