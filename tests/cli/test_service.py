import json

import pytest


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
