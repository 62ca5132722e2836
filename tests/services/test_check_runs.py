"""What one run may do to what was found before: stopped, cut off, made beside another."""

import contextlib
import threading
from concurrent.futures import Future
from dataclasses import replace

import pytest
from roomctl_av_check.drivers.pjlink import OFFER

from roomctl.domain.checks import CheckState
from roomctl.domain.devices import NO_SECRET, Device
from roomctl.domain.meeting import Objected
from roomctl.errors import Refused
from roomctl.services.check_run import DeviceJob, Run
from roomctl.services.device_checks import Prepared
from roomctl.services.time import SystemClock
from roomctl.testing.emulators import Fault
from roomctl.testing.fakes import FakeClock


def test_a_dead_device_blocks_where_what_it_hangs_on_is_only_odd(room):
    room.fault(room.switch, Fault.RUBBISH)
    room.fault(room.left, Fault.DEAD)
    rows = room.rows()
    assert rows["switch", "online"].state is CheckState.UNKNOWN
    assert rows["left", "online"].state is CheckState.CRIT


def test_a_run_that_is_stopped_mends_no_fault(room):
    meeting = room.house.opened(recorded=False)
    room.fault(room.left, Fault.DEAD)
    room.inventory.put([replace(room.use.device("left"), depends_on=())])
    before = room.rows(meeting=meeting.id)
    assert before["left", "online"].state is CheckState.CRIT
    room.fault(room.left, Fault.SILENT)
    stopped = threading.Event()
    rows = room.rows(
        meeting=meeting.id, heard=lambda row: row.device == "switch" and stopped.set(), cancelled=stopped
    )
    assert rows["left", "online"] == before["left", "online"]
    assert '"cancelled":true' in list(room.house.events(meeting.id))[-1].data
    with pytest.raises(Objected):
        room.use.start(meeting.id)
    with pytest.raises(Refused):
        room.use.sign_checks(meeting.id, by="刘洋")


def test_of_two_runs_at_once_neither_brings_back_what_the_other_found_anew(room):
    """Two devices are mended and looked at again; the one that is asked first is told last."""
    room.inventory.put([replace(room.use.device(name), depends_on=()) for name in ("left", "right")])
    for one in (room.left, room.right):
        room.fault(one, Fault.DEAD)
    room.rows()
    for one in (room.left, room.right):
        room.fault(one, Fault.NONE)

    def meanwhile(_row):
        if not inner:
            inner.append(room.rows(only=["right"]))

    inner = []
    room.rows(only=["left"], heard=meanwhile)
    rows = {(row.device, row.check): row for row in room.use.check_report(None).results}
    assert rows["left", "online"].state is rows["right", "online"].state is CheckState.OK


def test_a_long_run_does_not_undo_what_was_looked_at_since(room):
    room.inventory.put([replace(room.use.device("left"), depends_on=())])
    room.fault(room.left, Fault.DEAD)
    inner = []

    def meanwhile(row):
        if row.device == "left" and not inner:
            room.fault(room.left, Fault.NONE)
            inner.append(room.rows(only=["left"]))

    room.rows(heard=meanwhile)
    rows = {(row.device, row.check): row for row in room.use.check_report(None).results}
    assert rows["left", "online"] == inner[0]["left", "online"]
    assert rows["switch", "online"].state is CheckState.OK


def test_what_is_behind_a_dead_switch_is_no_fault_when_it_is_looked_at_alone(room):
    for one in (room.switch, room.right):
        room.fault(one, Fault.DEAD)
    room.rows()
    room.fault(room.left, Fault.DEAD)
    rows = room.rows(only=["right"])
    assert {name: rows[name, "online"].state for name in ("switch", "left", "right")} == {
        "switch": CheckState.CRIT,
        "left": CheckState.SKIPPED,
        "right": CheckState.SKIPPED,
    }
    room.fault(room.switch, Fault.NONE)
    assert room.rows(only=["left"])["left", "online"].state is CheckState.CRIT


def test_of_two_who_sign_at_once_the_second_is_refused(room):
    """The first signs while the second reads the time, as when both have pressed."""
    meeting = room.house.opened()
    room.rows(meeting=meeting.id)
    said, both = [], threading.Barrier(2, timeout=60)

    class Together(type(room.use._clock)):
        def now(self):
            with contextlib.suppress(threading.BrokenBarrierError):
                both.wait(0.5)
            return super().now()

    room.use._clock = Together()

    def sign(name):
        try:
            said.append(room.use.sign_checks(meeting.id, by=name).signed.by)
        except Refused as refused:
            said.append(str(refused))

    people = [threading.Thread(target=sign, args=(name,)) for name in ("刘洋", "周强")]
    for one in people:
        one.start()
    for one in people:
        one.join(60)
    room.use._clock = SystemClock()
    signed = room.use.check_report(meeting.id).signed.by
    assert signed in said
    assert any(f"{signed} 已签字" in one for one in said)
    assert room.house.kinds(meeting.id).count("checks.signed") == 1


def test_a_run_that_is_cut_off_with_the_program_is_not_kept(room):
    room.fault(room.left, Fault.SILENT)
    with pytest.raises(Refused, match="检查中断"):
        room.use.check(None, heard=lambda row: row.device == "switch" and room.use._rack.prober.close())
    assert room.use.check_report(None) is None


class Never:
    """A prober whose drivers never let go."""

    def read(self, *_):
        return Future()


STEP = 0.25


class Ticking(FakeClock):
    """Each look at it takes it a step on."""

    def monotonic(self):
        self.advance(STEP)
        return super().monotonic()


def test_a_run_is_longer_than_its_slowest_deadline_by_a_second_at_most():
    """Also where no driver keeps to its time, and the places are talked to by others."""
    clock = Ticking()
    devices = [Device(id=f"p{n}", kind="pjlink", title=("", "")) for n in range(3)]
    jobs = [
        DeviceJob(Prepared(one, replace(OFFER, deadline=0.5 * n), NO_SECRET), Never(), None, {}, clock)
        for n, one in enumerate(devices)
    ]
    began = FakeClock.monotonic(clock)
    rows = Run(jobs, clock, lambda _row: None).all()
    assert [row.state for row in rows] == [CheckState.UNKNOWN] * 3
    own = 3 + 3 + 2  # looks as each begins and as each is given up, and before and after all
    assert FakeClock.monotonic(clock) - began <= 1.0 + 1.0 + own * STEP
