"""A tracked change accepted or refused, as ISO/IEC 29500-1 clause 17.13.5 has it."""

from collections.abc import Callable, Mapping
from typing import Any

from docx.oxml.ns import qn

from roomctl_records.revising import markup


def decide(element: Any, *, accept: bool) -> None:
    """Takes the change that this element marks, or takes it back."""
    parent = element.getparent()
    if parent is None:  # within one that was decided before
        return
    if element.tag in markup.FORMS:
        _form(element, accept=accept)
        return
    stays = (element.tag in markup.INSERTED) is accept
    if parent.tag in markup.MARKS and markup.of_a_mark(element):
        parent.remove(element)
        if not stays:
            _GONE[parent.tag](parent)
        return
    if not stays:
        parent.remove(element)
        return
    place = parent.index(element)
    for child in list(element):
        parent.insert(place, child)
        place += 1
        _told_again(child)
    parent.remove(element)


def _told_again(run: Any) -> None:
    """What was marked as removed is text again."""
    names = {qn("w:delText"): qn("w:t"), qn("w:delInstrText"): qn("w:instrText")}
    for part in run if run.tag == qn("w:r") else ():
        part.tag = names.get(part.tag, part.tag)


def _form(change: Any, *, accept: bool) -> None:
    """The old properties stand within the change, under the name of those that they were."""
    properties = change.getparent()
    properties.remove(change)
    if accept:
        return
    old = next(iter(change), None)
    kept = [one for one in properties if properties.tag == qn("w:pPr") and one.tag in {qn("w:rPr"), qn("w:sectPr")}]
    for child in list(properties):
        if child not in kept and child.tag not in markup.INSERTED | markup.DELETED:
            properties.remove(child)
    for place, child in enumerate(list(old) if old is not None else []):
        properties.insert(place, child)


def _join(properties: Any) -> None:
    """A paragraph without its mark runs on into the next, which gives the form."""
    if properties.getparent().tag != qn("w:pPr"):
        return
    paragraph = properties.getparent().getparent()
    following = paragraph.getnext()
    while following is not None and following.tag in {qn("w:bookmarkStart"), qn("w:bookmarkEnd")} | markup.RANGES:
        following = following.getnext()
    if following is None or following.tag != qn("w:p"):
        others = len(paragraph.getparent().findall(qn("w:p"))) > 1  # a cell has one at least
        if others and not markup.text_of(paragraph):
            paragraph.getparent().remove(paragraph)
        return
    place = 1 if following.find(qn("w:pPr")) is not None else 0
    for child in [one for one in paragraph if one.tag != qn("w:pPr")]:
        following.insert(place, child)
        place += 1
    paragraph.getparent().remove(paragraph)


def _remove_row(properties: Any) -> None:
    row = properties.getparent()
    table = row.getparent()
    table.remove(row)
    if table.find(qn("w:tr")) is None and table.getparent() is not None:
        table.getparent().remove(table)


def _remove_cell(properties: Any) -> None:
    cell = properties.getparent()
    cell.getparent().remove(cell)


_GONE: Mapping[str, Callable[[Any], None]] = {
    qn("w:rPr"): _join,
    qn("w:trPr"): _remove_row,
    qn("w:tcPr"): _remove_cell,
}
