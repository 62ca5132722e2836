"""The host with all its plugins, and every bad one beside them, for as long as somebody has time.

ROOMCTL_SOAK=3600 pytest -m long tests/host/test_soak.py
"""

import os
import time

import psutil
import pytest

from tests.host.test_isolation import house, wait

__all__ = ["house"]  # the fixture

pytestmark = [pytest.mark.long, pytest.mark.needs("python:fastapi"), pytest.mark.timeout(8_000)]

SECONDS = float(os.environ.get("ROOMCTL_SOAK", "60"))
WARM = 20.0  # seconds until every flood and every hang is over
MORE_MEMORY = 1.10  # of what it was when warm


def measured(process):
    with process.oneshot():
        return process.memory_info().rss, process.num_threads(), process.num_fds()


def test_memory_threads_and_handles_stay_flat(house):
    pid = house.host()
    end = time.monotonic() + WARM + SECONDS
    warm, n = None, 0
    while time.monotonic() < end:
        house.publish("soak")
        n += 1
        wait(lambda n=n: house.file("good", "seen").exists() and heard(house) >= n, 60)
        if warm is None and time.monotonic() > end - SECONDS:
            warm = measured(psutil.Process(pid))
    assert house.host() == pid  # it was never started again
    memory, threads, handles = measured(psutil.Process(pid))
    assert memory <= warm[0] * MORE_MEMORY
    assert threads <= warm[1] + 3
    assert handles <= warm[2] + 5
    house_goes_on(house)


def heard(house):
    return house.file("good", "seen").read_text(encoding="utf-8").count("x.test.soak")


def house_goes_on(house):
    recording = house.application.usecases.current_recording(house.meeting)
    assert (recording.dropped, recording.gaps) == (0, ())
