import subprocess
from pathlib import Path

import numpy as np
import pytest
import roomctl_pocketsphinx
import soundfile
import soxr
from roomctl_pocketsphinx.engine import RATE, PocketSphinx

from roomctl.api import BadInput
from roomctl.testing.contracts import TranscriberContract
from roomctl.testing.hosting import hosted

PHRASES = ["pause recording", "stop recording", "next item", "previous item", "call the vote"]


@pytest.fixture(scope="session")
def read_out(tmp_path_factory):
    """A sentence as espeak-ng reads it, with half a second of silence on both sides."""
    file = tmp_path_factory.mktemp("speech") / "said.wav"

    def say(text):
        subprocess.run(["espeak-ng", "-v", "en-us", "-s", "140", "-w", str(file), text], check=True)
        data, rate = soundfile.read(file, dtype="float32")
        return np.pad(soxr.resample(data, rate, RATE), RATE // 2)

    return say


@pytest.fixture(scope="session")
def sphinx(tmp_path_factory):
    return PocketSphinx(tmp_path_factory.mktemp("models"), {"phrases": PHRASES})


class TestContract(TranscriberContract):
    @pytest.fixture(scope="class")
    @classmethod
    def engine(cls, sphinx):
        return sphinx

    @pytest.fixture(scope="class")
    @classmethod
    def speech(cls, read_out):
        return read_out("stop recording")

    @pytest.fixture(scope="class")
    @classmethod
    def expected(cls):
        return "stop recording"


@pytest.mark.parametrize("phrase", ["pause recording", "previous item"])
def test_a_phrase_is_told_from_the_others_with_its_times(sphinx, read_out, phrase):
    words = sphinx.decode(read_out(phrase), RATE)
    assert "".join(word.text for word in words) == phrase
    assert words[0].start == pytest.approx(0.5, abs=0.15)


def test_what_is_none_of_the_phrases_is_nothing(sphinx, read_out):
    assert not sphinx.decode(read_out("we like bananas and trains"), RATE)


def test_a_word_that_the_model_does_not_know_is_named(tmp_path):
    with pytest.raises(BadInput, match="huiyijilu"):
        PocketSphinx(tmp_path, {"phrases": ["open huiyijilu"]})


def test_without_phrases_it_hears_all_words(tmp_path, read_out):
    assert PocketSphinx(tmp_path, {}).decode(read_out("good morning"), RATE)


def test_the_host_offers_it_with_its_own_model(tmp_path):
    with hosted(Path(roomctl_pocketsphinx.__file__).parent, tmp_path, {"phrases": PHRASES}) as host:
        (row,) = host.status()
        assert row.status == "enabled", f"{row.status}: {row.reason}"
        (offer,) = host.engines()
        assert (offer.bundled, offer.options["phrases"]) == ("en-us", PHRASES)
