from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from roomctl_transcript.cutting import STEP, Span, runs, split, utterances
from roomctl_transcript.level import Leveller, wanted_gain

RATE = 16_000
odds = st.lists(st.sampled_from([0.0, 0.2, 0.4, 0.6, 0.99]), max_size=400)


def test_a_short_dip_is_no_pause():
    assert runs([0.9] * 20 + [0.1] * 2 + [0.9] * 20) == [Span(0, 42 * STEP)]


def test_a_pause_ends_a_run_where_it_began():
    assert runs([0.9] * 10 + [0.0] * 10 + [0.9] * 10) == [Span(0, 10 * STEP), Span(20 * STEP, 30 * STEP)]


def test_between_the_thresholds_speech_goes_on_but_does_not_begin():
    assert runs([0.4] * 20) == []
    assert runs([0.9] * 5 + [0.4] * 20 + [0.0] * 10) == [Span(0, 25 * STEP)]


@given(odds)
def test_runs_are_in_order_and_apart(values):
    found = runs(values)
    assert all(one.end < two.start for one, two in pairwise(found))
    assert all(0 <= one.start < one.end <= len(values) * STEP + 1e-9 for one in found)


@given(odds, st.floats(2, 20))
def test_packing_loses_no_run_and_keeps_the_order(values, longest):
    found = runs(values)
    packed = utterances(found, longest)
    assert [run for group in packed for run in group] == found
    assert all(group[-1].end - group[0].start <= longest or len(group) == 1 for group in packed)


def test_an_utterance_is_cut_at_its_longest_pause():
    speech = [Span(0, 6), Span(6.3, 9), Span(10.2, 12), Span(12.35, 16), Span(16.4, 21)]
    assert [group[0].start for group in utterances(speech, 20)] == [0, 10.2]


def test_a_long_pause_always_cuts():
    assert len(utterances([Span(0, 1), Span(3, 4)], 20)) == 2


@given(st.floats(1, 90), st.floats(4, 20))
def test_speech_without_a_pause_is_split_into_pieces_that_join(seconds, longest):
    values = np.full(int(seconds / STEP) + 1, 0.9, np.float32)
    parts = split(Span(0, seconds), values, 0.0, longest)
    assert all(part.seconds <= longest + 1e-6 for part in parts)
    assert [part.start for part in parts[1:]] == [part.end for part in parts[:-1]]
    assert (parts[0].start, parts[-1].end) == (0, seconds)


def test_it_splits_at_the_quietest_place():
    values = np.full(1000, 0.9, np.float32)
    values[450] = 0.5
    assert split(Span(0, 25.0), values, 0.0, 20.0)[0].end == pytest.approx(450 * STEP)


def speech_like(db, seconds=10, noise_db=-90.0):
    """Bursts of tone over noise, at an RMS of about `db` while it sounds."""
    rng = np.random.default_rng(3)
    at = np.arange(seconds * RATE) / RATE
    sound = np.sin(2 * np.pi * 200 * at) * np.sqrt(2) * 10 ** (db / 20) * (np.sin(2 * np.pi * at) > 0)
    return (sound + rng.normal(0, 10 ** (noise_db / 20), len(at))).astype(np.float32)


@pytest.mark.parametrize("db", [-48, -40, -30])
def test_quiet_speech_is_brought_to_the_working_level(db):
    levelled = Leveller()(speech_like(db), RATE)
    loud = levelled[np.abs(levelled) > 0.01]
    assert 10 * np.log10(np.mean(loud**2)) == pytest.approx(-23, abs=3)


@pytest.mark.parametrize("db", [-80, -60, -40, -20])
def test_noise_alone_is_never_raised(db):
    noise = np.random.default_rng(5).normal(0, 10 ** (db / 20), RATE * 30).astype(np.float32)
    assert wanted_gain(noise, RATE) is None
    assert np.array_equal(Leveller()(noise, RATE), noise)


def test_after_speech_noise_keeps_the_gain_it_found():
    level = Leveller()
    level(speech_like(-40), RATE)
    gain = level.gain_db
    level(np.random.default_rng(5).normal(0, 0.001, RATE * 30).astype(np.float32), RATE)
    assert level.gain_db == gain


def test_the_gain_moves_slowly_and_nothing_leaves_full_scale():
    level = Leveller()
    level(speech_like(-40), RATE)
    first = level.gain_db
    loud = level(speech_like(-6), RATE)
    assert 0 < first - level.gain_db < 20
    assert np.abs(loud).max() <= 1.0
