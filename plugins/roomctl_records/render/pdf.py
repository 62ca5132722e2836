"""Writes a document as PDF/A-2b (ISO 19005-2), by typst. The same document and time give the same bytes."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import typst

from roomctl.api import BadInput, Document, record, tr
from roomctl_records.render import layout
from roomctl_records.render.template import Template

_NO_GLYPH = re.compile(r'the text `"(.+?)"` could not be displayed')
_ESCAPED = re.compile(r"\\(u\{([0-9a-f]+)\}|.)")
_GETA = "〓"
_COMBINING = frozenset({"Mn", "Mc", "Me"})
_EXTENDING = re.compile("[\u0e33\u0eb3\u200c\u200d\uff9e\uff9f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]")
"""What belongs to the character before it besides combining marks (UAX #29, a Thai am among it): a hand's colour."""
_VARIANT = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")  # chooses a form, and is never shown itself
_TOLD = ("description", "beside", "height", "aside")  # of a picture, beside its file
_PNG = b"\x89PNG"
_AT_MOST = 200  # characters that no font has
_SERIF = ("Noto Serif CJK SC", "Source Han Serif SC", "Noto Serif SC")
_SANS = ("Noto Sans CJK SC", "Source Han Sans SC", "Noto Sans SC")


def write(document: Document, path: Path, template: Template, *, at: datetime) -> Mapping[str, str]:
    """Renders to `path`.

    Args:
        at: becomes the file's time of creation.

    Returns:
        The fonts of the template that this machine lacks, each with the family that stood in; and the characters
        that none of them can show, each with the 〓 that a printer sets for them.

    Raises:
        BadInput: no family for Chinese is on this machine at all, or hundreds of characters are in none.

    """
    shown = layout.with_readable_pictures(document)
    with _laid_out(shown) as page:
        try:
            return typeset(page, path, _told(shown, template), template, at=at)
        except typst.TypstError:
            if not any(_pictures(shown)):
                raise
            bare = layout.with_readable_pictures(
                shown, opens=lambda _: False
            )  # of a kind that typst alone cannot read
            return typeset(page, path, _told(bare, template), template, at=at)


def typeset(
    page: Path, path: Path, document: Mapping[str, Any], template: Template, *, at: datetime
) -> Mapping[str, str]:
    """What a typst file makes of a document, as PDF/A-2b; as `write`. Raises: typst.TypstError: it cannot be read."""
    stood_in = missing(template)
    form = _form(template, at)
    told = json.dumps(document, ensure_ascii=False)
    for _ in range(_AT_MOST):
        try:
            typst.compile(
                str(page),
                output=str(path),
                format="pdf",
                pdf_standards="a-2b",
                timestamp=int(at.astimezone(UTC).timestamp()),
                sys_inputs={"document": told, "template": form},
            )
        except typst.TypstError as error:
            unknown = _unknown(str(error))
            if not unknown:
                raise
            told, gone = _replaced(told, unknown)
            stood_in |= dict.fromkeys(gone or unknown, _GETA)
            if not gone:
                break
        else:
            return stood_in
    raise BadInput(
        tr("PDF 做不出：字体里没有的字太多", "no PDF: too many characters that no font here has"),
        "".join(name for name, other in stood_in.items() if other == _GETA),
        tr("请安装收字更全的字体", "install a font that has them"),
    )


def picture(document: Document, template: Template, *, at: datetime, dots_an_inch: int = 72) -> bytes:
    """The first page as PNG, as it would be printed. Raises: BadInput: no family for Chinese is on this machine."""
    missing(template)
    shown = layout.with_readable_pictures(document)
    with _laid_out(shown) as page:
        made = typst.compile(
            str(page),
            format="png",
            ppi=dots_an_inch,
            sys_inputs={
                "document": json.dumps(_told(shown, template), ensure_ascii=False),
                "template": _form(template, at),
            },
        )
    return made[0] if isinstance(made, list) else made


def _form(template: Template, at: datetime) -> str:
    """The template as the page reads it."""
    return json.dumps(
        template.model_dump(mode="json")
        | {
            "fallback": {name: list(_others(template, name)) for name in template.fonts},
            "picture_in_cell": layout.PICTURE_IN_CELL,
            "at": {"year": at.year, "month": at.month, "day": at.day},
        }
    )


@contextmanager
def _laid_out(document: Document) -> Iterator[Path]:
    """The page, with the pictures of the document beside it: typst reads files below the page alone."""
    page = Path(__file__).with_name("page.typ")
    pictures = list(_pictures(document))
    if not pictures:
        yield page
        return
    with TemporaryDirectory() as folder:
        laid = Path(folder, page.name)
        laid.write_bytes(page.read_bytes())
        for one in pictures:
            Path(folder, _file(one)).write_bytes(one.content)
        yield laid


def _pictures(document: Document) -> Iterator[record.Picture]:
    for block in document.blocks:
        if isinstance(block, record.Picture):
            yield block
        elif isinstance(block, record.Table):
            yield from (cell for row in block.rows for cell in row if isinstance(cell, record.Picture))


def _file(picture: record.Picture) -> str:
    """By its content: the same picture twice is one file."""
    ending = "png" if picture.content.startswith(_PNG) else "jpg"
    return f"{hashlib.sha256(picture.content).hexdigest()}.{ending}"


def _unknown(error: str) -> str:
    """The characters that no font here can show, which PDF/A forbids (ISO 19005-2 clause 6.2.11.8)."""
    found = _NO_GLYPH.search(error)
    if not found:
        return ""
    return _ESCAPED.sub(lambda one: chr(int(one[2], 16)) if one[2] else one[1], found[1])


def _replaced(told: str, unknown: str) -> tuple[str, list[str]]:
    """With 〓 for what cannot be shown, and what that was. Args: told: JSON.

    A letter is named, too, where it is a mark that belongs to it that no font has: marks go first. What is ASCII
    stays: every font has it, and JSON is made of it.
    """
    text, gone, above = "", [], False
    for one in told:
        if above and _VARIANT.match(one):
            text += one
            continue
        above = above and _is_mark(one)
        if above:
            gone.append(one)
        text += _GETA if above else one
        above = above or one in unknown
    if gone:
        return text, gone
    gone = [one for one in dict.fromkeys(unknown) if not one.isascii()]
    return told.translate(dict.fromkeys(map(ord, gone), _GETA)), gone


def _is_mark(one: str) -> bool:
    """Whether it belongs to the character before it."""
    return unicodedata.category(one) in _COMBINING or bool(_EXTENDING.match(one))


def missing(template: Template) -> dict[str, str]:
    """Fonts of the template that are not on this machine, and what stands in. Raises: BadInput: nothing could."""
    here = _families()
    stood_in = {}
    for name in template.fonts:
        if name.casefold() in here:
            continue
        others = [*template.alternatives.get(name, ()), *_others(template, name)]
        found = next((other for other in others if other.casefold() in here), None)
        if found is None:
            raise BadInput(
                tr("没有中文字体，做不出 PDF", "there is no Chinese font to make the PDF with"),
                tr(f"缺 {name}", f"{name} is missing"),
                "apt-get install fonts-noto-cjk",
            )
        stood_in[name] = found
    return stood_in


def _others(template: Template, name: str) -> tuple[str, ...]:
    """What stands in where not even the alternatives are there: the headings' face is without serifs, others with."""
    return (*_SANS, *_SERIF) if name in {template.type.label, template.type.heading[0]} else (*_SERIF, *_SANS)


@cache
def _families() -> frozenset[str]:
    return frozenset(family.casefold() for family in typst.Fonts().families())


def _told(document: Document, template: Template) -> dict[str, Any]:
    """The document as the page reads it."""
    told: dict[str, Any] = _clean(document)
    told["blocks"] = [{"kind": type(block).__name__} | _clean(block) for block in document.blocks]
    told["title_lines"] = layout.title_lines(layout.clean(document.title), layout.title_width(template))
    return told


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return layout.clean(value)
    if isinstance(value, record.Picture):
        return {"file": _file(value)} | {name: _clean(getattr(value, name)) for name in _TOLD}
    if is_dataclass(value):
        return {field.name: _clean(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, list | tuple):
        return [_clean(one) for one in value]
    return value
