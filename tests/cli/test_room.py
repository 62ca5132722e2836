"""清理会场, papers and the log on the command line."""

import json

import pytest


def said(run):
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


@pytest.fixture
def meeting(shell):
    (shell.folder / "people.csv").write_text("姓名,单位,职务\n马德福,城管局,局长\n", encoding="utf-8")
    made = said(shell("meetings", "new", "--title", "停车场专题会议", "--no-record", "--json"))["id"]
    shell("roster", "import", made, "people.csv")
    for words in (["approve"], ["open"], ["start"]):
        shell("meetings", *words, made)
    return made


def test_the_room_is_cleared_and_the_papers_are_collected(shell, meeting):
    said(shell("room", "papers-add", meeting, "实施方案", "--copies", "2", "--first", "17", "--json"))
    out = said(shell("room", "papers-out", meeting, "017", "马德福", "--json"))["handouts"]
    assert [(one["copy"], one["state"], one["name"]) for one in out] == [("017", "out", "马德福")]
    said(shell("room", "note", meeting, "后勤", "加茶水", "--json"))
    assert said(shell("room", "log", meeting, "--json"))["entries"][0]["text"] == "加茶水"
    shell("meetings", "adjourn", meeting)
    assert "017 号" in shell("meetings", "clear", meeting).stderr
    said(shell("room", "papers-release", meeting, "017", "--where", "马德福带回", "--json"))
    said(shell("room", "found", meeting, "伞", "--to", "值班室", "--json"))
    assert said(shell("room", "done", meeting, "lights", "--json"))["tasks"][-1]["by"]
    assert not said(shell("room", "undo", meeting, "lights", "--json"))["complete"]
    shell("meetings", "clear", meeting)
    told = shell("room", "show", meeting).stderr
    assert "已放行 马德福带回" in told
    assert "☐" not in told
