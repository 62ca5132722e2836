"""The host as a real process, and a real browser that may ask nobody else."""

import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from roomctl.app import Application
from roomctl.domain.access import Role
from roomctl.domain.attendance import Method, Person
from roomctl.domain.lifecycle import State
from roomctl.domain.meeting import AgendaItem, Meeting, MeetingId
from roomctl.services.identity import new_id
from roomctl.web.session import COOKIE
from tests.waiting import PATIENCE, until
from tests.warm import WARM, host

DRAWN_MS = 20_000  # a busy machine draws late; what never comes is still told
expect.set_options(timeout=DRAWN_MS)

PASSWORD = "correct horse battery"  # noqa: S105 - of an account that lives as long as a test
FAILED = pytest.StashKey[bool]()
SIZES = {"desk": (1440, 900), "small": (1280, 800), "telephone": (390, 844)}
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


@dataclass
class Site:
    """A host on a data folder of its own, with a meeting of today and a plugin that does not load."""

    data: Path
    url: str
    asked: list[str] = field(default_factory=list)
    signed_on: dict[str, list[Any]] = field(default_factory=dict)  # name → the session's cookie

    def outside(self) -> list[str]:
        """What a browser asked of anybody else."""
        own = (self.url, self.url.replace("http", "ws"), "data:", "blob:")
        return [url for url in self.asked if not url.startswith(own)]


def _prepared(data: Path) -> None:
    application = Application(data)
    application.accounts.add("赵敏", PASSWORD, [Role.ADMIN])
    application.accounts.add("周强", PASSWORD, [Role.USHER])
    use = application.usecases
    now = datetime.now(ZoneInfo(use.room.zone))
    meeting = use.create(
        Meeting(
            id=MeetingId(new_id()),
            room=use.room.id,
            title="老旧小区改造<b>和</b>政务服务大厅建设",
            starts=now.replace(hour=10, minute=0, second=0, microsecond=0, tzinfo=None),
            chair="张建国",
            agenda=(AgendaItem(1, "老旧小区改造进展", presenter="李晓明"),),
        )
    )
    people = [Person(id=new_id(), name=name, rank=rank) for rank, name in enumerate(("张建国", "李晓明", "孙丽"), 1)]
    use.add_people(meeting.id, people)
    for state in (State.APPROVED, State.OPEN):
        use.transition(meeting.id, state)
    use.sign_in(meeting.id, "张建国", method=Method.DESK)
    application.close()
    broken = data / "plugins" / "sms_gateway"
    broken.mkdir(parents=True)
    broken.joinpath("plugin.toml").write_text(
        'name = "sms_gateway"\ntitle = { zh = "短信通知", en = "Text messages" }\napi = "1"\n', encoding="utf-8"
    )
    broken.joinpath("__init__.py").write_text("raise RuntimeError('短信猫没有应答')\n", encoding="utf-8")
    (data / "roomctl.toml").write_text(
        '# 本室设置\n[room]\nname = "第一会议室"\n\n[plugins.audio]\nsource = "tone"  # 演示\n', encoding="utf-8"
    )


@pytest.fixture(scope="module")
def prepare() -> Callable[[Path], None]:
    """Fills a data folder before its host starts; a module may have its own."""
    return _prepared


@contextmanager
def forked(data: Path, port: int) -> Iterator[None]:
    """The host alone, without its launcher, which no page needs."""
    environment = {**os.environ, "ROOMCTL_DATA": str(data), "ROOMCTL_LANG": "zh"}
    held, launcher = WARM.Pipe(duplex=False)
    process = WARM.Process(target=host, args=(port, data, environment, held))
    process.start()
    held.close()
    try:
        yield
    finally:
        process.terminate()
        process.join(PATIENCE)
        if process.exitcode is None:
            process.kill()
            process.join(PATIENCE)
        launcher.close()


@contextmanager
def launched(data: Path, port: int) -> Iterator[None]:
    """The host as a person starts it, kept by its launcher."""
    environment = {**os.environ, "ROOMCTL_DATA": str(data), "ROOMCTL_LANG": "zh"}
    argv = [sys.executable, "-m", "roomctl", "serve", "--port", str(port)]
    launcher = subprocess.Popen(argv, env=environment, stderr=subprocess.DEVNULL, cwd=data)
    try:
        yield
    finally:
        launcher.terminate()
        try:
            launcher.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            launcher.kill()
            launcher.wait(PATIENCE)


@pytest.fixture(scope="module")
def hosting() -> Callable[[Path, int], AbstractContextManager[None]]:
    """Runs a host on a data folder and a port; a module may have its own."""
    return forked


@pytest.fixture(scope="module")
def site(tmp_path_factory, prepare, hosting) -> Iterator[Site]:
    data = tmp_path_factory.mktemp("site") / "data"
    data.mkdir()
    prepare(data)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    with hosting(data, port):
        until(lambda: _ready(url), 120)
        yield Site(data, url)


def _ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/api/v1/ready", timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as play:
        made = play.chromium.launch(executable_path="/usr/bin/chromium", args=list(FLAGS))
        yield made
        made.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if call.when == "call":
        item.stash[FAILED] = report.failed
    return report


@pytest.fixture
def pictured(request, tmp_path) -> Callable[[Page, str], None]:
    """Keeps what a test leaves on a page, where it failed; with `ROOMCTL_PICTURES` in any case."""

    def kept(page: Page, name: str) -> None:
        if request.node.stash.get(FAILED, False) or os.environ.get("ROOMCTL_PICTURES"):
            page.screenshot(path=tmp_path / f"{name}.png", full_page=True)

    return kept


class Tabs:
    """Tabs that were used before: in one that is warm a page costs a second of processor time less.

    Each is alone in its context; what a test changed of it is put back.
    """

    def __init__(self, browser: Browser, site: Site) -> None:
        self._browser, self._site = browser, site
        self._idle: dict[tuple[str, str], list[Page]] = {}

    def take(self, size: str, locale: str) -> Page:
        if idle := self._idle.get((size, locale)):
            return idle.pop()
        width, height = SIZES[size]
        page = self._browser.new_context(viewport={"width": width, "height": height}, locale=locale).new_page()
        page.set_default_timeout(15_000)
        page.on("request", lambda request: self._site.asked.append(request.url))
        page.on("websocket", lambda ws: self._site.asked.append(ws.url))
        return page

    def give(self, page: Page, size: str, locale: str) -> None:
        width, height = SIZES[size]
        page.unroute_all(behavior="ignoreErrors")
        page.goto(f"{self._site.url}/api/v1/ready")  # nothing happens there, and unlike a blank one it is as warm
        page.evaluate("localStorage.clear(); sessionStorage.clear()")
        page.context.clear_cookies()
        page.emulate_media(media="null")
        page.set_viewport_size({"width": width, "height": height})
        for other in page.context.pages:
            if other != page:
                other.close()
        self._idle.setdefault((size, locale), []).append(page)


@pytest.fixture(scope="module")
def tabs(browser, site) -> Tabs:
    return Tabs(browser, site)


@pytest.fixture
def open_page(tabs, site, pictured):
    """Opens a tab that knows of no other: `open_page("/", who="赵敏", size="desk")`."""
    taken = []

    def opened(path: str = "/", *, who: str = "赵敏", size: str = "desk", locale: str = "zh-CN"):
        page = tabs.take(size, locale)
        taken.append((page, size, locale))
        if known := site.signed_on.get(who):
            page.context.add_cookies(known)
        page.goto(site.url + path if known else f"{site.url}/log-in?next={path}")
        if who and urlsplit(page.url).path == "/log-in":  # for the first time, or another test has signed off
            page.fill("#name", who)
            page.fill("#password", PASSWORD)
            page.keyboard.press("Enter")
            page.wait_for_url(lambda url: urlsplit(url).path != "/log-in")
            site.signed_on[who] = [one for one in page.context.cookies() if one["name"] == COOKIE]
        if who:
            page.wait_for_selector("main h1, main [role=alert]")
        return page

    yield opened
    for number, (page, *kind) in enumerate(taken):
        pictured(page, f"page-{number}")
        tabs.give(page, *kind)
