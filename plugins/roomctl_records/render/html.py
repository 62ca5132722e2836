"""Shows a document on a page of the browser, on paper as it will be printed; each paragraph can be heard."""

from base64 import b64encode
from collections.abc import Iterator
from html import escape

from roomctl.api import Document, record, tr
from roomctl_records.render import layout
from roomctl_records.render.template import TWIPS_A_POINT, Template


def write(document: Document, template: Template) -> str:
    """A fragment: one `<article>` and its style. No script; who shows it gives `[data-segment]` a player.

    Every text is escaped, and nothing is loaded from anywhere.
    """
    return f'<article class="gbt" lang="zh-CN">{_style(template)}{"".join(_parts(document, template))}</article>'


def _style(template: Template) -> str:
    page, kind, mark = template.page, template.type, template.masthead
    point = TWIPS_A_POINT

    def faces(name: str) -> str:
        names = [name, *template.alternatives.get(name, ())]
        safe = ",".join('"' + one.replace("\\", "").replace('"', "") + '"' for one in names)
        return f"{safe},{'sans-serif' if name == kind.label else 'serif'}".replace("<", "")

    headings = "".join(
        f".gbt h{level + 1}{{font:{kind.body_size}pt/{page.line / point}pt {faces(font)}}}"
        for level, font in enumerate(kind.heading, 1)
    )
    indent = template.layout.indent
    return (
        "<style>"
        f".gbt{{box-sizing:border-box;width:{page.width / point}pt;margin:0 auto;background:#fff;"
        f"color:#000;padding:{page.top / point}pt {page.right / point}pt {page.bottom / point}pt "
        f"{page.left / point}pt;font:{kind.body_size}pt/{page.line / point}pt {faces(kind.body)};text-align:justify}}"
        ".gbt p,.gbt h1,.gbt h2,.gbt h3,.gbt h4,.gbt h5{margin:0;font-weight:normal;"
        f"text-indent:{indent}em}}"
        f"{headings}"
        f".gbt h1{{font:{kind.title_size}pt/{page.line / point}pt {faces(kind.title)};text-align:center;"
        f"text-indent:0;margin-bottom:{page.line / point}pt}}"
        f".gbt b{{font-family:{faces(kind.label)};font-weight:normal}}"
        f".gbt .mark{{text-indent:0;font-family:{faces(kind.label)}}}"
        f".gbt .note{{font-size:{kind.note_size}pt}}"
        f".gbt .red{{color:{mark.colour};font:{mark.size}pt/1.2 {faces(kind.title)};text-align:center;text-indent:0}}"
        f".gbt .number{{text-align:center;text-indent:0;margin:{page.line / point}pt 0}}"
        f".gbt .issuer{{display:flex;justify-content:space-between;padding:0 1em;text-indent:0;"
        f"border-bottom:1pt solid {mark.colour};margin-bottom:{page.line / point}pt}}"
        ".gbt .shown{text-indent:0;text-align:center}.gbt .shown img{max-width:100%;max-height:33%}"
        ".gbt .aside{float:right}"
        ".gbt td img{display:block;margin:0 auto;object-fit:contain;max-width:100%;"
        f"max-height:{layout.PICTURE_IN_CELL}mm}}"
        f".gbt dl{{display:grid;grid-template-columns:max-content 1fr;margin:0 0 0 {indent}em}}"
        f".gbt dt{{font-family:{faces(kind.label)}}}.gbt dd{{margin:0}}.gbt dd+dd{{grid-column:2}}"
        f".gbt table{{border-collapse:collapse;width:100%;font-size:{kind.note_size}pt}}"
        ".gbt td,.gbt th{border:.5pt solid #000;padding:2pt 4pt;font-weight:normal;text-align:left}"
        f".gbt .imprint{{font-size:{kind.note_size}pt;line-height:1.45;border-top:.35mm solid;"
        "border-bottom:.35mm solid;margin-top:2em}"
        ".gbt .imprint p{text-indent:0;padding:2pt 1em}"
        ".gbt .imprint p+p{display:flex;justify-content:space-between;border-top:.25mm solid}"
        "</style>"
    )


def _parts(document: Document, template: Template) -> Iterator[str]:
    if document.mark:
        yield f'<p class="mark">{_text(document.mark)}</p>'
    if head := document.masthead:
        size = layout.mark_size(template, head.mark)
        yield f'<p class="red" style="font-size:{size:.1f}pt">{_text(head.mark)}</p>'
        yield f'<p class="number">{_text(head.number)}</p>'
        yield f'<p class="issuer"><span>{_text(head.issuer)}</span><span>{_text(head.date)}</span></p>'
    lines = layout.title_lines(layout.clean(document.title), layout.title_width(template))
    yield f"<h1>{'<br>'.join(escape(line) for line in lines)}</h1>"
    for block in layout.with_readable_pictures(document).blocks:
        yield _block(block)
    if foot := document.imprint:
        yield f'<div class="imprint"><p>{_text(foot.label)}：{_text("，".join(foot.to))}。</p>'
        yield f"<p><span>{_text(foot.office)}</span><span>{_text(foot.printed)}印发</span></p></div>"


def _block(block: record.Block) -> str:
    match block:
        case record.Heading(level, text):
            shown = f"<h{level + 1}>{_text(text)}</h{level + 1}>"
        case record.Paragraph(text, lead, segment):
            heard = f' data-segment="{escape(segment)}" title="{tr("听原声", "listen")}"' if segment else ""
            shown = f"<p{heard}>{f'<b>{_text(lead)}</b>' if lead else ''}{_text(text)}</p>"
        case record.Labelled(label, entries):
            shown = f"<dl><dt>{_text(label)}：</dt>{''.join(f'<dd>{_text(one)}</dd>' for one in entries)}</dl>"
        case record.Note(text):
            shown = f'<p class="note">{_text(text)}</p>'
        case record.Signatures(roles):
            shown = "".join(f"<p>{_text(role)}（签名）：＿＿＿＿＿＿＿＿</p>" for role in roles)
        case record.Space():
            shown = "<p><br></p>"
        case record.Picture():
            shown = f'<p class="{"aside" if block.aside else "shown"}">{_picture(block)}</p>'
        case record.Table(header, rows, widths):
            wide = "".join(f'<col style="width:{100 * one / sum(widths):.1f}%">' for one in widths)
            head = "".join(f"<th>{_text(cell)}</th>" for cell in header)
            body = "".join(f"<tr>{''.join(f'<td>{_cell(cell)}</td>' for cell in row)}</tr>" for row in rows)
            shown = f"<table><colgroup>{wide}</colgroup><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return shown


def _cell(cell: record.Cell) -> str:
    return _text(cell) if isinstance(cell, str) else f"{_picture(cell)}{_text(cell.beside)}"


def _picture(picture: record.Picture) -> str:
    kind = "png" if picture.content.startswith(b"\x89PNG") else "jpeg"
    source = f"data:image/{kind};base64,{b64encode(picture.content).decode()}"
    high = f' style="height:{picture.height:.1f}mm"' if picture.height else ""
    return f'<img src="{source}" alt="{_text(picture.description)}"{high}>'


def _text(text: str) -> str:
    return escape(layout.clean(text))
