"""Rules that hold for every command."""

import ast
import inspect
import textwrap
from importlib import import_module

import pytest
import typer

from roomctl.cli.main import COMMANDS
from roomctl.host.manifest import BUILTIN, Manifest, discover
from roomctl.testing.fakes import FakeContext

GATES = {"find_meeting", "begun", "_step"}
"""What finds the meeting that is meant: it says which ones are, and shows none that this machine may not hold."""


def functions(made):
    """Those of a command, or of all commands of a group."""
    if not isinstance(made, typer.Typer):
        yield made
        return
    yield from (one.callback for one in made.registered_commands)
    for group in made.registered_groups:
        yield from functions(group.typer_instance)


def of_the_host():
    for module, *_ in COMMANDS.values():
        yield from functions(import_module(module).app)


def of_plugins(folder):
    for manifest in discover():
        if isinstance(manifest, Manifest) and manifest.source == BUILTIN and manifest.commands:
            offered = import_module(f"roomctl_{manifest.name}").roomctl_commands(FakeContext(manifest.name, folder))
            assert offered.keys() == {one.name for one in manifest.commands}
            for made in offered.values():
                yield from functions(made)


def asked_first(function) -> bool:
    """Whether nothing is done with what was typed for the meeting before a gate has been asked which one is meant."""
    nodes = list(ast.walk(ast.parse(textwrap.dedent(inspect.getsource(function)))))
    gates = [one for one in nodes if isinstance(one, ast.Call) and ast.unparse(one.func).split(".")[-1] in GATES]
    asked = [argument for call in gates for argument in call.args]
    whether = [one.test for one in nodes if isinstance(one, ast.IfExp)]  # `find_meeting(…) if meeting else None`
    whether += [one.operand for one in nodes if isinstance(one, ast.UnaryOp)]
    names = [one for one in nodes if isinstance(one, ast.Name) and one.id == "meeting" and one not in whether]
    uses = [one for one in names if isinstance(one.ctx, ast.Load)]
    return bool(uses) and min(uses, key=lambda one: (one.lineno, one.col_offset)) in asked


@pytest.mark.parametrize("where", ["host", "plugins"])
def test_a_command_that_takes_a_meeting_finds_it_where_all_do(where, tmp_path):
    found = list(of_the_host() if where == "host" else of_plugins(tmp_path))
    taking = [one for one in map(inspect.unwrap, found) if "meeting" in inspect.signature(one).parameters]
    assert len(taking) > 20
    assert [f"{one.__module__}.{one.__qualname__}" for one in taking if not asked_first(one)] == []
