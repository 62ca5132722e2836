"""Devices over REST: a real inventory and a real talk, with an emulated projector."""

import pytest
from roomctl_av_check.drivers.pjlink import OFFER

from roomctl.domain.access import Role
from roomctl.services.time import SystemClock
from roomctl.testing.emulators import Fault, Running
from roomctl.testing.emulators.pjlink import PASSWORD, PjlinkEmulator


@pytest.fixture
def projector(rest):
    rest.application.plugins.device_drivers["pjlink"] = OFFER
    rest.application.usecases._clock = SystemClock()
    emulator = PjlinkEmulator()
    with Running(emulator) as running:
        rest.application.rack.inventory.put([emulator.device(id="left", title=("左投影", "Left"))])
        rest.application.rack.inventory.keep_secret("pjlink", emulator.secret())
        yield emulator, running
    rest.application.rack.prober.close()


@pytest.mark.usefixtures("projector")
def test_the_inventory_tells_what_each_device_can_be_told_and_no_secret(rest):
    answer = rest.as_(Role.SECRETARY).get("/api/v1/devices")
    (device,) = answer.json()
    assert (device["id"], device["title"], device["up"]) == ("left", "Left", None)
    assert {action["name"] for action in device["actions"]} == {"power_on", "power_off", "input"}
    assert PASSWORD not in answer.text


@pytest.mark.usefixtures("projector")
def test_a_device_is_told_and_read_back(rest):
    client = rest.as_(Role.TECHNICIAN)
    deed = client.post("/api/v1/devices/left/actions/input", json={"argument": "32"})
    assert deed.json() == {"asked": "32", "confirmed": "32", "done": True}
    assert client.post("/api/v1/devices/left/actions/dance", json={}).status_code == 422
    assert client.post("/api/v1/devices/right/actions/power_on", json={}).status_code == 404
    assert rest.as_(Role.SECRETARY).post("/api/v1/devices/left/actions/power_on", json={}).status_code == 403


def test_a_dead_device_is_an_answer_and_no_server_error(rest, projector):
    emulator, running = projector
    running.do(emulator.switch(Fault.DEAD))
    client = rest.as_(Role.TECHNICIAN)
    assert client.post("/api/v1/devices/left/actions/power_on", json={}).status_code == 424
    report = client.post("/api/v1/checks", json={"devices": ["left"]}).json()
    (row,) = report["results"]
    assert (row["device_title"], row["title"], row["state"]) == ("Left", "Online", "CRIT")


@pytest.mark.usefixtures("projector")
def test_an_inventory_that_cannot_be_read_names_file_and_line(rest):
    rest.application.rack.inventory.path.write_text("[[devices]]\nid = 3\n", encoding="utf-8")
    answer = rest.as_(Role.TECHNICIAN).get("/api/v1/devices")
    assert answer.status_code == 422
    assert "devices.toml" in answer.text
