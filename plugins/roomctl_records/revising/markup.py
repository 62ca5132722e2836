"""Names of the markup in which changes are tracked, and the text of an element."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from docx.oxml.ns import qn

from roomctl_records.render.docx_official import FALLBACK

INSERTED = frozenset({qn("w:ins"), qn("w:moveTo"), qn("w:cellIns")})
DELETED = frozenset({qn("w:del"), qn("w:moveFrom"), qn("w:cellDel")})
FORMS = frozenset(
    qn(f"w:{name}Change")
    for name in ("rPr", "pPr", "sectPr", "tblPr", "tblGrid", "trPr", "tcPr", "tblPrEx", "numbering")
)
MARKS = frozenset({qn("w:rPr"), qn("w:trPr"), qn("w:tcPr")})
"""Properties in which an insertion or deletion speaks of a paragraph's mark, a row or a cell."""
RANGES = frozenset(
    qn(f"w:{name}Range{end}")
    for name in ("moveFrom", "moveTo", "customXmlIns", "customXmlDel")
    for end in ("Start", "End")
)


def of_a_mark(element: Any) -> bool:
    """Not of runs: those lie in a paragraph, never in properties."""
    return len(element) == 0


def paragraphs(body: Any) -> Iterator[Any]:
    """Those of boxes among them, once: Word keeps a box a second time for readers of old."""
    for paragraph in body.iter(qn("w:p")):
        if next(paragraph.iterancestors(FALLBACK), None) is None:
            yield paragraph


def unfielded(paragraph: Any) -> Any:
    """A copy without what fields put in, such as the number of the page (clause 17.16)."""
    copied, depth = deepcopy(paragraph), 0
    for run in list(copied.iter(qn("w:r"), qn("w:fldSimple"))):
        if run.tag == qn("w:fldSimple"):
            run.getparent().remove(run)
            continue
        ends = [one.get(qn("w:fldCharType")) for one in run.iter(qn("w:fldChar"))]
        inside = depth > 0
        depth += ends.count("begin") - ends.count("end")
        if (inside or depth > 0) and run.getparent() is not None:
            run.getparent().remove(run)
    return copied


def text_of(element: Any) -> str:
    """Of runs below it, without what stands in a paragraph of a box within."""
    text = ""
    for child in element:
        if child.tag in {qn("w:t"), qn("w:delText")}:
            text += child.text or ""
        elif child.tag in {qn("w:tab"), qn("w:br"), qn("w:cr")} and element.tag == qn("w:r"):
            text += "\t" if child.tag == qn("w:tab") else " "
        elif child.tag not in {qn("w:pPr"), qn("w:rPr"), qn("w:drawing"), qn("w:pict"), qn("w:instrText")}:
            text += text_of(child)
    return text
