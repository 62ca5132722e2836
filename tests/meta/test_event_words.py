"""People read what happened in words: each kind of event that the code appends has them, in both languages."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

from roomctl.domain.access import Right
from roomctl.domain.event_words import GROUPS, WORDS
from roomctl.domain.lifecycle import REPLANNED, TRANSITIONS

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
