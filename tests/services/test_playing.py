"""A recording as a WAV that is made while it is read."""

import io
import wave as wavefile
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from roomctl.domain.recording import Marker, MarkKind, RecorderState, Recording, Segment
from roomctl.errors import BadInput, NotFound, Refused
from roomctl.services.playing import HEADER, Wave
from roomctl.testing.dummies import DummyRecorder
from roomctl.testing.fakes import A_MORNING

RATE = 1000


def segment(seq, track=1):
    return Segment(
        track=track, seq=seq, path=f"t{track:02d}-{seq:04d}.flac", first_frame=(seq - 1) * RATE, frames=RATE,
        utc=A_MORNING, monotonic=0.0, sha256_pcm="", sha256_file="", sm3_file="",
    )  # fmt: skip


def taped(*segments, tracks=1, markers=()):
    return Recording(
        id="r", meeting="m", number=1, folder="f", source="mic", recorder="audio", state=RecorderState.SEALED,
        tracks=tracks, sample_rate=RATE, frames=RATE * 3, markers=markers, segments=segments,
    )  # fmt: skip


def made(recording, *, first=0, frames=3 * RATE, off=(), track=None, tmp_path=None):
    parts = {}
    for one in recording.segments:
        parts.setdefault(one.first_frame, []).append(one)
    return Wave(recording, track, first, frames, tuple(map(tuple, parts.values())), off, DummyRecorder(tmp_path))


WHOLE = made(taped(segment(1), segment(2), segment(3)))


def value(frame, tracks=1):
    return (1 + 1000 * tracks + frame % 1000).to_bytes(2, "little")


def test_it_is_a_wav_that_players_know():
    data = b"".join(WHOLE.read(0, WHOLE.size))
    assert len(data) == WHOLE.size
    with wavefile.open(io.BytesIO(data)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE)
        assert file.getnframes() == 3 * RATE
        assert file.readframes(3 * RATE) == b"".join(map(value, range(3 * RATE)))


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.integers(0, WHOLE.size), st.integers(0, WHOLE.size))
def test_any_part_of_it_is_the_same_bytes_as_in_the_whole(a, b):
    low, high = sorted((a, b))
    whole = b"".join(WHOLE.read(0, WHOLE.size))
    assert b"".join(WHOLE.read(low, high)) == whole[low:high]


def test_only_what_is_asked_for_is_decoded(tmp_path):
    asked = []

    class Watched(DummyRecorder):
        def samples(self, segments, at, frames):
            asked.append((segments[0].seq, at, frames))
            return super().samples(segments, at, frames)

    wave = replace(WHOLE, source=Watched(tmp_path))
    b"".join(wave.read(HEADER + 2 * 2500, HEADER + 2 * 2510))
    assert asked == [(3, 500, 10)]


def test_a_stretch_begins_and_ends_on_its_frames():
    wave = made(taped(segment(1), segment(2)), first=900, frames=200)
    data = b"".join(wave.read(0, wave.size))
    assert data[HEADER:] == b"".join(map(value, range(900, 1100)))


def test_what_is_off_the_record_is_silent_and_keeps_its_time():
    wave = replace(WHOLE, off=((500, 1500), (2900, 5000)))
    data = b"".join(wave.read(HEADER, wave.size))
    silent = [n for n in range(3 * RATE) if data[2 * n : 2 * n + 2] == b"\0\0"]
    assert silent == [*range(500, 1500), *range(2900, 3000)]


def test_where_a_segment_is_missing_it_is_silent_and_what_follows_keeps_its_time():
    wave = made(taped(segment(1), segment(3)))
    data = b"".join(wave.read(HEADER, wave.size))
    assert data[2000:4000] == bytes(2000)
    assert data[4000:4002] == value(2000)


@pytest.fixture
def house_with_sound(house, tmp_path):
    """A meeting that is over, two tracks of three seconds on disk."""
    meeting = house.in_session()
    (recording,) = house.use.recordings(meeting.id)
    machine = house.plugins.newest
    machine.segments = [
        replace(segment(seq, track), first_frame=(seq - 1) * 48_000, frames=48_000)
        for seq in (1, 2, 3)
        for track in (1, 2)
    ]
    machine.told = {"tracks": 2}
    house.use.adjourn(meeting.id)
    house.use.settle_recording(recording.id)
    folder = tmp_path / house.use.find_recording(meeting.id, recording.id).folder
    folder.mkdir(parents=True, exist_ok=True)
    for one in machine.segments:
        (folder / one.path).touch()
    return house, meeting.id, recording.id, folder


def test_a_track_or_the_mean_of_all_is_played(house_with_sound):
    house, meeting, recording, _ = house_with_sound
    both = house.use.wave(meeting, recording)
    assert (both.frames, both.size) == (3 * 48_000, HEADER + 6 * 48_000)
    assert next(both.read(HEADER, HEADER + 2)) == value(0, 2)
    second = house.use.wave(meeting, recording, track=1, first=1.5, last=99)
    assert (second.first, second.frames) == (72_000, 72_000)
    assert next(second.read(HEADER, HEADER + 2)) == value(72_000)
    house.use.note_playing(second)
    assert house.kinds(meeting)[-1] == "recording.listened"


@pytest.mark.parametrize("what", [{"first": 5.0}, {"first": 2.0, "last": 1.0}, {"track": 9}, {"track": 0}])
def test_what_is_not_in_the_recording_is_refused(house_with_sound, what):
    house, meeting, recording, _ = house_with_sound
    with pytest.raises(BadInput):
        house.use.wave(meeting, recording, **what)


def test_files_that_are_gone_are_told_before_the_first_byte(house_with_sound):
    house, meeting, recording, folder = house_with_sound
    for path in folder.glob("*.flac"):
        path.unlink()
    with pytest.raises(NotFound):
        house.use.wave(meeting, recording)


def test_nothing_sealed_is_nothing_to_play(house):
    meeting = house.in_session()
    (recording,) = house.use.recordings(meeting.id)
    with pytest.raises(Refused):
        house.use.wave(meeting.id, recording.id)


def test_off_the_record_comes_from_the_marks(house_with_sound):
    house, meeting, recording, _ = house_with_sound
    found = house.use.find_recording(meeting, recording)
    assert house.use.wave(meeting, recording).off == ()
    marked = replace(found, markers=(Marker(MarkKind.OFF_RECORD, 100), Marker(MarkKind.ON_RECORD, 300)))
    with house.use._open() as uow:
        uow.recordings.put(marked)
        uow.commit()
    assert house.use.wave(meeting, recording).off == ((100, 300),)
