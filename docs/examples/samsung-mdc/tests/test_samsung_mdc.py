import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
import roomctl_samsung_mdc
from roomctl_samsung_mdc import driver, protocol
from roomctl_samsung_mdc.driver import OFFER, Options, judge
from roomctl_samsung_mdc.emulator import MdcEmulator

from roomctl.api.devices import CheckState, Device, Fact, Garbled, Reading, Secret
from roomctl.testing.contracts import DeviceDriverContract
from roomctl.testing.emulators import Fault
from roomctl.testing.hosting import hosted

WALL = Device(id="wall", kind="samsung_mdc", title=("主屏", "Wall"), options=Options(input="hdmi1"))


class TestContract(DeviceDriverContract):
    @pytest.fixture
    def offer(self):
        return OFFER

    @pytest.fixture
    def emulator(self):
        return MdcEmulator(display=3)


def talk(emulator, work, fault=Fault.NONE):
    async def run():
        await emulator.start()
        await emulator.switch(fault)
        try:
            return await work(replace(emulator.device(), options=Options(id=emulator.display)))
        finally:
            await emulator.stop()

    return asyncio.run(run())


def test_a_frame_ends_with_the_sum_of_what_is_between_it_and_the_header():
    """Power on for display 1: 0x11 + 0x01 + 0x01 + 0x01 = 0x14."""
    assert protocol.frame(protocol.POWER, 1, b"\x01") == bytes.fromhex("AA1101010114")


def test_it_tells_what_the_display_tells():
    reading = talk(MdcEmulator(), lambda device: OFFER.read(device, Secret()))
    told = {fact.name: fact.value for fact in reading.facts}
    assert told["model"] == "QM55B"
    assert (told["power"], told["input"], told["volume"], told["temperature"]) == ("on", "hdmi1", 20, 41)


def test_an_order_waits_until_the_display_has_done_it(monkeypatch):
    monkeypatch.setattr(driver, "AGAIN", 0.01)
    emulator = MdcEmulator(looks=3)
    deed = talk(emulator, lambda device: OFFER.actions["power_off"].act(device, Secret(), ""))
    assert (deed.asked, deed.confirmed, emulator.looks, emulator.power) == ("off", "off", 0, 0)


def test_an_order_that_the_display_refuses_is_not_done():
    deed = talk(MdcEmulator(), lambda device: OFFER.actions["input"].act(device, Secret(), "hdmi2"), Fault.STANDBY)
    assert not deed.done


def test_a_display_that_wants_tls_says_what_to_switch_off():
    with pytest.raises(Garbled, match="Secured Protocol"):
        talk(MdcEmulator(), lambda device: OFFER.read(device, Secret()), Fault.VERSION)


@pytest.mark.parametrize(
    ("fact", "state"),
    [
        (Fact("input", "hdmi2"), CheckState.WARN),
        (Fact("no_signal", value=True), CheckState.WARN),
        (Fact("fan_error", value=True), CheckState.CRIT),
        (Fact("fan_error", value=False), CheckState.OK),
    ],
)
def test_each_fact_is_judged_by_itself(fact, state):
    reading = Reading(facts=(Fact("power", "on"), fact))
    assert {one.check: one.state for one in judge(WALL, reading)}[fact.name] is state


def test_the_host_takes_it(tmp_path):
    with hosted(Path(roomctl_samsung_mdc.__file__).parent, tmp_path) as host:
        (row,) = host.status()
        assert row.status == "enabled", f"{row.status}: {row.reason}"
        assert list(host.drivers()) == ["samsung_mdc"]
