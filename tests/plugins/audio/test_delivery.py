"""Delivery formats: bit for bit where they can be, grown as segments seal, and what waits for them."""

from dataclasses import replace

import numpy as np
import pytest
import roomctl_audio
import soundfile
from pydantic import ValidationError
from roomctl_audio import delivered, delivering
from roomctl_audio.capture import capacity
from roomctl_audio.config import AudioConfig
from roomctl_audio.exchange.delivery import extend
from roomctl_audio.journal import journal
from roomctl_audio.journal.file import load
from roomctl_audio.sound.layout import Layout

from roomctl.api import Meeting, MeetingId, Recording, RoomctlError, State
from roomctl.testing.fakes import A_MORNING, FakeContext
from tests.plugins.audio.made import Made, recording, samples

SOUND = samples(4800)


def read(path):
    return soundfile.read(path, dtype="int32")[0]


def half(folder, track=1):
    path = delivered.path(folder, "wav", track)
    return path.with_name(f"{path.name}.partial")


def test_a_wav_grows_with_each_sealed_segment_and_holds_the_masters_samples(tmp_path):
    made = Made(tmp_path / "rec")
    for piece in np.split(SOUND, [1500, 3000]):
        made.part(piece)
        told = extend(made.folder, "wav")
        assert (told.frames, told.complete) == (made.frame, False)
        assert soundfile.info(half(made.folder)).frames == made.frame
    made.end()
    assert extend(made.folder, "wav").complete
    for track in (1, 2):
        assert np.array_equal(read(delivered.path(made.folder, "wav", track)), SOUND[:, track - 1])
    assert not list((made.folder / delivered.FOLDER).glob("*.partial"))
    assert extend(made.folder, "wav").complete


@pytest.mark.parametrize("damage", [lambda _: b"", lambda raw: raw[:60], lambda raw: raw[:2000], lambda _: b"x" * 9])
def test_what_a_kill_has_left_is_mended_from_the_masters(tmp_path, damage):
    made = Made(tmp_path / "rec")
    made.part(SOUND[:2400])
    extend(made.folder, "wav")
    half(made.folder).write_bytes(damage(half(made.folder).read_bytes()))
    made.part(SOUND[2400:])
    made.end()
    extend(made.folder, "wav")
    assert np.array_equal(read(delivered.path(made.folder, "wav", 1)), SOUND[:, 0])


def test_a_track_that_outgrows_a_wav_becomes_an_rf64(tmp_path):
    made = Made(tmp_path / "rec")
    made.part(SOUND[:2400])
    extend(made.folder, "wav", wav_bytes=10_000)
    made.part(SOUND[2400:])
    made.end()
    extend(made.folder, "wav", wav_bytes=10_000)
    path = delivered.path(made.folder, "wav", 2)
    assert soundfile.info(path).format == "RF64"
    assert np.array_equal(read(path), SOUND[:, 1])


def test_an_mp3_is_made_of_the_whole_track_and_is_as_long(tmp_path):
    tone = (np.sin(np.arange(48_000) / 20) * 2**30).astype(np.int32)[:, None] & ~0xFF
    made = Made(tmp_path / "rec", tracks=1)
    made.part(tone)
    assert extend(made.folder, "mp3").frames == 0
    made.end()
    assert extend(made.folder, "mp3").complete
    path = delivered.path(made.folder, "mp3", 1)
    sound, rate = soundfile.read(path, dtype="float64")
    assert rate == 48_000
    assert abs(len(sound) - 48_000) < 2 * 1152
    heard = sound[5000:40_000]
    assert np.sqrt(np.mean(heard**2)) == pytest.approx(0.5 / np.sqrt(2), rel=0.05)
    assert path.stat().st_size < delivered.MP3_BYTES_A_SECOND * 1.5


def test_a_rate_that_no_mp3_has_is_told(tmp_path):
    recording(tmp_path / "rec", samples(960, 1), rate=96_000)
    with pytest.raises(RoomctlError, match="96000"):
        extend(tmp_path / "rec", "mp3")


def test_the_disk_must_hold_them_too():
    layout = Layout(8, 24, 48_000)
    plain = capacity.needed(3600, layout, 60)
    assert capacity.needed(3600, layout, 60, delivery=("wav",)) - plain == 3600 * layout.second
    both = capacity.needed(3600, layout, 60, copies=2, delivery=("wav", "mp3"))
    mp3 = 2 * 3600 * 8 * delivered.MP3_BYTES_A_SECOND
    assert both - capacity.needed(3600, layout, 60, copies=2) == 2 * 3600 * layout.second + mp3


def test_a_format_that_is_not_known_is_refused():
    with pytest.raises(ValidationError, match="ogg"):
        AudioConfig(delivery=("ogg",))
    assert AudioConfig(delivery=("wav", "wav")).delivery == ("wav",)


@pytest.fixture
def world(tmp_path):
    """A meeting that is over, with a recording whose WAVs are wanted."""
    context = FakeContext("audio", tmp_path, AudioConfig(delivery=("wav",)))
    meeting = Meeting(
        id=MeetingId("m1"), room="r", title="题", starts=A_MORNING.replace(tzinfo=None), state=State.ADJOURNED
    )
    folder = recording(tmp_path / "meetings" / "m1" / "audio" / "r1", SOUND, [2000])
    report = journal.report(load(folder).rows)
    held = Recording(
        id="r1", meeting="m1", number=1, folder=str(folder.relative_to(tmp_path)), source="tone", recorder="audio",
        tracks=2, frames=report.frames, segments=report.segments,
    )  # fmt: skip
    context.services.held[meeting.id] = meeting
    context.services.sound[meeting.id] = [held]
    yield context, meeting, held
    for child in context.children:
        child.stop()


def test_the_service_makes_them_by_a_child_and_only_then_the_meeting_may_close(world):
    context, meeting, _ = world
    (objection,) = roomctl_audio.roomctl_gate(context, meeting, State.CLOSED)
    assert "WAV" in objection.text
    assert roomctl_audio.roomctl_gate(context, meeting, State.IN_SESSION) == []
    (service,) = roomctl_audio.roomctl_services(context)
    service.work()
    assert service.failures() == {}
    assert roomctl_audio.roomctl_gate(context, meeting, State.CLOSED) == []
    names = [file.path for file in roomctl_audio.roomctl_package_files(context, meeting)]
    assert [name for name in names if "delivery" in name] == [
        "audio/r1/delivery/track-01.wav", "audio/r1/delivery/track-02.wav",
    ]  # fmt: skip
    service.work()
    assert len(context.children) == 1


def test_what_cannot_be_made_is_told_and_keeps_nobody_from_going_on_with_a_reason(world):
    context, meeting, held = world
    (context.services.data / held.folder / held.segments[0].path).unlink()
    (service,) = roomctl_audio.roomctl_services(context)
    service.work()
    assert held.segments[0].path in service.failures()[meeting.id]
    (objection,) = delivering.objections(context, meeting, State.CLOSED)
    assert not objection.firm
    context.services.sound[meeting.id] = [replace(held, segments=())]
    assert delivering.objections(context, meeting, State.CLOSED) == []
