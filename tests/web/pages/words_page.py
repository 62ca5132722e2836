"""The secretary's page of one meeting, as somebody opens it and looks for a sentence."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page

from tests.web.pages.conftest import PASSWORD, SIZES
from tests.web.pages.held import Held

READ = "() => window.rcWords && rcWords.lines.length && !rcWords.reading"

WORD = """place => {
  const box = rcWords.range(document.querySelector(".rc-ln1.rc-on p"), place, place + 2).getBoundingClientRect();
  return [box.x + 2, box.y + 8];
}"""
"""Where in the page the word stands that begins with that character of the current sentence."""


@contextmanager
def signing_on(browser, site, who: str, size: str = "desk", locale: str = "zh-CN") -> Iterator[Page]:
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, locale=locale)
    page = context.new_page()
    page.on("request", lambda request: site.asked.append(request.url))
    page.goto(f"{site.url}/log-in?next=/plugins")
    page.fill("#name", who)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("main [role=alert], main h1")
    yield page
    context.close()


def opened(page: Page, site, words: Held) -> Page:
    page.goto(f"{site.url}{words.path}")
    page.wait_for_function(READ)
    return page


def row(page: Page, n: int):
    """The sentence of that number, from 1, in sight."""
    page.evaluate("n => rcWords.go(n - 1)", n)
    return page.locator(f'.rc-ln1[data-i="{n - 1}"]')


def text(words: Held, n: int) -> str:
    """As it is kept."""
    head = words.use.transcript_heads(words.meeting)[-1].version
    return words.use.sentences(head.id, n - 1, 1)[0].text
