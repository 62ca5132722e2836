import queue
import subprocess
import sys
import threading

import pytest

from roomctl import i18n
from roomctl.host.calls import Caller, FailureKind, hung
from roomctl.host.platform import Effort
from tests.waiting import PATIENCE


@pytest.fixture
def caller():
    caller = Caller()
    yield caller
    caller.close()


def test_a_value_comes_back(caller) -> None:
    assert caller.call("hello", lambda: 42, 1).value == 42


def test_a_hang_says_where_and_the_next_call_goes_on(caller) -> None:
    gate = threading.Event()

    def waits_for_the_projector() -> None:
        gate.wait(60)

    outcome = caller.call("hello", waits_for_the_projector, 0.1)
    assert outcome.failure.kind is FailureKind.HANG
    assert "waits_for_the_projector" in outcome.failure.trace
    assert hung()
    assert caller.call("hello", lambda: 42, 1).value == 42
    gate.set()


def test_calls_that_meet_do_not_wait_for_each_other(caller) -> None:
    inside, seen = threading.Barrier(3), []
    threads = [
        threading.Thread(target=lambda: seen.append(caller.call("hello", lambda: inside.wait(PATIENCE), PATIENCE).ok))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [True] * 3


def test_a_call_speaks_the_language_of_whoever_asked(caller) -> None:
    before = i18n.language()
    i18n.use("en")
    said = caller.call("hello", lambda: i18n.tr("会", "meeting"), 1).value
    i18n.use("zh")
    assert (said, caller.call("hello", lambda: i18n.tr("会", "meeting"), 1).value) == ("meeting", "会")
    i18n.use(before)


def test_threads_are_used_again(caller) -> None:
    names = {caller.call("hello", threading.get_ident, 1).value for _ in range(50)}
    assert len(names) == 1


LEAVER = """
import sys, threading
from roomctl.host.calls import Caller
from roomctl.host.exit import leave
sys.stdout.write("all of it")
Caller().call("hello", lambda: threading.Event().wait(600), 0.05)
leave(3)
"""


def test_the_process_ends_with_its_code_and_output_while_a_plugin_hangs() -> None:
    done = subprocess.run([sys.executable, "-c", LEAVER], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (3, "all of it")


def test_what_hung_and_ended_after_all_is_told(caller) -> None:
    gate, told = threading.Event(), queue.SimpleQueue()
    outcome = caller.call("hello", lambda: gate.wait(60) and 42, 0.1, told.put)
    assert outcome.failure.kind is FailureKind.HANG
    assert told.empty()
    gate.set()
    assert told.get(timeout=60).value == 42


@pytest.mark.parametrize("effort", [Effort(0.0, ready=True, disk=False), Effort(0.0, ready=False, disk=True)])
def test_a_machine_that_gives_it_no_time_puts_no_plugin_out(caller, monkeypatch, effort) -> None:
    """At the first start of a slow PC its imports alone may take longer; a command would have put it out for good."""
    looks = queue.SimpleQueue()

    def look(_thread: int) -> Effort:
        looks.put("a look")
        return effort

    def imports_much() -> int:
        for _ in range(30):  # at a tenth of the deadline each
            looks.get(timeout=60)
        return 42

    monkeypatch.setattr("roomctl.host.calls.thread_effort", look)
    assert caller.call("hello", imports_much, 0.1).value == 42


def test_one_that_only_spins_is_given_up(caller) -> None:
    over = threading.Event()

    def spins() -> None:
        while not over.is_set():
            pass

    outcome = caller.call("hello", spins, 0.2)
    over.set()
    assert outcome.failure.kind is FailureKind.HANG
