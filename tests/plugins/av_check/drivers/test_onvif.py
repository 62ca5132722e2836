"""Cameras by ONVIF, against an emulated one that checks logins as real ones do."""

import asyncio
import base64
import contextlib
from dataclasses import replace
from typing import ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from roomctl_av_check.drivers.onvif import OFFER, OnvifOptions
from roomctl_av_check.talks import onvif as talk
from roomctl_av_check.talks import onvif_search

from roomctl.api.devices import CheckState, LoginRefused, Secret
from roomctl.domain.devices import NO_SECRET
from roomctl.errors import BadInput, RoomctlError
from roomctl.testing.contracts import DeviceDriverContract
from roomctl.testing.emulators.onvif import OnvifEmulator


class TestOnvif(DeviceDriverContract):
    says: ClassVar = {"preset": "主席台"}
    rounds = 15
    patience = 0.4

    @pytest.fixture
    def offer(self):
        return OFFER

    @pytest.fixture
    def emulator(self):
        return OnvifEmulator()


def by_http():
    emulator = OnvifEmulator()
    emulator.http = True
    return emulator


def with_camera(emulator, work, secret=None, **options):
    async def run():
        async with emulator:
            device = replace(emulator.device(), options=OnvifOptions(**options), warm_up=1.0)
            return await work(device, emulator.secret() if secret is None else secret)

    return asyncio.run(run())


async def rows(device, secret):
    return {row.check: row for row in OFFER.judge(device, await OFFER.read(device, secret))}


def test_a_camera_says_what_it_is_and_where_its_stream_is():
    told = with_camera(OnvifEmulator(), rows, presets=("主席台", "发言席"))
    assert told["model"].message == "roomctl Emulated 1.0"
    assert told["path"].value == "main?profile=1"
    assert "8554" in told["path"].message
    assert told["presets"].state is CheckState.WARN
    assert "发言席" in told["presets"].message


def test_a_fixed_camera_that_refuses_to_say_its_presets_is_read_all_the_same():
    emulator = OnvifEmulator()
    emulator.fixed = True
    told = with_camera(emulator, rows)
    assert (told["path"].value, told["presets"].value) == ("main?profile=1", "")
    assert {row.state for row in told.values()} == {CheckState.OK}


def test_a_clock_that_is_wrong_is_told_and_the_login_succeeds_all_the_same():
    told = with_camera(OnvifEmulator(ahead=-3600), rows)
    assert told["clock"].state is CheckState.WARN
    assert told["clock"].value == pytest.approx(-3600, abs=60)


def test_a_login_by_http_is_answered_once_where_it_is_wrong():
    assert with_camera(by_http(), rows)["model"].message == "roomctl Emulated 1.0"
    emulator = by_http()
    with pytest.raises(LoginRefused):
        with_camera(emulator, rows, Secret("operator", "wrong"))
    assert emulator.logins == 1


def test_one_that_wants_a_user_says_so_without_a_try():
    emulator = OnvifEmulator()
    with pytest.raises(LoginRefused):
        with_camera(emulator, rows, NO_SECRET)
    assert emulator.logins == 0


@pytest.mark.parametrize(
    ("trait", "confirmed"), [("", "旁听席"), ("stuck", "0.3 0 0"), ("tells", None)], ids=["turns", "stuck", "mute"]
)
def test_a_preset_is_confirmed_where_the_camera_tells_that_it_is_there(trait, confirmed):
    emulator = OnvifEmulator()
    if trait:
        setattr(emulator, trait, not getattr(emulator, trait))
    deed = with_camera(emulator, lambda device, secret: OFFER.actions["preset"].act(device, secret, "旁听席"))
    assert (deed.asked, deed.confirmed) == ("旁听席", confirmed)


def test_an_unknown_preset_lists_the_known():
    with pytest.raises(BadInput, match="主席台、旁听席"):
        with_camera(OnvifEmulator(), lambda device, secret: OFFER.actions["preset"].act(device, secret, "门口"))


# --- the codec


def test_the_digest_is_that_of_the_standards_example():
    """ONVIF Application Programmer's Guide, 6.1.1."""
    once = base64.b64decode("LKqI6G/AikKCQrN0zqZFlg==")
    assert talk.digest(once, "2010-09-16T07:50:45Z", "userpassword") == "tuOSpGlFlIXsozq4HFNeeGeFLEI="


def test_what_is_written_into_xml_is_escaped():
    made = talk.token(Secret("a<b&c", "p"), talk.datetime(2026, 1, 1, tzinfo=talk.UTC))
    assert "a&lt;b&amp;c" in made
    assert talk.token(NO_SECRET, talk.datetime(2026, 1, 1, tzinfo=talk.UTC)) == ""


ENVELOPE = b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>%s</s:Body></s:Envelope>'


@settings(max_examples=50)
@given(st.integers(100, 599), st.binary(max_size=80) | st.binary(max_size=40).map(lambda inner: ENVELOPE % inner))
def test_any_answer_is_a_body_or_told(status, came):
    with contextlib.suppress(RoomctlError):
        assert talk.accepted(status, came, NO_SECRET) is not None


def test_an_entity_is_not_looked_up(tmp_path):
    file = tmp_path / "secret"
    file.write_text("geheim", encoding="utf-8")
    told = f'<!DOCTYPE x [<!ENTITY a SYSTEM "{file.as_uri()}">]>'.encode() + ENVELOPE % b"<x>&a;</x>"
    body = talk.accepted(200, told, NO_SECRET)
    assert b"geheim" not in talk.etree.tostring(body)


@pytest.mark.parametrize(
    ("said", "port"),
    [
        ("Hall http://10.0.0.2:8080/onvif", 8080),
        ("http://10.0.0.2/onvif", None),
        ("http://x:99999/", None),
        ("", None),
    ],
)
def test_a_search_tells_the_port_where_it_is_not_the_usual_one(said, port):
    assert onvif_search._port(said) == port
