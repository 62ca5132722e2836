"""Each way by which something of a meeting could leave is classified: what is new and is not fails here.

What is classified is then held to the table: no state secret goes by a way that is not open to it.
"""

import inspect

import pytest
from roomctl_archive import config, ways

from roomctl import hookspecs
from roomctl.cli.main import COMMANDS
from roomctl.domain.secrecy import Level, Way, may
from roomctl.host.manifest import BUILTIN, Manifest, discover

HERE = Way.HERE  # at the machine itself: what it shows stays there

COMMAND_WAYS = {
    "demo": HERE, "init": HERE, "serve": HERE, "service": HERE, "status": HERE, "doctor": HERE, "check": HERE,
    "devices": HERE, "macro": HERE, "emulate": HERE, "meetings": HERE, "room": HERE, "papers": HERE, "summary": HERE,
    "secrecy": HERE, "models": HERE, "plugins": HERE, "new-plugin": HERE, "restore": HERE, "accounts": HERE,
    "audit": HERE, "seats": HERE, "records": HERE,
    "backup": Way.BACKUP,  # elsewhere than in the data folder
    "screens": Way.SCREEN,
    # of the built-in plugins
    "archive": Way.TARGET, "record": HERE, "recording": HERE, "transcribe": HERE, "transcript": HERE,
    "glossary": HERE, "roster": HERE, "signin": HERE, "acoustics": HERE,
}  # fmt: skip
"""Every command of the host and of the built-in plugins, by what it could carry out."""

HOOK_WAYS = {
    "roomctl_config_model": None, "roomctl_self_check": None, "roomctl_services": Way.PLUGIN,
    "roomctl_recorders": Way.PLUGIN, "roomctl_transcribers": Way.SERVICE, "roomctl_archive_targets": Way.TARGET,
    "roomctl_device_checks": Way.PLUGIN, "roomctl_device_drivers": Way.PLUGIN, "roomctl_gate": Way.PLUGIN,
    "roomctl_identify": Way.PLUGIN, "roomctl_on_event": Way.PLUGIN, "roomctl_record_documents": Way.PLUGIN,
    "roomctl_room_documents": Way.PLUGIN, "roomctl_package_files": Way.PLUGIN, "roomctl_archivist": Way.PLUGIN,
    "roomctl_typesetter": Way.PLUGIN, "roomctl_ranking": Way.PLUGIN,
    "roomctl_api_routes": Way.PLUGIN, "roomctl_pages": Way.PLUGIN, "roomctl_panels": Way.PLUGIN,
    "roomctl_screens": Way.SCREEN, "roomctl_commands": Way.PLUGIN,
}  # fmt: skip
"""Every hook, by what code that did not come with roomctl would get by it. None: nothing of a meeting."""

TARGET_KINDS = {"folder", "sftp", "s3"}


def builtin():
    return [one for one in discover() if isinstance(one, Manifest) and one.source == BUILTIN]


def test_every_command_is_classified():
    known = {*COMMANDS, *(command.name for one in builtin() for command in one.commands)}
    assert not known - COMMAND_WAYS.keys()


def test_every_hook_is_classified():
    hooks = {name for name, _ in inspect.getmembers(hookspecs, inspect.isfunction) if name.startswith("roomctl_")}
    assert hooks == HOOK_WAYS.keys()


def test_every_kind_of_target_is_classified():
    import roomctl_archive  # noqa: PLC0415

    assert set(roomctl_archive.roomctl_archive_targets(None)) == TARGET_KINDS
    for kind in TARGET_KINDS:
        way = ways.way_of(config.TargetConfig(kind=kind))
        assert not may(Level.SECRET, way)
        assert not may(Level.CONFIDENTIAL, way)


@pytest.mark.parametrize("level", [Level.SECRET, Level.CONFIDENTIAL, Level.TOP])
def test_no_hook_and_no_command_but_at_the_machine_is_open_to_a_state_secret(level):
    for way in {*COMMAND_WAYS.values(), *HOOK_WAYS.values()} - {None, HERE}:
        assert not may(level, way)
