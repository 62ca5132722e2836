"""What people type, checked before it becomes a value: over the wire, on a page, from a file."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from roomctl.domain.attendance import MAX_NAME
from roomctl.domain.lines import legible, tidied
from roomctl.i18n import tr

LINE, TEXT = 200, 2000
"""Characters of a title or name of a unit, and of a reason or note."""

MOST_ITEMS, MOST_PEOPLE = 100, 2000
"""Of one agenda, and of one roster."""


def _visible(text: str) -> str:
    if any(ord(char) < ord(" ") and char not in "\n\t" for char in text):
        raise ValueError(tr("有不能显示的字符", "control characters are not text"))
    return text


def _named(text: str) -> str:
    name = tidied(text)
    if not name:
        raise ValueError(tr("没有看得见的字", "nothing of it can be seen"))
    return name


Line = Annotated[
    str,
    StringConstraints(max_length=LINE, strip_whitespace=True),
    AfterValidator(_visible),
    AfterValidator(tidied),
]
Text = Annotated[
    str,
    StringConstraints(max_length=TEXT, strip_whitespace=True),
    AfterValidator(_visible),
    AfterValidator(legible),
]
Said = Annotated[Text, StringConstraints(min_length=1)]
Name = Annotated[
    str,
    StringConstraints(min_length=1, max_length=MAX_NAME, strip_whitespace=True),
    AfterValidator(_visible),
    AfterValidator(_named),
]


class Shape(BaseModel):
    """A misspelt field is pointed at."""

    model_config = ConfigDict(extra="forbid")
