"""`roomctl serve` as processes: the launcher, and the host that it keeps running."""

import json
import os
import signal
import socket
import urllib.error
import urllib.request
from dataclasses import dataclass
from textwrap import dedent
from typing import Any

import psutil
import pytest

from tests.waiting import PATIENCE, until

pytestmark = pytest.mark.needs("python:fastapi")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def fetch(url):
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)
    except OSError:
        return 0, {}


@dataclass
class Served:
    """A running `roomctl serve`."""

    shell: Any
    process: Any
    url: str

    def ready(self):
        return fetch(f"{self.url}/ready")[0] == 200

    def told(self):
        return json.loads((self.shell.folder / "data/host.json").read_text(encoding="utf-8"))

    def host(self, *, other_than=None):
        """Pid of the host, once it is ready."""
        return until(lambda: self.ready() and (pid := self.told()["pid"]) != other_than and pid)

    def stop(self, number=signal.SIGINT):
        self.process.send_signal(number)
        return self.process.wait(timeout=PATIENCE)


@pytest.fixture
def serve(shell):
    began = []

    def start(*words):
        port = free_port()
        process = shell.start("serve", "--port", port, *words)
        began.append(process)
        return Served(shell, process, f"http://127.0.0.1:{port}/api/v1")

    yield start
    for process in began:
        if process.poll() is None:
            process.terminate()
            process.wait(timeout=PATIENCE)
        process.stderr.close()


def drop(shell, name, code):
    folder = shell.folder / "data/plugins" / name
    folder.mkdir(parents=True)
    (folder / "plugin.toml").write_text(f'name = "{name}"\ntitle = {{ zh = "{name}", en = "{name}" }}\napi = "1"\n')
    (folder / "__init__.py").write_text("from roomctl.api import hookimpl\n" + dedent(code))
    for path in (folder, *folder.iterdir()):
        path.chmod(0o755)


def plugin(shell, name):
    return json.loads(shell("plugins", "info", name, "--json").stdout)


def test_the_host_becomes_ready_refuses_a_second_one_and_stops_cleanly(serve, shell):
    served = serve()
    pid = served.host()
    status, told = fetch(f"{served.url}/health")
    assert status == 200
    assert {row["name"] for row in told["plugins"]} >= {"audio", "archive"}
    told = json.loads(shell("status", "--json").stdout)
    assert (told["host"], told["launcher"], told["phase"]) == (pid, served.process.pid, "ready")
    assert told["uptime"] > 0
    second = shell("serve", "--port", free_port())
    assert second.returncode == 2
    assert str(served.process.pid) in second.stderr
    assert served.stop(signal.SIGTERM) == 0
    assert not psutil.pid_exists(pid)
    assert not (shell.folder / "data/starting.json").exists()


def test_a_killed_host_is_back_and_one_whose_launcher_is_killed_ends_by_itself(serve, shell):
    served = serve()
    first = served.host()
    os.kill(first, signal.SIGKILL)
    second = served.host(other_than=first)
    assert "SIGKILL" in (shell.folder / "data/logs/roomctl.log").read_text(encoding="utf-8")
    served.process.kill()
    until(lambda: not psutil.pid_exists(second))


def test_a_start_that_broke_off_leads_to_safe_mode_which_one_command_leaves(serve, shell):
    drop(
        shell,
        "fatal",
        """
        import os, pathlib
        os.kill(os.getpid(), 9)
        """,
    )
    served = serve()
    served.host()
    mode = served.told()["safe_mode"]
    assert mode["plugin"] == "fatal"
    assert "roomctl plugins enable fatal" in mode["mend"]
    assert "fatal" not in {row["name"] for row in fetch(f"{served.url}/health")[1]["plugins"]}
    assert served.stop() == 0

    told = plugin(shell, "fatal")
    assert told["status"] == "failed"
    again = serve("--leave-safe-mode")
    again.host()
    assert again.told()["safe_mode"] is None
    assert again.stop() == 0


def test_a_taken_port_is_told_at_once(shell):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        run = shell("serve", "--port", taken.getsockname()[1])
    assert run.returncode == 2
    assert "--port" in run.stderr
    assert "Traceback" not in run.stderr


def test_a_certificate_without_its_key_is_refused(shell):
    run = shell("serve", "--certificate", "room.pem")
    assert run.returncode == 2
    assert "--key" in run.stderr
