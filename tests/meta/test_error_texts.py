"""Every text of an error, read as its reader would: `python tests/meta/test_error_texts.py` lists them."""

import ast
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("roomctl/domain", "roomctl/services", "roomctl/web")
KINDS = frozenset({
    "RoomctlError", "BadInput", "NotFound", "Refused", "Forbidden", "NotSignedOn", "TooSoon", "TooLarge",
    "MissingPart", "Damaged", "Busy", "Fault", "Objection",
})  # fmt: skip
PARTS = ("what", "why", "mend")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
TERMS = re.compile(
    r"不入记录|会议记录|纪要|会签|公开属性|主动公开|依申请公开|不予公开|政府信息公开条例|审核|签发|"
    r"密级|绝密|机密|秘密|内部|非密|录音: 否|否|年|个月|长期|公布前|★\d?N?"
)
"""Terms of the trade that stand in English texts as they are."""


LONGEST = 140  # characters of one part


@dataclass(frozen=True)
class Text:
    """One part of one error; the variable pieces stand in braces."""

    place: str
    part: str
    zh: str
    en: str
    both: bool


def literal(node):
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(one.value) if isinstance(one, ast.Constant) else "{}" for one in node.values)
    return None


def texts_of(node, place, part):
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "tr":
        zh, en = map(literal, node.args)
        if zh is not None and en is not None:
            yield Text(place, part, zh, en, both=True)
    elif isinstance(node, ast.BinOp):
        yield from texts_of(node.left, place, part)
        yield from texts_of(node.right, place, part)
    elif isinstance(node, ast.IfExp):
        yield from texts_of(node.body, place, part)
        yield from texts_of(node.orelse, place, part)
    elif (said := literal(node)) is not None:
        yield Text(place, part, said, said, both=False)


def every_text():
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                name = getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""
                if name not in KINDS or "events.py" in path.name:  # what an audit finds is no error that is raised
                    continue
                place = f"{path.relative_to(ROOT)}:{node.lineno}"
                parts = PARTS if name != "Objection" else ("by", "what", "mend")
                given = [*zip(parts, node.args, strict=False), *((one.arg, one.value) for one in node.keywords)]
                for part, value in given:
                    if part in PARTS:
                        yield from texts_of(value, place, part)


TEXTS = list(every_text())


def test_there_are_texts_to_read():
    assert len(TEXTS) > 200
    assert {one.part for one in TEXTS} == set(PARTS)


def one_language(one: Text) -> bool:
    """A command, a name or a variable may stand by itself; prose may not."""
    if one.both:
        return False
    return bool(
        re.search(r"[a-z]+ [a-z]+ [a-z]+ [a-z]+", re.sub(r"^roomctl .*", "", one.zh)) or CHINESE.search(one.zh)
    )


def mixed(one: Text) -> bool:
    return one.both and (
        (not CHINESE.search(one.zh) and "{}" not in one.zh) or bool(CHINESE.search(TERMS.sub("", one.en)))
    )


def long_or_stopped(one: Text) -> bool:
    return any(
        said.rstrip().endswith(("。", ".")) or "\n" in said or len(said) >= LONGEST for said in (one.zh, one.en)
    )


def begs(one: Text) -> bool:
    """请 belongs to what the reader does next, not to what went wrong."""
    return one.part == "what" and bool(re.match(r"请(?!求|假)", one.zh))


def bare_option(one: Text) -> bool:
    """The same text is shown on the pages, where nobody types options."""
    pairs = ((one.zh, "命令行"), (one.en, "command line"))
    return one.both and any(
        re.search(r"(?<!\S)--[a-z]", re.sub(r"roomctl [^；;，,]*", "", said)) and told not in said
        for said, told in pairs
    )


def badly_set(one: Text) -> bool:
    """Half-width punctuation after Chinese, or a number that touches the words."""
    half = r"[\u4e00-\u9fff][,;:?!](\s|$|[\u4e00-\u9fff])|[\u4e00-\u9fff]\d+[\u4e00-\u9fff]"
    return one.both and bool(re.search(half, one.zh))


@pytest.mark.parametrize("wrong", [one_language, mixed, long_or_stopped, begs, bare_option, badly_set])
def test_no_text_of_an_error_is(wrong):
    assert [one for one in TEXTS if wrong(one)] == []


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        (one_language, Text("", "why", "no offset belongs to it", "no offset belongs to it", both=False)),
        (mixed, Text("", "why", "没有会议", "no 会议", both=True)),
        (long_or_stopped, Text("", "why", "没有会议。", "no meeting", both=True)),
        (begs, Text("", "what", "请先登录", "sign on first", both=True)),
        (bare_option, Text("", "mend", "用 --reason 写明", "give --reason", both=True)),
        (badly_set, Text("", "why", "已过30分钟", "older than 30 minutes", both=True)),
    ],
)
def test_the_rules_find_what_they_are_for(wrong, text):
    assert wrong(text)


if __name__ == "__main__":
    for text in TEXTS:
        print(f"{text.place} {text.part}: {text.zh}" + (f"  |  {text.en}" if text.both else ""))
