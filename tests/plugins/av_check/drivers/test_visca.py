"""PTZ cameras, against an emulated one over UDP with numbers, and over TCP without."""

import asyncio
import contextlib
from dataclasses import replace
from typing import ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from roomctl_av_check.drivers.visca import OFFER
from roomctl_av_check.talks import visca as talk
from roomctl_av_check.talks import visca_packets as visca

from roomctl.api.devices import CheckState, Deed, Fact, Garbled, Reading, Unreachable
from roomctl.domain.devices import NO_SECRET
from roomctl.errors import BadInput
from roomctl.testing.contracts import DeviceDriverContract
from roomctl.testing.emulators import Fault
from roomctl.testing.emulators.visca import ViscaEmulator, ViscaSerialEmulator, ViscaTcpEmulator


class TestOverIp(DeviceDriverContract):
    says: ClassVar = {"preset": "1"}
    patience: ClassVar = 0.3
    rounds: ClassVar = 10

    @pytest.fixture
    def offer(self):
        return OFFER

    @pytest.fixture
    def emulator(self):
        return ViscaEmulator()


class TestOverTcp(TestOverIp):
    rounds: ClassVar = 5
    test_it_says_what_it_is = test_it_leaves_the_loop_to_others = None

    @pytest.fixture
    def emulator(self):
        return ViscaTcpEmulator()


class TestOverSerial(TestOverIp):
    """What the port adds; the packets are those of TCP."""

    rounds: ClassVar = 4
    test_it_says_what_it_is = test_it_leaves_the_loop_to_others = test_it_judges_in_full_and_the_same_again = None
    test_it_may_be_read_again = None

    @pytest.fixture
    def emulator(self):
        return ViscaSerialEmulator()


def with_camera(work, emulator=None, **options):
    """Runs `work(emulator, device)` while the camera listens."""

    async def run():
        camera = emulator or ViscaEmulator()
        async with camera:
            device = camera.device(warm_up=2.0, cool_down=2.0)
            device = replace(device, options=OFFER.options(**{**device.options, **options}))
            return await work(camera, device)

    return asyncio.run(run())


async def read(_, device):
    return await OFFER.read(device, NO_SECRET)


def test_it_tells_where_the_camera_looks_and_who_made_it():
    reading = with_camera(read)
    assert (reading["pan"], reading["tilt"], reading["zoom"], reading["preset"]) == (-256, 64, 0x1000, 0)
    assert (reading["model"], reading["rom"]) == ("0001:0519", "0100")


@pytest.mark.parametrize("emulator", [ViscaEmulator, ViscaTcpEmulator])
def test_asleep_it_tells_power_and_version_alone(emulator):
    camera = emulator()
    camera.camera.on = False
    reading = with_camera(read, camera)
    assert reading.standby
    assert {fact.name for fact in reading.facts} == {"power", "model", "rom"}


def test_each_talk_begins_its_numbers_anew_and_one_that_knows_no_reset_is_read_too():
    async def twice(camera, device):
        await read(camera, device)
        await read(camera, device)
        return camera.resets

    assert with_camera(twice) == 2
    assert with_camera(read, ViscaEmulator(knows_reset=False))["power"] == "on"


def test_a_number_that_it_does_not_like_is_followed_by_another():
    """A second controller has talked in between: the first try is abnormal, the second is not."""

    async def interrupted(camera, device):
        async with talk._talk(device) as link:
            camera.number = 1
            return await link.ask(visca.POWER_INQUIRY)

    assert with_camera(interrupted) == b"\x02"


@pytest.mark.parametrize("lost", ["command", "its acknowledgement"])
def test_a_command_that_was_lost_is_sent_again_and_one_that_came_is_not_done_twice(lost):
    class Lossy(ViscaEmulator):
        done, left = 0, 1

        def answer(self, packet):
            if packet[:2] != b"\x01\x00":
                return super().answer(packet)
            if self.left and lost == "command":
                self.left -= 1
                return None
            told = super().answer(packet)
            if told[0][:2] == b"\x01\x11":
                self.done += 1
            if self.left:
                self.left -= 1
                return None
            return told

    async def recalled(camera, device):
        return await OFFER.actions["preset"].act(device, NO_SECRET, "1"), camera.done

    deed, done = with_camera(recalled, Lossy())
    assert (deed.done, done) == (True, 1)


def test_a_preset_is_confirmed_once_the_camera_stands_still():
    async def recalled(camera, device):
        deed = await OFFER.actions["preset"].act(device, NO_SECRET, "1")
        return deed, (camera.camera.pan, camera.camera.tilt)

    assert with_camera(recalled) == (Deed("1", "1"), (1200, -40))


def test_a_model_that_forgets_its_preset_confirms_none_and_one_it_has_not_is_refused():
    camera = ViscaEmulator()
    camera.camera.remembers = False

    async def recalled(preset, _, device):
        return await OFFER.actions["preset"].act(device, NO_SECRET, preset)

    assert with_camera(lambda *told: recalled("1", *told), camera).confirmed is None
    assert not with_camera(lambda *told: recalled("99", *told)).done
    for wrong in ("255", "-1", "one", "１"):
        with pytest.raises(BadInput, match="254"):
            with_camera(lambda *told, wrong=wrong: recalled(wrong, *told))


def test_a_preset_other_than_the_one_that_is_wanted_is_a_warning():
    device = replace(ViscaEmulator().device(), options=OFFER.options(preset=3))
    reading = Reading(facts=(Fact("power", "on"), Fact("preset", 2)))
    row = {row.check: row for row in OFFER.judge(device, reading)}["preset"]
    assert (row.state, row.threshold) == (CheckState.WARN, 3)
    assert "preset 3" in row.hint


def test_nobody_at_the_port_is_told_at_once():
    async def dead(camera, device):
        await camera.switch(Fault.DEAD)
        return await read(camera, device)

    with pytest.raises((Unreachable, OSError)):
        with_camera(dead)


# --- the codec


@given(st.sampled_from(visca.Kind), st.integers(0, visca.NUMBERS - 1), st.binary(min_size=1, max_size=16))
def test_a_message_comes_out_as_it_went_in(kind, number, payload):
    told = visca.Message(kind, number, payload)
    assert visca.message(told.bytes()) == told


def in_nibbles(value, count):
    return bytes(value >> 4 * place & 0xF for place in reversed(range(count)))


@given(st.integers(-0x8000, 0x7FFF))
def test_a_position_comes_out_as_it_went_in(value):
    assert visca.nibbles(in_nibbles(value, 4), signed=True) == value
    assert visca.position(in_nibbles(value, 5) + in_nibbles(-1, 4)) == (value, -1)


@settings(max_examples=50)
@given(st.binary(max_size=24))
def test_any_bytes_are_a_value_or_said_to_be_none(came):
    for understand in (visca.message, visca.reply, visca.position, visca.version):
        with contextlib.suppress(ValueError):
            understand(came)
    for name in ("position", "version", "preset", "zoom"):
        with contextlib.suppress(Garbled):
            assert all(isinstance(value, int | str) for value in talk._facts(name, came).values())
