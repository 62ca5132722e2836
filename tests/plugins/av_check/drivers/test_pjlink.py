"""Projectors, against an emulated one of class 2 with a password."""

import asyncio
from dataclasses import replace
from typing import ClassVar

import pytest
from roomctl_av_check.drivers.pjlink import ERRORS, OFFER
from roomctl_av_check.talks import pjlink_search

from roomctl.api.devices import CheckState, Fact, Reading
from roomctl.testing.contracts import DeviceDriverContract
from roomctl.testing.emulators import Fault
from roomctl.testing.emulators.pjlink import PjlinkEmulator


class TestPjlink(DeviceDriverContract):
    patience = 0.3

    says: ClassVar = {"input": "32"}

    @pytest.fixture
    def offer(self):
        return OFFER

    @pytest.fixture
    def emulator(self):
        return PjlinkEmulator()


class TestClassOneWithoutPassword(TestPjlink):
    @pytest.fixture
    def emulator(self):
        return PjlinkEmulator(password="", version=1)


def test_another_class_than_before_is_read_as_it_is_now():
    async def run():
        emulator = PjlinkEmulator()
        async with emulator:
            device, told = replace(emulator.device(), options=OFFER.options()), []
            for fault in (Fault.NONE, Fault.VERSION, Fault.NONE):
                await emulator.switch(fault)
                reading = await OFFER.read(device, emulator.secret())
                told.append((reading["class"], reading.get("filter")))
            return told

    assert asyncio.run(run()) == [("2", 300), ("1", None), ("2", 300)]


def judged(**facts):
    device = replace(PjlinkEmulator().device(), options=OFFER.options())
    told = {"power": "on", "class": "2", **facts}
    reading = Reading(facts=tuple(Fact(name, value) for name, value in told.items()))
    return {row.check: row for row in OFFER.judge(device, reading)}


def test_no_error_is_one_row_and_each_error_is_its_own():
    good = dict.fromkeys(ERRORS, 0)
    assert judged(**good)["errors"].state is CheckState.OK
    rows = judged(**{**good, "fan": 1, "cover": 2})
    assert (rows["fan"].state, rows["cover"].state) == (CheckState.WARN, CheckState.CRIT)
    assert not {"errors", "temperature"} & rows.keys()


def test_a_lamp_is_judged_by_its_hours_and_a_failure_is_told():
    assert judged(lamp=3999)["lamp"].state is CheckState.OK
    assert judged(lamp=4001)["lamp"].state is CheckState.WARN
    assert judged(failure="INPT")["failure"].state is CheckState.CRIT


def test_an_input_other_than_the_one_that_is_wanted_is_a_warning():
    device = replace(PjlinkEmulator().device(), options=OFFER.options(input="32"))
    reading = Reading(facts=(Fact("power", "on"), Fact("class", "2"), Fact("input", "31")))
    assert {row.check: row.state for row in OFFER.judge(device, reading)}["input"] is CheckState.WARN


def test_a_projector_that_warms_up_is_waited_for_and_one_that_does_not_is_told():
    async def switched(patience, *, settles):
        emulator = PjlinkEmulator()
        emulator.power, emulator.warms, emulator.settles = "0", True, settles
        await emulator.start()
        device = replace(emulator.device(warm_up=patience), options=OFFER.options())
        deed = await OFFER.actions["power_on"].act(device, emulator.secret(), "")
        await emulator.stop()
        return deed

    assert asyncio.run(switched(5.0, settles=True)).done
    tired = asyncio.run(switched(0.3, settles=False))
    assert (tired.confirmed, tired.done) == ("warming", False)


def test_a_search_finds_those_of_class_two():
    async def found(version):
        emulator = PjlinkEmulator(version=version)
        await emulator.start()
        told = await pjlink_search.search(0.3, f"{emulator.host}:{emulator.port}")
        await emulator.stop()
        return [(one.address, one.says) for one in told], emulator.mac

    answers, mac = asyncio.run(found(2))
    assert answers == [("127.0.0.1", mac)]
    assert asyncio.run(found(1))[0] == []
