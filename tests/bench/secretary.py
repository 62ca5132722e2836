"""The secretary's page with three hours of text: opened, scrolled, written in; beside the same text in a bare page.

    python -m tests.bench.secretary [--sentences 5000] [--rounds 5]

The bare page is the smallest that can show as much: it fetches the same sentences, keeps those in sight as plain rows
of one height, and lets one of them be written in. Both are shown by the same Chromium in turns. A stroke is from the
key to the first frame that was painted after it; a step of scrolling is from the new place to the second frame.
"""

import json
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from roomctl.app import Application
from roomctl.domain.access import Role
from tests.bench import Bench, Goal
from tests.bench.home import CHROMIUM, PASSWORD, served
from tests.web.pages.held import held, speech

STEPS, STROKES = 120, 40
PLAIN = "the same sentences in a bare virtual list"
BENCH = Bench(
    __file__,
    {
        "first": Goal("three hours of text: until the first sentences are painted", "<=", 3.0, "×", PLAIN),
        "open": Goal("three hours of text: until all of it is there", "<=", 6.0, "×", PLAIN),
        "scroll": Goal("a step of scrolling, p95", "<=", 2.0, "×", PLAIN),
        "stroke": Goal("a key until it is painted, p95", "<=", 2.0, "×", PLAIN),
    },
    needs=("chromium",),
)
BARE = """<!doctype html><meta charset="utf-8"><title>bare</title>
<style>body{margin:0}#box{height:100vh;overflow:auto;contain:strict}#all{position:relative}
p{position:absolute;margin:0;height:60px;left:0;right:0;font:18px/30px sans-serif}</style>
<div id="box"><div id="all"></div></div>
<script>
const TALL = 60, box = document.getElementById("box"), all = document.getElementById("all"), rows = new Map();
let lines = [], asked = false;
const fill = () => {
  asked = false;
  const from = Math.max(0, Math.floor(box.scrollTop / TALL) - 10), to = Math.min(lines.length, from + 40);
  for (const [i, e] of rows) if (i < from || i >= to) { e.remove(); rows.delete(i); }
  for (let i = from; i < to; i++) if (!rows.has(i)) {
    const e = document.createElement("p");
    e.textContent = lines[i].text;
    e.style.transform = `translateY(${i * TALL}px)`;
    rows.set(i, e);
    all.append(e);
  }
};
box.addEventListener("scroll", () => { if (!asked) { asked = true; requestAnimationFrame(fill); } });
const write = (i) => { const e = rows.get(i); e.contentEditable = "plaintext-only"; e.focus(); };
fetch("lines.json").then((answer) => answer.json()).then((found) => {
  lines = found; all.style.height = `${lines.length * TALL}px`; fill(); window.ready = true;
});
</script>"""
SCROLL = """([box, steps]) => new Promise((done) => {
  const e = document.querySelector(box), took = [], to = e.scrollHeight - e.clientHeight;
  let k = 0;
  const step = () => {
    if (k++ === steps) { done(took); return; }
    const at = performance.now();
    e.scrollTop = Math.round((to * ((k * 37) % steps)) / steps);
    requestAnimationFrame(() => requestAnimationFrame(() => { took.push(performance.now() - at); step(); }));
  };
  step();
})"""
LISTEN = """() => {
  window.rcTook = [];
  document.addEventListener("keydown", () => {
    const at = performance.now(), painted = new MessageChannel();
    painted.port1.onmessage = () => window.rcTook.push(performance.now() - at);
    requestAnimationFrame(() => painted.port2.postMessage(0));
  }, true);
}"""


@contextmanager
def bare(folder: Path, lines: list[dict[str, Any]]):
    """The address of the bare page."""
    (folder / "index.html").write_text(BARE, encoding="utf-8")
    (folder / "lines.json").write_text(json.dumps(lines, ensure_ascii=False), encoding="utf-8")

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def opened(page: Page, url: str, first: str, ready: str) -> tuple[float, float]:
    """Milliseconds until its first sentences are painted, and until all of them are there."""
    began = time.perf_counter()
    page.goto(url, wait_until="commit")
    took = []
    for wanted in (first, ready):
        page.wait_for_function(wanted, timeout=120_000, polling="raf")
        took.append(1000 * (time.perf_counter() - began))
    return took[0], took[1]


def strokes(page: Page, write: Callable[[Page], None]) -> list[float]:
    """Milliseconds of each."""
    write(page)
    page.evaluate(LISTEN)
    for n in range(STROKES):
        page.keyboard.press("ABCDEFGHIJ"[n % 10])
    page.wait_for_function("n => window.rcTook.length >= n", arg=STROKES)
    return page.evaluate("window.rcTook")


def write_ours(page: Page) -> None:
    page.evaluate("rcWords.go(Math.floor(rcWords.lines.length / 2))")
    page.wait_for_timeout(300)
    page.evaluate("rcWords.edit()")


def write_bare(page: Page) -> None:
    page.evaluate("box.scrollTop = all.offsetHeight / 2")
    page.wait_for_timeout(300)
    page.evaluate("write(Math.floor(lines.length / 2))")


def p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


def main(sentences: int, rounds: int) -> None:
    took: dict[tuple[str, str], list[float]] = {}
    with tempfile.TemporaryDirectory() as name, sync_playwright() as play:
        data = Path(name) / "data"
        data.mkdir()
        application = Application(data)
        application.accounts.add("孙丽", PASSWORD, [Role.SECRETARY])
        meeting = held(application, speech(data / "short.wav", 2))
        meeting.put(sentences)
        application.close()
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        with served([sys.executable, "-m", "roomctl", "serve", "--port"], "/api/v1/ready", data) as ours:
            context = browser.new_context(viewport={"width": 1440, "height": 900})
            page = context.new_page()
            page.goto(f"{ours}/log-in?next=/plugins")
            page.fill("#name", "孙丽")
            page.fill("#password", PASSWORD)
            page.keyboard.press("Enter")
            page.wait_for_selector("main h1, main [role=alert]")
            lines = page.request.get(f"{ours}/api/v1/meetings/{meeting.meeting}/transcripts/1/lines").json()
            folder = Path(name) / "bare"
            folder.mkdir()
            all_there = f"() => window.rcWords?.lines.length === {sentences}"
            with bare(folder, lines) as plain:
                pages = (
                    ("ours", ours + meeting.path, ".rc-ln1", all_there, ".rc-lines", write_ours),
                    ("bare", plain, "p", "() => window.ready", "#box", write_bare),
                )
                for _ in range(rounds):
                    for who, url, row, ready, box, write in pages:
                        seen = f"() => document.querySelector('{row}')"
                        for what, ms in zip(("first", "open"), opened(page, url, seen, ready), strict=True):
                            took.setdefault((who, what), []).append(ms)
                        if who == "ours":
                            page.wait_for_selector(".rc-sheet", timeout=60_000)  # the record beside it is drawn too
                        page.wait_for_timeout(1500)
                        took.setdefault((who, "scroll"), []).append(p95(page.evaluate(SCROLL, [box, STEPS])))
                        took.setdefault((who, "stroke"), []).append(p95(strokes(page, write)))
        browser.close()
    for what in BENCH.goals:
        mine, theirs = (statistics.median(took[who, what]) for who in ("ours", "bare"))
        BENCH.tell(
            what,
            mine / theirs,
            sentences=sentences,
            characters=sum(len(one["text"]) for one in lines),
            ms=round(mine, 1),
            baseline_ms=round(theirs, 1),
        )


if __name__ == "__main__":
    BENCH.run(main, __doc__, sentences=(5_000, 500), rounds=(5, 1))
