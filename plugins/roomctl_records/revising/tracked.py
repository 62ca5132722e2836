"""Changes that were tracked in a docx (ISO/IEC 29500-1 clause 17.13.5): read, accepted, refused.

An insertion or a deletion wraps runs, or stands in the properties of a paragraph's mark or of a table's row; a move
is a deletion and an insertion of one name; a change of form keeps the old properties beside the new.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import Any

import docx
from docx.opc.constants import CONTENT_TYPE
from docx.opc.part import PartFactory, XmlPart
from docx.oxml.exceptions import InvalidXmlError
from docx.oxml.ns import qn

from roomctl.api import BadInput, revision, tr
from roomctl_records.render import packed, styles
from roomctl_records.revising import markup
from roomctl_records.revising.deciding import decide
from roomctl_records.revising.incoming import refused

_STORIES = {
    CONTENT_TYPE.WML_HEADER: "页眉",
    CONTENT_TYPE.WML_FOOTER: "页脚",
    CONTENT_TYPE.WML_FOOTNOTES: "脚注",
    CONTENT_TYPE.WML_ENDNOTES: "尾注",
}
_NOTES = {"脚注", "尾注"}
for _kind in (CONTENT_TYPE.WML_FOOTNOTES, CONTENT_TYPE.WML_ENDNOTES):
    PartFactory.part_type_for.setdefault(_kind, XmlPart)  # python-docx leaves them unread else
_AROUND = 12  # characters shown on either side
_MOST_SHOWN = 2000  # characters of a change


@dataclass
class _Change:
    """Elements that are decided together."""

    paragraph: int
    author: str
    at: datetime | None
    elements: list[Any] = field(default_factory=list)
    removed: str = ""
    added: str = ""
    form: str = ""
    before: str = ""
    after: str = ""


def review(path: Path) -> revision.Review:
    """What is still open in the file. Raises: BadInput: it cannot be read."""
    paper = opened(path)
    changes = [
        revision.TrackedChange(
            id=str(number),
            paragraph=one.paragraph,
            author=one.author,
            at=one.at,
            removed=one.removed[:_MOST_SHOWN],
            added=one.added[:_MOST_SHOWN],
            format=one.form,
            before=one.before,
            after=one.after,
        )
        for number, one in enumerate(_changes(*_stories(paper)), 1)
    ]
    return revision.Review(changes=tuple(changes), comments=tuple(_comments(paper)))


def settle(source: Path, target: Path, decided: Mapping[str, bool]) -> None:
    """Writes the file with the changes of these ids accepted (True) or refused (False); the others stay open.

    Comments stay as long as a change is open; with the last one they are taken out.

    Raises:
        BadInput: it cannot be read, or has no such change.

    """
    paper = opened(source)
    stories = _stories(paper)
    known = {str(number): one for number, one in enumerate(_changes(*stories), 1)}
    if strange := [one for one in decided if one not in known]:
        raise BadInput(
            tr(f"没有修订 {strange[0]}", f"there is no change {strange[0]}"),
            tr(f"这份文件有 {len(known)} 处修订", f"the file has {len(known)}"),
        )
    for id_, accept in decided.items():
        for element in known[id_].elements:
            decide(element, accept=accept)
    if not any(_changes(*stories)):
        for story in stories:
            _without_marks(story)
        _tracking(paper, on=False)
    save(paper, target)


def track(paper: Any) -> None:
    """Whoever opens the file next has his changes tracked."""
    _tracking(paper, on=True)


def lines(path: Path, *, accepted: bool = True) -> Sequence[str]:
    """Text of each paragraph that has one, in order, with every open change accepted, or refused."""
    body = deepcopy(opened(path).element.body)
    _decided(body, accepted=accepted)
    return [text for paragraph in markup.paragraphs(body) if (text := markup.text_of(paragraph).strip())]


def _decided(story: Any, *, accepted: bool) -> None:
    while found := list(_changes(story)):  # an insertion may hold what was taken out of it again
        for one in found:
            for element in one.elements:
                decide(element, accept=accepted)


def around(path: Path, *, accepted: bool = True) -> Sequence[str]:
    """What stands in headers and footers, without what a field puts there, and in notes; as `lines`.

    Headers and footers have no order of their own, and may stand in the file several times: each is told once.
    """
    paper, running, notes = opened(path), set(), []
    for part in _parts(paper):
        story, kind = deepcopy(part.element), _STORIES[part.content_type]
        _decided(story, accepted=accepted)
        said = [text for one in markup.paragraphs(story) if (text := markup.text_of(markup.unfielded(one)).strip())]
        told = [f"{kind}：{text}" for text in said]
        if kind in _NOTES:
            notes += told
        else:
            running.update(told)
    return [*sorted(running), *notes]


def opened(path: Path) -> Any:
    """The docx. Raises: BadInput: it is none."""
    try:
        return docx.Document(str(path))
    except Exception as error:  # a damaged zip or XML raises whatever its reader likes
        raise refused(tr("不是完整的 docx 文件", "it is no whole docx file")) from error


def need_ours(path: Path, *, numbered: bool) -> None:
    """The styles of our papers, by which title, heading and 版记 are known.

    Raises:
        BadInput: a title is missing, or what number and date go into: somebody has written it anew.

    """
    wanted = {styles.TITLE: "标题"} | (
        {styles.NUMBER: "期号", styles.ISSUER: "发文机关", styles.IMPRINT: "版记"} if numbered else {}
    )
    paper = opened(path)
    names = {style.style_id: style.name for style in paper.styles}
    used = {names.get(style.get(qn("w:val"), "")) for style in paper.element.body.iter(qn("w:pStyle"))}
    if lacking := [said for name, said in wanted.items() if name not in used]:
        raise refused(
            tr(
                f"不是从本系统取出的稿子，缺：{'、'.join(lacking)}",
                f"it is no paper of ours: {'、'.join(lacking)} is missing",
            ),
            tr("请在取出的 docx 上修改，样式不动", "work on the docx that was taken from here, and leave its styles"),
        )


def save(paper: Any, target: Path) -> None:
    """With the bytes settled."""
    raw = BytesIO()
    paper.save(raw)
    target.write_bytes(packed.settled(raw))


# --- finding them


def _stories(paper: Any) -> Sequence[Any]:
    """The text, then each header and footer and the notes, where the same markup stands."""
    return (paper.element.body, *(part.element for part in _parts(paper)))


def _parts(paper: Any) -> Sequence[Any]:
    """Of what stands outside of the text."""
    targets = {one.target_part for one in paper.part.rels.values() if not one.is_external}
    found = [part for part in targets if part.content_type in _STORIES and isinstance(part, XmlPart)]
    return sorted(found, key=lambda part: str(part.partname))


def _changes(*stories: Any) -> Iterator[_Change]:
    """In the order of the text; what stands side by side, by one author, is one change."""
    moves: dict[tuple[str, str], _Change] = {}
    last: _Change | None = None
    for place, paragraph in enumerate(chain.from_iterable(map(_with_text, stories))):
        for element in _marked(paragraph):
            one = _read(element, place)
            if last is not None and _beside(last, one, element):
                last.elements += one.elements
                last.removed += one.removed
                last.added += one.added
                last.after = one.after
                continue
            if last is not None:
                yield from _finished(last, moves)
            last = one
    if last is not None:
        yield from _finished(last, moves)
    yield from moves.values()


def _finished(change: _Change, moves: dict[tuple[str, str], _Change]) -> Iterator[_Change]:
    """A move is decided once: its halves wait for each other, known by author and words."""
    tags = {element.tag for element in change.elements}
    if not tags & {qn("w:moveFrom"), qn("w:moveTo")}:
        yield change
        return
    key = (change.author, change.removed or change.added)
    other = moves.pop(key, None)
    if other is None:
        moves[key] = change
        return
    other.elements += change.elements
    other.removed, other.added = other.removed or change.removed, other.added or change.added
    other.form = tr("移动", "moved")
    yield other


def _with_text(body: Any) -> Iterator[Sequence[Any]]:
    """Roots in which changes stand, by paragraph: itself, and what has properties and comes before it."""
    rows: list[Any] = []
    for element in body.iter(qn("w:p"), qn("w:tr"), qn("w:tbl"), qn("w:sectPr")):
        if element.tag == qn("w:p"):
            yield [*rows, element]
            rows = []
        elif element.getparent().tag != qn("w:pPr"):  # a section's end within a paragraph is read with it
            rows.append(element)
    if rows:
        yield rows


def _marked(roots: Sequence[Any]) -> Iterator[Any]:
    """Elements that are changes, outermost alone: what lies in a deleted insertion is decided with it."""
    for root in roots:
        yield from _inside(root, whole=root.tag in {qn("w:p"), qn("w:sectPr")})


def _inside(element: Any, *, whole: bool) -> Iterator[Any]:
    for child in element:
        if child.tag in markup.INSERTED | markup.DELETED | markup.FORMS:
            yield child
        elif child.tag in {qn("w:p"), qn("w:tr"), qn("w:tbl")}:
            continue  # of another root
        elif whole or child.tag in {
            qn("w:tblPr"),
            qn("w:trPr"),
            qn("w:tc"),
            qn("w:tcPr"),
            qn("w:tblPrEx"),
            qn("w:tblGrid"),
        }:
            yield from _inside(child, whole=whole)


def _read(element: Any, place: int) -> _Change:
    change = _Change(
        place, (element.get(qn("w:author")) or "").strip(), _instant(element.get(qn("w:date"))), [element]
    )
    parent = element.getparent()
    if element.tag in markup.FORMS:
        change.form = tr("格式", "form")
    elif parent.tag in markup.MARKS and markup.of_a_mark(element):
        inserted = element.tag in markup.INSERTED
        kind = {
            qn("w:rPr"): (("新分段", "a new paragraph begins"), ("并入下一段", "joined to the next paragraph")),
            qn("w:trPr"): (("新的一行", "a new row"), ("删去一行", "a row removed")),
            qn("w:tcPr"): (("新的单元格", "a new cell"), ("删去单元格", "a cell removed")),
        }[parent.tag]
        change.form = tr(*kind[0 if inserted else 1])
    elif element.tag in markup.INSERTED:
        change.added = markup.text_of(element)
    else:
        change.removed = markup.text_of(element)
    change.before, change.after = _around(element)
    return change


def _beside(last: _Change, one: _Change, element: Any) -> bool:
    """The same author's, with nothing but bookmarks between; changes of form go together by paragraph."""
    if (last.author, last.paragraph) != (one.author, one.paragraph):
        return False
    if last.elements[-1].getparent().tag == qn("w:rPr") and last.elements[-1].tag == element.tag:
        return _typed_anew(last, element)
    if last.form or one.form:
        return last.form == one.form and element.tag in markup.FORMS and last.elements[-1].tag in markup.FORMS
    before = element.getprevious()
    while before is not None and before.tag in markup.RANGES | {
        qn("w:bookmarkStart"),
        qn("w:bookmarkEnd"),
        qn("w:proofErr"),
    }:
        before = before.getprevious()
    both = {last.elements[-1].tag, element.tag}
    return before is last.elements[-1] and not both & {qn("w:moveFrom"), qn("w:moveTo")}


def _typed_anew(last: _Change, element: Any) -> bool:
    """A paragraph that came, or went, whole: its mark and its words are one change."""
    before = element.getprevious()
    if before is None or before.tag != qn("w:pPr") or element.getparent().tag in markup.MARKS:
        return False
    last.form = ""
    return True


def _instant(text: str | None) -> datetime | None:
    """Word writes local time and calls it UTC; without a zone it is read as UTC, as it stands."""
    try:
        at = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _around(element: Any) -> tuple[str, str]:
    """The words on either side, those taken out not among them."""

    def near(siblings: Iterable[Any]) -> Iterator[str]:
        length = 0  # no further than is shown: a paragraph may hold thousands of changes
        for one in siblings:
            if one.tag not in markup.DELETED:
                text = markup.text_of(one)
                yield text
                length += len(text)
            if length >= _AROUND:
                return

    before = "".join(reversed(list(near(element.itersiblings(preceding=True)))))
    return before[-_AROUND:], "".join(near(element.itersiblings()))[:_AROUND]


# --- text, comments, settings


def _comments(paper: Any) -> Iterator[revision.Comment]:
    """Of the part that Word keeps them in; the words between start and end of its range are what it is about."""
    told = _known_comments(paper)
    for place, roots in enumerate(_with_text(paper.element.body)):
        for start in roots[-1].iter(qn("w:commentRangeStart")):
            one = told.pop(start.get(qn("w:id"), ""), None)
            if one is None:
                continue
            on = ""
            for sibling in start.itersiblings():
                if sibling.tag == qn("w:commentRangeEnd") and sibling.get(qn("w:id")) == start.get(qn("w:id")):
                    break
                on += markup.text_of(sibling)
            yield revision.Comment(
                paragraph=place, author=one.author, at=one.timestamp, text=one.text[:_MOST_SHOWN], on=on[:_MOST_SHOWN]
            )


def _known_comments(paper: Any) -> dict[str, Any]:
    """By their ids. Raises: BadInput: one has no id or author, which the schema asks for (clause 17.13.4.2)."""
    try:
        return {str(one.comment_id): one for one in paper.comments if one.author is not None}
    except (ValueError, InvalidXmlError) as error:
        raise refused(tr("里面的批注不完整", "a comment in it is not whole")) from error


def _without_marks(body: Any) -> None:
    """Where comments and moves stood."""
    for mark in list(body.iter(qn("w:commentRangeStart"), qn("w:commentRangeEnd"), *markup.RANGES)):
        mark.getparent().remove(mark)
    for mark in list(body.iter(qn("w:commentReference"))):
        run = mark.getparent()
        run.getparent().remove(run)


def _tracking(paper: Any, *, on: bool) -> None:
    """`w:trackRevisions` of the settings (clause 17.15.1.90), at the place where the schema wants it."""
    settings = paper.settings.element
    for old in settings.findall(qn("w:trackRevisions")):
        settings.remove(old)
    if not on:
        return
    early = {qn(f"w:{name}") for name in _BEFORE_TRACKING}
    place = max((n for n, child in enumerate(settings, 1) if child.tag in early), default=0)
    settings.insert(place, settings.makeelement(qn("w:trackRevisions"), {}))


_BEFORE_TRACKING = (
    "writeProtection", "view", "zoom", "removePersonalInformation", "removeDateAndTime",
    "doNotDisplayPageBoundaries", "displayBackgroundShape", "printPostScriptOverText",
    "printFractionalCharacterWidth", "printFormsData", "embedTrueTypeFonts", "embedSystemFonts",
    "saveSubsetFonts", "saveFormsData", "mirrorMargins", "alignBordersAndEdges", "bordersDoNotSurroundHeader",
    "bordersDoNotSurroundFooter", "gutterAtTop", "hideSpellingErrors", "hideGrammaticalErrors",
    "activeWritingStyle", "proofState", "formsDesign", "attachedTemplate", "linkStyles",
    "stylePaneFormatFilter", "stylePaneSortMethod", "documentType", "mailMerge", "revisionView",
)  # fmt: skip
