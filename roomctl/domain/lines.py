"""A name, a number, a place: what somebody writes on one line."""

from typing import Final
from unicodedata import category

from roomctl.errors import BadInput
from roomctl.i18n import tr

MAX_TEXT: Final = 200
"""Characters of one."""

_UNSEEN = frozenset({"Cc", "Cf", "Cs"})
"""Controls, formats such as a turn of direction, halves of a character (Unicode, table 4-4)."""


def one_line(name: str, said: str, *, needed: bool = True) -> str:
    """What somebody wrote, on one line, without what nobody sees. Raises: BadInput: nothing, or too much.

    Args:
        name: of the field, in the reader's language.

    """
    line = " ".join("".join(" " if category(char) in _UNSEEN else char for char in said).split())
    if needed and not line:
        raise BadInput(tr(f"{name}没有填写", f"{name} is empty"), mend=tr(f"请填写{name}", f"fill in {name}"))
    if len(line) > MAX_TEXT:
        raise BadInput(
            tr(f"{name}太长", f"{name} is too long"),
            tr(f"{len(line)} 字", f"{len(line)} characters"),
            tr(f"请在 {MAX_TEXT} 字以内", f"at most {MAX_TEXT}"),
        )
    return line
