"""Each acoustic figure against a simulated room whose true values are known; the table and its tolerances stand in
tests/bench/acoustics.py.
"""

from dataclasses import replace

import numpy as np
import pytest
from roomctl_av_check.acoustics import bands, drift, noise
from roomctl_av_check.acoustics.measure import TAIL, measure
from roomctl_av_check.acoustics.sweep import Sweep
from roomctl_av_check.acoustics.wiring import Heard, nearest, order

from roomctl.testing.acoustics import SimulatedRoom
from tests.bench.acoustics import PEOPLE, SHORT, rows, with_chirps

MEASURES = (
    "latency", "level", "response", "response change", "snr", "t20", "edt", "t20 mean", "edt mean", "thd", "polarity",
    "hum", "hum line", "octave 500", "octave 8000", "nc", "channels", "clocks",
)  # fmt: skip


@pytest.fixture(scope="module")
def table():
    return list(rows())


@pytest.mark.parametrize("measured", MEASURES)
def test_a_figure_is_as_exact_as_is_promised(table, measured):
    found = [row for row in table if row.measure == measured]
    assert found
    assert [row for row in found if row.error > row.tolerance] == []


def heard(room: SimulatedRoom, sweep: Sweep = SHORT, lead: float = 2.0):
    first = round(lead * sweep.rate)
    played = np.concatenate([np.zeros(first), sweep.signal, np.zeros(round(TAIL * sweep.rate))])
    recorded = room.hear(played)
    return measure(recorded[first:], recorded[:first], sweep)


def test_a_microphone_that_hears_nothing_but_noise_is_told_as_deaf():
    noisy = np.random.default_rng(3).standard_normal(SHORT.frames + 2 * SHORT.rate) * 0.01
    silence = np.random.default_rng(4).standard_normal(2 * SHORT.rate) * 0.01
    assert not measure(noisy, silence, SHORT).heard


@pytest.mark.parametrize("silence", [0.0, 1e-6])
def test_a_dead_input_is_told_as_deaf(silence):
    dead = np.full(SHORT.frames + 2 * SHORT.rate, silence)
    assert not measure(dead, dead[: 2 * SHORT.rate], SHORT).heard


def test_where_the_noise_hides_the_decay_no_reverberation_time_is_claimed():
    figures = heard(replace(PEOPLE, rt60=1.0, snr=-5.0 + 12.0), Sweep(seconds=0.3))
    assert figures.heard
    assert figures.t20 is None


def test_a_wire_has_no_reverberation_time():
    assert heard(SimulatedRoom(snr=60)).t20 is None


def test_other_sample_rates_give_the_same_figures():
    figures = heard(replace(PEOPLE, rate=44_100), Sweep(rate=44_100, seconds=2.0))
    assert figures.latency == pytest.approx(PEOPLE.delay, abs=1e-4)
    assert figures.thd == pytest.approx(PEOPLE.thd, rel=0.15)


def test_a_spectrum_on_a_curve_has_its_class_and_one_below_all_has_the_lowest():
    for known, curve in noise.NC.items():
        assert noise.criterion(dict(zip(bands.OCTAVES, curve, strict=True))) == known
    assert noise.criterion(dict.fromkeys(bands.OCTAVES, -20.0)) == 15


def test_a_turned_knob_is_no_change_of_the_response():
    flat = dict.fromkeys(bands.THIRDS, -20.0)
    louder = dict.fromkeys(bands.THIRDS, -8.0)
    assert set(bands.differences(louder, flat).values()) == {0.0}


def test_microphones_that_cannot_be_told_apart_stay_as_they_are():
    alike = [[Heard(0.010, -20.0), Heard(0.0101, -20.2), Heard(0.0102, -19.9)]]
    assert order([[alike[0][1], alike[0][0], alike[0][2]]], alike) == (0, 1, 2)


def test_three_that_went_round_are_found():
    before = [[Heard(0.005, -10.0), Heard(0.012, -16.0), Heard(0.019, -22.0)]]
    after = [[before[0][2], before[0][0], before[0][1]]]
    assert order(after, before) == (2, 0, 1)


def test_each_microphone_names_the_loudspeaker_that_it_hears_first():
    left = [Heard(0.004, -10.0), Heard(0.011, -16.0)]
    right = [Heard(0.011, -16.0), Heard(0.004, -10.0)]
    assert nearest([left, right]) == (0, 1)
    assert nearest([right, left]) == (1, 0)


# --- two clocks


def test_what_two_clocks_do_to_a_figure_is_taken_off():
    marks, begin, heard, given = with_chirps(PEOPLE, 300.0)
    even = drift.without(given[None], marks.drift(given), SHORT.rate)[0]
    silence = heard[: marks.first]
    true, taken = (measure(one[begin : marks.last], silence, SHORT) for one in (heard, even))
    assert taken.latency == pytest.approx(true.latency, abs=1e-4)
    assert max(abs(taken.response[band] - true.response[band]) for band in true.response) < 0.2


def test_sound_that_jumped_is_no_clock_and_a_deaf_microphone_tells_none():
    marks, begin, heard, _ = with_chirps(PEOPLE, 0.0)
    jumped = np.concatenate([heard[:begin], heard[begin + 2_000 :], np.zeros(2_000)])
    assert drift.agreed([marks.drift(jumped), None]) == -np.inf
    deaf = np.random.default_rng(5).standard_normal(len(heard)) * 1e-4
    assert drift.agreed([marks.drift(deaf)]) is None
