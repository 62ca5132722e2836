"""`roomctl devices`, `emulate` and `check` as a technician without a rack types them."""

import json
import signal
import subprocess
import tomllib

import pytest

from tests.waiting import PATIENCE, until


def test_the_inventory_is_written_shown_exported_and_read_again(shell, tmp_path):
    added = shell("devices", "add", "switch", "--kind", "host", "--address", "127.0.0.1", "--title", "交换机")
    assert added.returncode == 0, added.stderr
    options = ("--depends-on", "switch", "--option", "lamp_warn=2000", "--secret", "hall")
    shell("devices", "add", "left", "-k", "pjlink", "-a", "10.0.0.2", "-t", "左投影", "-g", "显示", *options)
    told = devices(shell)
    assert told[1] == {
        "id": "left",
        "kind": "pjlink",
        "title": "左投影",
        "group": "显示",
        "address": "10.0.0.2",
        "depends_on": ["switch"],
        "secret": "hall",
        "options": {"lamp_warn": 2000},
    }
    file = tmp_path / "room.toml"
    assert shell("devices", "export", str(file)).returncode == 0
    assert shell("devices", "remove", "switch", "--yes").returncode == 2, "the projector hangs on it"
    imported = shell("devices", "import", str(file), ROOMCTL_DATA=str(tmp_path / "other"))
    assert imported.returncode == 0
    assert (tmp_path / "other" / "devices.toml").read_text("utf-8") == file.read_text("utf-8")


def test_a_change_keeps_what_is_not_typed(shell):
    emits = ("--emission", "casting", "--warm-up", "30", "--cool-down", "60", "--room", "二楼")
    words = ("-a", "10.0.0.2", "-t", "左投影", "--title-en", "Left", "-o", "lamp_warn=2000", *emits)
    shell("devices", "add", "switch", "-k", "host", "-a", "127.0.0.1")
    assert shell("devices", "add", "left", "-k", "pjlink", "--depends-on", "switch", *words).returncode == 0
    (before,) = [one for one in devices(shell) if one["id"] == "left"]
    assert (before["emission"], before["warm_up"], before["cool_down"], before["room"]) == ("casting", 30, 60, "二楼")
    assert shell("devices", "add", "left", "-k", "pjlink", "-a", "10.0.0.3", "-o", "lamp_crit=9000").returncode == 0
    (after,) = [one for one in devices(shell) if one["id"] == "left"]
    assert after == {**before, "address": "10.0.0.3", "options": {"lamp_warn": 2000, "lamp_crit": 9000}}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("add", "x", "--kind", "pjlink", "--option", "lamp=1"), "lamp_warn"),
        (("template", "castle"), "small-room"),
        (("add", "x", "--kind", "host", "--emission", "smoke"), "casting"),
        (("discover", "--at", "10.0.0.0/8"), "/24"),
    ],
)
def test_what_is_typed_wrong_is_one_line_that_names_it(shell, words, told):
    run = shell("devices", *words)
    assert run.returncode == 2
    assert len(run.stderr.strip().splitlines()) == 1
    assert told in run.stderr


def test_a_password_is_typed_or_piped_and_never_an_argument(shell, tmp_path):
    shell("devices", "template", "small-room")
    words = shell.argv("devices", "secret", "hall", "--user", "admin", "--also", "privacy")
    subprocess.run(words, input="geheim\nsicher\n", env=shell.environment(), text=True, check=True)
    file = tmp_path / "data" / "secrets.toml"
    told = tomllib.loads(file.read_text(encoding="utf-8"))
    assert told["hall"] == {"user": "admin", "password": "geheim", "privacy": "sicher"}
    assert file.stat().st_mode & 0o077 == 0


def test_a_virtual_room_is_found_by_a_check_until_it_ends(shell, tmp_path):
    room = subprocess.Popen(
        shell.argv("emulate", "room", "--fault", "pjlink=standby", "--json"),
        env=shell.environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        told = json.loads(room.stdout.readline())
        assert {"host", "ntp", "pc", "pdu", "pjlink", "switch", "ups", "visca"} <= {
            device["id"] for device in told["devices"]
        }
        assert shell("devices", "export").stdout.count("[[devices]]") == 0, "a virtual room is not exported"
        rows = check(shell)
        assert rows["pjlink", "power"]["value"] == "off"
        assert rows["pjlink", "power"]["title"] == "电源"
        assert rows["ntp", "stratum"]["state"] == "OK"
        place = next(f"127.0.0.1:{one['port']}" for one in told["devices"] if one["id"] == "pjlink")
        words = ("discover", "--kind", "pjlink", "--at", place, "--seconds", "0.5", "--take", "--yes")
        assert shell("devices", *words, ROOMCTL_DATA=str(tmp_path / "other")).returncode == 0
        assert f"port = {place.partition(':')[2]}" in (tmp_path / "other" / "devices.toml").read_text("utf-8")
        deed = shell("devices", "do", "pjlink", "input", "32", "--yes", "--json")
        assert json.loads(deed.stdout)["done"] is False, "asleep it does not change its input"
        room.stdin.write("pjlink dead\n")
        room.stdin.flush()
        until(lambda: check(shell, "-d", "pjlink")["pjlink", "online"]["state"] == "CRIT")
        room.send_signal(signal.SIGINT)
        assert room.wait(PATIENCE) == 0
    finally:
        room.kill()
        room.communicate()
    assert devices(shell) == []


def devices(shell):
    return json.loads(shell("devices", "list", "--json").stdout)["devices"]


def check(shell, *words):
    run = shell("check", *words, "--json")
    assert run.returncode in {0, 1}, run.stderr
    return {(row["device"], row["check"]): row for row in json.loads(run.stdout)["results"]}
