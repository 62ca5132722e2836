"""From figures to rows: what a technician is told, and what to do."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from pydantic import ValidationError
from roomctl_av_check.acoustics import evidence, judge, noise
from roomctl_av_check.acoustics.config import AcousticsConfig
from roomctl_av_check.acoustics.duplex import TRIES, Program
from roomctl_av_check.acoustics.measure import Figures, Floor
from roomctl_av_check.acoustics.noise import Hum
from roomctl_av_check.acoustics.rows import baseline_row
from roomctl_av_check.acoustics.sentence import verdict

from roomctl.api import CheckState
from roomctl.api.speech import known_sentence

CONFIG = AcousticsConfig()
FLAT = dict.fromkeys((125, 250, 500, 1000, 2000, 4000), -20.0)
GOOD = Figures(
    heard=True, level=-30.0, peak=-12.0, snr=40.0, latency=0.2, polarity=1, thd=0.5, t20=0.5, edt=0.45, response=FLAT
)
QUIET = Floor(
    -70.0, dict.fromkeys((63, 125, 250, 500, 1000, 2000, 4000, 8000), -80.0), Hum(-90.0, 0.0, 50), ({500: -80.0},) * 3
)
DEAF = Figures(heard=False, level=-75.0, peak=-60.0)


def measured(*figures, floors=None):
    return judge.Measured((tuple(figures),), tuple(floors or [QUIET] * len(figures)))


def rows(one, baseline=None, config=CONFIG):
    return {row.check: row for row in judge.judge(one, baseline, config)}


def test_a_good_room_has_nothing_to_mend():
    found = rows(measured(GOOD))
    assert {row.state for row in found.values()} == {CheckState.OK}
    assert not any(row.hint for row in found.values())
    assert found["rt60"].value == 0.5
    assert (found["response 1"].evidence, found["noise 1"].evidence) == ("response.svg", "noise-1.svg")


@pytest.mark.parametrize(
    ("change", "check", "state"),
    [
        ({"snr": 20.0}, "snr 1", CheckState.WARN),
        ({"snr": 8.0}, "snr 1", CheckState.CRIT),
        ({"thd": 9.0}, "thd 1", CheckState.WARN),
        ({"t20": 1.4}, "rt60", CheckState.WARN),
        ({"t20": None}, "rt60", CheckState.SKIPPED),
        ({"peak": 0.0}, "level 1", CheckState.WARN),
        ({"latency": 1.5}, "latency 1", CheckState.WARN),
        ({"polarity": None}, "polarity 1", CheckState.UNKNOWN),
    ],
)
def test_what_is_out_of_its_limits_is_told_with_its_mend(change, check, state):
    row = rows(measured(replace(GOOD, **change)))[check]
    assert row.state is state
    assert bool(row.hint) == (state in {CheckState.WARN, CheckState.CRIT})


def test_a_deaf_microphone_is_one_fault_and_no_figures_are_made_up_for_it():
    found = rows(measured(GOOD, DEAF))
    assert found["level 2"].state is CheckState.CRIT
    assert {check for check in found if check.endswith(" 2")} == {"level 2", "noise 2", "hum 2"}
    assert found["channels"].state is CheckState.SKIPPED


def test_an_odd_polarity_among_the_microphones_is_told():
    found = rows(measured(GOOD, replace(GOOD, polarity=-1), GOOD))
    assert [found[f"polarity {at}"].state for at in (1, 2, 3)] == [CheckState.OK, CheckState.WARN, CheckState.OK]


def test_a_change_against_the_baseline_is_told():
    baseline = judge.baseline_of(measured(GOOD))
    assert judge.fits(measured(GOOD), baseline)
    assert not judge.fits(measured(GOOD, GOOD), baseline)
    changed = replace(GOOD, level=-40.0, polarity=-1, response={**FLAT, 4000: -35.0})
    found = rows(measured(changed), baseline)
    for check in ("level 1", "polarity 1", "response 1"):
        assert found[check].state is CheckState.WARN, check
    assert "4000 Hz" in found["response 1"].message
    assert {row.state for row in rows(measured(GOOD), baseline).values()} == {CheckState.OK}


def test_exchanged_microphones_are_told_by_number():
    near, far = replace(GOOD, latency=0.205, level=-30.0), replace(GOOD, latency=0.215, level=-40.0)
    baseline = judge.baseline_of(measured(near, far))
    found = rows(measured(far, near), baseline)["channels"]
    assert found.state is CheckState.CRIT
    assert "1←2" in found.message
    assert rows(measured(near, far), baseline)["channels"].state is CheckState.OK


@pytest.mark.parametrize(("nearest", "state"), [((1, 2), CheckState.OK), ((2, 1), CheckState.CRIT)])
def test_without_a_baseline_the_nearest_loudspeaker_tells(nearest, state):
    near, far = replace(GOOD, latency=0.205), replace(GOOD, latency=0.215)
    both = judge.Measured(((near, far), (far, near)), (QUIET, QUIET))
    assert rows(both, config=AcousticsConfig(speakers=2, nearest=nearest))["channels"].state is state


def test_no_sound_pressure_level_and_no_class_is_claimed_without_a_calibration():
    plain = rows(measured(GOOD))
    assert not [check for check in plain if check.startswith("nc")]
    assert not [row for row in plain.values() if "SPL" in row.message]
    known = rows(measured(GOOD), config=AcousticsConfig(calibration=(120.0,)))
    assert known["nc 1"].value == noise.criterion(dict.fromkeys(QUIET.octaves, 40.0))
    assert "90.0 dB SPL" in known["level 1"].message
    assert "50.0 dB SPL" in known["noise 1"].message


def test_hum_and_noise_are_told():
    loud = replace(QUIET, level=-40.0, hum=Hum(-45.0, 24.0, 100))
    found = rows(measured(GOOD, floors=[loud]))
    assert (found["noise 1"].state, found["hum 1"].state) == (CheckState.WARN, CheckState.WARN)
    assert "100 Hz" in found["hum 1"].message


def test_a_floor_of_nothing_is_a_gate_and_no_figure_is_claimed_of_it():
    found = rows(
        measured(replace(GOOD, snr=None), floors=[replace(QUIET, level=-200.0)]),
        None,
        AcousticsConfig(calibration=(120.0,)),
    )
    assert (found["snr 1"].value, found["noise 1"].value) == (None, None)
    assert not {"hum 1", "nc 1"} & set(found)


@pytest.mark.parametrize(
    ("drift", "state", "said"),
    [(0.2, CheckState.OK, "同一时钟"), (-48.6, CheckState.OK, "慢 49 ppm"), (320.0, CheckState.WARN, "快 320 ppm"),
     (float("inf"), CheckState.WARN, "跳了一段")],
)  # fmt: skip
def test_two_clocks_are_told(drift, state, said):
    row = rows(replace(measured(GOOD), drift=drift))["clocks"]
    assert row.state is state
    assert said in row.message
    assert bool(row.hint) == (state is CheckState.WARN)


def test_who_took_the_baseline_is_told_and_nobody_where_nobody_did():
    assert baseline_row(None).state is CheckState.SKIPPED
    row = baseline_row({"at": "2026-11-12T01:00:00+00:00", "by": "刘洋"})
    assert row.state is CheckState.OK
    assert "刘洋" in row.message


def test_a_try_that_broke_is_told():
    assert rows(replace(measured(GOOD), steady=False))["play"].state is CheckState.WARN


@pytest.mark.parametrize(
    ("changed", "certain"),
    [({}, True), ({"drift": 48.6}, True), ({"steady": False}, False), ({"drift": float("-inf")}, False),
     ({"figures": ((replace(GOOD, heard=False),),)}, False)],
)  # fmt: skip
def test_only_what_neither_broke_nor_jumped_and_was_heard_becomes_a_baseline(changed, certain):
    assert replace(measured(GOOD), **changed).certain is certain


def test_the_plots_are_drawings_and_nothing_in_them_runs():
    files = list(evidence.plots(measured(GOOD, GOOD), None, 2.8))
    assert [one.name for one in files] == ["response.svg", "decay.svg", "noise-1.svg", "noise-2.svg"]
    for one in files:
        tags = {element.tag.rpartition("}")[2] for element in etree.fromstring(one.content).iter()}
        assert tags <= {"svg", "title", "rect", "line", "text", "polyline"}
        assert "http" not in one.content.decode().replace("http://www.w3.org/2000/svg", "")


@pytest.mark.parametrize(
    ("heard", "state", "share"),
    [
        ("建议统一收费标准,前30分钟免费,同时接入全市智慧停车平台", CheckState.OK, 100.0),
        ("建议统一收费标准，前三十分钟免费", CheckState.CRIT, None),
        ("", CheckState.CRIT, 0.0),
    ],
)
def test_the_sentence_is_compared_by_its_characters(heard, state, share):
    row = verdict(known_sentence().text, heard, 3.14, CONFIG)
    assert row.state is state
    assert share is None or row.value == share
    assert "3.1 s" in row.message


def test_wrong_limits_are_refused():
    for wrong in ({"snr_crit": 30.0}, {"nearest": (2,)}, {"sweep_dbfs": 0.0}, {"loudspeaker": "x"}):
        with pytest.raises(ValidationError):
            AcousticsConfig.model_validate(wrong)


@given(st.lists(st.tuples(st.integers(1, 40), st.booleans()), min_size=1, max_size=200))
def test_what_is_recorded_stands_where_it_was_played_or_the_try_is_told_as_broken(blocks):
    played = np.arange(1, 101, dtype=np.float32).reshape(-1, 1)
    program = Program(played, 1, rate=10, settle=1.0)
    done = False
    for size, hole in blocks + [(25, False)] * 8 * TRIES:
        out = np.zeros((size, 1), np.float32)
        if program.step(_loop(program, played, size), out, hole=hole):
            done = True
            break
    assert done
    assert 1 <= program.tries <= TRIES
    assert program.broken or np.array_equal(program.recorded, played)


def _loop(program, played, size):
    """A wire without delay: what will be put out in this very block."""
    heard = np.zeros((size, 1), np.float32)
    part = played[program.at :][:size] if program.playing else played[:0]
    heard[: len(part)] = part
    return heard
