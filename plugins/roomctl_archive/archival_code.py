"""档号 by a rule in data: archival_code.toml, or the office's own."""

import re
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from roomctl.api import tr
from roomctl.api.own_files import read_own
from roomctl.api.registration import Entry, Series

_YEARS = re.compile(r"([1-9][0-9]{0,2})年")
_NAMES = {"fonds": "", "category": "", "year": "", "term": "", "office": ""}
_Text = Annotated[str, StringConstraints(max_length=64)]


class Rule(BaseModel):
    """See archival_code.toml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    joint: _Text = "-"
    parts: tuple[_Text, ...] = Field(min_length=1, max_length=12)
    digits: int = Field(ge=1, le=8)
    categories: dict[Literal["documents", "sound"], _Text]
    terms: dict[_Text, _Text]

    @model_validator(mode="after")
    def _known(self) -> "Rule":
        for part in self.parts:
            try:
                part.format_map(_NAMES)
            except (KeyError, ValueError, IndexError, AttributeError):
                known = ", ".join(f"{{{name}}}" for name in _NAMES)
                raise ValueError(tr(f"{part}：可用 {known}", f"{part}: known are {known}")) from None
        if missing := {"documents", "sound"} - self.categories.keys():
            names = ", ".join(sorted(missing))
            raise ValueError(tr(f"categories 缺 {names}", f"categories: {names} is missing"))
        return self

    def series(self, entry: Entry, term: str, *, fonds: str, office: str) -> Series | None:
        """None where a 件 cannot be numbered: there is no 全宗号, or its term has no code."""
        code = self._term(term)
        if not fonds or not code:
            return None
        category = self.categories["sound" if entry.seconds else "documents"]
        known = {"fonds": fonds, "category": category, "year": f"{entry.formed:%Y}", "term": code, "office": office}
        parts = [part.format_map(known) for part in self.parts]
        return Series(prefix=self.joint.join([*filter(None, parts), ""]), digits=self.digits)

    def _term(self, term: str) -> str:
        if term in self.terms and term != "years":
            return self.terms[term]
        years = _YEARS.fullmatch(term)
        return self.terms.get("years", "").replace("{years}", years[1]) if years else ""


def load(own: str, data: Path) -> Rule:
    """The office's rule, else the shipped one.

    Args:
        own: path of a TOML file, relative to `data`; empty for none.

    Raises:
        BadInput: the office's file is not there, or is no such rule; it names the line or the field.

    """
    if not own:
        text = (files("roomctl_archive") / "archival_code.toml").read_text(encoding="utf-8")
        return Rule.model_validate(tomllib.loads(text))
    spare = tr(
        "，或清空 [plugins.archive] 的 archival_code（档号规则）",
        ", or empty `archival_code` in [plugins.archive] (the rule of archival codes)",
    )
    return read_own(data / Path(own).expanduser(), Rule, spare=spare)
