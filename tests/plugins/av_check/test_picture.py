"""Measures of pictures that are made so that the truth is known."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.extra import numpy as arrays
from roomctl_av_check.drivers.rtsp import RtspOptions
from roomctl_av_check.picture import brightness, likeness, motion, sharpness

from roomctl.testing.emulators import Fault
from roomctl.testing.emulators.rtsp import scene

av = pytest.importorskip("av")


def test_brightness_is_what_all_but_a_hundredth_stay_below():
    dark = np.zeros((100, 100), np.uint8)
    dark[0, :50] = 255
    assert brightness(dark) == 0, "a stand-by light makes no picture"
    dark[:2] = 200
    assert brightness(dark) == 200


def test_the_laplacian_of_a_step_is_known():
    """One row of +h and one of -h in each column: the variance is 2 h² over the inner rows."""
    step = np.zeros((12, 12), np.uint8)
    step[6:] = 30
    assert sharpness(step) == pytest.approx(10 * np.log10(2 * 30**2 / 10))
    assert sharpness(np.full((12, 12), 77, np.uint8)) == 0


def test_the_wider_the_blur_the_less_sharp():
    hall = scene()[0].astype(float)
    told = []
    for reach in range(5):
        smeared = sum(np.roll(hall, by, 1) for by in range(-reach, reach + 1)) / (2 * reach + 1)
        told.append(sharpness(smeared.astype(np.uint8)))
    assert told == sorted(told, reverse=True)
    assert sharpness(scene(Fault.BLURRED)[0]) < told[0] - 6, "in both directions, and with the noise of a sensor"


def test_motion_is_that_of_the_median_block():
    still = np.full((80, 80), 50, np.uint8)
    most = still.copy()
    most[20:] -= 8  # downwards, where unsigned numbers would wrap
    assert motion(still, most) == motion(most, still) == 8
    clock = still.copy()
    clock[:10, :30] = 255
    assert motion(still, clock) == 0, "a clock that is written into the picture is no sign of life"


def test_noise_is_life():
    first, second = scene()[:2]
    assert motion(first, second) == pytest.approx(2.5 * 2 / np.pi**0.5, rel=0.05), "of two normal noises: 2σ/√π"


@pytest.mark.parametrize("crf", [23, 35])
def test_a_camera_that_hangs_is_told_from_one_that_lives_whatever_the_encoder_takes_away(crf):
    """Key pictures of x264 with its own control of quality, once it is in its stride."""

    def least_and_most(still):
        dice = np.random.default_rng(3)
        view = scene()[0][:96, :160].astype(float)
        noise = [dice.normal(0, 0.5, view.shape) for _ in range(160)]
        shown = [np.clip(view + noise[0 if still else at], 0, 255).astype(np.uint8) for at in range(160)]
        keys = decoded_keys(shown, crf)[-6:]
        steps = [motion(one, other) for one, other in itertools.pairwise(keys)]
        return min(steps), max(steps)

    assert least_and_most(still=True)[1] < RtspOptions().still / 2
    assert least_and_most(still=False)[0] > RtspOptions().still * 2


def decoded_keys(pictures, crf):
    encoder, decoder = av.CodecContext.create("libx264", "w"), av.CodecContext.create("h264", "r")
    encoder.height, encoder.width = pictures[0].shape
    encoder.pix_fmt, encoder.time_base, encoder.gop_size = "yuv420p", Fraction(1, 25), 10
    encoder.options = {"preset": "veryfast", "tune": "zerolatency", "crf": str(crf)}
    packets = []
    for at, picture in enumerate(pictures):
        frame = av.VideoFrame.from_ndarray(picture, format="gray").reformat(format="yuv420p")
        frame.pts = at
        packets += encoder.encode(frame)
    packets += encoder.encode(None)
    frames = [frame for packet in packets for frame in decoder.decode(packet)] + decoder.decode(None)
    return [frame.to_ndarray(format="gray") for frame in frames if frame.key_frame]


@pytest.mark.parametrize(("right", "down"), [(0, 0), (16, 9), (-32, 18), (40, -27)])
def test_a_view_that_moved_is_found_where_it_went(right, down):
    hall = scene()[0]
    moved = np.roll(hall, (down, right), (0, 1))
    told = likeness(moved, hall)
    assert (told.right, told.down) == (
        pytest.approx(100 * right / 320, abs=0.1),
        pytest.approx(100 * down / 180, abs=0.1),
    )
    assert (told.match > 0.9) == (right == down == 0)


def test_light_and_somebody_who_walks_through_make_no_other_view():
    hall = scene()[0]
    dimmed = (hall * 0.5 + 20).astype(np.uint8)
    dimmed[60:, 100:180] = 30
    assert likeness(dimmed, hall).match > 0.9


def test_what_shows_nothing_is_not_compared():
    wall = scene(Fault.BLACK)[0]
    assert likeness(wall, wall) is None
    assert likeness(wall, scene()[0]).match == 0
    with pytest.raises(ValueError, match="against"):
        likeness(wall, wall[:90])


@settings(max_examples=25)
@given(arrays.arrays(np.uint8, (16, 24)), arrays.arrays(np.uint8, (16, 24)))
def test_any_two_pictures_have_measures(one, other):
    assert 0 <= brightness(one) <= 255
    assert sharpness(one) >= 0
    assert 0 <= motion(one, other) <= 255
    alike = likeness(one, other)
    assert alike is None or 0 <= alike.match <= 1.001


@pytest.mark.parametrize("by", [1, 5, 120])
def test_likeness_is_symmetric_in_its_match(by):
    hall = scene()[0]
    moved = np.roll(hall, by, axis=1)
    assert likeness(hall, moved).match == likeness(moved, hall).match
