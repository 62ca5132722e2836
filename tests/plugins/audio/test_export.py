import numpy as np
import pytest
import soundfile
from roomctl_audio.export import export, seconds
from roomctl_audio.recorder import AudioRecorder

from roomctl.api import BadInput, NotFound, RecorderState
from tests.plugins.audio.faults import expected, order, until


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    recorder = AudioRecorder(tmp_path_factory.mktemp("audio") / "rec")
    recorder.arm(order(realtime=False, segment_seconds=0.3))
    recorder.start(limit=48_000)
    until(lambda: recorder.status().state is RecorderState.SEALED)
    return recorder


@pytest.mark.parametrize("name", ["all.wav", "all.flac"])
def test_an_export_is_bit_for_bit_the_recording(recorded, tmp_path, name):
    assert export(recorded, tmp_path / name, since="", until="") == 48_000
    assert np.array_equal(soundfile.read(tmp_path / name, dtype="int32")[0], expected(48_000))


def test_a_stretch_of_one_track_across_segments(recorded, tmp_path):
    path = tmp_path / "part.wav"
    assert export(recorded, path, track=2, since="0.25", until="0:00.75") == 24_000
    assert np.array_equal(soundfile.read(path, dtype="int32")[0], expected(48_000)[12_000:36_000, 1])


def test_a_mix_is_the_mean(recorded, tmp_path):
    export(recorded, tmp_path / "mix.wav", mix=True, since="", until="")
    mean = expected(48_000).mean(axis=1)
    found = soundfile.read(tmp_path / "mix.wav", dtype="int32")[0]
    assert np.abs(found - mean).max() <= 256  # one step of 24 bits


def test_nothing_is_written_over(recorded, tmp_path):
    (tmp_path / "mine.wav").write_text("mine")
    with pytest.raises(BadInput):
        export(recorded, tmp_path / "mine.wav", since="", until="")
    assert (tmp_path / "mine.wav").read_text() == "mine"


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("x.mp3", {}), ("no/x.wav", {}), ("x.wav", {"since": "9"}), ("x.wav", {"since": "noon"})],
)
def test_what_cannot_be_exported_leaves_nothing(recorded, tmp_path, name, wanted):
    with pytest.raises(BadInput):
        export(recorded, tmp_path / name, **{"since": "", "until": "", **wanted})
    assert list(tmp_path.iterdir()) == []


def test_a_track_or_a_recording_that_is_not_there(recorded, tmp_path):
    with pytest.raises(NotFound):
        export(recorded, tmp_path / "x.wav", track=3, since="", until="")
    with pytest.raises(NotFound):
        export(AudioRecorder(tmp_path), tmp_path / "x.wav", since="", until="")


def test_times_are_read_as_people_write_them():
    assert [seconds(text) for text in ("90", "1:30", "0:01:30.5")] == [90, 90, 90.5]
