"""UPS, against an emulated server of Network UPS Tools."""

import asyncio
from dataclasses import replace
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from roomctl_av_check.drivers.ups import OFFER, reading
from roomctl_av_check.talks import nut

from roomctl.api.devices import CheckState, Garbled, LoginRefused, Silent
from roomctl.domain.devices import NO_SECRET
from roomctl.errors import BadInput
from roomctl.testing.contracts import DeviceDriverContract
from roomctl.testing.emulators.ups import UpsEmulator


class TestUps(DeviceDriverContract):
    patience: ClassVar = 0.3
    rounds: ClassVar = 15

    @pytest.fixture
    def offer(self):
        return OFFER

    @pytest.fixture
    def emulator(self):
        return UpsEmulator()


def judged(**changes):
    told = {"ups.status": "OL", "battery.charge": "100", "battery.runtime": "1800", "ups.load": "20"}
    device = replace(UpsEmulator().device(), options=OFFER.options())
    variables = told | {name.replace("_", ".", 1): value for name, value in changes.items()}
    return {row.check: row for row in OFFER.judge(device, reading(variables))}


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("OL", CheckState.OK),
        ("OL CHRG", CheckState.OK),
        ("OB DISCHRG", CheckState.CRIT),
        ("OB LB", CheckState.CRIT),
        ("OL BYPASS", CheckState.WARN),
        ("", CheckState.UNKNOWN),
        ("WAIT", CheckState.UNKNOWN),
    ],
)
def test_mains_are_judged_by_the_worst_word_of_the_status(status, state):
    assert judged(ups_status=status)["status"].state is state


def test_an_old_battery_and_its_own_alarm_are_warnings_with_what_to_do():
    rows = judged(ups_status="OL RB", ups_alarm="Replace battery! \n Now")
    assert (rows["battery"].state, rows["alarm"].state) == (CheckState.WARN, CheckState.WARN)
    assert rows["alarm"].message.endswith("Replace battery! Now")
    assert "alarm" not in judged()


@pytest.mark.parametrize(
    ("variable", "value", "check", "state"),
    [
        ("battery_charge", "79", "charge", CheckState.WARN),
        ("battery_charge", "29.5", "charge", CheckState.CRIT),
        ("battery_runtime", "600", "runtime", CheckState.WARN),
        ("battery_runtime", "299", "runtime", CheckState.CRIT),
        ("ups_load", "81", "load", CheckState.WARN),
        ("ups_load", "101", "load", CheckState.CRIT),
    ],
)
def test_numbers_are_judged_by_their_limits(variable, value, check, state):
    assert judged(**{variable: value})[check].state is state


def test_what_is_no_number_is_not_told():
    assert not {"charge", "runtime"} & judged(battery_charge="n/a", battery_runtime="nan").keys()


def read(emulator, secret=None, **options):
    async def run():
        async with emulator:
            device = replace(emulator.device(), options=OFFER.options(**options))
            return await OFFER.read(device, secret or emulator.secret() or NO_SECRET)

    return asyncio.run(run())


def test_one_ups_needs_no_name_and_of_several_one_is_named():
    several = UpsEmulator(password="")
    assert read(several)["model"] == 'Emulated Rack "1500"'
    several.variables["stage"] = {"ups.status": "OB"}
    assert read(several, ups="stage")["status"] == "OB"
    for options in ({}, {"ups": "cellar"}):
        with pytest.raises(BadInput, match="rack, stage"):
            read(several, **options)


def test_a_server_that_lost_its_ups_says_so_and_one_that_wants_a_login_is_not_told_dead():
    lost = UpsEmulator()
    lost.refuses = "DATA-STALE"
    with pytest.raises(Silent, match="DATA-STALE"):
        read(lost)
    with pytest.raises(LoginRefused, match="ACCESS-DENIED"):
        read(UpsEmulator(), NO_SECRET)
    lost.refuses = "VAR-NOT-SUPPORTED"
    with pytest.raises(Garbled, match="VAR-NOT-SUPPORTED"):
        read(lost)


@given(st.lists(st.text(alphabet=st.characters(exclude_characters="\r\n", exclude_categories=["Cs", "Cc"]))))
def test_words_in_quotes_come_out_as_they_went_in(told):
    assert nut.words(" ".join(map(nut.quoted, told))) == told


@given(st.binary(max_size=200))
def test_any_line_is_words_and_any_variables_are_a_reading(came):
    told = nut.words(came.decode("utf-8", "replace"))
    assert all(isinstance(word, str) for word in told)
    variables = dict.fromkeys(
        ["ups.status", "battery.charge", "battery.runtime", "ups.alarm", "ups.mfr"], " ".join(told)
    )
    device = replace(UpsEmulator().device(), options=OFFER.options())
    assert all("\n" not in row.message for row in OFFER.judge(device, reading(variables)))
