"""Twenty kills of whatever runs while meetings are recorded on real hosts; by hand more, see `faults`."""

import random

import pytest

from tests.plugins.audio.faults import hosted, table
from tests.plugins.audio.ordeal import VICTIMS, plans

pytestmark = [pytest.mark.needs("python:fastapi", "portaudio", "pulseaudio"), pytest.mark.timeout(300)]

COUNT = 20


def test_whatever_is_killed_in_a_recorded_meeting_all_recovers_by_itself(tmp_path):
    hits = hosted(COUNT, random.randrange(1 << 30), tmp_path)
    assert len(hits) == COUNT
    assert [hit for hit in hits if hit.faults] == [], f"\n{table(hits)}"
    assert {hit.lost for hit in hits if hit.victim not in {"capture", "source"}} == {0}


@pytest.mark.parametrize("count", [1, 20, 33, 200])
def test_every_kind_is_killed_as_often(count):
    wanted = [victim for _, victims in plans(count, 1) for victim in victims]
    assert len(wanted) == count
    often = [wanted.count(kind) for kind in VICTIMS]
    assert max(often) - min(often) <= 1
