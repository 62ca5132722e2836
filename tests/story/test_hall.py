"""What the room heard and what was kept, frame by frame: nothing that is lost or changed passes."""

import numpy as np
import pytest

from tests.story.hall import EDGE, PROBE, runs

LONG = 40 * PROBE


@pytest.fixture
def heard():
    """Sound, then silence that nobody made, then sound."""
    frames = np.random.default_rng(3).integers(1, 2**60, 3 * LONG)
    frames[LONG : 2 * LONG] = 0
    return frames


def kept(frames):
    """In two blocks, as segments are."""
    return [frames[: LONG // 2], frames[LONG // 2 :]]


def test_all_of_it_is_one_run(heard):
    assert runs(heard, kept(heard[100:])) == [(100, 3 * LONG - 100)]


@pytest.mark.parametrize("lost", [1, 300])
def test_what_is_missing_stands_between_two_runs(heard, lost):
    at = LONG - 500
    assert runs(heard, kept(np.delete(heard, np.s_[at : at + lost]))) == [(0, at), (at + lost, 3 * LONG - at - lost)]


@pytest.mark.parametrize(
    ("at", "value"), [(500, 0), (500, 7), (LONG + 500, 7), (2 * LONG + 500, 0), (2 * LONG + 500, 7)]
)
def test_it_ends_before_a_frame_that_was_never_heard(heard, at, value):
    changed = heard.copy()
    changed[at] = value
    assert runs(heard, kept(changed)) == [(0, at)]


@pytest.mark.parametrize("first", [LONG - 3, LONG - EDGE, 2 * LONG])
@pytest.mark.parametrize("longer", ["room", "recording"])
def test_made_up_silence_may_be_longer_for_one_of_both(heard, first, longer):
    silent = heard.copy()
    silent[first : max(LONG, first + EDGE)] = 0
    room, recording = (silent, heard) if longer == "room" else (heard, silent)
    assert runs(room, kept(recording)) == [(0, 3 * LONG)]


def test_but_only_a_little_longer(heard):
    changed = heard.copy()
    changed[2 * LONG : 2 * LONG + EDGE + 1] = 0
    assert runs(heard, kept(changed)) == [(0, 2 * LONG)]
