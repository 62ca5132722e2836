import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from roomctl_audio.sound.pcm import Layout
from roomctl_audio.sources.devices import Microphone, choose, pinned, stable, tracks
from roomctl_audio.sources.mic import widen
from roomctl_audio.sources.pace import LEAST_POINTS, POINT_SECONDS, ClockWatch, Drift

from roomctl.api import BadInput, NotFound

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


def mic(channels: int, source: str = "") -> Microphone:
    return Microphone("desk", channels, 48_000.0, 0, source)


def test_tracks_are_the_seats_or_the_device_and_never_a_sound_servers_claim():
    assert tracks(mic(8), 0) == 8
    assert tracks(mic(8), 4) == 4
    assert tracks(mic(32), 0) == 1
    assert tracks(mic(32), 3) == 3
    assert tracks(mic(2, "room.monitor"), 0) == 1


def test_more_seats_than_channels_do_not_keep_a_room_from_recording():
    assert tracks(mic(2), 12) == 2
    assert tracks(mic(32), 40) == 1


def test_more_channels_than_the_device_has_are_refused_with_the_numbers():
    assert tracks(mic(4), 0, 3) == 3
    with pytest.raises(BadInput, match=r"4.*2"):
        tracks(mic(2), 0, 4)
    with pytest.raises(BadInput, match=r"17.*32"):
        tracks(mic(32), 0, 17)


def test_a_sound_server_that_does_not_say_its_default_stays_what_it_is():
    assert pinned(KNOWN[0], KNOWN) is KNOWN[0]


def test_the_stand_bys_channels_are_the_first_tracks_and_the_others_exact_zeros():
    assert widen(b"abcdef", 1, Layout(3, 24, 48_000)) == b"abc" + bytes(6) + b"def" + bytes(6)
    assert widen(b"abcdefgh", 2, Layout(3, 16, 48_000)) == b"abcd" + bytes(2) + b"efgh" + bytes(2)


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


def paced(drift_ppm: float, seconds: float, *, jitter: float = 0.0) -> Drift:
    """A device that is fast by so much, read for so long, each read late by up to `jitter` seconds."""
    drift, chance, rate = Drift(48_000), random.Random(1), 48_000 * (1 + drift_ppm * 1e-6)
    for frames, at in steady(seconds, 2_400, rate):
        drift.observe(frames, at + chance.uniform(0, jitter))
    return drift


@pytest.mark.parametrize("ppm", [-300.0, -20.0, 0.0, 250.0])
def test_drift_is_told_in_ppm_however_late_the_reads_come(ppm):
    assert paced(ppm, 600, jitter=0.04).ppm == pytest.approx(ppm, abs=20)


def test_drift_is_not_told_before_it_can_be_known():
    assert paced(250, LEAST_POINTS * POINT_SECONDS - 1).ppm is None
    assert paced(250, 90, jitter=2.0).ppm is None


def test_a_loss_is_no_drift():
    drift = paced(50, 300)
    drift.restart()
    for frames, at in steady(300, 2_400, 48_000 * (1 + 50e-6)):
        drift.observe(frames, 310 + at)
    assert drift.ppm == pytest.approx(50, abs=2)
