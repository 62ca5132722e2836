"""Half the room dead, looked at again and again: memory, handles and sockets stay flat."""

import gc

import psutil
import pytest
from roomctl_av_check.drivers.pjlink import OFFER

from roomctl.host.prober import Prober
from roomctl.services.check_run import DeviceJob, Run
from roomctl.services.device_checks import Prepared
from roomctl.services.time import SystemClock
from roomctl.testing.emulators import Fault, Running
from roomctl.testing.emulators.pjlink import PjlinkEmulator

FAULTS = (Fault.NONE, Fault.DEAD, Fault.HALF, Fault.ENDLESS, Fault.NONE, Fault.PASSWORD)
GROWTH = 3 << 20
"""Bytes that may come from the allocator's own ways."""


@pytest.mark.parametrize("looks", [30, pytest.param(3000, marks=[pytest.mark.long, pytest.mark.timeout(7200)])])
def test_a_room_that_is_half_dead_costs_nothing_more_each_time(tmp_path, looks):
    emulators = [PjlinkEmulator() for _ in FAULTS]
    prober, clock, process = Prober(tmp_path), SystemClock(), psutil.Process()
    options = OFFER.options()

    def look():
        jobs = [
            DeviceJob(Prepared(one.device(id=f"p{n}", options=options), OFFER, one.secret()), prober, None, {}, clock)
            for n, one in enumerate(emulators)
        ]
        return Run(jobs, clock, lambda _row: None).all()

    with Running(*emulators) as running:
        for emulator, fault in zip(emulators, FAULTS, strict=True):
            running.do(emulator.switch(fault))
        for _ in range(3 + looks // 10):  # the heap and the loop's timers have found their size by then
            look()
        gc.collect()
        handles, memory, threads = process.num_fds(), process.memory_info().rss, process.num_threads()
        for _ in range(looks):
            rows = look()
        gc.collect()
        states = {row.device: row.state.value for row in rows if row.check == "online"}
        assert states == {"p0": "OK", "p1": "CRIT", "p2": "UNKNOWN", "p3": "UNKNOWN", "p4": "OK", "p5": "CRIT"}
        assert process.num_fds() <= handles + len(FAULTS), "an emulator may still be closing its end"
        assert process.num_threads() <= threads
        assert process.memory_info().rss - memory < GROWTH
        for emulator in emulators:
            running.do(emulator.quiet())
    prober.close()
