import configparser
from pathlib import Path, PurePosixPath

import pytest

from roomctl.host import unit


def made(**given):
    facts = {
        "argv": ["/opt/roomctl/bin/python", "-m", "roomctl", "serve"],
        "data": PurePosixPath("/var/lib/roomctl"),
        "environment": {"ROOMCTL_DATA": "/var/lib/roomctl"},
        "account": "roomctl",
    }
    return read(unit.unit(unit.Service(**{**facts, **given})))


def read(text):
    """Section → key → its values, as systemd takes them."""
    sections, section = {}, {}
    for line in text.splitlines():
        if line.startswith("["):
            section = sections.setdefault(line.strip("[]"), {})
        elif line and not line.startswith("#"):
            key, _, value = line.partition("=")
            section.setdefault(key, []).append(value)
    return sections


def test_a_stop_leaves_a_capture_and_its_socket_alone():
    service = made()["Service"]
    assert service["KillMode"] == ["process"]
    assert service["OOMPolicy"] == ["continue"]
    assert service["RuntimeDirectoryPreserve"] == ["yes"]
    assert f"XDG_RUNTIME_DIR=/run/{unit.NAME}" in service["Environment"]


def test_it_is_started_again_for_ever_and_watched():
    sections = made()
    assert sections["Unit"]["StartLimitIntervalSec"] == ["0"]
    assert (sections["Service"]["Restart"], sections["Service"]["Type"]) == (["always"], ["notify"])
    assert sections["Service"]["WatchdogSec"] == [str(unit.SILENCE)]


def test_only_what_the_settings_name_can_be_written_to():
    sections = made(writable=[PurePosixPath("/mnt/归档"), PurePosixPath("/srv/a b")])
    assert sections["Service"]["ProtectSystem"] == ["strict"]
    assert sections["Service"]["ReadWritePaths"] == ['-/var/lib/roomctl -/mnt/归档 "-/srv/a b"']
    assert sections["Unit"]["RequiresMountsFor"] == ['/var/lib/roomctl /mnt/归档 "/srv/a b"']


def test_a_users_own_service_asks_for_nothing_that_its_manager_may_not_do():
    sections = made(account="")
    assert {"User", "ProtectSystem", "CapabilityBoundingSet", "DevicePolicy"} & set(sections["Service"]) == set()
    assert sections["Install"]["WantedBy"] == ["default.target"]


@pytest.mark.parametrize(
    ("word", "written"),
    [
        ("/opt/a b/python", '"/opt/a b/python"'),
        ("50%", "50%%"),
        ("$HOME", "$$HOME"),
        ('a"b\\c', '"a\\"b\\\\c"'),
        ("a\nExecStartPre=/bin/false", '"a\\nExecStartPre=/bin/false"'),
        ("", '""'),
    ],
)
def test_a_word_of_the_command_stays_one_word_and_one_line(word, written):
    assert made(argv=["/bin/x", word])["Service"]["ExecStart"] == [f"/bin/x {written}"]


def test_a_variable_keeps_its_dollars():
    assert made(environment={"A": "$x y%"})["Service"]["Environment"][0] == '"A=$x y%%"'


def test_folders_are_found_wherever_the_settings_name_them():
    settings = """
    name = "a/b"
    [plugins.archive.targets.nas]
    path = "/mnt/archive"
    [plugins.records]
    fonts = ["/srv/fonts", "/mnt/archive"]
    [plugins.av_check]
    port = "/dev/ttyUSB0"
    root = "/"
    """
    assert unit.folders_of(settings) == [Path("/mnt/archive"), Path("/srv/fonts")]


def test_the_account_is_in_the_groups_of_sound_cards_and_serial_lines():
    lines = unit.account("roomctl", PurePosixPath("/var/lib/roomctl")).splitlines()
    assert lines[0] == 'u roomctl - "roomctl" /var/lib/roomctl'
    assert {line.split()[2] for line in lines[1:]} == {"audio", "input", "dialout"}


def test_it_is_an_ini_file_for_other_tools_too():
    parser = configparser.RawConfigParser(strict=False, interpolation=None)
    parser.optionxform = str
    text = unit.unit(unit.Service(argv=["/bin/x"], data=PurePosixPath("/d"), environment={}))
    parser.read_string(text)
    assert parser.sections() == ["Unit", "Service", "Install"]
