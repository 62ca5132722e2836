import os
import socket

import pytest

from roomctl.host import notify
from roomctl.host.notify import Manager


@pytest.fixture
def manager(tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as made:
        made.bind(str(tmp_path / "notify"))
        made.settimeout(0)
        yield made


def heard(manager):
    said = []
    while True:
        try:
            said.append(manager.recv(4096).decode())
        except BlockingIOError:
            return said


def test_it_says_what_systemd_waits_for(manager):
    told = Manager(manager.getsockname())
    told.ready("正在运行\nMAINPID=1")
    told.status("x")
    told.stopping()
    assert heard(manager) == ["READY=1\nSTATUS=正在运行 MAINPID=1", "STATUS=x", "STOPPING=1"]


def test_signs_of_life_come_well_within_the_limit_and_no_oftener(manager, monkeypatch):
    at = iter([0.0, 1.0, 14.9, 15.0, 29.0, 30.0])
    monkeypatch.setattr(notify.time, "monotonic", lambda: next(at))
    told = Manager(manager.getsockname(), limit=60)
    for _ in range(6):
        told.alive()
    assert heard(manager) == ["WATCHDOG=1"] * 3


@pytest.mark.parametrize(
    ("pid", "usec", "signs"), [("", "4000000", 1), ("own", "4000000", 1), ("1", "4000000", 0), ("", "", 0)]
)
def test_only_the_process_that_is_watched_says_that_it_lives(manager, pid, usec, signs):
    pid = str(os.getpid()) if pid == "own" else pid
    environment = {"NOTIFY_SOCKET": manager.getsockname(), "WATCHDOG_PID": pid, "WATCHDOG_USEC": usec, "HOME": "/"}
    Manager.of(environment).alive()
    assert len(heard(manager)) == signs
    assert environment == {"HOME": "/"}


def test_without_a_manager_or_with_one_that_is_gone_nothing_happens(tmp_path):
    for told in (Manager.of({}), Manager(str(tmp_path / "none"), limit=1), Manager("@none", limit=1)):
        told.ready("x")
        told.alive()


def test_a_manager_that_does_not_read_holds_up_nobody(manager):
    told = Manager(manager.getsockname())
    for _ in range(5000):
        told.status("x" * 1000)
