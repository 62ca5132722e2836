"""A meeting that is recorded on a real host, and the processes of it that can be killed.

The host runs as `roomctl serve` runs it; where its launcher dies it is started anew, as a service manager would.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import pytest
from roomctl_audio import control, timing
from roomctl_audio.journal import journal
from roomctl_audio.journal.file import load

from roomctl.app import Application
from roomctl.domain.lifecycle import State
from roomctl.domain.meeting import Meeting, MeetingId
from roomctl.domain.recording import Order, RecorderState, Recording
from roomctl.services.identity import new_id
from tests.waiting import until

SPECIMENS = Path(__file__).parents[1] / "transcript" / "specimens"
CLIP = Path(__file__).parents[3] / "roomctl" / "demo" / "clip" / "demo_60s.flac"
AGAIN = 0.5  # seconds after which a service manager starts a launcher that died
MODULES = {"finisher": "roomctl_audio.sealing.finisher", "watch": "roomctl_audio.watch.watcher"}

SETTINGS = """
[plugins.audio]
source = "mic:pulse"
segment_seconds = 1.0
"""
ENGINE = """
from roomctl.api import EngineOffer, hookimpl

@hookimpl
def roomctl_transcribers():
    return {"slow": EngineOffer(name="slow", entry="slow_engine:Slow", models=("slow-model",), quality=99)}
"""
SLOW = """
import time
from stand_in_engine import StandIn

class Slow(StandIn):
    def decode(self, pcm, rate):
        time.sleep(2)
        return super().decode(pcm, rate)
"""
MODEL = """
[slow-model]
engine = "slow"
language = "zh"
licence = "MIT"
purpose = { zh = "测试", en = "tests" }
files = [{ name = "none", size = 1, sha256 = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881" }]

[[slow-model.sources]]
https = "https://example.invalid/"
"""


class House:
    """One data folder with one meeting in session."""

    def __init__(self, folder: Path, *, transcribes: bool = False) -> None:
        """Args: transcribes: an earlier meeting waits to be transcribed, by an engine that takes its time."""
        self.folder, self.data = folder, folder / "data"
        self.data.mkdir(parents=True)
        (self.data / "roomctl.toml").write_text(SETTINGS, encoding="utf-8")
        self._process: subprocess.Popen[bytes] | None = None
        self._environment = {**os.environ, "ROOMCTL_DATA": str(self.data), "ROOMCTL_LANG": "en"}
        if transcribes:
            self._bring_engine()
        self.application = Application(self.data)
        self.earlier = self._adjourned() if transcribes else None
        self.meeting = self._meeting()

    # --- the house itself

    def _bring_engine(self) -> None:
        plugin, models, code = self.data / "plugins/slow", self.folder / "models", self.folder / "code"
        for path in (plugin, models / "slow-model", code):
            path.mkdir(parents=True)
        (plugin / "plugin.toml").write_text('name = "slow"\ntitle = { zh = "慢", en = "slow" }\napi = "1"\n')
        (plugin / "__init__.py").write_text(ENGINE)
        (models / "catalogue.toml").write_text(MODEL)
        (models / "slow-model/none").write_bytes(b"x")
        (code / "slow_engine.py").write_text(SLOW)
        for path in (self.data, plugin.parent, plugin, *plugin.iterdir()):
            path.chmod(0o755)
        self._environment["ROOMCTL_MODELS"] = str(models)
        self._environment["PYTHONPATH"] = os.pathsep.join([str(code), str(SPECIMENS)])

    def _new(self, title: str) -> MeetingId:
        use, found, starts = self.application.usecases, MeetingId(new_id()), datetime.now(UTC).replace(tzinfo=None)
        use.create(Meeting(id=found, room=use.room.id, title=title, starts=starts, planned_minutes=30))
        for state in (State.APPROVED, State.OPEN):
            use.transition(found, state)
        return found

    def _adjourned(self) -> MeetingId:
        use, found = self.application.usecases, self._new("上次会议")
        use.arm(found, Order(source=f"file:{CLIP}", planned_seconds=120.0, watch=False))
        use.start(found)
        until(lambda: use.recorder_of(use.recordings(found)[0]).status().state is RecorderState.SEALED)
        use.adjourn(found)
        return found

    def _meeting(self) -> MeetingId:
        use, found = self.application.usecases, self._new("专题会")
        use.arm(found)
        use.start(found)
        return found

    def serve(self) -> None:
        """Starts the launcher, which starts the host."""
        argv = [sys.executable, "-m", "roomctl", "serve", "--port", str(_free_port())]
        with (self.folder / "said").open("ab") as said:
            self._process = subprocess.Popen(argv, env=self._environment, stderr=said, stdout=said)

    def close(self) -> None:
        """Adjourns, and stops the host as a person would."""
        try:
            if self.application.usecases.meeting(self.meeting).state is State.IN_SESSION:
                self.application.usecases.adjourn(self.meeting)
        finally:
            if self._process is not None:
                self._process.terminate()
                self._process.wait(30)
            self.application.close()

    def left(self) -> list[str]:
        """Command lines of the processes of this house that still run."""
        return [" ".join(line) for one in psutil.process_iter() if (line := command(one)) and self._is_own(one, line)]

    def _is_own(self, process: psutil.Process, line: list[str]) -> bool:
        with suppress(psutil.Error):
            own = any(str(self.folder) in word for word in line)
            return (own or process.environ().get("ROOMCTL_DATA") == str(self.data)) and not gone(process)
        return False

    # --- what the host says

    def host(self, *, other_than: int | None = None) -> int:
        """Pid of the host once it is ready; a launcher that ended meanwhile is started anew."""
        seen = time.monotonic()

        def ready() -> int | None:
            nonlocal seen
            assert self._process is not None
            if self._process.poll() is not None and time.monotonic() - seen > AGAIN:
                seen = time.monotonic()
                self.serve()
            told = self.told()
            good = told["phase"] == "ready" and told["pid"] != other_than and psutil.pid_exists(told["pid"])
            return int(told["pid"]) if good else None

        return int(until(ready, what="the host"))

    def told(self) -> dict[str, Any]:
        try:
            said: dict[str, Any] = json.loads((self.data / "host.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {"phase": "none", "pid": 0}
        return said

    def events(self, kind: str) -> list[dict[str, Any]]:
        with self.application.open_uow().reading() as uow:
            return [json.loads(one.data) for one in uow.events.stream(self.meeting, [kind])]

    # --- the recordings

    def recordings(self) -> list[Recording]:
        return list(self.application.usecases.recordings(self.meeting))

    def current(self) -> Recording | None:
        return self.application.usecases.current_recording(self.meeting)

    def path(self, recording: Recording) -> Path:
        return self.data / recording.folder

    def frames(self, recording: Recording) -> int:
        return self.application.usecases.recorder_of(recording).status().frames

    def rows(self, recording: Recording) -> list[journal.Row]:
        return list(load(self.path(recording)).rows)

    # --- the processes

    def launcher(self) -> psutil.Process:
        assert self._process is not None
        return psutil.Process(self._process.pid)

    def capture(self) -> psutil.Process | None:
        """Of the recording that is being made; None between two."""
        recording = self.current()
        card = control.read_card(self.path(recording)) if recording else None
        return psutil.Process(card.process.pid) if card and card.alive else None

    def child(self, kind: str) -> psutil.Process | None:
        """A child of capture: `finisher`, `watch`, or `source`, which is the one that is neither."""
        capture = self.capture()
        children = [(one, command(one)) for one in capture.children()] if capture else []
        if kind == "source":
            others = [one for one, line in children if line and not any(m in line for m in MODULES.values())]
            return others[0] if others else None
        return next((one for one, line in children if MODULES[kind] in line), None)

    def transcriber(self) -> psutil.Process | None:
        """The worker of the host that transcribes, where there is work."""
        return next((one for one in self._processes() if "roomctl_transcript.worker" in command(one)), None)

    def _processes(self) -> Iterator[psutil.Process]:
        with suppress(psutil.Error):
            yield from psutil.Process(self.told()["pid"]).children(recursive=True)

    def victim(self, kind: str) -> psutil.Process | None:
        """The process of that kind, where there is one now."""
        with suppress(psutil.Error):
            if kind == "host":
                return psutil.Process(self.told()["pid"])
            if kind == "launcher":
                return self.launcher()
            if kind == "capture":
                return self.capture()
            return self.transcriber() if kind == "transcriber" else self.child(kind)
        return None


def command(process: psutil.Process) -> list[str]:
    """Its command line; empty where it is gone."""
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def gone(process: psutil.Process) -> bool:
    """It has ended, whether or not somebody has asked how."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.Error:
        return True


def kill(process: psutil.Process) -> float:
    """Ends it as the machine would, at once; the moment by the clock of the journals."""
    at = timing.now()
    with suppress(ProcessLookupError):
        os.kill(process.pid, signal.SIGKILL)
    until(lambda: gone(process), what="a killed process")
    return at


def interpose(patch: pytest.MonkeyPatch, **told: str) -> None:
    """Processes that are started from now on load `interposed/sitecustomize.py`, which reads what it is told."""
    paths = [str(Path(__file__).parent / "interposed"), *filter(None, [os.environ.get("PYTHONPATH")])]
    patch.setenv("PYTHONPATH", os.pathsep.join(paths))
    for name, value in told.items():
        patch.setenv(name, value)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
