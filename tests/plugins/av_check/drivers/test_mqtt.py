"""Sensors and relays behind a broker that was written apart from the client's library."""

import json
from dataclasses import replace
from functools import partial
from typing import ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from roomctl_av_check.drivers.mqtt import OFFER, MqttOptions

from roomctl.api.devices import CheckState
from roomctl.domain.devices import NO_SECRET
from roomctl.errors import BadInput
from roomctl.testing.contracts import DeviceDriverContract
from roomctl.testing.emulators.mqtt import MqttEmulator
from tests.plugins.av_check.drivers.listening import work_on

pytest.importorskip("aiomqtt")
from roomctl_av_check.talks import mqtt as talk


class TestMqtt(DeviceDriverContract):
    says: ClassVar = {"switch": "fan=on"}
    rounds = 10
    patience = 0.4

    @pytest.fixture
    def offer(self):
        return OFFER

    @pytest.fixture
    def emulator(self):
        return MqttEmulator()


with_broker = partial(work_on, OFFER)


def test_what_the_broker_holds_is_read_with_its_age():
    broker = MqttEmulator()

    async def work(device):
        reading = await OFFER.read(device, broker.secret())
        return {fact.name: fact.value for fact in reading.facts}

    told = with_broker(broker, work)
    assert 0 <= told.pop("age") < 60
    assert told == {
        "temperature": 22.4, "humidity": 47.5, "co2": 655.0, "relays": "lamp=on fan=off", "available": True,
        "missing": "",
    }  # fmt: skip


def test_a_relay_that_does_not_hear_is_not_confirmed():
    broker = MqttEmulator(user="")
    broker.deaf = True

    async def work(device):
        return await OFFER.actions["switch"].act(device, NO_SECRET, "lamp=off")

    deed = with_broker(broker, work, settle=0.3)
    assert (deed.asked, deed.confirmed, deed.done) == ("lamp=off", "lamp=on", False)
    with pytest.raises(BadInput, match="lamp, fan"):
        with_broker(broker, lambda device: OFFER.actions["switch"].act(device, NO_SECRET, "pump=on"))


# --- payloads

NOW = 1_800_000_000.0


def judged(held, **options):
    options = MqttOptions(**options)
    device = replace(MqttEmulator().device(), options=options)
    return {row.check: row for row in OFFER.judge(device, talk.reading(options, held, NOW))}


@pytest.mark.parametrize(
    ("at", "age"),
    [
        (NOW - 5, 5), ((NOW - 5) * 1000, 5), ("2027-01-15T07:59:55Z", 5), ("2027-01-15T15:59:55+08:00", 5),
        (NOW + 60, 0),
    ],
)  # fmt: skip
def test_the_time_in_a_payload_makes_its_age(at, age):
    held = {"air": json.dumps({"co2": 500, "at": at}).encode()}
    assert judged(held, co2={"topic": "air", "key": "co2", "time": "at"})["age"].value == age


@pytest.mark.parametrize("at", [None, "yesterday", "2027-01-15T07:59:55", True, {}])
def test_a_time_that_is_none_has_no_age(at):
    held = {"air": json.dumps({"co2": 500, "at": at}).encode()}
    assert "age" not in judged(held, co2={"topic": "air", "key": "co2", "time": "at"})


def test_what_is_old_missing_or_gone_is_told():
    held = {"air": json.dumps({"co2": "high", "at": NOW - 4000}).encode(), "status": b"offline", "lamp": b"dim"}
    rows = judged(
        held,
        co2={"topic": "air", "key": "co2", "time": "at"},
        humidity={"topic": "wet"},
        available={"topic": "status"},
        relays={"lamp": {"state": {"topic": "lamp"}, "command": "lamp/set"}},
    )
    assert rows["age"].state is CheckState.WARN
    assert rows["available"].state is CheckState.CRIT
    assert rows["missing"].value == "wet air co2 lamp"
    assert not {"co2", "humidity", "relays"} & rows.keys()


def test_a_topic_with_a_wildcard_is_none():
    for wrong in ("a/#", "a/+/b", ""):
        with pytest.raises(ValidationError):
            MqttOptions(co2={"topic": wrong})


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.dictionaries(st.sampled_from(["co2", "at", "x"]), inner, max_size=3) | st.lists(inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(max_examples=50)
@given(
    st.binary(max_size=60) | values.map(lambda told: json.dumps(told).encode()), st.sampled_from(["", "co2", "x.co2"])
)
def test_any_payload_is_a_value_or_missing(payload, key):
    options = {
        "co2": {"topic": "air", "key": key, "time": "at"},
        "relays": {"lamp": {"state": {"topic": "air"}, "command": "c"}},
    }
    rows = judged({"air": payload}, **options)
    assert "co2" in rows or "air" in rows["missing"].value
