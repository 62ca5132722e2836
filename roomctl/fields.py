"""What pydantic says of a field that is wrong, in the reader's language."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from roomctl.i18n import tr

if TYPE_CHECKING:
    from pydantic import ValidationError

_SAID = {
    "missing": ("必须填写", "it is needed"),
    "extra_forbidden": ("没有这一项", "there is no such field"),
    "int_parsing": ("应该是整数", "a whole number is wanted"),
    "int_type": ("应该是整数", "a whole number is wanted"),
    "int_from_float": ("应该是整数", "a whole number is wanted"),
    "float_parsing": ("应该是数字", "a number is wanted"),
    "float_type": ("应该是数字", "a number is wanted"),
    "finite_number": ("应该是数字", "a number is wanted"),
    "bool_parsing": ("应该是 true 或 false", "true or false is wanted"),
    "bool_type": ("应该是 true 或 false", "true or false is wanted"),
    "string_type": ("应该是文字", "a text is wanted"),
    "list_type": ("应该是列表", "a list is wanted"),
    "dict_type": ("应该是一个表", "a table is wanted"),
    "model_type": ("应该是一个表", "a table is wanted"),
    "greater_than": ("要大于 {gt}", "it must be more than {gt}"),
    "greater_than_equal": ("不能小于 {ge}", "it must be {ge} or more"),
    "less_than": ("要小于 {lt}", "it must be less than {lt}"),
    "less_than_equal": ("不能大于 {le}", "it must be {le} or less"),
    "string_too_short": ("至少 {min_length} 个字符", "{min_length} characters at least"),
    "string_too_long": ("最多 {max_length} 个字符", "{max_length} characters at most"),
    "too_short": ("至少 {min_length} 项", "{min_length} items at least"),
    "too_long": ("最多 {max_length} 项", "{max_length} items at most"),
    "string_pattern_mismatch": ("应符合 {pattern}", "it does not match {pattern}"),
    "enum": ("可用 {expected}", "it is one of {expected}"),
    "literal_error": ("可用 {expected}", "it is one of {expected}"),
    "json_invalid": ("不是正确的 JSON", "it is not JSON"),
}
"""By pydantic's type of error, with its context."""


def wrong(error: Mapping[str, Any]) -> str:
    """One of `ValidationError.errors()`; what is not known here is said as pydantic says it."""
    if error["type"] not in _SAID:
        return str(error["msg"]).removeprefix("Value error, ")
    facts = error.get("ctx", {})
    listed = str(facts.get("expected", "")).replace(" or ", "、")
    zh, en = _SAID[error["type"]]
    return tr(zh.format(**{**facts, "expected": listed}), en.format(**facts))


def first_fault(error: "ValidationError") -> tuple[str, str]:
    """Of the first thing that is wrong: the field, and why, in the reader's language.

    Returns:
        `table.3.key`, rows counted from 1 (empty where it is the whole); and what `wrong` says.

    """
    first = error.errors(include_url=False)[0]
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in first["loc"]), wrong(first)


def either(told: Any) -> Any:
    """A title as people write it: a text, or `{ zh = "…", en = "…" }`."""
    if isinstance(told, str):
        return (told, "")
    if isinstance(told, Mapping) and not told.keys() - {"zh", "en"}:
        return (told.get("zh", ""), told.get("en", ""))
    if isinstance(told, tuple):
        return told
    raise ValueError(tr('应写文字，或 { zh = "…", en = "…" }', 'a text is wanted, or { zh = "…", en = "…" }'))
