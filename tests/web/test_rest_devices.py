"""Devices over REST: a real inventory and a real talk, with an emulated projector."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from roomctl_av_check.drivers.pjlink import OFFER

from roomctl.domain.access import Role
from roomctl.domain.devices import Device
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
    told = {"argument": "32", "confirm": True}
    deed = client.post("/api/v1/devices/left/actions/input", json=told).json()
    assert (deed["asked"], deed["confirmed"], deed["done"]) == ("32", "32", True)
    assert client.post("/api/v1/devices/left/actions/dance", json={}).status_code == 422
    assert client.post("/api/v1/devices/right/actions/power_on", json={}).status_code == 404
    assert rest.as_(Role.SECRETARY).post("/api/v1/devices/left/actions/power_on", json={}).status_code == 403


def test_nothing_is_done_before_it_is_confirmed(rest, projector):
    """What would be done is said, and a wrong order is refused all the same; neither device nor log know of it."""
    emulator, _ = projector
    client, before = rest.as_(Role.TECHNICIAN), emulator.input
    told = client.post("/api/v1/devices/left/actions/input", json={"argument": "32"}).json()
    assert "Left" in told["what"]
    assert (told["asked"], told["confirmed"], told["done"]) == (None, None, False)
    assert client.post("/api/v1/devices/left/actions/input", json={}).status_code == 422
    assert emulator.input == before
    assert not [one for one in rest.as_(Role.ADMIN).get("/api/v1/events").json() if one["kind"] == "device.ordered"]


def test_a_dead_device_is_an_answer_and_no_server_error(rest, projector):
    emulator, running = projector
    running.do(emulator.switch(Fault.DEAD))
    client = rest.as_(Role.TECHNICIAN)
    assert client.post("/api/v1/devices/left/actions/power_on", json={"confirm": True}).status_code == 424
    report = client.post("/api/v1/checks", json={"devices": ["left"]}).json()
    (row,) = report["results"]
    assert (row["device_title"], row["title"], row["state"]) == ("Left", "Online", "CRIT")


@pytest.mark.usefixtures("projector")
def test_an_inventory_that_cannot_be_read_names_file_and_line(rest):
    rest.application.rack.inventory.path.write_text("[[devices]]\nid = 3\n", encoding="utf-8")
    answer = rest.as_(Role.TECHNICIAN).get("/api/v1/devices")
    assert answer.status_code == 422
    assert "devices.toml" in answer.text


# --- the inventory is changed

HALL = {"id": "hall", "kind": "pjlink", "title": "大厅投影", "address": "192.0.2.7", "options": {"lamp_warn": 900}}


@pytest.fixture
def inventory(rest):
    rest.application.plugins.device_drivers["pjlink"] = OFFER
    return rest.application.rack.inventory


def test_a_device_is_added_changed_and_taken_out_and_each_step_is_logged(rest, inventory):
    client = rest.as_(Role.TECHNICIAN)
    made = client.post("/api/v1/devices", json=HALL)
    assert made.status_code == 201
    assert (made.json()["names"], made.json()["options"]) == ({"zh": "大厅投影", "en": ""}, {"lamp_warn": 900})
    changed = {"kind": "pjlink", "title": "大厅投影", "title_en": "Hall", "address": "192.0.2.8", "warm_up": 40}
    assert client.put("/api/v1/devices/hall", json=changed).json()["warm_up"] == 40
    (device,) = inventory.devices()
    assert (device.title, device.address, device.options) == (("大厅投影", "Hall"), "192.0.2.8", {})
    assert [client.delete("/api/v1/devices/hall").status_code for _ in range(2)] == [204, 404]
    assert client.put("/api/v1/devices/hall", json=changed).status_code == 404
    kinds = [one["kind"] for one in rest.as_(Role.ADMIN).get("/api/v1/events?kind=device.*").json()]
    assert sorted(kinds) == ["device.put", "device.put", "device.removed"]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"kind": "h323"}, 422),
        ({"options": {"lamp_warn": "many"}}, 422),
        ({"options": {"nonsense": 1}}, 422),
        ({"address": ""}, 422),
        ({"address": "x" * 300}, 422),
        ({"title": "x" * 300}, 422),
        ({"id": "Hall!"}, 422),
        ({"depends_on": ["nobody"]}, 422),
        ({"depends_on": ["hall"]}, 422),
        ({"port": 0}, 422),
        ({"emission": "smoke"}, 422),
        ({"password": "x"}, 422),
    ],
)
def test_what_the_form_refuses_is_refused_here_and_changes_nothing(rest, inventory, change, status):
    answer = rest.as_(Role.TECHNICIAN).post("/api/v1/devices", json={**HALL, **change})
    assert answer.status_code == status
    assert not inventory.devices()


def test_an_id_is_given_once_and_what_others_hang_on_stays(rest, inventory):
    client = rest.as_(Role.TECHNICIAN)
    client.post("/api/v1/devices", json=HALL)
    assert client.post("/api/v1/devices", json=HALL).status_code == 409
    client.post("/api/v1/devices", json={**HALL, "id": "behind", "depends_on": ["hall"]})
    assert client.delete("/api/v1/devices/hall").status_code == 422
    assert [one.id for one in inventory.devices()] == ["hall", "behind"]
    assert rest.as_(Role.SECRETARY).delete("/api/v1/devices/behind").status_code == 403


def test_an_export_comes_in_again_and_of_a_wrong_one_nothing(rest, inventory):
    client = rest.as_(Role.TECHNICIAN)
    client.post("/api/v1/devices", json=HALL)
    text = client.get("/api/v1/devices/export").text
    client.delete("/api/v1/devices/hall")
    assert client.post("/api/v1/devices/import", json={"toml": text}).json() == {"devices": ["hall"]}
    wrong = text + '[[devices]]\nid = "second"\nkind = "pjlink"\nport = 99999\n'
    answer = client.post("/api/v1/devices/import", json={"toml": wrong})
    assert answer.status_code == 422
    assert "second" in answer.text
    assert client.post("/api/v1/devices/import", json={"toml": "[[["}).status_code == 422
    assert [one.id for one in inventory.devices()] == ["hall"]


def test_a_password_is_written_and_never_told(rest, inventory):
    client = rest.as_(Role.TECHNICIAN)
    client.post("/api/v1/devices", json=HALL)
    told = {"password": "geheim-7"}
    assert client.put("/api/v1/devices/hall/secret", json=told).status_code == 204
    assert client.put("/api/v1/devices/nobody/secret", json=told).status_code == 404
    (device,) = inventory.devices()
    assert (device.secret, inventory.secret(device).password) == ("hall", "geheim-7")
    everything = client.get("/api/v1/devices").text + rest.as_(Role.ADMIN).get("/api/v1/events").text
    assert "geheim-7" not in everything


def test_two_who_change_it_at_once_lose_nothing(rest, inventory):
    inventory.put([])

    def add(number):
        rest.application.usecases.put_devices(
            [Device(id=f"p{number}", kind="pjlink", title=("", ""), address="192.0.2.1")]
        )

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(24)))
    assert len(inventory.devices()) == 24
