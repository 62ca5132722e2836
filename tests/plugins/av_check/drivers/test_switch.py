"""Switches, against an emulated one by SNMP, version 2c and 3."""

import asyncio
import contextlib
from dataclasses import replace
from typing import ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyasn1.codec.ber import encoder
from pysnmp.proto.api import v2c
from roomctl_av_check.drivers.switch import OFFER
from roomctl_av_check.talks import snmp

from roomctl.api.devices import CheckState, Garbled, LoginRefused, Secret, Unreachable
from roomctl.domain.devices import NO_SECRET
from roomctl.errors import BadInput, Refused
from roomctl.testing.contracts import DeviceDriverContract
from roomctl.testing.emulators import Fault
from roomctl.testing.emulators.agent import AUTH, PRIVACY, USER
from roomctl.testing.emulators.switch import Port, SwitchEmulator


class TestSwitch(DeviceDriverContract):
    patience: ClassVar = 0.3
    rounds: ClassVar = 15

    @pytest.fixture
    def offer(self):
        return OFFER

    @pytest.fixture
    def emulator(self):
        return SwitchEmulator()


class TestSwitchWithUsers(TestSwitch):
    """What users, keys and the engine add; what the transport does is tried above."""

    rounds: ClassVar = 4
    test_it_says_what_it_is = test_it_judges_in_full_and_the_same_again = test_it_may_be_read_again = None
    test_nobody_at_the_address_is_told = test_one_that_never_answers_is_given_up = None
    test_a_lost_packet_is_borne = None

    @pytest.fixture(autouse=True)
    def _time_for_its_keys(self, monkeypatch):
        """On a starved machine they take the agent seconds, and it is not its speed that is tried here."""
        monkeypatch.setattr(snmp, "STEP", 20.0)

    @pytest.fixture
    def emulator(self):
        return SwitchEmulator(version="3")


def test_an_agent_that_answers_in_another_version_is_told_of():
    async def run():
        agent = SwitchEmulator()
        async with agent:
            device = replace(agent.device(), options=OFFER.options())
            await agent.switch(Fault.VERSION)
            await OFFER.read(device, agent.secret())

    with pytest.raises(Garbled, match="SNMPv1"):
        asyncio.run(run())


def judged(emulator=None, secret=None, **options):
    """Rows by name, of a read."""

    async def run():
        agent = emulator or SwitchEmulator()
        async with agent:
            device = agent.device()
            device = replace(device, options=OFFER.options(**{**device.options, **options}))
            return device, await OFFER.read(device, secret or agent.secret())

    device, reading = asyncio.run(run())
    return {row.check: row for row in OFFER.judge(device, reading)}


def test_ports_are_counted_and_those_that_matter_have_to_be_up():
    rows = judged(ports=("gi1", "gi6"))
    assert (rows["up"].value, rows["ports"].state) == (6, CheckState.OK), "the management interface is no port"
    down = judged(ports=("gi1", "gi7", "gi99"))["ports"]
    assert (down.state, down.value) == (CheckState.CRIT, 2)
    assert "gi7, gi99" in down.message
    assert "ports" not in judged()


def test_a_slow_port_and_a_bad_cable_are_warnings_that_name_the_port():
    switch = SwitchEmulator()
    switch.ports[2] = Port(speed=100, packets=9_000, errors=9)
    switch.ports[3] = Port(packets=10, errors=10)
    rows = judged(switch, ports=("gi3",), speed_warn=1000)
    assert (rows["ports"].state, rows["errors"].state) == (CheckState.WARN, CheckState.WARN)
    assert "gi3" in rows["errors"].message
    assert "gi3 100 Mb/s" in rows["ports"].message


def test_a_table_longer_than_an_answer_is_read_to_its_end():
    switch = SwitchEmulator()
    switch.ports = [Port() for _ in range(96)]
    assert judged(switch)["up"].value == 96


def test_a_wrong_community_is_nobody_there_and_says_what_it_may_be():
    with pytest.raises(Unreachable, match=r"community|共同体"):
        judged(secret=Secret("", "private"))


@pytest.mark.parametrize(
    "secret",
    [
        Secret("nobody", AUTH, {"privacy": PRIVACY}),
        Secret(USER, AUTH, {"privacy": "not-that-phrase"}),
        Secret(USER, "not-that-phrase"),
    ],
)
def test_a_user_that_the_agent_does_not_know_is_refused(secret):
    with pytest.raises(LoginRefused):
        judged(SwitchEmulator(version="3"), secret)


def test_version_3_wants_a_user():
    with pytest.raises(BadInput, match="--user"):
        judged(SwitchEmulator(version="3"), NO_SECRET)


# --- the codec


class _Out:
    def sendto(self, data):
        self.sent = data


@settings(max_examples=50)
@given(st.binary(max_size=120), st.data())
def test_any_bytes_are_an_answer_or_garbled(junk, data):
    """Random bytes, and real answers with one byte changed."""
    link = snmp._Community(_Out(), NO_SECRET)
    pdu = v2c.GetRequestPDU()
    v2c.apiPDU.set_defaults(pdu)
    link.send(pdu)
    message = v2c.Message()
    v2c.apiMessage.set_defaults(message)
    answer = v2c.apiPDU.get_response(pdu)
    v2c.apiPDU.set_varbinds(answer, [("1.3.6.1.2.1.1.1.0", v2c.OctetString("x")), ("1.3.6.1.4", v2c.Counter64(9))])
    v2c.apiMessage.set_pdu(message, answer)
    real = bytearray(encoder.encode(message))
    real[data.draw(st.integers(0, 10_000)) % len(real)] = data.draw(st.integers(0, 255))
    for came in (junk, bytes(real)):
        with contextlib.suppress(Garbled, Refused):
            told = link.opened(came)
            if told is not None:
                assert all(isinstance(value, int | str | bytes | None) for _, value in snmp.values(told, came))
