"""Conference terminals, against an emulated one over UDP and over TCP."""

import asyncio
import contextlib
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from roomctl_av_check.drivers.sip import OFFER, SipOptions
from roomctl_av_check.talks import heads, sip

from roomctl.api.devices import CheckState, Fact, Garbled, Reading, Secret, Silent
from roomctl.domain.devices import NO_SECRET
from roomctl.testing.contracts import DeviceDriverContract
from roomctl.testing.emulators import Fault
from roomctl.testing.emulators.sip import AGENT, SipEmulator, SipTcpEmulator

WORD = "call-the-hall"


class TestOverUdp(DeviceDriverContract):
    rounds = 10
    patience = 0.4

    @pytest.fixture
    def offer(self):
        return OFFER

    @pytest.fixture
    def emulator(self):
        return SipEmulator()


class TestOverTcpWithPassword(TestOverUdp):
    @pytest.fixture
    def emulator(self):
        return SipTcpEmulator(user="8001", password=WORD)


def read(emulator, secret=None, fault=Fault.NONE, **options):
    async def run():
        async with emulator:
            await emulator.switch(fault)
            device = emulator.device()
            device = replace(device, options=SipOptions(**{**device.options, **options}))
            return device, await OFFER.read(device, secret or emulator.secret() or NO_SECRET)

    device, reading = asyncio.run(run())
    return {row.check: row for row in OFFER.judge(device, reading)}


def test_a_terminal_tells_what_it_is_and_that_it_takes_calls():
    rows = read(SipEmulator())
    assert (rows["status"].value, rows["agent"].value) == (200, AGENT)
    assert rows["methods"].state is CheckState.OK
    assert "registered" not in rows, "it was asked itself"


def test_a_registrar_tells_whether_the_number_is_registered():
    rows = read(SipEmulator(number="8001"))
    assert rows["registered"].state is CheckState.OK
    rows = read(SipEmulator(number="8001"), number="8002")
    assert (rows["status"].state, rows["registered"].state) == (CheckState.OK, CheckState.CRIT)


def test_one_that_wants_a_password_and_is_given_none_says_so():
    emulator = SipEmulator(user="8001", password=WORD)
    assert read(emulator, Secret())["status"].state is CheckState.WARN
    assert emulator.logins == 0


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("405 Method Not Allowed", CheckState.OK),
        ("486 Busy Here", CheckState.WARN),
        ("403 Forbidden", CheckState.WARN),
        ("503 Service Unavailable", CheckState.CRIT),
    ],
)
def test_what_an_answer_means(status, state):
    assert read(SipEmulator(status=status))["status"].state is state


def test_one_without_invite_takes_no_calls():
    device = replace(SipEmulator().device(), options=SipOptions())
    facts = (Fact("status", 200), Fact("reason", "OK"), Fact("methods", "OPTIONS BYE"))
    assert {row.check: row.state for row in OFFER.judge(device, Reading(facts=facts))}["methods"] is CheckState.WARN


def test_a_lost_packet_is_sent_again_by_the_protocol_itself():
    emulator = SipEmulator()
    assert read(emulator, fault=Fault.LOST)["status"].value == 200
    assert len(emulator.heard) == 2
    assert emulator.heard[0] == emulator.heard[1], "the same transaction"


@pytest.mark.parametrize(
    ("algorithm", "digest"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_the_digest_is_that_of_the_standards_example(algorithm, digest):
    """RFC 7616, 3.9.1."""
    nonce, once = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
    known, realm = Secret("Mufasa", "Circle of Life"), "http-auth@example.org"
    assert sip.proof(algorithm, known, realm, nonce, "GET:/dir/index.html", once) == digest


# --- the codec

words = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters=":,"), min_size=1, max_size=20)


@settings(max_examples=40)
@given(st.integers(100, 699), words, st.lists(st.tuples(words, words), max_size=6))
def test_a_response_is_read_as_it_was_written(status, reason, headers):
    told = "\r\n".join([f"SIP/2.0 {status} {reason}", *(f"{name}: {value}" for name, value in headers), "", ""])
    response = sip.parse(told.encode())
    assert (response.status, response.reason) == (status, reason)
    for name, value in headers:
        key = name.lower()
        assert value in response.headers[sip.COMPACT.get(key, key)]


def test_folded_short_and_repeated_headers_are_read():
    told = b"SIP/2.0 200 OK\r\nv: SIP/2.0/UDP a\r\n ;branch=z9hG4bKx\r\nAllow: INVITE,BYE\r\nALLOW: ACK\r\n\r\n"
    response = sip.parse(told)
    assert response.listed("allow") == ("INVITE", "BYE", "ACK")
    assert response.first("via").endswith("branch=z9hG4bKx")


@settings(max_examples=50)
@given(st.binary(max_size=120) | st.binary(max_size=80).map(lambda more: b"SIP/2.0 200 OK\r\n" + more))
def test_any_bytes_are_a_response_or_garbled(came):
    async def stream():
        reader = asyncio.StreamReader(limit=heads.LONGEST)
        reader.feed_data(came)
        reader.feed_eof()
        with contextlib.suppress(Garbled, Silent):
            await sip.read_one(reader)

    with contextlib.suppress(Garbled):
        response = sip.parse(came)
        assert sip.Request("sip:hall", "UDP 1.2.3.4:5").answered_by(response) is False
    asyncio.run(stream())


@settings(max_examples=40)
@given(st.text(max_size=60))
def test_any_challenge_is_answered_or_passed_over(challenge):
    response = sip.Response(401, "", {"www-authenticate": (challenge, f'Digest nonce="{challenge}"')})
    request = sip.Request("sip:hall", "UDP 1.2.3.4:5")
    again = request.signed(response, Secret("user", "geheim"))
    assert again is None or (again.number == 2 and b"geheim" not in again.encode())


@pytest.mark.parametrize("quote", ['"', ""])
def test_a_challenge_without_quotation_marks_is_answered_as_one_with_them(quote):
    told = {"realm": "hall", "nonce": "abc123", "qop": "auth", "Algorithm": "SHA-256"}
    challenge = "Digest " + ", ".join(f"{name}={quote}{value}{quote}" for name, value in told.items())
    asked = sip.Request("sip:8001@hall", "UDP 10.0.0.2:5060")
    response = sip.Response(401, "Unauthorized", {"www-authenticate": (challenge,)})
    again = asked.signed(response, Secret("8001", WORD))
    (line,) = again.more
    once = re.search(r'cnonce="(\w+)"', line)[1]
    wanted = sip.proof("SHA-256", Secret("8001", WORD), "hall", "abc123", "OPTIONS:sip:8001@hall", once)
    assert f'response="{wanted}"' in line
    assert "qop=auth" in line
