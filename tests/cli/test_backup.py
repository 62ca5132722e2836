"""`roomctl backup` and `roomctl restore`, as somebody types them."""

import json
import shutil
import signal
import socket

import pytest

from roomctl.storage.copies import copies
from tests.waiting import PATIENCE, until


@pytest.fixture
def held(shell):
    """A data folder with one meeting."""
    assert shell("meetings", "new", "--title", "甲").returncode == 0
    return shell.folder / "data"


def names(shell):
    listed = json.loads(shell("meetings", "list", "--json").stdout)
    return {meeting["title"] for meeting in listed["meetings"]}


def test_a_damaged_database_is_brought_back_by_the_command_that_the_error_names(shell, held):
    made = shell("backup", "--json")
    assert made.returncode == 0, made.stderr
    copy = json.loads(made.stdout)
    assert copy["meetings"] == 1
    assert copy["path"].startswith(str(held / "backups"))
    shell("meetings", "new", "--title", "乙")
    (held / "roomctl.db").write_bytes(b"\x00" * 5000)
    for log in held.glob("roomctl.db-*"):
        log.unlink()

    run = shell("meetings", "list")
    assert run.returncode == 1
    (line,) = run.stderr.strip().splitlines()
    assert "roomctl restore" in line
    assert (held / "roomctl.db").read_bytes() == b"\x00" * 5000

    command = line.rpartition("roomctl ")[2].split()
    restored = shell(*command)
    assert restored.returncode == 0, restored.stderr
    assert "备份之后" in restored.stderr
    assert names(shell) == {"甲"}
    assert shell("audit", "verify").returncode == 0


def test_a_copy_elsewhere_makes_the_room_anew(shell, held):
    """Another disk: nothing is left but the stick."""
    stick = shell.folder / "stick"
    copy = json.loads(shell("backup", "--to", stick, "--json").stdout)
    shutil.rmtree(held)
    assert shell("restore", copy["path"], "--json").returncode == 0
    assert names(shell) == {"甲"}


def test_on_another_machine_it_says_what_no_backup_holds_and_how_to_bring_it(shell, held):
    """Another folder, user and host name: settings travel; sound, papers and passwords do not."""
    (meeting,) = json.loads(shell("meetings", "list", "--json").stdout)["meetings"]
    assert shell("meetings", "draft", meeting["id"]).returncode == 0
    shutil.copytree(held / "meetings", shell.folder / "archive")
    settings = '[plugins.archive.targets.nas]\nkind = "sftp"\nhost = "nas"\npath = "/a"\nsecret = "dav"\n'
    (held / "roomctl.toml").write_text(settings, encoding="utf-8")
    shell("devices", "add", "left", "-k", "pjlink", "-a", "10.0.0.2", "--secret", "hall")
    shell("devices", "add", "right", "-k", "pjlink", "-a", "10.0.0.3", "--secret", "other")
    copy = json.loads(shell("backup", "--to", shell.folder / "stick", "--json").stdout)["path"]
    there = {"ROOMCTL_DATA": str(shell.folder / "b" / "data"), "HOME": str(shell.folder / "b"), "USER": "zhao",
             "ROOMCTL_SECRET_OTHER_PASSWORD": "x"}  # fmt: skip
    told = shell("restore", copy, "--settings", **there)
    assert told.returncode == 0, told.stderr
    assert "dav, hall；" in told.stderr
    assert "1 场会议" in told.stderr
    assert "roomctl archive reverify" in told.stderr
    assert json.loads(shell("audit", "verify", "--json", **there).stdout)["ok"]

    shutil.move(shell.folder / "archive", shell.folder / "b" / "data" / "meetings")
    again = json.loads(shell("restore", copy, "--json", **there).stdout)
    assert again["absent"] == {"meetings": [], "secrets": ["dav", "hall"]}


def test_backups_are_listed_and_a_bad_one_is_a_finding(shell, held):
    shell("backup")
    (copy,) = (held / "backups").iterdir()
    assert json.loads(shell("status", "--json").stdout)["backup"] == copy.name
    listed = shell("restore", "--json")
    assert [row["good"] for row in json.loads(listed.stdout)["backups"]] == [True]
    (copy / "heads.json").chmod(0o600)
    (copy / "heads.json").write_text("{}")
    found = shell("restore")
    assert found.returncode == 1
    assert "已损坏" in found.stderr


def test_bad_input_is_one_line(shell, held):
    for words in (("restore", "2019"), ("restore", "roomctl.toml"), ("backup", "--to", held / "roomctl.db")):
        run = shell(*words)
        assert run.returncode == 2, words
        assert len(run.stderr.strip().splitlines()) == 1, run.stderr


@pytest.mark.needs("python:fastapi")
def test_the_host_makes_copies_by_itself_and_is_not_restored_under(shell, held):
    served = shell.start("serve", "--port", free_port())
    try:
        made = until(lambda: copies(held / "backups") or served.poll() is not None)
        assert served.poll() is None
        assert shell("backup").returncode == 0  # also while it runs
        refused = shell("restore", made[0].name)
        assert refused.returncode == 2
        (line,) = refused.stderr.strip().splitlines()
        assert "Ctrl-C" in line
        assert f"roomctl restore {made[0].name}" in line
    finally:
        served.send_signal(signal.SIGINT)
        served.communicate(timeout=PATIENCE)
    assert names(shell) == {"甲"}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
