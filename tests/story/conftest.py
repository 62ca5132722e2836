"""A day in the room: a host of its own, a virtual rack, and everybody in a browser of their own."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from playwright.sync_api import Browser, Page

from roomctl.app import Application
from tests.story.album import Album
from tests.web.pages.conftest import PASSWORD, SIZES, Site, browser, site  # noqa: F401 - fixtures

SETTINGS = """
[room]
name = "第一会议室"

[plugins.audio]
source = "file:{sound}"

[plugins.transcript]
engine = "whisper"

[plugins.archive]
source_organization = "市政府办公室"
fonds = "X043"

[plugins.archive.targets.local]
kind = "folder"
path = "archive"

[plugins.archive.targets.nas]
kind = "folder"
path = "{away}"
"""


def until(true: Callable[[], Any], seconds: float = 60) -> Any:
    """What it gives, once that is true."""
    end = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < end, "it did not come to that in time"
        time.sleep(0.2)
    return found


@dataclass
class Day:
    """What the chapters share.

    Attributes:
        site: the host; album: what was seen; sound: the file that is spoken in the room.
        away: folder of the archive target that is not there for a while.
        meeting: id, once it is planned.

    """

    site: Site
    album: Album
    browser: Browser
    sound: Path
    away: Path
    meeting: str = ""
    _pages: dict[str, Page] = field(default_factory=dict)
    _application: Application | None = None

    @property
    def use(self):
        """The use cases of another process than the host."""
        if self._application is None:
            self._application = Application(self.site.data)
        return self._application.usecases

    @property
    def application(self) -> Application:
        assert self.use
        assert self._application
        return self._application

    def path(self, rest: str = "") -> str:
        return f"/meetings/{self.meeting}{rest}"

    def page(self, who: str, path: str = "", size: str = "desk") -> Page:
        """The browser of that person, at that page; it was opened by `browse`."""
        page = self._pages[who]
        if path:
            width, height = SIZES[size]
            page.set_viewport_size({"width": width, "height": height})
            page.goto(self.site.url + path)
        return page

    def browse(self, who: str = "", **how: Any) -> Page:
        """A new browser, in which nobody is signed on; with a name it is kept under that name."""
        context = self.browser.new_context(
            viewport={"width": 1440, "height": 900}, locale="zh-CN", timezone_id="Asia/Shanghai", **how
        )
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on("request", lambda request: self.site.asked.append(request.url))
        if who:
            self._pages[who] = page
        return page

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

    def kill_host(self) -> None:
        """The launcher brings it back; returns when it is ready again."""
        told = self.site.data / "host.json"
        before = json.loads(told.read_text(encoding="utf-8"))["pid"]
        os.kill(before, signal.SIGKILL)
        until(lambda: json.loads(told.read_text(encoding="utf-8"))["pid"] != before and self._ready())

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


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("day")


@pytest.fixture(scope="module")
def sound(folder) -> Path:
    """Some 87 s of a meeting of four microphones: its beginning, a report, and all that it decides."""
    made = Path(__file__).parents[3] / "shared" / "speech" / "meeting_4ch.flac"
    if not made.is_file():
        return Path(__file__).parents[2] / "roomctl" / "demo" / "clip" / "demo_60s.flac"
    samples, rate = soundfile.read(made, dtype="int16", always_2d=True)
    kept = np.concatenate([samples[: round(41.7 * rate)], samples[round(98.4 * rate) :]])
    soundfile.write(folder / "room.flac", kept, rate, subtype="PCM_16")
    return folder / "room.flac"


@pytest.fixture(scope="module")
def prepare(folder, sound) -> Callable[[Path], None]:
    """Settings alone: everything else is made on the way."""

    def prepared(data: Path) -> None:
        text = SETTINGS.format(sound=sound, away=folder / "away" / "archive")
        (data / "roomctl.toml").write_text(text, encoding="utf-8")

    return prepared


@pytest.fixture(scope="module")
def day(site, browser, folder, sound) -> Iterator[Day]:  # noqa: F811 - fixtures
    made = Day(site, Album(folder), browser, sound, folder / "away" / "archive")
    with (site.data / "roomctl.toml").open("a", encoding="utf-8") as settings:
        settings.write(f'\n[plugins.signin]\nphone = "{site.url}"\n')
    made.kill_host()  # which reads its settings when it starts
    yield made
    report = made.album.write()
    print(f"\n{report}")
    made.close()


@pytest.fixture(scope="module")
def rack(site) -> Iterator[subprocess.Popen[str]]:  # noqa: F811 - fixture
    """`roomctl emulate room` beside the host; a line `DEVICE FAULT` to its stdin switches a fault."""
    room = subprocess.Popen(
        [sys.executable, "-m", "roomctl", "emulate", "room", "--fault", "pjlink=dead", "--json"],
        env={**os.environ, "ROOMCTL_DATA": str(site.data), "ROOMCTL_LANG": "zh"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert json.loads(room.stdout.readline())["devices"]
        yield room
    finally:
        room.terminate()
        try:
            room.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            room.kill()
            room.communicate()
