"""Every command that a document tells its reader to type is one that roomctl takes."""

import re

import pytest
import typer.main

from roomctl.cli.main import app, take_globals
from roomctl.cli.usage import UsageError
from roomctl.errors import BadInput
from tests.docs.reading import DOCUMENTS, Command, commands

PLACES = {
    "会议": "MEETING", "编号": "ID", "文件": "FILE", "档案包": "PACKAGE", "名称": "NAME", "姓名": "NAME",
    "文号": "NUMBER", "旧稿": "OLD", "新稿": "NEW", "名单.xlsx": "people.xlsx", "座签.pdf": "cards.pdf",
    "报告.pdf": "report.pdf", "文件.rcp": "FILE.rcp", "路径": "PATH", "存档包": "PACKAGE",
}  # fmt: skip
"""What stands in a Chinese document for something of the reader's own, as the English one has it."""

ROOT_COMMAND = typer.main.get_command(app)


def meant(command: Command) -> tuple[str, ...]:
    """Its words, whatever the language: without the brackets around what may be left out."""
    words = (re.sub(r"^\[(.+)\]$", r"\1", word) for word in command.words)
    return tuple(PLACES.get(word, word) for word in words)


@pytest.fixture(scope="module")
def known():
    """The commands at the top, each loaded once: a plugin's loads all plugins."""
    return {}


@pytest.fixture(autouse=True)
def _data(tmp_path, monkeypatch):
    monkeypatch.setenv("ROOMCTL_DATA", str(tmp_path))
    monkeypatch.setenv("ROOMCTL_LANG", "en")
    (tmp_path / "roomctl.toml").touch()


def take(words: tuple[str, ...], known: dict) -> None:
    """Reads a whole line as roomctl does, and stops before it would be run. Raises: BadInput, UsageError."""
    first, *rest = take_globals(words)
    if first == "--help":
        return
    if first not in known:
        known[first] = ROOT_COMMAND.get_command(None, first)
    command, context = known[first], None
    assert command is not None, f"there is no command {first}"
    while True:
        if not rest and hasattr(command, "commands"):
            return  # the whole group is meant
        context = command.make_context(command.name, list(rest), parent=context)
        if not hasattr(command, "commands"):
            return
        name, command, rest = command.resolve_command(context, [*context._protected_args, *context.args])
        assert command is not None, f"there is no command {name}"


UNFINISHED = {"MissingParameter", "BadOptionUsage"}
"""A sentence may name a command, or an option, without what belongs behind it."""


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_roomctl_takes_every_command(path, known):
    wrong = []
    for command in commands(path):
        try:
            take(meant(command), known)
        except (BadInput, UsageError, AssertionError) as error:
            if command.running or type(error).__name__ not in UNFINISHED:
                wrong.append(f"{command}: {error}")
    assert not wrong, "\n".join(wrong)
