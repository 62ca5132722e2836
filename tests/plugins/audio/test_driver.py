"""A microphone of this PC as a device of the room, against the monitor of a null sink."""

import asyncio
from dataclasses import replace

import pytest
from roomctl_audio.driver import OFFER

from roomctl.api.devices import CheckState, Fact, Reading, Unreachable
from roomctl.domain.devices import NO_SECRET
from roomctl.testing.contracts import DeviceDriverContract
from roomctl.testing.emulators.microphone import MicrophoneEmulator
from tests.plugins.audio.soundserver import sound_server

pytestmark = pytest.mark.needs("portaudio", "pulseaudio")


@pytest.fixture(scope="module", autouse=True)
def server(tmp_path_factory):
    with sound_server(tmp_path_factory.mktemp("sound") / "run"):
        yield


class TestMicrophone(DeviceDriverContract):
    """Each read is a process: what reading the same again would tell is left out."""

    test_it_judges_in_full_and_the_same_again = test_it_may_be_read_again = None
    test_it_leaves_the_loop_to_others = None

    @pytest.fixture
    def offer(self):
        return OFFER

    @pytest.fixture
    def emulator(self):
        return MicrophoneEmulator()


def test_one_that_is_gone_names_those_that_are_there():
    device = replace(MicrophoneEmulator().device(), address="pulse:nobody", options=OFFER.options())
    with pytest.raises(Unreachable, match=r"room\.monitor"):
        asyncio.run(OFFER.read(device, NO_SECRET))


def test_a_search_finds_it_here_and_nowhere_else():
    found = asyncio.run(OFFER.search(1.0, ""))
    assert "pulse:room.monitor" in {one.address for one in found}
    assert asyncio.run(OFFER.search(1.0, "10.0.0.0/24")) == []


@pytest.mark.parametrize(("wanted", "state"), [(2, CheckState.OK), (8, CheckState.CRIT)])
def test_too_few_channels_are_a_fault(wanted, state):
    device = replace(MicrophoneEmulator().device(), options=OFFER.options(channels=wanted))
    reading = Reading(facts=(Fact("name", "x"), Fact("channels", 2), Fact("rate", 48000)))
    assert [row.state for row in OFFER.judge(device, reading)] == [state]
