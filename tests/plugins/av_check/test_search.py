"""Searches on the network, against what answers them on this machine."""

import asyncio
import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from roomctl_av_check.talks import mdns_search, onvif_search, pjlink_search, search, snmp_search

from roomctl.api.devices import Emission, Found
from roomctl.errors import BadInput
from roomctl.testing.emulators import Fault
from roomctl.testing.emulators.pdu import PduEmulator
from roomctl.testing.emulators.searched import MdnsResponder, OnvifResponder
from roomctl.testing.emulators.switch import SwitchEmulator


def found(emulator, look, fault=Fault.NONE, seconds=0.2):
    async def run():
        async with emulator:
            await emulator.switch(fault)
            return await look(seconds, f"{emulator.host}:{emulator.port}")

    return asyncio.run(run())


def test_a_camera_says_its_name_its_hardware_and_its_services():
    (camera,) = found(OnvifResponder(), onvif_search.search)
    says = "Hall camera EM-20 http://127.0.0.1/onvif/device_service"
    assert camera == Found(kind="onvif", address="127.0.0.1", says=says)


def test_services_become_kinds_and_what_casts_is_told():
    box = MdnsResponder(_nut__tcp=("rack", 3493), _airplay__tcp=("大屏", 7000), _printer__tcp=("x", 9))
    told = {one.kind: one for one in found(box, mdns_search.search)}
    assert told["ups"] == Found(kind="ups", address="127.0.0.1", port=3493, says="rack (_nut._tcp)")
    assert (told["host"].emission, told["host"].says) == (Emission.CASTING, "大屏 (_airplay._tcp)")
    assert len(told) == 2


@pytest.mark.parametrize(("make", "kind"), [(SwitchEmulator, "switch"), (PduEmulator, "pdu")])
def test_an_agent_is_told_apart_by_what_it_says_of_itself(make, kind):
    agent = make()
    agent.community = "public"
    (told,) = found(agent, snmp_search.search)
    assert (told.kind, told.port) == (kind, agent.port)
    assert "Emulated" in told.says


@pytest.mark.parametrize(
    ("make", "look"),
    [
        (OnvifResponder, onvif_search.search),
        (lambda: MdnsResponder(_nut__tcp=("rack", 3493)), mdns_search.search),
        (SwitchEmulator, snmp_search.search),
    ],
)
def test_rubbish_is_nothing_found(make, look):
    assert found(make(), look, Fault.RUBBISH, seconds=0.1) == []


def test_a_place_is_an_address_a_port_of_it_or_a_network():
    assert search.places("", 161) == ()
    assert search.places("10.0.0.5", 161) == [("10.0.0.5", 161)]
    assert search.places("10.0.0.5:5000", 161) == [("10.0.0.5", 5000)]
    assert search.places("10.0.0.9/30", 161) == [("10.0.0.9", 161), ("10.0.0.10", 161)]


@pytest.mark.parametrize(
    ("where", "told"), [("10.0.0.0/8", "/24"), ("hall", "192.168"), ("10.0.0.5:99999", "192.168")]
)
def test_a_place_that_is_none_or_too_large_is_told(where, told):
    with pytest.raises(BadInput, match=told):
        search.places(where, 161)


@given(st.binary(max_size=300), st.booleans())
def test_any_datagram_is_an_answer_or_nothing(data, real):
    packets, ids = onvif_search.probes()
    if real:
        answer = OnvifResponder().answer(packets[0])
        at = len(data) % len(answer)
        data = answer[:at] + data[:3] + answer[at:]
    answer = search.Answer("10.0.0.5", 1, data)
    for one in onvif_search.matches(answer, ids):
        assert "\n" not in one
    for one in mdns_search.services(answer):
        assert one.kind


def test_a_search_of_everybody_needs_no_place():
    with contextlib.suppress(OSError):  # a machine without any network
        assert isinstance(asyncio.run(pjlink_search.search(0.05)), list)


def test_an_address_that_cannot_be_bound_costs_no_other(monkeypatch):
    gone = "192.0.2.1"  # nobody's (RFC 5737)
    monkeypatch.setattr(search, "_own_addresses", lambda: [gone, "127.0.0.1", gone])
    sockets = search._sockets(everybody=True)
    assert [one.getsockname()[0] for one in sockets] == ["127.0.0.1"]
    sockets[0].close()
    monkeypatch.setattr(search, "_own_addresses", lambda: [gone])
    with pytest.raises(OSError, match=r"assign|address"):
        search._sockets(everybody=True)
