"""清点 as a run: how far it is, one at a time, and what breaks off in the middle."""

import threading

import pytest

from roomctl.errors import Busy, Damaged, Refused
from roomctl.services.counting import CountRuns

from .test_registration import Deposit

DEADLINE = 60.0


@pytest.fixture
def deposit(house):
    return Deposit(house)


@pytest.fixture
def held_up(deposit, monkeypatch):
    """Reading stops after the first bytes, until `go` is set."""
    go, count = threading.Event(), deposit.archive.count

    def slow(package, tick):
        tick(4)
        assert go.wait(DEADLINE)
        return count(package, tick)

    monkeypatch.setattr(deposit.archive, "count", slow)
    yield go
    go.set()


def test_a_run_tells_how_far_it_is_and_no_second_one_begins(deposit, held_up):
    run = deposit.as_("赵敏").start_counting(deposit.meeting)
    other = deposit.as_("周强")
    with pytest.raises(Busy, match="赵敏"):
        other.start_counting(deposit.meeting)
    with pytest.raises(Busy):
        other.count_packages(deposit.meeting)
    assert (other.counting(deposit.meeting), run.total, run.failed) == (run, 9, "")
    held_up.set()
    assert run.ended.wait(DEADLINE)
    assert other.counting(deposit.meeting) is None
    assert other.registration(deposit.meeting).registration.countings[deposit.package].by == "赵敏"
    assert deposit.events.count("package.counted") == 1


def test_what_somebody_has_signed_for_meanwhile_is_not_counted_once_more(deposit, house, held_up):
    run = deposit.as_("赵敏").start_counting(deposit.meeting)
    house.use.accept(deposit.meeting, by="演示档案员", demo=True)
    held_up.set()
    assert run.ended.wait(DEADLINE)
    assert "package.counted" not in deposit.events


def test_why_a_run_broke_off_stands_there_until_the_next(deposit, monkeypatch):
    whole = deposit.archive.count

    def broken(_package, _tick):
        raise Damaged("the disk is gone")

    monkeypatch.setattr(deposit.archive, "count", broken)
    use = deposit.as_("赵敏")
    assert use.start_counting(deposit.meeting).ended.wait(DEADLINE)
    assert "the disk is gone" in use.counting(deposit.meeting).failed
    monkeypatch.setattr(deposit.archive, "count", whole)
    assert use.start_counting(deposit.meeting).ended.wait(DEADLINE)
    assert use.counting(deposit.meeting) is None


def test_a_run_ends_when_the_process_does_and_has_noted_nothing(deposit, held_up):
    use = deposit.as_("赵敏")
    run = use.start_counting(deposit.meeting)
    runs: CountRuns = use._counts
    closing = threading.Thread(target=runs.close)
    closing.start()
    assert runs._closed.wait(DEADLINE)
    held_up.set()
    closing.join(DEADLINE)
    assert run.ended.is_set()
    assert "package.counted" not in deposit.events


def test_nothing_begins_where_there_is_nothing_to_count(deposit, house):
    with pytest.raises(Refused):
        house.use.start_counting(house.opened().id)
    assert house.use.counting(deposit.meeting) is None
