import json
import re
import sys
from pathlib import Path

import pytest

from roomctl.cli import service
from roomctl.errors import Busy, MissingPart, Refused
from roomctl.i18n import speaking


def test_a_dry_run_writes_nothing_and_shows_all(shell):
    done = shell("service", "install", "--user", "--port", 9000, "--dry-run", "--json", HOME=str(shell.folder))
    told = json.loads(done.stdout)
    ((path, text),) = told["files"].items()
    assert path == str(shell.folder / ".config/systemd/user/roomctl.service")
    assert f"Environment=ROOMCTL_DATA={shell.folder / 'data'}" in text
    assert "serve --host 127.0.0.1 --port 9000" in text
    assert told["commands"][-1] == ["systemctl", "--user", "restart", "roomctl.service"]
    assert list(shell.folder.iterdir()) == []


def test_the_folders_that_the_settings_name_are_open_to_the_service(shell):
    assert shell("init").returncode == 0
    (shell.folder / "mounted").mkdir()
    settings = f'[plugins.archive.targets.nas]\nkind = "folder"\npath = "{shell.folder / "mounted"}"\n'
    (shell.folder / "data" / "roomctl.toml").write_text(settings, encoding="utf-8")
    done = shell("service", "install", "--user", "--dry-run", HOME=str(shell.folder))
    assert f"RequiresMountsFor={shell.folder / 'data'} {shell.folder / 'mounted'}" in done.stdout
    (shell.folder / "data" / "roomctl.toml").write_text("recoder = 1", encoding="utf-8")
    refused = shell("service", "install", "--user", "--dry-run", HOME=str(shell.folder))
    assert (refused.returncode, "recorder" in refused.stderr) == (2, True)


@pytest.mark.parametrize("action", ["status", "uninstall", "install"])
def test_without_systemd_it_says_what_to_do_instead(shell, action):
    done = shell("service", action, "--user", PATH="/nowhere")
    assert done.returncode == 2
    assert "roomctl serve" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "said", "mend"),
    [
        (["--user"], "Failed to connect to bus: No medium found", "enable-linger"),
        (["--user"], "Failed to connect to user scope bus via local transport: No such file", "enable-linger"),
        ([], "System has not been booted with systemd as init system (PID 1). Can't operate.", "roomctl status"),
    ],
)
def test_where_no_manager_answers_it_says_why_and_the_mend_in_both_languages(tmp_path, words, said, mend):
    control = tmp_path / "systemctl"
    control.write_text(f'#!/bin/sh\necho "{said}" >&2\nexit 1\n', encoding="utf-8")
    control.chmod(0o755)
    told = []
    for tongue in ("zh", "en"):
        with speaking(tongue), pytest.raises(MissingPart) as refused:
            service._run([str(control), *words, "show"])
        told.append(str(refused.value))
        assert said in told[-1]
        assert mend in told[-1]
        assert "\n" not in told[-1]
    assert told[0] != told[1]


@pytest.mark.parametrize("closed", ["prefix", "base_prefix", "data", "certificate", "target", "models"])
def test_a_service_of_the_machine_works_on_nothing_that_it_cannot_see(closed, monkeypatch, tmp_path):
    opened, home = Path("/opt/roomctl"), tmp_path
    monkeypatch.setattr(service.unit, "CLOSED", (tmp_path,))
    for name in ("prefix", "base_prefix"):
        monkeypatch.setattr(sys, name, str(home if closed == name else opened))
    monkeypatch.setattr(service, "_folders", lambda _data: [home if closed == "target" else home / "topic"])
    monkeypatch.setenv("ROOMCTL_MODELS", str(home if closed == "models" else opened))
    data, words = (home if closed == "data" else opened), ["serve", "--host", "127.0.0.1"]
    words += ["--certificate", str(home if closed == "certificate" else opened)]
    with pytest.raises(Refused, match=re.escape(str(home))):
        service._plan(data, words, system=True)
    assert service._plan(data, words, system=False).files


def test_a_service_of_the_machine_is_planned_where_all_is_open(monkeypatch):
    for name in ("prefix", "base_prefix"):
        monkeypatch.setattr(sys, name, "/opt/roomctl")
    monkeypatch.setattr(service, "_folders", lambda _data: [Path("/srv/archive")])
    monkeypatch.delenv("ROOMCTL_MODELS", raising=False)
    plan = service._plan(Path("/var/lib/roomctl"), ["serve"], system=True)
    assert "ReadWritePaths=-/var/lib/roomctl -/srv/archive" in plan.files[Path("/etc/systemd/system/roomctl.service")]
    assert plan.commands[0][0] == "systemd-sysusers"


def test_a_recording_that_begins_while_the_question_stands_is_not_left_alone(monkeypatch, tmp_path):
    file, ran, recorded = tmp_path / "roomctl.service", [], []
    file.touch()

    def busy(**_):
        if recorded:
            raise Busy("a recording runs", "meeting m1", "stop it first")

    monkeypatch.setattr(service, "_present", lambda: None)
    monkeypatch.setattr(service, "_unit_file", lambda **_: file)
    monkeypatch.setattr(service, "_nothing_recorded", busy)
    monkeypatch.setattr(service, "_run", ran.append)
    monkeypatch.setattr(service.typer, "confirm", lambda _asked: recorded.append("m1") or True)
    with pytest.raises(Busy):
        service.uninstall(system=False, user=True, yes=False)
    assert (ran, file.exists()) == ([], True)
