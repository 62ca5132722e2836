"""Whether an answer is what the hook's specification promises.

Answers are copied into a tuple or a dict while the deadline still runs, so that a lazy or changing one costs its
plugin, not whoever reads it.
"""

import types
import typing
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from roomctl.host.calls import Rubbish

Promise = Callable[[Any], Any]
"""Gives the answer back, copied where it is a collection. Raises: Rubbish."""


@cache
def promise(specification: Callable[..., Any]) -> Promise:
    """The check for what this hook specification says it returns."""
    wanted = typing.get_type_hints(specification)["return"]
    return lambda answer: _check(answer, wanted, specification.__name__)


def _check(answer: Any, wanted: Any, hook: str) -> Any:
    if not _fits(answer, wanted):
        raise Rubbish(f"{hook}: {_written(answer)} instead of {_name(wanted)}")
    origin = typing.get_origin(wanted)
    if origin is Sequence:
        return _each(list(answer), typing.get_args(wanted)[0], hook)
    if origin is Mapping:
        of = typing.get_args(wanted)[1]
        table = dict(answer)
        if bad := [key for key in table if not isinstance(key, str)]:
            raise Rubbish(f"{hook}: the key {bad[0]!r} is no text")
        return dict(zip(table, _each(list(table.values()), of, hook), strict=True))
    return answer


def _each(answers: list[Any], wanted: Any, hook: str) -> tuple[Any, ...]:
    for answer in answers:
        if not _fits(answer, wanted):
            raise Rubbish(f"{hook}: {_written(answer)} among the answers, which are {_name(wanted)}")
    return tuple(answers)


def _fits(answer: Any, wanted: Any) -> bool:
    if wanted is Any:  # whoever asks checks it: its type would be a heavy import
        return True
    origin = typing.get_origin(wanted)
    if origin in {types.UnionType, typing.Union}:
        return any(_fits(answer, one) for one in typing.get_args(wanted))
    if origin is type:
        return isinstance(answer, type) and issubclass(answer, typing.get_args(wanted)[0])
    plain = origin or wanted
    if getattr(plain, "_is_protocol", False):
        return all(hasattr(answer, member) for member in _members(plain))
    return isinstance(answer, plain) and not (plain is Sequence and isinstance(answer, str | bytes))


def _members(protocol: type) -> set[str]:
    """What a protocol of ours asks for: its public attributes and methods."""
    named = set(getattr(protocol, "__annotations__", {})) | set(vars(protocol))
    return {name for name in named if not name.startswith("_")}


def _name(wanted: Any) -> str:
    return getattr(wanted, "__name__", str(wanted)) if typing.get_origin(wanted) is None else str(wanted)


def _written(answer: Any) -> str:
    """Without calling the plugin's own `repr`, which may be long, or raise."""
    return f"a {type(answer).__name__}" if answer is not None else "None"
