"""The secretary's page with a long day's transcript, against the same page with a short one.

    python -m tests.bench.words [SENTENCES]

Both meetings stand in one host and are opened by the same Chromium, in turns. What is measured is what a hand
notices: until the first sentences can be read, one step to the next sentence, a jump to one far away, one screen
scrolled until it is drawn; and how many rows stand in the page.
"""

import json
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, sync_playwright

from roomctl.app import Application
from roomctl.domain.access import Role
from tests.bench.home import CHROMIUM, PASSWORD, served, signed_on
from tests.web.pages.held import held, speech

SHORT = 100
ROUNDS = 5
GOAL = 1.5
"""Times the short one's."""
FIRST = "() => document.querySelectorAll('.rc-ln1').length > 0"
WHOLE = "n => window.rcWords && rcWords.lines.length === n && !rcWords.reading"
HANDS = """async () => {
  const box = document.querySelector("[data-lines]"), n = rcWords.lines.length;
  const drawn = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const timed = async (times, does, until = () => box.offsetHeight) => {
    const found = [];
    for (let k = 0; k < times; k++) {
      const began = performance.now();
      does(k);
      await until();
      found.push(performance.now() - began);
      await drawn();
    }
    return found.sort((a, b) => a - b)[times >> 1];
  };
  rcWords.go(n >> 1);
  await drawn();
  return {
    step: await timed(40, (k) => rcWords.go((n >> 1) + k % 2)),
    jump: await timed(20, (k) => rcWords.go(k % 2 ? n - 1 : 0)),
    screen: await timed(40, () => { box.scrollTop = (box.scrollTop + box.clientHeight) % box.scrollHeight; }, drawn),
    rows: document.querySelectorAll(".rc-ln1").length,
  };
}"""


def opened(context: BrowserContext, url: str, sentences: int) -> dict[str, Any]:
    """Seconds until the first sentences and until all are there; milliseconds of each act of the hands."""
    page = context.new_page()
    page.goto(url, wait_until="commit")
    page.wait_for_function(FIRST, timeout=120_000)
    first = page.evaluate("performance.now() / 1000")
    page.wait_for_function(WHOLE, arg=sentences, timeout=120_000)
    whole = page.evaluate("performance.now() / 1000")
    found: dict[str, Any] = page.evaluate(HANDS)
    page.close()
    return {"first": first, "whole": whole, **found}


def measured(browser: Browser, url: str, paths: dict[int, str]) -> dict[int, list[dict[str, Any]]]:
    """By number of sentences, each round."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_cookies(signed_on(browser, url))  # type: ignore[arg-type]
    found: dict[int, list[dict[str, Any]]] = {count: [] for count in paths}
    for _ in range(ROUNDS):
        for count, path in paths.items():
            found[count].append(opened(context, url + path, count))
    return found


def main(sentences: int) -> None:
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        data = Path(folder) / "data"
        data.mkdir()
        application = Application(data)
        application.accounts.add("赵敏", PASSWORD, [Role.ADMIN])
        paths = {}
        for count in (SHORT, sentences):
            meeting = held(application, speech(Path(folder) / "sound.wav", 2))
            meeting.put(count)
            paths[count] = meeting.path
        application.close()
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        with served([sys.executable, "-m", "roomctl", "serve", "--port"], "/api/v1/ready", data) as url:
            found = measured(browser, url, paths)
        browser.close()
    for what in ("first", "step", "jump", "screen", "rows"):
        ours, theirs = (statistics.median(one[what] for one in found[count]) for count in (sentences, SHORT))
        row = {
            "bench": "words",
            "what": what,
            "value": round(ours, 2),
            "unit": {"first": "s", "rows": "rows"}.get(what, "ms"),
            "sentences": sentences,
            "baseline": f"the same page with {SHORT} sentences",
            "baseline_value": round(theirs, 2),
            "ratio": round(ours / max(theirs, 0.01), 2),
            "goal": f"<= {GOAL}",
            "met": ours <= GOAL * theirs,
            "whole_s": round(statistics.median(one["whole"] for one in found[sentences]), 2),
        }
        print(json.dumps(row, ensure_ascii=False))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
