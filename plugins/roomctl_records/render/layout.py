"""What every renderer does alike: how a title breaks, and which characters and pictures a page can hold."""

import re
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

from PIL import Image

from roomctl.api import Document, record
from roomctl_records.render.template import TWIPS_A_POINT, Template

PICTURE_IN_CELL = 9.0
"""Millimetres that a picture in a table is high at most, about two lines of its text: a signature stays legible."""

_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # XML 1.0 clause 2.2
_TAIL = re.compile("(?:专题|常务|全体|党组|办公|工作|协调|调度|座谈)?会议?(?:记录|纪要)$")


def title_lines(title: str, width: int) -> list[str]:
    """A title over several lines: broken before its 会议记录, else into parts of equal length (clause 7.3.1).

    Args:
        width: characters of the title that a line holds.

    """
    if len(title) <= width:
        return [title]
    tail = _TAIL.search(title)
    if tail and 0 < tail.start() <= width:
        return [title[: tail.start()], title[tail.start() :]]
    count = -(-len(title) // width)
    size = -(-len(title) // count)
    return [title[start : start + size] for start in range(0, len(title), size)]


def title_width(template: Template) -> int:
    """Characters of the title that a line holds."""
    page = template.page
    free = page.width - page.left - page.right
    return max(1, free // round(template.type.title_size * TWIPS_A_POINT))


def mark_size(template: Template, mark: str) -> float:
    """Points in which the mark above a title stands on one line: a long one is set smaller."""
    page = template.page
    free = (page.width - page.left - page.right) / TWIPS_A_POINT
    return min(template.masthead.size, free / max(1, len(mark)))


def clean(text: str) -> str:
    """What XML can hold, on one line: a line end inside a title or a sentence is a space."""
    return _NO_XML.sub("", re.sub(r"\s*[\r\n\t]\s*", " ", text))


def _opens(content: bytes) -> bool:
    """Decoded to its last line; of a PNG the checksums as well, since typst goes by them."""
    try:
        with Image.open(BytesIO(content), formats=("PNG", "JPEG")) as picture:
            picture.load()
        with Image.open(BytesIO(content), formats=("PNG", "JPEG")) as picture:
            picture.verify()
    except Exception:  # noqa: BLE001 - a damaged file raises whatever its decoder likes
        return False
    return True


def with_readable_pictures(document: Document, opens: Callable[[bytes], bool] = _opens) -> Document:
    """Words in the place of a picture that is none, or is damaged: that costs the picture, and not the paper."""

    def cell(one: record.Cell) -> record.Cell:
        return one if isinstance(one, str) or opens(one.content) else one.beside + _instead(one)

    def block(one: record.Block) -> record.Block:
        if isinstance(one, record.Picture):
            return one if opens(one.content) else record.Note(_instead(one))
        if isinstance(one, record.Table):
            return replace(one, rows=tuple(tuple(map(cell, row)) for row in one.rows))
        return one

    return replace(document, blocks=tuple(map(block, document.blocks)))


def _instead(picture: record.Picture) -> str:
    return f"（图片无法显示：{picture.description}）"
