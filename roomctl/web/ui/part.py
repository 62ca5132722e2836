"""What a page is made of: safe HTML, and what its buttons do. Nothing here touches the web framework, so that a part
can be made in any thread, compared with what is shown, and read by a test.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

Values = Mapping[str, Any]
"""What stands in the fields of a form, by name; a box that is ticked or not is a bool, everything else text."""

Press = Callable[[Values], str | None]
"""What a button does, in a thread of its own. It may give the path of the page to go to; what it raises is shown."""


def text_of(typed: Values, name: str) -> str:
    """What stands in a field, without blanks around it; empty where there is no such field."""
    return str(typed.get(name, "")).strip()


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a page.

    Attributes:
        html: ready to be shown: every text in it is escaped.
        presses: what its buttons do, by the name that stands in their `data-act`.

    """

    html: str = ""
    presses: Mapping[str, Press] = field(default_factory=dict)

    def __add__(self, other: "Part") -> "Part":
        return join((self, other))


Child = Part | str | None
"""Text is escaped; None is nothing."""


def part(child: Child) -> Part:
    """The child as a part."""
    if isinstance(child, Part):
        return child
    return Part(escape(str(child)) if child else "")  # a `Pair` says itself in the reader's language


def join(children: Iterable[Child]) -> Part:
    """All of them, one after the other.

    Raises: ValueError, where two buttons have the same name: give one of them a `key`.
    """
    html: list[str] = []
    presses: dict[str, Press] = {}
    for child in map(part, children):
        html.append(child.html)
        for name, press in child.presses.items():
            if presses.setdefault(name, press) is not press:
                raise ValueError(f"two buttons are named {name!r}: give one of them a key")
    return Part("".join(html), presses)


_VOID = frozenset({"input"})  # has no content and no end (HTML Living Standard, 13.1.2)


def tag(name: str, /, *children: Child, **attributes: str | bool | None) -> Part:
    """An element. `_` in the name of an attribute is `-`, a last one is left out: `class_`, `aria_label`.

    Args:
        attributes: True stands without a value; False and None are left out.

    """
    inner = join(children)
    said = "".join(
        f" {key.rstrip('_').replace('_', '-')}" + ("" if value is True else f'="{escape(value)}"')
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    end = "" if name in _VOID else f"</{name}>"
    return Part(f"<{name}{said}>{inner.html}{end}", inner.presses)
