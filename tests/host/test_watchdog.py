"""Silence is measured by what a child could have done, at a clock that is moved by hand."""

import os
import subprocess
import sys

import pytest

from roomctl.host.platform import LINUX, Effort, effort
from roomctl.host.watchdog import SPINS, Watchdog, guarded
from roomctl.testing.fakes import FakeClock

PATIENCE = 180.0


class Child:
    """One that does, in each second of silence, what it is told to; `share` of a processor is what it gets."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.used, self.switches = 0.0, 0
        self.dog = Watchdog(PATIENCE, now=self.clock.monotonic, look=lambda _: self.now)
        self.now: Effort | None = Effort(0.0, ready=False, disk=False)

    def silence(self, seconds: int, *, share: float = 0.0, switches: int = 0, **now: bool) -> bool:
        """Whether it was found to hang by the end of it. Args: now: fields of `Effort`."""
        for _ in range(seconds):
            self.clock.advance(1.0)
            self.used += share
            self.switches += switches
            self.now = Effort(self.used, **{"ready": False, "disk": False, **now}, switches=self.switches)
            if self.dog.expired(0):
                return True
        return False


@pytest.fixture
def child() -> Child:
    return Child()


def test_one_that_does_nothing_hangs(child):
    assert not child.silence(180)
    assert child.silence(3)


@pytest.mark.parametrize("share", [0.0, 0.03])
def test_one_that_gets_no_processor_does_not(child, share):
    assert not child.silence(3600, share=share, ready=True)


def test_what_it_waited_for_a_processor_is_no_time_of_its_own(child):
    assert not child.silence(150)
    assert not child.silence(600, ready=True)
    assert child.silence(33)


def test_one_that_works_has_longer_but_not_for_ever(child):
    assert not child.silence(int(SPINS * PATIENCE), share=1.0, ready=True)
    assert child.silence(3, share=1.0, ready=True)


def test_one_of_many_threads_is_no_sooner_at_its_end(child):
    assert not child.silence(int(SPINS * PATIENCE), share=8.0, ready=True)


def test_one_that_waits_for_its_disk_works(child):
    assert not child.silence(600, disk=True)
    assert child.silence(1300, disk=True)


def test_on_a_full_machine_one_that_wakes_again_and_again_may_wait_for_another_thread(child):
    assert not child.silence(1700, full=True, switches=60)
    assert child.silence(200, full=True, switches=60)


@pytest.mark.parametrize(("full", "switches"), [(True, 0), (False, 60)])
def test_one_that_sleeps_through_hangs_and_so_does_one_that_wakes_on_a_machine_with_time_to_give(
    child, full, switches
):
    assert child.silence(183, full=full, switches=switches)


def test_a_word_forgives_what_was_before(child):
    assert not child.silence(170)
    child.dog.kick()
    assert not child.silence(170)


def test_whoever_was_held_up_himself_does_not_blame_the_child(child):
    child.silence(2)
    child.clock.advance(4000)
    assert not child.dog.expired(0)
    assert not child.silence(100)


def test_one_that_has_ended_does_not_hang(child):
    child.now = None
    child.clock.advance(4000)
    assert not child.dog.expired(0)


def test_an_effort_counts_what_a_child_of_the_child_works():
    code = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'print(1, flush=True)\\nwhile True: pass'])"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, start_new_session=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        before = effort(process.pid)
        alone = effort(process.pid, family=False)
        try:
            while (now := effort(process.pid)) and before and now.used < before.used + 0.2:
                pass
        finally:
            os.killpg(process.pid, 9)
    assert now
    assert alone
    if LINUX:
        assert now.ready
        assert not alone.ready


def test_of_a_process_that_is_no_more_there_is_no_effort():
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    assert effort(process.pid) is None


def test_one_that_hangs_is_killed_while_its_answer_is_waited_for():
    with (
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], stdout=subprocess.PIPE) as process,
        guarded(process, 0.5),
    ):
        assert process.stdout is not None
        assert process.stdout.readline() == b""
    assert process.returncode
