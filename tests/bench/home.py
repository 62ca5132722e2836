"""The home page in a browser: seconds until a press is heard, against the smallest page that NiceGUI can make.

    python -m tests.bench.home [--rounds 7]

Both are served by a process of their own, and opened by the same Chromium in turns: cold, with an empty cache, and
warm, as one comes back to it. It can be worked with once its heading is drawn and its socket to the host is open.
The host has a month of meetings.
"""

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, BrowserContext, sync_playwright

from roomctl.app import Application
from roomctl.domain.access import Role
from roomctl.domain.attendance import Person
from roomctl.domain.lifecycle import State
from roomctl.domain.meeting import AgendaItem, Meeting, MeetingId
from roomctl.services.identity import new_id
from tests.bench import Bench, Goal

CHROMIUM = "/usr/bin/chromium"
PASSWORD = "correct horse battery"  # noqa: S105 - of an account that lives as long as the bench
MEETINGS, PEOPLE = 30, 32
BENCH = Bench(
    __file__,
    {
        "usable": Goal(
            "seconds until the home page can be worked with",
            "<=",
            2.0,
            "×",
            "a NiceGUI page with a heading and a button",
        )
    },
    needs=("chromium",),
)
BARE = """
import sys
from nicegui import ui

@ui.page("/")
def home():
    with ui.element("main"):
        ui.html("<h1>bare</h1>", sanitize=False)
        ui.button("press")

ui.run(host="127.0.0.1", port=int(sys.argv[1]), show=False, reload=False)
"""
USABLE = "() => document.querySelector('main h1') && window.socket && window.socket.connected"


def filled(data: Path) -> None:
    """A month of meetings, one a day, with their people."""
    application = Application(data)
    application.accounts.add("赵敏", PASSWORD, [Role.ADMIN])
    use = application.usecases
    today = datetime.now(ZoneInfo(use.room.zone)).replace(hour=9, minute=0, second=0, microsecond=0, tzinfo=None)
    for day in range(MEETINGS):
        meeting = use.create(
            Meeting(
                id=MeetingId(new_id()),
                room=use.room.id,
                title=f"第{day + 1}次工作例会",
                starts=today - timedelta(days=day),
                chair="张建国",
                agenda=(AgendaItem(1, "老旧小区改造进展", presenter="李晓明"),),
            )
        )
        people = [Person(id=new_id(), name=f"张三{rank}", rank=rank) for rank in range(1, PEOPLE + 1)]
        use.add_people(meeting.id, people)
        for state in (State.APPROVED, State.OPEN):
            use.transition(meeting.id, state)
    application.close()


@contextmanager
def served(argv: list[str], path: str, data: Path) -> Iterator[str]:
    """Its address, once it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "ROOMCTL_DATA": str(data)}
    process = subprocess.Popen(
        [*argv, str(port)], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5):
                break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def opened(context: BrowserContext, url: str) -> float:
    page = context.new_page()
    began = time.perf_counter()
    page.goto(url, wait_until="commit")
    page.wait_for_function(USABLE, timeout=60_000)
    seconds = time.perf_counter() - began
    page.close()
    return seconds


def signed_on(browser: Browser, url: str) -> list[dict[str, object]]:
    """The cookies of somebody who is."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{url}/log-in?next=/")
    page.fill("#name", "赵敏")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_function(USABLE, timeout=60_000)
    cookies = context.cookies()
    context.close()
    return cookies  # type: ignore[return-value]


def main(rounds: int) -> None:
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        data, bare = Path(folder) / "data", Path(folder) / "bare.py"
        data.mkdir()
        filled(data)
        bare.write_text(BARE, encoding="utf-8")
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        roomctl = [sys.executable, "-m", "roomctl", "serve", "--port"]
        with (
            served(roomctl, "/api/v1/ready", data) as home,
            served([sys.executable, str(bare)], "/", data) as plain,
        ):
            sites = {"home": (home, signed_on(browser, home)), "bare": (plain, [])}
            times: dict[tuple[str, str], list[float]] = {}
            for _ in range(rounds):
                for name, (url, cookies) in sites.items():
                    context = browser.new_context()
                    context.add_cookies(cookies)  # type: ignore[arg-type]
                    times.setdefault((name, "cold"), []).append(opened(context, url))
                    times.setdefault((name, "warm"), []).append(opened(context, url))
                    context.close()
        browser.close()
    for cache in ("cold", "warm"):
        ours, theirs = (statistics.median(times[name, cache]) for name in ("home", "bare"))
        BENCH.tell("usable", ours / theirs, case=cache, seconds=round(ours, 2), baseline_s=round(theirs, 2))


if __name__ == "__main__":
    BENCH.run(main, __doc__, rounds=(7, 2))
