import pytest
from hypothesis import given
from hypothesis import strategies as st
from roomctl_audio.devices import ClockWatch, Microphone, choose, stable, tracks

from roomctl.api import NotFound

KNOWN = (
    Microphone("USB Audio: Room Mic", 8, 48_000.0, 0),
    Microphone("HDA Intel: ALC257", 2, 48_000.0, 3),
    Microphone("pulse", 32, 44_100.0, 4),
)


def test_a_device_is_chosen_by_its_name_or_a_part_that_only_it_has():
    assert choose("pulse", KNOWN).index == 4
    assert choose("room mic", KNOWN).index == 0


@pytest.mark.parametrize("name", ["nowhere", "u"])
def test_an_unknown_or_unclear_name_lists_the_known_ones(name):
    with pytest.raises(NotFound, match="Room Mic"):
        choose(name, KNOWN)


def test_a_name_does_not_change_with_the_plug():
    assert stable("USB Audio: Room Mic (hw:1,0)") == stable("USB Audio: Room Mic (hw:3,0)") == "USB Audio: Room Mic"


def test_tracks_are_the_seats_or_the_device_and_never_a_sound_servers_claim():
    assert tracks(8, 0) == 8
    assert tracks(8, 4) == 4
    assert tracks(2, 4) == 2
    assert tracks(32, 0) == 1
    assert tracks(32, 3) == 3


def heard(watch: ClockWatch, reads: list[tuple[int, float]]) -> int:
    return sum(watch.observe(frames, at) for frames, at in reads)


def steady(seconds: float, frames: int, rate: float) -> list[tuple[int, float]]:
    return [(frames, n * frames / rate) for n in range(int(seconds * rate / frames))]


@given(st.sampled_from([480, 2_400, 12_000]), st.floats(-200e-6, 200e-6))
def test_a_device_whose_clock_drifts_loses_nothing(block, drift):
    assert heard(ClockWatch(48_000), steady(60, block, 48_000 * (1 + drift))) == 0


def test_a_stall_that_is_made_up_for_loses_nothing():
    late = [(frames, max(at, 5.0) if 4.2 < at < 5.0 else at) for frames, at in steady(20, 2_400, 48_000)]
    assert heard(ClockWatch(48_000), late) == 0


@given(st.integers(10_000, 200_000))
def test_frames_that_never_came_are_counted(missing):
    reads = [(frames, at + (missing / 48_000 if at > 10 else 0)) for frames, at in steady(30, 2_400, 48_000)]
    assert heard(ClockWatch(48_000), reads) == pytest.approx(missing, abs=10)
