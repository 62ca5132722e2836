"""The four-property report (真实性 完整性 可用性 安全性) of a package, by the items of DA/T 70-2018.

Which items there are, and which of them a program may judge, is data: four_properties.toml. What a person must look
at is 人工, and no program ever passes it.
"""

import json
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any, Literal

from lxml import etree
from pydantic import BaseModel, ConfigDict, model_validator

from roomctl_archive import judges, xmlio
from roomctl_archive.judges import Evidence, Result

REPORT, PAGE = "metadata/four-properties.json", "metadata/four-properties.html"


class Item(BaseModel):
    """One line of the table, see four_properties.toml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    property: Literal["真实性", "完整性", "可用性", "安全性"]
    number: str
    title: str
    title_en: str
    by: Literal["program", "person", "none"]
    check: str = ""
    why: str = ""

    @model_validator(mode="after")
    def _judged(self) -> "Item":
        if (self.by == "program") != (self.check in judges.JUDGES) or (self.by == "program") == bool(self.why):
            raise ValueError(f"{self.number}: a program has a check, all others have a reason")
        return self


class Table(BaseModel):
    """Items of one stage of a standard."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    standard: str
    stage: str
    numbers_checked_against_print: bool
    item: tuple[Item, ...]


def load() -> Table:
    """The table that is shipped."""
    text = (files("roomctl_archive") / "four_properties.toml").read_text(encoding="utf-8")
    return Table.model_validate(tomllib.loads(text))


def judge(evidence: Evidence) -> Mapping[str, Any]:
    """The report as it lies in the package: each item with its result, the figure, and who judged it."""
    table = load()
    rows = [_row(item, evidence) for item in table.item]
    seen = Counter(row["result"] for row in rows)
    return {
        "standard": table.standard,
        "stage": table.stage,
        "numbers_checked_against_print": table.numbers_checked_against_print,
        "meeting": evidence.held.meeting.id,
        "title": evidence.held.meeting.title,
        "supplement_to": evidence.held.supplement_to,
        "at": evidence.held.at.isoformat(timespec="seconds"),
        "counts": {result.value: seen[result.value] for result in Result},
        "items": rows,
    }


def _row(item: Item, evidence: Evidence) -> dict[str, str]:
    if item.by == "program":
        result, figure = judges.JUDGES[item.check](evidence)
    else:
        result, figure = (Result.PERSON if item.by == "person" else Result.NONE), item.why
    return {
        "property": item.property,
        "number": item.number,
        "title": item.title,
        "title_en": item.title_en,
        "result": result.value,
        "figure": figure,
    }


def as_json(report: Mapping[str, Any]) -> bytes:
    """For programs."""
    return f"{json.dumps(report, ensure_ascii=False, indent=1)}\n".encode()


_STYLE = """body{font:16px/1.6 serif;max-width:60em;margin:2em auto;padding:0 1em}
table{border-collapse:collapse;width:100%}
td:not(:nth-child(3)):not(:nth-child(5)),th{white-space:nowrap}
td,th{border:1px solid #999;padding:.3em .6em;text-align:left;vertical-align:top}
.通过{color:#0a6b2d}.不通过{color:#b00020;font-weight:bold}.人工{color:#8a5a00}.不适用{color:#666}
small{color:#666}"""


def as_page(report: Mapping[str, Any]) -> bytes:
    """For people: one page that needs nothing else, and prints."""
    html = etree.Element("html", lang="zh-CN")
    head, body = etree.SubElement(html, "head"), etree.SubElement(html, "body")
    etree.SubElement(head, "meta", charset="utf-8")
    _add(head, "title", f"四性检测报告 {report['title']}")
    _add(head, "style", _STYLE)
    _add(body, "h1", "四性检测报告")
    _add(
        body,
        "p",
        f"{report['title']}（{report['meeting']}），{report['standard']} {report['stage']}环节，{report['at']}",
    )
    _add(body, "p", "，".join(f"{result} {number} 项" for result, number in report["counts"].items()))
    if not report["numbers_checked_against_print"]:
        _add(body, "p", "项目编号未与印刷本标准核对。标为“人工”的项目须由人查看，程序不代为通过。")
    table = etree.SubElement(body, "table")
    _line(table, "th", ["性质", "编号", "项目", "结果", "依据"])
    for row in report["items"]:
        cells = _line(table, "td", [row["property"], row["number"], row["title"], row["result"], row["figure"]])
        cells[3].set("class", row["result"])
        etree.SubElement(cells[2], "br")
        _add(cells[2], "small", row["title_en"])
    raw: bytes = etree.tostring(html, method="html", encoding="utf-8", doctype="<!DOCTYPE html>", pretty_print=True)
    return raw


def _line(table: Any, tag: str, texts: Sequence[str]) -> Sequence[Any]:
    line = etree.SubElement(table, "tr")
    return [_add(line, tag, text) for text in texts]


def _add(parent: Any, tag: str, text: str) -> Any:
    node = etree.SubElement(parent, tag)
    node.text = xmlio.clean(text)
    return node
