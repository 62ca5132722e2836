"""From the fields of a pydantic model to those of a form, and back."""

import re
import tomllib
from collections.abc import Mapping
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

import tomlkit
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from roomctl.fields import wrong
from roomctl.i18n import language, tr
from roomctl.web.ui import Part, Values, field


def row(
    name: str,
    info: FieldInfo,
    kept: Mapping[str, Any],
    typed: Values | None,
    errors: Mapping[str, str],
) -> Part:
    """One field: what was typed, else what stands in the file, else the default."""
    default = info.get_default(call_default_factory=True)
    value: Any = typed[name] if typed is not None and name in typed else shown(kept.get(name, default), info)
    kind = _kind(info.annotation)
    choices = {str(one): str(one) for one in _choices(info.annotation)}
    said = _extra(info, language())
    return field(
        name,
        said or name,
        value,
        hint=_hint(_extra(info, f"help_{language()}"), default),
        error=errors.get(name, ""),
        choices=choices or None,
        kind=kind,
    )


def read(model: type[BaseModel], typed: Values, kept: Mapping[str, Any]) -> tuple[dict[str, Any], Mapping[str, str]]:
    """What was typed, checked by the model.

    Returns:
        What belongs into the file (a default that nobody wrote down is left out), and what is wrong, by field.

    """
    section = {name: value for name, value in kept.items() if name not in model.model_fields}
    errors: dict[str, str] = {}
    for name, info in model.model_fields.items():
        try:
            section |= _read(name, info, typed, kept)
        except tomllib.TOMLDecodeError as error:
            errors[name] = tr("不是正确的 TOML：", "not TOML: ") + str(error)
    if errors:
        return {}, errors
    known = {name: value for name, value in section.items() if name in model.model_fields}
    try:
        model.model_validate(known)
    except ValidationError as error:
        for one in error.errors():
            name = str(one["loc"][0]) if one["loc"] else ""
            errors.setdefault(name, _said(one))
    return section, errors


def _read(name: str, info: FieldInfo, typed: Values, kept: Mapping[str, Any]) -> dict[str, Any]:
    if name not in typed:
        return {name: kept[name]} if name in kept else {}
    value = typed[name]
    kind = _kind(info.annotation)
    if kind == "lines" and _listed(info.annotation):
        of = int if int in get_args(_bare(info.annotation)) else str
        value = [_number(one.strip(), of) for one in str(value).splitlines() if one.strip()]
    elif kind == "lines":
        value = tomllib.loads(str(value)) or ("" if info.get_default(call_default_factory=True) is None else {})
    elif isinstance(value, str):
        value = _number(value.strip(), info.annotation)
    default = info.get_default(call_default_factory=True)
    if name not in kept and (value == "" or _plain(value) == _plain(default)):
        return {}
    return {} if value == "" and default in ("", None) else {name: value}


def _number(text: str, annotation: Any) -> Any:
    """As a number where one is asked for and one stands there; the model says what is wrong with anything else."""
    wanted = _bare(annotation)
    for one in _choices(annotation):
        if str(one) == text:
            return one
    if wanted in {int, float} and re.fullmatch(r"-?\d+", text):
        return int(text)
    if wanted is float and re.fullmatch(r"-?\d*\.\d+(e-?\d+)?", text):
        return float(text)
    return text


def shown(value: Any, info: FieldInfo) -> str | bool:
    """As it stands in the field: lists a line each, tables as TOML."""
    if _bare(info.annotation) is bool:
        return bool(value)
    if value is None:
        return ""
    if _kind(info.annotation) == "lines":
        plain = _plain(value)
        return "\n".join(map(str, plain)) if isinstance(plain, list) else tomlkit.dumps(plain or {}).strip()
    return str(value.value if isinstance(value, Enum) else value)


def _plain(value: Any) -> Any:
    """As TOML knows it: no models, no None."""
    if isinstance(value, BaseModel):
        return _plain(value.model_dump(mode="json"))
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items() if one is not None}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(one) for one in value]
    return str(value) if value.__class__.__module__ != "builtins" and not isinstance(value, int | float) else value


def _bare(annotation: Any) -> Any:
    """Without `| None` and without metadata."""
    if get_origin(annotation) in {Union, UnionType}:
        inside = [one for one in get_args(annotation) if one is not NoneType]
        return _bare(inside[0]) if len(inside) == 1 else annotation
    return annotation


def _choices(annotation: Any) -> list[Any]:
    wanted = _bare(annotation)
    if get_origin(wanted) is Literal:
        return list(get_args(wanted))
    if isinstance(wanted, type) and issubclass(wanted, Enum):
        return [one.value for one in wanted]
    return []


def _listed(annotation: Any) -> bool:
    wanted = _bare(annotation)
    return get_origin(wanted) in {list, tuple, set, frozenset} and bool({str, int} & set(get_args(wanted)))


def _kind(annotation: Any) -> str:
    wanted = _bare(annotation)
    if wanted in {int, float}:
        return "number"
    if _listed(annotation) or get_origin(wanted) in {dict, list, tuple}:
        return "lines"
    if isinstance(wanted, type) and issubclass(wanted, BaseModel):
        return "lines"
    return "text"


def _extra(info: FieldInfo, key: str) -> str:
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    return str(extra.get(key, ""))


def _hint(said: str, default: Any) -> str:
    """What it is for, and the default."""
    plain = _plain(default) if default is not None else ""
    usable = plain not in ("", [], {}) and not isinstance(plain, dict | bool)
    usual = tr(f"默认 {plain}", f"default {plain}") if usable else ""
    return tr("，", ", ").join(part for part in (said, usual) if part)


def _said(error: Mapping[str, Any]) -> str:
    where = ".".join(str(one) for one in error["loc"][1:])
    return f"{where}: {wrong(error)}" if where else wrong(error)
