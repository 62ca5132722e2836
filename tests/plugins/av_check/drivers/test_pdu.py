"""Power strips, against emulated ones with the tables of two makers."""

from typing import ClassVar

import pytest
from roomctl_av_check.drivers.pdu import OFFER

from roomctl.api.devices import CheckState, Garbled
from roomctl.errors import BadInput, Refused
from roomctl.testing.contracts import DeviceDriverContract
from roomctl.testing.emulators.pdu import TABLES, PduEmulator
from roomctl.testing.emulators.switch import SwitchEmulator
from tests.plugins.av_check.drivers.listening import work_on


class TestPdu(DeviceDriverContract):
    says: ClassVar = {"outlet_on": "8", "outlet_off": "outlet-8"}
    patience: ClassVar = 0.3
    rounds: ClassVar = 10
    test_it_leaves_the_loop_to_others = None  # as with any that talks by SNMP

    @pytest.fixture
    def offer(self):
        return OFFER

    @pytest.fixture
    def emulator(self):
        return PduEmulator()


def with_strip(work, strip=None, **options):
    agent = strip or PduEmulator()

    async def both(device):
        return device, await work(device, agent.secret())

    return work_on(OFFER, agent, both, **options)


@pytest.mark.parametrize("tables", TABLES)
def test_each_makers_tables_are_read_and_its_outlets_switched(tables):
    strip = PduEmulator(tables=tables)

    async def both(device, secret):
        before = await OFFER.read(device, secret)
        return before, await OFFER.actions["outlet_off"].act(device, secret, "outlet-2")

    _, (before, deed) = with_strip(both, strip)
    assert (before["on"], before["count"]) == (7, 8)
    assert (deed.asked, deed.confirmed, strip.on[1]) == ("2 off", "2 off", False)


def test_an_outlet_that_has_to_be_on_and_is_not_is_a_fault_with_the_way_to_mend_it():
    device, reading = with_strip(OFFER.read, on=("1", "outlet-8"))
    row = {row.check: row for row in OFFER.judge(device, reading)}["outlets"]
    assert (row.state, row.value) == (CheckState.CRIT, 1)
    assert row.hint == "roomctl devices do pdu outlet_on outlet-8"


def test_an_order_that_is_not_obeyed_is_told_and_one_to_no_outlet_names_those_there_are():
    class Deaf(PduEmulator):
        def write(self, *_):
            return False

    with pytest.raises(Refused, match="notWritable"):
        with_strip(lambda *told: OFFER.actions["outlet_on"].act(*told, "8"), Deaf())
    with pytest.raises(BadInput, match="8 outlet-8"):
        with_strip(lambda *told: OFFER.actions["outlet_on"].act(*told, "9"))


def test_an_agent_without_outlets_is_told():
    class Wrong(SwitchEmulator):
        kind = "pdu"

    with pytest.raises(Garbled, match="8-port"):
        with_strip(OFFER.read, Wrong())
