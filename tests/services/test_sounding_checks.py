"""Checks that make a sound: run where somebody asks for them, after the others, and never in a meeting."""

import threading
from dataclasses import dataclass, field

import pytest

from roomctl.domain.checks import CheckState, Result, RunPurpose
from roomctl.domain.devices import Evidence
from roomctl.domain.lifecycle import State
from roomctl.errors import RoomctlError
from roomctl.services.offers import Sounding
from roomctl.services.time import SystemClock


@dataclass
class Quiet:
    said: list[str]
    device: str = "pc"
    name: str = "disk"
    deadline: float = 5.0

    def run(self, meeting):
        del meeting
        self.said.append(self.name)
        yield Result(device=self.device, check=self.name, state=CheckState.OK)


@dataclass
class Loud:
    said: list[str]
    state: CheckState = CheckState.CRIT
    waits: threading.Event | None = None
    device: str = "acoustics"
    name: str = "sweep"
    deadline: float = 5.0
    evidence: list[Evidence] = field(default_factory=list)
    tell = staticmethod(lambda _what: None)

    def run(self, meeting):
        del meeting
        self.tell("播放")
        self.said.append(self.name)
        if self.waits:
            self.waits.wait(30)
        self.evidence.append(Evidence("response.svg", b"<svg/>"))
        yield Result(device=self.device, check=self.name, state=self.state, evidence="response.svg")

    def hush(self):
        self.said.append("hush")
        if self.waits:
            self.waits.set()


@pytest.fixture
def sounding(house):
    house.use._clock = SystemClock()
    house.said = []
    house.plugins.device_checks = [Loud(house.said), Quiet(house.said)]
    return house


def test_a_check_that_makes_a_sound_is_known_by_what_it_has():
    assert isinstance(Loud([]), Sounding)
    assert not isinstance(Quiet([]), Sounding)


@pytest.mark.parametrize("purpose", list(RunPurpose))
def test_nothing_sounds_where_nobody_asked_for_it(sounding, purpose):
    sounding.use.check(sounding.opened().id, purpose=purpose)
    assert sounding.said == ["disk"]


def test_it_sounds_after_the_others_and_tells_what_it_is_at(sounding):
    told = []
    report = sounding.use.check(None, sound=True, tell=told.append)
    assert sounding.said == ["disk", "sweep"]
    assert told == ["播放"]
    (row,) = [one for one in report.results if one.device == "acoustics"]
    assert row.evidence.endswith("/acoustics-response.svg")
    assert sounding.use.evidence(row.evidence).read_bytes() == b"<svg/>"


def test_a_silent_run_waits_for_nothing_that_sounds_and_a_sounding_one_says_what_it_is_at(sounding):
    seen = []

    @dataclass
    class Looking(Loud):
        def run(self, meeting):
            self.tell("播放")
            (run,) = sounding.use.checks_under_way(None)
            seen.append((run.told, run.awaits("acoustics")))
            return super().run(meeting)

    sounding.plugins.device_checks = [Looking(sounding.said)]
    sounding.use.check(None, sound=True)
    sounding.use.check(None, only=["acoustics"])
    with sounding.use._under_way.begin(
        None, (), RunPurpose.HAND, "", sounding.clock.now(), None, {"acoustics"}
    ) as run:
        assert not run.awaits("acoustics")
        assert run.awaits("pc")
    assert seen == [("播放", True)] * 2


def test_a_device_that_is_named_is_asked_though_it_sounds(sounding):
    sounding.use.check(None, only=["acoustics"])
    assert sounding.said == ["sweep"]


def test_a_silent_run_keeps_the_rows_of_the_last_that_sounded(sounding):
    meeting = sounding.opened().id
    sounding.use.check(meeting, sound=True)
    report = sounding.use.check(meeting, purpose=RunPurpose.QUARTER_BEFORE)
    assert {(one.device, one.state) for one in report.results} == {
        ("acoustics", CheckState.CRIT),
        ("pc", CheckState.OK),
    }
    assert len(report.results) == 2
    assert sounding.said == ["disk", "sweep", "disk"]


@pytest.mark.parametrize("state", [State.IN_SESSION, State.RECESS])
def test_no_sound_is_made_while_any_meeting_sits(sounding, state):
    sounding.plugins.device_checks = []
    sitting = sounding.opened(recorded=False)
    sounding.use.start(sitting.id)
    if state is State.RECESS:
        sounding.use.pause(sitting.id)
    sounding.plugins.device_checks = [Loud(sounding.said)]
    (row,) = sounding.use.check(None, sound=True).results
    assert (row.state, sounding.said) == (CheckState.SKIPPED, [])
    assert sitting.title in row.message


def test_a_recorder_that_is_armed_keeps_the_room_silent(sounding):
    meeting = sounding.opened()
    sounding.use.arm(meeting.id)
    (row,) = sounding.use.check(None, only=["acoustics"]).results
    assert (row.state, sounding.said) == (CheckState.SKIPPED, [])


def test_a_recorder_that_does_not_answer_keeps_the_room_silent_and_fails_no_check(sounding, monkeypatch):
    def silent():
        raise RoomctlError("录音进程没有回应")

    sounding.use.arm(sounding.opened().id)
    monkeypatch.setattr(sounding.plugins.newest, "status", silent)
    disk, sweep = sounding.use.check(None, sound=True).results
    assert (disk.state, sweep.state, sounding.said) == (CheckState.OK, CheckState.SKIPPED, ["disk"])
    assert "有录音未结束（录音进程没有回应）" in sweep.message


def test_a_run_that_is_ended_hushes_it(sounding):
    gate, cancelled, begun = threading.Event(), threading.Event(), threading.Event()
    sounding.plugins.device_checks = [Loud(sounding.said, waits=gate, deadline=60.0)]
    found = []
    thread = threading.Thread(
        target=lambda: found.append(
            sounding.use.check(None, sound=True, tell=lambda _what: begun.set(), cancelled=cancelled)
        )
    )
    thread.start()
    assert begun.wait(60)
    cancelled.set()
    thread.join(60)
    assert gate.is_set()
    assert found[0].results[0].state is CheckState.UNKNOWN


def test_nothing_sounds_after_a_run_is_stopped(sounding):
    stopped = threading.Event()
    (disk, sweep) = sounding.use.check(None, sound=True, heard=lambda _row: stopped.set(), cancelled=stopped).results
    assert sounding.said == ["disk"], "neither sounded nor hushed"
    assert (disk.state, sweep.state) == (CheckState.OK, CheckState.UNKNOWN)
    assert "检查已停止" in sweep.message
