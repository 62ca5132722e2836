"""The secretary's page with a long day's transcript, against the same page with a short one.

    python -m tests.bench.words [--sentences 10000] [--rounds 5]

Both meetings stand in one host and are opened by the same Chromium, in turns. What is measured is what a hand
notices: until the first sentences can be read, one step to the next sentence, a jump to one far away, one screen
scrolled until it is drawn; and how many rows stand in the page. About a minute in full size.
"""

import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, sync_playwright

from roomctl.app import Application
from roomctl.domain.access import Role
from tests.bench import Bench, Goal
from tests.bench.home import CHROMIUM, PASSWORD, served, signed_on
from tests.web.pages.held import held, speech

SHORT = 100
SAME = f"the same page with {SHORT} sentences"
BENCH = Bench(
    __file__,
    {
        "first": Goal("until the first sentences of a long text can be read", "<=", 1.5, "×", SAME),
        "step": Goal("one step to the next sentence", "<=", 1.5, "×", SAME),
        "jump": Goal("a jump to a sentence far away", "<=", 1.5, "×", SAME),
        "screen": Goal("one screen scrolled until it is drawn", "<=", 1.5, "×", SAME),
        "rows": Goal("rows that stand in the page", "<=", 1.5, "×", SAME),
    },
    needs=("chromium",),
)
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


def measured(browser: Browser, url: str, paths: dict[int, str], rounds: int) -> dict[int, list[dict[str, Any]]]:
    """By number of sentences, each round."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_cookies(signed_on(browser, url))  # type: ignore[arg-type]
    found: dict[int, list[dict[str, Any]]] = {count: [] for count in paths}
    for _ in range(rounds):
        for count, path in paths.items():
            found[count].append(opened(context, url + path, count))
    return found


def main(sentences: int, rounds: int) -> None:
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
            found = measured(browser, url, paths, rounds)
        browser.close()
    for what in BENCH.goals:
        ours, theirs = (statistics.median(one[what] for one in found[count]) for count in (sentences, SHORT))
        BENCH.tell(
            what,
            ours / max(theirs, 0.01),  # what is below the browser's clock is as long as one tick of it
            sentences=sentences,
            value=round(ours, 2),
            baseline_value=round(theirs, 2),
            whole_s=round(statistics.median(one["whole"] for one in found[sentences]), 2),
        )


if __name__ == "__main__":
    BENCH.run(main, __doc__, sentences=(10_000, 1_000), rounds=(5, 1))
