"""Drawings as pictures: an SVG, which Word and the page of a paper cannot show, as PNG."""

from pathlib import Path
from tempfile import TemporaryDirectory

import typst

DOTS = 200.0
"""An inch: of a print."""
_PAGE = """#set page(width: auto, height: auto, margin: 0pt, fill: white)
#image("drawing.svg", width: 160mm)
"""


def as_png(svg: bytes) -> bytes:
    """The drawing, 160 mm wide. Empty where it cannot be read: that costs the picture, and not the paper."""
    with TemporaryDirectory() as folder:
        page = Path(folder, "page.typ")
        page.write_text(_PAGE, encoding="utf-8")
        Path(folder, "drawing.svg").write_bytes(svg)
        try:
            made = typst.compile(str(page), format="png", ppi=DOTS)
        except typst.TypstError:
            return b""
    return made if isinstance(made, bytes) else b""
