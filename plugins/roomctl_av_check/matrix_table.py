"""The strings of one matrix's protocol: a table of matrix.toml, or of the inventory."""

import re
from string import Formatter

from pydantic import BaseModel, ConfigDict, Field, field_validator

from roomctl.api import tr

GROUPS = {"model_is": {"model"}, "route_is": {"input"}}
FIELDS = {"model": set[str](), "route": {"output"}, "tie": {"input", "output"}}


class Table(BaseModel):
    """What is said, and what the answers are; matrix.toml says more.

    Attributes:
        model, route, tie: ASCII, with their line ends. model_is, route_is, tied, refused: regular expressions.

    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    baud: int = Field(default=9600, ge=300, le=4_000_000)
    model: str
    model_is: str
    route: str
    route_is: str
    tie: str
    tied: str
    refused: str

    @field_validator("model_is", "route_is", "tied", "refused")
    @classmethod
    def _expression(cls, told: str, info: object) -> str:
        name = str(getattr(info, "field_name", ""))
        try:
            groups = re.compile(told).groupindex
        except re.error as error:
            raise ValueError(tr(f"正则表达式不对：{error}", f"no regular expression: {error}")) from None
        if lacking := GROUPS.get(name, set()) - groups.keys():
            raise ValueError(tr(f"缺命名组 {', '.join(lacking)}", f"the group {', '.join(lacking)} is missing"))
        return told

    @field_validator("model", "route", "tie")
    @classmethod
    def _said(cls, told: str, info: object) -> str:
        name = str(getattr(info, "field_name", ""))
        try:
            fields = {field for _, field, _, _ in Formatter().parse(told) if field is not None}
        except ValueError:
            fields = {told}
        if not told.isascii() or fields != FIELDS[name]:
            known = " ".join(f"{{{field}}}" for field in sorted(FIELDS[name])) or tr("无", "none")
            raise ValueError(tr(f"应为 ASCII，花括号：{known}", f"ASCII is wanted, with these braces: {known}"))
        return told
