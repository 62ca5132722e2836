"""The launcher with a small program in the host's place."""

import errno
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent
from types import SimpleNamespace

import pytest

from roomctl.host.platform import Effort
from roomctl.host.signs import Sign
from roomctl.host.stacks import Trouble
from roomctl.host.starts import Starts
from roomctl.launcher import Launcher, Life, Limits
from tests.waiting import PATIENCE, until

READY = 'print(\'{"sign": "loop"}\'); print(\'{"sign": "ready"}\', flush=True)'


@dataclass
class Launched:
    """Runs `code` as the host; each life of it adds a line to `lives`."""

    data: Path
    said: list[str] = field(default_factory=list)
    code: int | None = None

    def begin(self, code, limits=None, deaths=0):
        script = self.data / "host.py"
        head = (
            f"import sys, time\nlives = open({str(self.data / 'lives')!r}, 'a+')\nlives.write('x')\nlives.flush()\n"
        )
        count = "lives.seek(0)\nlife = len(lives.read())\n"
        script.write_text(head + count + dedent(code), encoding="utf-8")
        self.launcher = Launcher(self.data, [sys.executable, str(script)], say=self.said.append, limits=limits)
        self.launcher._deaths = deaths
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self):
        self.code = self.launcher.run()

    def lives(self):
        file = self.data / "lives"
        return len(file.read_text()) if file.exists() else 0

    def end(self):
        self.launcher.stop()
        self.thread.join(PATIENCE)
        return self.code


@pytest.fixture
def launched(tmp_path):
    made = Launched(tmp_path)
    yield made
    made.end()


def test_a_host_that_asks_for_another_gets_one_and_that_is_no_fault(launched):
    launched.begin(f"{READY}\nif life == 1: sys.exit(75)\nsys.stdin.read()")
    until(lambda: launched.lives() == 2)
    assert launched.end() == 0
    assert launched.said == []


def test_a_host_that_dies_is_started_again_and_a_person_is_told(launched):
    launched.begin(f"{READY}\nif life == 1: sys.exit(1)\nsys.stdin.read()")
    until(lambda: launched.lives() == 2)
    assert launched.end() == 0
    assert "1" in launched.said[0]


def test_one_that_cannot_even_begin_has_told_why_and_ends_the_launcher(launched):
    launched.begin("sys.exit(2)")
    launched.thread.join(PATIENCE)
    assert launched.code == 2
    assert launched.lives() == 1


def test_one_that_was_ready_before_is_tried_for_ever(launched):
    launched.begin(f"if life == 1:\n    {READY}\nsys.exit(2)")
    until(lambda: launched.lives() >= 3)
    assert launched.end() == 0


def test_a_night_of_deaths_ends_no_launcher(launched):
    launched.begin(f"{READY}\nsys.exit(1)", deaths=5000)
    until(lambda: launched.said)
    assert launched.end() == 0


def test_a_full_disk_keeps_no_host_from_being_started_again(launched, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Launcher, "_keep", full)
    monkeypatch.setattr(Starts, "give_up", full)
    (launched.data / "logs").mkdir()
    (launched.data / "logs" / "stacks.txt").write_text("Fatal Python error", encoding="utf-8")
    launched.begin(f"{READY}\nif life <= 1: sys.exit(1)\nsys.stdin.read()", deaths=4)
    until(lambda: launched.lives() == 2 or launched.code is not None or not launched.thread.is_alive())
    assert launched.end() == 0


def test_a_machine_that_has_no_process_to_give_is_asked_again(launched, monkeypatch):
    begin, refused = Launcher._begin, []

    def scarce(self, after):
        if after and not refused:
            refused.append(after)
            raise OSError(errno.EAGAIN, "Resource temporarily unavailable")
        return begin(self, after)

    monkeypatch.setattr(Launcher, "_begin", scarce)
    launched.begin(f"{READY}\nif life == 1: sys.exit(1)\nsys.stdin.read()")
    until(lambda: launched.lives() == 2)
    assert refused
    assert launched.end() == 0


def test_one_whose_loop_gives_no_sign_is_killed_and_started_again(launched):
    launched.begin(f"{READY}\nif life == 1: time.sleep(600)\nsys.stdin.read()", Limits(beat=1.0))
    until(lambda: launched.lives() == 2)


def test_a_loop_of_deaths_leads_to_safe_mode(launched):
    launched.begin(f"{READY}\nif life <= 5: sys.exit(1)\nsys.stdin.read()")
    until(lambda: launched.lives() == 6)
    assert Starts(launched.data).under_way() is not None
    assert Starts(launched.data).begin() is not None


def test_rubbish_on_its_stdout_is_no_sign(launched):
    launched.begin("print('rubbish'); print('[1]'); print('{\"sign\": \"?\"}', flush=True); sys.stdin.read()")
    until(lambda: launched.lives() == 1)
    assert launched.end() == 0


def test_what_the_machine_keeps_from_a_host_is_not_counted_against_it(monkeypatch):
    now, used, ready = 100.0, 0.0, True
    monkeypatch.setattr("roomctl.launcher.time", SimpleNamespace(monotonic=lambda: now))
    monkeypatch.setattr("roomctl.launcher.effort", lambda _pid, **_: Effort(used, ready, disk=False))
    with subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE) as process:
        life = Life(process, beat=10.0, signs={Sign.LOOP: now}, began=now, latest=now)

        def silence(seconds, share):
            nonlocal now, used
            for _ in range(seconds):
                now, used = now + 1.0, used + share
                if trouble := life.pass_time(1.0, 120.0):
                    return trouble
            return None

        assert silence(35, 0.02) is None  # starved
        assert silence(10, 0.02) is Trouble.LOOP  # for so long that it may be a plugin that holds it
        life.signs[Sign.LOOP] = now
        assert silence(20, 0.02) is None
        ready = False
        assert silence(10, 0.0) is Trouble.LOOP  # idle
        life.signs[Sign.LOOP] = now
        ready = True
        assert silence(12, 1.0) is Trouble.LOOP  # a plugin holds the loop
