"""`roomctl backup` and `roomctl restore`, as somebody types them."""

import json
import shutil

import pytest

from roomctl.host.lock import HostLock


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

    lock = HostLock(held / "host.lock")
    assert lock.acquire()  # as a host does that runs
    command = line.rpartition("roomctl ")[2].split()
    refused = shell(*command)
    lock.release()
    assert refused.returncode == 2
    assert "Ctrl-C" in refused.stderr
    assert "roomctl " + " ".join(command) in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1

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


def test_backups_are_listed_and_a_bad_one_is_a_finding(shell, held):
    shell("backup")
    listed = shell("restore", "--json")
    assert [row["good"] for row in json.loads(listed.stdout)["backups"]] == [True]
    (copy,) = (held / "backups").iterdir()
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
