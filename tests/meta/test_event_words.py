"""People read what happened in words: each kind of event that the code appends has them, in both languages."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

from roomctl.domain.access import Right
from roomctl.domain.alarms import AlarmKind
from roomctl.domain.attendance import Method
from roomctl.domain.checks import RunPurpose, WaiverKind
from roomctl.domain.event_data_words import DATA, VALUES
from roomctl.domain.event_words import GROUPS, WORDS
from roomctl.domain.lifecycle import REPLANNED, TRANSITIONS
from roomctl.domain.recording import MarkKind

ROOT = Path(__file__).parents[2]
PLUGINS = sorted((ROOT / "plugins").glob("*/plugin.toml"))
SUFFIXES = ("txt", "csv", "docx", "json", "toml", "tmpl", "lock")
"""Of names of files, which look like kinds."""


def trees(top):
    for path in sorted(top.rglob("*.py")):
        if "testing" not in path.parts and path.name != "event_words.py":
            yield ast.parse(path.read_text(encoding="utf-8"))


def texts(node):
    return [one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)]


def name_of(call):
    return getattr(call.func, "attr", "") or getattr(call.func, "id", "")


@pytest.fixture(scope="module")
def appended():
    """Kinds in the host's sources: what looks like one of a known group, and what is handed to an event."""
    kinds = {f"meeting.{row.event}" for row in (*TRANSITIONS, REPLANNED)}
    known = re.compile(rf"({'|'.join(GROUPS)})\.[a-z_]+")
    kind = re.compile(r"[a-z_]+\.[a-z_]+")
    for tree in trees(ROOT / "roomctl"):
        kinds |= {text for text in texts(tree) if known.fullmatch(text)}
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and name_of(call) in {"Event", "_event", "_tell", "_log"}:
                given = [*call.args, *(one.value for one in call.keywords if one.arg == "kind")]
                told = [one for one in given if isinstance(one, ast.Constant)]
                kinds |= {text for one in told for text in texts(one) if kind.fullmatch(text)}
    return {one for one in kinds - set(Right) if one.rpartition(".")[2] not in SUFFIXES}


def test_each_kind_of_event_is_worded_and_no_other_is(appended):
    assert appended == set(WORDS)
    assert {kind.partition(".")[0] for kind in WORDS} | {"x"} == set(GROUPS)


def test_no_two_kinds_have_the_same_words():
    for language in zip(*WORDS.values(), strict=True):
        assert len(set(language)) == len(WORDS)


@pytest.mark.parametrize("manifest", PLUGINS, ids=lambda path: path.parent.name)
def test_each_event_of_a_plugin_is_worded_in_its_manifest(manifest):
    worded = tomllib.loads(manifest.read_text(encoding="utf-8")).get("events", {})
    published, begun = set(), set()
    for tree in trees(manifest.parent):
        named = {
            target.id: node.value.value
            for node in tree.body
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and name_of(call) == "publish" and "ctx" in ast.unparse(call.func):
                match call.args[0]:
                    case ast.Constant(value=kind):
                        published.add(kind)
                    case ast.Name(id=name):
                        published.add(named[name])
                    case ast.JoinedStr(values=[ast.Constant(value=start), *_]):
                        begun.add(start)
    assert published <= worded.keys()
    others = worded.keys() - published
    assert begun == {f"{kind.partition('.')[0]}." for kind in others}


def keys_of(node):
    """Of a dictionary as it is written, with what is put into it under a condition."""
    match node:
        case ast.Dict():
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant):
                    yield key.value
                elif key is None:
                    yield from keys_of(value)
        case ast.IfExp():
            yield from keys_of(node.body)
            yield from keys_of(node.orelse)


def told_in(function):
    """Keys of what is handed to an event there, in the call or by a name."""
    given = [
        one
        for call in ast.walk(function)
        if isinstance(call, ast.Call) and name_of(call) in {"Event", "_event", "_log", "_tell", "publish"}
        if len(call.args) + len(call.keywords) > 1  # a child's message to its host is no event
        for one in (*call.args, *(keyword.value for keyword in call.keywords))
    ]
    names = {one.id for one in given if isinstance(one, ast.Name)}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            given += [node.value for target in targets if getattr(target, "id", "") in names]
    return {key for one in given for key in keys_of(one)}


def test_each_fact_of_an_event_is_worded_and_no_word_is_left_over():
    told, written = set(), set()
    for tree in (*trees(ROOT / "roomctl"), *trees(ROOT / "plugins")):
        if any(isinstance(one, ast.AnnAssign) and getattr(one.target, "id", "") == "DATA" for one in tree.body):
            continue  # the words themselves
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                told |= told_in(node)
            written |= {getattr(node, name, None) for name in ("arg", "attr")}
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                written.add(node.value)
            if isinstance(node, ast.AnnAssign):
                written.add(getattr(node.target, "id", None))
    assert len(told) > 120
    assert told <= DATA.keys()
    assert DATA.keys() <= written


def test_each_word_of_ours_in_the_facts_is_worded():
    known = {"alarm": AlarmKind, "as": WaiverKind, "kind": MarkKind, "method": Method, "purpose": RunPurpose}
    assert {key: set(VALUES[key]) for key in known} == {key: set(words) for key, words in known.items()}
    assert all(zh and en for words in (DATA, *VALUES.values()) for zh, en in words.values())
