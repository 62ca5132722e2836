"""Children: started again, watched for missing output, gone with their parent."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import psutil
import pytest

from roomctl.errors import MissingPart, RoomctlError
from roomctl.host.supervisor import SupervisedChild
from roomctl.testing.fakes import FakeClock
from tests.waiting import until

BOUND = 20.0
"""Seconds that a busy machine may need for what takes a fraction of one."""

HEAD = "import json, sys, os, time\nsay = lambda **m: print(json.dumps(m), flush=True)\n"
ECHO = HEAD + "for line in sys.stdin:\n    say(type='echo', **json.loads(line))\n"


@pytest.fixture
def start() -> Iterator[Callable[..., SupervisedChild]]:
    children = []

    def begin(code: str, **options: Any) -> SupervisedChild:
        options.setdefault("clock", FakeClock())
        child = SupervisedChild([sys.executable, "-c", code], name="test", **options)
        children.append(child)
        return child

    yield begin
    for child in children:
        child.stop(timeout=0.5)


def after_silence(child: SupervisedChild, clock: FakeClock) -> Mapping[str, Any]:
    """What comes next, while time passes in steps between which the child is looked at."""

    def step() -> Mapping[str, Any] | None:
        clock.advance(0.5)
        return child.receive(0.1)

    return until(step)


def read(child: SupervisedChild) -> Mapping[str, Any]:
    message = child.receive(BOUND)
    assert message is not None, child.complaint
    return message


def test_a_child_is_told_started_and_answers(start) -> None:
    child = start(ECHO)
    assert read(child) == {"type": "started", "attempt": 1}
    child.send({"text": "请李晓明同志汇报"})
    assert read(child) == {"type": "echo", "text": "请李晓明同志汇报"}
    assert child.alive


def test_nothing_to_read_is_none_after_the_time_out(start) -> None:
    child = start(ECHO)
    read(child)
    assert child.receive(0.01) is None


def test_a_killed_child_is_started_again_and_says_so(start) -> None:
    child = start(ECHO)
    read(child)
    os.kill(child.pid, signal.SIGKILL)
    assert read(child) == {"type": "started", "attempt": 2}
    child.send({"n": 1})
    assert read(child)["n"] == 1


def test_what_is_sent_before_the_restart_was_read_is_not_done_twice(start) -> None:
    child = start(ECHO)
    read(child)
    first = child.pid
    os.kill(first, signal.SIGKILL)
    until(lambda: child.pid != first and child.alive)
    child.send({"n": 1})
    assert read(child) == {"type": "started", "attempt": 2}
    child.send({"n": 2})
    assert read(child)["n"] == 2


def test_pauses_between_deaths_grow(start) -> None:
    clock = FakeClock()
    child = start("raise SystemExit(7)", clock=clock, restarts=3)
    assert [read(child)["attempt"] for _ in range(4)] == [1, 2, 3, 4]
    with pytest.raises(RoomctlError, match="7"):
        child.receive(BOUND)
    assert sum(clock.slept) == pytest.approx(0.25 + 0.5 + 1.0)
    assert not child.alive


def test_a_child_that_keeps_dying_is_given_up_with_its_last_words(start) -> None:
    child = start("raise OSError('no such model')", restarts=0)
    read(child)
    with pytest.raises(RoomctlError, match="no such model"):
        child.receive(BOUND)
    assert "Traceback" in child.complaint


def test_a_message_forgives_earlier_deaths(start) -> None:
    child = start(HEAD + "say(type='hello'); sys.stdin.readline()", restarts=1)
    for attempt in (1, 2, 3, 4):
        assert read(child) == {"type": "started", "attempt": attempt}
        assert read(child) == {"type": "hello"}
        child.send({})


HANGS_ONCE = HEAD + (
    "mark = sys.argv[1] if len(sys.argv) > 1 else os.environ['MARK']\n"
    "for line in sys.stdin:\n"
    "    if not os.path.exists(mark):\n"
    "        open(mark, 'w').close()\n"
    "        time.sleep(600)\n"
    "    say(type='done', id=json.loads(line)['id'])\n"
)


def test_silence_while_work_is_under_way_starts_it_again(start, tmp_path) -> None:
    clock = FakeClock()
    mark = tmp_path / "hung"
    child = start(HANGS_ONCE, heartbeat=3.0, clock=clock, env={**os.environ, "MARK": str(mark)})
    read(child)
    child.send({"id": 1})
    until(mark.exists)
    assert after_silence(child, clock) == {"type": "started", "attempt": 2}
    assert re.search(r"no output while work was under way; idle for \d+ s", child.complaint)
    child.send({"id": 1})
    assert read(child) == {"type": "done", "id": 1}


def test_what_each_of_its_lives_ended_with_is_told_once(start) -> None:
    child = start("import sys; sys.exit('no such model')", restarts=3)
    until(child._gone.is_set)
    assert child.complaint == "no such model"


def test_silence_without_work_is_no_fault(start) -> None:
    clock = FakeClock()
    child = start(ECHO, heartbeat=3.0, clock=clock)
    read(child)
    child.send({"id": 1})
    read(child)
    clock.advance(3600)
    assert child.receive(0.5) is None
    assert child.alive


def test_an_answer_to_one_of_two_leaves_the_other_under_way(start) -> None:
    clock = FakeClock()
    child = start(
        HEAD + "a, b = sys.stdin.readline(), sys.stdin.readline()\nsay(id=1)\ntime.sleep(600)\n",
        heartbeat=3.0,
        clock=clock,
    )
    read(child)
    child.send({"id": 1})
    child.send({"id": 2})
    assert read(child) == {"id": 1}
    assert after_silence(child, clock)["attempt"] == 2


def test_progress_is_a_sign_of_life_and_no_answer(start) -> None:
    clock = FakeClock()
    child = start(HEAD + "sys.stdin.readline()\nsay(type='progress')\ntime.sleep(600)\n", heartbeat=3.0, clock=clock)
    read(child)
    child.send({})
    assert read(child) == {"type": "progress"}
    assert after_silence(child, clock)["attempt"] == 2


def test_one_that_works_without_a_word_is_let_work(start) -> None:
    clock = FakeClock()
    child = start(HEAD + "sys.stdin.readline()\nsay(type='progress')\nwhile True: pass\n", heartbeat=3.0, clock=clock)
    read(child)
    child.send({})
    assert read(child) == {"type": "progress"}
    for _ in range(10):
        clock.advance(0.5)
        assert child.receive(0.1) is None
    assert child.alive


def test_what_is_no_message_on_stdout_is_kept_as_a_complaint(start) -> None:
    child = start(HEAD + "print('LOG (VoskAPI): reading'); print('[1, 2]'); say(ok=True); sys.stdin.read()")
    read(child)
    assert read(child) == {"ok": True}
    assert "LOG (VoskAPI): reading" in child.complaint
    assert "[1, 2]" in child.complaint


def test_stop_closes_the_pipe_and_the_child_ends_by_itself(start, tmp_path) -> None:
    clean = tmp_path / "clean"
    child = start(HEAD + f"sys.stdin.read(); open({str(clean)!r}, 'w').close()")
    read(child)
    child.stop()
    assert clean.exists()
    assert not child.alive
    assert child.receive(1) is None
    child.send({"late": True})
    child.stop()


def test_stop_kills_a_child_that_does_not_listen_with_what_it_started(start) -> None:
    child = start(
        HEAD
        + "import subprocess; p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']);"
        + "say(pid=p.pid); time.sleep(600)"
    )
    read(child)
    grandchild = read(child)["pid"]
    child.stop(timeout=0.2)
    assert not psutil.pid_exists(child.pid)
    until(lambda: not psutil.pid_exists(grandchild) or psutil.Process(grandchild).status() == psutil.STATUS_ZOMBIE)


def test_a_program_that_is_not_there_is_a_missing_part() -> None:
    with pytest.raises(MissingPart, match="no-such-program"):
        SupervisedChild(["/no-such-program"], name="test")


PARENT = """
import sys, time
from roomctl.host.supervisor import SupervisedChild
child = SupervisedChild([sys.executable, "-c", "import sys; sys.stdin.read()"], name="x")
child.receive()
print(child.pid, flush=True)
time.sleep(600)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_child_ends_when_its_parent_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert psutil.pid_exists(pid)
        parent.kill()
    until(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)


@pytest.mark.skipif(sys.platform == "win32", reason="sessions")
def test_ctrl_c_in_the_terminal_does_not_reach_a_child(start) -> None:
    child = start(ECHO)
    read(child)
    assert os.getsid(child.pid) != os.getsid(0)
