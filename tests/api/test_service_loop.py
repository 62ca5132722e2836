import logging
import threading

import pytest

from roomctl.api import Refused
from roomctl.api.service_loop import ServiceLoop, stop_all

LONG = 60.0
LOG = logging.getLogger("roomctl.plugins.loop")


@pytest.fixture
def rounds():
    return threading.Semaphore(0)


@pytest.fixture
def loop(rounds):
    def work():
        rounds.release()
        return LONG

    made = ServiceLoop("looks", work, log=LOG, again=LONG)
    yield made
    made.stop(LONG)


def running(name="looks"):
    return [one for one in threading.enumerate() if one.name == name]


def test_it_looks_at_once_and_again_when_it_is_woken(loop, rounds):
    loop.start()
    assert rounds.acquire(timeout=LONG)
    loop.wake()
    assert rounds.acquire(timeout=LONG)


def test_started_twice_it_is_one_thread_and_started_again_it_goes_on(loop, rounds):
    loop.start()
    loop.start()
    assert rounds.acquire(timeout=LONG)
    assert len(running()) == 1
    loop.stop(LONG)
    assert not running()
    loop.start()
    assert rounds.acquire(timeout=LONG)


def test_a_stop_that_comes_between_two_rounds_is_never_slept_through():
    """Whenever it comes, the loop does not begin the long pause first."""
    for _ in range(200):
        loop = ServiceLoop("looks", lambda: LONG, log=LOG, again=LONG)
        loop.start()
        loop.stop(LONG)
        assert not running()


def test_a_stop_ends_the_wait_for_the_first_round():
    begun = []
    loop = ServiceLoop("looks", lambda: begun.append(1) or LONG, log=LOG, again=LONG, first=LONG)
    loop.start()
    loop.stop(LONG)
    assert not begun


def test_what_fails_is_told_once_and_tried_again_until_it_works(caplog):
    left = [Refused("no room", "it is taken"), Refused("no room", "it is taken"), ValueError("two\nlines")]
    over, told = threading.Event(), []

    def work():
        told.append(loop.trouble)
        if left:
            raise left.pop(0)
        over.set()
        return LONG

    loop = ServiceLoop("looks", work, log=LOG, again=0.0)
    with caplog.at_level(logging.INFO, LOG.name):
        loop.start()
        assert over.wait(LONG)
        loop.stop(LONG)
    refused = str(Refused("no room", "it is taken"))
    assert told == ["", refused, refused, "ValueError: two lines"]
    assert not loop.trouble
    assert [(one.levelname, one.exc_info is not None) for one in caplog.records] == [
        ("ERROR", False), ("ERROR", True), ("INFO", False),
    ]  # fmt: skip


def test_what_the_rounds_held_is_let_go_of_at_the_end():
    gone = []
    loop = ServiceLoop(
        "looks", lambda: LONG, log=LOG, again=LONG, at_end=lambda: gone.append(threading.current_thread())
    )
    loop.start()
    loop.stop(LONG)
    assert [one.name for one in gone] == ["looks"]


def test_several_end_together_and_a_round_can_ask_whether_to_end():
    waits, begun = threading.Event(), threading.Barrier(3)

    def work(loop):
        begun.wait(LONG)
        while not loops[loop].stopping():
            waits.wait(0.001)
        return LONG

    loops = [ServiceLoop("looks", lambda number=number: work(number), log=LOG, again=LONG) for number in range(2)]
    for loop in loops:
        loop.start()
    begun.wait(LONG)
    stop_all(loops, LONG)
    assert not running()
