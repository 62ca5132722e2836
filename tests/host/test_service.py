"""The service under a real systemd, a user's own manager, which this file starts and ends."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import psutil
import pytest

from roomctl.app import Application
from roomctl.domain.access import Right, Role
from roomctl.domain.lifecycle import State
from roomctl.domain.meeting import Meeting, MeetingId, Overrule
from roomctl.domain.recording import RecorderState
from roomctl.services.identity import new_id
from roomctl.testing.fakes import FakeClock
from tests.host.test_isolation import free_port
from tests.waiting import until

MANAGER = Path("/lib/systemd/systemd")

pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(300),
    pytest.mark.skipif(
        not MANAGER.exists() or not Path("/run/systemd/system").is_dir(),
        reason="no systemd: apt-get install systemd; without one as PID 1 also: mkdir /run/systemd/system",
    ),
]


class Room:
    """A data folder, a home, and a manager of one's own."""

    def __init__(self, folder):
        self.data, self.port = folder / "data", free_port()
        self.environment = {
            **os.environ,
            "HOME": str(folder),
            "XDG_CONFIG_HOME": str(folder / "config"),
            "XDG_RUNTIME_DIR": str(folder / "run"),
            "ROOMCTL_DATA": str(self.data),
            "ROOMCTL_LANG": "en",
        }
        (folder / "run").mkdir(mode=0o700)
        self.data.mkdir()
        (self.data / "roomctl.toml").write_text('[plugins.audio]\nsource = "tone"\n', encoding="utf-8")

    def roomctl(self, *words):
        argv = [sys.executable, "-m", "roomctl", *map(str, words)]
        return subprocess.run(argv, env=self.environment, capture_output=True, text=True, check=False, timeout=100)

    def systemctl(self, *words):
        return subprocess.run(
            ["systemctl", "--user", *words], env=self.environment, capture_output=True, text=True, check=True
        ).stdout.strip()

    def status(self):
        return json.loads(self.roomctl("service", "status", "--user", "--json").stdout or "{}")

    def running(self):
        return self.status().get("state") == "active"

    def ask(self, token, path, body=None):
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/v1{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            pytest.fail(error.read().decode())


@pytest.fixture
def room(tmp_path):
    made = Room(tmp_path)
    manager = subprocess.Popen([str(MANAGER), "--user"], env=made.environment)
    until((tmp_path / "run" / "systemd" / "private").exists)
    done = made.roomctl("service", "install", "--user", "--port", made.port)
    assert done.returncode == 0, done.stderr
    yield made
    made.roomctl("service", "uninstall", "--user", "--yes")
    manager.terminate()
    manager.wait(30)


def test_it_comes_back_when_it_dies_and_when_it_shows_no_life(room):
    before = room.status()
    os.kill(before["pid"], signal.SIGKILL)
    until(lambda: room.running() and room.status()["pid"] != before["pid"])
    second = room.status()
    os.kill(second["pid"], signal.SIGSTOP)
    until(lambda: room.status()["pid"] not in {second["pid"], None} and room.running(), 150)
    assert room.status()["restarts"] == before["restarts"] + 2
    assert room.status()["at_boot"] is True


def test_a_recording_outlives_a_stop_and_is_taken_up_again(room):
    application = Application(room.data)
    use, meeting = application.usecases, MeetingId(new_id())
    use.create(Meeting(id=meeting, room=use.room.id, title="专题会", starts=FakeClock().now().replace(tzinfo=None)))
    for state in (State.APPROVED, State.OPEN):
        use.transition(meeting, state)
    application.accounts.add("operator", "Zhuan-ti-hui-2026", [Role.OPERATOR])
    rights = [Right.RUN_MEETINGS, Right.SEE_MEETINGS]
    _, token = application.accounts.add_token("operator", "test", rights)
    room.ask(token, f"/meetings/{meeting}/recordings", {})
    use.start(meeting, overrule=Overrule("李四", "试运行"))
    (card,) = until(lambda: list(room.data.glob("meetings/**/capture.json")))
    capture = psutil.Process(json.loads(card.read_text())["pid"])

    room.systemctl("stop", "roomctl")
    assert room.roomctl("service", "status", "--user").returncode == 1
    frames = use.current_recording(meeting).frames
    time.sleep(3)
    assert capture.is_running()

    room.systemctl("start", "roomctl")
    until(lambda: use.current_recording(meeting).frames > frames)
    assert capture.is_running()
    refused = room.roomctl("service", "uninstall", "--user", "--yes")
    assert "a recording runs" in refused.stderr
    use.adjourn(meeting)
    (recorded,) = use.recordings(meeting)
    assert (recorded.state, recorded.gaps) == (RecorderState.SEALED, ())
    assert room.roomctl("service", "uninstall", "--user", "--yes").returncode == 0
    assert room.data.exists()
    application.close()
