import threading
from dataclasses import dataclass

import pytest

from roomctl.domain.checks import CheckState, Result, Waiver
from roomctl.domain.meeting import Objected
from roomctl.services.time import SystemClock


@dataclass
class Probe:
    """A check that answers, fails or hangs."""

    name: str
    state: CheckState = CheckState.OK
    error: Exception | None = None
    hangs: threading.Event | None = None
    device: str = "pc"
    deadline: float = 0.3

    def run(self, meeting):
        del meeting
        if self.hangs:
            self.hangs.wait(20)
        if self.error:
            raise self.error
        yield Result(device=self.device, check=self.name, state=self.state, message="磁盘已满", hint="清理")


@pytest.fixture
def timed(house):
    house.use._clock = SystemClock()
    return house


def test_results_come_as_they_are_found_and_are_kept(timed):
    timed.plugins.device_checks = [Probe("disk"), Probe("memory", CheckState.WARN)]
    meeting, heard = timed.opened(), []
    report = timed.use.check(meeting.id, heard=heard.append)
    assert {r.check for r in heard} == {"disk", "memory"}
    assert report.counts["ok"] == report.counts["warn"] == 1
    assert timed.use.check_report(meeting.id) == report
    assert timed.kinds(meeting.id)[-1] == "checks.ran"


def test_what_fails_or_hangs_is_unknown_and_costs_the_others_nothing(timed):
    gate = threading.Event()
    timed.plugins.device_checks = [
        Probe("bad", error=ValueError("rubbish")),
        Probe("slow", hangs=gate),
        Probe("good"),
    ]
    report = timed.use.check(None)
    gate.set()
    found = {result.check: result for result in report.results}
    assert found["good"].state is CheckState.OK
    assert found["bad"].state is found["slow"].state is CheckState.UNKNOWN
    assert "rubbish" in found["bad"].message
    assert "0.3" in found["slow"].message


def test_a_fault_stops_the_start_until_it_is_waived_by_name(timed):
    timed.plugins.device_checks = [Probe("disk", CheckState.CRIT)]
    meeting = timed.opened(recorded=False)
    timed.use.check(meeting.id)
    with pytest.raises(Objected, match="磁盘已满（清理）"):
        timed.use.start(meeting.id)
    timed.use.accept_fault(meeting.id, Waiver("pc", "disk", by="赵敏", reason="换到移动硬盘"))
    assert timed.use.check(meeting.id).results[0].state is CheckState.WAIVED
    timed.use.start(meeting.id)


def test_a_report_knows_how_its_figures_went_in_the_room_and_nothing_that_came_later(timed):
    lamp = Probe("lamp")
    timed.plugins.device_checks = [lamp, Probe("words")]
    reports = []
    for hours in range(2400, 2415):
        lamp.run = lambda _meeting, hours=hours: [
            Result(device="投影机", check="lamp", state=CheckState.OK, value=hours, unit="小时")
        ]
        reports.append(timed.use.check(timed.opened().id if hours % 2 else None))
    assert timed.use.check_history(reports[-1]) == {("投影机", "lamp"): tuple(float(n) for n in range(2403, 2415))}
    assert timed.use.check_history(reports[2])["投影机", "lamp"] == (2400.0, 2401.0, 2402.0)
    assert timed.use.check_history(reports[-1], limit=2)["投影机", "lamp"] == (2413.0, 2414.0)


def test_what_was_heard_before_a_stop_is_new_and_the_rest_stays_as_it_was(timed):
    gate, stopped, meeting = threading.Event(), threading.Event(), timed.opened().id
    timed.plugins.device_checks = [Probe("disk", CheckState.CRIT), Probe("memory", CheckState.CRIT)]
    timed.use.check(meeting)
    timed.plugins.device_checks = [Probe("disk"), Probe("memory", hangs=gate, deadline=60)]
    report = timed.use.check(meeting, heard=lambda _row: stopped.set(), cancelled=stopped)
    gate.set()
    assert {row.check: row.state for row in report.results} == {"disk": CheckState.OK, "memory": CheckState.CRIT}
