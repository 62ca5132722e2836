"""An office's own TOML, laid over what is shipped: merged, and checked with every fault at its line."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from roomctl.api import tr

Place = tuple[str | int, ...]
M = TypeVar("M", bound=BaseModel)

_SECTION = re.compile(r"^\s*\[([^\[\]]+)\]\s*(?:#.*)?$")
_KEY = re.compile(r"""^\s*((?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+))*)\s*=""")
_PART = re.compile(r""""([^"]*)"|'([^']*)'|([A-Za-z0-9_-]+)""")
_AT = re.compile(r"\(at line (\d+)")
_LINE_OF_END = "at end of document"


@dataclass(frozen=True, slots=True)
class Fault:
    """Something in the file that cannot be.

    Attributes:
        line: from 1; 0 where it stands in no line of the file.
        key: `page.line`; expected: what would be right there.

    """

    line: int
    key: str
    said: str
    expected: str = ""

    def __str__(self) -> str:
        where = tr(f"第 {self.line} 行", f"line {self.line}") if self.line else ""
        expected = tr(f"应为 {self.expected}", f"expected {self.expected}") if self.expected else ""
        return "，".join(filter(None, (where, self.key, self.said, expected)))


def laid_over(shipped: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """The own values over the shipped ones, table by table."""
    over = dict(shipped)
    for key, value in own.items():
        below = over.get(key)
        over[key] = laid_over(below, value) if isinstance(below, Mapping) and isinstance(value, Mapping) else value
    return over


def parsed(text: str) -> tuple[dict[str, Any], list[Fault]]:
    """The values, or why it is no TOML."""
    try:
        return tomllib.loads(text), []
    except tomllib.TOMLDecodeError as error:
        said = str(error)
        found = _AT.search(said)
        line = int(found[1]) if found else text.count("\n") + 1 if _LINE_OF_END in said else 0
        return {}, [Fault(line, "", tr("不是正确的 TOML", "not TOML") + f" ({said})")]


def faults(error: ValidationError, text: str, shipped: Mapping[str, Any], below: Place = ()) -> Iterator[Fault]:
    """Each of a model's errors with its line.

    Args:
        shipped: values that would be right; below: the table of the file that was laid over them.

    """
    for one in error.errors():
        place: Place = one["loc"]
        said = str(one["msg"]).removeprefix("Value error, ")
        if one["type"] == "extra_forbidden":
            beside = _at(shipped, place[:-1])
            names = "、".join(beside) if isinstance(beside, Mapping) else ""
            yield Fault(line_of(text, (*below, *place)), _key(below + place), tr("没有这一项", "no such key"), names)
            continue
        name, _, rest = said.partition(": ")
        if one["type"] == "value_error" and rest and name.isidentifier():  # a rule about a part of the table
            place, said = (*place, name), rest
        right = _at(shipped, place)
        bounds = _bounds(one.get("ctx", {})) or ("" if right is None or isinstance(right, Mapping) else str(right))
        if one["type"] != "value_error":
            said = tr("值不对", said)
        yield Fault(line_of(text, (*below, *place)), _key(below + place), said, bounds)


def line_of(text: str, place: Sequence[str | int]) -> int:
    """Where that key stands, else the table that it belongs to; 0 where neither does."""
    wanted = [str(part) for part in place if isinstance(part, str)]
    best, deepest = 0, 0
    section: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        if head := _SECTION.match(line):
            section = here = _parts(head[1])
        elif key := _KEY.match(line):
            here = section + _parts(key[1])
        else:
            continue
        shared = min(len(here), len(wanted))
        if shared > deepest and here[:shared] == wanted[:shared]:
            best, deepest = number, shared
    return best


def _parts(key: str) -> list[str]:
    return ["".join(found) for found in _PART.findall(key)]


def _key(place: Place) -> str:
    return ".".join(str(part) for part in place)


def _at(values: Any, place: Place) -> Any:
    for part in place:
        try:
            values = values[part]
        except (KeyError, IndexError, TypeError):
            return None
    return values


def _bounds(context: Mapping[str, Any]) -> str:
    least = [f"≥{context[name]}" for name in ("ge", "gt", "min_length") if name in context]
    most = [f"≤{context[name]}" for name in ("le", "lt", "max_length") if name in context]
    return " ".join([*least, *most]) or str(context.get("pattern", ""))


def validated(
    model: type[M], shipped: Mapping[str, Any], own: Mapping[str, Any], text: str, below: Place = ()
) -> tuple[M | None, list[Fault]]:
    """The model of both, or what is wrong with the own ones."""
    try:
        return model.model_validate(laid_over(shipped, own)), []
    except ValidationError as error:
        return None, list(faults(error, text, shipped, below))
