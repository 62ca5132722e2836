"""A name, a number, a place: what somebody writes on one line."""

from typing import Final
from unicodedata import category

from roomctl.errors import BadInput
from roomctl.i18n import tr

MAX_TEXT: Final = 200
"""Characters of one."""

_DROPPED = frozenset({"Cf", "Cs"})
"""Formats, such as a break of no width, a soft hyphen or a turn of direction, and halves of a character (Unicode,
table 4-4).
"""

_SHAPELESS = _DROPPED | {"Cc", "Zs", "Zl", "Zp", "Mn", "Me"}
"""Beside them controls, blanks, and marks, which need a letter to stand on. What is not assigned, or of private use,
has a shape for whoever wrote it: rare characters of names are.
"""

_BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Fillers of Hangul, and the Braille pattern without a dot: by their category letters and a sign."""


def bare(said: str) -> str:
    """Without what nobody sees, and what comes along where a text is copied from elsewhere."""
    return "".join(char for char in said if category(char) not in _DROPPED)


def seen(said: str) -> bool:
    """Whether anything of it can be seen."""
    return any(category(char) not in _SHAPELESS and char not in _BLANKS for char in said)


def tidied(said: str) -> str:
    """On one line, without what nobody sees; empty where nothing of it can be seen."""
    line = " ".join("".join(" " if category(char) == "Cc" else char for char in bare(said)).split())
    return line if seen(line) else ""


def legible(said: str) -> str:
    """A text of any number of lines, as it was written; empty where nothing of it can be seen."""
    return said.strip() if seen(said) else ""


def one_line(name: str, said: str, *, needed: bool = True) -> str:
    """What somebody wrote, on one line, without what nobody sees. Raises: BadInput: nothing, or too much.

    Args:
        name: of the field, in the reader's language.

    """
    line = tidied(said)
    if needed and not line:
        raise BadInput(tr(f"{name}没有填写", f"{name} is empty"), mend=tr(f"请填写{name}", f"fill in {name}"))
    if len(line) > MAX_TEXT:
        raise BadInput(
            tr(f"{name}太长", f"{name} is too long"),
            tr(f"{len(line)} 字", f"{len(line)} characters"),
            tr(f"请在 {MAX_TEXT} 字以内", f"at most {MAX_TEXT}"),
        )
    return line
