"""The speaker model without PyTorch: what is read from its file, and what its numbers tell apart."""

import json
import pickle
import zipfile

import numpy as np
import pytest
import soundfile
from roomctl_models import store
from roomctl_transcript.voices.campplus import SIZE, CamPlus
from roomctl_transcript.voices.checkpoint import weights
from roomctl_transcript.voices.fbank import BINS, fbank

from roomctl.api import Damaged

MODEL = "campplus-zh-en"
RATE = 16_000


class _Bad:
    def __reduce__(self):
        return (print, ("run",))


def _archive(path, data):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("model/data.pkl", data)
    return path


def test_a_checkpoint_that_would_run_something_is_refused(tmp_path, capfd):
    path = _archive(tmp_path / "bad.pt", pickle.dumps({"weight": _Bad()}))
    with pytest.raises(Damaged, match=r"bad\.pt"):
        weights(path)
    assert capfd.readouterr().out == ""


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"not a zip"])
def test_what_is_no_checkpoint_is_told(tmp_path, content):
    path = tmp_path / "model.pt"
    path.write_bytes(content)
    with pytest.raises(Damaged, match=r"model\.pt"):
        weights(path)


def test_a_checkpoint_of_another_model_is_told(tmp_path):
    path = _archive(tmp_path / "other.pt", pickle.dumps({}))
    with pytest.raises(Damaged, match=r"CAM\+\+"):
        CamPlus(path)


@pytest.mark.parametrize("hertz", [200, 1000, 4000])
def test_a_tone_is_loudest_in_the_band_that_holds_it(hertz):
    time = np.arange(RATE) / RATE
    gliding = np.sin(2 * np.pi * hertz * time) * (time > 0.5)  # the mean over time is taken off: let it begin late
    bands = fbank(gliding[None].astype(np.float32))
    assert bands.shape == (1, 98, BINS)
    edges = 700 * np.expm1(np.linspace(np.log1p(20 / 700), np.log1p(8000 / 700), BINS + 2))
    loudest = int(bands[0, -1].argmax())
    assert edges[loudest] <= hertz <= edges[loudest + 2]


@pytest.fixture(scope="module")
def model():
    return CamPlus(next(store.folder(MODEL).glob("*.pt")))


@pytest.fixture(scope="module")
def clip(demo_clip):
    pcm, _ = soundfile.read(demo_clip, dtype="float32")
    rows = json.loads(demo_clip.with_name("demo_60s_ref.json").read_text(encoding="utf-8"))
    return pcm, [(row["speaker"], row["start_s"], row["end_s"]) for row in rows]


@pytest.mark.needs(f"model:{MODEL}")
def test_a_voice_is_nearer_to_itself_than_to_any_other(model, clip):
    pcm, rows = clip
    who = [speaker for speaker, _, _ in rows]
    said = [row for row in rows if who.count(row[0]) > 1]  # who speaks once has nothing else of the same voice
    middles = [int((start + end) / 2 * RATE) for _, start, end in said]
    made = model(np.stack([pcm[at - 24_000 : at + 24_000] for at in middles]))
    assert made.shape == (len(said), SIZE)
    assert np.allclose(np.linalg.norm(made, axis=1), 1, atol=1e-5)
    alike = made @ made.T
    np.fill_diagonal(alike, -1)
    who = [speaker for speaker, _, _ in said]
    assert set(who) == {"A", "B"}
    assert [who[near] for near in alike.argmax(axis=1)] == who


@pytest.mark.needs(f"model:{MODEL}")
def test_the_level_of_a_microphone_changes_nothing(model, clip):
    pcm = clip[0][None, 3 * RATE : 5 * RATE]
    assert float((model(pcm) @ model(pcm * np.float32(0.1)).T)[0, 0]) > 0.995
