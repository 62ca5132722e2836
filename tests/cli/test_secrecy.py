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
    shell("secrecy", "confirm", meeting, "plan", "--by", "王保密", "--number", "1号")
    points = said(shell("secrecy", "points", meeting, "--json"))["points"]
    assert [one["by"] for one in points if one["point"] == "plan"] == ["王保密"]
    assert shell("secrecy", "list", meeting).returncode == 2
    assert shell("secrecy", "receive", "1", "--by", "档案员").returncode == 2
    shell("secrecy", "revoke", "--reason", "到期")
    told = said(shell("secrecy", "show", "--json"))
    assert (told["declaration"], told["media"][0]["serial"]) == (None, "光盘-01")


@pytest.mark.parametrize("level", ["绝密", "公开"])
def test_a_machine_is_declared_for_what_a_machine_may_hold(shell, level):
    run = shell(*DECLARE[:5], level, *DECLARE[6:])
    assert run.returncode == 2
    assert "Traceback" not in run.stderr


def test_no_copy_of_a_machine_that_holds_a_state_secret_is_kept_elsewhere(shell):
    shell("init")
    shell(*DECLARE)
    said(shell("meetings", "new", "--title", "专题会议", "--secrecy", "秘密★3年", "--json"))
    refused = shell("backup", "--to", "stick")
    assert refused.returncode == 2
    assert "异地备份" in refused.stderr
    assert not (shell.folder / "stick").exists()
    assert shell("backup").returncode == 0
    medium = shell.folder / "medium"
    medium.mkdir()
    shell("secrecy", "register", "medium", "--serial", "硬盘-01", "--keeper", "机要室", "--level", "秘密")
    assert shell("backup", "--to", "medium/copies").returncode == 0


def test_on_a_declared_machine_no_code_of_somebody_else_runs(shell):
    shell("init")
    folder = shell.folder / "data" / "plugins" / "weather"
    folder.mkdir(parents=True, mode=0o755)
    (folder / "plugin.toml").write_text(
        'name = "weather"\ntitle = { zh = "天气", en = "Weather" }\napi = "1"\n', encoding="utf-8"
    )
    (folder / "__init__.py").write_text("", encoding="utf-8")
    assert "weather" in shell(*DECLARE).stderr
    shell("plugins", "disable", "weather")
    assert shell(*DECLARE).returncode == 0
    shell("plugins", "enable", "weather")
    (row,) = [one for one in said(shell("plugins", "list", "--json"))["plugins"] if one["name"] == "weather"]
    assert (row["status"], "涉密计算机" in row["reason"]) == ("disabled", True)


def test_once_the_declaration_has_ended_commands_show_a_state_secret_only_to_hand_it_over(shell):
    shell("init")
    shell(*DECLARE)
    made = said(shell("meetings", "new", "--title", "不可说的事", "--secrecy", "秘密★3年", "--json"))["id"]
    assert "不可说的事" in shell("meetings", "show", made).stderr
    shell("secrecy", "revoke", "--reason", "到期")
    for words in (("meetings", "show", made), ("papers", "list", made), ("transcript", "export", made)):
        run = shell(*words)
        assert run.returncode == 2
        assert "本机没有登记涉密批准文号" in run.stderr
    assert said(shell("meetings", "list", "--json")) == {"meetings": []}
    assert said(shell("status", "--json"))["meetings"] == []
    assert shell("archive", "status", made).returncode == 0
    assert shell("secrecy", "points", made).returncode == 0
