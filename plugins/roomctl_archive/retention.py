"""保管期限: how long each document of a meeting is kept, from a table that an office lays its own over."""

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from importlib.resources import files
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from roomctl.api import tr
from roomctl.api.own_files import read_own

FOREVER, LONGEST, UNKNOWN = "永久", "最长", "不详"
_YEARS = re.compile(r"([1-9][0-9]{0,2})年")
_Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]


class Rule(BaseModel):
    """One line of the table.

    Attributes:
        kinds: names of documents; the first is that of the files that `paths` finds.
        paths: below `data/`, with `*` and `?`.
        term: 永久, `30年`, or 最长: the longest of the meeting's documents.

    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kinds: tuple[_Name, ...] = Field(min_length=1)
    paths: tuple[_Name, ...] = ()
    term: Annotated[str, StringConstraints(pattern=r"^(永久|最长|[1-9][0-9]{0,2}年)$")]


class _Laid(BaseModel):
    """A table as it lies in a file."""

    model_config = ConfigDict(extra="forbid")

    rule: tuple[Rule, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Kept:
    """What the table says of one document: its kind, and its term, which is 不详 where no rule fits."""

    kind: str
    term: str


@dataclass(frozen=True, slots=True)
class Table:
    """归档范围和保管期限表."""

    rules: Sequence[Rule]

    def of(self, path: str, kind: str = "") -> Kept:
        """The rule for a file of the package, by its kind where it has one, else by its path below `data/`."""
        if kind:
            return Kept(kind, next((rule.term for rule in self.rules if kind in rule.kinds), UNKNOWN))
        for rule in self.rules:
            if any(fnmatchcase(path, pattern) for pattern in rule.paths):
                return Kept(rule.kinds[0], rule.term)
        return Kept(UNKNOWN, UNKNOWN)


def settle(term: str, terms: Iterable[str]) -> str:
    """What 最长 means among the terms of a meeting's documents; any other term stays as it is.

    Sound is kept as long as the longest of what it supports. It is 不详 where none of them is known.
    """
    if term != LONGEST:
        return term
    known = [each for each in terms if each not in {LONGEST, UNKNOWN}]
    return max(known, key=_length, default=UNKNOWN)


def _length(term: str) -> float:
    years = _YEARS.fullmatch(term)
    return float(years[1]) if years else float("inf")


def load(own: str, data: Path) -> Table:
    """The shipped table, with the office's own rules before it.

    Args:
        own: path of a TOML file, relative to `data`; empty for none.

    Raises:
        BadInput: the office's file is not there, or is not such a table; it names the line or the field.

    """
    text = (files("roomctl_archive") / "retention.toml").read_text(encoding="utf-8")
    shipped = _Laid.model_validate(tomllib.loads(text)).rule
    if not own:
        return Table(shipped)
    spare = tr(
        "，或清空 [plugins.archive] 的 retention（保管期限表）",
        ", or empty `retention` in [plugins.archive] (the table of retention)",
    )
    laid = read_own(data / Path(own).expanduser(), _Laid, spare=spare)
    return Table((*laid.rule, *shipped))
