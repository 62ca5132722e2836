"""What the chapters of a day share: its host, its people's browsers, and what is done to it."""

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import Browser, Page

from roomctl.app import Application
from roomctl.domain.record import RecordFile
from roomctl.domain.recording import RecorderState
from tests import waiting
from tests.story.album import Album
from tests.story.hall import RATE, Hall, Speech
from tests.web.pages.conftest import PASSWORD, SIZES, Site

PATIENCE = 300.0
"""Seconds in which a machine, however busy, has come to it."""
WORKER = "roomctl_transcript.worker"

until = partial(waiting.until, seconds=PATIENCE)


@dataclass(frozen=True)
class Length:
    """How long the meeting is talked, and what dies meanwhile.

    Attributes:
        minutes: of talk, at least; 0: once through the shortest of it.
        host, transcriber: how often each is killed. The capture and a target of the archive die once.

    """

    minutes: float = 0
    host: int = 1
    transcriber: int = 1

    @classmethod
    def asked(cls) -> "Length":
        """By `ROOMCTL_STORY_MINUTES`; without it, as short as in CI."""
        minutes = float(os.environ.get("ROOMCTL_STORY_MINUTES", "0"))
        return cls(minutes, host=2, transcriber=3) if minutes else cls()


class Disk:
    """A file system of its own for the data folder, whose size can be changed; none where nobody may mount one."""

    ROOMY = 8_000_000_000

    def __init__(self) -> None:
        self._at: Path | None = None

    @property
    def there(self) -> bool:
        return self._at is not None

    def mount(self, at: Path) -> None:
        done = sys.platform == "linux" and self._mount("-t", "tmpfs", "-o", f"size={self.ROOMY}", "tmpfs", str(at))
        self._at = at if done else None

    def leave(self, free: int) -> None:
        """So many bytes are free afterwards."""
        now = os.statvfs(self._at)
        assert self._resize((now.f_blocks - now.f_bfree) * now.f_frsize + free)

    def relieve(self) -> None:
        """The end of `leave`."""
        assert self._resize(self.ROOMY)

    def release(self) -> None:
        if self._at:
            subprocess.run(["umount", "--lazy", str(self._at)], check=True)

    def _resize(self, size: int) -> bool:
        return self._mount("-o", f"remount,size={size}", str(self._at))

    @staticmethod
    def _mount(*words: str) -> bool:
        with suppress(OSError):
            return subprocess.run(["mount", *words], capture_output=True, check=False).returncode == 0
        return False


@dataclass(kw_only=True)
class Day:
    """The host, and everybody who works with it.

    Attributes:
        site: the host; album: what was seen; hall, speech: what is heard in the room, and what is said there.
        disk: that of the data folder; nas: the second place of the archive.
        meeting: id, once it is planned.

    """

    site: Site
    album: Album
    browser: Browser
    hall: Hall
    speech: Speech
    length: Length
    disk: Disk
    nas: Path
    meeting: str = ""
    _pages: dict[str, Page] = field(default_factory=dict)
    _application: Application | None = None

    @property
    def application(self) -> Application:
        """The data folder as another process than the host has it."""
        if self._application is None:
            self._application = Application(self.site.data)
        return self._application

    @property
    def use(self):
        """Its use cases."""
        return self.application.usecases

    def path(self, rest: str = "") -> str:
        return f"/meetings/{self.meeting}{rest}"

    @property
    def record(self) -> RecordFile:
        """The newest 会议记录."""
        return next(one for one in reversed(self.use.documents(self.meeting)) if one.kind == "会议记录")

    # --- people

    def page(self, who: str, path: str = "", size: str = "small") -> Page:
        """The browser of that person, at that page; it was opened by `browse`."""
        page = self._pages[who]
        if path:
            width, height = SIZES[size]
            page.set_viewport_size({"width": width, "height": height})
            page.goto(self.site.url + path)
        return page

    def browse(self, who: str, size: str = "small", **how: Any) -> Page:
        """A new browser, in which nobody is signed on; it is kept under that name."""
        width, height = SIZES[size]
        context = self.browser.new_context(
            viewport={"width": width, "height": height}, locale="zh-CN", timezone_id="Asia/Shanghai", **how
        )
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on("request", lambda request: self.site.asked.append(request.url))
        self._pages[who] = page
        return page

    def rest(self, *stay: str) -> None:
        """Everybody else closes their page: a browser that draws costs the machine what others wait for."""
        for who, page in self._pages.items():
            if who not in stay:
                page.goto("about:blank")

    def sign_on(self, page: Page, who: str, password: str = PASSWORD) -> None:
        page.goto(f"{self.site.url}/log-in")
        page.fill("#name", who)
        page.fill("#password", password)
        page.keyboard.press("Enter")
        page.wait_for_selector("main h1, main [role=alert]")

    def ask(self, who: str, method: str, path: str, said: Any = None) -> Any:
        """A REST request in the session of that person."""
        answer = self._pages[who].request.fetch(
            f"{self.site.url}/api/v1{path}", method=method, data=said, headers={"Origin": self.site.url}
        )
        assert answer.ok, (path, answer.status, answer.text())
        return answer.json() if answer.text() else None

    def roomctl(self, *words: str) -> Any:
        """A command on the data folder of the host, with its answer as JSON."""
        run = subprocess.run(
            [sys.executable, "-m", "roomctl", *words, "--json"],
            env={**os.environ, "ROOMCTL_DATA": str(self.site.data), "ROOMCTL_LANG": "zh"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 0, (words, run.stderr)
        return json.loads(run.stdout)

    # --- sound

    @property
    def frames(self) -> int:
        """Of all recordings of the meeting until now."""
        sealed = [one.frames for one in self.use.recordings(self.meeting) if one.state is RecorderState.SEALED]
        status = self.use.recorder_status(self.meeting)
        return sum(sealed) + (status.frames if status and status.state is not RecorderState.SEALED else 0)

    def goes_on(self, seconds: float = 1) -> None:
        """Waits until so much more is recorded."""
        before = self.frames
        until(lambda: self.frames >= before + seconds * RATE)

    def listen(self) -> None:
        """Waits until all is said, and is recorded."""
        until(lambda: self.hall.silent)
        self.goes_on()

    def written(self, true: Callable[[], Any], minutes: float = 15) -> Any:
        """What it gives, once that is true and the transcriber is through with what it takes.

        It is as urgent as everything else, where that is allowed: a room's PC has no tests beside it.
        """

        def looked() -> Any:
            if one := self._transcriber():
                with suppress(OSError):
                    for thread in Path(f"/proc/{one.pid}/task").iterdir():
                        os.setpriority(os.PRIO_PROCESS, int(thread.name), 0)
            return true()

        return until(looked, seconds=minutes * 60)

    @property
    def sentences(self) -> list[str]:
        """Of the newest transcript, as far as there is one."""
        heads = self.use.transcript_heads(self.meeting)
        return [one.text for one in self.use.sentences(heads[-1].version.id, 0, 10_000)] if heads else []

    # --- deaths

    @property
    def host(self) -> int:
        """Process id."""
        return int(json.loads((self.site.data / "host.json").read_text(encoding="utf-8"))["pid"])

    def kill_host(self) -> None:
        """The launcher brings it back; returns when it is ready again."""
        before = self.host
        os.kill(before, signal.SIGKILL)
        until(lambda: self.host != before and self._ready())

    def kill_capture(self) -> None:
        (card,) = self.site.data.glob("meetings/**/capture.json")
        os.kill(json.loads(card.read_text(encoding="utf-8"))["pid"], signal.SIGKILL)

    def kill_transcriber(self) -> None:
        """As soon as there is one."""
        until(self._transcriber).kill()

    def _transcriber(self) -> psutil.Process | None:
        with suppress(psutil.Error):
            for one in psutil.Process(self.host).children(recursive=True):
                if WORKER in one.cmdline():
                    return one
        return None

    def _ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.site.url}/api/v1/ready", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def close(self) -> None:
        for page in self._pages.values():
            page.context.close()
        if self._application is not None:
            for one in self._application.usecases.running_recordings():
                self._application.usecases.recorder_of(one).stop()
            self._application.close()
