"""涉密 on the command line."""

import json

import pytest


def said(run):
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


DECLARE = ["secrecy", "declare", "--approval", "7号", "--level", "秘密", "--date", "2020-01-05"]


def test_a_machine_is_declared_a_medium_registered_and_each_point_confirmed(shell):
    new = ("meetings", "new", "--title", "专题会议", "--secrecy", "秘密★3年", "--json")
    shell("init")
    assert "roomctl secrecy declare" in shell(*new).stderr
    assert said(shell(*DECLARE, "--json"))["level"] == "秘密"
    medium = shell.folder / "medium"
    medium.mkdir()
    register = ("secrecy", "register", "medium", "--serial", "光盘-01", "--keeper", "机要室", "--level")
    assert shell(*register, "内部").returncode == 2
    assert not list(medium.iterdir())
    assert said(shell(*register, "秘密", "--json"))["serial"] == "光盘-01"
    assert "serial: 光盘-01" in (medium / "roomctl-medium.txt").read_text(encoding="utf-8")
    assert "已有编号" in shell(*register, "秘密").stderr
    meeting = said(shell(*new))["id"]
    points = said(shell("secrecy", "points", meeting, "--json"))["points"]
    for one in points:
        shell("secrecy", "confirm", meeting, one["point"], "--by", "王保密", "--number", "1号")
    assert "☐" not in shell("secrecy", "points", meeting).stderr
    assert "没有移交" in shell("secrecy", "list", meeting).stderr or shell("secrecy", "list", meeting).returncode
    assert shell("secrecy", "receive", "1", "--by", "档案员").returncode == 2
    shell("secrecy", "withdraw", "光盘-01", "--reason", "损坏")
    shell("secrecy", "revoke", "--reason", "到期")
    told = said(shell("secrecy", "show", "--json"))
    assert told["declaration"] is None
    assert told["media"][0]["withdrawn"]
    assert "光盘-01" in shell("secrecy", "show").stderr


@pytest.mark.parametrize("level", ["绝密", "内部", "公开"])
def test_a_machine_is_declared_for_what_a_machine_may_hold(shell, level):
    shell("init")
    run = shell(*DECLARE[:5], level, *DECLARE[6:])
    assert run.returncode == 2
    assert "Traceback" not in run.stderr
