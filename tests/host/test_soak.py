"""The host with all its plugins, and as many bad ones beside them, for a long time: nothing grows.

In CI twenty minutes pass in half a minute; by hand as long as somebody has time, on the machine's own clock:

ROOMCTL_SOAK=3600 pytest -m long tests/host/test_soak.py

Simulated in the first is the clock that the host's schedules, quotas, back-off and backups look at
(`roomctl.testing.hurried`). Everything else is real: launcher, host and its children are processes, the database and
the log are on disk, requests come over a socket, and the meeting is recorded from a tone at its own pace, so of the
sound there is half a minute.
"""

import contextlib
import json
import os
import sys
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import timedelta
from textwrap import dedent

import psutil
import pytest

from roomctl.app import Application
from roomctl.domain.access import Right, Role
from roomctl.launcher import Launcher
from roomctl.storage.backup import back_up
from roomctl.storage.copies import copies
from roomctl.testing.fakes import FakeClock
from tests.host.test_isolation import being_recorded, drop, free_port, house
from tests.waiting import PATIENCE, until

__all__ = ["house"]  # the fixture

pytestmark = [pytest.mark.needs("python:fastapi"), pytest.mark.needs("python:numpy")]

MORE_MEMORY = 1.10  # of what it was when warm
MORE_THREADS, MORE_HANDLES = 6, 8


@dataclass(frozen=True)
class Held:
    """By one process."""

    memory: int
    threads: int
    handles: int

    @classmethod
    def by(cls, pid):
        process = psutil.Process(pid)
        with process.oneshot():
            return cls(process.memory_info().rss, process.num_threads(), process.num_fds())

    @classmethod
    def least(cls, some):
        """Of several looks: a call, a backup or a request may be under way in one of them."""
        return cls._each(min, some)

    @classmethod
    def most(cls, some):
        return cls._each(max, some)

    @classmethod
    def _each(cls, choose, some):
        looks = list(some)
        return cls(*(choose(getattr(one, name) for one in looks) for name in ("memory", "threads", "handles")))

    def more_than(self, warm):
        """What has grown, by its name."""
        allowed = {
            "memory": warm.memory * MORE_MEMORY,
            "threads": warm.threads + MORE_THREADS,
            "handles": warm.handles + MORE_HANDLES,
        }
        return {name for name, most in allowed.items() if getattr(self, name) > most}

    def flat_since(self, warm):
        assert not self.more_than(warm), f"{warm} → {self}"


# --- twenty minutes, hurried ---------------------------------------------------------------------------------------

SPEED = 40.0
MINUTES = 20  # simulated
LOOKS = 6  # in each of them
WARM = 5  # simulated minutes until all is loaded, and what hangs is out

AGAIN = """
    import threading
    def again(ctx, work):
        done = ctx.folder().joinpath("done")
        def run():
            work(ctx)
            with done.open("a") as file:
                file.write("x")
        if not any(one.name == ctx.name for one in threading.enumerate()):
            threading.Thread(target=run, name=ctx.name, daemon=True).start()
    @hookimpl
    def roomctl_on_event(ctx, event):
        if event.kind == "x.test.soak":
            again(ctx, work)
    """
"""Does its mischief anew with each event of the soak, in a thread of its own; each time leaves a mark."""

BAD = {
    "hangs": """
        import threading
        @hookimpl
        def roomctl_on_event(event):
            threading.Event().wait()
        """,
    "raises_now_and_then": """
        count = 0
        @hookimpl
        def roomctl_on_event(event):
            global count
            count += 1
            if count % 2:
                raise RuntimeError("no such luck")
        """,
    "service_raises_now_and_then": """
        from roomctl.api import Health
        class Restless:
            name, woken = "restless", 0
            def start(self): ...
            def stop(self, timeout): ...
            def progress(self): return []
            def failures(self): return {}
            def health(self): return Health(ok=True)
            def wake(self):
                self.woken += 1
                if self.woken % 2:
                    raise RuntimeError("not now")
        @hookimpl
        def roomctl_services():
            return [Restless()]
        """,
    "slow": """
        import time
        @hookimpl
        def roomctl_on_event(event):
            if event.kind == "x.test.soak":
                time.sleep(0.1)
        """,
    "logs": AGAIN
    + """
    def work(ctx):
        for _ in range(2000):
            ctx.log.warning("x" * 5000)
    """,
    "publishes": AGAIN
    + """
    import itertools
    count = itertools.count()
    def work(ctx):
        if next(count) % 3:  # each event that gets through is told to all the others
            return
        try:
            while True:
                ctx.publish("noise", {})
        except Exception:
            pass
    """,
    "kills_its_child": AGAIN
    + """
    import os, sys
    def work(ctx):
        child = ctx.child([sys.executable, "-S", "-c", "import sys; sys.stdin.read()"])
        lives = 0
        while lives < 2:
            if (said := child.receive(5)) and said.get("type") == "started":
                lives += 1
                os.kill(child.pid, 9)
        child.stop()
    """,
    "native_crash_in_child": AGAIN
    + """
    import sys
    def work(ctx):
        child = ctx.child([sys.executable, "-S", "-c", "import ctypes; ctypes.string_at(0)"], restarts=1)
        try:
            while True:
                child.receive(5)
        except Exception:
            pass
    """,
}
"""As many as there are built-in ones. Those that a host puts out at once are in test_isolation; these go on."""

GOOD = """
    @hookimpl
    def roomctl_on_event(ctx, event):
        if event.kind == "x.test.soak":
            with ctx.folder().joinpath("seen").open("a") as file:
                file.write("x")
    """


@dataclass
class Hurried:
    """A data folder with a meeting that is being recorded, and a hurried host on it."""

    application: Application
    meeting: str
    url: str
    token: str

    @property
    def data(self):
        return self.application.data

    def host(self):
        return json.loads((self.data / "host.json").read_text(encoding="utf-8"))

    def ready(self):
        return (self.data / "host.json").exists() and self.host()["phase"] == "ready"

    def marks(self, plugin, name="done"):
        file = self.data / "plugin-data" / plugin / name
        return len(file.read_text()) if file.exists() else 0

    def answers(self):
        with contextlib.suppress(urllib.error.URLError):
            return self.ask("/api/v1/ready")

    def ask(self, path):
        request = urllib.request.Request(self.url + path, headers={"Authorization": f"Bearer {self.token}"})
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.load(answer)

    def refused(self, path):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(self.url + path, timeout=PATIENCE)
        with refused.value:
            return refused.value.code


@pytest.fixture
def hurried(tmp_path):
    application = Application(tmp_path)
    meeting = being_recorded(application)
    earlier = FakeClock(application.clock.now() - timedelta(minutes=50))
    back_up(application.database_path, tmp_path / "backups", earlier)  # the next one is due after ten minutes
    application.accounts.add("technician", "correct horse battery staple", [Role.TECHNICIAN])
    _, token = application.accounts.add_token("technician", "test", [Right.SEE_STATUS])
    for name, code in {**BAD, "good": GOOD}.items():
        drop(tmp_path, name, dedent(code))
    port = str(free_port())
    argv = [sys.executable, "-m", "roomctl.testing.hurried", str(SPEED), "--port", port]
    (tmp_path / "roomctl.toml").write_text("[host]\nanswer = 1.5\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ROOMCTL_DATA", str(tmp_path))
        launcher = Launcher(tmp_path, argv, say=lambda _line: None)
        thread = threading.Thread(target=launcher.run)
        thread.start()
        found = Hurried(application, meeting, f"http://127.0.0.1:{port}", token)
        try:
            until(lambda: found.ready() and found.answers())
            yield found
        finally:
            launcher.stop()
            thread.join(PATIENCE)
            application.usecases.adjourn(meeting)
            application.close()


@pytest.mark.timeout(600)
def test_twenty_minutes_leave_memory_threads_and_handles_as_they_were(hurried):
    pid = hurried.host()["pid"]
    began = time.monotonic()
    minute = 60 / SPEED
    looks = {"warm": [], "end": []}
    for n in range(1, MINUTES + 1):
        hurried.application._publish("test", "x.test.soak", {}, None)
        until(lambda n=n: hurried.marks("good", "seen") >= n)
        assert hurried.ask("/api/v1/health")
        assert hurried.refused("/api/v1/meetings") == 401
        for to_go in range(LOOKS, 0, -1):  # also in a minute that a busy machine takes longer for
            time.sleep(max(began + n * minute - time.monotonic(), 0.5) / to_go)
            if WARM < n <= WARM + 3:
                looks["warm"].append(Held.by(pid))
            elif n > MINUTES - 3:
                looks["end"].append(Held.by(pid))
    assert hurried.host()["pid"] == pid  # it was never started again
    Held.least(looks["end"]).flat_since(Held.least(looks["warm"]))
    for name in ("logs", "publishes", "kills_its_child", "native_crash_in_child"):
        assert hurried.marks(name) >= MINUTES // 2, name  # they went on all the time
    states = json.loads((hurried.data / "plugins.json").read_text(encoding="utf-8"))
    assert {name for name, one in states.items() if one["strikes"] >= 3} == {"hangs"}
    assert len(copies(hurried.data / "backups")) >= 2  # the earlier one, and one an hour of a clock that runs on
    recording = hurried.application.usecases.current_recording(hurried.meeting)
    assert (recording.dropped, recording.gaps) == (0, ())


# --- as long as somebody has time ----------------------------------------------------------------------------------

SECONDS = float(os.environ.get("ROOMCTL_SOAK", "60"))
SETTLED = 20.0  # seconds until every flood and every hang is over


@pytest.mark.long
@pytest.mark.timeout(8_000)
def test_memory_threads_and_handles_stay_flat(house):
    pid = house.host()
    end = time.monotonic() + SETTLED + SECONDS
    warm, n = None, 0
    while time.monotonic() < end:
        house.publish("soak")
        n += 1
        until(lambda n=n: house.file("good", "seen").exists() and heard(house) >= n)
        if warm is None and time.monotonic() > end - SECONDS:
            warm = Held.by(pid)
    assert house.host() == pid  # it was never started again
    Held.by(pid).flat_since(warm)
    (recording,) = house.application.usecases.recordings(house.meeting)  # after an hour its source has ended
    assert (recording.dropped, recording.gaps) == (0, ())


def heard(house):
    return house.file("good", "seen").read_text(encoding="utf-8").count("x.test.soak")
