"""Twenty kills of whatever runs while meetings are recorded on real hosts; by hand more, see `faults`."""

import random

import pytest

from tests.plugins.audio.faults import hosted, table
from tests.plugins.audio.ordeal import VICTIMS, Hit, Hole, blame, plans

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


def test_a_hole_is_laid_to_the_last_kill_before_it_whoever_was_killed():
    early, told, late = Hole(9.0, 1), Hole(11.5, 480, declared=True), Hole(31.0, 48_000)
    hits = [
        Hit("finisher", 1, 0, at=10.0),
        Hit("host", 1, 1, at=20.0),
        Hit("watch", 1, 2),  # it was not found, and so not killed
        Hit("host", 1, 3, at=30.0),
    ]
    assert blame(hits, [early, told, late]) == [[told], [], [], [late]]
