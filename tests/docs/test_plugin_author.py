"""The examples of the guide work as they are printed."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from roomctl.host import manifest
from roomctl.host.status import Status

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "guide" / "plugin-author.md"
CHINESE = GUIDE.with_name("plugin-author.zh-CN.md")
NAMES = ["lamps", "mirror", "seats"]


def files(guide):
    """Each block of code, by the path that stands before it."""
    text = guide.read_text(encoding="utf-8")
    return dict(re.findall(r"^`([\w/.]+)`\n\n```\w+\n(.*?)^```", text, re.DOTALL | re.MULTILINE))


@pytest.fixture
def folder(tmp_path):
    for path, text in files(GUIDE).items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    return tmp_path


def run(folder, *argv, **more):
    env = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST", "ROOMCTL_", "COV"))}
    return subprocess.run(
        [sys.executable, *argv],
        cwd=folder,
        env={**env, **more},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )


def test_both_languages_have_the_same_examples():
    assert files(GUIDE) == files(CHINESE)
    assert {path.partition("/")[0] for path in files(GUIDE)} == {*(f"roomctl_{name}" for name in NAMES), "tests"}


def test_the_examples_pass_their_tests(folder):
    done = run(folder, "-W", "error", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly")
    assert done.returncode == 0, done.stdout[-3000:]
    assert int(re.search(r"(\d+) passed", done.stdout)[1]) > 30


def test_dropped_into_a_data_folder_they_are_enabled_and_the_check_is_run(folder):
    data = folder / "data"
    (data / "plugins").mkdir(parents=True)
    for name in NAMES:
        there = Path(shutil.copytree(folder / f"roomctl_{name}", data / "plugins" / name))
        there.chmod(0o755)
        for file in there.iterdir():
            file.chmod(0o644)
    (data / "lamps.txt").write_text("left 3100\n")
    listed = json.loads(run(folder, "-m", "roomctl", "plugins", "list", "--json", ROOMCTL_DATA=str(data)).stdout)
    assert {row["name"]: row["status"] for row in listed["plugins"]}.items() >= dict.fromkeys(
        NAMES, Status.ENABLED
    ).items()
    checked = run(folder, "-m", "roomctl", "check", "--json", ROOMCTL_DATA=str(data))
    lamps = [row for row in json.loads(checked.stdout)["results"] if row["check"] == "lamp_hours"]
    assert [(row["device"], row["state"]) for row in lamps] == [("left", "CRIT")]


@pytest.mark.parametrize("guide", [GUIDE, CHINESE], ids=lambda path: path.name)
def test_the_guide_names_every_key_and_every_status(guide):
    text = guide.read_text(encoding="utf-8")
    for word in (*manifest._KEYS, *(status.value for status in Status)):
        assert f"| `{word}` |" in text, word
