"""`roomctl screens` as a user types it."""

import json
import re

import pytest

pytestmark = pytest.mark.needs("python:fastapi", "python:numpy", "python:av", "python:pypinyin")


@pytest.fixture
def meeting(shell):
    made = shell("meetings", "new", "--title", "城区停车场建设专题研究", "--json")
    assert made.returncode == 0, made.stderr
    return json.loads(made.stdout)["id"]


def test_a_link_is_made_listed_without_its_key_and_taken_back(shell, meeting):
    made = shell(
        "screens", "link", meeting, "transcript/captions", "--label", "主屏", "--url", "http://10.0.0.5:8470/"
    )
    assert made.returncode == 0, made.stderr
    assert re.fullmatch(r"http://10\.0\.0\.5:8470/s/rcs_[\w-]{40,}\n", made.stdout)
    told = json.loads(shell("screens", "list", meeting, "--json").stdout)
    assert {"plugin": "transcript", "screen": "captions", "title": "会场字幕"} in told["offered"]
    (link,) = told["links"]
    assert (link["screen"], link["label"]) == ("captions", "主屏")
    assert "rcs_" not in json.dumps(told)
    assert "主屏" in shell("screens", "list", meeting).stderr
    assert shell("screens", "drop", meeting, link["id"]).returncode == 0
    assert json.loads(shell("screens", "list", meeting, "--json").stdout)["links"] == []


@pytest.mark.parametrize("words", [("link", "transcript/nothing"), ("link", "captions"), ("drop", "k404")])
def test_what_is_not_there_is_told_on_one_line_with_the_mend(shell, meeting, words):
    run = shell("screens", words[0], meeting, *words[1:])
    assert run.returncode == 2
    assert len(run.stderr.strip().splitlines()) == 1
