"""A real recording through the death of the host, and through the death of everything."""

import json
import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from roomctl.app import Application
from roomctl.domain.lifecycle import State
from roomctl.domain.meeting import Meeting, MeetingId
from roomctl.domain.recording import Order
from roomctl.host.platform import LINUX
from roomctl.services.identity import new_id
from roomctl.testing.fakes import FakeClock
from tests.host.test_isolation import free_port
from tests.waiting import PATIENCE, until

pytestmark = [pytest.mark.needs("python:fastapi"), pytest.mark.needs("python:numpy")]


@pytest.fixture
def application(tmp_path):
    (tmp_path / "data").mkdir()
    settings = "[plugins.audio]\nsegment_seconds = 3.0\n"  # of a recording that the host begins by itself
    (tmp_path / "data" / "roomctl.toml").write_text(settings, encoding="utf-8")
    made = Application(tmp_path / "data")
    yield made
    made.close()


@pytest.fixture
def meeting(application):
    """In session, with a tone being recorded."""
    use, found = application.usecases, MeetingId(new_id())
    use.create(Meeting(id=found, room=use.room.id, title="专题会", starts=FakeClock().now().replace(tzinfo=None)))
    for state in (State.APPROVED, State.OPEN):
        use.transition(found, state)
    use.arm(found, Order(source="tone", realtime=True, segment_seconds=3.0))
    use.start(found)
    yield found
    if use.meeting(found).state is State.IN_SESSION:
        use.adjourn(found)


@pytest.fixture
def served(application, tmp_path):
    environment = {**os.environ, "ROOMCTL_DATA": str(application.data), "ROOMCTL_LANG": "en"}
    argv = [sys.executable, "-m", "roomctl", "serve", "--port", str(free_port())]
    with (tmp_path / "said").open("wb") as said:
        process = subprocess.Popen(argv, env=environment, stderr=said)
    yield process
    process.terminate()
    assert process.wait(PATIENCE) == 0


def host_of(application, *, other_than=None):
    def ready():
        try:
            told = json.loads((application.data / "host.json").read_text(encoding="utf-8"))
        except OSError:
            return None
        good = told["phase"] == "ready" and told["pid"] != other_than and psutil.pid_exists(told["pid"])
        return told["pid"] if good else None

    return until(ready)


def captures(application):
    folder = str(application.data)
    return [
        one
        for one in psutil.process_iter(["cmdline"])
        if "roomctl_audio.capture" in (line := " ".join(one.info["cmdline"] or [])) and folder in line
    ]


def kinds(application, meeting):
    with application.open_uow().reading() as uow:
        return [(one.kind, json.loads(one.data)) for one in uow.events.stream(meeting)]


def test_no_frame_is_lost_when_the_host_is_killed_and_a_new_recording_follows_when_all_is(
    application, meeting, served
):
    use = application.usecases
    first = host_of(application)
    os.kill(first, signal.SIGKILL)
    second = host_of(application, other_than=first)
    (adopted,) = use.recordings(meeting)
    grown = until(lambda: (now := use.recordings(meeting)[0]).frames > adopted.frames and now)
    assert (grown.dropped, grown.gaps) == (0, ())

    (capture,) = captures(application)  # now the power goes
    os.kill(served.pid, signal.SIGSTOP)  # the launcher must not be quicker than the second kill
    os.kill(second, signal.SIGKILL)
    capture.kill()
    cut = time.time()
    until(lambda: not captures(application))
    os.kill(served.pid, signal.SIGCONT)
    host_of(application, other_than=second)

    (told,) = [data for kind, data in kinds(application, meeting) if kind == "recording.continued"]
    old, new = use.recordings(meeting)
    assert (told["after"], told["recording"]) == (old.id, new.id)
    assert told["cut"] == ("capture" if LINUX else "unknown")
    assert 0 <= told["gap_seconds"] <= time.time() - cut + 5
    until(lambda: use.recordings(meeting)[1].frames > 0)
    use.adjourn(meeting)
    for recording in use.recordings(meeting):
        report = use.recorder_of(recording).verify()
        assert report.ok, report.problems
        assert report.dropped == 0
        assert {gap.reason for gap in report.gaps} <= {"crash"}  # declared where the first one ends
