"""Who speaks where everybody has a microphone, with cross-talk, echoes, unequal gains, and two at once."""

import json
import weakref

import numpy as np
import pytest
import soundfile
import soxr
from roomctl_transcript import apart
from roomctl_transcript.audio import BLOCK_FRAMES, POWER_FRAMES, RATE, Piece, blocks, mixed
from roomctl_transcript.cutting import Span
from roomctl_transcript.listen import Settings, listen
from roomctl_transcript.sentences import Prior, Writer
from roomctl_transcript.talkers import Talkers

from roomctl.api import Word

SEATS = 4
STEPS = RATE // POWER_FRAMES


def sound_of(turns, seconds, *, crosstalk=-18.0, late=0.008, gains=(0.0,) * SEATS, echo=None, seed=3):
    """Microphones of a table, shape (n, seats): each person is heard by their own at once, by the others late.

    Args:
        turns: (seat from 0, from, to) in seconds; echo: (seconds, dB) of one more copy on every other track.

    """
    rng = np.random.default_rng(seed)
    frames = seconds * RATE
    room = np.zeros((frames, SEATS))
    for seat, start, end in turns:
        length = int((end - start) * RATE)
        syllables = np.repeat(rng.uniform(0.05, 1, -(-length // 2400)), 2400)[:length]
        voice = 0.1 * syllables * rng.standard_normal(length)
        for other in range(SEATS):
            copies = [(0.0, 0.0)] if other == seat else [(late, crosstalk), *([echo] if echo else [])]
            for delay, decibels in copies:
                at = int((start + delay) * RATE)
                room[at : at + length, other] += voice[: frames - at] * 10 ** (decibels / 20)
    room += 1e-4 * rng.standard_normal(room.shape)
    return (room * 10 ** (np.array(gains) / 20)).astype(np.float32)


def shares(active, turns):
    """(share of the turns that is found, share of what is found that is right)."""
    true = np.zeros_like(active)
    for seat, start, end in turns:
        true[int(start * STEPS) : int(end * STEPS), seat] = True
    return (true & active).sum() / true.sum(), (true & active).sum() / max(1, active.sum())


ONE_BY_ONE = [(0, 1, 6), (1, 7, 12), (2, 13, 15), (0, 16, 20), (1, 21, 26)]
AT_ONCE = [(0, 1, 6), (1, 7, 12), (2, 13, 17), (0, 18, 26), (1, 20, 24), (2, 26, 28)]


@pytest.mark.parametrize("turns", [ONE_BY_ONE, AT_ONCE])
@pytest.mark.parametrize(
    "room",
    [
        pytest.param({}, id="plain"),
        pytest.param({"gains": (0, -18, 12, 6)}, id="unequal gains"),
        pytest.param({"echo": (0.08, -9.0)}, id="delayed copies"),
        pytest.param({"crosstalk": -9.0}, id="a small table"),
    ],
)
def test_each_is_heard_on_their_own_microphone_alone(turns, room):
    found, right = shares(Talkers()(mixed(sound_of(turns, 30, **room)).powers), turns)
    assert found > 0.85  # an echo of 9 dB below hides the soft syllables of who speaks at the same time
    assert right > 0.93


def test_a_seat_where_nobody_speaks_never_speaks():
    active = Talkers()(mixed(sound_of(AT_ONCE, 30, gains=(0, 0, 0, 20))).powers)
    assert not active[:, 3].any()


def test_silence_is_nobodys():
    assert not Talkers()(np.zeros((1500, SEATS), np.float32)).any()
    assert not Talkers()(mixed(sound_of([], 30)).powers).any()


def test_what_comes_block_by_block_is_heard_the_same():
    powers, talkers = mixed(sound_of(ONE_BY_ONE, 30)).powers, Talkers()
    active = np.concatenate([talkers(powers[at : at + 300]) for at in range(0, len(powers), 300)])
    found, right = shares(active, ONE_BY_ONE)
    assert (found > 0.9, right > 0.9) == (True, True)


# --- two at once


def test_two_at_once_are_told_by_their_stretches():
    active = np.zeros((500, 2), np.bool_)
    active[50:300, 0] = active[100:200, 1] = active[220:260, 1] = True
    assert apart.stretches(active, 10.0) == {1: [Span(11.0, 16.0)], 2: [Span(12.0, 15.2)]}


def test_a_nod_is_not_decoded_apart():
    active = np.zeros((500, 2), np.bool_)
    active[50:300, 0] = active[100:120, 1] = True
    assert apart.stretches(active, 0.0) == {}


def said(*rows):
    return [Word(text, start, end) for text, start, end, _ in rows], [track for *_, track in rows]


def test_a_sentence_goes_on_over_somebodys_nod():
    words, tracks = said(("我", 0, 1, 1), ("同", 1, 2, 1), ("嗯", 1.5, 1.8, 2), ("意", 2, 3, 1), ("好", 4, 5, 2))
    assert apart.streams(words, tracks) == [[0, 1, 3], [2], [4]]


def test_a_sentence_ends_where_somebody_else_speaks_in_its_pause():
    words, tracks = said(("我", 0, 1, 1), ("好", 1.2, 2, 2), ("你", 3, 4, 1))
    assert apart.streams(words, tracks) == [[0], [1], [2]]


def test_nobody_takes_the_floor_for_one_syllable():
    assert apart.calm([1, 1, 2, 1, 1, 2, 2]) == (1, 1, 1, 1, 1, 2, 2)


class Ear:
    """An engine that says where its sound is loudest, four characters a second."""

    def decode(self, pcm, rate):
        return [Word("话", at / 4, (at + 1) / 4) for at in range(int(4 * len(pcm) / rate))]


def transcribe(tracks, folder):
    files = []
    for number, track in enumerate(tracks.T):
        files.append(folder / f"t{number + 1:02}.flac")
        soundfile.write(files[-1], track, RATE)
    writer = Writer("r1", "rec", RATE, Prior())
    sound = blocks([Piece(tuple(files), 0, len(tracks), RATE)], 0.0, pytest.fail)
    heard = listen(sound, Ear(), Settings(), gate=lambda _: True, progress=lambda _: None)
    return [row for one in heard for row in writer.write(one)]


def test_two_people_at_once_are_two_sentences(demo_clip, tmp_path):
    pcm, _ = soundfile.read(demo_clip, dtype="float32")
    one, other = pcm[int(0.6 * RATE) : int(7.4 * RATE)], pcm[int(8.1 * RATE) : int(14.9 * RATE)]
    tracks = np.zeros((20 * RATE, 2), np.float32)
    near, far = np.float32(1.0), np.float32(0.125)
    for track, voice, start in ((0, one, 1.0), (1, other, 3.0), (0, one, 11.5)):
        at = int(start * RATE)
        tracks[at : at + len(voice), track] += near * voice
        tracks[at + 100 : at + 100 + len(voice), 1 - track] += far * voice
    tracks += np.float32(1e-4) * np.random.default_rng(2).standard_normal(tracks.shape).astype(np.float32)
    rows = transcribe(tracks, tmp_path)
    first = [row for row in rows if row["track"] == 1 and row["start"] < 9]
    second = [row for row in rows if row["track"] == 2]
    assert min(row["start"] for row in first) == pytest.approx(1.0, abs=0.7)
    assert max(row["end"] for row in first) == pytest.approx(7.8, abs=0.7)
    assert min(row["start"] for row in second) == pytest.approx(3.0, abs=0.7)
    assert max(row["end"] for row in second) == pytest.approx(9.8, abs=0.7)
    assert {row["track"] for row in rows if row["start"] > 11} == {1}


def test_every_sentence_of_a_meeting_is_its_speakers(shared_speech, tmp_path):
    tracks, rate = soundfile.read(shared_speech / "meeting_4ch.flac", dtype="float32")
    rows = transcribe(soxr.resample(tracks, rate, RATE), tmp_path)
    true = json.loads((shared_speech / "meeting_ref.json").read_text(encoding="utf-8"))
    right = wrong = 0.0
    for row in rows:
        for one in true:
            common = max(0.0, min(row["end"], one["end_s"]) - max(row["start"], one["start_s"]))
            if "ABCD".index(one["speaker"]) + 1 == row["track"]:
                right += common
            else:
                wrong += common
    assert wrong < 0.03 * (right + wrong)


def test_who_reads_on_keeps_nothing_of_what_it_gave(tmp_path):
    """A minute of eight microphones would stand beside the engine's own peak."""
    files = [tmp_path / f"t{track}.flac" for track in (1, 2)]
    for file in files:
        soundfile.write(file, np.zeros(2 * BLOCK_FRAMES, np.float32), RATE)
    sound = blocks([Piece(tuple(files), 0, 2 * BLOCK_FRAMES, RATE)], 0.0, pytest.fail)
    given = weakref.ref(next(sound).tracks.base)
    assert given() is None
    assert len(next(sound).pcm) == BLOCK_FRAMES
