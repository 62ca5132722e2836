"""The sound of a recording as another process reads it along."""

import numpy as np
import pytest
from roomctl_audio import control
from roomctl_audio.sealing.finisher import seal
from roomctl_audio.sound.pcm import pack
from roomctl_audio.tap import Tap

from roomctl.api import Order, RecorderState, Refused, Tapped
from tests.plugins.audio.made import Made, samples
from tests.waiting import until

RATE = 8_000


@pytest.fixture
def made(tmp_path):
    """A recording that still goes on: this test is its capture."""
    made = Made(tmp_path / "rec", rate=RATE)
    control.write_card(made.folder, "nowhere", b"k")
    return made


def tapped(made):
    return Tap({"folder": str(made.folder)})


def more(path, sound):
    """The capture writes on."""
    with path.open("ab") as file:
        file.write(pack(sound, 24))


def finish(made, seq):
    """A part that is sealed, and gone."""
    said = seal(made.folder, f"{seq:04d}.part", seq, made.layout, {})
    made.journal.seal(seq, said["frames"], said["tracks"])
    (made.folder / f"{seq:04d}.part").unlink()


def scaled(sound):
    return sound.astype(np.float32) / np.float32(2.0**31)


def drained(tap):
    """Everything that is there, and the frame that it begins at."""
    first, parts = tap.at, [tap.read()]
    while len(parts[-1]):
        parts.append(tap.read())
    return first, np.concatenate(parts)


def test_it_begins_at_the_newest_frame_and_follows(made):
    sound = samples(3 * RATE)
    path = made.open(sound[:RATE])
    tap = tapped(made)
    assert (tap.rate, tap.tracks) == (RATE, made.layout.tracks)
    assert tap.read().shape == (0, made.layout.tracks)
    more(path, sound[RATE:])
    assert tap.behind() == 2 * RATE
    first, heard = drained(tap)
    assert first == RATE
    assert np.array_equal(heard, scaled(sound[RATE:]))
    assert tap.behind() == 0


def test_at_most_a_second_at_a_time(made):
    path = made.open(samples(10))
    tap = tapped(made)
    more(path, samples(3 * RATE))
    assert len(tap.read()) == RATE


def test_half_a_frame_waits_for_its_other_half(made):
    path = made.open(samples(RATE))
    tap = tapped(made)
    with path.open("ab") as file:
        file.write(b"\x01\x02")
    assert len(tap.read()) == 0
    assert tap.behind() == 0


def test_frames_are_counted_over_parts_and_nothing_is_lost_at_a_turn(made):
    sound = samples(4 * RATE) & ~0xFF
    made.part(sound[:RATE])
    path = made.open(sound[RATE : 2 * RATE])
    tap = tapped(made)
    more(path, sound[2 * RATE : 3 * RATE])
    made.frame = 3 * RATE
    made.open(sound[3 * RATE :])
    finish(made, 2)  # before it was read to its end
    assert tap.behind() == 2 * RATE
    first, heard = drained(tap)
    assert first == 2 * RATE
    assert np.array_equal(heard, scaled(sound[2 * RATE :]))


def test_skipping_says_how_much_was_passed_over_and_goes_on_from_there(made):
    sound = samples(4 * RATE)
    path = made.open(sound[:RATE])
    tap = tapped(made)
    more(path, sound[RATE : 2 * RATE])
    made.frame = 2 * RATE
    other = made.open(sound[2 * RATE : 3 * RATE])
    assert tap.skip() == 2 * RATE
    assert tap.behind() == 0
    more(other, sound[3 * RATE :])
    first, heard = drained(tap)
    assert first == 3 * RATE
    assert np.array_equal(heard, scaled(sound[3 * RATE :]))


def test_it_is_over_when_the_capture_is_gone_and_all_was_read(made):
    path = made.open(samples(RATE))
    tap = tapped(made)
    more(path, samples(100))
    (made.folder / control.CARD).unlink()
    until(lambda: tap.over() or len(tap.read()) or None)
    until(tap.over)
    assert tap.behind() == 0


def test_nothing_on_disk_is_refused(tmp_path):
    with pytest.raises(Refused):
        Tap({"folder": str(tmp_path)})


def test_the_recorder_offers_a_tap_of_what_it_records(record):
    recorder = record()
    assert isinstance(recorder, Tapped)
    with pytest.raises(Refused):
        recorder.tap()
    recorder.arm(Order(source="tone", realtime=True, segment_seconds=0.5))
    recorder.start()
    until(lambda: recorder.status().frames)
    tap = Tap(recorder.tap().options)
    begun, heard = tap.at, []
    until(lambda: heard.append(tap.read()) or tap.at - begun > 2 * tap.rate)  # over several turns
    sound = np.concatenate(heard)
    assert len(sound) == tap.at - begun, "a hole, or frames heard twice"
    assert np.abs(sound).max() > 0
    assert recorder.status().state is RecorderState.RECORDING
    assert recorder.stop().dropped == 0
