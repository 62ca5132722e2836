"""Reachability, time, and waking, against things on this machine that take connections, tell the time, and sleep."""

import asyncio
import contextlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from roomctl_av_check.drivers import host, ntp, pc
from roomctl_av_check.talks import ntp as ntp_talk

from roomctl.api.devices import CheckState, Device, Garbled, Reading, Unreachable
from roomctl.domain.devices import NO_SECRET
from roomctl.errors import BadInput, MissingPart
from roomctl.testing.contracts import DeviceDriverContract
from roomctl.testing.emulators import Fault
from roomctl.testing.emulators.host import HostEmulator
from roomctl.testing.emulators.ntp import NtpEmulator
from roomctl.testing.emulators.pc import PcEmulator


class TestHost(DeviceDriverContract):
    @pytest.fixture
    def offer(self):
        return host.OFFER

    @pytest.fixture
    def emulator(self):
        return HostEmulator()


class TestNtp(DeviceDriverContract):
    @pytest.fixture
    def offer(self):
        return ntp.OFFER

    @pytest.fixture
    def emulator(self):
        return NtpEmulator()


class TestPcThatMaySleep(DeviceDriverContract):
    @pytest.fixture
    def offer(self):
        return pc.OFFER

    @pytest.fixture
    def emulator(self):
        emulator = PcEmulator()
        emulator.faults = frozenset({Fault.NONE, Fault.STANDBY})  # dead and asleep look the same
        return emulator


class TestPcThatHasToBeAwake(TestPcThatMaySleep):
    @pytest.fixture
    def emulator(self):
        emulator = PcEmulator(may_sleep=False)
        emulator.faults = frozenset({Fault.NONE, Fault.DEAD})
        return emulator

    def test_an_order_to_nobody_is_told(self, offer, emulator):
        """It is woken by what nobody answers, so that only its coming up tells."""
        options = offer.options(mac=emulator.mac, broadcast="127.0.0.1")
        device = Device(
            id="pc", kind="pc", title=("电脑", "PC"), address="127.0.0.1", port=1, warm_up=0.3, options=options
        )
        deed = asyncio.run(offer.actions["wake"].act(device, NO_SECRET, ""))
        assert not deed.done


def read(offer, emulator, **changes):
    async def run():
        async with emulator:
            device = emulator.device(**changes)
            device = replace(device, options=offer.options(**device.options))
            return device, await offer.read(device, NO_SECRET)

    device, reading = asyncio.run(run())
    return {row.check: row for row in offer.judge(device, reading)}


@pytest.mark.parametrize(("ahead", "state"), [(0.0, CheckState.OK), (3.0, CheckState.WARN), (-90.0, CheckState.CRIT)])
def test_the_clock_is_judged_by_its_distance(ahead, state):
    offset = read(ntp.OFFER, NtpEmulator(offset=ahead))["offset"]
    assert offset.state is state
    assert offset.value == pytest.approx(ahead, abs=0.2)


def test_a_server_that_does_not_know_the_time_is_told():
    assert read(ntp.OFFER, NtpEmulator(leap=3))["stratum"].state is CheckState.WARN
    with pytest.raises(Garbled, match="EMUL"):
        read(ntp.OFFER, NtpEmulator(stratum=0))


@given(st.binary(max_size=80))
def test_any_packet_is_a_reading_or_garbled(packet):
    with contextlib.suppress(Garbled):
        assert isinstance(ntp_talk._reading(packet, 0.0, bytes(48)), Reading)


def test_an_echo_tells_latency_and_loss():
    device = Device(id="pc", kind="host", title=("本机", "PC"), address="127.0.0.1", options=host.HostOptions())
    try:
        reading = asyncio.run(host.OFFER.read(device, NO_SECRET))
    except MissingPart as error:
        pytest.skip(str(error))
    rows = {row.check: row for row in host.OFFER.judge(device, reading)}
    assert rows["loss"].value == 0
    assert 0 < rows["latency"].value < 1000


def test_the_magic_packet_wakes_the_pc_it_is_for_and_no_other():
    async def run(mac):
        emulator = PcEmulator()
        await emulator.start()
        await emulator.switch(Fault.STANDBY)
        device = emulator.device(warm_up=1.0)
        device = replace(device, options=pc.PcOptions(**{**device.options, "mac": mac}))
        before = await pc.OFFER.read(device, NO_SECRET)
        deed = await pc.OFFER.actions["wake"].act(device, NO_SECRET, "")
        await emulator.stop()
        return before["power"], deed.done, len(emulator.heard)

    assert asyncio.run(run("02-00-00-00-00-01")) == ("off", True, pc.PACKETS)
    assert asyncio.run(run("02:00:00:00:00:02")) == ("off", False, pc.PACKETS)


def test_a_pc_without_its_card_is_not_woken():
    device = Device(id="pc", kind="pc", title=("电脑", "PC"), options=pc.PcOptions())
    with pytest.raises(BadInput, match="MAC"):
        asyncio.run(pc.OFFER.actions["wake"].act(device, NO_SECRET, ""))
    with pytest.raises(ValueError, match="00:11"):
        pc.PcOptions(mac="00:11")


def test_no_such_name_is_nobody_there():
    device = Device(id="x", kind="host", title=("", ""), address="no-such-host.invalid", options=host.HostOptions())
    with pytest.raises((Unreachable, MissingPart)):
        asyncio.run(host.OFFER.read(device, NO_SECRET))
