"""`roomctl accounts` as a user types it."""

import json
import re
import socket
import time
import urllib.request

import pytest

from tests.waiting import PATIENCE

PASSWORD = {"ROOMCTL_PASSWORD": "correct horse battery"}
SHORT = {"ROOMCTL_PASSWORD": "short"}


def test_an_account_is_added_listed_given_a_token_and_disabled(shell):
    added = shell("accounts", "add", "赵敏", "--role", "secretary", "-r", "admin", **PASSWORD)
    assert added.returncode == 0, added.stderr
    assert "秘书" in added.stderr
    made = shell("accounts", "token", "赵敏", "--label", "大屏", "--right", "meetings.read", "--days", "30")
    assert made.stdout.startswith("rct_")
    told = json.loads(shell("accounts", "list", "--json").stdout)
    assert told["accounts"] == [{"name": "赵敏", "roles": ["admin", "secretary"], "disabled": False}]
    assert told["tokens"][0]["label"] == "大屏"
    assert "审批人" in shell("accounts", "roles", "赵敏", "-r", "approver", "-r", "admin").stderr
    last = shell("accounts", "disable", "赵敏")
    assert last.returncode == 2
    assert "最后一个管理员" in last.stderr


def test_a_password_is_read_from_stdin_and_never_from_the_command_line(shell):
    run = shell("accounts", "add", "赵敏", "--role", "admin", "--password", "correct horse battery")
    assert run.returncode == 2
    short = shell("accounts", "add", "赵敏", "--role", "admin", **SHORT)
    assert short.returncode == 2
    assert len(short.stderr.strip().splitlines()) == 1
    assert "short" not in short.stderr


def test_an_unknown_role_is_told_with_the_known_ones(shell):
    run = shell("accounts", "add", "赵敏", "--role", "boss", **PASSWORD)
    assert run.returncode == 2
    assert "secretary" in run.stderr


def test_the_link_of_the_first_administrator_is_printed_once_there_is_none(shell):
    link = shell("accounts", "link").stdout.strip()
    assert link.startswith("http://127.0.0.1:8470/first?key=")
    shell("accounts", "add", "赵敏", "--role", "admin", **PASSWORD)
    assert shell("accounts", "link").returncode == 2


def listens(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=PATIENCE).close()
    except OSError:
        return False
    return True


@pytest.mark.needs("python:fastapi")
def test_the_first_start_prints_a_link_that_makes_the_administrator(shell):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = shell.start("serve", "--port", port)
    try:
        lines = iter(process.stderr.readline, "")
        link = next(found for line in lines if (found := re.search(r"http://\S+/first\?key=(\S+)", line)))
        while not listens(port):
            assert process.poll() is None
            time.sleep(0.05)
        body = {"key": link[1], "name": "赵敏", "password": PASSWORD["ROOMCTL_PASSWORD"]}
        asked = urllib.request.Request(
            f"http://127.0.0.1:{port}/api/v1/first-administrator",
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(asked, timeout=30) as answer:
            assert json.load(answer)["roles"] == ["admin"]
        assert shell("accounts", "link").returncode == 2
    finally:
        process.terminate()
        process.wait(PATIENCE)
        process.stderr.close()
