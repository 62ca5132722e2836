"""The two processes of a proof: what they refuse, and in which words."""

import os
import time

import numpy as np
import pytest
from roomctl_av_check.acoustics.apart import Silence, ask
from roomctl_av_check.acoustics.config import AcousticsConfig
from roomctl_av_check.acoustics.duplex import _named
from roomctl_av_check.acoustics.proof import FOLDER, LEFT_BEHIND, AcousticProof
from roomctl_av_check.acoustics.sentence import Kept, judge
from roomctl_av_check.config import AvCheckConfig

from roomctl.api import (
    CheckState,
    Meeting,
    MeetingId,
    NotFound,
    RecorderState,
    RecorderStatus,
    Refused,
    RoomctlError,
    State,
)
from roomctl.api.speech import known_sentence
from roomctl.i18n import chinese, english
from roomctl.services.time import SystemClock
from roomctl.testing.fakes import A_MORNING, FakeContext


class Devices:
    """As sounddevice lists them."""

    def query_devices(self):
        rows = [("USB Audio: - (hw:1,0)", 2), ("USB Audio: - (hw:2,0)", 0), ("HDMI 1 (hw:0,3)", 8), ("HDMI 2", 8)]
        return [{"name": name, "index": at, "max_output_channels": out} for at, (name, out) in enumerate(rows)]


@pytest.fixture
def ctx(tmp_path):
    made = FakeContext("av_check", tmp_path, AvCheckConfig())
    made.clock = SystemClock()
    yield made
    made.close()


@pytest.mark.parametrize(("name", "index"), [("usb", 0), ("HDMI 1", 2), ("HDMI 2", 3), ("", None)])
def test_a_loudspeaker_is_known_by_its_name_or_a_part_of_it(name, index):
    assert _named(Devices(), name, "output") == index


@pytest.mark.parametrize("name", ["hdmi", "amplifier", "pulse:room"])
def test_a_name_that_fits_none_or_several_lists_the_known_ones(name, monkeypatch):
    monkeypatch.setenv("PULSE_SINK", "")  # what is set there is taken back
    with pytest.raises(NotFound, match="HDMI 1"):
        _named(Devices(), name, "output")


def test_an_engine_that_is_not_there_is_told_in_one_line(ctx, tmp_path):
    (tmp_path / "heard.raw").write_bytes(b"")
    order = {
        "entry": "roomctl_nowhere:Engine",
        "model": "",
        "options": {},
        "file": str(tmp_path / "heard.raw"),
        "rate": 16_000,
    }
    with pytest.raises(RoomctlError, match="roomctl_nowhere"):
        ask(ctx, "roomctl_av_check.acoustics.hearing", order, Silence(ctx))


@pytest.mark.needs("portaudio")
def test_what_a_child_refuses_is_told_in_both_languages(ctx, tmp_path):
    np.save(tmp_path / "played.npy", np.zeros((10, 1), np.float32))
    order = {"play": str(tmp_path / "played.npy"), "rate": 48_000, "speaker": "nobody's"}
    with pytest.raises(RoomctlError) as refused:
        ask(ctx, "roomctl_av_check.acoustics.duplex", order, Silence(ctx))
    assert chinese(refused.value.what) == "无法打开扬声器“nobody's”"
    assert english(refused.value.what) == 'cannot open loudspeaker "nobody\'s"'
    assert (chinese(refused.value.why), english(refused.value.why)) == ("没有这个设备", "there is none")


def test_without_an_engine_the_chain_is_broken(ctx, tmp_path):
    kept = Kept(RecorderStatus(state=RecorderState.SEALED), np.zeros(10, np.int16), 48_000, 1)
    row = judge(ctx, kept, known_sentence(), "auto", AcousticsConfig(), tmp_path, Silence(ctx))
    assert row.state is CheckState.CRIT


def test_a_child_is_ended_when_a_meeting_begins(ctx):
    held = Meeting(
        id=MeetingId("m1"), room="r", title="专题会议", starts=A_MORNING.replace(tzinfo=None), state=State.IN_SESSION
    )
    ctx.services.hold(held)
    with pytest.raises(Refused, match="专题会议"):
        ask(ctx, "roomctl_av_check.acoustics.duplex", {"play": "x.npy", "rate": 48_000}, Silence(ctx))
    assert not any(child.alive for child in ctx.children)


def test_what_a_killed_proof_left_behind_is_cleared_and_a_fresh_one_is_not(ctx):
    old, fresh = ctx.folder() / f"{FOLDER}old", ctx.folder() / f"{FOLDER}fresh"
    for path in (old, fresh):
        path.mkdir()
        (path / "played.npy").write_bytes(b"x")
    long_ago = time.time() - LEFT_BEHIND - 60
    os.utime(old, (long_ago, long_ago))
    list(AcousticProof(ctx, ctx.config).run(None))
    assert (old.exists(), fresh.exists()) == (False, True)
