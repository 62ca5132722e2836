"""Plugins as a person handles them on the command line."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from roomctl.cli.new_plugin import Kind, write
from tests.host.wheels import plugin

ROOT = Path(__file__).parents[2]


def own_tests(folder):
    """As its author runs them: none of this run's options and plugins."""
    env = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST", "ROOMCTL_", "COV"))}
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly"],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )


@pytest.mark.parametrize("kind", Kind)
def test_a_new_plugin_passes_its_own_tests(tmp_path, kind):
    if kind is Kind.TRANSCRIBER:
        pytest.importorskip("numpy")
    write(tmp_path / "one", "one", kind)
    run = own_tests(tmp_path / "one")
    assert run.returncode == 0, run.stdout[-3000:]
    assert "failed" not in run.stdout


def test_a_new_plugin_passes_its_tests_inside_the_repository_too():
    with tempfile.TemporaryDirectory(prefix=".new-plugin-", dir=ROOT) as folder:
        write(Path(folder, "one"), "one", Kind.CHECK)
        assert own_tests(Path(folder, "one")).returncode == 0


@pytest.mark.parametrize("kind", Kind)
def test_the_code_of_a_new_plugin_imports_the_api_alone(tmp_path, kind):
    write(tmp_path / "one", "one", kind)
    for path in (tmp_path / "one" / "roomctl_one").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert max(map(len, text.splitlines())) <= 118
        for line in text.splitlines():
            if line.startswith(("from roomctl", "import roomctl")):
                assert line.startswith(("from roomctl.api import", "from roomctl.api.")), line


def test_a_new_plugin_is_written_where_it_is_asked_for_and_never_over_another(shell):
    made = shell("new-plugin", "lamp_hours", "--kind", "check", "--dir", "here", "--json")
    assert made.returncode == 0, made.stderr
    assert Path(json.loads(made.stdout)["path"]) == shell.folder / "here" / "roomctl-lamp-hours"
    for words in (("lamp_hours", "--dir", "here"), ("Lamp",), ("audio",), ("../x",)):
        again = shell("new-plugin", *words, "--kind", "check")
        assert again.returncode == 2
        assert len(again.stderr.strip().splitlines()) == 1, again.stderr


def test_installed_listed_disabled_and_removed(shell):
    path = plugin(shell.folder, "tower")
    done = shell("plugins", "install", path, PIP_NO_INDEX="1")
    assert done.returncode == 0, done.stderr
    assert "下次启动" in done.stderr
    assert statuses(shell)["tower"] == "enabled"
    assert "下次启动" in shell("plugins", "disable", "tower").stderr
    assert statuses(shell)["tower"] == "disabled"
    assert "下次启动" in shell("plugins", "remove", "tower").stderr
    assert "tower" not in statuses(shell)


def statuses(shell):
    listed = json.loads(shell("plugins", "list", "--json").stdout)
    return {row["name"]: row["status"] for row in listed["plugins"]}
