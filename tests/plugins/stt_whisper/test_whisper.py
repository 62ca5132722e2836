"""The real engine on real speech."""

import json

import numpy as np
import pytest
import roomctl_stt_whisper
import soundfile
from roomctl_stt_whisper import Config

from roomctl.api import MissingPart
from roomctl.demo.score import score
from roomctl.testing.contracts import TranscriberContract
from roomctl.testing.fakes import FakeContext, FakeServices

RATE = 16_000
PARTS = ("model:faster-whisper-base", "python:faster_whisper")


@pytest.fixture(scope="session")
def model_folder():
    from roomctl_models import store  # noqa: PLC0415 - only where the model is asked for

    return store.folder("faster-whisper-base")


@pytest.mark.needs(*PARTS)
class TestContract(TranscriberContract):
    @pytest.fixture(scope="class")
    @classmethod
    def engine(cls, model_folder):
        from roomctl_stt_whisper.engine import Whisper  # noqa: PLC0415 - heavy

        return Whisper(model_folder, {"threads": 2, "beam": 1})

    @pytest.fixture(scope="class")
    @classmethod
    def speech(cls, demo_clip):
        return soundfile.read(demo_clip, dtype="float32", frames=int(7.4 * RATE))[0]

    @pytest.fixture(scope="class")
    @classmethod
    def expected(cls):
        return "停車場建設工作"


@pytest.mark.needs(*PARTS)
def test_the_draft_is_nearer_to_what_was_said_than_the_bare_engine(demo_clip, model_folder, tmp_path):
    """In the real worker, with the roster: fewer wrong characters, nothing lost, the names right."""
    from roomctl_transcript.assemble import Known, transcript  # noqa: PLC0415
    from roomctl_transcript.engines import choose  # noqa: PLC0415
    from roomctl_transcript.runner import Runner, one_file  # noqa: PLC0415
    from roomctl_transcript.sentences import Prior  # noqa: PLC0415
    from roomctl_transcript.simplify import simplify  # noqa: PLC0415

    services = FakeServices(tmp_path)
    services.models["faster-whisper-base"] = model_folder
    ctx = FakeContext("transcript", tmp_path, services=services)
    services.offers = [*roomctl_stt_whisper.roomctl_transcribers(FakeContext("stt_whisper", tmp_path)).values()]
    choice = choose(services)
    assert choice.offer.name == "whisper"
    before = {file: (file.stat().st_mtime_ns, file.stat().st_size) for file in model_folder.rglob("*")}
    prior = Prior((("李晓明", "市住建局局长"), ("王海燕", "行政审批局局长"), ("陈志强", "财政局局长")))
    runner = Runner(ctx)
    gathered = runner.run(one_file(demo_clip, tmp_path / "work.jsonl", {}, prior), choice)
    runner.stop()
    made = transcript([gathered], choice, Known(), id="t", meeting=None, version=1, at=ctx.clock.now(), complete=True)
    rows = json.loads(demo_clip.with_name("demo_60s_ref.json").read_text(encoding="utf-8"))
    said = "".join(row["text"] for row in rows)
    raw = score(said, simplify("".join(one.raw for one in made.shown))[0])
    final = score(said, made.text)
    assert final.rate < raw.rate < 0.2
    assert final.deletions <= 0.01 * final.characters
    assert made.text.count("李晓明") == said.count("李晓明")
    assert made.text.count("王海燕") == said.count("王海燕")
    assert made.covered >= 0.95 * made.speech > 0
    assert [point.owner for point in made.points if point.owner]
    assert {file: (file.stat().st_mtime_ns, file.stat().st_size) for file in model_folder.rglob("*")} == before


def test_a_folder_without_a_model_is_one_line_with_the_mend(tmp_path):
    from roomctl_stt_whisper.engine import Whisper  # noqa: PLC0415

    with pytest.raises(MissingPart, match=r"model\.bin") as caught:
        Whisper(tmp_path)
    assert "roomctl models pull" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.needs("python:faster_whisper")
def test_a_model_that_is_no_model_is_one_line_with_the_mend(tmp_path):
    from roomctl_stt_whisper.engine import Whisper  # noqa: PLC0415

    for name in ("model.bin", "config.json", "tokenizer.json"):
        (tmp_path / name).write_bytes(b"{}")
    with pytest.raises(MissingPart, match="roomctl models pull"):
        Whisper(tmp_path)


def test_the_missing_model_is_found_by_the_self_check(tmp_path):
    ctx = FakeContext("stt_whisper", tmp_path, Config())
    (missing,) = roomctl_stt_whisper.roomctl_self_check(ctx)
    assert not missing.fatal
    assert "roomctl models pull faster-whisper-base" in missing.mend
    assert "roomctl models import" in missing.mend
    ctx.services.models["faster-whisper-base"] = tmp_path
    assert roomctl_stt_whisper.roomctl_self_check(ctx) == []


def test_the_settings_reach_the_engine(tmp_path):
    ctx = FakeContext("stt_whisper", tmp_path, Config(threads=3, beam=2))
    offer = roomctl_stt_whisper.roomctl_transcribers(ctx)["whisper"]
    assert (offer.options["threads"], offer.options["beam"], offer.options["language"]) == (3, 2, "zh")


@pytest.mark.needs(*PARTS)
def test_another_rate_is_refused(model_folder):
    from roomctl_stt_whisper.engine import Whisper  # noqa: PLC0415

    with pytest.raises(ValueError, match="48000"):
        Whisper(model_folder, {"threads": 1}).decode(np.zeros(48_000, np.float32), 48_000)
