"""Sensors and relays over Modbus TCP, against a box that was written apart from the client's library."""

from typing import ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from roomctl_av_check import climate
from roomctl_av_check.drivers.modbus import OFFER, ModbusOptions

from roomctl.api.devices import CheckState, Fact, Reading
from roomctl.domain.devices import NO_SECRET, Device
from roomctl.errors import BadInput, RoomctlError
from roomctl.testing.contracts import DeviceDriverContract
from roomctl.testing.emulators.modbus import ModbusEmulator
from tests.plugins.av_check.drivers.listening import work_on

pytest.importorskip("pymodbus")


class TestModbus(DeviceDriverContract):
    says: ClassVar = {"switch": "fan=on"}
    rounds = 10
    patience = 0.4

    @pytest.fixture
    def offer(self):
        return OFFER

    @pytest.fixture
    def emulator(self):
        return ModbusEmulator()


def with_box(work, box=None, **options):
    return work_on(OFFER, box or ModbusEmulator(), work, **options)


async def facts(device):
    reading = await OFFER.read(device, NO_SECRET)
    return {fact.name: fact.value for fact in reading.facts}


def test_values_are_scaled_and_relays_are_named():
    assert with_box(facts) == {"temperature": 22.5, "humidity": 48.0, "co2": 640.0, "relays": "lamp=on fan=off"}


@pytest.mark.parametrize(
    ("register", "value"),
    [
        ({"address": 0, "table": "holding", "type": "float32"}, 22.5),
        ({"address": 2, "table": "holding"}, -10),
        ({"address": 2, "table": "holding", "type": "uint16"}, 65526),
        ({"address": 0, "table": "holding", "type": "int32", "scale": 0.001}, round(0x41B40000 / 1000, 3)),
    ],
)
def test_registers_are_read_as_the_inventory_says(register, value):
    assert with_box(facts, temperature=register)["temperature"] == value


@pytest.mark.parametrize("options", [{"co2": {"address": 9}}, {"relays": {"x": 7}}])
def test_an_address_that_is_not_there_is_told_with_its_code(options):
    with pytest.raises(RoomctlError, match="Modbus 2"):
        with_box(facts, **options)


def test_a_number_that_is_none_is_no_temperature():
    box = ModbusEmulator()
    box.registers[3][:2] = [0x7FC0, 0]  # a quiet NaN
    with pytest.raises(RoomctlError, match="7f"):
        with_box(facts, box, temperature={"address": 0, "table": "holding", "type": "float32"})


def test_a_relay_that_is_not_in_the_inventory_is_not_switched():
    for told in ("pump=on", "lamp", "lamp=maybe", ""):
        with pytest.raises(BadInput, match="lamp, fan"):
            with_box(lambda device, told=told: OFFER.actions["switch"].act(device, NO_SECRET, told))


def test_options_that_cannot_be_are_refused():
    for wrong in ({"unit": 300}, {"relays": {"a b": 1}}, {"co2": {"address": -1}}, {"co2": {"adress": 1}}):
        with pytest.raises(ValidationError):
            ModbusOptions(**wrong)


# --- the air


def judged(**told):
    device = Device(id="air", kind="modbus", title=("", ""), options=ModbusOptions(relays_wanted={"lamp": True}))
    reading = Reading(facts=tuple(Fact(name, value) for name, value in told.items()))
    return {row.check: row for row in climate.judge(device, reading)}


@pytest.mark.parametrize(
    ("name", "value", "state"),
    [
        ("temperature", 15.9, CheckState.WARN), ("temperature", 22, CheckState.OK),
        ("temperature", 28.1, CheckState.WARN), ("humidity", 29, CheckState.WARN), ("humidity", 81, CheckState.WARN),
        ("co2", 1000, CheckState.OK), ("co2", 1001, CheckState.WARN),
    ],
)  # fmt: skip
def test_air_is_judged_by_the_standards_limits(name, value, state):
    row = judged(**{name: value})[name]
    assert row.state is state
    assert (state is CheckState.OK) or row.hint


def test_a_relay_that_is_wanted_otherwise_says_what_to_order():
    assert judged(relays="lamp=on fan=off")["relays"].state is CheckState.OK
    row = judged(relays="lamp=off")["relays"]
    assert row.state is CheckState.WARN
    assert "lamp=on" in row.hint


@settings(max_examples=40)
@given(st.dictionaries(st.from_regex(climate.RELAY, fullmatch=True), st.booleans(), min_size=1, max_size=5))
def test_relays_are_read_back_from_their_text(states):
    told = dict(climate.ORDER.findall(climate.relays_text(states)))
    assert told == {name: climate.state_word(on=on) for name, on in states.items()}
    for name, on in states.items():
        assert climate.order(f"{name}={climate.state_word(on=on)}", states) == (name, on)
