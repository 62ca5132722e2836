"""The acoustic proof for real: through a PulseAudio null sink, the room's recorder, and a speech engine.

The sink's monitor hears exactly what is played: a room without walls, a delay that the buffers make.
"""

import re
import shutil
import tempfile
from pathlib import Path

import pytest
from roomctl_audio.recorder import AudioRecorder
from roomctl_av_check.acoustics.config import AcousticsConfig
from roomctl_av_check.acoustics.proof import BASELINE, AcousticProof
from roomctl_av_check.config import AvCheckConfig
from roomctl_models.store import Store
from roomctl_stt_whisper import MODELS

from roomctl.api import CheckState, EngineOffer, Order, Refused, RoomSound
from roomctl.i18n import chinese, english, paired
from roomctl.services.time import SystemClock
from roomctl.testing.fakes import FakeContext, FakeServices
from tests.plugins.audio.soundserver import sound_server

HAN = re.compile("[一-鿿]")
MODEL = MODELS[0]
ENGINE = EngineOffer(
    name="whisper", entry="roomctl_stt_whisper.engine:Whisper", models=(MODEL,), options={"threads": 1, "beam": 1}
)
pytestmark = pytest.mark.needs("portaudio", "pulseaudio", f"model:{MODEL}")


@pytest.fixture(scope="module")
def server():
    folder = Path(tempfile.mkdtemp(prefix="rt-"))
    with sound_server(folder / "run", "sink_name=room format=float32le rate=48000 channels=2") as one:
        crossed = "source_name=crossed master=room.monitor channels=2 remix=no"
        maps = "channel_map=front-left,front-right master_channel_map=front-right,front-left"
        one.control("load-module", "module-remap-source", *crossed.split(), *maps.split())
        yield
    shutil.rmtree(folder)


@pytest.fixture
def room(tmp_path, server):
    del server  # it is there
    made = []

    def make(*, tracks, **limits):
        services = FakeServices(tmp_path, offers=[ENGINE], models={MODEL: Store.here().folder(MODEL)})
        services.recorders["audio"] = AudioRecorder
        services.records_with = RoomSound(order=Order(source="mic:pulse:room.monitor", tracks=tracks))
        config = AvCheckConfig(acoustics=AcousticsConfig(speaker="pulse:room", sweep_seconds=1.0, **limits))
        context = FakeContext("av_check", tmp_path, config, services=services)
        context.clock = SystemClock()
        made.append(context)
        return context

    yield make
    for context in made:
        context.close()


def proven(proof):
    """Its rows, of the first run in which the sound neither broke nor jumped, as on a machine with too much to do."""
    for _ in range(3):
        rows = {row.check: row for row in proof.run(None)}
        if "play" not in rows and rows["clocks"].value is not None:
            break
    return rows


def test_a_word_becomes_text_and_every_figure_is_that_of_a_wire(room):
    context = room(speakers=1, tracks=1)
    told = []
    proof = AcousticProof(context, context.config, tell=told.append)
    with paired():
        rows = proven(proof)
    assert not [row for row in rows.values() if HAN.search(english(row.message) + english(row.hint or ""))]
    assert all(HAN.search(chinese(row.message)) for row in rows.values())
    assert rows["chain"].state is CheckState.OK, rows["chain"].message
    assert rows["chain"].value == 100.0, "to the last word"
    assert rows["chain"].message.endswith(f"whisper · {MODEL}"), "which meetings use, too"
    assert "play" not in rows, "it was played without a hole"
    assert rows["level 1"].value == pytest.approx(-12 - 3.01, abs=0.5)
    assert rows["thd 1"].value < 0.1
    assert rows["polarity 1"].value == 1
    assert (rows["snr 1"].value, rows["noise 1"].value) == (None, None), "the sink has no noise"
    assert "hum 1" not in rows
    assert abs(rows["clocks"].value) < 1.0, "one sink, one clock"
    assert rows["rt60"].state is CheckState.SKIPPED
    assert not [row for row in rows.values() if row.check.startswith("nc")]
    assert rows["baseline"].state is CheckState.SKIPPED, "nobody has said that it is as it should be"
    proof.take_as_usual("刘洋")
    assert context.store().get(BASELINE)["source"] == "mic:pulse:room.monitor"
    assert {one.name for one in proof.evidence} == {"response.svg", "decay.svg", "noise-1.svg"}
    assert list(context.folder().iterdir()) == []
    assert any("6" in one for one in told)


@pytest.mark.long
@pytest.mark.timeout(400)
def test_channels_that_were_exchanged_are_found(room):
    context = room(speakers=2, tracks=2, nearest=(1, 2))
    first = {row.check: row for row in AcousticProof(context, context.config).run(None)}
    assert first["channels"].state is CheckState.OK, first["channels"].message
    AcousticProof(context, context.config).take_as_usual("刘洋")
    again = {row.check: row for row in AcousticProof(context, context.config).run(None)}
    assert again["channels"].message
    assert again["channels"].state is CheckState.OK, again["channels"].message
    context.services.records_with = RoomSound(order=Order(source="mic:pulse:crossed", tracks=2))
    context.store().put(BASELINE, {**context.store().get(BASELINE), "source": "mic:pulse:crossed"})
    crossed = {row.check: row for row in AcousticProof(context, context.config).run(None)}
    assert crossed["channels"].state is CheckState.CRIT
    assert crossed["chain"].state is CheckState.OK


@pytest.mark.long
def test_the_room_is_silent_as_soon_as_a_meeting_begins(room):
    context = room(speakers=1, tracks=1)
    proof = AcousticProof(context, context.config)
    proof.tell = lambda what: proof.hush() if "/" in what else None
    with pytest.raises(Refused):
        list(proof.run(None))
    assert list(context.folder().iterdir()) == []
