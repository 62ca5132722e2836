"""Bad input: one line that says what, why and the mend; exit code 2; nothing half made."""

import os

import pytest


def refused(run, *words):
    """The one line of a refusal."""
    assert run.returncode == 2, run.stderr
    lines = run.stderr.strip().splitlines()
    assert len(lines) == 1, run.stderr
    assert "Traceback" not in run.stderr
    for word in words:
        assert word in lines[0], lines[0]
    return lines[0]


def test_missing_audio(shell):
    refused(shell("demo", "--audio", "none.wav"), "none.wav", "没有这个文件")
    assert not (shell.folder / "roomctl-demo").exists()


def test_empty_audio(shell):
    (shell.folder / "empty.wav").touch()
    refused(shell("demo", "--audio", "empty.wav"), "empty.wav", "0")
    assert not (shell.folder / "roomctl-demo").exists()


def test_a_file_that_is_no_audio(shell):
    (shell.folder / "notes.wav").write_text("这不是声音" * 100)
    refused(shell("demo", "--audio", "notes.wav"), "notes.wav")
    assert not (shell.folder / "roomctl-demo").exists()


def test_an_unknown_engine_lists_the_known(shell):
    refused(shell("demo", "--engine", "siri"), "siri", "whisper", "vosk")
    assert not (shell.folder / "roomctl-demo").exists()


def test_no_model_and_no_network_names_the_command_and_the_way_by_usb(shell):
    run = shell(
        "demo", ROOMCTL_MODELS=str(shell.folder / "none"), PIP_NO_INDEX="1", PIP_FIND_LINKS=str(shell.folder),
        HTTPS_PROXY="http://127.0.0.1:9", HTTP_PROXY="http://127.0.0.1:9",
    )  # fmt: skip
    assert run.returncode == 2
    last = run.stderr.strip().splitlines()[-1]
    assert "roomctl models pull faster-whisper-base" in last
    assert "roomctl models import" in last
    assert not (shell.folder / "roomctl-demo").exists()


@pytest.mark.skipif(os.name == "nt", reason="a path below a file")
def test_a_work_dir_that_cannot_be_written(shell):
    (shell.folder / "file").touch()
    refused(shell("demo", "--workdir", "file/w"), "file/w", "--workdir")


def test_a_roster_without_names(shell):
    (shell.folder / "people.csv").write_text("单位,职务\n市住建局,局长\n", encoding="utf-8")
    meeting = shell("meetings", "new", "--title", "甲", "--json")
    assert meeting.returncode == 0
    identity = meeting.stdout.split('"id": "')[1].split('"')[0]
    refused(shell("roster", "import", identity, "people.csv"), "姓名", "people.csv")


def test_a_roster_with_the_same_person_twice(shell):
    (shell.folder / "people.csv").write_text("姓名,单位,职务\n李娜,市局,科长\n李娜,市局,科长\n", encoding="utf-8")
    identity = shell("meetings", "new", "--title", "甲", "--json").stdout.split('"id": "')[1].split('"')[0]
    refused(shell("roster", "import", identity, "people.csv"), "李娜", "2", "3")


def test_an_unknown_key_in_the_settings_is_pointed_at(shell):
    data = shell.folder / "data"
    data.mkdir()
    (data / "roomctl.toml").write_text('recoder = "audio"\n', encoding="utf-8")
    refused(shell("meetings", "list"), "roomctl.toml", "recoder", "recorder")


def test_settings_that_are_no_toml(shell):
    data = shell.folder / "data"
    data.mkdir()
    (data / "roomctl.toml").write_text("= =\n", encoding="utf-8")
    refused(shell("meetings", "list"), "roomctl.toml", "TOML")


def test_an_unknown_key_of_a_plugin_costs_that_plugin(shell):
    data = shell.folder / "data"
    data.mkdir()
    (data / "roomctl.toml").write_text("[plugins.audio]\nsorce = 'tone'\n", encoding="utf-8")
    listed = shell("plugins", "list", "--json")
    assert listed.returncode == 0
    row = next(line for line in listed.stdout.split("{") if '"name": "audio"' in line)
    assert "config_error" in row
    assert "sorce" in row


def test_a_section_of_no_plugin_is_pointed_at(shell):
    data = shell.folder / "data"
    data.mkdir()
    (data / "roomctl.toml").write_text("[plugins.audoi]\nsource = 'tone'\n", encoding="utf-8")
    told = shell("doctor").stderr
    assert "roomctl.toml [plugins.audoi]  没有这个插件" in told


def test_a_database_that_is_none_is_left_as_it_is(shell):
    data = shell.folder / "data"
    data.mkdir()
    (data / "roomctl.db").write_bytes(b"not a database, but somebody's own bytes" * 200)
    run = shell("meetings", "list")
    assert run.returncode in {1, 2}
    assert len(run.stderr.strip().splitlines()) == 1
    assert (data / "roomctl.db").read_bytes().startswith(b"not a database")


def test_an_unknown_meeting(shell):
    shell("init")
    refused(shell("meetings", "show", "nothing"), "nothing")


def test_a_time_that_cannot_be_read(shell):
    refused(shell("meetings", "new", "--title", "甲", "--starts", "tomorrow"), "tomorrow", "2026-11-12 09:00")


def test_a_level_that_is_written_wrong(shell):
    refused(shell("meetings", "new", "--title", "甲", "--secrecy", "秘密"), "秘密★3年")


def test_the_microphone_and_a_file_at_once(shell):
    refused(shell("demo", "--mic", "--audio", "talk.wav"), "--mic", "--audio")


def test_the_smallest_model_of_an_engine_is_offered(shell, tmp_path):
    models = {"ROOMCTL_MODELS": str(tmp_path / "empty"), "https_proxy": "http://127.0.0.1:9"}
    run = shell("demo", "--engine", "vosk", **models)
    assert run.returncode == 2, run.stderr
    assert "models pull vosk-model-small-cn-0_22" in run.stderr
    assert "models import" in run.stderr
    assert not (shell.folder / "roomctl-demo").exists()


def test_a_roster_that_is_not_there(shell, demo_clip):
    refused(shell("transcribe", demo_clip, "--roster", "none.xlsx"), "none.xlsx", "没有这个文件")


def test_check_takes_the_end_of_an_id(shell):
    shell("meetings", "new", "--title", "甲")
    listed = shell("meetings", "list", "--json").stdout
    identity = listed.split('"id": "')[1].split('"')[0]
    checked = shell("check", identity[-6:], "--json")
    assert f'"meeting": "{identity}"' in checked.stdout, checked.stderr
    refused(shell("archive", "accept", identity[-6:], "--by", "赵敏"), "还不能签收")
